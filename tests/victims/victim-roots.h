/* victim-roots.h - what victim-roots and its two libraries share. */
#pragma once

#include "truth.h"

struct node {
  struct node *next;
  long value;
};

/* The compiler has to have what @p points to in memory, or the value of @p itself, here. */
static inline void
keep (const void *p)
{
  __asm__ volatile ("" : : "r"(p) : "memory");
}

extern struct node *linked_list;
struct node **linked_place (void);
struct node **loaded_place (void);
