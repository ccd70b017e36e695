/* explain-private.h - what the parts of explain share. */
#pragma once

#include "profiler/explain.h"

/* --- names (explain-names.c) --- */

/* hs_pointer_path: (transfer full): the pointer at @offset of a @type, as C writes it: ".ht_table[0]", "[3].next", "" for
 * a type that is a pointer; NULL: there is none. Where a union has several, one whose name ends as @like (nullable) does.
 * @leaf gets the pointer's type. */
char *hs_pointer_path (const HsTypes *types, HsTypeId type, guint64 offset, const char *like, HsTypeId *leaf);

/* hs_object_path: (transfer full): the same for an object of type @inner. */
char *hs_object_path (const HsTypes *types, HsTypeId type, guint64 offset, HsTypeId inner);

/* hs_split_member: (transfer full): the members whose bits @split looks at: "type", "type, encoding"; NULL: nothing names them. */
char *hs_split_member (const HsTypes *types, HsTypeId type, const HsSplit *split);

/* hs_split_words: (transfer full): what they are where those bits are @value: "type = 4 (OBJ_HASH), encoding = 2". */
char *hs_split_words (const HsTypes *types, HsTypeId type, const HsSplit *split, guint64 value);

/* hs_address_name: (transfer full): a static object: "hashDictType", "table+0x10"; an address where nothing names it. */
char *hs_address_name (const HsEvidence *self, HsAddr address);

/* hs_type_words: (transfer full): "struct conn". */
char *hs_type_words (const HsEvidence *self, HsTypeId type);

/* hs_member_words: (transfer full): "redisDb.dict", of a variable "server.db". */
char *hs_member_words (const HsEvidence *self, const HsReason *reason);

/* hs_context_words: (transfer full): " below struct redisDb.dict where the object, or one above it, has the functions of
 * dbDictType", or "". */
char *hs_context_words (const HsEvidence *self, const HsReason *reason);

/* hs_function_names: (transfer full): some of the functions in the block, or in static tables that it points to, that take
 * objects of its type; NULL: there are none. */
char *hs_function_names (const HsEvidence *self, guint32 block);

/* --- the path (explain-path.c) --- */

/* hs_tell_path: by which variables and members the block was reached. */
void hs_tell_path (const HsEvidence *self, guint32 block, HeapsumExplanation *out);

/* hs_path_expression: (transfer full): the same as one expression in C; NULL: nothing leads to it. */
char *hs_path_expression (const HsEvidence *self, guint32 block);
