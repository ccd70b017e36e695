/* image.c - see image.h. */
#include "profiler/target/image.h"

typedef struct {
  gpointer resource;
  GDestroyNotify destroy;
} Owned;

typedef struct {
  HsSegment segment;
  guint order;
} Pending;

static void
owned_free (gpointer data)
{
  Owned *owned = data;

  owned->destroy (owned->resource);
  g_free (owned);
}

HsImage *
hs_image_new (void)
{
  HsImage *self = g_new0 (HsImage, 1);

  g_atomic_ref_count_init (&self->refs);
  self->owned = g_ptr_array_new_with_free_func (owned_free);
  return self;
}

HsImage *
hs_image_ref (HsImage *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_image_unref (HsImage *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->owned);
  g_clear_pointer (&self->touched, g_array_unref);
  g_free (self->segments);
  g_free (self);
}

void
hs_image_own (HsImage *self, gpointer resource, GDestroyNotify destroy)
{
  Owned *owned = g_new0 (Owned, 1);

  owned->resource = resource;
  owned->destroy = destroy;
  g_ptr_array_add (self->owned, owned);
}

void
hs_image_add_segment (HsImage *self, HsAddr start, const guint8 *data, gsize length, gboolean from_file)
{
  if (length == 0 || start >= HS_ADDR_LIMIT || length > HS_ADDR_LIMIT - start)
    return;
  /* Grow by doubling: a power of two of segments is always allocated. */
  if ((self->n_segments & (self->n_segments - 1)) == 0)
    self->segments = g_renew (HsSegment, self->segments, MAX (16, 2 * self->n_segments));
  self->segments[self->n_segments++]
      = (HsSegment){ .start = start, .end = start + length, .data = data, .from_file = from_file };
}

static int
compare_pending (gconstpointer a, gconstpointer b)
{
  const Pending *x = a, *y = b;

  if (x->segment.start != y->segment.start)
    return x->segment.start < y->segment.start ? -1 : 1;
  return x->order < y->order ? -1 : 1;
}

/* Appends @next behind @last, cut to what does not overlap; TRUE when it became a part of @last. */
static gboolean
join (HsSegment *last, HsSegment *next)
{
  if (next->start < last->end) {
    if (next->end <= last->end)
      return TRUE;
    next->data += last->end - next->start;
    next->start = last->end;
  }
  if (next->start != last->end || next->from_file != last->from_file
      || next->data != last->data + (last->end - last->start))
    return FALSE;
  last->end = next->end;
  return TRUE;
}

void
hs_image_seal (HsImage *self)
{
  g_autofree Pending *pending = g_new (Pending, MAX (1, self->n_segments));
  guint n = 0;

  for (guint i = 0; i < self->n_segments; i++)
    pending[i] = (Pending){ self->segments[i], i };
  qsort (pending, self->n_segments, sizeof *pending, compare_pending);
  for (guint i = 0; i < self->n_segments; i++) {
    HsSegment next = pending[i].segment;
    if (n > 0 && join (&self->segments[n - 1], &next))
      continue;
    self->segments[n++] = next;
  }
  self->n_segments = n;
  self->n_bytes = 0;
  for (guint i = 0; i < n; i++)
    if (!self->segments[i].from_file)
      self->n_bytes += self->segments[i].end - self->segments[i].start;
}

/* The number of the first segment that ends behind @addr. */
static guint
first_behind (const HsImage *self, HsAddr addr)
{
  guint low = 0, high = self->n_segments;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (self->segments[middle].end <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const HsSegment *
hs_image_segment (const HsImage *self, HsAddr addr)
{
  guint i = first_behind (self, addr);

  return i < self->n_segments && self->segments[i].start <= addr ? &self->segments[i] : NULL;
}

HsAddr
hs_image_next (const HsImage *self, HsAddr addr)
{
  guint i = first_behind (self, addr);

  return i < self->n_segments ? MAX (addr, self->segments[i].start) : G_MAXUINT64;
}

void
hs_image_touch (HsImage *self, HsAddr start, HsAddr end)
{
  const HsAddr pair[] = { start, end };

  if (self->touched == NULL)
    self->touched = g_array_new (FALSE, FALSE, sizeof pair);
  g_array_append_vals (self->touched, pair, 1);
}

HsAddr
hs_image_next_touched (const HsImage *self, HsAddr addr)
{
  guint low = 0, high = self->touched != NULL ? self->touched->len : 0;

  if (self->touched == NULL)
    return hs_image_next (self, addr);
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (((const HsAddr *)self->touched->data)[2 * middle + 1] <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  return low < self->touched->len ? MAX (addr, ((const HsAddr *)self->touched->data)[2 * low]) : G_MAXUINT64;
}

const guint8 *
hs_image_span (const HsImage *self, HsAddr addr, gsize *available)
{
  const HsSegment *segment = hs_image_segment (self, addr);

  *available = segment != NULL ? segment->end - addr : 0;
  return segment != NULL ? segment->data + (addr - segment->start) : NULL;
}

const guint8 *
hs_image_at (const HsImage *self, HsAddr addr, gsize length)
{
  gsize available;
  const guint8 *data = hs_image_span (self, addr, &available);

  return length <= available ? data : NULL;
}

gboolean
hs_image_read (const HsImage *self, HsAddr addr, void *buffer, gsize length)
{
  guint8 *to = buffer;

  while (length > 0) {
    gsize available;
    const guint8 *data = hs_image_span (self, addr, &available);
    if (data == NULL)
      return FALSE;
    gsize part = MIN (available, length);
    memcpy (to, data, part);
    to += part;
    addr += part;
    length -= part;
  }
  return TRUE;
}

char *
hs_image_string (const HsImage *self, HsAddr addr, gsize limit)
{
  g_autoptr (GString) string = g_string_new (NULL);

  while (string->len < limit) {
    gsize available;
    const guint8 *data = hs_image_span (self, addr, &available);
    if (data == NULL)
      return NULL;
    available = MIN (available, limit - string->len);
    const guint8 *end = memchr (data, 0, available);
    g_string_append_len (string, (const char *)data, end != NULL ? end - data : (gssize)available);
    if (end != NULL)
      return g_string_free (g_steal_pointer (&string), FALSE);
    addr += available;
  }
  return NULL;
}
