/* diff.c - new minus old, a row a type that changed.
 *
 * Both snapshots are sorted by address, so one walk over both tells which blocks stand in both, and everything else
 * follows from it: a block counts for the type it has in its own snapshot. */
#include "summary/filter-private.h"
#include "summary/merge-private.h"

#include <string.h>

typedef struct {
  HeapsumSort by;
  gboolean ascending;
} Order;

struct _HeapsumDiff {
  gatomicrefcount refs;
  HeapsumSnapshot *before, *after; /* own the names */
  HsPlaces *names_before, *names_after; /* own those of the places */
  GArray *rows;                    /* HeapsumDiffRow */
  GArray *places;                  /* HeapsumDiffRow: what the untyped ones consist of */
  HeapsumDiffRow untyped;
  HeapsumDiffRow total;
  Order order;
};

/* The blocks of one side, with the rows they count in. */
typedef struct {
  HeapsumSnapshot *snapshot;
  HeapsumDiffRow **rows; /* [2 * type + guess]; shared by both sides */
  GHashTable *all_rows;
  GPtrArray *places;     /* HeapsumDiffRow, by number of the place */
  HsSelection selection;
  HsIterBlock block;
  guint32 place;
  gboolean more;
} Side;

static void
side_step (Side *self)
{
  self->more = hs_selection_next (&self->selection, &self->block, &self->place);
}

static guint
row_hash (gconstpointer data)
{
  const HeapsumDiffRow *row = data;

  return g_str_hash (row->type) * 2 + row->guess;
}

static gboolean
row_equal (gconstpointer a, gconstpointer b)
{
  const HeapsumDiffRow *x = a, *y = b;

  return x->guess == y->guess && strcmp (x->type, y->type) == 0;
}

#define PLACE 2 /* while counting, in "guess": the row is that of a place and not of a type */

static HeapsumDiffRow *
find_row (GHashTable *rows, const char *type, guint guess)
{
  HeapsumDiffRow key = { .type = type, .guess = guess };
  HeapsumDiffRow *row = g_hash_table_lookup (rows, &key);

  if (row == NULL) {
    row = g_memdup2 (&key, sizeof key);
    g_hash_table_add (rows, row);
  }
  return row;
}

static void
side_init (Side *self, HeapsumSnapshot *snapshot, const HeapsumFilter *filter, GHashTable *rows)
{
  *self = (Side){ .snapshot = snapshot, .all_rows = rows };
  self->rows = g_new (HeapsumDiffRow *, 2 * snapshot->n_types);
  for (gsize i = 0; i < 2 * snapshot->n_types; i++)
    self->rows[i] = find_row (rows, i < 2 ? HS_UNTYPED : snapshot->types[i / 2], i >= 2 && i % 2 != 0);
  self->places = g_ptr_array_new ();
  hs_selection_init (&self->selection, filter, snapshot);
  side_step (self);
}

static void
side_clear (Side *self)
{
  g_free (self->rows);
  g_ptr_array_unref (self->places);
  hs_selection_clear (&self->selection);
}

static HeapsumDiffRow *
side_row (const Side *self)
{
  return self->rows[2 * (gsize)self->block.type + (self->block.level == HEAPSUM_LEVEL_D)];
}

/* The row of an untyped block's place, which counts beside that of all; NULL for other blocks. */
static HeapsumDiffRow *
place_row (Side *self)
{
  if (self->block.type != 0)
    return NULL;
  while (self->places->len <= self->place)
    g_ptr_array_add (self->places, find_row (self->all_rows, hs_places_name (self->selection.places, self->places->len), PLACE));
  return self->places->pdata[self->place];
}

static void
count_deleted (HeapsumDiffRow *row, const Side *before)
{
  if (row == NULL)
    return;
  row->count--;
  row->bytes -= before->block.size;
  row->deleted++;
}

static void
count_created (HeapsumDiffRow *row, const Side *after)
{
  if (row == NULL)
    return;
  row->count++;
  row->bytes += after->block.size;
  row->created++;
}

static void
count_before (Side *before)
{
  count_deleted (side_row (before), before);
  count_deleted (place_row (before), before);
  side_step (before);
}

static void
count_after (Side *after)
{
  count_created (side_row (after), after);
  count_created (place_row (after), after);
  side_step (after);
}

static void
count_survivor (Side *before, Side *after)
{
  HeapsumDiffRow *old = place_row (before), *new = place_row (after);

  side_row (after)->survived++;
  if (old != new) {
    count_deleted (old, before);
    count_created (new, after);
  } else if (new != NULL)
    new->survived++;
  side_step (before);
  side_step (after);
}

static void
walk (Side *before, Side *after)
{
  while (before->more || after->more) {
    if (!after->more || (before->more && before->block.address < after->block.address))
      count_before (before);
    else if (!before->more || after->block.address < before->block.address)
      count_after (after);
    else if (before->block.size == after->block.size && side_row (before) == side_row (after))
      count_survivor (before, after);
    else {
      count_before (before);
      count_after (after);
    }
  }
}

static void
add_to (HeapsumDiffRow *total, const HeapsumDiffRow *row)
{
  total->count += row->count;
  total->bytes += row->bytes;
  total->created += row->created;
  total->deleted += row->deleted;
  total->survived += row->survived;
}

static void
take_rows (HeapsumDiff *self, GHashTable *rows)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    HeapsumDiffRow *row = key;
    gboolean changed = row->count != 0 || row->bytes != 0;
    if (row->guess == PLACE) {
      row->guess = FALSE;
      if (changed)
        g_array_append_val (self->places, *row);
      continue;
    }
    add_to (&self->total, row);
    if (strcmp (row->type, HS_UNTYPED) == 0 && !row->guess)
      self->untyped = *row;
    else if (changed)
      g_array_append_val (self->rows, *row);
  }
}

HeapsumDiff *
heapsum_diff_new (HeapsumSnapshot *before, HeapsumSnapshot *after, const HeapsumFilter *filter)
{
  g_return_val_if_fail (before != NULL && after != NULL, NULL);

  HeapsumDiff *diff = g_new0 (HeapsumDiff, 1);
  g_autoptr (GHashTable) rows = g_hash_table_new_full (row_hash, row_equal, g_free, NULL);
  Side old, new;

  g_atomic_ref_count_init (&diff->refs);
  diff->before = heapsum_snapshot_ref (before);
  diff->after = heapsum_snapshot_ref (after);
  diff->rows = g_array_new (FALSE, FALSE, sizeof (HeapsumDiffRow));
  diff->places = g_array_new (FALSE, FALSE, sizeof (HeapsumDiffRow));
  diff->total.type = "Total";
  side_init (&old, before, filter, rows);
  side_init (&new, after, filter, rows);
  walk (&old, &new);
  diff->names_before = g_steal_pointer (&old.selection.places);
  diff->names_after = g_steal_pointer (&new.selection.places);
  side_clear (&old);
  side_clear (&new);
  take_rows (diff, rows);
  heapsum_diff_sort (diff, HEAPSUM_SORT_ABS, FALSE);
  return diff;
}

HeapsumDiff *
heapsum_diff_ref (HeapsumDiff *diff)
{
  g_return_val_if_fail (diff != NULL, NULL);
  g_atomic_ref_count_inc (&diff->refs);
  return diff;
}

void
heapsum_diff_unref (HeapsumDiff *diff)
{
  g_return_if_fail (diff != NULL);
  if (!g_atomic_ref_count_dec (&diff->refs))
    return;
  g_array_unref (diff->rows);
  g_array_unref (diff->places);
  hs_places_free (diff->names_before);
  hs_places_free (diff->names_after);
  heapsum_snapshot_unref (diff->before);
  heapsum_snapshot_unref (diff->after);
  g_free (diff);
}

static gint
compare_signed (gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

static gint
compare_by (const HeapsumDiffRow *x, const HeapsumDiffRow *y, HeapsumSort by)
{
  gint result = 0;

  switch (by) {
  case HEAPSUM_SORT_TYPE:
    return strcmp (x->type, y->type);
  case HEAPSUM_SORT_COUNT:
    result = compare_signed (x->count, y->count);
    break;
  case HEAPSUM_SORT_ABS:
    result = compare_signed (ABS (x->bytes), ABS (y->bytes));
    if (result == 0)
      result = compare_signed (ABS (x->count), ABS (y->count));
    break;
  default:
    break;
  }
  if (result == 0)
    result = compare_signed (x->bytes, y->bytes);
  return result != 0 ? result : compare_signed (x->count, y->count);
}

static gint
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  const HeapsumDiffRow *x = a, *y = b;
  const Order *order = data;
  gint result = compare_by (x, y, order->by);

  if (result != 0)
    return order->ascending ? result : -result;
  result = strcmp (x->type, y->type);
  return result != 0 ? result : x->guess - y->guess;
}

void
heapsum_diff_sort (HeapsumDiff *diff, HeapsumSort by, gboolean ascending)
{
  g_return_if_fail (diff != NULL);
  diff->order = (Order){ by, ascending };
  g_array_sort_with_data (diff->rows, compare_rows, &diff->order);
  g_array_sort_with_data (diff->places, compare_rows, &diff->order);
}

HsMerge
hs_diff_merge (HeapsumDiff *diff)
{
  return (HsMerge){ diff->rows, diff->places, compare_rows, &diff->order, NULL, &diff->total };
}

guint
heapsum_diff_get_n_rows (HeapsumDiff *diff)
{
  g_return_val_if_fail (diff != NULL, 0);
  return diff->rows->len;
}

const HeapsumDiffRow *
heapsum_diff_get_row (HeapsumDiff *diff, guint index)
{
  g_return_val_if_fail (diff != NULL && index < diff->rows->len, NULL);
  return &g_array_index (diff->rows, HeapsumDiffRow, index);
}

guint
heapsum_diff_get_n_places (HeapsumDiff *diff)
{
  g_return_val_if_fail (diff != NULL, 0);
  return diff->places->len;
}

const HeapsumDiffRow *
heapsum_diff_get_place (HeapsumDiff *diff, guint index)
{
  g_return_val_if_fail (diff != NULL && index < diff->places->len, NULL);
  return &g_array_index (diff->places, HeapsumDiffRow, index);
}

const HeapsumDiffRow *
heapsum_diff_get_untyped (HeapsumDiff *diff)
{
  g_return_val_if_fail (diff != NULL, NULL);
  return &diff->untyped;
}

const HeapsumDiffRow *
heapsum_diff_get_total (HeapsumDiff *diff)
{
  g_return_val_if_fail (diff != NULL, NULL);
  return &diff->total;
}

const HeapsumDiffRow *
heapsum_diff_find (HeapsumDiff *diff, const char *type)
{
  g_return_val_if_fail (diff != NULL && type != NULL, NULL);
  for (guint i = 0; i < diff->rows->len; i++) {
    const HeapsumDiffRow *row = &g_array_index (diff->rows, HeapsumDiffRow, i);
    if (!row->guess && strcmp (row->type, type) == 0)
      return row;
  }
  return NULL;
}
