/* classes.h - objects that carry a pointer to their own class: for source-class.c and source-gtype.c. What is known of
 * classes stands in classes.c, where their objects are in class-members.c. */
#pragma once

#include "profiler/inference/engine.h"

#define HS_CLASS_MAX_AT 32       /* bytes: where in a header the pointer to the class stands at most */
#define HS_CLASS_MAX_BEHIND 2048
#define HS_CLASS_FILTER 65536    /* bits */

/* Objects that begin with a @header point, @at bytes behind it, to a @class, whose functions take such objects. */
typedef struct {
  HsTypeId class;
  HsTypeId header;
  guint64 at;
  guint64 size_at; /* where in the class its objects' size stands, and how many bytes it has; 0 bytes: not known */
  guint64 size_bytes;
  GArray *tables;  /* guint32: slots of the class that point to tables with more functions; NULL until asked for */
} HsClassModel;

/* One type that speaks for a class's objects. */
typedef struct {
  HsTypeId type;
  guint32 direct;   /* functions of the class itself that take it */
  guint32 indirect; /* functions in tables that the class points to */
  guint32 objects;  /* static objects and blocks that are known to be one */
} HsClassVote;

typedef struct {
  HsAddr address;
  HsClassModel *model;
  const char *name;  /* of the variable; NULL: it lies in a block */
  guint module;      /* of the variable */
  GArray *votes;     /* HsClassVote */
  guint64 size;      /* of its objects, by the class itself; 0: not known */
  guint32 first, n;  /* its blocks in HsClasses.members */
  HsTypeId type;     /* the verdict; 0: none */
  guint32 behind;    /* bytes before its objects in their blocks */
} HsClass;

/* A block in which a pointer to a class stands where an object would have it. */
typedef struct {
  guint32 block;
  guint32 class;  /* in HsClasses.all */
  guint32 behind; /* bytes from the block's start to the object */
} HsClassMember;

/* What is known of a function that classes have. */
typedef struct {
  HsTypeId takes;      /* what its first parameter points to; 0: nothing that is known */
  guint32 users;       /* classes that have it */
  guint64 least;       /* bytes of the smallest objects among theirs */
} HsClassFunction;

typedef struct {
  HsEngine *engine;
  GPtrArray *models;     /* HsClassModel */
  GPtrArray *all;        /* HsClass */
  GHashTable *index;     /* address -> number in all, plus one */
  HsAddr low, high;      /* their addresses lie in [low, high) */
  GHashTable *functions; /* address -> HsClassFunction */
  GArray *members;       /* HsClassMember, by class and block */
  guint32 n_visited;     /* functions looked at: hostile classes may lead to many */
  guint32 max_behind;    /* bytes before an object at most, below HS_CLASS_MAX_BEHIND */
  gboolean own_distances; /* each class has its own; otherwise they are the same few for all */
  guint64 filter[HS_CLASS_FILTER / 64]; /* by a hash of the addresses: most words are not worth a look-up */
} HsClasses;

HsClasses *hs_classes_new (HsEngine *engine);
void hs_classes_free (HsClasses *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsClasses, hs_classes_free)

/* hs_classes_add_model: (transfer none): a model that is known beforehand. */
HsClassModel *hs_classes_add_model (HsClasses *self, HsTypeId class, HsTypeId header, guint64 at);

/* hs_classes_find_models: finds them in the debug info; where there are none, the program has no such objects. */
void hs_classes_find_models (HsClasses *self);

static inline guint
hs_classes_bit (HsAddr address)
{
  return (guint)((address >> 3) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> 48) % HS_CLASS_FILTER;
}

static inline HsClass *
hs_classes_get (const HsClasses *self, guint32 i)
{
  return self->all->pdata[i];
}

/* hs_classes_find: the number of the class at @address, plus one; 0: there is none. */
static inline guint32
hs_classes_find (const HsClasses *self, HsAddr address)
{
  if (address < self->low || address >= self->high || address % 8 != 0)
    return 0;
  guint bit = hs_classes_bit (address);
  if (!(self->filter[bit / 64] >> bit % 64 & 1))
    return 0;
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->index, (gpointer)address));
}

/* hs_classes_add: a class at @address, unless it is known; and counts what its functions take. */
void hs_classes_add (HsClasses *self, HsClassModel *model, HsAddr address, const char *name, guint module);

/* hs_classes_ask_statics: adds the classes among static variables, and counts what the static objects are. */
void hs_classes_ask_statics (HsClasses *self);

/* hs_classes_learn_sizes: finds where classes say how large their objects are, and reads it. */
void hs_classes_learn_sizes (HsClasses *self);

/* hs_classes_vote: counts a known object of @type; nothing where that is no object of the class's model. */
void hs_classes_vote (HsClasses *self, HsClass *class, HsTypeId type);

/* hs_class_best: what speaks most clearly for one type; NULL: nothing, or too much. */
const HsClassVote *hs_class_best (HsClasses *self, const HsClass *class);

/* hs_class_is_plain: whether the class, which says how large its objects are, has no function that might know of more than
 * the header: its objects have nothing of their own that the program's types describe. */
gboolean hs_class_is_plain (HsClasses *self, HsClass *class);

/* hs_classes_compare: notes which functions go with which sizes, for hs_class_is_plain. Once all classes are known. */
void hs_classes_compare (HsClasses *self);

/* hs_classes_find_members: finds the blocks of all classes, and where in them the objects stand: HsClass.first, n and behind. */
void hs_classes_find_members (HsClasses *self);

/* malloc leaves 15 bytes at most, and 16 more where the rest of a free chunk would have been too small for a chunk. */
#define HS_CHUNK_REST 16

/* hs_class_room: bytes there are for the object; 0 where it does not stand as far behind as those of its class do. */
guint64 hs_class_room (const HsClasses *self, const HsClass *class, const HsClassMember *member);

/* hs_class_form: how a @type fills that room; TAIL: it is larger, TRUNCATED: it is smaller than any rounding explains. */
HsForm hs_class_form (HsClasses *self, const HsClassMember *member, HsTypeId type, guint64 room);

/* hs_class_admits: whether the contents may be a @type. */
gboolean hs_class_admits (HsClasses *self, const HsClass *class, const HsClassMember *member, HsTypeId type, guint64 room);

/* hs_class_decide: decides the block for the class's verdict, if its contents admit that. */
void hs_class_decide (HsClasses *self, const HsClass *class, const HsClassMember *member, guint32 reason);



/* hs_agrees: whether objects of @type may be said to be of @size bytes: with or without a flexible array at the end. */
gboolean hs_agrees (HsEngine *engine, HsTypeId type, guint64 size);

/* hs_class_learn_private: finds what stands before the instances of the class's verdict, in private.c. */
void hs_class_learn_private (HsClasses *self, const HsClass *class);
