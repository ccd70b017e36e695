/* victim-functions.c - objects that only the functions tell which they or their neighbours hold: classes in plain C with
 * functions in the object or in a table, callbacks and their data, containers and what frees their elements.
 * Prints the addresses of the blocks under the types of their objects. */
#include "tests/victims/said.h"

#include <stdint.h>
#include <stdlib.h>

/* Functions in the object; the two kinds are alike in all else. */
struct shape {
  struct shape *next;
  void (*move) (struct shape *self, long by);
  void (*dispose) (struct shape *self);
};

struct circle { struct shape base; char *name; long from, to; };
struct square { struct shape base; char *label; long left, right; };

static void
circle_move (struct shape *self, long by)
{
  struct circle *circle = (struct circle *)self;

  circle->from += by;
  circle->to += by;
}

static void
square_move (struct shape *self, long by)
{
  struct square *square = (struct square *)self;

  square->left += by;
  square->right -= by;
}

static void
square_dispose (struct square *self)
{
  free (self->label);
  self->label = NULL;
}

static void shape_dispose (struct shape *self) { self->next = NULL; }

/* A table of functions; the objects repeat the beginning. */
struct stream;
struct stream_functions { int (*get) (struct stream *self); int (*put) (struct stream *self, int byte); };

struct stream { const struct stream_functions *functions; long mode; };
struct memory { const struct stream_functions *functions; long mode; char *bytes; size_t at; };

static int memory_get (struct stream *self) { struct memory *memory = (struct memory *)self; return memory->bytes[memory->at++]; }
static int memory_put (struct stream *self, int byte) { struct memory *memory = (struct memory *)self; return memory->bytes[memory->at++] = (char)byte; }

static const struct stream_functions memory_functions = { memory_get, memory_put };

/* A callback and its data. */
struct timer { struct timer *next; long when; void (*fire) (void *data, long now); void *data; };
struct session { char *user; struct timer *timer; long last; };
struct cursor { char *query; struct timer *timer; long row; };

static void session_fire (void *data, long now) { struct session *session = data; session->last = now + session->timer->when; }
static void cursor_fire (void *data, long now) { struct cursor *cursor = data; cursor->row = now - cursor->timer->when; }

/* A container, and what frees its elements. */
struct bag { void **items; size_t length; void (*free_item) (void *item); };
struct parcel { char *sender; long weight; struct bag *from; };

static void
parcel_free (struct parcel *parcel)
{
  free (parcel->sender);
  free (parcel);
}

/* A tree of what begins with a node, and what compares two of these. */
struct node { struct node *left, *right; };
struct tree { struct node *root; size_t size; int (*compare) (const void *a, const void *b); };
struct route { struct node node; char *name; long cost; };
struct other_route { struct node node; char *label; long price; }; /* nobody makes one */

static int
route_compare (const void *a, const void *b)
{
  const struct route *one = a, *other = b;

  return one->cost < other->cost ? -1 : one->cost > other->cost;
}

typedef void (*FreeItem) (void *);
typedef void (*Dispose) (struct shape *);
typedef void (*Any) (void);

struct shape *shapes;
struct stream *streams[8];
struct timer *timers;
struct tree routes = { NULL, 0, route_compare };
struct other_route *no_route;
struct bag *bag;
struct bag *plain;  /* its elements are freed by free(), and empty */
uintptr_t hidden[8]; /* nothing points at these */

/* A hash table of anything: the functions stand in the table, the void * in the entries of its buckets. */
struct ticket { long number; double price; struct bag *bag; };
struct voucher { long code; double value; struct bag *bag; } *no_voucher; /* nobody makes one */
struct entry { void *data; struct entry *next; };
struct table { struct entry *bucket; size_t n; size_t (*hash) (const void *, size_t); int (*same) (const void *, const void *); };
struct table *desk;

static size_t
ticket_hash (const void *data, size_t n)
{
  const struct ticket *ticket = data;

  return (size_t)ticket->number % n;
}

static int
ticket_same (const void *a, const void *b)
{
  const struct ticket *x = a, *y = b;

  return x->number == y->number && x->price == y->price;
}

static void *
make (const char *name, size_t size)
{
  void *block = calloc (1, size);

  note (name, block);
  return block;
}

static char *
text (long i)
{
  char *copy = malloc (24);

  snprintf (copy, 24, "this is text %ld", i);
  return copy;
}

static struct shape *
make_shape (const char *name, long i, int round)
{
  struct circle *circle = make (name, sizeof *circle);

  circle->base.move = round ? circle_move : square_move;
  circle->base.dispose = round ? shape_dispose : (Dispose)(Any)square_dispose;
  circle->name = text (i);
  circle->from = i;
  circle->to = 2 * i;
  return &circle->base;
}

static void
make_timer (long i)
{
  struct timer *timer = calloc (1, sizeof *timer);
  struct session *data = make (i % 2 == 0 ? "session" : "cursor", sizeof *data);

  data->user = text (i);
  data->timer = timer;
  *timer = (struct timer){ timers, 100 + i, i % 2 == 0 ? session_fire : cursor_fire, data };
  timers = timer;
}

static struct bag *
make_bag (const char *name, FreeItem free_item)
{
  struct bag *made = calloc (1, sizeof *made);

  made->items = calloc (8, sizeof *made->items);
  made->free_item = free_item;
  for (made->length = 0; made->length < 6; made->length++) {
    struct parcel *parcel = made->items[made->length] = make (name, sizeof *parcel);
    if (free_item == free)
      continue; /* nor is there anything in them that tells */
    parcel->sender = text ((long)made->length);
    parcel->from = made;
  }
  return made;
}

static void
add_ticket (long number)
{
  struct ticket *ticket = make ("ticket", sizeof *ticket);
  struct entry *entry = &desk->bucket[desk->hash (&(struct ticket){ number, 0, NULL }, desk->n)];

  ticket->number = number;
  ticket->price = 1.5;
  ticket->bag = bag;
  if (entry->data != NULL) {
    struct entry *more = calloc (1, sizeof *more);
    *more = *entry;
    entry->next = more;
  }
  entry->data = ticket;
}

static void
fill_desk (void)
{
  desk = calloc (1, sizeof *desk);
  desk->n = 5;
  desk->bucket = calloc (desk->n, sizeof *desk->bucket);
  desk->hash = ticket_hash;
  desk->same = ticket_same;
  for (long i = 0; i < 12; i++)
    add_ticket (i);
}

static void
add_route (long cost)
{
  struct route *route = make ("route", sizeof *route);
  struct node **at = &routes.root;

  route->name = text (cost);
  route->cost = cost;
  while (*at != NULL)
    at = routes.compare (route, *at) < 0 ? &(*at)->left : &(*at)->right;
  *at = &route->node;
  routes.size++;
}

static void
fill (void)
{
  for (long i = 0; i < 8; i++) {
    struct shape *shape = make_shape (i % 2 == 0 ? "circle" : "square", i, i % 2 == 0);
    struct memory *memory = make ("memory", sizeof *memory);
    shape->next = shapes;
    shapes = shape;
    *memory = (struct memory){ &memory_functions, 1 + i, text (i), 3 };
    streams[i] = (struct stream *)memory;
    make_timer (i);
    add_route (i * 5 % 8);
    shape = make_shape ("lost", i, 1);
    shape->next = shapes;
    hidden[i] = (uintptr_t)shape ^ UINT32_MAX;
  }
  bag = make_bag ("parcel", (FreeItem)(Any)parcel_free);
  fill_desk ();
  plain = make_bag ("plain", free);
}

int
main (void)
{
  char line[64];

  fill ();
  tell ();
  while (fgets (line, sizeof line, stdin) != NULL)
    for (struct shape *shape = shapes; shape != NULL; shape = shape->next)
      shape->move (shape, streams[0]->functions->get (streams[0]));
  return timers->data == bag;
}
