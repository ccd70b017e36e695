/* engine.h - the state of the inference and what sources of evidence do to it.
 *
 * A source looks at what is known and says edge ("a pointer of this type, found there, has this value") or decide ("this
 * block is that"). The engine weighs it against what stands, keeps the record, and follows the pointers of every block
 * that got a type. A source is a file and a line in the table in sources.c. */
#pragma once

#include "profiler/arenas/arenas.h"
#include "profiler/inference/contexts.h"
#include "profiler/inference/decisions.h"
#include "profiler/inference/labels.h"
#include "profiler/inference/layout.h"
#include "profiler/inference/reasons.h"
#include "profiler/inference/words.h"
#include "profiler/roots/roots.h"

typedef struct _HsEngine HsEngine;
typedef struct _HsKnown HsKnown;
typedef struct _HsFunctions HsFunctions;

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
  HS_SOURCE_CLASS,
  HS_SOURCE_GTYPE,
  HS_SOURCE_POINTER,
  HS_SOURCE_FUNCTION,
  HS_SOURCE_HEADER,
  HS_SOURCE_EMBED,
  HS_SOURCE_ARRAY,
  HS_SOURCE_LENGTH,
  HS_SOURCE_TEXT,
  HS_SOURCE_GROUP,
  HS_SOURCE_SIGNATURE,
  HS_SOURCE_VALUES,
  HS_SOURCE_TAIL,
  HS_SOURCE_CONTENT,
  HS_N_SOURCES
};

typedef struct {
  guint64 value;       /* what the word holds */
  HsTypeId target;     /* what the pointer's type says is there, without typedefs */
  guint8 kind;         /* HsSlotKind */
  guint8 level;        /* at most this sure */
  gboolean plain;      /* the target is known to have no functions (functions.h) */
  guint32 reason;
  guint32 owner;       /* the block that holds the pointer, or HS_NO_BLOCK */
  guint32 at;          /* where in it, in words; HS_NOWHERE */
} HsEdge;

#define HS_EDGE_BATCH 64

/* A reason that is another one but for the source and decision, or the distance. */
typedef struct {
  guint64 what;        /* these */
  guint32 from, number; /* 0: none */
} HsDerived;

#define HS_N_DERIVED 64

/* The number of the reason "through this slot, in this context". */
typedef struct {
  const HsSlot *slot; /* NULL: none */
  guint32 context, number;
} HsThrough;

#define HS_N_THROUGH 1024

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
  HsContexts *contexts;
  HsDecisions *decisions;
  HsKnown *known;      /* known.h; NULL at first */
  HsFunctions *functions; /* memory of functions.h; NULL at first */

  HsLabel *label;      /* [blocks->n], and so are the next three */
  guint32 *reason;
  guint32 *parent;
  guint32 *at;
  GStringChunk *strings; /* names that reasons refer to */
  GPtrArray *names;    /* of types that the debug info does not have: id = types->n_types + index */

  guint32 *queue;      /* ring of blocks whose pointers are to be followed */
  guint32 queue_head, queue_used, queue_capacity;
  HsEdge batch[HS_EDGE_BATCH];
  guint n_batch;
  GArray *waiting;     /* guint32: blocks that carry a hint; some decided since, some twice */
  struct _HsWaiting *by_hint; /* of groups.c: the same, in order */
  GArray *objects;     /* HsObject: objects outside blocks whose pointers are to be followed */
  GHashTable *seen;    /* HsObject: those that were */
  GArray *conflicts;   /* HsConflict */
  GHashTable *by_size; /* size -> GArray of HsTypeId */
  GArray *flexible;    /* HsTypeId of types that end in a flexible array, or whose blocks are known to vary */
  GHashTable *containers; /* memory of hs_find_containers */
  GHashTable *beginners;  /* type -> GArray of HsTypeId, */
  GArray **beginners_of;  /* and the same by type */
  guint8 *is_runtime;     /* of matrix.c: by module, plus one; 0: not asked */
  GArray *member_of;   /* guint32 by reason: memory of hs_member_reason */
  GHashTable *holders; /* of source-signature.c: type and offset -> GArray of HsTypeId */
  guint64 values_at, signatures_at; /* n_decided when these sources looked last */
  guint64 tails_at;    /* likewise of source-tail.c, plus one */
  guint32 n_tails;     /* types that were found to link in their tails */
  guint64 arrays_at;   /* n_hints when source-array.c looked behind void * last, plus one */
  GHashTable *asked;   /* memory of hs_group_is_due */
  GHashTable *namings; /* of matrix.c: reason and type -> how well their names agree */
  HsTypeId text_type;  /* of hs_text_type */
  HsTypeId void_pointer; /* of source-array.c */
  GArray *variables;   /* const HsVariable *: static ones by address */
  GArray *ranges;      /* HsExtent: what is mapped at all */
  HsExtent last_range;
  HsSegment last_segment;
  double (*likelihood)[HS_N_CLASSES]; /* bits, by word kind and class (score.c) */
  gboolean functions_asked; /* hs_source_function has looked */
  guint32 disputed;    /* a block: what is known by its pointers says nothing about it; or HS_NO_BLOCK */
  guint32 without;     /* bit i: source i is not asked; see hs_inference_new_without */
  gboolean guessing;   /* the end: what is left may be decided at level D */
  HsThrough through[HS_N_THROUGH]; /* the last ones */
  HsDerived derived[HS_N_DERIVED]; /* reasons that were made of others, the last ones */
  guint64 n_decided;   /* grows with every decision: tells whether a round moved anything */
#define HS_MAX_PREFIX 64
  guint32 n_behind[HS_MAX_PREFIX / 8 + 1]; /* of groups.c: blocks decided for what stands so many words behind their start */
  guint n_prefixes;       /* distances of which hs_is_prefix has been noticed */
  GHashTable *text_tails; /* of source-text.c: offset -> GArray of HsTypeId */
  guint32 n_inside;    /* of hs_group_inside: asked */
  guint32 n_elements;  /* of follow.c: looked at in arrays of which the end is not known */
  guint32 n_values;    /* of source-values.c: how often it looked */
  guint64 n_weighed;   /* and at how many blocks that values lead to */
  guint64 n_hints;     /* and with every hint */
  guint64 n_refuted;
  guint64 n_revoked;   /* taken back, with what they followed from */
  guint64 n_retries;   /* hints that took the place of another */
};

typedef struct {
  HsAddr addr;
  HsTypeId type;
  guint32 owner;
  guint32 reason;
  guint8 level;
} HsObject;

typedef struct {
  guint32 block;
  HsTypeId type; /* the other one */
  guint32 reason;
} HsConflict;

/* An object whose pointers are followed. */
typedef struct {
  const guint8 *data;
  guint64 limit;   /* bytes of it that are there */
  HsLevel level;
  guint source;    /* HS_SOURCE_POINTER, or that of a root */
  guint32 context;
  guint32 owner;   /* the block it lies in, or HS_NO_BLOCK */
  guint64 from;    /* where in it, bytes */
  const GArray *takers; /* HsTypeId: what the void * of a node may lead to (contexts.h), or NULL */
  const GArray *others; /* HsTypeId: what any void * in it may lead to (functions.h), or NULL */
} HsScan;

/* hs_engine_edge: a typed pointer was found. Cheap: edges are looked at in batches. */
void hs_engine_edge (HsEngine *self, HsEdge edge);

/* hs_engine_decide: @block is a @type in @form; FALSE where something at least as sure stands already. The contents are
 * looked at later, and may refute it; level A is not looked at. */
gboolean hs_engine_decide (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent);

/* hs_engine_decide_at: the same, with the place in @parent, in words, where the pointer stands. */
gboolean hs_engine_decide_at (HsEngine *self, guint32 block, HsTypeId type, HsForm form, HsLevel level, guint32 reason, guint32 parent, guint32 at);

/* hs_engine_follow: lets the pointers of @block, which may be a @type, be followed, if there are any. */
void hs_engine_follow (HsEngine *self, guint32 block, HsTypeId type);

/* hs_engine_hint_header: the undecided @block begins with a @header: instead of the weaker hint that it carries. */
void hs_engine_hint_header (HsEngine *self, guint32 block, HsTypeId header);

/* hs_engine_scan: follows the pointers of an object of @layout. */
void hs_engine_scan (HsEngine *self, HsLayout *layout, const HsScan *scan);

/* hs_engine_object: follows, once, the pointers of an object of @type at @addr that no block was decided for; @reason led
 * to it. */
void hs_engine_object (HsEngine *self, HsAddr addr, HsTypeId type, HsLevel level, guint32 owner, guint32 reason);

/* For follow.c: looks at the batched edges; the next block of the queue, which is not empty. */
void hs_engine_flush (HsEngine *self);
guint32 hs_engine_dequeue (HsEngine *self);

/* hs_engine_drain: until no edge, block or object is left to follow. */
void hs_engine_drain (HsEngine *self);

/* hs_engine_bytes: the block's contents in one piece, or NULL. */
const guint8 *hs_engine_bytes (HsEngine *self, guint32 block);

/* hs_engine_prefetch: block @at of @blocks[0..n) is looked at now: brings what comes some steps later near. */
void hs_engine_prefetch (const HsEngine *self, const guint32 *blocks, guint32 n, guint32 at);

/* hs_engine_is_mapped: whether @value lies in any mapping of the target. */
gboolean hs_engine_is_mapped (HsEngine *self, guint64 value);

/* hs_engine_static_at: the static variable whose bytes hold @addr, or NULL. */
const HsVariable *hs_engine_static_at (HsEngine *self, HsAddr addr);

/* hs_text_type: "char". */
HsTypeId hs_text_type (HsEngine *self);

/* hs_engine_reason_by: the number of the same reason, but by another source and decision. */
guint32 hs_engine_reason_by (HsEngine *self, guint32 reason, guint source, guint32 decision);

/* Judging contents (content.c). */

typedef struct {
  guint good, bad;
  guint small; /* of the bad ones: small numbers, as programs put them into pointers now and then */
} HsMatch;

/* hs_content_match: how many pointers of @layout at @data hold what a pointer may hold, and how many do not. */
HsMatch hs_content_match (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit);

/* hs_content_admits: whether every pointer of @layout at @data holds what a pointer may hold; one stray word is forgiven
 * among many good ones. */
gboolean hs_content_admits (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit);

/* hs_slot_admits: whether the word of @slot in an object at @data is one that it may hold. */
gboolean hs_slot_admits (HsEngine *self, const HsSlot *slot, const guint8 *data);

/* hs_content_sound: how many bytes of @layout at @data there are before the first pointer that cannot be one, at most
 * @limit; @good gets how many pointers before it are set. */
guint64 hs_content_sound (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit, guint *good);

/* hs_content_owns_tail: whether a pointer in one @layout leads to right behind it in the same block: an object that was
 * allocated with its string, or with another one. HS_TAIL_HEAD: what may come before that, bytes. */
#define HS_TAIL_HEAD 24
gboolean hs_content_owns_tail (const HsLayout *layout, HsAddr address, const guint8 *data, guint64 usable);

/* hs_content_is_cut: whether a pointer to characters in one @layout leads into what should be the rest of it, and text is
 * there: an object of which the program allocates only the beginning, and a string behind that. */
gboolean hs_content_is_cut (HsEngine *self, const HsLayout *layout, HsAddr address, const guint8 *data, guint64 usable);

/* hs_content_text_tail: whether text fills the rest of a block that begins with one @layout. */
gboolean hs_content_text_tail (const HsLayout *layout, const guint8 *data, guint64 usable);

/* hs_content_heap_pointers: how many of the first @limit bytes' words hold a block's start. */
guint hs_content_heap_pointers (HsEngine *self, const guint8 *data, guint64 limit);

/* hs_content_text: length of the text that the bytes begin with: printable UTF-8 up to a NUL or the end; 0 for an empty
 * string, -1 where it is no text. */
gssize hs_content_text (const guint8 *data, guint64 limit);

/* hs_content_is_wide: whether the bytes begin with two or more characters of 32 bits each: defined in Unicode, or white space,
 * and no address. */
gboolean hs_content_is_wide (HsEngine *self, const guint8 *data, guint64 limit);

/* hs_content_text_in: the same as hs_content_text, but -1 as well where it may be an address or wide characters. */
gssize hs_content_text_in (HsEngine *self, const guint8 *data, guint64 limit);

/* hs_content_residue: bytes a block may be longer than what was asked for: 15, or nearly a page where it is mapped. */
guint64 hs_residue (HsAddr address, guint64 usable);

/* Fitting types to blocks (fit.c). */

/* hs_fits: the form in which one @layout fills a block of @usable bytes at @address; FALSE: it does not. */
gboolean hs_fits (const HsLayout *layout, HsAddr address, guint64 usable, HsForm *form);

/* hs_embed_pool: decides at once that @block, into which a typed pointer leads, is an array, where the program is known to carve
 * such objects from larger blocks; FALSE: it is not, or that is not known (source-embed.c). */
gboolean hs_embed_pool (HsEngine *self, guint32 block);

/* hs_learn_long, hs_learn_short: a typed pointer has shown that a block of @usable bytes holds one @layout and something
 * behind it; so many have shown that they hold the beginning of one,
 * or one and as much behind it as one of its members says. Once there is enough of it, hs_fits says so too. */
void hs_learn_long (HsEngine *self, HsLayout *layout, guint64 usable);
void hs_learn_payload (HsEngine *self, HsLayout *layout);
void hs_learn_short (HsEngine *self, HsLayout *layout, guint64 usable);

/* hs_used_elements: how many elements of the flexible array of the record at @data are in use, at most as many as there is room
 * for in a block of @usable bytes (used.c). */
guint64 hs_used_elements (HsLayout *layout, const guint8 *data, guint64 usable);

/* hs_contains: whether @outer holds an @inner at @offset, directly or in a member. */
gboolean hs_contains (HsEngine *self, HsTypeId outer, HsTypeId inner, guint64 offset);

/* hs_is_prefix: whether an allocator of the program's own keeps that many
 * bytes before its objects: many were found like that. */
gboolean hs_is_prefix (const HsEngine *self, guint64 distance);

/* hs_ends_in_text: (element-type HsTypeId): the structs whose tail of characters begins at @offset; NULL: there are none; of
 * source-text.c. */
const GArray *hs_ends_in_text (HsEngine *self, guint64 offset);

/* hs_has_value_at: whether it has a member there that is no pointer. */
gboolean hs_has_value_at (HsEngine *self, HsTypeId outer, guint64 offset);

/* hs_find_containers: (transfer none): GArray of HsTypeId of the types of which a block of @usable bytes may be one and that
 * hold @inner at @offset; those that others only wrap are left out. */
const GArray *hs_find_containers (HsEngine *self, HsTypeId inner, guint64 offset, HsAddr address, guint64 usable);

/* hs_find_by_size: appends the types of which a block of @usable bytes may be one to @found, at most @max in all. */
void hs_find_by_size (HsEngine *self, HsAddr address, guint64 usable, GArray *found, guint max);

/* hs_beginners: (transfer none): GArray of HsTypeId of the larger types that begin with an @inner: as their first member or
 * base, or because they repeat its members, as C programs do by a macro. Where there are some, a pointer to @inner says
 * how the block begins and not what it is. */
const GArray *hs_beginners (HsEngine *self, HsTypeId inner);

/* hs_beginners_that_fit: how many of them a block may be. */
guint hs_beginners_that_fit (HsEngine *self, HsTypeId inner, HsAddr address, guint64 usable);

/* hs_find_by_tail: likewise the types that may stand at the start with a string of their own behind them. */
void hs_find_by_tail (HsEngine *self, HsAddr address, const guint8 *data, guint64 usable, GArray *found, guint max);

/* hs_related: whether one of the two begins with the other. */
gboolean hs_related (HsEngine *self, HsTypeId a, HsTypeId b);

/* hs_functions_relate: whether functions were seen to take one for the other, though neither begins with the other. */
gboolean hs_functions_relate (const HsEngine *self, HsTypeId a, HsTypeId b);

/* hs_begins_with: whether @type, another one, begins with an @inner. */
gboolean hs_begins_with (HsEngine *self, HsTypeId type, HsTypeId inner);

/* hs_is_tagged: whether @type is a header with a member that may tell what follows: then all blocks that begin with it are
 * decided together (source-header.c). */
gboolean hs_is_tagged (HsEngine *self, HsTypeId type);

/* hs_group_apply: decides the undecided @block by decision @number; FALSE where that does not say, or the contents do not
 * agree (groups.c). */
gboolean hs_group_apply (HsEngine *self, guint32 number, guint32 block);

/* hs_group_inside: what a pointer in a union leads to inside of the undecided @block: followed as that, where the contents speak
 * clearly for one of the union's types (source-group.c). */
void hs_group_inside (HsEngine *self, const HsEdge *edge, guint32 block);

/* hs_begin_alike: whether both begin with the same struct, of some size. */
gboolean hs_begin_alike (HsEngine *self, HsTypeId a, HsTypeId b);

/* The sources' functions; see sources.c. */
void hs_source_vtable (HsEngine *engine);
void hs_source_static (HsEngine *engine);
void hs_source_stack (HsEngine *engine);
void hs_source_class (HsEngine *engine);
void hs_source_gtype (HsEngine *engine);
void hs_source_embed (HsEngine *engine);
void hs_source_array (HsEngine *engine);
void hs_source_length (HsEngine *engine);
void hs_source_text (HsEngine *engine);
void hs_source_function (HsEngine *engine);
void hs_source_header (HsEngine *engine);
void hs_source_group (HsEngine *engine);
void hs_source_signature (HsEngine *engine);
void hs_source_values (HsEngine *engine);
void hs_source_tail (HsEngine *engine);
void hs_source_content (HsEngine *engine);
