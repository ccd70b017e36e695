/* types-c2.c - the second unit of types-c.c. */
#include "tests/victims/types-shared.h"

struct twin {
  char *there;
  long both;
};

struct same {
  int x, y;
  struct same *next;
};

struct pair_of_twins {
  struct twin *one;
};

struct hidden {
  struct pair_of_twins twins;
  struct holder *holder;
};

struct hidden hidden;
void *same_elsewhere (struct same *same);

void *
same_elsewhere (struct same *same)
{
  static struct same *last;

  last = same->next != 0 ? same->next : same;
  __asm__ volatile ("" : : "r"(&last));
  return hidden.holder != 0 ? last : same;
}
