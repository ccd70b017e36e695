/* reasons.c - see reasons.h. */
#include "profiler/inference/reasons.h"

struct _HsReasons {
  GPtrArray *all;    /* HsReason; [0] is no reason */
  GHashTable *index; /* HsReason -> number */
};

static guint
reason_hash (gconstpointer data)
{
  const HsReason *reason = data;

  return g_direct_hash (reason->member) * 31 + reason->owner * 2654435761u + reason->source + (guint)reason->distance * 40503
         + reason->context * 97 + reason->decision * 193;
}

static gboolean
reason_equal (gconstpointer a, gconstpointer b)
{
  const HsReason *x = a, *y = b;

  return x->source == y->source && x->owner == y->owner && x->member == y->member && x->distance == y->distance
         && x->slot == y->slot && x->inner == y->inner && x->inner_slot == y->inner_slot && x->context == y->context && x->decision == y->decision;
}

HsReasons *
hs_reasons_new (void)
{
  HsReasons *self = g_new0 (HsReasons, 1);

  self->all = g_ptr_array_new_with_free_func (g_free);
  self->index = g_hash_table_new (reason_hash, reason_equal);
  g_ptr_array_add (self->all, g_new0 (HsReason, 1));
  return self;
}

void
hs_reasons_free (HsReasons *self)
{
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->all);
  g_free (self);
}

guint32
hs_reasons_intern (HsReasons *self, HsReason reason)
{
  gpointer number = g_hash_table_lookup (self->index, &reason);

  if (number == NULL) {
    HsReason *copy = g_memdup2 (&reason, sizeof reason);
    number = GUINT_TO_POINTER (self->all->len);
    g_ptr_array_add (self->all, copy);
    g_hash_table_insert (self->index, copy, number);
  }
  return GPOINTER_TO_UINT (number);
}

const HsReason *
hs_reasons_get (const HsReasons *self, guint32 number)
{
  return self->all->pdata[number < self->all->len ? number : 0];
}

guint32
hs_reasons_count (const HsReasons *self)
{
  return self->all->len;
}
