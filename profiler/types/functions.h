/* functions.h - the DIEs of functions, read when they are asked for.
 *
 * The model knows which DIE a program counter belongs to and which type each type DIE became; the rest is read on demand:
 * a stack has a few hundred frames, a program has a hundred thousand functions. A module's files are opened at the first
 * question and stay open, since the answers point into them. One lock a module: libdwarf handles belong to one thread at
 * a time. */
#pragma once

#include "profiler/types/graph.h"
#include "profiler/types/walk.h"

/* A function's DIE. Its module is locked as long as it is open; so it stays where it is. */
typedef struct {
  HsTypes *types;
  HsGraphModule *entry;
  const HsModelFunction *function;
  Dwarf_Debug debug;
  Dwarf_Die die;
  HsUnitContext context; /* of its unit */
  HsRawUnit scratch;
  HsWalk walk;           /* over its children */
} HsFunction;

/* hs_function_open: the function at @pc, an address in the target; FALSE: nothing is known of it, and there is nothing to
 * close. */
gboolean hs_function_open (HsTypes *types, const HsModule *module, HsAddr pc, HsFunction *self);
void hs_function_close (HsFunction *self);

/* hs_function_origins: calls back for @die and what it originates from, until @visit says it has what it wants. */
typedef gboolean (*HsVisitOrigin) (HsUnitContext *context, Dwarf_Die die, gpointer data);
void hs_function_origins (HsFunction *self, Dwarf_Die die, HsVisitOrigin visit, gpointer data);

/* hs_function_name: of a DIE inside of the function, or of its own; NULL: it has none. */
const char *hs_function_name (HsFunction *self, Dwarf_Die die);

/* hs_function_type: the type of a variable or parameter; 0. */
HsTypeId hs_function_type (HsFunction *self, Dwarf_Die die);

/* hs_function_type_of: the type that the DIE with this key became; 0. */
HsTypeId hs_function_type_of (const HsFunction *self, guint64 key);
