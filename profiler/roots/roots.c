/* roots.c - gathers the typed variables of a target; see roots.h.
 *
 * A variable on a stack counts for the pc its frame is at: location lists tell where it is there, if anywhere. Variables
 * in registers that a called function may have overwritten are left out. */
#include "profiler/roots/roots.h"

#include "profiler/roots/copies.h"
#include "profiler/roots/tls.h"
#include "profiler/roots/unwind.h"

typedef struct {
  HsRoots *roots;
  HsModules *modules;
  HsTypes *types;
  HsTls *tls;
  GHashTable *locals; /* pc -> GArray of HsLocal, or NULL */
  GArray *thread_locals; /* guint32: which variables are, as every thread has its own of each */
  guint n_cut;    /* threads whose stack could not be followed to its end */
  guint n_placed; /* variables of frames that have a place */
  guint n_lost;   /* and that have none that could be worked out */
} Gatherer;

static void
stack_free (gpointer data)
{
  HsStack *stack = data;

  g_array_unref (stack->frames);
  g_free (stack);
}

static void
add_static (Gatherer *self, const HsVariable *variable, const HsCopies *copies)
{
  HsRoot root = { .kind = HS_ROOT_STATIC, .module = variable->module, .type = variable->type,
                  .address = hs_copies_resolve (copies, variable->address), .name = variable->name };

  g_array_append_val (self->roots->roots, root);
}

static void
add_statics (Gatherer *self)
{
  HsCopies *copies = hs_copies_new (self->modules);

  for (guint32 i = 0; i < self->types->n_variables; i++) {
    const HsVariable *variable = &self->types->variables[i];
    if (variable->tls)
      g_array_append_val (self->thread_locals, i);
    else
      add_static (self, variable, copies);
  }
  hs_copies_free (copies);
}

static void
add_thread_locals (Gatherer *self, const HsThread *thread)
{
  for (guint i = 0; i < self->thread_locals->len; i++) {
    const HsVariable *variable = &self->types->variables[g_array_index (self->thread_locals, guint32, i)];
    if (variable->module >= self->modules->modules->len)
      continue;
    const HsModule *module = hs_modules_get (self->modules, variable->module);
    HsAddr block = hs_tls_block (self->tls, module, thread);
    HsRoot root = { .kind = HS_ROOT_TLS, .module = variable->module, .type = variable->type,
                    .address = block + variable->address, .name = variable->name, .tid = thread->tid };
    if (block != 0 && variable->address < module->tls_memsz)
      g_array_append_val (self->roots->roots, root);
  }
}

/* Where the frame's variables count from (DW_AT_frame_base). */
static HsAddr
frame_base_of (const HsLocal *local, const HsPlaceContext *context)
{
  HsPlace place;

  /* A register alone, as in "frame base is rbp", is meant as the address it holds: either kind of place will do. */
  return local->frame_base != NULL
         && hs_expression_evaluate (local->frame_base, local->frame_base_size, context, &place) ? place.value : 0;
}

static void
add_local (Gatherer *self, const HsLocal *local, HsPlaceContext context, HsRoot root)
{
  HsPlace place;

  context.frame_base = frame_base_of (local, &context);
  if (!hs_expression_evaluate (local->expression, local->expression_size, &context, &place)) {
    self->n_lost++;
    return;
  }
  self->n_placed++;
  root.kind = place.kind == HS_PLACE_MEMORY ? HS_ROOT_STACK : HS_ROOT_REGISTER;
  root.type = local->type;
  root.name = local->name;
  root.function = local->function;
  if (place.kind == HS_PLACE_MEMORY)
    root.address = place.value;
  else
    root.value = place.value;
  g_array_append_val (self->roots->roots, root);
}

static void
locals_free (gpointer locals)
{
  if (locals != NULL)
    g_array_unref (locals);
}

/* (transfer none): what the debug info says about the pc, asked for once: thousands of threads wait at the same few. */
static const GArray *
locals_at (Gatherer *self, const HsModule *module, HsAddr pc)
{
  gpointer locals;

  if (!g_hash_table_lookup_extended (self->locals, (gpointer)pc, NULL, &locals)) {
    locals = hs_types_locals (self->types, module, pc);
    g_hash_table_insert (self->locals, (gpointer)pc, locals);
  }
  return locals;
}

static void
add_frame (Gatherer *self, const HsThread *thread, const HsUnwound *at, guint number)
{
  HsModule *module = hs_modules_find (self->modules, at->code);

  if (module == NULL || module->debug == NULL)
    return;
  const GArray *locals = locals_at (self, module, at->code);
  HsPlaceContext context = { .image = self->modules->target->image, .registers = &at->registers, .bias = module->bias,
                             .cfa = at->frame.cfa, .tls_block = hs_tls_block (self->tls, module, thread) };
  HsRoot root = { .module = module->index, .tid = thread->tid, .frame = number };
  for (guint i = 0; locals != NULL && i < locals->len; i++)
    add_local (self, &g_array_index (locals, HsLocal, i), context, root);
}

static void
add_stack (Gatherer *self, HsUnwinder *unwinder, const HsThread *thread)
{
  gboolean complete;
  g_autoptr (GArray) frames = hs_unwinder_run (unwinder, thread, &complete);
  HsStack *stack = g_new0 (HsStack, 1);

  stack->tid = thread->tid;
  stack->frames = g_array_new (FALSE, FALSE, sizeof (HsFrame));
  for (guint i = 0; i < frames->len; i++) {
    const HsUnwound *at = &g_array_index (frames, HsUnwound, i);
    g_array_append_val (stack->frames, at->frame);
    add_frame (self, thread, at, i);
  }
  self->n_cut += thread->has_regs && !complete;
  g_ptr_array_add (self->roots->stacks, stack);
}

static gint
compare_numbers (guint64 a, guint64 b)
{
  return a < b ? -1 : a > b;
}

static gint
compare_roots (gconstpointer a, gconstpointer b)
{
  const HsRoot *x = a, *y = b;
  const gint results[] = {
    compare_numbers (x->kind, y->kind), compare_numbers (x->module, y->module), compare_numbers (x->address, y->address),
    compare_numbers (x->tid, y->tid), compare_numbers (x->frame, y->frame), g_strcmp0 (x->name, y->name),
    compare_numbers (x->type, y->type), compare_numbers (x->value, y->value),
  };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    if (results[i] != 0)
      return results[i];
  return 0;
}

HsRoots *
hs_roots_new (HsModules *modules, HsTypes *types, HsDiag *diag)
{
  HsRoots *self = g_new0 (HsRoots, 1);
  Gatherer gatherer = { .roots = self, .modules = modules, .types = types };
  HsUnwinder *unwinder = hs_unwinder_new (modules);

  g_atomic_ref_count_init (&self->refs);
  self->roots = g_array_new (FALSE, FALSE, sizeof (HsRoot));
  self->stacks = g_ptr_array_new_with_free_func (stack_free);
  gatherer.tls = hs_tls_new (modules);
  gatherer.locals = g_hash_table_new_full (NULL, NULL, NULL, locals_free);
  gatherer.thread_locals = g_array_new (FALSE, FALSE, sizeof (guint32));
  add_statics (&gatherer);
  for (guint i = 0; i < modules->target->threads->len; i++) {
    add_thread_locals (&gatherer, hs_target_thread (modules->target, i));
    add_stack (&gatherer, unwinder, hs_target_thread (modules->target, i));
  }
  g_array_sort (self->roots, compare_roots);
  g_array_unref (gatherer.thread_locals);
  hs_tls_free (gatherer.tls);
  g_hash_table_unref (gatherer.locals);
  hs_unwinder_free (unwinder);
  if (gatherer.n_cut > 0)
    hs_diag_add (diag, "stacks", "%u of %u threads could not be followed to their first function", gatherer.n_cut,
                 modules->target->threads->len);
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
