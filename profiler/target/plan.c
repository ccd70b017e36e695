/* plan.c - see copy.h: what of a process is copied.
 *
 * Anonymous memory: the mapping is one run, of which the touched pages are read; the others are 0. A hole of HOLE bytes
 * and more is left out of the run, as later stages go through all bytes of a segment.
 * Private file mappings: the pages that were written are read, the others are the file's bytes. A mapping of which no
 * page was written is not copied but is a view of the file, unless it is writable or the relocated read-only part
 * before a writable one. Without the file everything is read, up to WHOLE_LIMIT. */
#include "profiler/target/copy.h"

#include <sys/mman.h>

#define HOLE (G_GUINT64_CONSTANT (1) << 30)
#define WHOLE_LIMIT (G_GUINT64_CONSTANT (256) << 20)

typedef struct {
  HsPlan *plan;
  const GArray *mappings;
  const GPtrArray *files;
  HsPages *pages;
  HsDiag *diag;
} Planner;

static void
leave_out (const Planner *self, const HsMapping *mapping, const char *why)
{
  if (self->diag != NULL)
    hs_diag_add (self->diag, "copy", "the mapping at " HS_ADDR_FORMAT " of %" G_GUINT64_FORMAT " MiB is left out: %s",
                 mapping->start, (mapping->end - mapping->start) >> 20, why);
}

/* Adds @mapping to the runs, cut where none of the reads from number @first on comes near. */
static void
add_runs (HsPlan *plan, const HsMapping *mapping, guint first)
{
  HsAddr start = mapping->start, cursor = mapping->start;

  for (guint i = first; i < plan->reads->len; i++) {
    HsRange read = g_array_index (plan->reads, HsRange, i);
    /* A read may begin in the mapping before, with which it was joined. */
    read.start = MAX (read.start, mapping->start);
    if (read.start >= read.end)
      continue;
    if (read.start - cursor >= HOLE) {
      hs_ranges_add (plan->runs, start, cursor);
      start = read.start;
    }
    cursor = read.end;
  }
  hs_ranges_add (plan->runs, start, mapping->end - cursor >= HOLE ? cursor : mapping->end);
}

/* Adds the pages of @mapping to the reads, or where they are unknown leaves these as they were. */
static gboolean
find_pages (Planner *self, const HsMapping *mapping, HsPagesWhat what)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (HsRange));

  if (!hs_pages_find (self->pages, mapping->start, mapping->end, what, found))
    return FALSE;
  for (guint i = 0; i < found->len; i++) {
    const HsRange *range = &g_array_index (found, HsRange, i);
    hs_ranges_add (self->plan->reads, range->start, range->end);
  }
  return TRUE;
}

static void
plan_anonymous (Planner *self, const HsMapping *mapping)
{
  guint first = self->plan->reads->len;

  if (self->pages == NULL ? mapping->end - mapping->start > WHOLE_LIMIT
                          : !find_pages (self, mapping, HS_PAGES_TOUCHED)) {
    leave_out (self, mapping, "/proc/PID/pagemap does not tell which pages of it are in use");
    return;
  }
  if (self->pages == NULL)
    hs_ranges_add (self->plan->reads, mapping->start, mapping->end);
  add_runs (self->plan, mapping, first > 0 ? first - 1 : 0);
}

static void
plan_whole (Planner *self, const HsMapping *mapping)
{
  if (mapping->end - mapping->start > WHOLE_LIMIT) {
    leave_out (self, mapping, "its file cannot be read");
    return;
  }
  hs_ranges_add (self->plan->reads, mapping->start, mapping->end);
  hs_ranges_add (self->plan->runs, mapping->start, mapping->end);
}

/* The part that was written while it was relocated and made read-only afterwards (PT_GNU_RELRO). */
static gboolean
is_relro (const Planner *self, guint i)
{
  const HsMapping *mapping = &g_array_index (self->mappings, HsMapping, i), *next = mapping + 1;

  return i + 1 < self->mappings->len && mapping->prot == PROT_READ && next->start == mapping->end
         && next->file == mapping->file && (next->prot & PROT_WRITE) != 0;
}

static HsAddr
last_read_end (const Planner *self)
{
  guint n = self->plan->reads->len;

  return n > 0 ? g_array_index (self->plan->reads, HsRange, n - 1).end : 0;
}

static void
plan_file (Planner *self, guint i)
{
  const HsMapping *mapping = &g_array_index (self->mappings, HsMapping, i);
  HsBacked backed = { *mapping, g_ptr_array_index (self->files, (guint)mapping->file) };
  gboolean writable = (mapping->prot & PROT_WRITE) != 0;

  if (backed.file->data == NULL || self->pages == NULL) {
    plan_whole (self, mapping);
    return;
  }
  if (!find_pages (self, mapping, HS_PAGES_WRITTEN)) {
    leave_out (self, mapping, "/proc/PID/pagemap does not tell which pages of it were written");
    return;
  }
  if (writable || is_relro (self, i) || last_read_end (self) > mapping->start) {
    hs_ranges_add (self->plan->runs, mapping->start, mapping->end);
    g_array_append_val (self->plan->backed, backed);
  } else {
    g_array_append_val (self->plan->views, backed);
  }
}

static void
plan_mapping (Planner *self, guint i, HsAddr vdso)
{
  const HsMapping *mapping = &g_array_index (self->mappings, HsMapping, i);

  if ((mapping->prot & PROT_READ) == 0)
    return;
  if (mapping->kind == HS_MAPPING_ANON || mapping->kind == HS_MAPPING_HEAP || mapping->kind == HS_MAPPING_STACK)
    plan_anonymous (self, mapping);
  else if (mapping->kind == HS_MAPPING_FILE)
    plan_file (self, i);
  else if (mapping->kind == HS_MAPPING_SPECIAL && vdso >= mapping->start && vdso < mapping->end)
    plan_whole (self, mapping);
}

HsPlan *
hs_plan_new (const GArray *mappings, const GPtrArray *files, HsAddr vdso, HsPages *pages, HsDiag *diag)
{
  HsPlan *plan = g_new0 (HsPlan, 1);
  Planner self = { plan, mappings, files, pages, diag };

  plan->runs = g_array_new (FALSE, FALSE, sizeof (HsRange));
  plan->reads = g_array_new (FALSE, FALSE, sizeof (HsRange));
  plan->backed = g_array_new (FALSE, FALSE, sizeof (HsBacked));
  plan->views = g_array_new (FALSE, FALSE, sizeof (HsBacked));
  for (guint i = 0; i < mappings->len; i++)
    plan_mapping (&self, i, vdso);
  for (guint i = 0; i < plan->reads->len; i++) {
    const HsRange *read = &g_array_index (plan->reads, HsRange, i);
    plan->bytes += read->end - read->start;
  }
  return plan;
}

void
hs_plan_free (HsPlan *self)
{
  g_array_unref (self->runs);
  g_array_unref (self->reads);
  g_array_unref (self->backed);
  g_array_unref (self->views);
  g_free (self);
}
