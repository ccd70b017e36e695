/* layout.h - where the pointers of a type lie, flattened once and shared.
 *
 * Members, base classes and members of members become a flat list of slots; an array inside a type stays one strided
 * item, so that a type with a million elements costs what its element costs. A union offers several readings of one
 * word: where exactly one of them is a pointer, the slot is marked as in a union; where several are, no reading is
 * taken and the slot says so. */
#pragma once

#include "profiler/types/types.h"

typedef enum {
  HS_SLOT_OBJECT,   /* pointer to a struct, class or union with a known size */
  HS_SLOT_CHAR,     /* to characters: text, perhaps */
  HS_SLOT_SCALAR,   /* to numbers, enums */
  HS_SLOT_POINTER,  /* to pointers */
  HS_SLOT_ARRAY,    /* to an array */
  HS_SLOT_VOID,     /* to void, to something opaque: says that something is there */
  HS_SLOT_FUNCTION, /* to code */
  HS_SLOT_UNION,    /* several pointers in a union: undecided here */
  HS_SLOT_NODE,     /* to a node of a C++ container, or to the container's own sentinel */
} HsSlotKind;

typedef struct {
  guint64 offset;
  guint8 kind; /* HsSlotKind */
  gboolean in_union;
  HsTypeId target;   /* what it points to, without typedefs */
  const char *path;  /* "hdr.next", "table[]" */
  HsTypeId inner;      /* the innermost record it is a member of, outside of any union, */
  guint32 inner_offset; /* and where in that */
  HsTypeId node;       /* POINTER: what an array of pointers to the nodes of a C++ container leads to; 0 */
  guint16 first_arm, n_arms; /* UNION: its readings, in HsLayout.arms */
  gboolean is_weak;  /* not set in many objects that all else speaks for: it proves nothing, nor the contrary */
#define HS_OPS_SLOTS 16
  gboolean is_ops;   /* leads to a table of functions, where it leads to static memory */
  gboolean is_deque; /* a std::deque's array of pointers (deque.h) */
  guint8 plain;      /* of follow.c: whether what it leads to has no functions; 0: not known yet */
  guint8 asks;       /* of follow.c: whether the functions next to it may say what it leads to; 0: not known yet */
  guint32 n_contexts; /* in which the engine has found objects with it */
} HsSlot;

typedef enum {
  HS_FIELD_INT,   /* integers; of one byte: also characters */
  HS_FIELD_BOOL,
  HS_FIELD_ENUM,
  HS_FIELD_FLOAT,
  HS_FIELD_CHARS, /* an array of bytes */
  HS_FIELD_NUMBERS, /* an array of numbers that are shorter than an address */
  HS_FIELD_DATA,  /* an array of something else without pointers, or what was not looked into */
} HsFieldKind;

/* A member that is no pointer, or several alike. */
typedef struct {
  guint64 offset;
  guint64 size;      /* bytes; of an array all of it */
  guint8 kind;       /* HsFieldKind */
  guint8 bit_offset; /* bit-field */
  guint8 bit_size;   /* 0: none */
  gboolean in_union;
  HsTypeId type;     /* ENUM: its enumerators */
} HsField;

typedef struct _HsLayout HsLayout;
typedef struct _HsUsed HsUsed;

typedef struct {
  guint64 offset;
  guint64 stride;
  guint64 count;
  HsLayout *element;
  const char *path;
} HsRepeat;

/* What stands before an object of a type in its block (private.c). */
typedef struct {
  guint64 distance; /* from its start to the object */
  HsLayout *layout;
  guint8 level;     /* HsLevel of what leads to it */
} HsBefore;

struct _HsLayout {
  HsTypeId type;
  guint64 size;
  guint32 n_slots;
  HsSlot *slots;     /* sorted by offset; of those in arrays see repeats */
  guint32 n_repeats;
  HsRepeat *repeats;
  HsSlot *arms;      /* readings of the UNION slots */
  guint32 n_fields;
  HsField *fields;   /* sorted by offset; the first MAX_FIELDS */
  guint8 *words;     /* of hs_layout_words, NULL until asked for */
  gboolean ends_in_bytes; /* the last member is an array of bytes, however long it says it is */
  /* What typed pointers have shown of blocks that hold one T: that they may be longer, or shorter (hs_learn_long, hs_learn_short). */
  gboolean grows;
  guint32 n_pools;   /* blocks of nothing but it into which typed pointers lead */
  gboolean links_in_tail; /* its bytes at the end hold pointers (tail.h), by these names: */
  const char *tail_path, *tail_last;
  guint32 within; /* bit i: its i-th field is a number that was never larger than the block */
  guint64 least;     /* bytes; 0: they are not shorter */
  guint32 n_longer;
  guint64 first_longer;
  guint64 longest;   /* bytes that a block with one T may have, as far as is known */
  gboolean has_pointers;
  gboolean has_functions; /* any slot is a function or leads to a table of them */
  gboolean has_deques; /* any slot is one */
  gboolean has_ops;  /* any of the first HS_OPS_SLOTS slots is one */
  guint8 is_node;    /* of follow.c: whether it may be a node, */
  guint8 is_head;    /* or has functions and leads to such; 0: not known yet */
  /* A flexible array: the last member, unbounded or of one element or none. 0 stride: there is none. */
  guint64 tail_offset;
  guint64 tail_stride;
  HsLayout *tail; /* of the element, NULL where it holds no pointers */
  guint32 n_before;
  HsBefore *before; /* of private.c */
  HsUsed *used;   /* of used.c: what has been seen of the elements in use; NULL: nothing */
};

typedef struct _HsLayouts HsLayouts;
HsLayouts *hs_layouts_new (HsTypes *types);
void hs_layouts_free (HsLayouts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLayouts, hs_layouts_free)

/* hs_layouts_get: (transfer none): the layout of @type, made at the first call. A base type's has no slots, a pointer's one. */
HsLayout *hs_layouts_get (HsLayouts *self, HsTypeId type);

/* hs_layouts_has_tail: whether the layout of @type has a flexible array, without making it. */
gboolean hs_layouts_has_tail (HsLayouts *self, HsTypeId type);

/* hs_layouts_storage: what raw storage of type @id holds (containers.h), or 0; remembered. */
HsTypeId hs_layouts_storage (HsLayouts *self, HsTypeId id);

/* hs_slot_kind: what a pointer to @target is. */
HsSlotKind hs_slot_kind (const HsTypes *types, HsTypeId target);

/* hs_is_byte: a type of one byte that text and raw data are made of. */
gboolean hs_is_byte (const HsTypes *types, HsTypeId type);

/* hs_is_ops: whether objects share a static @type to say how they behave: function pointers, and mostly those. */
gboolean hs_is_ops (const HsTypes *types, HsTypeId id);
