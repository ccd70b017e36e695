/* labels.h - what is decided, or merely suspected, about each block: 16 bytes.
 *
 *   label   type 24 bits | form 3 | level 3 | flags 2
 *   reason  number of the reason, which says by which source and through which member (reasons.h)
 *   parent  the block whose contents led here, HS_NO_BLOCK for a root
 *   at      where in the parent the pointer stands, in words of 8 bytes; HS_NOWHERE: not in a block, or too far
 *
 * A block without a level is undecided; its form then says what hint it carries. The parents make the path from a
 * root, and let a decision be taken back with all that followed from it. */
#pragma once

#include "profiler/arenas/blocks.h"
#include "profiler/types/types.h"

typedef enum { HS_LEVEL_NONE, HS_LEVEL_D, HS_LEVEL_C, HS_LEVEL_B, HS_LEVEL_A } HsLevel;

typedef enum { /* of a decided block */
  HS_FORM_WHOLE,     /* one T fills it */
  HS_FORM_ARRAY,     /* T[n] */
  HS_FORM_TAIL,      /* one T, then bytes that the type does not describe */
  HS_FORM_FLEXIBLE,  /* one T whose last member is an array of any length */
  HS_FORM_TRUNCATED, /* the beginning of a T, and nothing or something else behind it */
  HS_FORM_BEHIND,    /* a T behind some bytes of the program's allocator: the reason's distance says how many */
} HsForm;

typedef enum { /* of an undecided block, weakest first: a stronger hint replaces a weaker one */
  HS_HINT_NONE,
  HS_HINT_REFUTED,  /* a typed pointer said T, the contents said no */
  HS_HINT_VOID,     /* something untyped points here, or one of several arms of a union */
  HS_HINT_CHAR,     /* a char * to the start; type is the character's */
  HS_HINT_SCALAR,   /* a pointer to numbers; type is the number's */
  HS_HINT_POINTERS, /* a T ** to the start; type is T * */
  HS_HINT_INTERIOR, /* a T * to the inside; the reason says how far */
  HS_HINT_PREFIX,   /* a T * to the start, but the block is not the size of a T, or T may begin a larger type */
} HsHint;

/* PENDING: its pointers are still to be followed. CONFLICT: equally sure sources disagree. */
enum { HS_LABEL_PENDING = 1 << 0, HS_LABEL_CONFLICT = 1 << 1 };

#define HS_NOWHERE G_MAXUINT32

typedef guint32 HsLabel;

static inline HsLabel
hs_label (HsTypeId type, guint form, guint level, guint flags)
{
  return type | form << 24 | level << 27 | flags << 30;
}

static inline HsTypeId hs_label_type (HsLabel label) { return label & 0xffffff; }
static inline guint hs_label_form (HsLabel label) { return label >> 24 & 7; }
static inline guint hs_label_level (HsLabel label) { return label >> 27 & 7; }
static inline guint hs_label_flags (HsLabel label) { return label >> 30; }
