/* engine.h - the state of the inference and what sources of evidence do to it.
 *
 * A source looks at what is known and says edge ("a pointer of this type, found there, has this value") or decide ("this
 * block is that"). The engine weighs it against what stands, keeps the record, and follows the pointers of every block
 * that got a type. A source is a file and a line in the table in sources.c. */
#pragma once

#include "profiler/arenas/arenas.h"
#include "profiler/inference/labels.h"
#include "profiler/inference/layout.h"
#include "profiler/inference/reasons.h"
#include "profiler/roots/roots.h"

typedef struct _HsEngine HsEngine;

typedef enum {
  HS_PHASE_START, /* once, in the order of the table */
  HS_PHASE_ROUND, /* again and again, as long as any of them decides something */
  HS_PHASE_END,   /* once, when nothing moves any more */
} HsPhase;

typedef struct {
  const char *name; /* as the user reads it in "how" */
  HsPhase phase;
  void (*run) (HsEngine *engine);
} HsSource;

extern const HsSource hs_sources[];
extern const guint hs_n_sources;

/* What HsEngine.names always begins with. */
enum { HS_NAME_CHAR };

/* Numbers of the sources: their places in the table. */
enum {
  HS_SOURCE_NONE,
  HS_SOURCE_VTABLE,
  HS_SOURCE_STATIC,
  HS_SOURCE_STACK,
  HS_SOURCE_POINTER,
  HS_SOURCE_EMBED,
  HS_SOURCE_ARRAY,
  HS_SOURCE_TEXT,
  HS_SOURCE_CONTENT,
  HS_N_SOURCES
};

typedef struct {
  guint64 value;       /* what the word holds */
  HsTypeId target;     /* what the pointer's type says is there, without typedefs */
  guint8 kind;         /* HsSlotKind */
  guint8 level;        /* at most this sure */
  guint32 reason;
  guint32 owner;       /* the block that holds the pointer, or HS_NO_BLOCK */
} HsEdge;

#define HS_EDGE_BATCH 64

struct _HsEngine {
  HsTarget *target;
  const HsImage *image;
  const HsHeap *heap;
  const HsBlocks *blocks;
  HsModules *modules;
  HsTypes *types;
  HsRoots *roots;
  HsDiag *diag;
  HsLayouts *layouts;
  HsReasons *reasons;

  HsLabel *label;      /* [blocks->n], and so are the next two */
  guint32 *reason;
  guint32 *parent;
  GStringChunk *strings; /* names that reasons refer to */
  GPtrArray *names;    /* of types that the debug info does not have: id = types->n_types + index */

  guint32 *queue;      /* ring of blocks whose pointers are to be followed */
  guint32 queue_head, queue_used, queue_capacity;
  HsEdge batch[HS_EDGE_BATCH];
  guint n_batch;
  GArray *hinted;      /* guint32: blocks that got a hint since the last round */
  GArray *objects;     /* HsObject: objects outside blocks whose pointers are to be followed */
  GHashTable *seen;    /* HsObject: those that were */
  GArray *conflicts;   /* HsConflict */
  GHashTable *by_size; /* size -> GArray of HsTypeId */
  GArray *flexible;    /* HsTypeId of types that end in a flexible array */
  GHashTable *containers; /* memory of hs_find_container */
  GHashTable *beginners;  /* type -> GArray of HsTypeId */
  GArray *ranges;      /* HsExtent: what is mapped at all */
  HsExtent last_range;
  HsSegment last_segment;
  guint64 n_decided;   /* grows with every decision: tells whether a round moved anything */
  guint64 n_refuted;
  guint64 n_retries;   /* hints that took the place of one that was tried in vain */
};

typedef struct {
  HsAddr addr;
  HsTypeId type;
  guint32 owner;
  guint8 level;
} HsObject;

typedef struct {
  guint32 block;
  HsTypeId type; /* the other one */
  guint32 reason;
} HsConflict;

/* hs_engine_edge: a typed pointer was found. Cheap: edges are looked at in batches. */
void hs_engine_edge (HsEngine *self, HsEdge edge);

/* hs_engine_decide: @block is a @type in @form; FALSE where something at least as sure stands already. The contents are
 * looked at later, and may refute it; level A is not looked at. */
gboolean hs_engine_decide (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent);

/* hs_engine_scan: follows the pointers of an object of @layout at @data, at most @limit bytes long. @reason 0: each slot
 * has its own. */
void hs_engine_scan (HsEngine *self, HsLayout *layout, const guint8 *data, guint64 limit, HsLevel level, guint32 reason, guint32 owner);

/* hs_engine_object: follows, once, the pointers of an object of @type at @addr that no block was decided for. */
void hs_engine_object (HsEngine *self, HsAddr addr, HsTypeId type, HsLevel level, guint32 owner);

/* hs_engine_drain: until no edge, block or object is left to follow. */
void hs_engine_drain (HsEngine *self);

/* hs_engine_bytes: the block's contents in one piece, or NULL. */
const guint8 *hs_engine_bytes (HsEngine *self, guint32 block);

/* hs_engine_prefetch_hint: the hint at @index of the list is looked at now: brings what comes some steps later near. */
void hs_engine_prefetch_hint (HsEngine *self, guint index);

/* hs_engine_is_mapped: whether @value lies in any mapping of the target. */
gboolean hs_engine_is_mapped (HsEngine *self, guint64 value);

/* Judging contents (content.c). */

/* hs_content_admits: whether every pointer of @layout at @data holds what a pointer may hold; one stray word is forgiven
 * among many good ones. */
gboolean hs_content_admits (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit);

/* hs_content_heap_pointers: how many of the first @limit bytes' words hold a block's start. */
guint hs_content_heap_pointers (HsEngine *self, const guint8 *data, guint64 limit);

/* hs_content_explains: how many of the words that hold a block's start are pointers by @layout, repeated over @limit. */
guint hs_content_explains (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit, gboolean repeated);

/* hs_content_text: length of the text that the bytes begin with: printable UTF-8 up to a NUL or the end; 0 for an empty
 * string, -1 where it is no text. */
gssize hs_content_text (const guint8 *data, guint64 limit);

/* hs_content_residue: bytes a block may be longer than what was asked for: 15, or nearly a page where it is mapped. */
guint64 hs_residue (HsAddr address, guint64 usable);

/* Fitting types to blocks (fit.c). */

/* hs_fits: the form in which one @layout fills a block of @usable bytes at @address; FALSE: it does not. */
gboolean hs_fits (const HsLayout *layout, HsAddr address, guint64 usable, HsForm *form);

/* hs_contains: whether @outer holds an @inner at @offset, directly or in a member. */
gboolean hs_contains (HsEngine *self, HsTypeId outer, HsTypeId inner, guint64 offset);

typedef struct {
  HsTypeId type;  /* the only type that holds the inner one there and fits; 0: none or several */
  guint n;        /* how many do */
} HsContainer;

/* hs_find_container: types of which a block of @usable bytes may be one and that hold @inner at @offset. */
HsContainer hs_find_container (HsEngine *self, HsTypeId inner, guint64 offset, HsAddr address, guint64 usable);

/* hs_beginners: (transfer none): GArray of HsTypeId of the larger types that begin with an @inner: as their first member or
 * base, or because they repeat its members, as C programs do by a macro. Where there are some, a pointer to @inner says
 * how the block begins and not what it is. */
const GArray *hs_beginners (HsEngine *self, HsTypeId inner);

/* hs_beginners_that_fit: how many of them a block may be. */
guint hs_beginners_that_fit (HsEngine *self, HsTypeId inner, HsAddr address, guint64 usable);

/* The sources' functions; see sources.c. */
void hs_source_vtable (HsEngine *engine);
void hs_source_static (HsEngine *engine);
void hs_source_stack (HsEngine *engine);
void hs_source_embed (HsEngine *engine);
void hs_source_array (HsEngine *engine);
void hs_source_text (HsEngine *engine);
void hs_source_content (HsEngine *engine);
