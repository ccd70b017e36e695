/* inference.h - a type for every block, with how sure it is and why. docs/INFERENCE.md is the essay on it. */
#pragma once

#include "profiler/arenas/arenas.h"
#include "profiler/inference/contexts.h"
#include "profiler/inference/decisions.h"
#include "profiler/inference/labels.h"
#include "profiler/inference/layout.h"
#include "profiler/inference/reasons.h"
#include "profiler/roots/roots.h"

typedef struct {
  HsTypes *types;
  guint32 n;         /* blocks */
  HsLabel *label;    /* [n]; level NONE: untyped */
  guint32 *reason;
  guint32 *parent;
  guint32 *at;
  HsReasons *reasons;
  HsContexts *contexts;
  HsDecisions *decisions;
  HsLayouts *layouts; /* own the member names in reasons, as do: */
  HsRoots *roots;
  GStringChunk *strings;
  GPtrArray *names;  /* of types the debug info does not have, from id types->n_types on */
  guint64 n_refuted; /* blocks whose contents spoke against the pointer to them */
  guint64 n_conflicts;
  GArray *conflicts; /* HsConflict (engine.h), settled ones too */
} HsInference;

/* hs_inference_new: (transfer full): never fails. The same input gives the same answer, always. */
HsInference *hs_inference_new (HsTarget *target, HsHeap *heap, HsModules *modules, HsTypes *types, HsRoots *roots, HsDiag *diag);

/* hs_inference_new_without: the same, but without the sources whose bits are set in @without: to measure what each is worth. */
HsInference *hs_inference_new_without (HsTarget *target, HsHeap *heap, HsModules *modules, HsTypes *types, HsRoots *roots, HsDiag *diag,
                                       guint32 without);

/* hs_inference_source: the bit of the source that "how" calls @name; 0: there is none, or it cannot be left out. */
guint32 hs_inference_source (const char *name);

void hs_inference_free (HsInference *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsInference, hs_inference_free)

/* hs_inference_name: (transfer full): what the user reads for a label: "struct conn", "struct conn[]", "char[]". */
char *hs_inference_name (const HsInference *self, HsLabel label);

/* hs_inference_how: (transfer full): what the user reads for a reason: "pointer dictEntry.next", "variable server". */
char *hs_inference_how (const HsInference *self, guint32 reason);
