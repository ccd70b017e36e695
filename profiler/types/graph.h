/* graph.h - what stands behind an HsTypes: shared by graph.c, names.c and locals.c. */
#pragma once

#include "profiler/types/debug-files.h"
#include "profiler/types/strings.h"

/* A unit that was looked at; see check.h. */
typedef struct {
  guint64 key; /* of a DIE in it, without the offset: says the file */
  guint64 start, end;
  gboolean sound;
} HsSoundUnit;

/* How a module knows a type of the graph that it defines. */
typedef struct {
  HsTypeId id;
  HsTypeUse use;
} HsModuleUse;

typedef struct {
  HsModel *model; /* NULL: the module has no debug info */
  guint32 *ids;   /* by the model's type: type of the graph */
  GArray *uses;   /* HsModuleUse, by id; made at the first question, under the graph's lock; or NULL */
  GMutex lock;    /* of what follows: opened at the first question about locals */
  gboolean opened;
  HsDebugFiles *files; /* or NULL */
  GPtrArray *handles;  /* Dwarf_Debug by file, or NULL */
  GPtrArray *expressions; /* those made here; or NULL */
  GArray *units;       /* HsSoundUnit; or NULL */
} HsGraphModule;

typedef struct {
  HsModules *modules;
  HsGraphModule *of_module; /* by HsModule.index */
  guint n_modules;
  HsStrings *strings;
  GMutex lock;         /* of the indexes, made at the first question */
  GArray *by_name;     /* HsTypeId, sorted by name, then id */
  GArray *by_cxx_name; /* CxxName, in names.c */
  GArray *cxx_ids;     /* HsTypeId, those of by_cxx_name */
  GStringChunk *cxx_names;
} HsGraph;

static inline HsGraph *
hs_graph (const HsTypes *self)
{
  return self->priv;
}

/* hs_graph_close: frees a module's handles and files. */
void hs_graph_close_module (HsGraphModule *self);
void hs_graph_free_names (HsGraph *self);
