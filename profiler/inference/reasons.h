/* reasons.h - the record of why: a reason is a source of evidence with the member or the variable it came through, and in
 * which context.
 *
 * Reasons are few (one a source, member and context), blocks are many: a block holds the number of its reason. All blocks
 * that one member reached in one context share a number, so it also is what decisions about many blocks go by. */
#pragma once

#include "profiler/types/types.h"

typedef struct {
  guint8 source;      /* index in the table of sources */
  HsTypeId owner;     /* the type whose member it is; 0: a variable */
  const char *member; /* "hdr.next"; of a variable its name. Lives as long as the types and layouts */
  guint32 slot;       /* the member's offset in the owner, bytes; HS_NO_SLOT: not known */
  HsTypeId inner;     /* the innermost record inside the owner that the member belongs to, or the owner */
  guint32 inner_slot; /* its offset in that */
  guint32 context;    /* of the owner (contexts.h); 0: none */
  guint32 decision;   /* the record of a decision for many (decisions.h); 0: none */
  guint64 distance;   /* of an interior pointer: bytes behind the block's start */
} HsReason;

#define HS_NO_SLOT G_MAXUINT32

typedef struct _HsReasons HsReasons;
HsReasons *hs_reasons_new (void);
void hs_reasons_free (HsReasons *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsReasons, hs_reasons_free)

/* hs_reasons_intern: the number of the reason, never 0. */
guint32 hs_reasons_intern (HsReasons *self, HsReason reason);
const HsReason *hs_reasons_get (const HsReasons *self, guint32 number);
guint32 hs_reasons_count (const HsReasons *self);
