/* follow.c - the pointers of what has a type become edges; see engine.h.
 *
 * A block that is decided stands in the queue; when its turn comes its contents are held against the type, and if they
 * pass, its pointers become edges. A block that is undecided, but begins with a T for sure, is followed as far as the T
 * goes. So are objects outside blocks: in static memory, on stacks, inside of larger blocks. */
#include "profiler/inference/circumstances.h"
#include "profiler/inference/deque.h"
#include "profiler/inference/functions.h"
#include "profiler/inference/tail.h"

#include <string.h>

#define MAX_SLOT_CONTEXTS 64 /* of one member; beyond, they are not told apart */

/* --- scanning --- */

static guint32
slot_reason (HsEngine *self, const HsLayout *layout, HsSlot *slot, const HsScan *scan)
{
  guint32 context = slot->n_contexts < MAX_SLOT_CONTEXTS ? scan->context : 0;
  HsReason reason = { .source = (guint8)scan->source, .owner = layout->type, .member = slot->path,
                      .slot = slot->offset < HS_NO_SLOT ? (guint32)slot->offset : HS_NO_SLOT, .context = context,
                      .inner = slot->inner, .inner_slot = slot->inner_offset };

  if (scan->source != HS_SOURCE_POINTER)
    return hs_reasons_intern (self->reasons, reason);
  HsThrough *known = &self->through[(GPOINTER_TO_SIZE (slot) / sizeof *slot + context) % HS_N_THROUGH];
  if (known->slot != slot || known->context != context) {
    guint32 before = hs_reasons_count (self->reasons);
    *known = (HsThrough){ .slot = slot, .context = context, .number = hs_reasons_intern (self->reasons, reason) };
    slot->n_contexts += hs_reasons_count (self->reasons) > before;
  }
  return known->number;
}

static guint32
place_in (const HsScan *scan, guint64 offset)
{
  guint64 place = (scan->from + offset) / 8;

  return scan->owner != HS_NO_BLOCK && place < HS_NOWHERE ? (guint32)place : HS_NOWHERE;
}

enum { NOT_ASKED, NO, YES };

/* Whether functions stand next to a void *, or to a pointer to a header, which may be to what begins with it. */
static guint8
may_ask (HsEngine *self, const HsSlot *slot)
{
  if (slot->inner == 0 || slot->in_union || slot->inner_offset > slot->offset || !hs_layouts_get (self->layouts, slot->inner)->has_functions)
    return NO;
  return slot->kind == HS_SLOT_VOID || (slot->kind == HS_SLOT_OBJECT && hs_beginners (self, slot->target) != NULL) ? YES : NO;
}

/* What the functions at the head of a list, tree or table say that a node leads to: what it is about, or the next node, which
 * may be what begins with it. */
static HsTypeId
by_takers (HsEngine *self, const HsSlot *slot, const GArray *takers, guint64 value)
{
  if (slot->kind == HS_SLOT_VOID)
    return hs_functions_choose (self, takers, 0, value, TRUE);
  if (slot->kind == HS_SLOT_OBJECT && slot->target == slot->inner && hs_beginners (self, slot->target) != NULL)
    return hs_functions_choose (self, takers, slot->target, value, TRUE);
  return 0;
}

/* What the functions say that stand in the same record as the pointer of @slot, or in the one that leads to a table of
 * such. */
static HsTypeId
by_functions (HsEngine *self, HsSlot *slot, const HsScan *scan, guint64 value)
{
  if (scan->others != NULL)
    return slot->kind == HS_SLOT_VOID ? hs_functions_choose (self, scan->others, 0, value, TRUE) : 0;
  if (slot->asks == NOT_ASKED)
    slot->asks = may_ask (self, slot);
  if (slot->asks == NO)
    return scan->takers != NULL && !slot->in_union ? by_takers (self, slot, scan->takers, value) : 0;
  guint64 start = slot->offset - slot->inner_offset;
  const GArray *types = hs_functions_others (self, slot->inner, scan->data + start, scan->limit - start);
  return types != NULL ? hs_functions_choose (self, types, slot->kind == HS_SLOT_OBJECT ? slot->target : 0, value, FALSE) : 0;
}

/* Whether a member that is not set in many objects leads to what it should. */
static gboolean
leads_well (HsEngine *self, const HsSlot *slot, guint64 value)
{
  guint32 block = slot->kind == HS_SLOT_OBJECT ? hs_blocks_find (self->blocks, value) : HS_NO_BLOCK;
  const guint8 *data = block != HS_NO_BLOCK ? hs_engine_bytes (self, block) : NULL;
  const HsLayout *layout = hs_layouts_get (self->layouts, slot->target);

  if (data == NULL || hs_blocks_end (self->blocks, block) - value < layout->size)
    return FALSE;
  HsMatch match = hs_content_match (self, layout, data + (value - self->blocks->address[block]), layout->size);
  return match.bad == 0 && match.good > 0;
}

static void
scan_slots (HsEngine *self, HsLayout *layout, const HsScan *scan)
{
  for (guint32 i = 0; i < layout->n_slots; i++) {
    HsSlot *slot = &layout->slots[i];
    guint64 value;
    if (slot->offset + 8 > scan->limit)
      return;
    memcpy (&value, scan->data + slot->offset, sizeof value);
    if (value < HS_PAGE_SIZE || value >= HS_ADDR_LIMIT || slot->kind == HS_SLOT_FUNCTION || (slot->is_weak && !leads_well (self, slot, value)))
      continue;
    HsEdge edge = { .value = value, .target = slot->target, .kind = slot->kind, .owner = scan->owner,
                    .level = slot->in_union || slot->is_weak ? MIN (scan->level, HS_LEVEL_C) : scan->level,
                    .reason = slot_reason (self, layout, slot, scan), .at = place_in (scan, slot->offset) };
    if (slot->is_deque) {
      hs_deque_follow (self, slot, scan, edge.reason, edge.at);
      continue;
    }
    if (slot->plain == NOT_ASKED && slot->kind == HS_SLOT_OBJECT)
      slot->plain = hs_layouts_get (self->layouts, slot->target)->has_functions ? NO : YES;
    edge.plain = slot->plain == YES;
    HsTypeId said = slot->asks != NO || scan->others != NULL || scan->takers != NULL ? by_functions (self, slot, scan, value) : 0;
    if (said != 0) {
      edge.target = said;
      edge.plain = FALSE;
      edge.kind = HS_SLOT_OBJECT;
      edge.level = MIN (edge.level, HS_LEVEL_C);
      edge.reason = hs_engine_reason_by (self, edge.reason, HS_SOURCE_FUNCTION, 0);
    }
    hs_engine_edge (self, edge);
  }
}

/* The part of @scan from @offset on, at most @size bytes. */
static HsScan
part_of (const HsScan *scan, guint64 offset, guint64 size)
{
  HsScan part = *scan;

  part.data += offset;
  part.from += offset;
  part.limit = MIN (scan->limit - offset, size);
  return part;
}

void
hs_engine_scan (HsEngine *self, HsLayout *layout, const HsScan *scan)
{
  HsScan whole = *scan;

  whole.level = MIN (scan->level, HS_LEVEL_B); /* what a pointer proves */
  scan_slots (self, layout, &whole);
  for (guint32 i = 0; i < layout->n_repeats; i++) {
    const HsRepeat *repeat = &layout->repeats[i];
    for (guint64 k = 0; k < repeat->count; k++) {
      guint64 offset = repeat->offset + k * repeat->stride;
      if (offset >= whole.limit)
        return;
      HsScan part = part_of (&whole, offset, repeat->stride);
      hs_engine_scan (self, repeat->element, &part);
    }
  }
}

static void
scan_elements (HsEngine *self, HsLayout *element, const HsScan *scan, guint64 from, guint64 stride)
{
  if (!element->has_pointers || stride == 0)
    return;
  for (guint64 at = from; at < scan->limit && scan->limit - at >= MIN (stride, 8); at += stride) {
    HsScan part = part_of (scan, at, stride);
    hs_engine_scan (self, element, &part);
  }
}

/* --- blocks --- */

/* Of an array of pointers to the nodes of a C++ container: the nodes' type, by the member that leads to the array. */
static HsTypeId
node_type (HsEngine *self, guint32 block)
{
  const HsReason *reason = hs_reasons_get (self->reasons, self->reason[block]);

  if (reason->owner == 0 || reason->owner >= self->types->n_types)
    return 0;
  const HsLayout *layout = hs_layouts_get (self->layouts, reason->owner);
  for (guint32 i = 0; i < layout->n_slots; i++)
    if (layout->slots[i].offset == reason->slot)
      return layout->slots[i].node;
  return 0;
}

static void
scan_nodes (HsEngine *self, HsTypeId node, guint32 block, const HsScan *scan)
{
  for (guint64 at = 0; at + 8 <= scan->limit; at += 8) {
    guint64 value;
    memcpy (&value, scan->data + at, sizeof value);
    if (value >= HS_PAGE_SIZE && value < HS_ADDR_LIMIT)
      hs_engine_edge (self, (HsEdge){ .value = value, .target = node, .kind = HS_SLOT_NODE, .level = scan->level,
                                      .reason = self->reason[block], .owner = block, .at = place_in (scan, at) });
  }
}

/* Of a table of void *: what the functions take such for that stand in the record that leads to it. */
static const GArray *
others_of_owner (HsEngine *self, guint32 block)
{
  const HsReason *reason = hs_reasons_get (self->reasons, self->reason[block]);
  guint32 parent = self->parent[block], at = self->at[block];
  const guint8 *data = parent != HS_NO_BLOCK && at != HS_NOWHERE && reason->inner != 0 ? hs_engine_bytes (self, parent) : NULL;
  guint64 room = data != NULL ? hs_blocks_size (self->blocks, parent) : 0, place = (guint64)at * 8;

  if (data == NULL || place + 8 > room || place < reason->inner_slot)
    return NULL;
  guint64 start = place - reason->inner_slot;
  return hs_functions_others (self, reason->inner, data + start, room - start);
}

/* What stands before the object of a @layout, @behind bytes into the block of @whole. */
static void
scan_before (HsEngine *self, const HsLayout *layout, const HsScan *whole, guint64 behind)
{
  for (guint32 i = 0; i < layout->n_before; i++) {
    const HsBefore *before = &layout->before[i];
    if (before->distance > behind)
      continue;
    HsScan part = part_of (whole, behind - before->distance, before->layout->size);
    part.level = MIN (whole->level, before->level);
    if (hs_content_admits (self, before->layout, part.data, part.limit))
      hs_engine_scan (self, before->layout, &part);
  }
}

/* Where the elements begin: of pointers behind what the program's allocator keeps. */
static guint64
array_start (HsEngine *self, guint32 block, const HsLayout *layout)
{
  guint64 distance = hs_reasons_get (self->reasons, self->reason[block])->distance;

  return hs_types_get (self->types, layout->type)->kind == HS_TYPE_POINTER && hs_is_prefix (self, distance) ? distance : 0;
}

static void
scan_block (HsEngine *self, guint32 block, HsLayout *layout, const guint8 *data, guint64 usable)
{
  HsLabel label = self->label[block];
  guint form = hs_label_form (label);
  gboolean decided = hs_label_level (label) != HS_LEVEL_NONE;
  HsScan scan = { .data = data, .limit = usable, .level = decided ? hs_label_level (label) : HS_LEVEL_C,
                  .source = HS_SOURCE_POINTER, .owner = block };

  if (decided && form == HS_FORM_BEHIND) {
    guint64 behind = MIN (usable, hs_reasons_get (self->reasons, self->reason[block])->distance);
    HsScan whole = scan;
    scan = part_of (&scan, behind, G_MAXUINT64);
    whole.context = scan.context = hs_context_of_block (self, block, layout, scan.data, scan.limit);
    scan_before (self, layout, &whole, behind);
  } else
    scan.context = hs_context_of_block (self, block, layout, scan.data, scan.limit);
  if (decided && hs_reasons_get (self->reasons, self->reason[block])->source == HS_SOURCE_FUNCTION)
    hs_functions_note (self, scan.context, layout->type);
  if (hs_is_node (self, layout->type))
    scan.takers = hs_contexts_get (self->contexts, scan.context)->takers;
  HsTypeId node = decided && form == HS_FORM_ARRAY ? node_type (self, block) : 0;
  if (node != 0) {
    scan_nodes (self, node, block, &scan);
    return;
  }
  if (decided && form == HS_FORM_ARRAY) {
    guint64 from, to;
    if (hs_deque_range (self, block, &from, &to)) {
      scan.limit = to;
      scan_elements (self, layout, &scan, from, layout->size);
      return;
    }
    if (hs_types_get (self->types, layout->type)->kind == HS_TYPE_POINTER && layout->n_slots == 1 && layout->slots[0].kind == HS_SLOT_VOID)
      scan.others = others_of_owner (self, block);
    scan_elements (self, layout, &scan, array_start (self, block, layout), layout->size);
    return;
  }
  if (decided && form == HS_FORM_TRUNCATED) {
    guint good;
    scan.limit = hs_content_sound (self, layout, scan.data, scan.limit, &good);
  }
  HsScan one = part_of (&scan, 0, layout->size);
  hs_engine_scan (self, layout, &one);
  if (decided && layout->links_in_tail)
    hs_tail_follow (self, layout, &scan);
  if (decided && (form == HS_FORM_FLEXIBLE || form == HS_FORM_BEHIND) && layout->tail != NULL) {
    scan.limit = MIN (scan.limit, layout->tail_offset + hs_used_elements (layout, scan.data, scan.limit) * layout->tail_stride);
    scan_elements (self, layout->tail, &scan, layout->tail_offset, layout->tail_stride);
  }
}

static void
refute (HsEngine *self, guint32 block)
{
  self->n_refuted++;
  g_array_append_val (self->waiting, block);
  self->label[block] = hs_label (hs_label_type (self->label[block]), HS_HINT_REFUTED, HS_LEVEL_NONE, 0);
}

static gboolean
passes (HsEngine *self, guint32 block, const HsLayout *layout, const guint8 *data, guint64 usable)
{
  guint64 behind = 0, from, to;

  if (hs_label_form (self->label[block]) == HS_FORM_ARRAY && hs_deque_range (self, block, &from, &to))
    return to - from < layout->size || hs_content_admits (self, layout, data + from, layout->size);
  if (hs_label_level (self->label[block]) != HS_LEVEL_NONE && hs_label_form (self->label[block]) == HS_FORM_TRUNCATED)
    return TRUE; /* followed as far as it is sound */
  if (hs_label_level (self->label[block]) != HS_LEVEL_NONE && hs_label_form (self->label[block]) == HS_FORM_BEHIND)
    behind = MIN (usable, hs_reasons_get (self->reasons, self->reason[block])->distance);
  return hs_content_admits (self, layout, data + behind, usable - behind);
}

static void
visit (HsEngine *self, guint32 block)
{
  HsLabel label = self->label[block];
  HsTypeId type = hs_label_type (label);
  gboolean decided = hs_label_level (label) != HS_LEVEL_NONE;

  if (!(hs_label_flags (label) & HS_LABEL_PENDING))
    return;
  self->label[block] = label & ~((guint32)HS_LABEL_PENDING << 30);
  if (type >= self->types->n_types)
    return; /* a name without a structure */
  HsLayout *layout = hs_layouts_get (self->layouts, type);
  const guint8 *data = layout->has_pointers ? hs_engine_bytes (self, block) : NULL;
  if (data == NULL)
    return;
  guint64 usable = hs_blocks_size (self->blocks, block);
  if (hs_label_level (label) < HS_LEVEL_A && !passes (self, block, layout, data, usable)) {
    if (decided)
      refute (self, block);
  } else if (!decided || hs_label_level (label) >= HS_LEVEL_C)
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

#define MAX_OBJECTS (1u << 16) /* and one more for each OBJECT_BLOCKS blocks: each takes some memory */
#define OBJECT_BLOCKS 8

void
hs_engine_object (HsEngine *self, HsAddr addr, HsTypeId type, HsLevel level, guint32 owner, guint32 reason)
{
  HsObject object = { addr, type, owner, reason, level };

  if (self->seen == NULL)
    self->seen = g_hash_table_new_full (object_hash, object_equal, g_free, NULL);
  /* Free memory of the allocator holds what was there before: never follow it. */
  if (g_hash_table_size (self->seen) >= MAX_OBJECTS + self->blocks->n / OBJECT_BLOCKS || g_hash_table_contains (self->seen, &object)
      || (hs_blocks_find (self->blocks, addr) == HS_NO_BLOCK && hs_heap_rules (self->heap, addr)))
    return;
  g_hash_table_add (self->seen, g_memdup2 (&object, sizeof object));
  g_array_append_val (self->objects, object);
}

static void
scan_object (HsEngine *self, HsObject object, HsLayout *layout, const guint8 *data, guint32 within)
{
  const HsReason *reason = hs_reasons_get (self->reasons, object.reason);
  HsScan scan = { .data = data, .limit = layout->size, .level = object.level, .source = HS_SOURCE_POINTER };

  scan.owner = within != HS_NO_BLOCK ? within : object.owner;
  /* In a block the place is known; of what lies elsewhere only what led there. */
  scan.from = within != HS_NO_BLOCK ? object.addr - self->blocks->address[within] : (guint64)HS_NOWHERE * 8;
  scan.context = hs_context_of_object (self, layout, data, layout->size, reason->context);
  if (hs_is_node (self, layout->type))
    scan.takers = hs_contexts_get (self->contexts, scan.context)->takers;
  hs_engine_scan (self, layout, &scan);
}

/* Whether what follows an object is another one, of an array that begins there: several pointers are set, all may be
 * pointers, and those to blocks find ones of the right size. */
static gboolean
is_next (HsEngine *self, const HsLayout *layout, const guint8 *data)
{
  guint fitting = 0;

  if (hs_content_match (self, layout, data, layout->size).bad > 0)
    return FALSE;
  for (guint32 i = 0; i < layout->n_slots; i++) {
    const HsSlot *slot = &layout->slots[i];
    guint64 value;
    HsForm form;
    if (slot->kind != HS_SLOT_OBJECT || slot->in_union || slot->is_weak)
      continue;
    memcpy (&value, data + slot->offset, sizeof value);
    guint32 block = hs_blocks_at (self->blocks, value);
    if (block == HS_NO_BLOCK)
      continue;
    if (!hs_fits (hs_layouts_get (self->layouts, slot->target), value, hs_blocks_size (self->blocks, block), &form))
      return FALSE;
    fitting++;
  }
  return fitting > 0;
}

#define MAX_ELEMENTS 1024 /* of an array inside of other memory, */
#define MAX_ALL_ELEMENTS (1u << 24) /* and of all of them together */
#define MAX_UNSET 16      /* pointers of such an array in a row: where it ends is not known */

/* Whether @value leads to what fits the slot, by its size. */
static gboolean
leads_there (HsEngine *self, const HsSlot *slot, guint64 value, gboolean *good)
{
  const HsLayout *layout = hs_layouts_get (self->layouts, slot->target);
  guint32 block = hs_blocks_find (self->blocks, value);
  gsize room = 0;
  const guint8 *data = block != HS_NO_BLOCK ? hs_image_span (self->image, value, &room) : NULL;
  guint64 usable = data != NULL ? hs_blocks_end (self->blocks, block) - value : 0;
  HsForm form;

  if (usable < layout->size || room < layout->size
      || (self->blocks->address[block] == value && !hs_fits (layout, value, usable, &form) && usable < 2 * layout->size))
    return FALSE;
  *good = hs_content_match (self, layout, data, layout->size).bad == 0;
  return TRUE;
}

/* How many of the pointers at @data may be an array of them: all that are set lead to what fits them, and the contents of most
 * agree. */
static guint
count_pointers (HsEngine *self, const HsLayout *layout, const guint8 *data, gsize available)
{
  const HsSlot *slot = layout->slots;
  guint end = 1, bad = 0;

  for (guint n = 1; slot->kind == HS_SLOT_OBJECT && n < MIN (MAX_ELEMENTS, available / 8) && n < end + MAX_UNSET
                    && self->n_elements++ < MAX_ALL_ELEMENTS; n++) {
    guint64 value;
    gboolean good;
    memcpy (&value, data + 8 * n, sizeof value);
    if (value == 0)
      continue;
    if (!leads_there (self, slot, value, &good))
      break;
    bad += !good;
    if (bad * 4 > n)
      break;
    end = n + 1;
  }
  return end;
}

static void
visit_object (HsEngine *self, HsObject object)
{
  HsLayout *layout = hs_layouts_get (self->layouts, object.type);
  gsize available;
  const guint8 *data = hs_image_span (self->image, object.addr, &available);
  guint32 within = hs_blocks_find (self->blocks, object.addr);

  if (within != HS_NO_BLOCK) /* what is behind the block's end is another's */
    available = MIN (available, hs_blocks_end (self->blocks, within) - object.addr);
  if (data == NULL || !layout->has_pointers || available < layout->size || !hs_content_admits (self, layout, data, layout->size))
    return;
  scan_object (self, object, layout, data, within);
  if (hs_types_get (self->types, object.type)->kind == HS_TYPE_POINTER && layout->n_slots == 1) {
    for (guint n = count_pointers (self, layout, data, available); --n > 0;) {
      object.addr += 8;
      scan_object (self, object, layout, data += 8, within);
    }
    return;
  }
  if (within == HS_NO_BLOCK || hs_label_level (self->label[within]) != HS_LEVEL_NONE || layout->size < 16)
    return;
  for (guint n = 1; n < MAX_ELEMENTS && self->n_elements++ < MAX_ALL_ELEMENTS
                    && (n + (guint64)1) * layout->size <= available && is_next (self, layout, data + n * layout->size); n++) {
    object.addr += layout->size;
    scan_object (self, object, layout, data + n * layout->size, within);
  }
}

void
hs_engine_drain (HsEngine *self)
{
  guint done = 0;

  while (self->n_batch > 0 || self->queue_used > 0 || done < self->objects->len) {
    if (self->queue_used > 0)
      visit (self, hs_engine_dequeue (self));
    else if (self->n_batch > 0)
      hs_engine_flush (self);
    else
      visit_object (self, g_array_index (self->objects, HsObject, done++));
  }
  g_array_set_size (self->objects, 0);
}
