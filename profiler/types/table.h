/* table.h - types while they are put together: growing arrays of the records of model.h, and their strings.
 *
 * Twice types of many places become one table: those of a module's units its model, those of all models the graph. */
#pragma once

#include "profiler/types/model.h"
#include "profiler/types/strings.h"

#define HS_MAX_MEMBERS 65536 /* of one type */

/* Of HsModelMember.flags, until hs_table_finish: see HS_RAW_MEMBER_MSB. */
enum { HS_TABLE_MEMBER_MSB = 1 << 15 };

typedef struct {
  GArray *types;       /* HsModelType; [0] is void */
  GArray *members;     /* HsModelMember */
  GArray *enumerators; /* HsModelEnumerator */
  HsStrings *strings;  /* not owned */
} HsTable;

HsTable *hs_table_new (HsStrings *strings);
void hs_table_free (HsTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTable, hs_table_free)

static inline HsModelType *
hs_table_type (const HsTable *self, guint32 id)
{
  return &g_array_index (self->types, HsModelType, id);
}

static inline HsModelMember *
hs_table_member (const HsTable *self, guint32 index)
{
  return &g_array_index (self->members, HsModelMember, index);
}

static inline gboolean
hs_kind_is_aggregate (guint8 kind)
{
  return kind == HS_TYPE_STRUCT || kind == HS_TYPE_CLASS || kind == HS_TYPE_UNION;
}

/* hs_table_finish: makes the types sound, whatever the DWARF said: cuts cycles of containment and of pure pointers,
 * computes the sizes of arrays and typedefs, drops members that lie outside. */
void hs_table_finish (HsTable *self);

/* hs_table_merge: (transfer full): the same types, equal ones only once, in the order of their first appearance, and
 * declarations replaced by definitions. @map gets the new id of each old one. */
HsTable *hs_table_merge (const HsTable *self, guint32 **map);

/* hs_table_strip: @id without typedefs. */
guint32 hs_table_strip (const HsTable *self, guint32 id);
