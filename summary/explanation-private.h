/* explanation-private.h - how an explanation comes about: what a snapshot knows first, then what the profiler adds. */
#pragma once

#include "summary/snapshot-private.h"

/* What is to be explained: one block, or the types of some names. */
typedef struct {
  gboolean is_block;
  guint block;       /* its index */
  guint64 address;   /* as asked for: in the block */
  guint8 *types;     /* otherwise by number of the type: whether it is meant */
  GPatternSpec *glob;
  gboolean untyped;  /* the name is that of untyped blocks, perhaps of a place */
} HsSubject;

/* hs_subject_init: FALSE: nothing of @text is in @snapshot. */
gboolean hs_subject_init (HsSubject *self, HeapsumSnapshot *snapshot, const char *text, GError **error);
void hs_subject_clear (HsSubject *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsSubject, hs_subject_clear)

/* hs_subject_address: whether @text is one. */
gboolean hs_subject_address (const char *text, guint64 *address);

/* hs_subject_has: whether a block of the snapshot is meant. */
gboolean hs_subject_has (const HsSubject *self, const HeapsumSnapshot *snapshot, const HsIterBlock *block);

/* hs_explanation_new: (transfer full): with the lines that the snapshot alone gives. */
HeapsumExplanation *hs_explanation_new (HeapsumSnapshot *snapshot, const HsSubject *subject);

/* hs_explanation_add: appends a line; @text is (transfer full). */
void hs_explanation_add (HeapsumExplanation *self, const char *part, guint64 address, const char *type, gint64 count, char *text);

/* hs_explanation_say: a line about nothing in particular. */
void hs_explanation_say (HeapsumExplanation *self, const char *part, const char *format, ...) G_GNUC_PRINTF (3, 4);
