/* summary.c - a row a type. Guesses are kept apart from what is proven: a type has up to two rows. */
#include "summary/filter-private.h"
#include "summary/merge-private.h"

#include <string.h>

typedef struct {
  HeapsumSort by;
  gboolean ascending;
} Order;

struct _HeapsumSummary {
  gatomicrefcount refs;
  HeapsumSnapshot *snapshot; /* owns the names */
  GArray *rows;              /* HeapsumRow */
  HsPlaces *names;           /* of the places */
  GArray *places;            /* HeapsumRow: what the untyped ones consist of */
  HeapsumRow untyped;
  HeapsumRow total;
  Order order;
};

static void
count_block (HeapsumRow *row, const HsIterBlock *block)
{
  row->count++;
  row->bytes += block->size;
  row->levels[block->level]++;
}

/* [2 * type + guess]; @places by number of the place. Takes the selection's places. */
static HeapsumRow *
count_types (HeapsumSnapshot *snapshot, const HeapsumFilter *filter, GArray *places, HsPlaces **names)
{
  HeapsumRow *rows = g_new0 (HeapsumRow, 2 * snapshot->n_types);
  HsSelection selection;
  HsIterBlock block;
  guint32 place;

  hs_selection_init (&selection, filter, snapshot);
  while (hs_selection_next (&selection, &block, &place)) {
    count_block (&rows[2 * (gsize)block.type + (block.level == HEAPSUM_LEVEL_D)], &block);
    if (block.type == 0) {
      if (place >= places->len)
        g_array_set_size (places, place + 1);
      count_block (&g_array_index (places, HeapsumRow, place), &block);
    }
  }
  *names = g_steal_pointer (&selection.places);
  hs_selection_clear (&selection);
  return rows;
}

static void
add_to (HeapsumRow *total, const HeapsumRow *row)
{
  total->count += row->count;
  total->bytes += row->bytes;
  for (guint i = 0; i < G_N_ELEMENTS (total->levels); i++)
    total->levels[i] += row->levels[i];
}

HeapsumSummary *
heapsum_snapshot_summarize (HeapsumSnapshot *snapshot, const HeapsumFilter *filter)
{
  g_return_val_if_fail (snapshot != NULL, NULL);

  HeapsumSummary *summary = g_new0 (HeapsumSummary, 1);
  g_autoptr (GArray) places = g_array_new (FALSE, TRUE, sizeof (HeapsumRow));
  g_autofree HeapsumRow *rows = count_types (snapshot, filter, places, &summary->names);

  g_atomic_ref_count_init (&summary->refs);
  summary->snapshot = heapsum_snapshot_ref (snapshot);
  summary->rows = g_array_new (FALSE, FALSE, sizeof (HeapsumRow));
  summary->untyped = rows[0];
  summary->untyped.type = HS_UNTYPED;
  summary->total.type = "Total";
  add_to (&summary->total, &summary->untyped);
  for (gsize i = 2; i < 2 * snapshot->n_types; i++)
    if (rows[i].count > 0) {
      rows[i].type = snapshot->types[i / 2];
      rows[i].guess = i % 2 != 0;
      add_to (&summary->total, &rows[i]);
      g_array_append_val (summary->rows, rows[i]);
    }
  summary->places = g_array_new (FALSE, FALSE, sizeof (HeapsumRow));
  for (guint i = 0; i < places->len; i++) {
    HeapsumRow *row = &g_array_index (places, HeapsumRow, i);
    row->type = hs_places_name (summary->names, i);
    if (row->count > 0)
      g_array_append_val (summary->places, *row);
  }
  heapsum_summary_sort (summary, HEAPSUM_SORT_SIZE, FALSE);
  return summary;
}

HeapsumSummary *
heapsum_summary_ref (HeapsumSummary *summary)
{
  g_return_val_if_fail (summary != NULL, NULL);
  g_atomic_ref_count_inc (&summary->refs);
  return summary;
}

void
heapsum_summary_unref (HeapsumSummary *summary)
{
  g_return_if_fail (summary != NULL);
  if (!g_atomic_ref_count_dec (&summary->refs))
    return;
  g_array_unref (summary->rows);
  g_array_unref (summary->places);
  hs_places_free (summary->names);
  heapsum_snapshot_unref (summary->snapshot);
  g_free (summary);
}

static gint
compare_numbers (guint64 a, guint64 b)
{
  return a < b ? -1 : a > b;
}

static gint
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  const HeapsumRow *x = a, *y = b;
  const Order *order = data;
  gint by_name = strcmp (x->type, y->type);
  gint result = 0;

  if (order->by == HEAPSUM_SORT_COUNT)
    result = compare_numbers (x->count, y->count);
  else if (order->by == HEAPSUM_SORT_TYPE)
    result = by_name;
  if (result == 0 && order->by != HEAPSUM_SORT_TYPE)
    result = compare_numbers (x->bytes, y->bytes);
  if (result == 0 && order->by != HEAPSUM_SORT_TYPE)
    result = compare_numbers (x->count, y->count);
  if (result != 0)
    return order->ascending ? result : -result;
  return by_name != 0 ? by_name : x->guess - y->guess;
}

void
heapsum_summary_sort (HeapsumSummary *summary, HeapsumSort by, gboolean ascending)
{
  g_return_if_fail (summary != NULL);
  summary->order = (Order){ by, ascending };
  g_array_sort_with_data (summary->rows, compare_rows, &summary->order);
  g_array_sort_with_data (summary->places, compare_rows, &summary->order);
}

#define LEAST_SHARE 1000 /* of all blocks or bytes a place has, for a row of its own */

static gboolean
is_small (gconstpointer data, gconstpointer all)
{
  const HeapsumRow *row = data, *total = all;

  return row->count < total->count / LEAST_SHARE && row->bytes < total->bytes / LEAST_SHARE;
}

HsMerge
hs_summary_merge (HeapsumSummary *summary)
{
  return (HsMerge){ summary->rows, summary->places, compare_rows, &summary->order, is_small, &summary->total };
}

guint
heapsum_summary_get_n_rows (HeapsumSummary *summary)
{
  g_return_val_if_fail (summary != NULL, 0);
  return summary->rows->len;
}

const HeapsumRow *
heapsum_summary_get_row (HeapsumSummary *summary, guint index)
{
  g_return_val_if_fail (summary != NULL && index < summary->rows->len, NULL);
  return &g_array_index (summary->rows, HeapsumRow, index);
}

guint
heapsum_summary_get_n_places (HeapsumSummary *summary)
{
  g_return_val_if_fail (summary != NULL, 0);
  return summary->places->len;
}

const HeapsumRow *
heapsum_summary_get_place (HeapsumSummary *summary, guint index)
{
  g_return_val_if_fail (summary != NULL && index < summary->places->len, NULL);
  return &g_array_index (summary->places, HeapsumRow, index);
}

const HeapsumRow *
heapsum_summary_get_untyped (HeapsumSummary *summary)
{
  g_return_val_if_fail (summary != NULL, NULL);
  return &summary->untyped;
}

const HeapsumRow *
heapsum_summary_get_total (HeapsumSummary *summary)
{
  g_return_val_if_fail (summary != NULL, NULL);
  return &summary->total;
}

const HeapsumRow *
heapsum_summary_find (HeapsumSummary *summary, const char *type)
{
  g_return_val_if_fail (summary != NULL && type != NULL, NULL);
  for (guint i = 0; i < summary->rows->len; i++) {
    const HeapsumRow *row = &g_array_index (summary->rows, HeapsumRow, i);
    if (!row->guess && strcmp (row->type, type) == 0)
      return row;
  }
  return NULL;
}

HeapsumSnapshot *
heapsum_summary_get_snapshot (HeapsumSummary *summary)
{
  g_return_val_if_fail (summary != NULL, NULL);
  return summary->snapshot;
}
