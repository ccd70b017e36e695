/* victim-gtype.c - objects in memory as GLib's type system leaves them, without GLib: an instance behind its private data
 * points to its class, the class begins with its GType, and the function that registers the type keeps that in a static
 * variable. Prints the addresses of the blocks under their type. */
#include "tests/victims/said.h"

#include <stdlib.h>

typedef unsigned long GType;
typedef struct _GTypeClass { GType g_type; } GTypeClass;
typedef struct _GTypeInstance { GTypeClass *g_class; } GTypeInstance;

typedef struct _FooShape FooShape;
typedef struct _FooShapeClass { GTypeClass parent_class; void (*draw) (FooShape *); } FooShapeClass;
struct _FooShape { GTypeInstance parent_instance; int references; };

typedef struct _FooCircle { FooShape parent_instance; double radius; } FooCircle;
typedef struct _FooCircleClass { FooShapeClass parent_class; double (*area) (FooCircle *); } FooCircleClass;

static void foo_shape_draw (FooShape *self) { self->references++; }
static double foo_circle_area (FooCircle *self) { return self->radius; }

static GType
foo_shape_get_type (void)
{
  static GType foo_shape_type_id__once;

  if (foo_shape_type_id__once == 0)
    foo_shape_type_id__once = 50 << 2; /* fundamental */
  return foo_shape_type_id__once;
}

static GType
foo_circle_get_type (void)
{
  static GType static_g_define_type_id;

  if (static_g_define_type_id == 0)
    static_g_define_type_id = (GType)calloc (1, 200);
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

static void
fill (void **all)
{
  FooShapeClass *shape = calloc (1, sizeof *shape);
  FooCircleClass *circle = calloc (1, sizeof *circle);

  shape->parent_class.g_type = foo_shape_get_type ();
  circle->parent_class.parent_class.g_type = foo_circle_get_type ();
  shape->draw = circle->parent_class.draw = foo_shape_draw;
  circle->area = foo_circle_area;
  note ("shape-class", shape);
  note ("circle-class", circle);
  for (int i = 0; i < 8; i++) {
    all[2 * i] = make (&shape->parent_class, "shape", sizeof (FooShape), 0);
    all[2 * i + 1] = make (&circle->parent_class.parent_class, "circle", sizeof (FooCircle), 128);
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
  tell ();
  while (fgets (line, sizeof line, stdin) != NULL)
    ;
  return all[0] == NULL;
}
