/* image.h - the frozen memory of a target.
 *
 * An image is immutable once built. It consists of segments: runs of target addresses whose bytes stand in one piece
 * of our memory (copied from the process, mapped from a core, or mapped from the file behind a read-only mapping).
 * Neighbouring mappings whose bytes are neighbours in our memory too form one segment, so that a heap that the kernel
 * split is one segment. Everything outside the segments is unreadable, and reading it is never an error of ours. */
#pragma once

#include "profiler/target/addr.h"

#include <string.h>

typedef struct {
  HsAddr start;
  HsAddr end; /* one past the last byte */
  const guint8 *data;
  gboolean from_file; /* the bytes are those of a mapped file, not of the process */
} HsSegment;

typedef struct _HsImage HsImage;
struct _HsImage {
  gatomicrefcount refs;
  HsSegment *segments; /* sorted by start, never overlapping */
  guint n_segments;
  guint64 n_bytes; /* sum of the segments that are not from_file */
  GPtrArray *owned; /* what keeps the bytes alive */
  GArray *touched;  /* HsAddr pairs: where bytes other than 0 can be; NULL: anywhere */
};

/* hs_image_new: an image without segments. hs_image_add_segment takes the bytes as they are, without a copy: they have
 * to live as long as the image, for which hs_image_own takes @resource over (@destroy is called at the end). Segments
 * may be added in any order; hs_image_seal sorts and merges them, and where two overlap the one that starts first (or
 * was added first) wins, as a hostile core can say anything. After it the image is immutable. */
HsImage *hs_image_new (void);
HsImage *hs_image_ref (HsImage *self);
void hs_image_unref (HsImage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsImage, hs_image_unref)
void hs_image_add_segment (HsImage *self, HsAddr start, const guint8 *data, gsize length, gboolean from_file);
void hs_image_own (HsImage *self, gpointer resource, GDestroyNotify destroy);
void hs_image_seal (HsImage *self);

/* hs_image_segment: the segment that holds @addr, or NULL. */
const HsSegment *hs_image_segment (const HsImage *self, HsAddr addr);

/* hs_image_next: the first readable address at or behind @addr, G_MAXUINT64 where there is none. */
HsAddr hs_image_next (const HsImage *self, HsAddr addr);

/* hs_image_touch: says, before the seal, that [@start, @end) may hold something; once anything is said, all that is not said
 * of is 0. In ascending order. hs_image_next_touched: the first address at or behind @addr that may hold something,
 * G_MAXUINT64 where there is none: so that nobody reads terabytes of zeros. */
void hs_image_touch (HsImage *self, HsAddr start, HsAddr end);
HsAddr hs_image_next_touched (const HsImage *self, HsAddr addr);

/* hs_image_span: a pointer to the byte at @addr and in @available how many follow in one piece; NULL where unreadable. */
const guint8 *hs_image_span (const HsImage *self, HsAddr addr, gsize *available);

/* hs_image_at: a pointer to @length bytes at @addr in one piece, or NULL. */
const guint8 *hs_image_at (const HsImage *self, HsAddr addr, gsize length);

/* hs_image_read: copies @length bytes, across segments that follow each other; FALSE where any byte is unreadable. */
gboolean hs_image_read (const HsImage *self, HsAddr addr, void *buffer, gsize length);

/* hs_image_word: the 8 bytes at @addr, any alignment. */
static inline gboolean
hs_image_word (const HsImage *self, HsAddr addr, guint64 *value)
{
  return hs_image_read (self, addr, value, sizeof *value);
}

/* hs_image_string: (transfer full): the NUL-terminated string at @addr of at most @limit bytes, or NULL. */
char *hs_image_string (const HsImage *self, HsAddr addr, gsize limit);
