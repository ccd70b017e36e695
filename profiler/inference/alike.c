/* alike.c - see alike.h. */
#include "profiler/inference/alike.h"

#define MAX_MEMBERS 256
#define LEAST_ARMS 3 /* of a union of objects */

gboolean
hs_type_repeats (const HsTypes *types, HsTypeId outer_id, HsTypeId inner_id)
{
  const HsType *outer = hs_types_get (types, outer_id), *inner = hs_types_get (types, inner_id);

  if (inner->n_members < 2 || outer->n_members <= inner->n_members || outer->size <= inner->size)
    return FALSE;
  for (guint32 i = 0; i < inner->n_members; i++) {
    const HsMember *a = hs_types_member (types, outer, i), *b = hs_types_member (types, inner, i);
    if (a->offset != b->offset || a->name != b->name || a->bit_size != b->bit_size
        || hs_types_strip (types, a->type) != hs_types_strip (types, b->type))
      return FALSE;
  }
  return TRUE;
}

gboolean
hs_union_begins (const HsTypes *types, HsTypeId arm, HsTypeId header)
{
  const HsType *type = hs_types_get (types, arm);

  if (type->kind == HS_TYPE_STRUCT || type->kind == HS_TYPE_CLASS)
    return arm == header || hs_type_repeats (types, arm, header);
  for (guint32 i = 0; type->kind == HS_TYPE_UNION && i < type->n_members && i < MAX_MEMBERS; i++) {
    HsTypeId inner = hs_types_strip (types, hs_types_member (types, type, i)->type);
    const HsType *record = hs_types_get (types, inner);
    if ((record->kind == HS_TYPE_STRUCT || record->kind == HS_TYPE_CLASS) && hs_type_repeats (types, inner, header))
      return TRUE;
  }
  return FALSE;
}

HsTypeId
hs_union_header (const HsTypes *types, HsTypeId id)
{
  const HsType *type = hs_types_get (types, id);
  HsTypeId header = 0;
  guint n = 0;

  if (type->kind != HS_TYPE_UNION || type->n_members < LEAST_ARMS)
    return 0;
  for (guint32 i = 0; i < type->n_members && i < MAX_MEMBERS; i++) {
    HsTypeId arm = hs_types_strip (types, hs_types_member (types, type, i)->type);
    const HsType *record = hs_types_get (types, arm);
    if (record->kind == HS_TYPE_STRUCT && record->n_members >= 2
        && (header == 0 || record->size < hs_types_get (types, header)->size))
      header = arm;
  }
  for (guint32 i = 0; header != 0 && i < type->n_members && i < MAX_MEMBERS; i++)
    n += hs_union_begins (types, hs_types_strip (types, hs_types_member (types, type, i)->type), header);
  return n >= LEAST_ARMS ? header : 0;
}
