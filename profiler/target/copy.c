/* copy.c - see copy.h.
 *
 * The pause is what costs the process, and its greatest part would be page faults in our own memory: so the destination
 * is reserved and made present before the stop, by the plan of that moment. The process goes on allocating until it
 * is stopped, hence the reserve: an area spans neighbouring runs and some slack around them, as address space without
 * access (which costs nothing, whatever the overcommit policy). A run of the final plan that lies in an area goes
 * there; one that does not gets memory of its own, during the stop.
 *
 * A page that cannot be read (guard regions, poisoned memory) ends process_vm_readv early, just there: it is skipped,
 * counted and left 0. */
#include "profiler/target/copy.h"

#include "profiler/target/error.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

#define AREA_GAP (G_GUINT64_CONSTANT (64) << 20)
#define AREA_SLACK (G_GUINT64_CONSTANT (16) << 20)
#define BATCH_RANGES 512
#define BATCH_BYTES (G_GUINT64_CONSTANT (32) << 20)

typedef struct {
  HsAddr start, end;
  guint8 *base; /* our address of start */
} Area;

struct _HsCopy {
  GArray *areas;     /* Area, sorted by start, far from each other */
  GArray *extra;     /* Area: of runs that lie in none of these */
  GArray *ready;     /* HsRange, sorted: what is readable and writable of the areas before the stop */
  GPtrArray *placed; /* guint8: the memory of each run of the plan, or NULL */
  guint64 skipped;
  HsAddr first_skipped;
  guint64 homeless; /* bytes for which there was no memory */
};

static gboolean
add_area (GArray *areas, HsAddr start, HsAddr end, int prot)
{
  Area area = { start, end, NULL };
  void *base = mmap (NULL, end - start, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (base == MAP_FAILED)
    return FALSE;
  area.base = base;
  g_array_append_val (areas, area);
  return TRUE;
}

/* The last of @array, whose elements begin with an HsAddr and are sorted by it, that starts at or before @addr. */
static gconstpointer
last_before (const GArray *array, HsAddr addr)
{
  gsize size = g_array_get_element_size ((GArray *)array);
  guint low = 0, high = array->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    HsAddr start;
    memcpy (&start, array->data + middle * size, sizeof start);
    if (start <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 ? array->data + (low - 1) * size : NULL;
}

static guint8 *
place_extra (HsCopy *self, const HsRange *run)
{
  if (!add_area (self->extra, run->start, run->end, PROT_READ | PROT_WRITE)) {
    self->homeless += run->end - run->start;
    return NULL;
  }
  return g_array_index (self->extra, Area, self->extra->len - 1).base;
}

/* Memory for @run; NULL if there is none. */
static guint8 *
place (HsCopy *self, const HsRange *run)
{
  const Area *area = last_before (self->areas, run->start);
  const HsRange *ready = last_before (self->ready, run->start);

  if (area == NULL || area->end < run->end)
    return place_extra (self, run);
  guint8 *data = area->base + (run->start - area->start);
  if (ready == NULL || ready->end < run->end)
    if (mprotect (data, run->end - run->start, PROT_READ | PROT_WRITE) != 0)
      return place_extra (self, run);
  return data;
}

static void
place_all (HsCopy *self, const GArray *runs)
{
  g_ptr_array_set_size (self->placed, 0);
  for (guint i = 0; i < runs->len; i++)
    g_ptr_array_add (self->placed, place (self, &g_array_index (runs, HsRange, i)));
}

static void
reserve (HsCopy *self, const GArray *runs)
{
  for (guint i = 0; i < runs->len;) {
    HsAddr start = g_array_index (runs, HsRange, i).start, end = g_array_index (runs, HsRange, i).end;
    for (i++; i < runs->len && g_array_index (runs, HsRange, i).start - end < AREA_GAP; i++)
      end = g_array_index (runs, HsRange, i).end;
    add_area (self->areas, start - MIN (start, AREA_SLACK), MIN (end + AREA_SLACK, HS_ADDR_LIMIT), PROT_NONE);
  }
}

/* Our memory for the bytes at @start: @run is the number of the run that holds it, or of an earlier one, and is moved
 * on to it. */
static guint8 *
memory_at (const HsCopy *self, const GArray *runs, guint *run, HsAddr start)
{
  while (*run < runs->len && g_array_index (runs, HsRange, *run).end <= start)
    ++*run;
  if (*run == runs->len || self->placed->pdata[*run] == NULL)
    return NULL;
  return (guint8 *)self->placed->pdata[*run] + (start - g_array_index (runs, HsRange, *run).start);
}

static void
touch (guint8 *data, gsize length)
{
  if (data == NULL || madvise (data, length, MADV_POPULATE_WRITE) == 0)
    return;
  for (gsize offset = 0; offset < length; offset += HS_PAGE_SIZE)
    ((volatile guint8 *)data)[offset] = 0;
}

HsCopy *
hs_copy_new (const HsPlan *plan)
{
  HsCopy *self = g_new0 (HsCopy, 1);

  self->areas = g_array_new (FALSE, FALSE, sizeof (Area));
  self->extra = g_array_new (FALSE, FALSE, sizeof (Area));
  self->ready = g_array_new (FALSE, FALSE, sizeof (HsRange));
  self->placed = g_ptr_array_new ();
  reserve (self, plan->runs);
  place_all (self, plan->runs);
  for (guint i = 0, run = 0; i < plan->reads->len; i++) {
    const HsRange *read = &g_array_index (plan->reads, HsRange, i);
    touch (memory_at (self, plan->runs, &run, read->start), read->end - read->start);
  }
  g_array_append_vals (self->ready, plan->runs->data, plan->runs->len);
  return self;
}

static void
unmap_areas (GArray *areas)
{
  for (guint i = 0; i < areas->len; i++) {
    const Area *area = &g_array_index (areas, Area, i);
    munmap (area->base, area->end - area->start);
  }
  g_array_unref (areas);
}

void
hs_copy_free (HsCopy *self)
{
  unmap_areas (self->areas);
  unmap_areas (self->extra);
  g_array_unref (self->ready);
  g_ptr_array_unref (self->placed);
  g_free (self);
}

/* Where the copy is: byte @offset of read @read, which lies in run @run. */
typedef struct {
  guint read, run;
  guint64 offset;
} Cursor;

typedef struct {
  struct iovec local[BATCH_RANGES], remote[BATCH_RANGES];
  gulong n;
  gsize bytes;
} Batch;

/* Collects what comes next from @cursor on, without moving it. */
static void
fill_batch (const HsCopy *self, const HsPlan *plan, Cursor cursor, Batch *batch)
{
  batch->n = 0;
  batch->bytes = 0;
  while (cursor.read < plan->reads->len && batch->n < BATCH_RANGES && batch->bytes < BATCH_BYTES) {
    const HsRange *read = &g_array_index (plan->reads, HsRange, cursor.read);
    HsAddr start = read->start + cursor.offset;
    guint8 *data = memory_at (self, plan->runs, &cursor.run, start);
    gsize length = MIN (read->end - start, BATCH_BYTES - batch->bytes);
    cursor.offset = 0;
    cursor.read++;
    if (data == NULL)
      continue; /* counted as homeless; hence only whole reads end a batch here */
    batch->local[batch->n] = (struct iovec){ data, length };
    batch->remote[batch->n++] = (struct iovec){ GSIZE_TO_POINTER (start), length };
    batch->bytes += length;
  }
}

/* Moves @cursor over @length bytes that have been dealt with. */
static void
advance (const HsCopy *self, const HsPlan *plan, Cursor *cursor, gsize length)
{
  while (cursor->read < plan->reads->len) {
    const HsRange *read = &g_array_index (plan->reads, HsRange, cursor->read);
    gboolean placed = memory_at (self, plan->runs, &cursor->run, read->start + cursor->offset) != NULL;
    gsize left = read->end - read->start - cursor->offset;
    if (placed && length < left) {
      cursor->offset += length;
      return;
    }
    length -= placed ? left : 0;
    cursor->offset = 0;
    cursor->read++;
  }
}

static void
skip_page (HsCopy *self, const HsPlan *plan, Cursor *cursor, HsAddr addr)
{
  if (self->skipped++ == 0)
    self->first_skipped = addr;
  advance (self, plan, cursor, HS_PAGE_SIZE);
}

/* The address that a short read of @got bytes stopped at. */
static HsAddr
stopped_at (const Batch *batch, gsize got)
{
  gulong i = 0;

  for (; i + 1 < batch->n && got >= batch->remote[i].iov_len; i++)
    got -= batch->remote[i].iov_len;
  return (guintptr)batch->remote[i].iov_base + got;
}

gboolean
hs_copy_run (HsCopy *self, const HsPlan *plan, pid_t tid, const HsProgress *progress, GError **error)
{
  Cursor cursor = { 0 };
  Batch batch;
  guint64 done = 0;

  place_all (self, plan->runs);
  for (fill_batch (self, plan, cursor, &batch); batch.n > 0; fill_batch (self, plan, cursor, &batch)) {
    ssize_t got = process_vm_readv (tid, batch.local, batch.n, batch.remote, batch.n, 0);
    if (got < 0 && (errno == ESRCH || errno == EPERM)) {
      g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_GONE, "process %d ended while it was copied", (int)tid);
      return FALSE;
    }
    advance (self, plan, &cursor, (gsize)MAX (got, 0));
    if (got < (ssize_t)batch.bytes)
      skip_page (self, plan, &cursor, stopped_at (&batch, (gsize)MAX (got, 0)));
    done += (guint64)MAX (got, 0);
    if (progress->report != NULL)
      progress->report (progress->user_data, MIN (done, plan->bytes), plan->bytes);
  }
  return TRUE;
}

/* Copies what the file of @backed holds of the target's [@start, @end), which lies in the mapping. */
static void
fill_from_file (const HsBacked *backed, HsAddr start, HsAddr end, guint8 *data)
{
  guint64 offset = backed->mapping.offset + (start - backed->mapping.start);

  if (data != NULL && offset < backed->file->size)
    memcpy (data, backed->file->data + offset, MIN (end - start, backed->file->size - offset));
}

/* Fills the pages of @backed that were not read; @read is the first read that ends behind its start. */
static void
fill_backed (const HsCopy *self, const HsPlan *plan, const HsBacked *backed, guint *read, guint *run)
{
  HsAddr cursor = backed->mapping.start;

  while (*read < plan->reads->len && g_array_index (plan->reads, HsRange, *read).end <= cursor)
    ++*read;
  for (guint i = *read; cursor < backed->mapping.end; i++) {
    HsRange next = { backed->mapping.end, backed->mapping.end };
    if (i < plan->reads->len)
      next = g_array_index (plan->reads, HsRange, i);
    HsAddr end = MIN (next.start, backed->mapping.end);
    if (cursor < end)
      fill_from_file (backed, cursor, end, memory_at (self, plan->runs, run, cursor));
    cursor = MAX (next.end, cursor);
  }
}

static void
add_view (const HsBacked *view, HsImage *image)
{
  guint64 length = view->mapping.end - view->mapping.start;

  if (view->mapping.offset < view->file->size)
    hs_image_add_segment (image, view->mapping.start, view->file->data + view->mapping.offset,
                          MIN (length, view->file->size - view->mapping.offset), TRUE);
}

static void
say_what_is_missing (const HsCopy *self, HsDiag *diag)
{
  if (self->skipped > 0)
    hs_diag_add (diag, "copy", "%" G_GUINT64_FORMAT " pages could not be read, the first at " HS_ADDR_FORMAT,
                 self->skipped, self->first_skipped);
  if (self->homeless > 0)
    hs_diag_add (diag, "copy", "%" G_GUINT64_FORMAT " MiB were not copied: there is no memory for them",
                 self->homeless >> 20);
}

static void
free_copy (gpointer copy)
{
  hs_copy_free (copy);
}

void
hs_copy_finish (HsCopy *self, const HsPlan *plan, HsImage *image, HsDiag *diag)
{
  for (guint i = 0, read = 0, run = 0; i < plan->backed->len; i++)
    fill_backed (self, plan, &g_array_index (plan->backed, HsBacked, i), &read, &run);
  for (guint i = 0; i < plan->runs->len; i++) {
    const HsRange *run = &g_array_index (plan->runs, HsRange, i);
    if (self->placed->pdata[i] != NULL)
      hs_image_add_segment (image, run->start, self->placed->pdata[i], run->end - run->start, FALSE);
  }
  for (guint i = 0; i < plan->reads->len; i++)
    hs_image_touch (image, g_array_index (plan->reads, HsRange, i).start, g_array_index (plan->reads, HsRange, i).end);
  for (guint i = 0; i < plan->views->len; i++)
    add_view (&g_array_index (plan->views, HsBacked, i), image);
  say_what_is_missing (self, diag);
  hs_image_own (image, self, free_copy);
}
