/* victim-gtype.c - objects in memory as GLib's type system leaves them, without GLib: an instance behind its private data
 * points to its class, the class begins with its GType, and the function that registers the type keeps that in a static
 * variable. With TABLES also GLib's own records of the types, as they are known where GLib has debug info. Prints the addresses
 * of the blocks under their type. */
#include "tests/victims/said.h"

#include <stdlib.h>

typedef unsigned long GType;
typedef struct _GTypeClass { GType g_type; } GTypeClass;
typedef struct _GTypeInstance { GTypeClass *g_class; } GTypeInstance;

typedef struct _FooShape FooShape;
typedef struct _FooShapeClass { GTypeClass parent_class; void (*draw) (FooShape *); } FooShapeClass;
struct _FooShape { GTypeInstance parent_instance; int references; };

typedef struct _FooLabel { const char *text; long width; } FooLabel;

typedef struct _FooCirclePrivate { FooLabel *label; double rest[13]; } FooCirclePrivate;
typedef struct _FooCircle { FooShape parent_instance; FooCirclePrivate *priv; double radius; } FooCircle;
typedef struct _FooCircleClass { FooShapeClass parent_class; double (*area) (FooCircle *); } FooCircleClass;

/* Without a pointer to it: the instance knows how far before it its private part stands. */
typedef struct _FooSquarePrivate { long side; FooLabel *label; long turns; } FooSquarePrivate;
typedef struct _FooSquare { FooShape parent_instance; } FooSquare;
typedef struct _FooSquareClass { FooShapeClass parent_class; } FooSquareClass;
enum { CIRCLE_BEHIND = 128, SQUARE_BEHIND = 32 };

static void foo_shape_draw (FooShape *self) { self->references++; }
static double foo_circle_area (FooCircle *self) { return self->radius; }

#ifdef TABLES
typedef struct _ClassData { long sizes[4]; void *class; } ClassData;
typedef union _TypeData { ClassData class; } TypeData;
typedef struct _TypeNode { int flags; unsigned qname; TypeData *data; GType supers[1]; } TypeNode;

static TypeNode *static_fundamental_type_nodes[256];
static const char **quarks;

static GType
make_node (unsigned quark, const char *name, GType type)
{
  TypeNode *node = calloc (1, sizeof *node);

  if (quarks == NULL)
    quarks = calloc (16, sizeof *quarks);
  quarks[quark] = name;
  node->qname = quark;
  node->data = calloc (1, sizeof *node->data);
  node->supers[0] = type != 0 ? type : (GType)node;
  if (type != 0)
    static_fundamental_type_nodes[type >> 2] = node;
  return node->supers[0];
}

static void
set_class (GType type, void *class)
{
  TypeNode *node = type < 1024 ? static_fundamental_type_nodes[type >> 2] : (TypeNode *)type;

  node->data->class.class = class;
}
#else
static GType make_node (unsigned quark, const char *name, GType type) { return quark != 0 && name != NULL && type != 0 ? type : (GType)calloc (1, 200); }
static void set_class (GType type, void *class) { (void)type, (void)class; }
#endif

static GType
foo_shape_get_type (void)
{
  static GType foo_shape_type_id__once;

  if (foo_shape_type_id__once == 0)
    foo_shape_type_id__once = make_node (3, "FooShape", 50 << 2); /* fundamental */
  return foo_shape_type_id__once;
}

static GType
foo_circle_get_type (void)
{
  static GType static_g_define_type_id;

  if (static_g_define_type_id == 0)
    static_g_define_type_id = make_node (1, "FooCircle", 0);
  return static_g_define_type_id;
}

static GType
foo_square_get_type (void)
{
  static GType static_g_define_type_id;

  if (static_g_define_type_id == 0)
    static_g_define_type_id = make_node (2, "FooSquare", 0);
  return static_g_define_type_id;
}

static void *
make (GTypeClass *class, const char *name, size_t size, size_t behind)
{
  char *block = calloc (1, behind + size);
  GTypeInstance *instance = (GTypeInstance *)(void *)(block + behind);

  instance->g_class = class;
  note (name, block);
  return instance;
}

static FooLabel *
make_label (const char *name)
{
  FooLabel *label = calloc (1, sizeof *label);

  label->text = "label";
  note (name, label);
  return label;
}

static void
fill (void **all)
{
  FooShapeClass *shape = calloc (1, sizeof *shape);
  FooCircleClass *circle = calloc (1, sizeof *circle);
  FooSquareClass *square = calloc (1, sizeof *square);

  shape->parent_class.g_type = foo_shape_get_type ();
  circle->parent_class.parent_class.g_type = foo_circle_get_type ();
  square->parent_class.parent_class.g_type = foo_square_get_type ();
  shape->draw = circle->parent_class.draw = square->parent_class.draw = foo_shape_draw;
  circle->area = foo_circle_area;
  set_class (foo_shape_get_type (), shape);
  set_class (foo_circle_get_type (), circle);
  set_class (foo_square_get_type (), square);
  note ("shape-class", shape);
  note ("circle-class", circle);
  for (int i = 0; i < 8; i++) {
    all[3 * i] = make (&shape->parent_class, "shape", sizeof (FooShape), 0);
    all[3 * i + 1] = make (&circle->parent_class.parent_class, "circle", sizeof (FooCircle), CIRCLE_BEHIND);
    all[3 * i + 2] = make (&square->parent_class.parent_class, "square", sizeof (FooSquare), SQUARE_BEHIND);
    FooCircle *one = all[3 * i + 1];
    one->priv = (FooCirclePrivate *)(void *)((char *)one - CIRCLE_BEHIND);
    one->priv->label = make_label ("by-pointer");
    FooSquare *other = all[3 * i + 2];
    FooSquarePrivate *private = (FooSquarePrivate *)(void *)((char *)other - SQUARE_BEHIND);
    other->parent_instance.references = 1;
    private->label = make_label ("by-name");
  }
}

/* Blocks that begin with the number of a fundamental type, and what points to them, as an instance does to its class. */
static void
decoys (void **all)
{
  make_node (4, "GInterface", 2 << 2);
  for (int i = 0; i < 8; i++) {
    long *number = calloc (4, sizeof *number);
    long **pointer = calloc (6, sizeof *pointer);
    *number = 2 << 2;
    *pointer = number;
    note ("decoy", pointer);
    all[i] = pointer;
  }
}

int
main (void)
{
  void **all = malloc (32 * sizeof *all);
  char line[64];

  if (all == NULL)
    return 1;
  fill (all);
  decoys (all + 24);
  tell ();
  while (fgets (line, sizeof line, stdin) != NULL)
    ;
  return all[0] == NULL;
}
