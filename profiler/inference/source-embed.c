/* source-embed.c - what holds the thing that is pointed to.
 *
 * A T * to the inside of a block, or to the start of one that is not the size of a T: the block is a type that has a T
 * there, as a member or because it begins with the same members. Of several such types the contents decide, for all blocks
 * at once that the same member leads to. Where no type holds a T like that, the block is several T, or one and bytes
 * behind it, or the beginning of one. */
#include "profiler/inference/groups.h"

#include <string.h>

typedef struct {
  HsEngine *engine;
  guint32 block;
  HsTypeId type;
  HsLayout *layout;
  guint64 distance;
  guint64 usable;
  HsAddr address;
  const guint8 *data;
} Case;

static gboolean
open_case (HsEngine *self, guint32 block, Case *c)
{
  HsTypeId type = hs_label_type (self->label[block]);

  *c = (Case){ .engine = self, .block = block, .type = type, .layout = hs_layouts_get (self->layouts, type),
               .distance = hs_reasons_get (self->reasons, self->reason[block])->distance,
               .usable = hs_blocks_size (self->blocks, block), .address = self->blocks->address[block],
               .data = hs_engine_bytes (self, block) };
  return c->data != NULL;
}

static gboolean
decide (const Case *c, HsForm form, HsLevel level, guint source)
{
  guint32 reason = hs_engine_reason_by (c->engine, c->engine->reason[c->block], source, 0);

  return hs_engine_decide (c->engine, c->block, c->type, form, level, reason, c->engine->parent[c->block]);
}

/* --- types that hold it --- */

static void
add_unique (GArray *ids, HsTypeId id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, HsTypeId, i) == id)
      return;
  g_array_append_val (ids, id);
}

/* The types that the members of the group may be, by the sizes of some. */
static GArray *
find_holders (HsEngine *self, const HsGroups *groups, const HsGroup *group, guint64 distance)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  guint32 n = MIN (group->n, HS_SPECIMENS);

  for (guint32 i = 0; i < n; i++) {
    guint32 block = groups->members[group->first + (guint64)i * group->n / n];
    guint64 usable = hs_blocks_size (self->blocks, block);
    HsForm form;
    const GArray *ids = hs_find_containers (self, group->type, distance, self->blocks->address[block], usable);
    for (guint k = 0; k < ids->len; k++)
      add_unique (found, g_array_index (ids, HsTypeId, k));
    if (distance == 0 && hs_fits (hs_layouts_get (self->layouts, group->type), self->blocks->address[block], usable, &form)
        && (form != HS_FORM_TAIL || ids->len == 0))
      add_unique (found, group->type);
  }
  return found;
}

/* --- several of them, one and more, or a part --- */

/* How many bytes of the block a number next to the pointer says are in use: a count of elements, where the block is that
 * long and less than twice as long. 0: there is none. */
static guint64
counted (const Case *c, const guint8 *owner, guint64 room)
{
  const HsReason *reason = hs_reasons_get (c->engine->reasons, c->engine->reason[c->block]);
  const HsLayout *layout = reason->inner != 0 ? hs_layouts_get (c->engine->layouts, reason->inner) : NULL;
  guint64 size = c->layout->size, best = 0;

  for (guint32 i = 0; layout != NULL && size > 0 && i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    guint64 n = 0;
    if (field->kind != HS_FIELD_INT || field->bit_size != 0 || field->size < 2 || field->size > 8 || field->offset + field->size > room)
      continue;
    memcpy (&n, owner + field->offset, field->size);
    if (n >= 2 && n <= c->usable / size && 2 * n * size > c->usable)
      best = MAX (best, n * size);
  }
  return best;
}

/* Where the elements end, if the pointer's owner says so: begin, end; or a count. */
static guint64
filled (const Case *c)
{
  HsEngine *self = c->engine;
  guint32 parent = self->parent[c->block], at = self->at[c->block];
  const guint8 *data = parent != HS_NO_BLOCK && at != HS_NOWHERE ? hs_engine_bytes (self, parent) : NULL;
  guint64 room = data != NULL ? hs_blocks_size (self->blocks, parent) : 0, place = (guint64)at * 8, next;
  guint32 inner = hs_reasons_get (self->reasons, self->reason[c->block])->inner_slot;

  if (data == NULL || place + 8 > room)
    return c->usable;
  if (place + 16 <= room) {
    memcpy (&next, data + place + 8, sizeof next);
    if (next > c->address && next <= c->address + c->usable && (next - c->address) % MAX (c->layout->size, 1) == 0)
      return next - c->address;
  }
  guint64 bytes = place >= inner ? counted (c, data + place - inner, room - (place - inner)) : 0;
  return bytes != 0 ? bytes : c->usable;
}

#define MAX_ELEMENTS 64 /* looked at */

/* Whether the block is T and nothing but T: each element passes, and where they hold pointers at all, some are set. */
static gboolean
is_array (const Case *c)
{
  guint64 size = c->layout->size, end = size > 0 ? filled (c) : 0;

  /* The link of a free list, which runs through blocks of any kind; but one that leads inside runs through a pool. */
  if (c->distance == 0 && c->layout->n_slots == 1 && size == 8 && c->layout->slots[0].target == c->type)
    return FALSE;
  if (size == 0 || c->usable < 2 * size || (end == c->usable && c->usable % size > hs_residue (c->address, c->usable) + HS_GRANULE))
    return FALSE;
  if (!c->layout->has_pointers)
    return hs_content_heap_pointers (c->engine, c->data, MIN (end, 4096)) == 0;
  for (guint64 at = 0, n = 0; at + size <= end && n < MAX_ELEMENTS; at += size, n++)
    if (!hs_content_admits (c->engine, c->layout, c->data + at, size))
      return FALSE;
  return TRUE;
}

static void
try_several (const Case *c)
{
  if (c->distance % MAX (c->layout->size, 1) == 0 && is_array (c)) {
    c->layout->n_pools += decide (c, HS_FORM_ARRAY, HS_LEVEL_C, HS_SOURCE_ARRAY) && c->distance != 0;
    return;
  }
  if (c->distance != 0) {
    hs_engine_object (c->engine, c->address + c->distance, c->type, HS_LEVEL_C, c->block, c->engine->reason[c->block]);
    return;
  }
  if (c->layout->size == 0 || c->layout->size > c->usable || !hs_content_admits (c->engine, c->layout, c->data, c->usable))
    return;
  /* malloc leaves up to 16 bytes more when what remains is too small for a chunk of its own. A T at the start of a block
   * several times its size is weak: a list of free slots runs through such blocks. */
  gboolean whole = c->usable - c->layout->size <= 15 + HS_GRANULE;
  gboolean grows = c->layout->grows && c->usable <= c->layout->longest;
  gboolean weak = c->usable / 2 > c->layout->size && !grows && !c->layout->ends_in_bytes
                  && !hs_content_owns_tail (c->layout, c->address, c->data, c->usable);
  if (!weak && !whole)
    hs_learn_long (c->engine, c->layout, c->usable);
  decide (c, whole ? HS_FORM_WHOLE : HS_FORM_TAIL, weak ? HS_LEVEL_D : HS_LEVEL_C, HS_SOURCE_EMBED);
}

#define LEAST_POOLS 8

gboolean
hs_embed_pool (HsEngine *self, guint32 block)
{
  Case c;

  return hs_layouts_get (self->layouts, hs_label_type (self->label[block]))->n_pools >= LEAST_POOLS && open_case (self, block, &c)
         && c.layout->size >= 16 && c.distance % c.layout->size == 0 && is_array (&c)
         && decide (&c, HS_FORM_ARRAY, HS_LEVEL_C, HS_SOURCE_ARRAY);
}

#define LEAST_SHORT 4 /* blocks that are all too short: then the program means it, */
#define MANY_SHORT 8  /* and so many, even where they are far too short */

static gboolean
is_short (const Case *c, guint times)
{
  return c->distance == 0 && c->layout->size > c->usable && c->usable * times >= c->layout->size
         && (hs_content_admits (c->engine, c->layout, c->data, c->usable)
             || hs_content_is_cut (c->engine, c->layout, c->address, c->data, c->usable));
}

/* Whether the pointers stand in a union, and may be something else. */
static gboolean
from_union (HsEngine *self, const HsReason *reason)
{
  const HsLayout *layout = reason->owner != 0 ? hs_layouts_get (self->layouts, reason->owner) : NULL;

  for (guint32 i = 0; layout != NULL && i < layout->n_slots; i++)
    if (layout->slots[i].offset == reason->slot)
      return layout->slots[i].in_union || layout->slots[i].kind == HS_SLOT_UNION;
  return FALSE;
}

/* Blocks that are shorter than the type: the program leaves out what it does not use. */
static void
try_short (HsEngine *self, const HsGroups *groups, const HsGroup *group)
{
  guint32 n = 0, far = 0;
  Case c;

  if (from_union (self, hs_reasons_get (self->reasons, group->reason)))
    return;
  for (guint32 i = 0; i < group->n; i++)
    if (open_case (self, groups->members[group->first + i], &c)) {
      n += is_short (&c, 2);
      far += is_short (&c, 4);
    }
  guint times = far >= MANY_SHORT ? 4 : 2;
  if (far < MANY_SHORT && n < LEAST_SHORT)
    return;
  for (guint32 i = 0; i < group->n; i++)
    if (open_case (self, groups->members[group->first + i], &c) && is_short (&c, times)) {
      hs_learn_short (self, c.layout, c.usable);
      decide (&c, HS_FORM_TRUNCATED, HS_LEVEL_C, HS_SOURCE_EMBED);
    }
}

static void
try_alone (HsEngine *self, const HsGroups *groups, const HsGroup *group)
{
  for (guint32 i = 0; i < group->n; i++) {
    guint32 block = groups->members[group->first + i];
    Case c;
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE && open_case (self, block, &c)
        && hs_find_containers (self, c.type, c.distance, c.address, c.usable)->len == 0)
      try_several (&c);
  }
}

#define MAX_BEHIND 64  /* bytes an allocator of the program's own may keep before an object */
#define LEAST_BEHIND 4 /* blocks */

/* The pointer's type, and what begins with it, where that fits all that is behind the pointer: the program's allocator puts
 * something of its own before each object. */
static void
try_behind (HsEngine *self, const HsGroups *groups, const HsGroup *group, guint64 distance)
{
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  const GArray *beginners = hs_beginners (self, group->type);

  if (group->n < LEAST_BEHIND || distance % 8 != 0 || distance > MAX_BEHIND)
    return;
  g_array_append_val (candidates, group->type);
  for (guint i = 0; beginners != NULL && i < beginners->len; i++)
    g_array_append_val (candidates, g_array_index (beginners, HsTypeId, i));
  g_autoptr (HsMatrix) matrix = hs_matrix_new (self, groups->members + group->first, group->n, candidates,
                                               group->reason, FALSE, distance, TRUE);
  if (matrix != NULL)
    hs_group_solve (self, groups, group, matrix, HS_SOURCE_EMBED, 0, 0);
}

static void
try_group (HsEngine *self, const HsGroups *groups, const HsGroup *group)
{
  guint64 distance = hs_reasons_get (self->reasons, group->reason)->distance;
  g_autoptr (GArray) holders = find_holders (self, groups, group, distance);
  guint32 done = 0;

  if (holders->len > 0 && (distance != 0 || !hs_is_tagged (self, group->type))) {
    g_autoptr (HsMatrix) matrix = hs_matrix_new (self, groups->members + group->first, group->n, holders,
                                                 group->reason, FALSE, 0, FALSE);
    if (matrix != NULL)
      done = hs_group_solve (self, groups, group, matrix, HS_SOURCE_EMBED, 0, 0);
  }
  if (distance != 0 && done == 0)
    try_behind (self, groups, group, distance);
  try_alone (self, groups, group);
}

#define LEAST_PAYLOADS 8 /* blocks */

/* Whether a number in the type says how much is behind it: a header and its payload in one block. */
static gboolean
has_payload (HsEngine *self, const HsGroups *groups, const HsGroup *group, const HsLayout *layout, const HsField *field)
{
  guint32 n = 0, good = 0;

  for (guint32 i = 0; i < MIN (group->n, 4 * HS_SPECIMENS); i++) {
    Case c;
    guint64 value = 0;
    if (!open_case (self, groups->members[group->first + i], &c) || c.usable < layout->size || c.usable - layout->size < 16
        || hs_content_match (self, layout, c.data, c.usable).bad > 0)
      continue;
    memcpy (&value, c.data + field->offset, field->size);
    n++;
    guint64 payload = c.usable - layout->size;
    good += (value <= payload && payload - value <= 15 + HS_GRANULE)
            || (value > payload && value <= c.usable && c.usable - value <= 15 + HS_GRANULE); /* with the header */
  }
  return n >= LEAST_PAYLOADS && good * 100 >= 97 * n;
}

/* Types that typed pointers find at the start of blocks of all sizes. */
static void
ask_payloads (HsEngine *self)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_PREFIX, HS_HINT_PREFIX, HS_BY_TYPE);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    HsLayout *layout = hs_layouts_get (self->layouts, group->type);
    for (guint32 f = 0; f < layout->n_fields && !layout->grows && group->n >= LEAST_PAYLOADS; f++) {
      const HsField *field = &layout->fields[f];
      if (field->kind == HS_FIELD_INT && field->bit_size == 0 && field->size >= 2 && field->size <= 8 && !field->in_union
          && has_payload (self, groups, group, layout, field))
        hs_learn_payload (self, layout);
    }
  }
}

#define LEAST_OVERLAID 8 /* blocks */

/* Blocks that typed pointers vouch for, but in which a later pointer cannot be one: if they are many, and sound up to there,
 * the program cuts its objects short and puts other things behind. */
static void
try_overlaid (HsEngine *self, const HsGroups *groups, const HsGroup *group)
{
  HsLayout *layout = hs_layouts_get (self->layouts, group->type);
  guint32 n = 0;

  for (guint pass = 0; pass < 2 && (pass == 0 || (n >= LEAST_OVERLAID && 2 * n >= group->n)); pass++)
    for (guint32 i = 0; i < group->n; i++) {
      Case c;
      guint good;
      if (!open_case (self, groups->members[group->first + i], &c)
          || hs_content_sound (self, layout, c.data, MIN (c.usable, layout->size), &good) < 8
          || (good == 0 && !hs_content_is_cut (self, layout, c.address, c.data, c.usable)))
        continue;
      n += pass == 0;
      if (pass > 0) {
        self->label[c.block] = hs_label (0, HS_HINT_VOID, HS_LEVEL_NONE, 0);
        decide (&c, HS_FORM_TRUNCATED, HS_LEVEL_C, HS_SOURCE_EMBED);
      }
    }
}

static void
ask_refuted (HsEngine *self)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_REFUTED, HS_HINT_REFUTED, HS_BY_TYPE);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    if (group->n >= LEAST_OVERLAID)
      try_overlaid (self, groups, group);
  }
}

static void
ask_short (HsEngine *self)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_PREFIX, HS_HINT_PREFIX, HS_BY_TYPE);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    if (group->n >= LEAST_SHORT)
      try_short (self, groups, group);
  }
}

static void
ask (HsEngine *self, HsHint from, HsGrouping by, guint memory)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, from, HS_HINT_PREFIX, by);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    if (hs_group_is_due (self, group, memory))
      try_group (self, groups, group);
  }
}

void
hs_source_embed (HsEngine *self)
{
  guint64 before = self->n_decided;

  ask_refuted (self);
  ask_short (self);
  ask_payloads (self);
  ask (self, HS_HINT_INTERIOR, HS_BY_REASON, HS_SOURCE_EMBED);
  if (self->n_decided == before)
    ask (self, HS_HINT_PREFIX, HS_BY_MEMBER, HS_N_SOURCES + HS_SOURCE_EMBED);
}
