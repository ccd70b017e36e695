/* source-roots.c - the program's own typed variables.
 *
 * Globals, statics and thread-local variables prove what they point to. A variable on a stack may have been left behind
 * or reused by the compiler, so what it alone points to is one level less sure. The allocator's own variables, which are
 * typed where libc has debug info, lead to free memory and to headers: they are no roots. */
#include "profiler/inference/engine.h"

static void
follow_root (HsEngine *self, const HsRoot *root, guint source, HsLevel level)
{
  HsLayout *layout = hs_layouts_get (self->layouts, root->type);
  gsize available;

  if (!layout->has_pointers)
    return;
  HsScan scan = { .level = level, .source = source, .owner = HS_NO_BLOCK };
  HsContext context = { .place = source == HS_SOURCE_STATIC ? root->address : 0, .member = root->name };
  scan.context = hs_contexts_intern (self->contexts, context);
  if (root->kind == HS_ROOT_REGISTER) {
    scan.data = (const guint8 *)&root->value;
    scan.limit = sizeof root->value;
  } else {
    scan.data = hs_image_span (self->image, root->address, &available);
    scan.limit = MIN (available, layout->size);
  }
  if (scan.data != NULL)
    hs_engine_scan (self, layout, &scan);
}

static void
follow_roots (HsEngine *self, HsRootKind from, HsRootKind to, guint source, HsLevel level)
{
  for (guint i = 0; i < self->roots->roots->len; i++) {
    const HsRoot *root = &g_array_index (self->roots->roots, HsRoot, i);
    if (root->kind >= from && root->kind <= to && !hs_heap_rules (self->heap, root->address))
      follow_root (self, root, source, level);
  }
}

void
hs_source_static (HsEngine *self)
{
  follow_roots (self, HS_ROOT_STATIC, HS_ROOT_TLS, HS_SOURCE_STATIC, HS_LEVEL_B);
}

void
hs_source_stack (HsEngine *self)
{
  follow_roots (self, HS_ROOT_STACK, HS_ROOT_REGISTER, HS_SOURCE_STACK, HS_LEVEL_C);
}
