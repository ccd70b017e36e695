/* walk.h - the walk over the DIEs of one unit, shared by walk.c (scopes, functions, variables) and walk-type.c. */
#pragma once

#include "profiler/types/attr.h"
#include "profiler/types/model.h"

#define HS_MAX_DEPTH 100

typedef struct {
  HsUnitContext *context;
  HsRawUnit *unit;
  guint64 last;  /* offset of the DIE entered last: in a sound tree they only ascend, which ends any loop */
  guint64 end;   /* offset behind the unit */
  gsize max_records;
  gboolean bodies; /* read inside of functions, too */
  GByteArray *system_files; /* by DW_AT_decl_file; or NULL */
  GArray *pending; /* HsRawMember of the structs being read, innermost last */
  GArray *names;   /* Declared: what has a name that others refer to */
} HsWalk;

/* hs_walk_unit: (transfer full): reads the unit whose own DIE is @root (taken over). @end: offset behind it. */
HsRawUnit *hs_walk_unit (HsUnitContext *context, Dwarf_Die root, guint64 end, gboolean bodies,
                         const HsUnitContext *skeleton, const char *comp_dir);

/* Iteration over children; each DIE is freed by hs_walk_next. NULL at the end, or where the tree loops. */
Dwarf_Die hs_walk_child (HsWalk *self, Dwarf_Die die);
Dwarf_Die hs_walk_next (HsWalk *self, Dwarf_Die die);

static inline guint64
hs_walk_key (const HsWalk *self, Dwarf_Die die)
{
  return hs_key (self->context->file, self->context->is_types, hs_die_offset (die));
}

gboolean hs_walk_is_full (HsWalk *self);
guint32 hs_walk_scope (HsWalk *self, guint32 parent, const char *name);

/* hs_walk_die: whatever @die is, inside of @scope. */
void hs_walk_die (HsWalk *self, Dwarf_Die die, Dwarf_Half tag, guint32 scope, guint depth);

/* hs_walk_type: reads @die if it is a type; FALSE if it is none. */
gboolean hs_walk_type (HsWalk *self, Dwarf_Die die, Dwarf_Half tag, guint32 scope, guint depth);

/* hs_walk_declare: remembers that @die is called @name in @scope. */
void hs_walk_declare (HsWalk *self, Dwarf_Die die, guint32 scope, const char *name, guint64 type);
