/* engine.c - edges in, labels out; see engine.h.
 *
 * An edge goes through three steps, in batches, so that the cache misses of many edges overlap: the page entry of its
 * value is prefetched when it comes in, its block's label when the batch is full, and then it is weighed. A block that is
 * decided stands in the queue; when its turn comes its contents are held against the type, and if they pass, its
 * pointers become edges. Everything happens in one order that depends on the input alone. */
#include "profiler/inference/engine.h"

#include <string.h>

const guint8 *
hs_engine_bytes (HsEngine *self, guint32 block)
{
  HsAddr start = self->blocks->address[block], end = hs_blocks_end (self->blocks, block);

  if (start < self->last_segment.start || end > self->last_segment.end) {
    const HsSegment *segment = hs_image_segment (self->image, start);
    if (segment == NULL || end > segment->end)
      return NULL;
    self->last_segment = *segment;
  }
  return self->last_segment.data + (start - self->last_segment.start);
}

static void
prefetch_bytes (const HsEngine *self, guint32 block)
{
  HsAddr at = self->blocks->address[block];

  if (at >= self->last_segment.start && at < self->last_segment.end)
    __builtin_prefetch (self->last_segment.data + (at - self->last_segment.start));
}

void
hs_engine_prefetch_hint (HsEngine *self, guint index)
{
  const guint32 *hinted = (const guint32 *)self->hinted->data;

  if (index + 24 < self->hinted->len) {
    __builtin_prefetch (&self->label[hinted[index + 24]]);
    __builtin_prefetch (&self->blocks->address[hinted[index + 24]]);
    prefetch_bytes (self, hinted[index + 8]);
  }
}

gboolean
hs_engine_is_mapped (HsEngine *self, guint64 value)
{
  guint low = 0, high = self->ranges->len;

  if (value >= self->last_range.start && value < self->last_range.end)
    return TRUE;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (self->ranges, HsExtent, middle).end <= value)
      low = middle + 1;
    else
      high = middle;
  }
  if (low >= self->ranges->len || g_array_index (self->ranges, HsExtent, low).start > value)
    return FALSE;
  self->last_range = g_array_index (self->ranges, HsExtent, low);
  return TRUE;
}

/* --- queue --- */

static void
grow_queue (HsEngine *self)
{
  guint32 capacity = MAX (1024, 2 * self->queue_capacity);
  guint32 *queue = g_new (guint32, capacity);

  for (guint32 i = 0; i < self->queue_used; i++)
    queue[i] = self->queue[(self->queue_head + i) % self->queue_capacity];
  g_free (self->queue);
  self->queue = queue;
  self->queue_capacity = capacity;
  self->queue_head = 0;
}

static void
enqueue (HsEngine *self, guint32 block)
{
  if (self->queue_used == self->queue_capacity)
    grow_queue (self);
  /* The capacity is a power of two. */
  self->queue[(self->queue_head + self->queue_used++) & (self->queue_capacity - 1)] = block;
}

static guint32
dequeue (HsEngine *self)
{
  guint32 block = self->queue[self->queue_head];

  self->queue_head = (self->queue_head + 1) & (self->queue_capacity - 1);
  self->queue_used--;
  /* The blocks that come soon: first where they are, then what they hold. */
  if (self->queue_used > 16) {
    guint32 far = self->queue[(self->queue_head + 15) & (self->queue_capacity - 1)];
    guint32 near = self->queue[(self->queue_head + 6) & (self->queue_capacity - 1)];
    __builtin_prefetch (&self->blocks->address[far]);
    prefetch_bytes (self, near);
  }
  return block;
}

/* --- decisions --- */

static void
set_label (HsEngine *self, guint32 block, HsLabel label, guint32 reason, guint32 parent)
{
  self->label[block] = label;
  self->reason[block] = reason;
  self->parent[block] = parent;
}

/* Whether @type may take the place of what stands, at the same level: it begins with it. */
static gboolean
extends (HsEngine *self, HsTypeId type, HsTypeId old)
{
  return hs_types_get (self->types, type)->size > hs_types_get (self->types, old)->size
         && hs_contains (self, type, old, 0);
}

static void
note_conflict (HsEngine *self, guint32 block, HsTypeId type, guint32 reason)
{
  if (hs_label_flags (self->label[block]) & HS_LABEL_CONFLICT)
    return;
  HsConflict conflict = { block, type, reason };
  g_array_append_val (self->conflicts, conflict);
  self->label[block] |= (guint32)HS_LABEL_CONFLICT << 30;
}

/* Weighs @type against the decision that stands; TRUE where it is to replace it. */
static gboolean
outweighs (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent)
{
  HsLabel old = self->label[block];
  HsTypeId old_type = hs_label_type (old);

  if (old_type == type && hs_label_level (old) >= level)
    return FALSE;
  if (old_type == type && hs_label_form (old) == form) {
    /* The same again, but surer: what it points to has been followed. */
    set_label (self, block, hs_label (type, form, level, hs_label_flags (old)), reason, parent);
    return FALSE;
  }
  if (hs_label_level (old) != level)
    return hs_label_level (old) < level;
  if (extends (self, type, old_type))
    return TRUE;
  if (level >= HS_LEVEL_C && level < HS_LEVEL_A && !extends (self, old_type, type))
    note_conflict (self, block, type, reason);
  return FALSE;
}

gboolean
hs_engine_decide (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent)
{
  HsLabel old = self->label[block];

  if (hs_label_level (old) != HS_LEVEL_NONE) {
    if (!outweighs (self, block, type, form, level, reason, parent))
      return FALSE;
  } else if (hs_label_form (old) == HS_HINT_REFUTED && hs_label_type (old) == type)
    return FALSE;
  set_label (self, block, hs_label (type, form, level, HS_LABEL_PENDING), reason, parent);
  enqueue (self, block);
  self->n_decided++;
  return TRUE;
}

#define MAX_RETRIES 4 /* hints looked at again, on average a block */

/* Remembers a hint for the next round, unless a stronger one stands. One that was tried in vain yields to any other. */
static void
hint (HsEngine *self, guint32 block, HsTypeId type, HsHint kind, guint32 reason, guint32 parent)
{
  HsLabel old = self->label[block];
  gboolean tried = (hs_label_flags (old) & HS_LABEL_CONFLICT) != 0;

  if (hs_label_level (old) != HS_LEVEL_NONE || (!tried && hs_label_form (old) >= kind)
      || (tried && (reason == self->reason[block] || kind < HS_HINT_CHAR || self->n_retries++ > MAX_RETRIES * (guint64)self->blocks->n)))
    return;
  set_label (self, block, hs_label (type, kind, HS_LEVEL_NONE, 0), reason, parent);
  if (kind >= HS_HINT_CHAR)
    g_array_append_val (self->hinted, block);
}

/* --- edges --- */

/* Whether the type is one that others begin with, and the block may be one of those as well. */
static gboolean
is_header_only (HsEngine *self, HsTypeId type, guint32 block, guint64 usable)
{
  return hs_beginners (self, type) != NULL && hs_beginners_that_fit (self, type, self->blocks->address[block], usable) > 0;
}

static void
object_at_start (HsEngine *self, guint32 block, const HsEdge *edge)
{
  HsLayout *layout = hs_layouts_get (self->layouts, edge->target);
  guint64 usable = hs_blocks_size (self->blocks, block);
  HsForm form;

  if (hs_label_level (self->label[block]) > edge->level)
    return;
  if (hs_fits (layout, self->blocks->address[block], usable, &form) && !is_header_only (self, layout->type, block, usable))
    hs_engine_decide (self, block, layout->type, form, edge->level, edge->reason, edge->owner);
  else if (layout->size <= usable)
    hint (self, block, layout->type, HS_HINT_PREFIX, edge->reason, edge->owner);
  else
    hint (self, block, layout->type, HS_HINT_VOID, edge->reason, edge->owner);
}

static void
object_inside (HsEngine *self, guint32 block, guint64 distance, const HsEdge *edge)
{
  if (hs_label_level (self->label[block]) != HS_LEVEL_NONE || distance % 4 != 0)
    return;
  HsReason reason = *hs_reasons_get (self->reasons, edge->reason);
  reason.distance = distance;
  hint (self, block, edge->target, HS_HINT_INTERIOR, hs_reasons_intern (self->reasons, reason), edge->owner);
}

/* A pointer to an array: it may be the first of several elements, so it is as good as a pointer to an element. */
static void
unwrap_array (HsEngine *self, HsEdge *edge)
{
  for (guint depth = 0; edge->kind == HS_SLOT_ARRAY && depth < 16; depth++) {
    edge->target = hs_types_strip (self->types, hs_types_get (self->types, edge->target)->target);
    edge->kind = hs_slot_kind (self->types, edge->target);
  }
}

static void
weigh_start (HsEngine *self, guint32 block, const HsEdge *edge)
{
  switch (edge->kind) {
  case HS_SLOT_OBJECT:
    object_at_start (self, block, edge);
    break;
  case HS_SLOT_CHAR:
    hint (self, block, edge->target, HS_HINT_CHAR, edge->reason, edge->owner);
    break;
  case HS_SLOT_SCALAR:
    hint (self, block, edge->target, HS_HINT_SCALAR, edge->reason, edge->owner);
    break;
  case HS_SLOT_POINTER:
    hint (self, block, edge->target, HS_HINT_POINTERS, edge->reason, edge->owner);
    break;
  case HS_SLOT_VOID: case HS_SLOT_UNION:
    hint (self, block, 0, HS_HINT_VOID, edge->reason, edge->owner);
    break;
  default:
    break;
  }
}

static void
weigh (HsEngine *self, HsEdge *edge, guint32 block)
{
  unwrap_array (self, edge);
  if (block == HS_NO_BLOCK) {
    if (edge->kind == HS_SLOT_OBJECT && edge->value % 8 == 0)
      hs_engine_object (self, edge->value, edge->target, edge->level, edge->owner);
    return;
  }
  guint64 distance = edge->value - self->blocks->address[block];
  if (distance == 0)
    weigh_start (self, block, edge);
  else if (edge->kind == HS_SLOT_OBJECT)
    object_inside (self, block, distance, edge);
}

static void
flush (HsEngine *self)
{
  guint32 block[HS_EDGE_BATCH];
  HsEdge batch[HS_EDGE_BATCH];
  guint n = self->n_batch;

  memcpy (batch, self->batch, n * sizeof *batch);
  self->n_batch = 0;
  for (guint i = 0; i < n; i++) {
    block[i] = hs_blocks_find (self->blocks, batch[i].value);
    if (block[i] != HS_NO_BLOCK) {
      __builtin_prefetch (&self->label[block[i]]);
      __builtin_prefetch (&self->reason[block[i]]);
    }
  }
  for (guint i = 0; i < n; i++)
    weigh (self, &batch[i], block[i]);
}

void
hs_engine_edge (HsEngine *self, HsEdge edge)
{
  if (edge.value < HS_PAGE_SIZE || edge.value >= HS_ADDR_LIMIT)
    return;
  hs_blocks_prefetch (self->blocks, edge.value);
  self->batch[self->n_batch++] = edge;
  if (self->n_batch == HS_EDGE_BATCH)
    flush (self);
}

/* --- following --- */

static guint32
slot_reason (HsEngine *self, const HsLayout *layout, HsSlot *slot)
{
  if (slot->reason == 0)
    slot->reason = hs_reasons_intern (self->reasons, (HsReason){ HS_SOURCE_POINTER, layout->type, slot->path, 0 });
  return slot->reason;
}

static void
scan_slots (HsEngine *self, HsLayout *layout, const guint8 *data, guint64 limit, HsLevel level, guint32 reason, guint32 owner)
{
  for (guint32 i = 0; i < layout->n_slots; i++) {
    HsSlot *slot = &layout->slots[i];
    guint64 value;
    if (slot->offset + 8 > limit)
      return;
    memcpy (&value, data + slot->offset, sizeof value);
    if (value < HS_PAGE_SIZE || slot->kind == HS_SLOT_FUNCTION)
      continue;
    hs_engine_edge (self, (HsEdge){ .value = value, .target = slot->target, .kind = slot->kind, .owner = owner,
                                    .level = slot->in_union ? MIN (level, HS_LEVEL_C) : level,
                                    .reason = reason != 0 ? reason : slot_reason (self, layout, slot) });
  }
}

void
hs_engine_scan (HsEngine *self, HsLayout *layout, const guint8 *data, guint64 limit, HsLevel level, guint32 reason, guint32 owner)
{
  level = MIN (level, HS_LEVEL_B); /* what a pointer proves */
  scan_slots (self, layout, data, limit, level, reason, owner);
  for (guint32 i = 0; i < layout->n_repeats; i++) {
    const HsRepeat *repeat = &layout->repeats[i];
    for (guint64 k = 0; k < repeat->count; k++) {
      guint64 offset = repeat->offset + k * repeat->stride;
      if (offset >= limit)
        return;
      hs_engine_scan (self, repeat->element, data + offset, MIN (limit - offset, repeat->stride), level, reason, owner);
    }
  }
}

static void
scan_elements (HsEngine *self, HsLayout *element, const guint8 *data, guint64 from, guint64 usable, guint64 stride, HsLevel level, guint32 block)
{
  if (!element->has_pointers || stride == 0)
    return;
  for (guint64 at = from; at < usable && usable - at >= MIN (stride, 8); at += stride)
    hs_engine_scan (self, element, data + at, MIN (stride, usable - at), level, 0, block);
}

static void
scan_block (HsEngine *self, guint32 block, HsLayout *layout, const guint8 *data, guint64 usable)
{
  HsLabel label = self->label[block];
  HsLevel level = hs_label_level (label);

  if (hs_label_form (label) == HS_FORM_ARRAY) {
    scan_elements (self, layout, data, 0, usable, layout->size, level, block);
    return;
  }
  hs_engine_scan (self, layout, data, MIN (usable, layout->size), level, 0, block);
  if (hs_label_form (label) == HS_FORM_FLEXIBLE && layout->tail != NULL)
    scan_elements (self, layout->tail, data, layout->tail_offset, usable, layout->tail_stride, level, block);
}

static void
refute (HsEngine *self, guint32 block)
{
  self->n_refuted++;
  self->label[block] = hs_label (hs_label_type (self->label[block]), HS_HINT_REFUTED, HS_LEVEL_NONE, 0);
}

static void
visit (HsEngine *self, guint32 block)
{
  HsLabel label = self->label[block];
  HsTypeId type = hs_label_type (label);

  if (hs_label_level (label) == HS_LEVEL_NONE || !(hs_label_flags (label) & HS_LABEL_PENDING))
    return;
  self->label[block] = label & ~((guint32)HS_LABEL_PENDING << 30);
  if (type >= self->types->n_types)
    return; /* a name without a structure */
  HsLayout *layout = hs_layouts_get (self->layouts, type);
  const guint8 *data = layout->has_pointers ? hs_engine_bytes (self, block) : NULL;
  if (data == NULL)
    return;
  guint64 usable = hs_blocks_size (self->blocks, block);
  if (hs_label_level (label) < HS_LEVEL_A && !hs_content_admits (self, layout, data, usable))
    refute (self, block);
  else if (hs_label_level (label) >= HS_LEVEL_C)
    scan_block (self, block, layout, data, usable);
}

/* --- objects outside blocks --- */

static guint
object_hash (gconstpointer data)
{
  const HsObject *object = data;

  return (guint)(object->addr >> 3) * 2654435761u ^ object->type;
}

static gboolean
object_equal (gconstpointer a, gconstpointer b)
{
  const HsObject *x = a, *y = b;

  return x->addr == y->addr && x->type == y->type;
}

#define MAX_OBJECTS (1u << 22) /* beyond, hostile memory; what is not followed is only less well known */

void
hs_engine_object (HsEngine *self, HsAddr addr, HsTypeId type, HsLevel level, guint32 owner)
{
  HsObject object = { addr, type, owner, level };

  if (self->seen == NULL)
    self->seen = g_hash_table_new_full (object_hash, object_equal, g_free, NULL);
  /* Free memory of the allocator holds what was there before: never follow it. */
  if (g_hash_table_size (self->seen) >= MAX_OBJECTS || g_hash_table_contains (self->seen, &object)
      || (hs_blocks_find (self->blocks, addr) == HS_NO_BLOCK && hs_heap_rules (self->heap, addr)))
    return;
  g_hash_table_add (self->seen, g_memdup2 (&object, sizeof object));
  g_array_append_val (self->objects, object);
}

static void
visit_object (HsEngine *self, HsObject object)
{
  HsLayout *layout = hs_layouts_get (self->layouts, object.type);
  gsize available;
  const guint8 *data = hs_image_span (self->image, object.addr, &available);

  if (data != NULL && layout->has_pointers && available >= layout->size && hs_content_admits (self, layout, data, layout->size))
    hs_engine_scan (self, layout, data, layout->size, object.level, 0, object.owner);
}

void
hs_engine_drain (HsEngine *self)
{
  guint done = 0;

  while (self->n_batch > 0 || self->queue_used > 0 || done < self->objects->len) {
    if (self->queue_used > 0)
      visit (self, dequeue (self));
    else if (self->n_batch > 0)
      flush (self);
    else
      visit_object (self, g_array_index (self->objects, HsObject, done++));
  }
  g_array_set_size (self->objects, 0);
}
