/* contexts.h - under what circumstances a pointer was found.
 *
 * What a void * leads to depends on the table it stands in: one hash table's values are sessions, another's are strings. An
 * object's context is the table of functions it points to, or an ancestor's; where there is none, the member or variable
 * by which the first of its kind was reached (of a list, what holds its head). */
#pragma once

#include "profiler/inference/reasons.h"
#include "profiler/target/addr.h"

typedef struct {
  HsAddr place;       /* of a static table, or of the variable; 0: neither */
  gboolean inherited; /* a table: holds for all that is below */
  HsTypeId owner;     /* the member of this type; 0: a variable */
  const char *member; /* or the variable's name */
  HsTypeId above;     /* what the owner hung on itself: a member of this type; 0: not known */
  const char *above_member;
  const GArray *takers; /* HsTypeId: what the functions at the head of the list, tree or table take a void * for; NULL: none. Of
                         * functions.c, only valid while the engine runs */
} HsContext;

typedef struct _HsContexts HsContexts;
HsContexts *hs_contexts_new (void);
void hs_contexts_free (HsContexts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsContexts, hs_contexts_free)

/* hs_contexts_intern: the number of the context; 0 when there are too many. */
guint32 hs_contexts_intern (HsContexts *self, HsContext context);
const HsContext *hs_contexts_get (const HsContexts *self, guint32 number);
