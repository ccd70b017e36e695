/* types-c.c - C types and variables for test-types.c, which reads the file and never runs it. */
#include "tests/victims/types-shared.h"

#include <stddef.h>

struct twin {
  int here; /* not the twin of types-c2.c */
};

struct same {
  int x, y;
  struct same *next;
};

struct pair_of_twins {
  struct twin *one; /* the same words as in types-c2.c, and another type */
};

struct holder holder;
conn_t *connections[4];
static struct same origin;
_Thread_local struct node *current_node;
static _Thread_local int depth = 3;
struct pair_of_twins twins;
void *same_elsewhere (struct same *same);
int locals_probe (struct node *list, int count);
int takes_probe (void *data, const struct bits *bits);
int plain_probe (void *data, const struct bits *bits);

static inline __attribute__ ((always_inline)) int
inlined_sum (struct same *of, int more)
{
  int sum = of->x + of->y;
  sum += more;
  __asm__ volatile ("" : "+r"(sum));
  return sum;
}

__attribute__ ((noinline)) int
locals_probe (struct node *list, int count)
{
  static unsigned calls;
  struct same local = { count, 2, NULL };
  conn_t *connection = connections[count & 3];
  int total = 0;

  for (struct node *at = list; at != NULL; at = at->next) {
    struct block_local {
      struct node *node;
      long weight;
    } inner = { at, count };
    total += inlined_sum (&local, count);
    total += (int)inner.weight;
    __asm__ volatile ("" : : "r"(&inner), "r"(connection));
  }
  calls++;
  depth += total;
  __asm__ volatile ("" : : "r"(&local));
  return total + (int)calls;
}

/* What it takes its parameters for: a node, and what holds the bits. The same with and without optimisation. */
#define TAKES                                                                                                          \
  {                                                                                                                    \
    struct node *node = data;                                                                                          \
    const struct holder *around = (const struct holder *)((const char *)bits - offsetof (struct holder, bits));        \
    node->name[0] = (char)bits->after;                                                                                 \
    return around->conns[1].fd;                                                                                        \
  }

__attribute__ ((noinline, optimize ("O2"))) int takes_probe (void *data, const struct bits *bits) TAKES
__attribute__ ((noinline, optimize ("O0"))) int plain_probe (void *data, const struct bits *bits) TAKES

int
main (int argc, char **argv)
{
  struct node node = { 0 };

  (void)argv;
  current_node = &node;
  origin.next = same_elsewhere (&origin);
  twins.one = NULL;
  holder.first = &node;
  return locals_probe (current_node, argc) == depth + takes_probe (current_node, &holder.bits) + plain_probe (current_node, &holder.bits);
}
