/* libroots-loaded.c - see libroots-linked.c. */
#include "victim-roots.h"

static _Thread_local char padding[1000];
static _Thread_local struct node *loaded_tls;

struct node **
loaded_place (void)
{
  keep (padding);
  return &loaded_tls;
}
