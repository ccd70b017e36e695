/* inference.c - runs the sources and settles what they disagree about; see inference.h. */
#include "profiler/inference/inference.h"
#include "profiler/inference/groups.h"
#include "profiler/inference/functions.h"
#include "profiler/inference/known.h"
#include "profiler/inference/score.h"

static void
add_range (GArray *ranges, HsAddr start, HsAddr end)
{
  HsExtent *last = ranges->len > 0 ? &g_array_index (ranges, HsExtent, ranges->len - 1) : NULL;
  HsExtent range = { start, end };

  if (last != NULL && last->end == start)
    last->end = end;
  else
    g_array_append_val (ranges, range);
}

static guint32 *
new_indexes (guint32 n)
{
  guint32 *array = g_new (guint32, MAX (1, n));

  memset (array, 0xff, n * sizeof *array);
  return array;
}

static void
engine_init (HsEngine *self)
{
  self->layouts = hs_layouts_new (self->types);
  self->reasons = hs_reasons_new ();
  self->label = g_new0 (HsLabel, MAX (1, self->blocks->n));
  self->disputed = HS_NO_BLOCK;
  self->contexts = hs_contexts_new ();
  self->decisions = hs_decisions_new ();
  self->reason = g_new0 (guint32, MAX (1, self->blocks->n));
  self->parent = new_indexes (self->blocks->n);
  self->at = new_indexes (self->blocks->n);
  self->strings = g_string_chunk_new (4096);
  self->names = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->names, g_strdup ("char"));
  self->waiting = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->objects = g_array_new (FALSE, FALSE, sizeof (HsObject));
  self->conflicts = g_array_new (FALSE, FALSE, sizeof (HsConflict));
  self->ranges = g_array_new (FALSE, FALSE, sizeof (HsExtent));
  for (guint i = 0; i < self->target->mappings->len; i++)
    add_range (self->ranges, hs_target_mapping (self->target, i)->start, hs_target_mapping (self->target, i)->end);
}

static void
engine_clear (HsEngine *self)
{
  g_free (self->queue);
  g_array_unref (self->waiting);
  g_free (self->likelihood);
  hs_known_free (self);
  hs_functions_free (self->functions);
  hs_groups_clear (self);
  g_clear_pointer (&self->member_of, g_array_unref);
  g_clear_pointer (&self->holders, g_hash_table_unref);
  g_clear_pointer (&self->asked, g_hash_table_unref);
  g_clear_pointer (&self->namings, g_hash_table_unref);
  g_clear_pointer (&self->text_tails, g_hash_table_unref);
  g_clear_pointer (&self->variables, g_array_unref);
  g_array_unref (self->objects);
  g_array_unref (self->ranges);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_clear_pointer (&self->by_size, g_hash_table_unref);
  g_clear_pointer (&self->flexible, g_array_unref);
  g_clear_pointer (&self->containers, g_hash_table_unref);
  g_clear_pointer (&self->beginners, g_hash_table_unref);
  g_free (self->beginners_of);
  g_free (self->is_runtime);
}

static void
run_phase (HsEngine *self, HsPhase phase)
{
  for (guint i = 0; i < hs_n_sources; i++)
    if (hs_sources[i].phase == phase && hs_sources[i].run != NULL && !(self->without >> i & 1)) {
      hs_sources[i].run (self);
      if (phase == HS_PHASE_START)
        hs_engine_drain (self);
    }
}

#define MAX_PASSES 256 /* each decides something; a source is asked few times about one group (groups.c) */

/* Once it is known that the program's allocator keeps something before its objects, pointers behind that say more than they
 * did: what is known is followed again. As often as there are such distances, at most. */
static void
follow_prefixes (HsEngine *self)
{
  guint n = 0;

  for (guint64 distance = 8; distance <= HS_MAX_PREFIX; distance += 8)
    n += hs_is_prefix (self, distance);
  if (n == self->n_prefixes)
    return;
  self->n_prefixes = n;
  for (guint32 block = 0; block < self->blocks->n; block++)
    if (hs_label_level (self->label[block]) >= HS_LEVEL_C)
      hs_engine_follow (self, block, hs_label_type (self->label[block]));
  hs_engine_drain (self);
}

/* The sources, surest first: whenever one has decided something, what follows from it comes before the less sure ones. */
static void
run_rounds (HsEngine *self)
{
  guint passes = 0;

  for (guint i = 0; i < hs_n_sources && passes < MAX_PASSES; i++) {
    guint64 before = self->n_decided + self->n_tails;
    if (hs_sources[i].phase != HS_PHASE_ROUND || hs_sources[i].run == NULL || self->without >> i & 1)
      continue;
    hs_sources[i].run (self);
    hs_engine_drain (self);
    follow_prefixes (self);
    if (self->n_decided + self->n_tails > before) {
      passes++;
      i = 0; /* the first is no source */
    }
  }
}

/* --- settling --- */

enum { UNKNOWN, SOUND, DOUBTFUL };

/* Whether the decision for @block rests on one that is in conflict, or @revoked if that is given. Goes up the parents until one
 * is known, and leaves the answer on the way, so that all blocks together cost one walk. */
static void
judge (const HsEngine *self, guint8 *state, guint32 block, const guint8 *revoked)
{
  guint32 at = block;
  guint8 verdict = SOUND;

  for (; at != HS_NO_BLOCK; at = self->parent[at]) {
    if (state[at] != UNKNOWN) {
      verdict = state[at];
      break;
    }
    if (hs_label_level (self->label[at]) == HS_LEVEL_NONE)
      break;
    state[at] = SOUND; /* a circle ends here */
    if (revoked != NULL ? revoked[at] : (hs_label_flags (self->label[at]) & HS_LABEL_CONFLICT) != 0) {
      verdict = DOUBTFUL;
      break;
    }
    /* What was decided for many together does not hang on one. */
    if (hs_reasons_get (self->reasons, self->reason[at])->decision != 0)
      break;
  }
  for (guint32 up = block; verdict == DOUBTFUL && state[up] != DOUBTFUL; up = up != at ? self->parent[up] : up)
    state[up] = DOUBTFUL;
}

enum { KEEP, CLEAR, REPLACE };

static guint
weigh_conflict (HsEngine *self, const HsConflict *conflict)
{
  HsTypeId type = hs_label_type (self->label[conflict->block]);
  HsSpecimen specimen;

  if (!(hs_label_flags (self->label[conflict->block]) & HS_LABEL_CONFLICT) || type >= self->types->n_types
      || conflict->type >= self->types->n_types || !hs_specimen_open (self, conflict->block, &specimen))
    return KEEP;
  self->disputed = conflict->block;
  double standing = hs_score_as (self, &specimen, type), other = hs_score_as (self, &specimen, conflict->type);
  self->disputed = HS_NO_BLOCK;
  return standing >= other + HS_CLEARLY ? CLEAR : other >= standing + HS_CLEARLY ? REPLACE : KEEP;
}

/* Takes back what follows from the contents of blocks that are @revoked (by block), as far as it hangs on them alone. */
static void
revoke_descendants (HsEngine *self, const guint8 *revoked)
{
  g_autofree guint8 *state = g_malloc0 (self->blocks->n);

  for (guint32 block = 0; block < self->blocks->n; block++) {
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE || revoked[block] || hs_label_level (self->label[block]) == HS_LEVEL_A)
      continue;
    if (state[block] == UNKNOWN)
      judge (self, state, block, revoked);
    if (state[block] == DOUBTFUL) {
      self->label[block] = 0;
      self->n_revoked++;
    }
  }
}

/* Pointers that are left behind, in the unused end of an array or in a union, disagree with live ones. Where the contents
 * speak clearly for the type that stands, there is no conflict; where they speak for the other, that takes its place, and
 * what followed is taken back. TRUE: something was. */
static gboolean
weigh_conflicts (HsEngine *self)
{
  g_autofree guint8 *revoked = NULL;
  guint n = self->conflicts->len;

  hs_score_prepare (self);
  for (guint i = 0; i < n; i++) {
    const HsConflict *conflict = &g_array_index (self->conflicts, HsConflict, i);
    guint verdict = weigh_conflict (self, conflict);
    if (verdict != KEEP)
      self->label[conflict->block] &= ~((guint32)HS_LABEL_CONFLICT << 30);
    if (verdict != REPLACE)
      continue;
    if (revoked == NULL)
      revoked = g_malloc0 (self->blocks->n);
    revoked[conflict->block] = 1;
  }
  if (revoked == NULL)
    return FALSE;
  revoke_descendants (self, revoked);
  for (guint i = 0; i < n; i++) {
    HsConflict conflict = g_array_index (self->conflicts, HsConflict, i);
    HsForm form = HS_FORM_WHOLE;
    if (!revoked[conflict.block])
      continue;
    revoked[conflict.block] = 0;
    self->label[conflict.block] = 0;
    hs_fits (hs_layouts_get (self->layouts, conflict.type), self->blocks->address[conflict.block],
             hs_blocks_size (self->blocks, conflict.block), &form);
    hs_engine_decide (self, conflict.block, conflict.type, form, HS_LEVEL_C, conflict.reason, HS_NO_BLOCK);
  }
  return TRUE;
}

static gboolean
has_conflicts (const HsEngine *self)
{
  for (guint i = 0; i < self->conflicts->len; i++)
    if (hs_label_flags (self->label[g_array_index (self->conflicts, HsConflict, i).block]) & HS_LABEL_CONFLICT)
      return TRUE;
  return FALSE;
}

/* Two equally sure sources disagree about a block: it is a guess, and so is all that follows from it. What does not come
 * from contents that were read as the doubtful type stays as it is. */
static void
settle_conflicts (HsEngine *self)
{
  if (!has_conflicts (self))
    return;
  g_autofree guint8 *state = g_malloc0 (self->blocks->n);
  for (guint32 block = 0; block < self->blocks->n; block++) {
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE)
      continue;
    if (state[block] == UNKNOWN)
      judge (self, state, block, NULL);
    if (state[block] == DOUBTFUL && hs_label_level (self->label[block]) < HS_LEVEL_A)
      self->label[block] = hs_label (hs_label_type (self->label[block]), hs_label_form (self->label[block]), HS_LEVEL_D,
                                     hs_label_flags (self->label[block]));
  }
}

#define MAX_REVOCATIONS 4 /* times */

guint32
hs_inference_source (const char *name)
{
  for (guint i = 1; i < hs_n_sources; i++)
    if (hs_sources[i].run != NULL && g_str_equal (hs_sources[i].name, name))
      return 1u << i;
  return 0;
}

HsInference *
hs_inference_new (HsTarget *target, HsHeap *heap, HsModules *modules, HsTypes *types, HsRoots *roots, HsDiag *diag)
{
  return hs_inference_new_without (target, heap, modules, types, roots, diag, 0);
}

HsInference *
hs_inference_new_without (HsTarget *target, HsHeap *heap, HsModules *modules, HsTypes *types, HsRoots *roots, HsDiag *diag,
                          guint32 without)
{
  HsEngine engine = { .without = without, .target = target, .image = target->image, .heap = heap, .blocks = heap->blocks, .modules = modules,
                      .types = types, .roots = roots, .diag = diag };
  HsInference *self = g_new0 (HsInference, 1);

  engine_init (&engine);
  run_phase (&engine, HS_PHASE_START);
  run_rounds (&engine);
  for (guint i = 0; i < MAX_REVOCATIONS && weigh_conflicts (&engine); i++) {
    hs_engine_drain (&engine);
    run_rounds (&engine);
  }
  settle_conflicts (&engine);
  engine.guessing = TRUE;
  run_phase (&engine, HS_PHASE_ROUND);
  hs_engine_drain (&engine);
  run_phase (&engine, HS_PHASE_END);

  *self = (HsInference){ .types = hs_types_ref (types), .n = heap->blocks->n, .label = engine.label, .reason = engine.reason,
                         .parent = engine.parent, .at = engine.at, .reasons = engine.reasons,
                         .contexts = engine.contexts, .decisions = engine.decisions, .layouts = engine.layouts,
                         .roots = hs_roots_ref (roots), .strings = engine.strings,
                         .names = engine.names, .n_refuted = engine.n_refuted, .n_conflicts = engine.conflicts->len,
                         .conflicts = engine.conflicts };
  engine_clear (&engine);
  return self;
}

void
hs_inference_free (HsInference *self)
{
  g_free (self->label);
  g_free (self->reason);
  g_free (self->parent);
  g_free (self->at);
  hs_reasons_free (self->reasons);
  hs_contexts_free (self->contexts);
  hs_decisions_free (self->decisions);
  hs_layouts_free (self->layouts);
  hs_roots_unref (self->roots);
  g_string_chunk_free (self->strings);
  g_array_unref (self->conflicts);
  g_ptr_array_unref (self->names);
  hs_types_unref (self->types);
  g_free (self);
}

static char *
type_name (const HsInference *self, HsTypeId type)
{
  if (type >= self->types->n_types)
    return hs_types_shorten (self->names->pdata[MIN (type - self->types->n_types, self->names->len - 1)]);
  return hs_types_display (self->types, type);
}

char *
hs_inference_name (const HsInference *self, HsLabel label)
{
  g_autofree char *name = type_name (self, hs_label_type (label));

  return hs_label_form (label) == HS_FORM_ARRAY ? g_strconcat (name, "[]", NULL) : g_steal_pointer (&name);
}

char *
hs_inference_how (const HsInference *self, guint32 number)
{
  const HsReason *reason = hs_reasons_get (self->reasons, number);
  const HsContext *context = hs_contexts_get (self->contexts, reason->context);
  gboolean is_root = reason->source == HS_SOURCE_STATIC || reason->source == HS_SOURCE_STACK;
  g_autoptr (GString) text = g_string_new (hs_sources[reason->source].name);
  gboolean has_member = reason->member != NULL && *reason->member != 0;

  if (is_root)
    g_string_append_printf (text, has_member ? " %s.%s" : " %s", context->member != NULL ? context->member : "", reason->member);
  else if (reason->owner != 0) {
    g_autofree char *owner = type_name (self, reason->owner);
    g_string_append_printf (text, has_member ? " %s.%s" : " %s", owner, reason->member);
  } else if (has_member)
    g_string_append_printf (text, " %s", reason->member);
  if (reason->distance != 0)
    g_string_append_printf (text, " at +%" G_GUINT64_FORMAT, reason->distance);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
