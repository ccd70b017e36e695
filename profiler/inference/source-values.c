/* source-values.c - tagged values in memory that has no type.
 *
 * An interpreter's values are small records of a tag and a pointer, and many stand on a stack of its own that nothing
 * describes. Once it is known what the tags mean (a decision for that member, by the tag), such records are told from other
 * bytes: a tag that is known, and a pointer to the start of an undecided block that may be what the tag says. */
#include "profiler/inference/groups.h"

#include <string.h>

#define MAX_LOOKS 32 /* at all blocks */
#define MAX_MEMBERS 16
#define MAX_RULES 16 /* of one member, */
#define MAX_KINDS 16 /* and types that they tell */
#define MAX_WEIGHED 65536 /* blocks held against all of them, and four times as many as there are */
#define LARGEST_VALUE 32 /* bytes: little more than a tag and a pointer */

/* All that was decided about one member, in whatever context. */
typedef struct {
  guint32 member;       /* its reason */
  const HsDecision *decisions[MAX_RULES]; /* the one about most blocks first */
  guint n;
  HsTypeId kinds[MAX_KINDS]; /* what the tags mean */
  guint n_kinds;
} Rules;

static guint64
tag_at (const guint8 *record, const HsSplit *split)
{
  guint64 value = 0;

  memcpy (&value, record + split->offset, split->size);
  return value & split->mask;
}

/* What the tag of the record means; NULL: nothing that is known. */
static const HsVerdict *
verdict_for (const Rules *rules, const guint8 *record)
{
  for (guint i = 0; i < rules->n; i++) {
    const HsVerdict *verdict = hs_decision_verdict (rules->decisions[i], tag_at (record, &rules->decisions[i]->split));
    if (verdict != NULL && verdict->type != 0)
      return verdict;
  }
  return NULL;
}

/* Whether the contents of @block speak clearly for what another tag means: what a record left behind points to may have
 * become something else. */
static gboolean
is_rather_another (HsEngine *self, const Rules *rules, HsTypeId type, guint32 block)
{
  HsSpecimen specimen;

  if (self->n_weighed++ >= MAX_WEIGHED + 4 * (guint64)self->blocks->n)
    return TRUE; /* a heap full of values that nothing comes of */
  if (type >= self->types->n_types || !hs_specimen_open (self, block, &specimen))
    return FALSE;
  double bits = hs_score_as (self, &specimen, type);
  for (guint i = 0; i < rules->n_kinds; i++)
    if (rules->kinds[i] != type && hs_score_as (self, &specimen, rules->kinds[i]) >= bits + HS_CLEARLY)
      return TRUE;
  return FALSE;
}

/* Looks for records that the rules are about in a block whose type is not known; FALSE: there are none. */
static gboolean
search (HsEngine *self, const Rules *rules, guint32 block)
{
  const HsReason *reason = hs_reasons_get (self->reasons, rules->decisions[0]->reason);
  HsLayout *layout = hs_layouts_get (self->layouts, reason->inner);
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);
  gboolean found = FALSE;

  for (guint64 at = 0; data != NULL && at + layout->size <= usable; at += 8) {
    guint64 value;
    memcpy (&value, data + at + reason->inner_slot, 8);
    if (value < self->blocks->low || value >= self->blocks->high || value % HS_GRANULE != 0)
      continue;
    const HsVerdict *verdict = verdict_for (rules, data + at);
    guint32 target = verdict != NULL ? hs_blocks_at (self->blocks, value) : HS_NO_BLOCK;
    if (target == HS_NO_BLOCK || target == block || hs_label_level (self->label[target]) != HS_LEVEL_NONE
        || !hs_group_admits (self, verdict->type, verdict->behind, target) || is_rather_another (self, rules, verdict->type, target))
      continue;
    HsScan scan = { .data = data + at, .limit = layout->size, .level = HS_LEVEL_C, .source = HS_SOURCE_POINTER, .owner = block, .from = at };
    hs_engine_scan (self, layout, &scan);
    found = TRUE;
  }
  return found;
}

/* Whether @decision tells by a tag next to the pointer, in a record that is little more than the two. */
static gboolean
is_about_values (HsEngine *self, const HsDecision *decision, const HsReason *reason)
{
  guint64 size = hs_types_get (self->types, reason->inner)->size;

  return decision->header == 0 && decision->split.kind == HS_SPLIT_OWNER && reason->inner != 0 && reason->distance == 0
         && size <= LARGEST_VALUE && (guint64)reason->inner_slot + 8 <= size
         && (guint64)decision->split.offset + decision->split.size <= size;
}

/* Keeps the decisions about most blocks. */
static void
add_rule (Rules *rules, const HsDecision *decision)
{
  guint at = rules->n;

  while (at > 0 && rules->decisions[at - 1]->n < decision->n)
    at--;
  if (at == MAX_RULES)
    return;
  rules->n = MIN (rules->n + 1, MAX_RULES);
  memmove (rules->decisions + at + 1, rules->decisions + at, (rules->n - 1 - at) * sizeof *rules->decisions);
  rules->decisions[at] = decision;
}

/* Fills in the types that the rules tell. */
static void
find_kinds (HsEngine *self, Rules *rules)
{
  for (guint i = 0; i < rules->n; i++)
    for (guint32 k = 0; k < rules->decisions[i]->n_verdicts && rules->n_kinds < MAX_KINDS; k++) {
      HsTypeId type = rules->decisions[i]->verdicts[k].type;
      guint at = 0;
      while (at < rules->n_kinds && rules->kinds[at] != type)
        at++;
      if (type != 0 && type < self->types->n_types && at == rules->n_kinds)
        rules->kinds[rules->n_kinds++] = type;
    }
}

/* (transfer full): GArray of Rules. */
static GArray *
find_rules (HsEngine *self)
{
  GArray *all = g_array_new (FALSE, TRUE, sizeof (Rules));

  for (guint32 number = 1; number < hs_decisions_count (self->decisions); number++) {
    const HsDecision *decision = hs_decisions_get (self->decisions, number);
    guint k = 0;
    if (!is_about_values (self, decision, hs_reasons_get (self->reasons, decision->reason)))
      continue;
    guint32 member = hs_member_reason (self, decision->reason);
    while (k < all->len && g_array_index (all, Rules, k).member != member)
      k++;
    if (k == all->len && k >= MAX_MEMBERS)
      continue;
    if (k == all->len)
      g_array_set_size (all, k + 1);
    g_array_index (all, Rules, k).member = member;
    add_rule (&g_array_index (all, Rules, k), decision);
  }
  for (guint k = all->len; k-- > 0;) {
    find_kinds (self, &g_array_index (all, Rules, k));
    if (g_array_index (all, Rules, k).n_kinds < 2) /* they tell nothing apart */
      g_array_remove_index (all, k);
  }
  return all;
}

static gboolean
is_untyped (const HsEngine *self, guint32 block)
{
  return hs_label_level (self->label[block]) == HS_LEVEL_NONE && hs_label_form (self->label[block]) <= HS_HINT_VOID;
}

#define LARGE 4096 /* bytes: a stack of values is large */

/* Looks at all blocks of @least bytes or more, but not of @most; FALSE: nothing was found. */
static gboolean
search_blocks (HsEngine *self, const GArray *rules, guint64 least, guint64 most)
{
  gboolean found = FALSE;

  for (guint32 block = 0; block < self->blocks->n; block++) {
    if (!is_untyped (self, block) || hs_blocks_size (self->blocks, block) < least || hs_blocks_size (self->blocks, block) >= most)
      continue;
    for (guint i = 0; i < rules->len; i++)
      if (is_untyped (self, block) && search (self, &g_array_index (rules, Rules, i), block)) {
        hs_engine_drain (self);
        found = TRUE;
      }
  }
  return found;
}

/* What follows from the values in large blocks may say what more tags mean, and what small blocks are, in the unused end of
 * which values of the past stand: so the small ones have to wait. */
void
hs_source_values (HsEngine *self)
{
  if (self->values_at == self->n_decided || self->n_values >= MAX_LOOKS)
    return;
  self->n_values++;
  self->values_at = self->n_decided;
  g_autoptr (GArray) rules = find_rules (self);
  if (rules->len > 0 && !search_blocks (self, rules, LARGE, G_MAXUINT64))
    search_blocks (self, rules, 0, LARGE);
}
