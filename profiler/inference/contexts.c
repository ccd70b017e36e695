/* contexts.c - see contexts.h. */
#include "profiler/inference/contexts.h"

#define MAX_CONTEXTS 4096 /* beyond, none is told from another: contexts divide the evidence, and memory is the target's */

struct _HsContexts {
  GPtrArray *all;    /* HsContext; [0] is no context */
  GHashTable *index; /* HsContext -> number */
};

static guint
context_hash (gconstpointer data)
{
  const HsContext *context = data;

  return (guint)(context->place >> 3) * 2654435761u + context->owner * 40503u + g_direct_hash (context->member)
         + context->above * 9176u + 31 * g_direct_hash (context->above_member) + 17 * g_direct_hash (context->takers);
}

static gboolean
context_equal (gconstpointer a, gconstpointer b)
{
  const HsContext *x = a, *y = b;

  return x->place == y->place && x->inherited == y->inherited && x->owner == y->owner && x->member == y->member
         && x->above == y->above && x->above_member == y->above_member && x->takers == y->takers;
}

HsContexts *
hs_contexts_new (void)
{
  HsContexts *self = g_new0 (HsContexts, 1);

  self->all = g_ptr_array_new_with_free_func (g_free);
  self->index = g_hash_table_new (context_hash, context_equal);
  g_ptr_array_add (self->all, g_new0 (HsContext, 1));
  return self;
}

void
hs_contexts_free (HsContexts *self)
{
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->all);
  g_free (self);
}

guint32
hs_contexts_intern (HsContexts *self, HsContext context)
{
  gpointer number = g_hash_table_lookup (self->index, &context);

  if (number == NULL && self->all->len < MAX_CONTEXTS) {
    HsContext *copy = g_memdup2 (&context, sizeof context);
    number = GUINT_TO_POINTER (self->all->len);
    g_ptr_array_add (self->all, copy);
    g_hash_table_insert (self->index, copy, number);
  }
  return GPOINTER_TO_UINT (number);
}

const HsContext *
hs_contexts_get (const HsContexts *self, guint32 number)
{
  return self->all->pdata[number < self->all->len ? number : 0];
}
