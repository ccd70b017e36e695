/* explanation.c - see heapsum-explain.h and explanation-private.h.
 *
 * An explanation is a list of lines, each about one part of the answer. This is what a snapshot alone can say; the profiler,
 * which knows the path and the decisions, adds to it. */
#include "summary/explanation-private.h"
#include "summary/filter-private.h"

#include <string.h>

struct _HeapsumExplanation {
  gatomicrefcount refs;
  HeapsumSnapshot *snapshot;
  GArray *lines;         /* HeapsumExplanationLine */
  GStringChunk *strings;
  GPtrArray *texts;
};

/* --- the subject --- */

gboolean
hs_subject_address (const char *text, guint64 *address)
{
  if (g_str_has_prefix (text, "0x") || g_str_has_prefix (text, "0X"))
    return g_ascii_string_to_unsigned (text + 2, 16, 0, G_MAXUINT64, address, NULL);
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, address, NULL);
}

/* The index of the last block at or before @address; FALSE: there is none. */
static gboolean
find_block (HeapsumSnapshot *snapshot, guint64 address, guint *index)
{
  guint low = 0, high = heapsum_snapshot_get_n_blocks (snapshot);
  HeapsumBlock block;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    heapsum_snapshot_get_block (snapshot, middle, &block);
    if (block.address <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0)
    return FALSE;
  *index = low - 1;
  heapsum_snapshot_get_block (snapshot, low - 1, &block);
  return address - block.address < MAX (block.size, 1);
}

static gboolean
find_types (HsSubject *self, HeapsumSnapshot *snapshot, const char *text)
{
  HsBlockIter iter;
  HsIterBlock block;
  gboolean any = FALSE;

  self->glob = g_pattern_spec_new (text);
  self->untyped = strstr (text, "untyped") != NULL;
  self->types = g_malloc0 (snapshot->n_types);
  for (gsize i = 1; i < snapshot->n_types; i++)
    self->types[i] = hs_glob_matches (self->glob, snapshot->types[i]);
  hs_block_iter_init (&iter, snapshot);
  while (!any && hs_block_iter_next (&iter, &block))
    any = hs_subject_has (self, snapshot, &block);
  return any;
}

gboolean
hs_subject_init (HsSubject *self, HeapsumSnapshot *snapshot, const char *text, GError **error)
{
  *self = (HsSubject){ 0 };
  self->is_block = hs_subject_address (text, &self->address);
  if (self->is_block ? find_block (snapshot, self->address, &self->block) : find_types (self, snapshot, text))
    return TRUE;
  if (self->is_block)
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "no live block holds %s; \"heapsum objects\" lists them", text);
  else
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED,
                 "no block is of type '%s'; \"heapsum summary --limit 0\" lists the types; write an address as 0x and hexadecimal digits", text);
  return FALSE;
}

void
hs_subject_clear (HsSubject *self)
{
  g_clear_pointer (&self->types, g_free);
  g_clear_pointer (&self->glob, g_pattern_spec_free);
}

gboolean
hs_subject_has (const HsSubject *self, const HeapsumSnapshot *snapshot, const HsIterBlock *block)
{
  if (block->type != 0 || !self->untyped)
    return self->types[block->type];
  g_autofree char *place = hs_place_name (snapshot->reasons[block->reason], block->size);
  return hs_untyped_matches (self->glob, place);
}

/* --- lines --- */

void
hs_explanation_add (HeapsumExplanation *self, const char *part, guint64 address, const char *type, gint64 count, char *text)
{
  HeapsumExplanationLine line = { part, address, type != NULL ? g_string_chunk_insert_const (self->strings, type) : "", count, text };

  g_ptr_array_add (self->texts, text);
  g_array_append_val (self->lines, line);
}

void
hs_explanation_say (HeapsumExplanation *self, const char *part, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  hs_explanation_add (self, part, 0, NULL, -1, g_strdup_vprintf (format, args));
  va_end (args);
}

static const char *const level_words[] = {
  "not known",
  "D: a guess; tables show it in a row of its own",
  "C: good circumstantial evidence; size and contents agree with it",
  "B: a typed pointer from typed memory leads to its start; size and contents agree with it",
  "A: the block says so itself",
};

static void
tell_block (HeapsumExplanation *self, const HsSubject *subject)
{
  HeapsumBlock block;

  heapsum_snapshot_get_block (self->snapshot, subject->block, &block);
  g_autofree char *behind = subject->address == block.address ? g_strdup ("")
    : g_strdup_printf ("; 0x%" G_GINT64_MODIFIER "x is its byte %" G_GUINT64_FORMAT, subject->address, subject->address - block.address);
  hs_explanation_add (self, "block", block.address, block.type, -1,
                      g_strdup_printf ("0x%" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT " bytes%s", block.address, block.size, behind));
  if (*block.type != 0)
    hs_explanation_add (self, "type", 0, block.type, -1, g_strdup (block.type));
  else {
    g_autofree char *place = hs_place_name (block.how, block.size);
    hs_explanation_say (self, "type", "not known; tables count it as %s", place);
  }
  if (block.level != HEAPSUM_LEVEL_NONE)
    hs_explanation_say (self, "level", "%s", level_words[block.level]);
  if (*block.how != 0)
    hs_explanation_say (self, "evidence", "%s", block.how);
}

/* --- types --- */

typedef struct {
  const char *how;
  HeapsumLevel level;
  guint64 count;
} Tally;

static guint
tally_hash (gconstpointer data)
{
  const Tally *tally = data;

  return g_direct_hash (tally->how) * 8 + tally->level;
}

static gboolean
tally_equal (gconstpointer a, gconstpointer b)
{
  const Tally *x = a, *y = b;

  return x->how == y->how && x->level == y->level;
}

static gint
compare_tallies (gconstpointer a, gconstpointer b)
{
  const Tally *x = *(const Tally *const *)a, *y = *(const Tally *const *)b;

  if (x->count != y->count)
    return x->count > y->count ? -1 : 1;
  return x->level != y->level ? (int)y->level - (int)x->level : strcmp (x->how, y->how);
}

/* What is counted of all blocks of the types. */
typedef struct {
  GHashTable *tallies; /* Tally */
  GArray *by_type;     /* HeapsumRow, by number of the type */
  guint64 levels[5];
  guint64 count, bytes;
} Census;

static void
census_add (Census *self, const HeapsumSnapshot *snapshot, const HsIterBlock *block)
{
  Tally key = { snapshot->reasons[block->reason], block->level, 0 };
  Tally *tally = g_hash_table_lookup (self->tallies, &key);
  HeapsumRow *row = &g_array_index (self->by_type, HeapsumRow, block->type);

  if (tally == NULL) {
    tally = g_memdup2 (&key, sizeof key);
    g_hash_table_add (self->tallies, tally);
  }
  tally->count++;
  row->count++;
  row->bytes += block->size;
  self->levels[block->level]++;
  self->count++;
  self->bytes += block->size;
}

#define MAX_NAMES 20
#define MAX_TALLIES 12

static void
tell_names (HeapsumExplanation *self, const Census *census)
{
  guint told = 0;

  for (guint i = 0; i < census->by_type->len; i++) {
    const HeapsumRow *row = &g_array_index (census->by_type, HeapsumRow, i);
    if (row->count == 0 || told++ >= MAX_NAMES)
      continue;
    g_autofree char *size = g_format_size_full (row->bytes, G_FORMAT_SIZE_IEC_UNITS);
    const char *name = i == 0 ? HS_UNTYPED : self->snapshot->types[i];
    hs_explanation_add (self, "type", 0, name, (gint64)row->count,
                        g_strdup_printf ("%s: %" G_GUINT64_FORMAT " %s, %s", name, row->count, row->count == 1 ? "block" : "blocks", size));
  }
  if (told > MAX_NAMES)
    hs_explanation_say (self, "type", "and %u more types that match", told - MAX_NAMES);
}

static void
tell_levels (HeapsumExplanation *self, const Census *census)
{
  for (guint level = HEAPSUM_LEVEL_A + 1; level-- > 0;)
    if (census->levels[level] > 0)
      hs_explanation_add (self, "level", 0, NULL, (gint64)census->levels[level],
                          g_strdup_printf ("%8" G_GUINT64_FORMAT "  %s", census->levels[level], level_words[level]));
}

static void
tell_tallies (HeapsumExplanation *self, const Census *census)
{
  static const char levels[] = "-DCBA";
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, census->tallies);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (sorted, key);
  g_ptr_array_sort (sorted, compare_tallies);
  for (guint i = 0; i < sorted->len && i < MAX_TALLIES; i++) {
    const Tally *tally = sorted->pdata[i];
    hs_explanation_add (self, "evidence", 0, NULL, (gint64)tally->count,
                        g_strdup_printf ("%8" G_GUINT64_FORMAT "  %c  %s", tally->count, levels[tally->level],
                                         *tally->how != 0 ? tally->how : "nothing that is known leads to them"));
  }
  if (sorted->len > MAX_TALLIES)
    hs_explanation_say (self, "evidence", "          and %u other ways", sorted->len - MAX_TALLIES);
}

static void
tell_types (HeapsumExplanation *self, const HsSubject *subject)
{
  Census census = { .by_type = g_array_new (FALSE, TRUE, sizeof (HeapsumRow)),
                    .tallies = g_hash_table_new_full (tally_hash, tally_equal, g_free, NULL) };
  HsBlockIter iter;
  HsIterBlock block;

  g_array_set_size (census.by_type, self->snapshot->n_types);
  hs_block_iter_init (&iter, self->snapshot);
  while (hs_block_iter_next (&iter, &block))
    if (hs_subject_has (subject, self->snapshot, &block))
      census_add (&census, self->snapshot, &block);
  tell_names (self, &census);
  tell_levels (self, &census);
  tell_tallies (self, &census);
  g_array_unref (census.by_type);
  g_hash_table_unref (census.tallies);
}

/* --- the whole --- */

HeapsumExplanation *
hs_explanation_new (HeapsumSnapshot *snapshot, const HsSubject *subject)
{
  HeapsumExplanation *self = g_new0 (HeapsumExplanation, 1);

  g_atomic_ref_count_init (&self->refs);
  self->snapshot = heapsum_snapshot_ref (snapshot);
  self->lines = g_array_new (FALSE, FALSE, sizeof (HeapsumExplanationLine));
  self->strings = g_string_chunk_new (1024);
  self->texts = g_ptr_array_new_with_free_func (g_free);
  if (subject->is_block)
    tell_block (self, subject);
  else
    tell_types (self, subject);
  return self;
}

#define MAX_EXAMPLES 3

static void
tell_examples (HeapsumExplanation *self, const HsSubject *subject)
{
  HsBlockIter iter;
  HsIterBlock block;
  guint n = 0;

  hs_block_iter_init (&iter, self->snapshot);
  while (n < MAX_EXAMPLES && hs_block_iter_next (&iter, &block))
    if (hs_subject_has (subject, self->snapshot, &block)) {
      hs_explanation_add (self, "example", block.address, self->snapshot->types[block.type], -1,
                          g_strdup_printf ("0x%" G_GINT64_MODIFIER "x  %s", block.address, self->snapshot->reasons[block.reason]));
      n++;
    }
}

HeapsumExplanation *
heapsum_explanation_new (HeapsumSnapshot *snapshot, const char *subject, GError **error)
{
  g_return_val_if_fail (snapshot != NULL && subject != NULL, NULL);
  g_auto (HsSubject) what = { 0 };

  if (!hs_subject_init (&what, snapshot, subject, error))
    return NULL;
  HeapsumExplanation *self = hs_explanation_new (snapshot, &what);
  if (!what.is_block)
    tell_examples (self, &what);
  hs_explanation_say (self, "note", "a snapshot keeps no more than this; the process or its core tells the path and the reasoning");
  return self;
}

HeapsumExplanation *
heapsum_explanation_ref (HeapsumExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  g_atomic_ref_count_inc (&explanation->refs);
  return explanation;
}

void
heapsum_explanation_unref (HeapsumExplanation *explanation)
{
  g_return_if_fail (explanation != NULL);
  if (!g_atomic_ref_count_dec (&explanation->refs))
    return;
  g_array_unref (explanation->lines);
  g_ptr_array_unref (explanation->texts);
  g_string_chunk_free (explanation->strings);
  heapsum_snapshot_unref (explanation->snapshot);
  g_free (explanation);
}

guint
heapsum_explanation_get_n_lines (HeapsumExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, 0);
  return explanation->lines->len;
}

const HeapsumExplanationLine *
heapsum_explanation_get_line (HeapsumExplanation *explanation, guint index)
{
  g_return_val_if_fail (explanation != NULL && index < explanation->lines->len, NULL);
  return &g_array_index (explanation->lines, HeapsumExplanationLine, index);
}

HeapsumSnapshot *
heapsum_explanation_get_snapshot (HeapsumExplanation *explanation)
{
  g_return_val_if_fail (explanation != NULL, NULL);
  return explanation->snapshot;
}
