/* inference.c - runs the sources and settles what they disagree about; see inference.h. */
#include "profiler/inference/inference.h"
#include "profiler/inference/engine.h"

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
  self->reason = g_new0 (guint32, MAX (1, self->blocks->n));
  self->parent = new_indexes (self->blocks->n);
  self->strings = g_string_chunk_new (4096);
  self->names = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->names, g_strdup ("char"));
  self->hinted = g_array_new (FALSE, FALSE, sizeof (guint32));
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
  g_array_unref (self->hinted);
  g_array_unref (self->objects);
  g_array_unref (self->conflicts);
  g_array_unref (self->ranges);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_clear_pointer (&self->by_size, g_hash_table_unref);
  g_clear_pointer (&self->flexible, g_array_unref);
  g_clear_pointer (&self->containers, g_hash_table_unref);
  g_clear_pointer (&self->beginners, g_hash_table_unref);
}

static void
run_phase (HsEngine *self, HsPhase phase)
{
  for (guint i = 0; i < hs_n_sources; i++)
    if (hs_sources[i].phase == phase && hs_sources[i].run != NULL) {
      hs_sources[i].run (self);
      if (phase == HS_PHASE_START)
        hs_engine_drain (self);
    }
}

/* Rounds look at the hints that came since the last one. They may be as many as a list that links its members' insides
 * has elements, but together they cost what the hints cost, and these are bounded (engine.c). */
static void
run_rounds (HsEngine *self)
{
  while (self->hinted->len > 0) {
    guint n = self->hinted->len;
    run_phase (self, HS_PHASE_ROUND);
    g_array_remove_range (self->hinted, 0, n);
    hs_engine_drain (self);
  }
}

/* --- settling --- */

enum { UNKNOWN, SOUND, DOUBTFUL };

/* Whether the decision for @block rests on one that is in conflict. Goes up the parents until one is known, and writes
 * the answer on the way back, so that all blocks together cost one walk. */
static void
judge (const HsEngine *self, guint8 *state, guint32 block, GArray *path)
{
  guint8 verdict = SOUND;

  g_array_set_size (path, 0);
  for (guint32 at = block; at != HS_NO_BLOCK; at = self->parent[at]) {
    if (state[at] != UNKNOWN) {
      verdict = state[at];
      break;
    }
    if (hs_label_level (self->label[at]) == HS_LEVEL_NONE)
      break;
    g_array_append_val (path, at);
    state[at] = SOUND; /* a circle ends here */
    if (hs_label_flags (self->label[at]) & HS_LABEL_CONFLICT) {
      verdict = DOUBTFUL;
      break;
    }
  }
  for (guint i = 0; i < path->len; i++)
    state[g_array_index (path, guint32, i)] = verdict;
}

/* Two equally sure sources disagree about a block: it is a guess, and so is all that follows from it. What does not come
 * from contents that were read as the doubtful type stays as it is. */
static void
settle_conflicts (HsEngine *self)
{
  if (self->conflicts->len == 0)
    return;
  g_autofree guint8 *state = g_malloc0 (self->blocks->n);
  g_autoptr (GArray) path = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 block = 0; block < self->blocks->n; block++) {
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE)
      continue;
    if (state[block] == UNKNOWN)
      judge (self, state, block, path);
    if (state[block] == DOUBTFUL && hs_label_level (self->label[block]) < HS_LEVEL_A)
      self->label[block] = hs_label (hs_label_type (self->label[block]), hs_label_form (self->label[block]), HS_LEVEL_D,
                                     hs_label_flags (self->label[block]));
  }
}

HsInference *
hs_inference_new (HsTarget *target, HsHeap *heap, HsModules *modules, HsTypes *types, HsRoots *roots, HsDiag *diag)
{
  HsEngine engine = { .target = target, .image = target->image, .heap = heap, .blocks = heap->blocks, .modules = modules,
                      .types = types, .roots = roots, .diag = diag };
  HsInference *self = g_new0 (HsInference, 1);

  engine_init (&engine);
  run_phase (&engine, HS_PHASE_START);
  run_rounds (&engine);
  settle_conflicts (&engine);
  run_phase (&engine, HS_PHASE_END);

  *self = (HsInference){ .types = hs_types_ref (types), .n = heap->blocks->n, .label = engine.label, .reason = engine.reason,
                         .parent = engine.parent, .reasons = engine.reasons, .layouts = engine.layouts,
                         .roots = hs_roots_ref (roots), .strings = engine.strings,
                         .names = engine.names, .n_refuted = engine.n_refuted, .n_conflicts = engine.conflicts->len };
  engine_clear (&engine);
  return self;
}

void
hs_inference_free (HsInference *self)
{
  g_free (self->label);
  g_free (self->reason);
  g_free (self->parent);
  hs_reasons_free (self->reasons);
  hs_layouts_free (self->layouts);
  hs_roots_unref (self->roots);
  g_string_chunk_free (self->strings);
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
  g_autoptr (GString) text = g_string_new (hs_sources[reason->source].name);

  if (reason->owner != 0) {
    g_autofree char *owner = type_name (self, reason->owner);
    g_string_append_printf (text, " %s.%s", owner, reason->member);
  } else if (reason->member != NULL && *reason->member != 0)
    g_string_append_printf (text, " %s", reason->member);
  if (reason->distance != 0)
    g_string_append_printf (text, " at +%" G_GUINT64_FORMAT, reason->distance);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
