/* roots.c - gathers the roots; see roots.h. */
#include "profiler/roots/roots.h"

static void
stack_free (gpointer data)
{
  HsStack *stack = data;

  g_array_unref (stack->frames);
  g_free (stack);
}

static void
add_statics (HsRoots *self, HsTypes *types)
{
  for (guint32 i = 0; i < types->n_variables; i++) {
    const HsVariable *variable = &types->variables[i];
    HsRoot root = { .kind = HS_ROOT_STATIC, .module = variable->module, .type = variable->type,
                    .address = variable->address, .name = variable->name };
    if (!variable->tls)
      g_array_append_val (self->roots, root);
  }
}

HsRoots *
hs_roots_new (HsModules *modules, HsTypes *types, HsDiag *diag)
{
  HsRoots *self = g_new0 (HsRoots, 1);

  g_atomic_ref_count_init (&self->refs);
  self->roots = g_array_new (FALSE, FALSE, sizeof (HsRoot));
  self->stacks = g_ptr_array_new_with_free_func (stack_free);
  add_statics (self, types);
  return self;
}

HsRoots *
hs_roots_ref (HsRoots *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_roots_unref (HsRoots *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_array_unref (self->roots);
  g_ptr_array_unref (self->stacks);
  g_free (self);
}
