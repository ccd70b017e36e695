/* model.h - what one module's debug info says, independent of any address: flat arrays, a string table, indexes only.
 *
 * The same bytes stand in memory, in the cache file and in its mapping. A model is closed: every id and every index is
 * in range and chains of types end, which hs_table_finish and the loading of the cache see to. */
#pragma once

#include "profiler/types/types.h"

/* Of HsType.flags, beside those of types.h: what an OPAQUE is a declaration of. */
enum {
  HS_FLAG_DECLARES_STRUCT = 1 << 8,
  HS_FLAG_DECLARES_UNION = 1 << 9,
  HS_FLAG_DECLARES_ENUM = 1 << 10,
  HS_FLAG_DECLARES = HS_FLAG_DECLARES_STRUCT | HS_FLAG_DECLARES_UNION | HS_FLAG_DECLARES_ENUM,
};

typedef struct {
  guint64 size;
  guint64 count;
  guint32 name; /* in strings */
  guint32 target;
  guint32 first_member; /* in members, of an ENUM in enumerators */
  guint32 n_members;
  guint32 mentions;
  guint16 flags;
  guint16 unit;
  guint8 kind;
  guint8 encoding;
  guint16 owner; /* graph: module */
  guint32 group; /* while merging: unit or module it was declared in */
} HsModelType;

typedef struct {
  guint64 offset;
  guint32 name;
  guint32 type;
  guint16 flags;
  guint8 bit_offset;
  guint8 bit_size;
  guint32 unused;
} HsModelMember;

typedef struct {
  gint64 value;
  guint32 name;
  guint32 unused;
} HsModelEnumerator;

typedef struct {
  guint64 address; /* in the file, or in the TLS block */
  guint32 name;
  guint32 type;
  guint32 tls;
  guint32 unused;
} HsModelVariable;

typedef struct {
  guint64 low, high; /* [low, high) in the file */
  guint64 die;       /* key, see raw.h */
} HsModelFunction;

/* The DIEs of types, ascending: what a local variable's DW_AT_type is. */
typedef struct {
  guint64 die;
  guint32 type;
  guint32 unused;
} HsModelDie;

/* A .dwo file, key file 2 and up: where it is and the offset of its skeleton unit's DIE in the main file. */
typedef struct {
  guint64 skeleton;
  guint32 path;
  guint32 unused;
} HsModelFile;

enum {
  HS_MODEL_TYPES,
  HS_MODEL_MEMBERS,
  HS_MODEL_ENUMERATORS,
  HS_MODEL_VARIABLES,
  HS_MODEL_FUNCTIONS,
  HS_MODEL_DIES,
  HS_MODEL_FILES,
  HS_MODEL_STRINGS,
  HS_MODEL_N_PARTS
};

typedef struct {
  const HsModelType *types; /* [0] is void */
  const HsModelMember *members;
  const HsModelEnumerator *enumerators;
  const HsModelVariable *variables;
  const HsModelFunction *functions; /* sorted by low */
  const HsModelDie *dies;           /* sorted */
  const HsModelFile *files;
  const char *strings; /* begins with "" and ends with a NUL */
  guint32 n_types, n_members, n_enumerators, n_variables, n_functions, n_dies, n_files, n_strings;
  GBytes *parts[HS_MODEL_N_PARTS]; /* what holds the arrays */
} HsModel;

/* hs_model_new: (transfer full): a model over the given parts, (transfer full) each; NULL if any index in them is out of
 * range, or anything else makes no sense. */
HsModel *hs_model_new (GBytes *parts[HS_MODEL_N_PARTS]);
void hs_model_free (HsModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsModel, hs_model_free)

/* hs_model_type_of_die: the type of the DIE with this key, 0 if there is none. */
guint32 hs_model_type_of_die (const HsModel *self, guint64 die);

/* hs_model_function_at: the innermost function whose range holds @address (in the file), or NULL. */
const HsModelFunction *hs_model_function_at (const HsModel *self, guint64 address);

/* hs_model_part_size: the size of one record of a part. */
gsize hs_model_part_size (guint part);
