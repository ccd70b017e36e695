/* summary.c - a row a type. Guesses are kept apart from what is proven: a type has up to two rows. */
#include "summary/filter-private.h"

#include <string.h>

struct _HeapsumSummary {
  gatomicrefcount refs;
  HeapsumSnapshot *snapshot; /* owns the names */
  GArray *rows;              /* HeapsumRow */
  HeapsumRow untyped;
  HeapsumRow total;
};

static void
count_block (HeapsumRow *row, const HsIterBlock *block)
{
  row->count++;
  row->bytes += block->size;
  row->levels[block->level]++;
}

/* [2 * type + guess] */
static HeapsumRow *
count_types (HeapsumSnapshot *snapshot, const HeapsumFilter *filter)
{
  HeapsumRow *rows = g_new0 (HeapsumRow, 2 * snapshot->n_types);
  g_autofree guint8 *counts = hs_filter_types (filter, snapshot);
  HsBlockIter iter;
  HsIterBlock block;

  hs_block_iter_init (&iter, snapshot);
  while (hs_filter_next (filter, counts, &iter, &block))
    count_block (&rows[2 * (gsize)block.type + (block.level == HEAPSUM_LEVEL_D)], &block);
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
  g_autofree HeapsumRow *rows = count_types (snapshot, filter);

  g_atomic_ref_count_init (&summary->refs);
  summary->snapshot = heapsum_snapshot_ref (snapshot);
  summary->rows = g_array_new (FALSE, FALSE, sizeof (HeapsumRow));
  summary->untyped = rows[0];
  summary->untyped.type = "<untyped>";
  summary->total.type = "Total";
  add_to (&summary->total, &summary->untyped);
  for (gsize i = 2; i < 2 * snapshot->n_types; i++)
    if (rows[i].count > 0) {
      rows[i].type = snapshot->types[i / 2];
      rows[i].guess = i % 2 != 0;
      add_to (&summary->total, &rows[i]);
      g_array_append_val (summary->rows, rows[i]);
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
  heapsum_snapshot_unref (summary->snapshot);
  g_free (summary);
}

typedef struct {
  HeapsumSort by;
  gboolean ascending;
} Order;

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
  Order order = { by, ascending };

  g_array_sort_with_data (summary->rows, compare_rows, &order);
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
