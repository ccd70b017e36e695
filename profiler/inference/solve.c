/* solve.c - what the blocks of a group are; see groups.h.
 *
 * First all as one. Where that is not clear, something may tell them apart: a member of the object that holds the pointer
 * (an enum, a bit-field, a small number next to it), a byte of the block itself where it begins with a known header, or
 * the size. Each such member divides the sample; the one that leaves most of it clear is taken, as a rule. */
#include "profiler/inference/known.h"
#include "profiler/inference/trial.h"

#include <string.h>

#define LEAST_PART 4   /* specimens */
#define FUNCTION_VALUES 64 /* of functions there may be more */
#define MAX_SPLITS 64
#define MANY_SIZES 6

/* Divides the sample by @split; FALSE: it does not, or into too many. */
gboolean
hs_trial_divide (HsTrial *self, const HsSplit *split)
{
  self->n_values = 0;
  for (guint i = 0; i < self->matrix->n; i++) {
    guint64 value = hs_split_value (self->engine, split, self->matrix->specimen[i].block);
    guint k = 0;
    while (k < self->n_values && self->values[k] != value)
      k++;
    if (k == HS_SPLIT_VALUES) {
      self->n_values = HS_SPLIT_VALUES + 1;
      return FALSE;
    }
    if (k == self->n_values)
      self->values[self->n_values++] = value;
    self->part[i] = (guint8)k;
  }
  return self->n_values > 1;
}

#define MAX_TAG 4096 /* larger numbers are quantities */

static gboolean
has_large_values (const HsTrial *self)
{
  for (guint i = 0; i < self->n_values; i++)
    if (self->values[i] > MAX_TAG)
      return TRUE;
  return FALSE;
}

/* How near to the pointer a member of its owner stands: tags stand before what they are about. */
static double
nearness (const HsTrial *self, const HsSplit *split)
{
  const HsReason *reason = hs_reasons_get (self->engine->reasons, self->group->reason);

  if (split->kind != HS_SPLIT_OWNER)
    return 0;
  if (split->offset < reason->inner_slot && reason->inner_slot - split->offset <= 8)
    return 0.15;
  return split->offset < reason->inner_slot && reason->inner_slot - split->offset <= 16 ? 0 : -0.1;
}

typedef struct {
  HsTypeId type; /* that most known blocks with the tag's value have; 0: there are none */
  guint n, agree;
} Vote;

/* What blocks of known type say about a tag's value. */
static Vote
vote (const HsTrial *self, const HsSplit *split, guint64 value)
{
  Vote vote = { 0 };
  guint lead = 0;

  for (guint i = 0; i < self->known->len; i++) {
    const HsKnownBlock *one = &g_array_index (self->known, HsKnownBlock, i);
    if (hs_split_value (self->engine, split, one->block) != value)
      continue;
    vote.n++;
    if (lead == 0)
      vote.type = one->type;
    lead = one->type == vote.type ? lead + 1 : lead - 1; /* a majority is never eliminated */
  }
  for (guint i = 0; i < self->known->len && vote.n > 0; i++) {
    const HsKnownBlock *one = &g_array_index (self->known, HsKnownBlock, i);
    vote.agree += one->type == vote.type && hs_split_value (self->engine, split, one->block) == value;
  }
  return vote;
}

#define PURE 97 /* percent of the known blocks that a tag's values tell right */

/* Whether the split tells the known blocks apart by type. */
static gboolean
separates (const HsTrial *self, const HsSplit *split)
{
  HsTypeId first = 0;
  gboolean several = FALSE;
  guint n = 0, agree = 0;

  for (guint k = 0; k < self->n_values; k++) {
    Vote one = vote (self, split, self->values[k]);
    n += one.n;
    agree += one.agree;
    several |= first != 0 && one.type != 0 && one.type != first;
    first = first == 0 ? one.type : first;
  }
  return several && agree * 100 >= PURE * n;
}

#define LEAST_VOTES 2
#define VOTED_MERIT 1 /* a known tag before any other */

static void
take_votes (const HsTrial *self, const HsSplit *split, HsVerdict *verdict)
{
  Vote one = vote (self, split, verdict->value);

  if (one.type == 0)
    return;
  gboolean pure = one.agree * 100 >= PURE * one.n;
  gboolean allowed = one.type == verdict->best[0].type || hs_verdict_allows (verdict, one.type);
  verdict->type = pure && allowed && (one.agree >= LEAST_VOTES || one.type == verdict->type) ? one.type : 0;
  verdict->votes = verdict->type != 0 ? one.agree : 0;
}

#define MIXED_MARGIN 6.0f /* bits */

/* Whether the verdict on the blocks of one size is clear enough: where the pointers stand in all kinds of contexts, those of
 * one size are of several types. */
static gboolean
is_far_ahead (const HsTrial *self, const HsVerdict *verdict)
{
  return !self->matrix->mixed || verdict->best[1].type == 0 || verdict->best[0].bits - verdict->best[1].bits >= MIXED_MARGIN;
}

void
hs_trial_try (HsTrial *self, HsSplit split, HsOption *best)
{
  HsOption option = { .split = split };
  guint decided = 0, kinds = 0;

  if (!hs_trial_divide (self, &split) || (split.size == 4 && split.mask == G_MAXUINT64 && has_large_values (self)))
    return;
  gboolean voted = split.kind == (self->tagged != 0 ? HS_SPLIT_TARGET : HS_SPLIT_OWNER) && separates (self, &split);
  if (self->n_values > (split.size == 8 && split.kind == HS_SPLIT_TARGET ? FUNCTION_VALUES : HS_TAG_VALUES) && !voted)
    return;
  for (guint k = 0; k < self->n_values; k++) {
    HsVerdict verdict = hs_matrix_judge (self->matrix, self->part, (guint8)k);
    gboolean known = FALSE;
    verdict.value = self->values[k];
    if (voted)
      take_votes (self, &split, &verdict);
    if ((verdict.votes == 0 && verdict.n < LEAST_PART)
        || (split.kind == HS_SPLIT_SIZE && (verdict.n * 10 < self->matrix->n || !is_far_ahead (self, &verdict))))
      verdict.type = 0;
    for (guint i = 0; i < option.n; i++)
      known |= option.verdicts[i].type == verdict.type;
    if (verdict.type != 0) {
      decided += verdict.n;
      kinds += !known;
    }
    option.verdicts[option.n++] = verdict;
  }
  /* What leads to objects of many sizes leads to one kind of varying length, and one of the sizes is like another kind by chance. */
  if (split.kind == HS_SPLIT_SIZE && self->n_values >= MANY_SIZES && 2 * decided < self->matrix->n)
    return;
  if (voted)
    decided += VOTED_MERIT * self->matrix->n;
  option.merit = (double)decided / self->matrix->n + 0.1 * kinds - 0.02 * MIN (self->n_values, HS_TAG_VALUES) + nearness (self, &split);
  if (kinds > 0 && option.merit > best->merit)
    *best = option;
}

gboolean
hs_field_may_split (const HsField *field)
{
  return field->kind != HS_FIELD_FLOAT && field->kind != HS_FIELD_CHARS && field->kind != HS_FIELD_NUMBERS && field->kind != HS_FIELD_DATA
         && field->size <= 4 && field->bit_size <= 8;
}

HsSplit
hs_split_by_field (HsSplitKind kind, const HsField *field)
{
  HsSplit split = { .kind = (guint8)kind, .size = (guint8)field->size, .offset = (guint32)field->offset, .mask = G_MAXUINT64 };

  if (field->bit_size != 0) {
    split.size = field->bit_offset + field->bit_size <= 8 ? 1 : 4;
    split.mask = ((G_GUINT64_CONSTANT (1) << MIN (field->bit_size, 32)) - 1) << field->bit_offset;
  }
  return split;
}

/* Functions that objects point to themselves tell their kinds apart as tags do. */
static void
try_functions (HsTrial *self, const HsLayout *layout, HsOption *best)
{
  for (guint32 i = 0; i < layout->n_slots && layout->slots[i].offset < MAX_TAG; i++) {
    HsSplit split = { .kind = HS_SPLIT_TARGET, .size = 8, .offset = (guint32)layout->slots[i].offset, .mask = G_MAXUINT64 };
    if (layout->slots[i].kind == HS_SLOT_FUNCTION && (self->tag == NULL || self->tag->offset == split.offset))
      hs_trial_try (self, split, best);
  }
}

static void
try_fields (HsTrial *self, HsSplitKind kind, HsTypeId type, HsOption *best)
{
  HsLayout *layout = hs_layouts_get (self->engine->layouts, type);
  const HsField *last = NULL;

  if (kind == HS_SPLIT_TARGET)
    try_functions (self, layout, best);

  for (guint32 i = 0, tried = 0; i < layout->n_fields && tried < MAX_SPLITS; i++) {
    const HsField *field = &layout->fields[i];
    if (!hs_field_may_split (field) || (field->in_union && kind == HS_SPLIT_OWNER) || field->offset > G_MAXINT32)
      continue;
    HsSplit split = hs_split_by_field (kind, field);
    if (self->tag != NULL && kind == HS_SPLIT_TARGET && (split.offset < self->tag->offset || split.offset >= self->tag->offset + self->tag->size))
      continue;
    tried++;
    hs_trial_try (self, split, best);
    /* Two neighbouring bit-fields are one tag: a type and its encoding. */
    if (field->bit_size != 0 && last != NULL && last->offset == field->offset && split.size == 1) {
      split.mask |= hs_split_by_field (kind, last).mask;
      hs_trial_try (self, split, best);
      self->n_values = 0;
    }
    /* Too many values: a set of flags, of which one may count. */
    if (self->n_values > HS_TAG_VALUES && field->bit_size == 0 && field->kind == HS_FIELD_INT && kind == HS_SPLIT_OWNER)
      for (guint bit = 0; bit < 8 * field->size; bit++) {
        split.mask = G_GUINT64_CONSTANT (1) << bit;
        hs_trial_try (self, split, best);
      }
    last = field->bit_size != 0 ? field : NULL;
  }
}

#define ENOUGH 24 /* specimens */

/* The blocks of each value, some of them; values that the sample did not have are added to the option. */
static GPtrArray *
gather (HsTrial *self, HsOption *option)
{
  GPtrArray *lists = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);

  for (guint k = 0; k < option->n; k++)
    g_ptr_array_add (lists, g_array_new (FALSE, FALSE, sizeof (guint32)));
  for (guint32 i = 0; i < self->group->n; i++) {
    guint32 block = self->groups->members[self->group->first + i];
    guint64 value = hs_split_value (self->engine, &option->split, block);
    guint k = 0;
    while (k < option->n && option->verdicts[k].value != value)
      k++;
    if (k == option->n) {
      if (option->n >= HS_TAG_VALUES || option->split.kind == HS_SPLIT_SIZE)
        continue;
      option->verdicts[option->n++] = (HsVerdict){ .value = value, .level = HS_LEVEL_C };
      g_ptr_array_add (lists, g_array_new (FALSE, FALSE, sizeof (guint32)));
    }
    GArray *list = lists->pdata[k];
    if (list->len < 4 * HS_SPECIMENS)
      g_array_append_val (list, block);
  }
  return lists;
}

/* What is not clear from the few specimens of a value may be from more of its blocks. */
static void
refine (HsTrial *self, HsOption *option)
{
  HsMatrix *matrix = self->matrix;
  g_autoptr (GPtrArray) lists = gather (self, option);
  g_autoptr (GArray) candidates = matrix->open ? NULL : g_array_new (FALSE, FALSE, sizeof (HsTypeId));

  for (guint i = 0; candidates != NULL && i < matrix->columns->len; i++)
    g_array_append_val (candidates, g_array_index (matrix->columns, HsColumn, i).type);
  for (guint k = 0; k < option->n; k++) {
    HsVerdict *verdict = &option->verdicts[k];
    const GArray *blocks = lists->pdata[k];
    if (verdict->votes > 0 || (verdict->type != 0 && verdict->n >= ENOUGH) || blocks->len < 2 * verdict->n || blocks->len < LEAST_PART)
      continue;
    g_autoptr (HsMatrix) more = hs_matrix_new (self->engine, (const guint32 *)blocks->data, blocks->len, candidates, matrix->reason,
                                               matrix->text, matrix->distance, matrix->behind);
    if (more == NULL)
      continue;
    HsVerdict again = hs_matrix_judge (more, NULL, 0);
    again.value = verdict->value;
    *verdict = again;
  }
}

#define LEAST_WEAK 16 /* blocks in which a member was looked at */

/* Members that are not set in many blocks that clearly are a @type: nobody cleared them, and only the program knows when
 * they are in use. At most one in four of the type's pointers. */
static void
learn_weak (HsTrial *self, const HsSplit *split, const HsVerdict *verdict)
{
  HsLayout *layout = hs_layouts_get (self->engine->layouts, verdict->type);
  guint n_weak = 0;

  for (guint32 i = 0; i < layout->n_slots && (n_weak + 1) * 4 <= layout->n_slots + 3; i++) {
    HsSlot *slot = &layout->slots[i];
    guint n = 0, bad = 0;
    for (guint32 k = 0; k < MIN (self->group->n, 4 * HS_SPECIMENS); k++) {
      guint32 block = self->groups->members[self->group->first + k];
      const guint8 *data = hs_engine_bytes (self->engine, block);
      if (data == NULL || hs_blocks_size (self->engine->blocks, block) < verdict->behind + slot->offset + 8
          || hs_split_value (self->engine, split, block) != verdict->value)
        continue;
      n++;
      bad += !hs_slot_admits (self->engine, slot, data + verdict->behind);
    }
    if (n >= LEAST_WEAK && bad * 50 > n) {
      slot->is_weak = TRUE;
      n_weak++;
    }
  }
}

#define WEAK_MARGIN 8.0f /* bits by which the type must be ahead */

static void
learn_from (HsTrial *self, const HsSplit *split, const HsVerdict *verdicts, guint n)
{
  for (guint k = 0; k < n; k++)
    if (verdicts[k].type != 0 && verdicts[k].type < self->engine->types->n_types
        && verdicts[k].best[0].bits - (verdicts[k].best[1].type != 0 ? verdicts[k].best[1].bits : 0) >= WEAK_MARGIN)
      learn_weak (self, split, &verdicts[k]);
}

#define VALIDATED 512 /* blocks */
#define LEAST_VALID 97 /* percent */

/* How well @type did for another value of the same tag: here, or in the rules before. */
static float
best_elsewhere (const HsTrial *self, const HsVerdict *verdicts, guint n, guint at, guint32 rule)
{
  float best = -G_MAXFLOAT;

  for (guint k = 0; k < n; k++)
    if (k != at && verdicts[k].type == verdicts[at].type)
      best = MAX (best, verdicts[k].best[0].bits);
  for (guint i = 0; rule != 0 && i < 8; i++) {
    const HsDecision *decision = hs_decisions_get (self->engine->decisions, rule);
    for (guint32 k = 0; k < decision->n_verdicts; k++)
      if (decision->verdicts[k].type == verdicts[at].type && decision->verdicts[k].value != verdicts[at].value)
        best = MAX (best, decision->verdicts[k].best[0].bits);
    rule = decision->previous;
  }
  return best;
}

/* Two values of one tag that mean the same type are rare: where one of them is by far the weaker, it is what was left over. */
static void
drop_leftovers (HsTrial *self, const HsSplit *split, HsVerdict *verdicts, guint n)
{
  guint32 rule = self->tagged != 0 ? hs_decisions_for_header (self->engine->decisions, self->tagged)
                                   : hs_decisions_for_reason (self->engine->decisions, self->group->reason);

  for (guint k = 0; k < n && (split->kind == HS_SPLIT_TARGET || split->kind == HS_SPLIT_OWNER); k++)
    if (verdicts[k].type != 0 && verdicts[k].votes == 0 && 2 * verdicts[k].best[0].bits < best_elsewhere (self, verdicts, n, k, rule))
      verdicts[k].type = 0;
}

/* Holds the verdicts against other blocks than those they come from: a member that seemed to tell them apart may have done
 * so by chance. Takes back those that fail. */
static gboolean
validate (HsTrial *self, const HsSplit *split, HsVerdict *verdicts, guint n)
{
  HsDecision decision = { .split = *split, .n_verdicts = n, .verdicts = verdicts };
  guint tried[HS_SPLIT_VALUES] = { 0 }, failed[HS_SPLIT_VALUES] = { 0 }, left = 0;
  guint32 step = MAX (1, self->group->n / VALIDATED);

  learn_from (self, split, verdicts, n);

  for (guint32 i = 0; i < self->group->n; i += step) {
    guint32 block = self->groups->members[self->group->first + i];
    const HsVerdict *verdict = hs_decision_verdict (&decision, hs_split_value (self->engine, split, block));
    if (verdict == NULL || verdict->type == 0)
      continue;
    tried[verdict - verdicts]++;
    failed[verdict - verdicts] += !hs_group_admits (self->engine, verdict->type, verdict->behind, block);
  }
  for (guint k = 0; k < n; k++) {
    if (failed[k] * 100 > tried[k] * (100 - LEAST_VALID))
      verdicts[k].type = 0;
    left += verdicts[k].type != 0;
  }
  return left > 0;
}

static guint32
decide (HsTrial *self, guint source, HsTypeId header, const HsSplit *split, const HsVerdict *verdicts, guint n)
{
  HsDecision decision = { .reason = self->group->reason, .header = header, .source = (guint8)source, .split = *split,
                          .n = self->group->n, .n_verdicts = n };
  const HsReason *reason = hs_reasons_get (self->engine->reasons, self->group->reason);
  guint32 done = 0;

  decision.of_member = header == 0 && reason->context == 0 && reason->owner == reason->inner;
  decision.verdicts = g_memdup2 (verdicts, n * sizeof *verdicts);
  guint32 number = hs_decisions_add (self->engine->decisions, decision);
  for (guint32 i = 0; i < self->group->n; i++) {
    guint32 block = self->groups->members[self->group->first + i];
    hs_engine_prefetch (self->engine, self->groups->members + self->group->first, self->group->n, i);
    if (hs_label_level (self->engine->label[block]) == HS_LEVEL_NONE)
      done += hs_group_apply (self->engine, number, block);
  }
  return done;
}

static int
compare_verdicts (gconstpointer a, gconstpointer b)
{
  const HsVerdict *x = a, *y = b;

  return x->value < y->value ? -1 : x->value > y->value;
}

#define MAX_KNOWN 1024      /* blocks */

static void
add_known (HsEngine *engine, GArray *known, const GArray *blocks, HsTypeId header)
{
  for (guint i = 0; blocks != NULL && i < blocks->len && known->len < MAX_KNOWN; i++) {
    guint32 block = g_array_index (blocks, guint32, i);
    HsKnownBlock one = { block, hs_label_type (engine->label[block]) };
    if (hs_label_level (engine->label[block]) >= HS_LEVEL_C && one.type != header)
      g_array_append_val (known, one);
  }
}

/* Blocks of known type whose tags show what the group's tags mean: those that begin with @header, and are known by something
 * else than its tag; or, where that is 0, those that the same member leads to. */
static GArray *
find_known (HsEngine *engine, HsTypeId header, guint32 reason)
{
  GArray *known = g_array_new (FALSE, FALSE, sizeof (HsKnownBlock));
  const GArray *beginners = header != 0 ? hs_beginners (engine, header) : NULL;

  if (header == 0)
    add_known (engine, known, hs_known_of_member (engine, hs_member_reason (engine, reason)), 0);
  for (guint i = 0; beginners != NULL && i < beginners->len; i++)
    add_known (engine, known, hs_known_of_type (engine, g_array_index (beginners, HsTypeId, i)), header);
  return known;
}

#define LEAST_SHARED 16 /* blocks */
#define LEAST_MERIT 0.1 /* of what tells them apart */

/* Whether the blocks are siblings, and now wait for what knows their header. */
static gboolean
hand_over (HsTrial *self, const HsVerdict *verdicts, guint n)
{
  if (!self->matrix->open || self->group->n < LEAST_SHARED)
    return FALSE;
  HsTypeId header = hs_shared_header (self->engine, self->matrix, verdicts, n);
  return header != 0 && hs_hand_to_header (self->engine, self->groups, self->group, header);
}

/* Whether a tag of the header tells some of the blocks from what seems to fit all of them: a type of nothing but pointers fits much. */
static gboolean
is_several (HsTrial *self, HsTypeId whole, HsOption *best)
{
  try_fields (self, HS_SPLIT_TARGET, self->tagged, best);
  for (guint k = 0; k < best->n; k++)
    if (best->verdicts[k].type != 0 && best->verdicts[k].type != whole)
      return TRUE;
  *best = (HsOption){ .merit = LEAST_MERIT };
  return FALSE;
}

guint32
hs_group_solve (HsEngine *engine, const HsGroups *groups, const HsGroup *group, HsMatrix *matrix, guint source, HsTypeId header, HsTypeId tagged)
{
  HsTrial trial = { .engine = engine, .groups = groups, .group = group, .matrix = matrix };
  HsOption best = { .merit = LEAST_MERIT };
  const HsReason *reason = hs_reasons_get (engine->reasons, group->reason);
  g_autoptr (GArray) known = find_known (engine, tagged, group->reason);
  HsVerdict whole = hs_matrix_judge (matrix, NULL, 0);

  guint32 rule = tagged != 0 ? hs_decisions_for_header (engine->decisions, tagged) : 0;
  const HsDecision *before = hs_decisions_get (engine->decisions, rule);

  trial.known = known;
  trial.tagged = tagged;
  trial.tag = before->split.kind == HS_SPLIT_TARGET ? &before->split : NULL;

  if (hand_over (&trial, &whole, 1))
    return 0;
  if (whole.type != 0 && tagged != 0 && is_several (&trial, whole.type, &best))
    whole.type = 0;
  if (whole.type != 0 && validate (&trial, &(HsSplit){ 0 }, &whole, 1)) {
    if (header != 0 && tagged != 0 ? !hs_trial_guard_header (&trial, &whole, &best) : header != 0 || !hs_trial_guard (&trial, &whole, &best))
      return decide (&trial, source, header, &(HsSplit){ 0 }, &whole, 1);
    if (best.n == 0)
      return 0;
    qsort (best.verdicts, best.n, sizeof *best.verdicts, compare_verdicts);
    return decide (&trial, source, header, &best.split, best.verdicts, best.n);
  }
  if (tagged != 0 && best.n == 0)
    try_fields (&trial, HS_SPLIT_TARGET, tagged, &best);
  if (reason->inner != 0 && header == 0)
    try_fields (&trial, HS_SPLIT_OWNER, reason->inner, &best);
  if (best.n == 0)
    hs_trial_try (&trial, (HsSplit){ .kind = HS_SPLIT_SIZE }, &best);
  if (best.n == 0 || (best.split.kind == HS_SPLIT_SIZE && hand_over (&trial, best.verdicts, best.n)))
    return 0;
  if (best.split.kind != HS_SPLIT_SIZE || matrix->open)
    refine (&trial, &best);
  drop_leftovers (&trial, &best.split, best.verdicts, best.n);
  qsort (best.verdicts, best.n, sizeof *best.verdicts, compare_verdicts);
  if (!validate (&trial, &best.split, best.verdicts, best.n))
    return 0;
  return decide (&trial, source, header, &best.split, best.verdicts, best.n);
}
