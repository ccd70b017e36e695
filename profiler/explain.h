/* explain.h - why a block has its type: reads back what the inference recorded, in words. */
#pragma once

#include "profiler/inference/inference.h"
#include "summary/explanation-private.h"

/* Everything that is known about a target. */
typedef struct {
  HsTarget *target;
  HsHeap *heap;
  HsModules *modules;
  HsTypes *types;
  HsRoots *roots;
  HsInference *inference;
} HsEvidence;

/* hs_explain: appends what the snapshot alone cannot tell: the path to the block, the decisions, what speaks against them. */
void hs_explain (const HsEvidence *evidence, const HsSubject *subject, HeapsumExplanation *out);

/* hs_explain_address: (transfer full): what @address is, where no live block holds it: "free memory of the allocator". */
char *hs_explain_address (const HsEvidence *evidence, HsAddr address);
