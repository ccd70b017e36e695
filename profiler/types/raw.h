/* raw.h - what the DIEs of one unit say, before anything is resolved.
 *
 * A DIE is named by its key: index of the file it is in (48 bits up), whether it is in .debug_types (bit 47), offset in
 * the section. Units are read in any order and by any thread; their records are in the order of the DIEs, so that the
 * keys of all units, taken in order, ascend. Strings are those of the section, or static. */
#pragma once

#include "profiler/types/types.h"

#define HS_KEY_FILE_SHIFT 48
#define HS_KEY_TYPES (G_GUINT64_CONSTANT (1) << 47)
#define HS_KEY_OFFSET (HS_KEY_TYPES - 1)
#define HS_MAX_FILES 0x7fff
/* A target that is not a DIE but a record of the same unit: the inner dimension of a matrix. */
#define HS_KEY_LOCAL (G_GUINT64_CONSTANT (1) << 63)

static inline guint64
hs_key (guint file, gboolean is_types, guint64 offset)
{
  return (guint64)file << HS_KEY_FILE_SHIFT | (is_types ? HS_KEY_TYPES : 0) | (offset & HS_KEY_OFFSET);
}

enum {
  HS_RAW_ALIAS = 64, /* const, volatile and the like, and stubs of type units: stands for its target */
};

typedef struct {
  const char *name; /* or NULL */
  guint64 die;      /* key; 0 for the inner dimensions of a matrix */
  guint64 target;   /* key */
  guint64 specification; /* of a struct or enum: key of its declaration, where its name is whole */
  guint64 size;
  guint64 count;
  guint32 scope;
  guint32 first_member; /* in HsRawUnit.members, of an enum in .enumerators */
  guint32 n_members;
  guint8 kind; /* HsTypeKind or HS_RAW_ALIAS */
  guint8 encoding;
  guint16 flags; /* HS_TYPE_FLAG_* and those of model.h */
} HsRawType;

enum {
  HS_RAW_MEMBER_MSB = 1 << 15, /* DWARF 2 bit-field without storage size: offset is in bits, less the size of the type */
};

typedef struct {
  const char *name;
  guint64 type; /* key */
  guint64 offset;
  guint16 flags;
  guint8 bit_offset;
  guint8 bit_size;
} HsRawMember;

typedef struct {
  const char *name;
  gint64 value;
} HsRawEnumerator;

typedef struct {
  const char *name;
  guint64 type;   /* key */
  guint64 origin; /* key of the DIE that has the name and type, or 0 */
  guint64 address;
  guint32 scope;
  gboolean tls;
} HsRawVariable;

/* Where a name is: a namespace, a class, a function. Scope 0 is the unit. */
typedef struct {
  const char *name;
  guint64 origin; /* of a function: key of the DIE that has its name; of a class: of the type unit's type it is */
  guint32 parent; /* less than its own index */
  gboolean is_function;
} HsRawScope;

typedef struct {
  guint64 low, high; /* file addresses, high is one past the end */
  guint64 die;       /* key */
} HsRawFunction;

typedef struct {
  GArray *types;       /* HsRawType */
  GArray *members;     /* HsRawMember */
  GArray *enumerators; /* HsRawEnumerator */
  GArray *variables;   /* HsRawVariable */
  GArray *scopes;      /* HsRawScope */
  GArray *functions;   /* HsRawFunction */
  GArray *mentions;    /* guint64: keys of the types of parameters and results */
  guint64 first_key;   /* of its DIEs: [first_key, end_key) */
  guint64 end_key;
  guint64 n_dies;
  guint16 unit;        /* hash of its name */
  gboolean is_c;
  gboolean is_other; /* of a known language that is not C; dwz leaves the language of its partial units out */
  gboolean cut;        /* it went on after a limit, or libdwarf could not read on */
} HsRawUnit;

HsRawUnit *hs_raw_unit_new (void);
void hs_raw_unit_free (HsRawUnit *self);
