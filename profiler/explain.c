/* explain.c - see explain.h.
 *
 * What is told of a block, in this order: how it was reached, what its evidence says in words, the decision about its group and
 * what else was considered, what speaks against it, and what the other blocks are that the same member leads to. */
#include "profiler/explain-private.h"
#include "profiler/inference/tail.h"
#include "summary/filter-private.h"

#include <string.h>

static const HsReason *
reason_of (const HsEvidence *self, guint32 block)
{
  return hs_reasons_get (self->inference->reasons, self->inference->reason[block]);
}

/* The slot that the reason is about, or NULL. */
static const HsSlot *
slot_of (const HsEvidence *self, const HsReason *reason)
{
  if (reason->owner == 0 || reason->owner >= self->types->n_types)
    return NULL;
  const HsLayout *layout = hs_layouts_get (self->inference->layouts, reason->owner);
  for (guint32 i = 0; i < layout->n_slots; i++)
    if (layout->slots[i].offset == reason->slot)
      return &layout->slots[i];
  return NULL;
}

/* "redisDb.dict, a struct dict *,". */
static char *
link_words (const HsEvidence *self, const HsReason *reason)
{
  g_autofree char *member = hs_member_words (self, reason);
  const HsSlot *slot = slot_of (self, reason);
  g_autofree char *target = slot != NULL && slot->kind != HS_SLOT_UNION ? hs_types_display (self->types, slot->target) : NULL;

  if (*member == 0)
    return g_strdup ("a pointer");
  if (slot != NULL && slot->kind == HS_SLOT_UNION)
    return g_strdup_printf ("%s, a union of several pointers,", member);
  return target != NULL && *reason->member != 0 ? g_strdup_printf ("%s, a %s *,", member, target) : g_steal_pointer (&member);
}

/* --- evidence --- */

static char *
embed_words (const HsEvidence *self, guint32 block, const HsReason *reason, const char *link)
{
  const HsSlot *slot = slot_of (self, reason);
  HsTypeId type = hs_label_type (self->inference->label[block]);
  g_autofree char *name = hs_type_words (self, type);
  g_autofree char *member = slot != NULL ? hs_object_path (self->types, type, reason->distance, slot->target) : NULL;

  g_autofree char *where = reason->distance == 0 ? g_strdup ("to its start")
    : g_strdup_printf ("%" G_GUINT64_FORMAT " bytes into the block", reason->distance);

  if (member == NULL || *member == 0)
    return g_strdup_printf ("%s leads %s; of the types of this size %s is the one that fits that", link, where, name);
  return g_strdup_printf ("%s leads %s; of the types of this size %s is the one that has such a thing there, as %s", link, where, name, member + 1);
}

static char *
function_words (const HsEvidence *self, guint32 block, const HsReason *reason, const char *link, const char *name)
{
  g_autofree char *functions = hs_function_names (self, block);
  const HsSlot *slot = slot_of (self, reason);

  if (slot != NULL && slot->kind == HS_SLOT_VOID && slot->inner != 0 && !hs_layouts_get (self->inference->layouts, slot->inner)->has_functions)
    return g_strdup_printf ("%s leads to it, and a function of the table or list that this is in takes it for a %s", link, name);
  if (slot != NULL && slot->kind == HS_SLOT_VOID)
    return g_strdup_printf ("%s leads to it, and a function that stands next to that pointer takes it for a %s", link, name);
  return g_strdup_printf ("%s%sfunctions that it holds take it for a %s%s%s", reason->owner != 0 ? link : "",
                          reason->owner != 0 ? " points to its start, and " : "", name, functions != NULL ? ": " : "",
                          functions != NULL ? functions : "");
}

/* Why the block has its type, in words; of groups see tell_decision(). */
static char *
evidence_words (const HsEvidence *self, guint32 block)
{
  const HsReason *reason = reason_of (self, block);
  HsLabel label = self->inference->label[block];
  g_autofree char *link = link_words (self, reason);
  g_autofree char *name = hs_inference_name (self->inference, label);
  gboolean in_union = slot_of (self, reason) != NULL && slot_of (self, reason)->in_union;

  switch (reason->source) {
  case HS_SOURCE_VTABLE:
    return g_strdup_printf ("its first word points to the table of virtual functions of %s", name);
  case HS_SOURCE_STATIC:
    return g_strdup_printf ("the variable %s points to its start, and its size and contents are those of a %s", link, name);
  case HS_SOURCE_STACK:
    return g_strdup_printf ("%s, a variable of a function that runs, points to it; a stack may hold what was left behind, "
                            "so that this alone is no proof", link);
  case HS_SOURCE_POINTER:
    if (slot_of (self, reason) != NULL && slot_of (self, reason)->is_deque)
      return g_strdup_printf ("it is part of the std::deque of %s: the array of pointers to its elements, or one of the arrays of these", link);
    return g_strdup_printf ("%s points to its start, and its size and contents are those of a %s%s", link, name,
                            in_union ? "; the pointer is in a union, so that this alone is no proof" : "");
  case HS_SOURCE_EMBED:
    return embed_words (self, block, reason, link);
  case HS_SOURCE_ARRAY:
    return g_strdup_printf ("%s points to it; it holds several, and all of them pass for that", link);
  case HS_SOURCE_TEXT:
    if (reason->decision != 0)
      return g_strdup_printf ("%s leads into it, to the characters that a %s ends in; that was decided for all of its kind together", link, name);
    return g_strdup_printf ("%s points to it, and %s", link,
                            hs_label_level (label) >= HS_LEVEL_C ? "text is what it holds" : "it holds bytes that are no text, but no pointers either");
  case HS_SOURCE_HEADER:
    return g_strdup_printf ("%s says how it begins; what follows was decided for all that begin so", link);
  case HS_SOURCE_GROUP:
    return g_strdup_printf ("%s leads to it; what that is was decided for all of its kind together", link);
  case HS_SOURCE_FUNCTION:
    return function_words (self, block, reason, link, name);
  case HS_SOURCE_CLASS:
    return g_strdup_printf ("its header%s points to the class %s, whose objects are of this type",
                            reason->distance != 0 ? ", behind what the program's own allocator or collector keeps there," : "",
                            reason->member != NULL ? reason->member : link);
  case HS_SOURCE_GTYPE:
    return g_strdup_printf ("its first word points to its class%s%s, which GLib's table of types has", reason->member != NULL ? " " : "",
                            reason->member != NULL ? reason->member : "");
  case HS_SOURCE_SIGNATURE:
    return g_strdup_printf ("it holds the address of the variable %s, and %s is the one type of this size that has a pointer to such a thing there",
                            reason->member != NULL ? reason->member : "", name);
  case HS_SOURCE_VALUES:
    return g_strdup ("memory without a type holds a tag with a pointer to it; what the tag means was learnt from others");
  case HS_SOURCE_CONTENT:
    return g_strdup ("nothing that is known leads to it; its contents are text");
  default:
    return g_strdup_printf ("%s, by %s", hs_sources[reason->source].name, link);
  }
}

/* --- decisions --- */

/* The type whose members tell the blocks apart; 0: none. */
static HsTypeId
split_type (const HsEvidence *self, const HsDecision *decision)
{
  const HsReason *reason = hs_reasons_get (self->inference->reasons, decision->reason);
  const HsSlot *slot = slot_of (self, reason);

  if (decision->split.kind == HS_SPLIT_OWNER)
    return reason->inner;
  if (decision->split.kind != HS_SPLIT_TARGET)
    return 0;
  return decision->header != 0 ? decision->header : slot != NULL ? slot->target : 0;
}

/* What the split says of @block; G_MAXUINT64: it cannot be read. */
static guint64
split_value (const HsEvidence *self, const HsDecision *decision, guint32 block)
{
  const HsInference *inference = self->inference;
  const HsReason *reason = hs_reasons_get (inference->reasons, inference->reason[block]);
  guint32 from = block;
  guint64 offset = decision->split.offset, value = 0;

  if (decision->split.kind == HS_SPLIT_SIZE)
    return hs_blocks_size (self->heap->blocks, block);
  if (decision->split.kind == HS_SPLIT_NONE)
    return 0;
  if (decision->split.kind == HS_SPLIT_OWNER) {
    from = inference->parent[block];
    if (from == HS_NO_BLOCK || (!hs_tail_is (reason) && (inference->at[block] == HS_NOWHERE || inference->at[block] * (guint64)8 < reason->inner_slot)))
      return G_MAXUINT64;
    offset += hs_tail_is (reason) ? 0 : inference->at[block] * (guint64)8 - reason->inner_slot;
  }
  guint64 usable = hs_blocks_size (self->heap->blocks, from);
  if (offset > usable || usable - offset < decision->split.size || decision->split.size > 8
      || !hs_image_read (self->target->image, self->heap->blocks->address[from] + offset, &value, decision->split.size))
    return G_MAXUINT64;
  return value & decision->split.mask;
}

static char *
split_words (const HsEvidence *self, const HsDecision *decision, guint64 value)
{
  if (decision->split.kind == HS_SPLIT_SIZE)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes", value);
  if (decision->split.kind == HS_SPLIT_NONE)
    return g_strdup ("all of them");
  return hs_split_words (self->types, split_type (self, decision), &decision->split, value);
}

static void
tell_split (const HsEvidence *self, const HsDecision *decision, HeapsumExplanation *out)
{
  HsTypeId type = split_type (self, decision);
  g_autofree char *name = type != 0 ? hs_type_words (self, type) : NULL;
  g_autofree char *member = type != 0 ? hs_split_member (self->types, type, &decision->split) : NULL;

  switch (decision->split.kind) {
  case HS_SPLIT_SIZE:
    hs_explanation_say (out, "told apart", "by their size");
    break;
  case HS_SPLIT_OWNER:
    hs_explanation_say (out, "told apart", "by %s of the %s that holds the pointer", member != NULL ? member : "a byte", name != NULL ? name : "object");
    break;
  case HS_SPLIT_TARGET:
    hs_explanation_say (out, "told apart", "by %s of the %s that they begin with", member != NULL ? member : "a byte", name != NULL ? name : "header");
    break;
  default:
    break;
  }
}

static void
tell_candidates (const HsEvidence *self, const HsVerdict *verdict, HeapsumExplanation *out)
{
  for (guint i = 0; i < HS_RUNNERS && verdict->best[i].type != 0; i++) {
    g_autofree char *name = hs_type_words (self, verdict->best[i].type);
    hs_explanation_add (out, "candidate", 0, name, -1,
                        g_strdup_printf ("%7.1f bits  %s%s", (double)verdict->best[i].bits, name,
                                         verdict->best[i].type == verdict->type ? "  (taken)" : ""));
  }
}

static void
tell_verdict (const HsEvidence *self, const HsDecision *decision, const HsVerdict *verdict, gboolean is_ours, HeapsumExplanation *out)
{
  g_autofree char *value = split_words (self, decision, verdict->value);
  g_autofree char *name = verdict->type != 0 ? hs_type_words (self, verdict->type) : g_strdup ("not clear");
  g_autofree char *votes = verdict->votes == 0 ? g_strdup ("")
    : g_strdup_printf ("; %u blocks of known type say so too", verdict->votes);

  hs_explanation_add (out, "verdict", 0, verdict->type != 0 ? name : NULL, verdict->n,
                      g_strdup_printf ("%s: %s%s, by %u that were looked at%s%s", value, name,
                                       verdict->type != 0 && verdict->level == HS_LEVEL_D ? " (a guess)" : "",
                                       verdict->n, votes, is_ours ? " <- this block" : ""));
}

#define MAX_VERDICTS 24

/* The verdict that makes blocks the subject's type, or NULL. */
static const HsVerdict *
verdict_about (const HsEvidence *self, const HsDecision *decision, const HsSubject *subject)
{
  for (guint32 i = 0; i < decision->n_verdicts; i++) {
    g_autofree char *name = decision->verdicts[i].type != 0 ? hs_type_words (self, decision->verdicts[i].type) : NULL;
    if (name != NULL && hs_glob_matches (subject->glob, name))
      return &decision->verdicts[i];
  }
  return NULL;
}

/* With the candidates for @block; where that is HS_NO_BLOCK, with those for the type that @subject names. */
static void
tell_decision (const HsEvidence *self, const HsDecision *decision, guint32 block, const HsSubject *subject, HeapsumExplanation *out)
{
  const HsReason *reason = hs_reasons_get (self->inference->reasons, decision->reason);
  g_autofree char *member = hs_member_words (self, reason);
  g_autofree char *context = hs_context_words (self, reason);
  g_autofree char *header = decision->header != 0 ? hs_type_words (self, decision->header) : NULL;
  const HsVerdict *ours = block != HS_NO_BLOCK ? hs_decision_verdict (decision, split_value (self, decision, block)) : NULL;
  const HsVerdict *shown = block != HS_NO_BLOCK ? ours : verdict_about (self, decision, subject);

  if (header != NULL)
    hs_explanation_add (out, "group", 0, NULL, decision->n, g_strdup_printf ("%u blocks that begin with a %s were decided together", decision->n, header));
  else
    hs_explanation_add (out, "group", 0, NULL, decision->n,
                        g_strdup_printf ("%u blocks that %s leads to%s were decided together", decision->n, member, context));
  tell_split (self, decision, out);
  for (guint32 i = 0; i < decision->n_verdicts && i < MAX_VERDICTS; i++)
    tell_verdict (self, decision, &decision->verdicts[i], &decision->verdicts[i] == ours, out);
  if (ours >= decision->verdicts + MAX_VERDICTS)
    tell_verdict (self, decision, ours, TRUE, out);
  if (shown == NULL && decision->n_verdicts == 1)
    shown = decision->verdicts;
  if (shown != NULL)
    tell_candidates (self, shown, out);
}

/* --- what is undecided --- */

static gboolean
is_mapped (const HsEvidence *self, guint64 value)
{
  return hs_mapping_find (self->target->mappings, value) != NULL;
}

#define MAX_BAD 3

/* The members that hold what no pointer is. */
static void
tell_refutation (const HsEvidence *self, guint32 block, HsTypeId type, HeapsumExplanation *out)
{
  const HsLayout *layout = hs_layouts_get (self->inference->layouts, type);
  HsAddr address = self->heap->blocks->address[block];
  guint64 usable = hs_blocks_size (self->heap->blocks, block), value;
  guint told = 0;

  for (guint32 i = 0; i < layout->n_slots && told < MAX_BAD; i++) {
    const HsSlot *slot = &layout->slots[i];
    if (slot->offset > usable || usable - slot->offset < 8 || slot->in_union || slot->kind == HS_SLOT_VOID || slot->kind == HS_SLOT_UNION
        || !hs_image_word (self->target->image, address + slot->offset, &value) || value == 0 || is_mapped (self, value))
      continue;
    hs_explanation_say (out, "against", "%s, at byte %" G_GUINT64_FORMAT ", would be a pointer and holds 0x%" G_GINT64_MODIFIER "x",
                        slot->path, slot->offset, value);
    told++;
  }
}

static void
tell_hint (const HsEvidence *self, guint32 block, HeapsumExplanation *out)
{
  HsLabel label = self->inference->label[block];
  HsTypeId type = hs_label_type (label);
  const HsReason *reason = reason_of (self, block);
  g_autofree char *link = link_words (self, reason);
  g_autofree char *name = hs_type_words (self, type);
  const HsType *hinted = hs_types_get (self->types, type);

  switch (hs_label_form (label)) {
  case HS_HINT_REFUTED:
    hs_explanation_say (out, "revoked", "%s said that it is a %s, but its contents do not agree; what followed from that was taken back", link, name);
    if (type < self->types->n_types)
      tell_refutation (self, block, type, out);
    break;
  case HS_HINT_VOID:
    hs_explanation_say (out, "hint", "%s leads here and does not say to what", link);
    break;
  case HS_HINT_CHAR:
    hs_explanation_say (out, "hint", "%s leads here, but this is no text", link);
    break;
  case HS_HINT_SCALAR:
    hs_explanation_say (out, "hint", "%s leads here, but there are pointers among the numbers", link);
    break;
  case HS_HINT_POINTERS:
    hs_explanation_say (out, "hint", "%s leads here, but not all words are such pointers", link);
    break;
  case HS_HINT_INTERIOR:
    hs_explanation_say (out, "hint", "%s leads %" G_GUINT64_FORMAT " bytes into the block: no type of this size, or more than one, has a %s there",
                        link, reason->distance, name);
    break;
  case HS_HINT_PREFIX:
    hs_explanation_say (out, "hint", "%s leads to its start, but a %s has %" G_GUINT64_FORMAT " bytes, or begins others as well: "
                        "it may be how the block begins, not what it is",
                        link, name, hinted->size);
    break;
  default:
    hs_explanation_say (out, "hint", "no typed pointer leads to it, and its contents are no text");
    break;
  }
}

static gboolean
is_about (const HsEvidence *self, const HsDecision *decision, guint32 number, HsLabel label)
{
  const HsReason *reason = hs_reasons_get (self->inference->reasons, number);
  const HsReason *other = hs_reasons_get (self->inference->reasons, decision->reason);

  if (decision->header != 0)
    return hs_label_form (label) == HS_HINT_PREFIX && decision->header == hs_label_type (label);
  if (decision->reason == number)
    return TRUE;
  return decision->of_member && other->owner != 0 && other->owner == reason->inner && other->slot == reason->inner_slot && other->distance == reason->distance;
}

static void
tell_untyped (const HsEvidence *self, guint32 block, HeapsumExplanation *out)
{
  guint told = 0;

  tell_hint (self, block, out);
  for (guint32 i = 1;; i++) {
    const HsDecision *decision = hs_decisions_get (self->inference->decisions, i);
    if (decision->n == 0 && decision->n_verdicts == 0)
      break;
    if (!is_about (self, decision, self->inference->reason[block], self->inference->label[block]))
      continue;
    tell_decision (self, decision, block, NULL, out);
    told++;
  }
  if (told == 0 && hs_label_form (self->inference->label[block]) == HS_HINT_VOID)
    hs_explanation_say (out, "group", "what it leads to was not clear, or there are too few such blocks: no decision was made");
}

/* --- others of the kind --- */

#define MAX_OTHERS 6

typedef struct {
  HsLabel label; /* without flags and form */
  guint64 n;
} Other;

static gint
compare_others (gconstpointer a, gconstpointer b)
{
  const Other *x = a, *y = b;

  if (x->n != y->n)
    return x->n > y->n ? -1 : 1;
  return x->label < y->label ? -1 : x->label > y->label;
}

/* By number of the reason: whether it is about the same member. */
static guint8 *
same_member (const HsEvidence *self, const HsReason *reason)
{
  guint32 n = hs_reasons_count (self->inference->reasons);
  guint8 *same = g_malloc0 (n);

  for (guint32 i = 1; i < n; i++) {
    const HsReason *other = hs_reasons_get (self->inference->reasons, i);
    same[i] = other->owner == reason->owner && other->slot == reason->slot && g_strcmp0 (other->member, reason->member) == 0;
  }
  return same;
}

static void
tell_others (const HsEvidence *self, guint32 block, HeapsumExplanation *out)
{
  static const char levels[] = "-DCBA";
  const HsReason *reason = reason_of (self, block);
  g_autofree char *member = reason->source == HS_SOURCE_GTYPE ? g_strdup ("their class") : hs_member_words (self, reason);
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) others = g_array_new (FALSE, FALSE, sizeof (Other));
  g_autofree guint8 *same = same_member (self, reason);
  guint64 all = 0;

  if (reason->owner == 0)
    return;
  for (guint32 i = 0; i < self->inference->n; i++) {
    HsLabel label = self->inference->label[i];
    gboolean decided = hs_label_level (label) != HS_LEVEL_NONE;
    guint form = decided && hs_label_form (label) == HS_FORM_ARRAY ? HS_FORM_ARRAY : HS_FORM_WHOLE;
    if (!same[self->inference->reason[i]])
      continue;
    gpointer key = GUINT_TO_POINTER (decided ? hs_label (hs_label_type (label), form, hs_label_level (label), 0) : 0);
    g_hash_table_insert (counts, key, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1));
    all++;
  }
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    Other other = { GPOINTER_TO_UINT (key), GPOINTER_TO_UINT (value) };
    g_array_append_val (others, other);
  }
  g_array_sort (others, compare_others);
  hs_explanation_add (out, "others", 0, NULL, (gint64)all,
                      g_strdup_printf ("%" G_GUINT64_FORMAT " %s by %s:", all, all == 1 ? "block was reached" : "blocks were reached", member));
  for (guint i = 0; i < others->len && i < MAX_OTHERS; i++) {
    const Other *other = &g_array_index (others, Other, i);
    g_autofree char *name = other->label != 0 ? hs_inference_name (self->inference, other->label) : g_strdup ("<untyped>");
    hs_explanation_add (out, "others", 0, name, (gint64)other->n,
                        g_strdup_printf ("%8" G_GUINT64_FORMAT "  %c  %s", other->n, levels[MIN (hs_label_level (other->label), 4)], name));
  }
}

/* --- conflicts --- */

static void
tell_conflicts (const HsEvidence *self, guint32 block, HeapsumExplanation *out)
{
  for (guint i = 0; self->inference->conflicts != NULL && i < self->inference->conflicts->len; i++) {
    const HsConflict *conflict = &g_array_index (self->inference->conflicts, HsConflict, i);
    if (conflict->block != block)
      continue;
    g_autofree char *name = hs_type_words (self, conflict->type);
    g_autofree char *link = link_words (self, hs_reasons_get (self->inference->reasons, conflict->reason));
    gboolean settled = !(hs_label_flags (self->inference->label[block]) & HS_LABEL_CONFLICT);
    if (conflict->type == hs_label_type (self->inference->label[block])) {
      hs_explanation_add (out, "revoked", 0, name, -1,
                          g_strdup_printf ("it was believed to be something else until %s said that it is a %s, for which the contents speak "
                                           "clearly; what had followed was taken back", link, name));
      continue;
    }
    hs_explanation_add (out, "against", 0, name, -1,
                        g_strdup_printf ("%s says that it is a %s%s", link, name,
                                         settled ? "; the contents speak clearly against that"
                                                 : ": equally good evidence, so that neither is more than a guess"));
  }
}

/* Whether a guess is one because what it follows from is in doubt. */
static void
tell_doubt (const HsEvidence *self, guint32 block, HeapsumExplanation *out)
{
  guint left = 1u << 16;

  if (hs_label_level (self->inference->label[block]) != HS_LEVEL_D)
    return;
  for (guint32 at = self->inference->parent[block]; at != HS_NO_BLOCK && left-- > 0; at = self->inference->parent[at])
    if (hs_label_flags (self->inference->label[at]) & HS_LABEL_CONFLICT && hs_label_level (self->inference->label[at]) != HS_LEVEL_NONE) {
      hs_explanation_add (out, "against", self->heap->blocks->address[at], NULL, -1,
                          g_strdup_printf ("the path leads through 0x%" G_GINT64_MODIFIER "x, about which equally good evidence disagrees",
                                           self->heap->blocks->address[at]));
      return;
    }
}

/* --- blocks and types --- */

static void
tell_block (const HsEvidence *self, guint32 block, HeapsumExplanation *out)
{
  HsLabel label = self->inference->label[block];
  const HsReason *reason = reason_of (self, block);

  if (hs_label_level (label) != HS_LEVEL_NONE) {
    g_autofree char *words = evidence_words (self, block);
    hs_explanation_say (out, "because", "%s", words);
  }
  hs_tell_path (self, block, out);
  if (hs_label_level (label) == HS_LEVEL_NONE)
    tell_untyped (self, block, out);
  else if (reason->decision != 0)
    tell_decision (self, hs_decisions_get (self->inference->decisions, reason->decision), block, NULL, out);
  tell_conflicts (self, block, out);
  tell_doubt (self, block, out);
  tell_others (self, block, out);
}

#define MAX_DECISIONS 4
#define MAX_EXAMPLES 3

/* By number of the decision: how many of the blocks it decided. */
static GHashTable *
count_decisions (const HsEvidence *self, const HsSubject *subject, const HeapsumSnapshot *snapshot, GArray *examples)
{
  GHashTable *counts = g_hash_table_new (NULL, NULL);
  HsBlockIter iter;
  HsIterBlock block;

  hs_block_iter_init (&iter, snapshot);
  for (guint32 i = 0; hs_block_iter_next (&iter, &block); i++) {
    if (!hs_subject_has (subject, snapshot, &block))
      continue;
    gpointer number = GUINT_TO_POINTER (reason_of (self, i)->decision);
    if (number != NULL)
      g_hash_table_insert (counts, number, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, number)) + 1));
    if (examples->len < MAX_EXAMPLES)
      g_array_append_val (examples, i);
  }
  return counts;
}

static gint
compare_counts (gconstpointer a, gconstpointer b)
{
  return compare_others (a, b); /* label is the decision's number */
}

static void
tell_types (const HsEvidence *self, const HsSubject *subject, HeapsumExplanation *out)
{
  g_autoptr (GArray) examples = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GHashTable) counts = count_decisions (self, subject, heapsum_explanation_get_snapshot (out), examples);
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (Other));
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    Other one = { GPOINTER_TO_UINT (key), GPOINTER_TO_UINT (value) };
    g_array_append_val (sorted, one);
  }
  g_array_sort (sorted, compare_counts);
  for (guint i = 0; i < sorted->len && i < MAX_DECISIONS; i++) {
    const Other *one = &g_array_index (sorted, Other, i);
    tell_decision (self, hs_decisions_get (self->inference->decisions, one->label), HS_NO_BLOCK, subject, out);
    hs_explanation_add (out, "group", 0, NULL, (gint64)one->n, g_strdup_printf ("  of this type: %" G_GUINT64_FORMAT, one->n));
  }
  for (guint i = 0; i < examples->len; i++) {
    guint32 block = g_array_index (examples, guint32, i);
    HsAddr address = self->heap->blocks->address[block];
    g_autofree char *expression = hs_path_expression (self, block);
    hs_explanation_add (out, "example", address, NULL, -1,
                        g_strdup_printf ("0x%" G_GINT64_MODIFIER "x  %s", address, expression != NULL ? expression : "nothing that is known leads to it"));
  }
}

void
hs_explain (const HsEvidence *evidence, const HsSubject *subject, HeapsumExplanation *out)
{
  if (subject->is_block)
    tell_block (evidence, subject->block, out);
  else
    tell_types (evidence, subject, out);
}

char *
hs_explain_address (const HsEvidence *self, HsAddr address)
{
  HsModule *module = hs_modules_find (self->modules, address);
  const HsMapping *mapping = hs_mapping_find (self->target->mappings, address);

  if (hs_heap_rules (self->heap, address))
    return g_strdup ("it is free memory, or the allocator's own");
  if (module != NULL) {
    g_autofree char *name = hs_address_name (self, address);
    return g_strdup_printf ("it is %s in %s", name, module->name);
  }
  return g_strdup (mapping != NULL ? "it is mapped, but not the heap's" : "nothing is mapped there");
}
