/* circumstances.c - see circumstances.h. */
#include "profiler/inference/circumstances.h"

#include "profiler/inference/functions.h"

#include <string.h>

/* What the object says about itself: a pointer to a table of functions in static memory. */
static guint32
ops_context (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit)
{
  for (guint32 i = 0; layout->has_ops && i < layout->n_slots && i < HS_OPS_SLOTS; i++) {
    guint64 value;
    if (!layout->slots[i].is_ops || layout->slots[i].offset + 8 > limit)
      continue;
    memcpy (&value, data + layout->slots[i].offset, sizeof value);
    if (value != 0 && hs_modules_find (self->modules, value) != NULL)
      return hs_contexts_intern (self->contexts, (HsContext){ .place = value, .inherited = TRUE });
  }
  return 0;
}

enum { NOT_ASKED, NO, YES };

gboolean
hs_is_node (HsEngine *self, HsTypeId type)
{
  HsLayout *layout = hs_layouts_get (self->layouts, type);

  if (layout->is_node == NOT_ASKED) {
    layout->is_node = NO;
    for (guint32 i = 0; i < layout->n_slots && layout->is_node == NO; i++)
      if (layout->slots[i].kind == HS_SLOT_OBJECT && layout->slots[i].target == layout->slots[i].inner)
        layout->is_node = YES;
  }
  return layout->is_node == YES;
}

#define MAX_HEAD_SLOTS 64

/* Whether a pointer to a @type leads to nodes, or to what has pointers to them: buckets. */
static gboolean
leads_to_nodes (HsEngine *self, HsTypeId type)
{
  const HsType *target = hs_types_get (self->types, type);

  if (target->kind == HS_TYPE_POINTER)
    type = hs_types_strip (self->types, target->target);
  if (hs_slot_kind (self->types, type) != HS_SLOT_OBJECT)
    return FALSE;
  if (hs_is_node (self, type))
    return TRUE;
  const HsLayout *layout = hs_layouts_get (self->layouts, type);
  for (guint32 i = 0; i < layout->n_slots && i < MAX_HEAD_SLOTS; i++)
    if (layout->slots[i].kind == HS_SLOT_OBJECT && hs_is_node (self, layout->slots[i].target))
      return TRUE;
  return FALSE;
}

static gboolean
is_head (HsEngine *self, HsLayout *layout)
{
  if (layout->is_head == NOT_ASKED) {
    layout->is_head = NO;
    for (guint32 i = 0; layout->has_functions && i < layout->n_slots && i < MAX_HEAD_SLOTS && layout->is_head == NO; i++) {
      const HsSlot *slot = &layout->slots[i];
      if ((slot->kind == HS_SLOT_OBJECT || slot->kind == HS_SLOT_POINTER) && leads_to_nodes (self, slot->target))
        layout->is_head = YES;
    }
  }
  return layout->is_head == YES;
}

/* Adds to the context @number what the functions of an object say that lead to the nodes of a list, tree or table. */
static guint32
with_takers (HsEngine *self, HsLayout *layout, const guint8 *data, guint64 limit, guint32 number)
{
  const GArray *takers = is_head (self, layout) ? hs_functions_others (self, layout->type, data, limit) : NULL;
  HsContext context = *hs_contexts_get (self->contexts, number);

  if (takers == NULL || context.takers == takers)
    return number;
  context.takers = takers;
  return hs_contexts_intern (self->contexts, context);
}

/* What leads from a head to its nodes, and from one to the next; a void * leads to something else. */
static gboolean
is_link (guint source)
{
  return source == HS_SOURCE_POINTER || source == HS_SOURCE_EMBED || source == HS_SOURCE_ARRAY || source == HS_SOURCE_LENGTH;
}

static guint32
circumstances (HsEngine *self, guint32 block, const HsLayout *layout, const guint8 *data, guint64 limit)
{
  guint32 own = ops_context (self, layout, data, limit);
  const HsReason *reason = hs_reasons_get (self->reasons, self->reason[block]);
  const HsContext *context = hs_contexts_get (self->contexts, reason->context);
  gboolean is_root = reason->source == HS_SOURCE_STATIC || reason->source == HS_SOURCE_STACK;

  if (own != 0)
    return own;
  if (reason->owner == 0 || reason->owner == layout->type)
    return reason->context;
  /* An array of pointers stands for the member that leads to it, and a variable that is a pointer for itself. */
  if (hs_types_get (self->types, reason->owner)->kind == HS_TYPE_POINTER)
    return reason->context;
  gboolean of_variable = is_root || context->owner == 0;
  return hs_contexts_intern (self->contexts, (HsContext){ .place = of_variable || context->inherited ? context->place : 0,
                                                          .inherited = context->inherited, .owner = reason->owner, .member = reason->member,
                                                          .above = context->owner, .above_member = context->owner != 0 ? context->member : NULL,
                                                          .takers = is_link (reason->source) ? context->takers : NULL });
}

guint32
hs_context_of_object (HsEngine *self, HsLayout *layout, const guint8 *data, guint64 limit, guint32 context)
{
  guint32 own = ops_context (self, layout, data, limit);

  return with_takers (self, layout, data, limit, own != 0 ? own : context);
}

guint32
hs_context_of_block (HsEngine *self, guint32 block, HsLayout *layout, const guint8 *data, guint64 limit)
{
  return with_takers (self, layout, data, limit, circumstances (self, block, layout, data, limit));
}
