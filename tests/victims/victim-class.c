/* victim-class.c - objects of an object system in plain C: each points to its class, a table of functions that take it,
 * and nothing typed points to any of them. Some stand behind the words of a collector, one class is made at run time.
 * Prints the addresses of the blocks under the types of their objects. */
#include "tests/victims/said.h"

#include <stddef.h>
#include <stdlib.h>

struct class;

struct object {
  long references;
  struct class *class;
};

struct class {
  struct object base;
  const char *name;
  size_t size;
  struct class *derived_from;
  void (*destroy) (struct object *self);
  long (*hash) (struct object *self);
  size_t (*length) (struct object *self);
};

struct number { struct object base; double value; };
struct text { struct object base; size_t length; char bytes[1]; };
struct pair { struct object base; struct object *first, *second; };
struct list { struct object base; struct object **items; size_t length, capacity; };

struct collected { void *next, *previous; };

typedef void (*Destroy) (struct object *);
typedef long (*Hash) (struct object *);
typedef size_t (*Length) (struct object *);
typedef void (*Any) (void);

static void class_destroy (struct class *self) { self->name = NULL; }
static void number_destroy (struct number *self) { self->value = 0; }
static long number_hash (struct number *self) { return (long)self->value; }
static void text_destroy (struct text *self) { self->length = 0; }
static size_t text_length (struct text *self) { return self->length; }
static long pair_hash (struct pair *self) { return self->first->references + self->second->references; }
static void list_destroy (struct list *self) { free (self->items); }
static size_t list_length (struct list *self) { return self->length; }
static long any_hash (struct object *self) { return self->references; }

static struct class class_class = { { 1, &class_class }, "class", sizeof (struct class), NULL, (Destroy)(Any)class_destroy, any_hash, NULL };
static struct class number_class = { { 1, &class_class }, "number", sizeof (struct number), NULL, (Destroy)(Any)number_destroy,
                                     (Hash)(Any)number_hash, NULL };
static struct class text_class = { { 1, &class_class }, "text", offsetof (struct text, bytes), NULL, (Destroy)(Any)text_destroy, any_hash,
                                   (Length)(Any)text_length };
static struct class pair_class = { { 1, &class_class }, "pair", sizeof (struct pair), NULL, NULL, (Hash)(Any)pair_hash, NULL };
static struct class list_class = { { 1, &class_class }, "list", sizeof (struct list), NULL, (Destroy)(Any)list_destroy, any_hash,
                                   (Length)(Any)list_length };

static void *
make (struct class *class, const char *name, size_t behind, size_t more)
{
  char *block = calloc (1, behind + class->size + more);
  struct object *object = (struct object *)(void *)(block + behind);

  object->references = 1;
  object->class = class;
  note (name, block);
  return object;
}

static void
fill (void **all)
{
  struct class *made = make (&class_class, "made-class", 0, 0);

  made->name = "made";
  made->size = sizeof (struct pair);
  made->derived_from = &pair_class;
  made->hash = pair_class.hash;
  for (size_t i = 0; i < 8; i++) {
    struct number *number = make (&number_class, "number", 0, 0);
    struct text *text = make (&text_class, "text", 0, 20 + 40 * i);
    struct pair *pair = make (&pair_class, "pair", sizeof (struct collected), 0);
    struct list *list = make (&list_class, "list", sizeof (struct collected), 0);
    struct pair *other = make (made, "made-pair", sizeof (struct collected), 0);
    number->value = 0.5 + (double)i;
    text->length = 20 + 40 * i;
    memset (text->bytes, 'x', text->length);
    pair->first = other->second = &number->base;
    pair->second = other->first = &text->base;
    list->length = i;
    all[5 * i] = number;
    all[5 * i + 1] = text;
    all[5 * i + 2] = pair;
    all[5 * i + 3] = list;
    all[5 * i + 4] = other;
  }
}

int
main (void)
{
  void **all = malloc (64 * sizeof *all);
  char line[64];

  if (all == NULL)
    return 1;
  fill (all);
  tell ();
  while (fgets (line, sizeof line, stdin) != NULL)
    ;
  return ((struct object *)all[0])->class->hash ((struct object *)all[0]) < 0;
}
