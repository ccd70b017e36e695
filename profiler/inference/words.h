/* words.h - what a block's words look like, and what a type says they are. */
#pragma once

#include "profiler/inference/layout.h"

/* What a word of 8 bytes holds, as far as that can be seen. */
typedef enum {
  HS_CLASS_NULL,
  HS_CLASS_BLOCK,   /* the start of a live block */
  HS_CLASS_INSIDE,  /* of a live block */
  HS_CLASS_STATIC,  /* a module's data */
  HS_CLASS_CODE,    /* a module's code */
  HS_CLASS_MAPPED,  /* other mapped memory: stacks, free heap */
  HS_CLASS_BYTE,    /* below 256 */
  HS_CLASS_SHORT,   /* below 65536 */
  HS_CLASS_INT,     /* below 2^32 */
  HS_CLASS_PAIR,    /* two small integers */
  HS_CLASS_TEXT,
  HS_CLASS_DOUBLE,  /* of ordinary size */
  HS_CLASS_OTHER,
  HS_N_CLASSES
} HsWordClass;

/* What a type says a word is. */
typedef enum {
  HS_WORD_PADDING,  /* nothing, or beyond the type's end */
  HS_WORD_POINTER,
  HS_WORD_VOID,     /* a pointer that may be a number as well */
  HS_WORD_FUNCTION,
  HS_WORD_INT64,
  HS_WORD_INT32,    /* and padding */
  HS_WORD_SMALL,    /* an integer of one or two bytes, and padding */
  HS_WORD_MIXED,    /* several integers */
  HS_WORD_CHARS,
  HS_WORD_DOUBLE,
  HS_WORD_UNKNOWN,  /* a union of numbers, an array: says nothing */
  HS_WORD_EITHER,   /* a union: a pointer, or something else */
  HS_N_WORD_KINDS
} HsWordKind;

#define HS_MAX_WORDS 48 /* of a block, that are looked at */

/* hs_layout_words: (transfer none): HsWordKind of each of the first HS_MAX_WORDS words; @n gets their number. */
const guint8 *hs_layout_words (HsLayout *layout, guint *n);
