/* groups.c - see groups.h. */
#include "profiler/inference/groups.h"

#include "profiler/inference/tail.h"

#include <string.h>

void
hs_groups_free (HsGroups *self)
{
  g_array_unref (self->groups);
  g_free (self->members);
  g_free (self);
}

static const char *
member_name (HsEngine *self, HsTypeId type, guint64 offset)
{
  const HsLayout *layout = hs_layouts_get (self->layouts, type);

  for (guint32 i = 0; i < layout->n_slots; i++)
    if (layout->slots[i].offset == offset)
      return layout->slots[i].path;
  return "";
}

static guint32
make_member_reason (HsEngine *self, guint32 number)
{
  HsReason reason = *hs_reasons_get (self->reasons, number), member = { .source = HS_SOURCE_POINTER };

  if (reason.inner == 0)
    return number;
  member.owner = member.inner = reason.inner;
  member.slot = member.inner_slot = reason.inner_slot;
  member.distance = reason.distance;
  member.member = hs_tail_is (&reason) ? reason.member : member_name (self, reason.inner, reason.inner_slot);
  return hs_reasons_intern (self->reasons, member);
}

guint32
hs_member_reason (HsEngine *self, guint32 number)
{
  if (self->member_of == NULL)
    self->member_of = g_array_new (FALSE, TRUE, sizeof (guint32));
  if (number >= self->member_of->len)
    g_array_set_size (self->member_of, MAX (number + 1, hs_reasons_count (self->reasons)));
  if (g_array_index (self->member_of, guint32, number) == 0) {
    guint32 made = make_member_reason (self, number);
    g_array_index (self->member_of, guint32, number) = made;
  }
  return g_array_index (self->member_of, guint32, number);
}

static guint32
key_of (HsEngine *self, guint32 block, HsGrouping by)
{
  if (by == HS_BY_TYPE)
    return hs_label_type (self->label[block]);
  if (by == HS_BY_REASON)
    return self->reason[block];
  return hs_member_reason (self, self->reason[block]);
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const HsGroup *x = a, *y = b;

  if (x->n != y->n)
    return x->n > y->n ? -1 : 1;
  return x->first < y->first ? -1 : x->first > y->first;
}

/* --- what waits --- */

#define N_HINTS 8

/* The waiting blocks by the hint they carry. Most sources ask for one kind, one after the other, and mostly nothing has
 * changed in between. */
struct _HsWaiting {
  GArray *of_hint[N_HINTS]; /* guint32: places in HsEngine.waiting, ascending */
  guint64 n_changes;        /* of the labels, at that time; G_MAXUINT64: never looked */
  guint32 *number;          /* of a key's group, plus one; all 0 between two questions */
  guint32 n_numbers;
};

static struct _HsWaiting *
waiting_new (void)
{
  struct _HsWaiting *self = g_new0 (struct _HsWaiting, 1);

  for (guint i = 0; i < N_HINTS; i++)
    self->of_hint[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->n_changes = G_MAXUINT64;
  return self;
}

void
hs_groups_clear (HsEngine *engine)
{
  struct _HsWaiting *self = engine->by_hint;

  if (self == NULL)
    return;
  for (guint i = 0; i < N_HINTS; i++)
    g_array_unref (self->of_hint[i]);
  g_free (self->number);
  g_clear_pointer (&engine->by_hint, g_free);
}

/* Whatever makes or unmakes a hint or a decision counts one of these up. */
static guint64
count_changes (const HsEngine *self)
{
  return self->n_decided + self->n_refuted + self->n_revoked + self->n_hints;
}

#define AHEAD 16 /* blocks, of those that are brought near */

/* Drops what was decided since, and tells the rest apart. */
static void
sort_waiting (HsEngine *self)
{
  const guint32 *blocks = (const guint32 *)self->waiting->data;
  guint n = 0, len = self->waiting->len;

  if (self->by_hint == NULL)
    self->by_hint = waiting_new ();
  if (self->by_hint->n_changes == count_changes (self))
    return;
  self->by_hint->n_changes = count_changes (self);
  for (guint i = 0; i < N_HINTS; i++)
    g_array_set_size (self->by_hint->of_hint[i], 0);
  for (guint i = 0; i < len; i++) {
    guint32 block = blocks[i];
    __builtin_prefetch (&self->label[blocks[MIN (i + AHEAD, len - 1)]]);
    HsLabel label = self->label[block];
    if (hs_label_level (label) != HS_LEVEL_NONE)
      continue;
    g_array_append_val (self->by_hint->of_hint[hs_label_form (label)], n);
    g_array_index (self->waiting, guint32, n++) = block;
  }
  g_array_set_size (self->waiting, n);
}

/* (transfer full): the waiting blocks with hints of kind @from to @to, in the order in which they came. */
static guint32 *
find_waiting (HsEngine *self, HsHint from, HsHint to, guint32 *n)
{
  GArray *const *of_hint = self->by_hint->of_hint;
  guint at[N_HINTS] = { 0 };

  *n = 0;
  for (guint hint = from; hint <= to; hint++)
    *n += of_hint[hint]->len;
  guint32 *found = g_new (guint32, MAX (1, *n));
  for (guint32 i = 0; i < *n; i++) {
    guint32 place = G_MAXUINT32;
    guint best = from;
    for (guint hint = from; hint <= to; hint++)
      if (at[hint] < of_hint[hint]->len && g_array_index (of_hint[hint], guint32, at[hint]) < place) {
        best = hint;
        place = g_array_index (of_hint[hint], guint32, at[hint]);
      }
    at[best]++;
    found[i] = g_array_index (self->waiting, guint32, place);
  }
  return found;
}

/* The place where the number of the key's group stands. */
static guint32 *
number_of (struct _HsWaiting *self, guint32 key)
{
  if (key >= self->n_numbers) {
    guint32 n = MAX (key + 1, 2 * self->n_numbers);
    self->number = g_renew (guint32, self->number, n);
    memset (self->number + self->n_numbers, 0, (n - self->n_numbers) * sizeof *self->number);
    self->n_numbers = n;
  }
  return &self->number[key];
}

/* Divides the blocks into groups, which get their number and size only; the number of each block's group in @of. */
static void
divide (HsEngine *self, const guint32 *blocks, guint32 n, HsGrouping by, GArray *groups, guint32 *of)
{
  for (guint32 i = 0; i < n; i++) {
    __builtin_prefetch (&self->reason[blocks[MIN (i + AHEAD, n - 1)]]);
    guint32 key = key_of (self, blocks[i], by), *number = number_of (self->by_hint, key);
    if (*number == 0) {
      HsGroup group = { .reason = by == HS_BY_TYPE ? self->reason[blocks[i]] : key, .type = hs_label_type (self->label[blocks[i]]) };
      g_array_append_val (groups, group);
      *number = groups->len;
    }
    of[i] = *number - 1;
    g_array_index (groups, HsGroup, of[i]).n++;
  }
  for (guint i = 0; i < groups->len; i++) {
    const HsGroup *group = &g_array_index (groups, HsGroup, i);
    *number_of (self->by_hint, by == HS_BY_TYPE ? group->type : group->reason) = 0;
  }
}

HsGroups *
hs_groups_collect (HsEngine *self, HsHint from, HsHint to, HsGrouping by)
{
  HsGroups *groups = g_new0 (HsGroups, 1);
  guint32 n, first = 0;

  sort_waiting (self);
  groups->groups = g_array_new (FALSE, TRUE, sizeof (HsGroup));
  g_autofree guint32 *blocks = find_waiting (self, from, to, &n);
  g_autofree guint32 *of = g_new (guint32, MAX (1, n));
  divide (self, blocks, n, by, groups->groups, of);
  for (guint i = 0; i < groups->groups->len; i++) {
    HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    group->first = first;
    first += group->n;
    group->n = 0;
  }
  groups->members = g_new (guint32, MAX (1, first));
  for (guint32 i = 0; i < n; i++) {
    HsGroup *group = &g_array_index (groups->groups, HsGroup, of[i]);
    groups->members[group->first + group->n++] = blocks[i];
  }
  g_array_sort (groups->groups, compare_groups);
  return groups;
}

/* --- when to ask --- */

#define MAX_ASKED 6 /* times */

typedef struct {
  guint32 n, times;
  guint64 n_decided;
} Asked;

gboolean
hs_group_is_due (HsEngine *self, const HsGroup *group, guint source)
{
  /* All blocks with one header are one group, whatever led to the first of them. */
  guint32 whom = source == HS_SOURCE_HEADER ? group->type : group->reason;
  gpointer key = GSIZE_TO_POINTER ((gsize)whom << 8 | source);

  if (self->asked == NULL)
    self->asked = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  Asked *asked = g_hash_table_lookup (self->asked, key);
  if (self->guessing)
    return TRUE;
  if (asked == NULL) {
    asked = g_new0 (Asked, 1);
    g_hash_table_insert (self->asked, key, asked);
  } else if (asked->times >= MAX_ASKED
             || (group->n <= asked->n + asked->n / 4 && self->n_decided <= asked->n_decided + asked->n_decided / 8 + 64))
    return FALSE;
  *asked = (Asked){ group->n, asked->times + 1, self->n_decided };
  return TRUE;
}

/* --- telling the blocks of a group apart --- */

static guint64
bytes_at (const guint8 *data, guint64 usable, guint64 offset, const HsSplit *split)
{
  guint64 value = 0;

  if (data == NULL || offset > usable || usable - offset < split->size)
    return G_MAXUINT64;
  memcpy (&value, data + offset, split->size);
  return value & split->mask;
}

guint64
hs_split_value (HsEngine *self, const HsSplit *split, guint32 block)
{
  guint32 parent = self->parent[block];
  const HsReason *reason = hs_reasons_get (self->reasons, self->reason[block]);

  switch (split->kind) {
  case HS_SPLIT_SIZE:
    return hs_blocks_size (self->blocks, block);
  case HS_SPLIT_TARGET:
    return bytes_at (hs_engine_bytes (self, block), hs_blocks_size (self->blocks, block), split->offset, split);
  case HS_SPLIT_OWNER:
    if (parent != HS_NO_BLOCK && hs_tail_is (reason))
      return bytes_at (hs_engine_bytes (self, parent), hs_blocks_size (self->blocks, parent), split->offset, split);
    if (parent == HS_NO_BLOCK || self->at[block] == HS_NOWHERE || reason->inner == 0 || self->at[block] * (guint64)8 < reason->inner_slot)
      return G_MAXUINT64;
    return bytes_at (hs_engine_bytes (self, parent), hs_blocks_size (self->blocks, parent),
                     self->at[block] * (guint64)8 - reason->inner_slot + split->offset, split);
  default:
    return 0;
  }
}

/* --- rules --- */

#define TEXT_LOOK 256 /* bytes that are looked at of what a decision says is text */
#define MANY_LINKS 3 /* pointers into blocks among these: that is no empty text before what was left there */

static guint
count_links (HsEngine *self, const guint8 *data, guint64 limit)
{
  guint n = 0;

  for (guint64 at = 0; at + 8 <= limit; at += 8) {
    guint64 value;
    memcpy (&value, data + at, sizeof value);
    n += value >= self->blocks->low && hs_blocks_find (self->blocks, value) != HS_NO_BLOCK;
  }
  return n;
}

/* Whether what begins with a NUL is an empty text, with what was left there behind it. In memory that was in use before, the
 * allocator's own pointers are overwritten by the NUL, and not by zeros all through the first word. */
static gboolean
may_be_empty (HsEngine *self, const guint8 *data, guint64 limit)
{
  guint64 first = 0;
  guint links = count_links (self, data, limit);

  memcpy (&first, data, MIN (limit, sizeof first));
  return first == 0 ? links == 0 : links < MANY_LINKS;
}

static gboolean
admits_text (HsEngine *self, guint32 block)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 distance = hs_reasons_get (self->reasons, self->reason[block])->distance, usable = hs_blocks_size (self->blocks, block);

  if (data == NULL || distance >= usable)
    return FALSE;
  guint64 limit = MIN (usable - distance, TEXT_LOOK);
  gssize length = hs_content_text_in (self, data + distance, limit);
  return length > 0 || (length == 0 && may_be_empty (self, data + distance, limit));
}

static gboolean
admits_record (HsEngine *self, HsLayout *layout, HsAddr address, const guint8 *data, guint64 usable)
{
  HsForm form;

  /* malloc leaves 16 bytes more where what remains is too small for a chunk of its own. */
  gboolean nearly = layout->size > 0 && layout->size <= usable && usable - layout->size <= 15 + HS_GRANULE;
  return hs_content_admits (self, layout, data, usable)
         && (nearly || hs_fits (layout, address, usable, &form) || hs_content_owns_tail (layout, address, data, usable)
             || hs_content_text_tail (layout, data, usable));
}

/* Whether any of a union's records is admitted. */
static gboolean
admits_arm (HsEngine *self, const HsType *type, HsAddr address, const guint8 *data, guint64 usable)
{
  for (guint32 i = 0; i < type->n_members; i++) {
    HsTypeId arm = hs_types_strip (self->types, hs_types_member (self->types, type, i)->type);
    guint kind = hs_types_get (self->types, arm)->kind;
    if ((kind == HS_TYPE_STRUCT || kind == HS_TYPE_CLASS)
        && admits_record (self, hs_layouts_get (self->layouts, arm), address, data, usable))
      return TRUE;
  }
  return FALSE;
}

/* Whether the block is an array of such pointers: they are pointers, and those that lead to what is known do not say otherwise. */
static gboolean
admits_pointers (HsEngine *self, HsTypeId type, guint32 block)
{
  HsSpecimen specimen;

  hs_score_prepare (self);
  return hs_holds_pointers (self, block, type) && hs_specimen_open (self, block, &specimen) && hs_score_as (self, &specimen, type) >= 0;
}

gboolean
hs_group_admits (HsEngine *self, HsTypeId type, guint64 behind, guint32 block)
{
  guint64 usable = hs_blocks_size (self->blocks, block);

  if (type == hs_text_type (self))
    return admits_text (self, block);
  HsLayout *layout = hs_layouts_get (self->layouts, type);
  const guint8 *data = hs_engine_bytes (self, block);
  HsAddr address = self->blocks->address[block] + behind;
  if (data == NULL || usable <= behind)
    return FALSE;
  const HsType *its = hs_types_get (self->types, type);
  if (layout->links_in_tail && !hs_tail_agrees (layout, data + behind, usable - behind))
    return FALSE;
  if (behind != 0 && usable - behind > HS_LONGEST_BEHIND && usable - behind > layout->size + 15 + HS_GRANULE)
    return FALSE;
  if (its->kind == HS_TYPE_POINTER)
    return behind == 0 && admits_pointers (self, type, block);
  return its->kind == HS_TYPE_UNION ? admits_arm (self, its, address, data + behind, usable - behind)
                                    : admits_record (self, layout, address, data + behind, usable - behind);
}

#define LEAST_PREFIXED 64 /* blocks */

gboolean
hs_is_prefix (const HsEngine *self, guint64 distance)
{
  return distance > 0 && distance % 8 == 0 && distance <= HS_MAX_PREFIX && self->n_behind[distance / 8] >= LEAST_PREFIXED;
}

gboolean
hs_group_apply (HsEngine *self, guint32 number, guint32 block)
{
  const HsDecision *decision = hs_decisions_get (self->decisions, number);
  const HsVerdict *verdict = hs_decision_verdict (decision, hs_split_value (self, &decision->split, block));
  HsForm form = HS_FORM_ARRAY;
  HsAddr address = self->blocks->address[block];

  if (verdict == NULL || verdict->type == 0 || !hs_group_admits (self, verdict->type, verdict->behind, block))
    return FALSE;
  if (verdict->behind != 0)
    form = HS_FORM_BEHIND;
  else if (verdict->type != hs_text_type (self) && hs_types_get (self->types, verdict->type)->kind != HS_TYPE_POINTER
           && !hs_fits (hs_layouts_get (self->layouts, verdict->type), address, hs_blocks_size (self->blocks, block), &form))
    form = HS_FORM_TAIL;
  gboolean done = hs_engine_decide (self, block, verdict->type, form, verdict->level,
                                    hs_engine_reason_by (self, self->reason[block], decision->source, number), self->parent[block]);
  if (done && verdict->behind <= HS_MAX_PREFIX)
    self->n_behind[verdict->behind / 8]++;
  return done;
}
