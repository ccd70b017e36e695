/* libroots-linked.c - a library with a static and a thread-local variable; libroots-loaded.c is the same, for dlopen. */
#include "victim-roots.h"

struct node *linked_list;
static _Thread_local char padding[100];
static _Thread_local struct node *linked_tls;

struct node **
linked_place (void)
{
  keep (padding);
  return &linked_tls;
}
