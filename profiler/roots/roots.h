/* roots.h - the typed variables through which a program reaches its heap: globals and statics, thread-local variables
 * of every thread and module, and the variables of every frame of every thread. */
#pragma once

#include "profiler/types/types.h"

typedef enum { HS_ROOT_STATIC, HS_ROOT_TLS, HS_ROOT_STACK, HS_ROOT_REGISTER } HsRootKind;

typedef struct {
  guint8 kind;          /* HsRootKind */
  guint16 module;       /* index */
  HsTypeId type;        /* of the variable */
  HsAddr address;       /* where it lies; 0 for HS_ROOT_REGISTER */
  guint64 value;        /* HS_ROOT_REGISTER: its value */
  const char *name;     /* "server", "main::cache" */
  const char *function; /* STACK, REGISTER: the function; else NULL */
  pid_t tid;            /* TLS, STACK, REGISTER; else 0 */
  guint16 frame;        /* STACK, REGISTER: 0 is the innermost */
} HsRoot;

typedef struct {
  HsAddr pc;    /* as it stands in the frame: for callers the return address */
  HsAddr cfa;   /* canonical frame address; 0 where unwinding ended */
  HsAddr sp;    /* stack pointer in this frame */
  gint module;  /* index, or -1 */
} HsFrame;

typedef struct {
  pid_t tid;
  GArray *frames; /* HsFrame, innermost first; at most HS_FRAMES_MAX */
} HsStack;

#define HS_FRAMES_MAX 1024

typedef struct {
  gatomicrefcount refs;
  GArray *roots;    /* HsRoot, sorted by kind, module, address, tid, frame, name: the order never depends on timing */
  GPtrArray *stacks; /* HsStack, sorted by tid */
} HsRoots;

/* hs_roots_new: (transfer full): never fails; what could not be unwound or located is counted in @diag. */
HsRoots *hs_roots_new (HsModules *modules, HsTypes *types, HsDiag *diag);
HsRoots *hs_roots_ref (HsRoots *self);
void hs_roots_unref (HsRoots *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsRoots, hs_roots_unref)
