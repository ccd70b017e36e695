/* source-values.c - tagged values in memory that has no type.
 *
 * An interpreter's values are small records of a tag and a pointer, and many stand on a stack of its own that nothing
 * describes. Once it is known what the tags mean (a decision for that member, by the tag), such records are told from other
 * bytes: a tag that is known, and a pointer to the start of an undecided block that may be what the tag says. */
#include "profiler/inference/groups.h"

#include <string.h>

#define MAX_RULES 16
#define LARGEST_VALUE 32 /* bytes: little more than a tag and a pointer */

static guint64
tag_at (const guint8 *record, const HsSplit *split)
{
  guint64 value = 0;

  memcpy (&value, record + split->offset, split->size);
  return value & split->mask;
}

/* Looks for records that @rule is about in a block whose type is not known. */
static void
search (HsEngine *self, const HsDecision *rule, const HsReason *reason, guint32 block)
{
  HsLayout *layout = hs_layouts_get (self->layouts, reason->inner);
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);

  for (guint64 at = 0; data != NULL && at + layout->size <= usable; at += 8) {
    guint64 value;
    memcpy (&value, data + at + reason->inner_slot, 8);
    if (value < self->blocks->low || value >= self->blocks->high || value % HS_GRANULE != 0)
      continue;
    const HsVerdict *verdict = hs_decision_verdict (rule, tag_at (data + at, &rule->split));
    guint32 target = verdict != NULL && verdict->type != 0 ? hs_blocks_at (self->blocks, value) : HS_NO_BLOCK;
    if (target == HS_NO_BLOCK || target == block || hs_label_level (self->label[target]) != HS_LEVEL_NONE
        || !hs_group_admits (self, verdict->type, verdict->behind, target))
      continue;
    HsScan scan = { .data = data + at, .limit = layout->size, .level = HS_LEVEL_C, .source = HS_SOURCE_POINTER, .owner = block, .from = at };
    hs_engine_scan (self, layout, &scan);
  }
}

/* Whether @decision tells by a tag next to the pointer, in a record that is little more than the two. */
static gboolean
is_about_values (HsEngine *self, const HsDecision *decision, const HsReason *reason)
{
  guint known = 0;

  for (guint32 i = 0; i < decision->n_verdicts; i++)
    known += decision->verdicts[i].type != 0;
  guint64 size = hs_types_get (self->types, reason->inner)->size;
  return decision->split.kind == HS_SPLIT_OWNER && reason->inner != 0 && known >= 2 && reason->distance == 0 && size <= LARGEST_VALUE
         && (guint64)reason->inner_slot + 8 <= size && (guint64)decision->split.offset + decision->split.size <= size;
}

void
hs_source_values (HsEngine *self)
{
  g_autoptr (GArray) rules = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GHashTable) members = g_hash_table_new (NULL, NULL);

  if (self->values_at == self->n_decided)
    return;
  self->values_at = self->n_decided;
  for (guint32 number = hs_decisions_count (self->decisions); number-- > 1 && rules->len < MAX_RULES;) {
    const HsDecision *decision = hs_decisions_get (self->decisions, number);
    const HsReason *reason = hs_reasons_get (self->reasons, decision->reason);
    if (decision->header == 0 && is_about_values (self, decision, reason)
        && g_hash_table_add (members, GUINT_TO_POINTER (hs_member_reason (self, decision->reason))))
      g_array_append_val (rules, number);
  }
  for (guint i = 0; i < rules->len; i++) {
    const HsDecision *rule = hs_decisions_get (self->decisions, g_array_index (rules, guint32, i));
    const HsReason *reason = hs_reasons_get (self->reasons, rule->reason);
    for (guint32 block = 0; block < self->blocks->n; block++)
      if (hs_label_level (self->label[block]) == HS_LEVEL_NONE && hs_label_form (self->label[block]) <= HS_HINT_VOID)
        search (self, rule, reason, block);
  }
}
