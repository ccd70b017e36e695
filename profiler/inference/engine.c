/* engine.c - edges in, labels out; see engine.h. What is followed where, see follow.c.
 *
 * An edge goes through three steps, in batches, so that the cache misses of many edges overlap: the page entry of its
 * value is prefetched when it comes in, its block's label when the batch is full, and then it is weighed. A block that is
 * decided stands in the queue; when its turn comes its contents are held against the type, and if they pass, its
 * pointers become edges. Everything happens in one order that depends on the input alone. */
#include "profiler/inference/functions.h"
#include "profiler/inference/groups.h"
#include "profiler/inference/known.h"

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

#define LINE 64        /* bytes of a line of the cache, */
#define PREFETCHED 256 /* and so much of a block is brought near */

static void
prefetch_bytes (const HsEngine *self, guint32 block)
{
  HsAddr at = self->blocks->address[block], end = at + MIN (hs_blocks_size (self->blocks, block), PREFETCHED);

  if (at < self->last_segment.start || end > self->last_segment.end)
    return;
  for (; at < end; at = (at | (LINE - 1)) + 1)
    __builtin_prefetch (self->last_segment.data + (at - self->last_segment.start));
}

static void
prefetch_block (const HsEngine *self, guint32 block)
{
  __builtin_prefetch (&self->blocks->address[block]);
  __builtin_prefetch (&self->blocks->words[block]);
  __builtin_prefetch (&self->label[block]);
  __builtin_prefetch (&self->reason[block]);
}

void
hs_engine_prefetch (const HsEngine *self, const guint32 *blocks, guint32 n, guint32 at)
{
  if (at + 24 < n) {
    prefetch_block (self, blocks[at + 24]);
    prefetch_bytes (self, blocks[at + 10]);
  }
}

static int
compare_variables (gconstpointer a, gconstpointer b)
{
  const HsVariable *x = *(const HsVariable *const *)a, *y = *(const HsVariable *const *)b;

  return x->address < y->address ? -1 : x->address > y->address;
}

static void
index_variables (HsEngine *self)
{
  self->variables = g_array_new (FALSE, FALSE, sizeof (HsVariable *));
  for (guint32 i = 0; i < self->types->n_variables; i++) {
    const HsVariable *variable = &self->types->variables[i];
    if (!variable->tls && variable->address != 0)
      g_array_append_val (self->variables, variable);
  }
  g_array_sort (self->variables, compare_variables);
}

const HsVariable *
hs_engine_static_at (HsEngine *self, HsAddr addr)
{
  guint low = 0, high;

  if (self->variables == NULL)
    index_variables (self);
  high = self->variables->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (self->variables, const HsVariable *, middle)->address <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0)
    return NULL;
  const HsVariable *variable = g_array_index (self->variables, const HsVariable *, low - 1);
  guint64 size = hs_types_get (self->types, hs_types_strip (self->types, variable->type))->size;
  return addr - variable->address < MAX (size, 1) ? variable : NULL;
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

HsTypeId
hs_text_type (HsEngine *self)
{
  guint n;
  const HsTypeId *ids;

  if (self->text_type != 0)
    return self->text_type;
  self->text_type = self->types->n_types + HS_NAME_CHAR;
  ids = hs_types_by_name (self->types, "char", &n);
  for (guint i = n; i-- > 0;)
    if (hs_types_get (self->types, ids[i])->kind == HS_TYPE_BASE)
      self->text_type = ids[i];
  return self->text_type;
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

#define NEAR 12 /* places from the head of the queue: what they hold is brought near, */
#define FAR 32  /* and from here on, where that is */

static void
enqueue (HsEngine *self, guint32 block)
{
  if (self->queue_used == self->queue_capacity)
    grow_queue (self);
  if (self->queue_used < NEAR)
    prefetch_bytes (self, block);
  /* The capacity is a power of two. */
  self->queue[(self->queue_head + self->queue_used++) & (self->queue_capacity - 1)] = block;
}

guint32
hs_engine_dequeue (HsEngine *self)
{
  const guint32 *queue = self->queue;
  guint32 head = self->queue_head, last = self->queue_capacity - 1;

  if (self->queue_used > FAR)
    prefetch_block (self, queue[(head + FAR) & last]);
  if (self->queue_used > NEAR)
    prefetch_bytes (self, queue[(head + NEAR) & last]);
  self->queue_head = (head + 1) & last;
  self->queue_used--;
  return queue[head];
}

/* --- decisions --- */

static void
set_label (HsEngine *self, guint32 block, HsLabel label, guint32 reason, guint32 parent, guint32 at)
{
  self->label[block] = label;
  self->reason[block] = reason;
  self->parent[block] = parent;
  self->at[block] = at;
}

static HsDerived *
derived (HsEngine *self, guint32 from, guint64 what)
{
  return &self->derived[(from * 31 + what * 7 + (what >> 32)) % HS_N_DERIVED];
}

guint32
hs_engine_reason_by (HsEngine *self, guint32 number, guint source, guint32 decision)
{
  guint64 what = G_GUINT64_CONSTANT (1) << 63 | (guint64)source << 32 | decision;
  HsDerived *known = derived (self, number, what);

  if (known->number != 0 && known->from == number && known->what == what)
    return known->number;
  HsReason reason = *hs_reasons_get (self->reasons, number);
  reason.source = (guint8)source;
  reason.decision = decision;
  *known = (HsDerived){ .what = what, .from = number, .number = hs_reasons_intern (self->reasons, reason) };
  return known->number;
}

/* Whether @type may take the place of what stands, at the same level: it begins with it. */
static gboolean
extends (HsEngine *self, HsTypeId type, HsTypeId old)
{
  return hs_types_get (self->types, type)->size > hs_types_get (self->types, old)->size && hs_related (self, type, old);
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
outweighs (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent, guint32 at)
{
  HsLabel old = self->label[block];
  HsTypeId old_type = hs_label_type (old);

  if (old_type == type && hs_label_level (old) >= level)
    return FALSE;
  if (old_type == type && hs_label_form (old) == form) {
    /* The same again, but surer: what it points to has been followed. */
    set_label (self, block, hs_label (type, form, level, hs_label_flags (old)), reason, parent, at);
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

void
hs_engine_follow (HsEngine *self, guint32 block, HsTypeId type)
{
  if (type >= self->types->n_types || !hs_layouts_get (self->layouts, type)->has_pointers)
    return;
  self->label[block] |= (guint32)HS_LABEL_PENDING << 30;
  enqueue (self, block);
}

gboolean
hs_engine_decide_at (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent, guint32 at)
{
  HsLabel old = self->label[block];

  if (level == HS_LEVEL_D && !self->guessing)
    return FALSE;
  if (hs_label_level (old) != HS_LEVEL_NONE) {
    if (!outweighs (self, block, type, form, level, reason, parent, at))
      return FALSE;
  } else if (hs_label_form (old) == HS_HINT_REFUTED && hs_label_type (old) == type)
    return FALSE;
  set_label (self, block, hs_label (type, form, level, 0), reason, parent, at);
  hs_engine_follow (self, block, type);
  hs_known_note (self, block);
  self->n_decided++;
  return TRUE;
}

gboolean
hs_engine_decide (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent)
{
  return hs_engine_decide_at (self, block, type, form, level, reason, parent, parent == self->parent[block] ? self->at[block] : HS_NOWHERE);
}

#define MAX_RULES 8 /* looked at for one block */

static gboolean
apply_rules_from (HsEngine *self, guint32 number, guint32 block)
{
  for (guint i = 0; number != 0 && i < MAX_RULES; i++) {
    if (hs_group_apply (self, number, block))
      return TRUE;
    number = hs_decisions_get (self->decisions, number)->previous;
  }
  return FALSE;
}

/* Decides by the rules there are for the block's hint. */
static gboolean
apply_rules (HsEngine *self, guint32 block)
{
  if (apply_rules_from (self, hs_decisions_for_reason (self->decisions, self->reason[block]), block))
    return TRUE;
  if (hs_decisions_n_members (self->decisions) > 0
      && apply_rules_from (self, hs_decisions_for_reason (self->decisions, hs_member_reason (self, self->reason[block])), block))
    return TRUE;
  return hs_label_form (self->label[block]) == HS_HINT_PREFIX
         && apply_rules_from (self, hs_decisions_for_header (self->decisions, hs_label_type (self->label[block])), block);
}

#define MAX_RETRIES 4 /* hints that took the place of others, on average a block */

/* Remembers a hint for the next round, unless one as strong stands. A block may hold several things, and what has to yield to
 * the hint is followed all the same. What begins with a T is followed as one at once: a list
 * of mixed objects must not end at the first that is undecided. */
static void
hint (HsEngine *self, guint32 block, HsTypeId type, HsHint kind, const HsEdge *edge, guint32 reason)
{
  HsLabel old = self->label[block];
  HsAddr start = self->blocks->address[block];

  if (hs_label_level (old) == HS_LEVEL_NONE && hs_label_form (old) > HS_HINT_POINTERS && kind == HS_HINT_POINTERS)
    hs_engine_object (self, start, type, HS_LEVEL_C, edge->owner, reason);
  if (hs_label_level (old) != HS_LEVEL_NONE || hs_label_form (old) > kind
      || (hs_label_form (old) == kind && !(kind == HS_HINT_PREFIX && extends (self, type, hs_label_type (old)))))
    return;
  if (hs_label_form (old) != HS_HINT_NONE && self->n_retries++ > MAX_RETRIES * (guint64)self->blocks->n)
    return;
  if (kind > hs_label_form (old) && (hs_label_form (old) == HS_HINT_POINTERS || hs_label_form (old) == HS_HINT_INTERIOR))
    hs_engine_object (self, start + hs_reasons_get (self->reasons, self->reason[block])->distance, hs_label_type (old), HS_LEVEL_C,
                      self->parent[block], self->reason[block]);
  set_label (self, block, hs_label (type, kind, HS_LEVEL_NONE, 0), reason, edge->owner, edge->at);
  self->n_hints++;
  if (apply_rules (self, block) || (kind == HS_HINT_INTERIOR && hs_embed_pool (self, block)))
    return;
  g_array_append_val (self->waiting, block);
  if (kind == HS_HINT_PREFIX && hs_layouts_get (self->layouts, type)->size <= hs_blocks_size (self->blocks, block))
    hs_engine_follow (self, block, type);
}

void
hs_engine_hint_header (HsEngine *self, guint32 block, HsTypeId header)
{
  HsEdge edge = { .owner = self->parent[block], .at = self->at[block] };

  hint (self, block, header, HS_HINT_PREFIX, &edge, self->reason[block]);
}

/* --- edges --- */

/* Whether the type is one that others begin with, and the block may be one of those as well. */
static gboolean
is_header_only (HsEngine *self, HsTypeId type, guint32 block, guint64 usable)
{
  return hs_beginners (self, type) != NULL && hs_beginners_that_fit (self, type, self->blocks->address[block], usable) > 0;
}

/* Whether another typed pointer leads into what would be the flexible array of a @layout, to what is none of its elements: a
 * large block that the program divides itself. */
static gboolean
holds_another (HsEngine *self, guint32 block, const HsLayout *layout)
{
  HsLabel label = self->label[block];

  return hs_label_level (label) == HS_LEVEL_NONE && hs_label_form (label) == HS_HINT_INTERIOR
         && hs_types_get (self->types, hs_label_type (label))->size > layout->tail_stride
         && hs_reasons_get (self->reasons, self->reason[block])->distance >= layout->size;
}

static void
object_at_start (HsEngine *self, guint32 block, const HsEdge *edge)
{
  HsLayout *layout = hs_layouts_get (self->layouts, edge->target);
  guint64 usable = hs_blocks_size (self->blocks, block);
  HsForm form;

  if (hs_label_level (self->label[block]) > edge->level)
    return;
  gboolean fits = hs_fits (layout, self->blocks->address[block], usable, &form);
  if (fits && form == HS_FORM_FLEXIBLE && holds_another (self, block, layout))
    hs_engine_object (self, edge->value, layout->type, edge->level, edge->owner, edge->reason);
  else if (fits && !is_header_only (self, layout->type, block, usable))
    hs_engine_decide_at (self, block, layout->type, form, edge->level, edge->reason, edge->owner, edge->at);
  else
    hint (self, block, layout->type, HS_HINT_PREFIX, edge, edge->reason);
}

/* A node of a container: the first and the last one point to the container itself, which is none. */
static void
node_at_start (HsEngine *self, guint32 block, const HsEdge *edge)
{
  HsLayout *layout = hs_layouts_get (self->layouts, edge->target);
  guint64 usable = hs_blocks_size (self->blocks, block);

  /* malloc leaves 16 bytes more where what remains is too small for a chunk of its own. */
  if (hs_label_level (self->label[block]) < HS_LEVEL_B && layout->size > 0 && layout->size <= usable
      && (usable == 24 || usable - layout->size <= 15 + HS_GRANULE))
    hs_engine_decide_at (self, block, layout->type, HS_FORM_WHOLE, edge->level, edge->reason, edge->owner, edge->at);
}

#define MAX_REASONS (1u << 20) /* distances are the target's to choose: beyond, they are not told apart */

static guint32
at_distance (HsEngine *self, guint32 number, guint64 distance)
{
  HsDerived *known = derived (self, number, distance);

  if (known->number != 0 && known->from == number && known->what == distance)
    return known->number;
  HsReason reason = *hs_reasons_get (self->reasons, number);
  reason.distance = distance;
  if (hs_reasons_count (self->reasons) >= MAX_REASONS)
    return number;
  *known = (HsDerived){ .what = distance, .from = number, .number = hs_reasons_intern (self->reasons, reason) };
  return known->number;
}

static void
object_inside (HsEngine *self, guint32 block, guint64 distance, const HsEdge *edge)
{
  HsLabel label = self->label[block];

  if (hs_label_level (label) != HS_LEVEL_NONE || distance % 4 != 0)
    return;
  /* One block may hold many: the hint is about one of them. */
  if (hs_label_form (label) >= HS_HINT_INTERIOR && distance % 8 == 0
      && (hs_label_type (label) != edge->target || hs_reasons_get (self->reasons, self->reason[block])->distance != distance))
    hs_engine_object (self, edge->value, edge->target, MIN (edge->level, HS_LEVEL_C), edge->owner, edge->reason);
  hint (self, block, edge->target, HS_HINT_INTERIOR, edge, at_distance (self, edge->reason, distance));
}

/* A pointer to an array: it may be the first of several elements, so it is as good as a pointer to an element. */
static void
unwrap_array (HsEngine *self, HsEdge *edge)
{
  for (guint depth = 0; edge->kind == HS_SLOT_ARRAY && depth < 16; depth++) {
    edge->target = hs_types_strip (self->types, hs_types_get (self->types, edge->target)->target);
    edge->plain = FALSE;
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
  case HS_SLOT_NODE:
    node_at_start (self, block, edge);
    break;
  case HS_SLOT_CHAR:
    hint (self, block, edge->target, HS_HINT_CHAR, edge, edge->reason);
    break;
  case HS_SLOT_SCALAR:
    hint (self, block, edge->target, HS_HINT_SCALAR, edge, edge->reason);
    break;
  case HS_SLOT_POINTER:
    hint (self, block, edge->target, HS_HINT_POINTERS, edge, edge->reason);
    break;
  case HS_SLOT_VOID: case HS_SLOT_UNION:
    hint (self, block, 0, HS_HINT_VOID, edge, edge->reason);
    break;
  default:
    break;
  }
}

#define MAX_TEXT_OFFSET 32 /* bytes a string may stand behind the start of its block: the length and the like come first */
#define LOW_BITS 7         /* of pointers to blocks, programs keep flags there */

/* Whether a text farther behind may be the tail of a struct. A weak hint: it yields to any other. */
static gboolean
is_far_text (HsEngine *self, guint32 block, guint64 distance)
{
  return hs_label_form (self->label[block]) == HS_HINT_NONE && hs_ends_in_text (self, distance) != NULL;
}

static void
weigh_inside (HsEngine *self, guint32 block, guint64 distance, const HsEdge *edge)
{
  if (edge->kind == HS_SLOT_OBJECT && distance % 4 == 0)
    object_inside (self, block, distance, edge);
  else if (edge->kind == HS_SLOT_POINTER && distance % 8 == 0 && !hs_is_prefix (self, distance))
    hs_engine_object (self, edge->value, edge->target, MIN (edge->level, HS_LEVEL_C), edge->owner, edge->reason);
  else if (edge->kind == HS_SLOT_CHAR && (distance <= MAX_TEXT_OFFSET || is_far_text (self, block, distance)))
    hint (self, block, edge->target, HS_HINT_CHAR, edge, at_distance (self, edge->reason, distance));
  else if ((edge->kind == HS_SLOT_VOID || edge->kind == HS_SLOT_UNION) && distance <= MAX_TEXT_OFFSET)
    hint (self, block, 0, HS_HINT_VOID, edge, at_distance (self, edge->reason, distance));
  else if ((edge->kind == HS_SLOT_SCALAR || edge->kind == HS_SLOT_POINTER) && hs_is_prefix (self, distance))
    hint (self, block, edge->target, edge->kind == HS_SLOT_SCALAR ? HS_HINT_SCALAR : HS_HINT_POINTERS, edge, at_distance (self, edge->reason, distance));
  else if (edge->kind == HS_SLOT_UNION)
    hs_group_inside (self, edge, block);
  else if (edge->kind == HS_SLOT_OBJECT && distance <= LOW_BITS)
    hint (self, block, edge->target, HS_HINT_PREFIX, edge, at_distance (self, edge->reason, distance));
}

/* Whether what is @distance bytes into the block stands behind the object that the block is known to begin with. */
static gboolean
is_behind (HsEngine *self, guint32 block, guint64 distance)
{
  HsLabel label = self->label[block];

  return hs_label_level (label) >= HS_LEVEL_C && hs_label_form (label) == HS_FORM_TAIL && distance % 8 == 0
         && hs_label_type (label) < self->types->n_types && distance >= hs_types_get (self->types, hs_label_type (label))->size;
}

static void
weigh (HsEngine *self, HsEdge *edge, guint32 block)
{
  unwrap_array (self, edge);
  if (edge->kind == HS_SLOT_OBJECT)
    hs_functions_refine (self, edge);
  if (block == HS_NO_BLOCK) {
    if (edge->kind == HS_SLOT_OBJECT && edge->value % 8 == 0)
      hs_engine_object (self, edge->value, edge->target, edge->level, edge->owner, edge->reason);
    return;
  }
  guint64 distance = edge->value - self->blocks->address[block];
  if (distance == 0)
    weigh_start (self, block, edge);
  else if (edge->kind == HS_SLOT_OBJECT && is_behind (self, block, distance))
    hs_engine_object (self, edge->value, edge->target, MIN (edge->level, HS_LEVEL_C), edge->owner, edge->reason);
  else if (hs_label_level (self->label[block]) == HS_LEVEL_NONE)
    weigh_inside (self, block, distance, edge);
}

/* The only block that may hold @addr: whether it does takes a look at the table, which is far. */
static guint32
block_before (const HsEngine *self, HsAddr addr)
{
  guint32 filler;
  const HsBlockPage *page = hs_blocks_page (self->blocks, addr, &filler);

  if (page == NULL)
    return filler;
  return page->before & HS_PAGE_TOUCHED ? hs_blocks_rank (page, (addr & (HS_PAGE_SIZE - 1)) / HS_GRANULE) - 1 : HS_NO_BLOCK;
}

/* Weighing an edge fills the queue, and never the batch. */
void
hs_engine_flush (HsEngine *self)
{
  guint32 block[HS_EDGE_BATCH];
  guint n = self->n_batch;

  for (guint i = 0; i < n; i++) {
    block[i] = block_before (self, self->batch[i].value);
    if (block[i] != HS_NO_BLOCK)
      prefetch_block (self, block[i]);
  }
  for (guint i = 0; i < n; i++)
    if (block[i] != HS_NO_BLOCK && (self->batch[i].value < self->blocks->address[block[i]] || self->batch[i].value >= hs_blocks_end (self->blocks, block[i])))
      block[i] = HS_NO_BLOCK;
  for (guint i = 0; i < n; i++)
    weigh (self, &self->batch[i], block[i]);
  g_assert (self->n_batch == n);
  self->n_batch = 0;
}

void
hs_engine_edge (HsEngine *self, HsEdge edge)
{
  if (edge.value < HS_PAGE_SIZE || edge.value >= HS_ADDR_LIMIT)
    return;
  hs_blocks_prefetch (self->blocks, edge.value);
  self->batch[self->n_batch++] = edge;
  if (self->n_batch == HS_EDGE_BATCH)
    hs_engine_flush (self);
}
