/* pages.c - see pages.h.
 *
 * Reading a page that a process never touched makes the kernel fill it in there, so that a look at a sparse mapping of
 * a terabyte would cost the process gigabytes of page tables. /proc/PID/pagemap says which pages there are: by ioctl
 * PAGEMAP_SCAN (Linux 6.7 and later), which skips holes at once, else by 8 bytes a page, which is slow for mappings
 * beyond SLOW_LIMIT: those are then refused. Neither faults anything in. */
#include "profiler/target/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* linux/fs.h of 6.7: Debian 12's headers are older. */
typedef struct {
  guint64 size, flags, start, end, walk_end, vec, vec_len, max_pages;
  guint64 category_inverted, category_mask, category_anyof_mask, return_mask;
} ScanArg;

typedef struct {
  guint64 start, end, categories;
} ScanRegion;

#define SCAN_IOCTL _IOWR ('f', 16, ScanArg)
#define SCAN_FILE (G_GUINT64_CONSTANT (1) << 2)
#define SCAN_PRESENT (G_GUINT64_CONSTANT (1) << 3)
#define SCAN_SWAPPED (G_GUINT64_CONSTANT (1) << 4)
#define SCAN_ZERO (G_GUINT64_CONSTANT (1) << 5)
#define SCAN_GUARD (G_GUINT64_CONSTANT (1) << 8) /* 6.15 */

/* The entries of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst). */
#define ENTRY_PRESENT (G_GUINT64_CONSTANT (1) << 63)
#define ENTRY_SWAPPED (G_GUINT64_CONSTANT (1) << 62)
#define ENTRY_FILE (G_GUINT64_CONSTANT (1) << 61)
#define ENTRY_GUARD (G_GUINT64_CONSTANT (1) << 58) /* 6.15; 0 before */

#define SLOW_LIMIT (G_GUINT64_CONSTANT (64) << 30)
#define BATCH 1024

struct _HsPages {
  int fd;
  gboolean scan;
  guint64 excluded; /* categories that the kernel knows and that are never wanted */
};

void
hs_ranges_add (GArray *ranges, HsAddr start, HsAddr end)
{
  HsRange range = { start, end };
  HsRange *last = ranges->len > 0 ? &g_array_index (ranges, HsRange, ranges->len - 1) : NULL;

  if (last != NULL && last->end == start)
    last->end = end;
  else if (start < end)
    g_array_append_val (ranges, range);
}

static gboolean
knows (int fd, guint64 categories)
{
  ScanRegion region;
  ScanArg arg = { .size = sizeof arg, .vec = (guintptr)&region, .vec_len = 1, .return_mask = categories };

  arg.category_anyof_mask = categories;
  return ioctl (fd, SCAN_IOCTL, &arg) >= 0;
}

HsPages *
hs_pages_new (pid_t tid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/pagemap", (int)tid);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  HsPages *self;

  if (fd < 0)
    return NULL;
  self = g_new0 (HsPages, 1);
  self->fd = fd;
  self->scan = knows (fd, SCAN_PRESENT);
  self->excluded = SCAN_ZERO | (knows (fd, SCAN_GUARD) ? SCAN_GUARD : 0);
  return self;
}

void
hs_pages_free (HsPages *self)
{
  close (self->fd);
  g_free (self);
}

static gboolean
find_by_scan (const HsPages *self, HsAddr start, HsAddr end, HsPagesWhat what, GArray *ranges)
{
  ScanRegion regions[BATCH];

  while (start < end) {
    ScanArg arg = { .size = sizeof arg, .start = start, .end = end, .vec = (guintptr)regions, .vec_len = BATCH };
    arg.category_inverted = arg.category_mask = self->excluded | (what == HS_PAGES_WRITTEN ? SCAN_FILE : 0);
    arg.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED;
    arg.return_mask = SCAN_PRESENT;
    int n = ioctl (self->fd, SCAN_IOCTL, &arg);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 || arg.walk_end <= start)
      return FALSE;
    for (int i = 0; i < n; i++)
      hs_ranges_add (ranges, regions[i].start, regions[i].end);
    start = arg.walk_end;
  }
  return TRUE;
}

static gboolean
wanted (guint64 entry, HsPagesWhat what)
{
  if ((entry & (ENTRY_PRESENT | ENTRY_SWAPPED)) == 0 || (entry & ENTRY_GUARD) != 0)
    return FALSE;
  return what == HS_PAGES_TOUCHED || (entry & ENTRY_FILE) == 0;
}

static gboolean
find_by_entries (const HsPages *self, HsAddr start, HsAddr end, HsPagesWhat what, GArray *ranges)
{
  guint64 entries[BATCH];

  if (end - start > SLOW_LIMIT)
    return FALSE;
  while (start < end) {
    gsize n = MIN (BATCH, (end - start) / HS_PAGE_SIZE);
    ssize_t got = pread (self->fd, entries, n * sizeof *entries, (off_t)(start / HS_PAGE_SIZE * sizeof *entries));
    if (got < (ssize_t)sizeof *entries)
      return FALSE;
    for (gsize i = 0; i < (gsize)got / sizeof *entries; i++, start += HS_PAGE_SIZE)
      if (wanted (entries[i], what))
        hs_ranges_add (ranges, start, start + HS_PAGE_SIZE);
  }
  return TRUE;
}

gboolean
hs_pages_find (HsPages *self, HsAddr start, HsAddr end, HsPagesWhat what, GArray *ranges)
{
  return self->scan ? find_by_scan (self, start, end, what, ranges) : find_by_entries (self, start, end, what, ranges);
}
