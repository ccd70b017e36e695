/* deque.c - see deque.h.
 *
 * In libstdc++ (bits/stl_deque.h, 4.8 to 14) a deque is _M_map, an array of _M_map_size pointers to nodes, and two iterators,
 * _M_start and _M_finish: the current element, the first and the end of its node, and the node's place in the map. A node is
 * an array of 512 bytes, or of one element where that is larger. */
#include "profiler/inference/deque.h"

#include <string.h>

#define NODE_BYTES 512

typedef struct {
  guint64 map, map_size;
  struct { guint64 current, first, last, node; } start, finish;
} Deque;

static gboolean
deque_read (const guint8 *data, guint64 limit, guint64 offset, Deque *deque)
{
  if (offset > limit || limit - offset < sizeof *deque)
    return FALSE;
  memcpy (deque, data + offset, sizeof *deque);
  return deque->start.node >= deque->map && deque->finish.node >= deque->start.node && deque->map_size > 0
         && (deque->finish.node - deque->map) / 8 < deque->map_size;
}

/* Of a pointer that is a deque's: the type of the elements. */
static HsTypeId
element_of (HsEngine *engine, const HsSlot *slot)
{
  return hs_types_strip (engine->types, hs_types_get (engine->types, slot->target)->target);
}

static guint64
node_bytes (guint64 size)
{
  return size < NODE_BYTES ? NODE_BYTES / size * size : size;
}

void
hs_deque_follow (HsEngine *engine, const HsSlot *slot, const HsScan *scan, guint32 reason, guint32 at)
{
  HsTypeId element = element_of (engine, slot);
  guint64 size = hs_types_get (engine->types, element)->size, value;
  HsLevel level = MIN (scan->level, HS_LEVEL_B);
  Deque deque;

  if (size == 0 || !deque_read (scan->data, scan->limit, slot->offset, &deque))
    return;
  guint32 map = hs_blocks_at (engine->blocks, deque.map);
  if (map == HS_NO_BLOCK || deque.map_size > hs_blocks_size (engine->blocks, map) / 8)
    return;
  /* It is one deque's alone; no other makes it be read again. */
  if (!hs_engine_decide_at (engine, map, slot->target, HS_FORM_ARRAY, level, reason, scan->owner, at))
    return;
  for (HsAddr place = deque.start.node; place <= deque.finish.node; place += 8) {
    guint32 node = hs_image_word (engine->image, place, &value) ? hs_blocks_at (engine->blocks, value) : HS_NO_BLOCK;
    if (node != HS_NO_BLOCK && hs_blocks_size (engine->blocks, node) >= node_bytes (size))
      hs_engine_decide_at (engine, node, element, HS_FORM_ARRAY, level, reason, scan->owner, at);
  }
}

/* The slot of a deque that led to the block, or NULL. */
static const HsSlot *
slot_of (HsEngine *engine, const HsReason *reason)
{
  const HsLayout *layout = NULL;

  if (reason->owner != 0 && reason->owner < engine->types->n_types)
    layout = hs_layouts_get (engine->layouts, reason->owner);
  for (guint32 i = 0; layout != NULL && layout->has_deques && i < layout->n_slots; i++)
    if (layout->slots[i].offset == reason->slot)
      return layout->slots[i].is_deque ? &layout->slots[i] : NULL;
  return NULL;
}

gboolean
hs_deque_range (HsEngine *engine, guint32 block, guint64 *from, guint64 *to)
{
  HsAddr address = engine->blocks->address[block];
  guint64 usable = hs_blocks_size (engine->blocks, block);
  const HsSlot *slot = slot_of (engine, hs_reasons_get (engine->reasons, engine->reason[block]));
  guint32 parent = engine->parent[block], at = engine->at[block];
  Deque deque;

  *from = *to = 0;
  if (slot == NULL)
    return FALSE;
  if (hs_label_type (engine->label[block]) == slot->target)
    return TRUE; /* the array of pointers */
  *to = usable;
  const guint8 *data = parent != HS_NO_BLOCK && at != HS_NOWHERE ? hs_engine_bytes (engine, parent) : NULL;
  if (data == NULL || !deque_read (data, hs_blocks_size (engine->blocks, parent), (guint64)at * 8, &deque))
    return TRUE;
  if (deque.start.first == address && deque.start.current >= address)
    *from = MIN (usable, deque.start.current - address);
  if (deque.finish.first == address && deque.finish.current >= address)
    *to = MIN (usable, deque.finish.current - address);
  *from = MIN (*from, *to);
  return TRUE;
}
