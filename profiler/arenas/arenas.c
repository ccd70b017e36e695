/* arenas.c - which allocators there are, and what they share; see arenas.h. */
#include "profiler/arenas/arenas.h"
#include "profiler/target/error.h"

static const HsAllocator *const allocators[] = {
  &hs_allocator_glibc,
};

HsHeap *
hs_heap_new_empty (const char *allocator)
{
  HsHeap *self = g_new0 (HsHeap, 1);

  g_atomic_ref_count_init (&self->refs);
  self->allocator = allocator;
  self->blocks = hs_blocks_new ();
  self->arenas = g_ptr_array_new ();
  self->extents = g_array_new (FALSE, FALSE, sizeof (HsExtent));
  return self;
}

HsHeap *
hs_heap_ref (HsHeap *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_heap_unref (HsHeap *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->arenas->len; i++) {
    HsArena *arena = self->arenas->pdata[i];
    g_free (arena->name);
    g_free (arena);
  }
  g_ptr_array_unref (self->arenas);
  g_array_unref (self->extents);
  hs_blocks_free (self->blocks);
  g_free (self->version);
  g_free (self);
}

HsArena *
hs_heap_add_arena (HsHeap *self, const char *name, HsAddr address)
{
  HsArena *arena = g_new0 (HsArena, 1);

  arena->name = g_strdup (name);
  arena->address = address;
  g_ptr_array_add (self->arenas, arena);
  return arena;
}

gboolean
hs_heap_rules (const HsHeap *self, HsAddr addr)
{
  guint low = 0, high = self->extents->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (self->extents, HsExtent, middle).end <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  return low < self->extents->len && g_array_index (self->extents, HsExtent, low).start <= addr;
}

HsHeap *
hs_heap_new (HsTarget *target, HsDiag *diag, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (allocators); i++) {
    g_autoptr (GError) reason = NULL;
    HsHeap *heap = allocators[i]->walk (target, diag, &reason);
    if (heap != NULL)
      return heap;
    if (i + 1 == G_N_ELEMENTS (allocators))
      g_propagate_error (error, g_steal_pointer (&reason));
  }
  return NULL;
}

struct _HsHeapQuiet {
  HsQuiet hooks;
  GArray *locks;
};

static void
quiet_prepare (HsPeek *peek, gpointer user_data)
{
  HsHeapQuiet *self = user_data;

  for (guint i = 0; i < G_N_ELEMENTS (allocators); i++) {
    g_autoptr (GArray) locks = allocators[i]->locks (peek);
    if (locks != NULL)
      g_array_append_vals (self->locks, locks->data, locks->len);
  }
}

static gboolean
quiet_is_quiet (HsPeek *peek, gpointer user_data)
{
  const HsHeapQuiet *self = user_data;

  for (guint i = 0; i < self->locks->len; i++) {
    guint32 lock;
    if (peek->read (peek, g_array_index (self->locks, HsAddr, i), &lock, sizeof lock) && lock != 0)
      return FALSE;
  }
  return TRUE;
}

HsHeapQuiet *
hs_heap_quiet_new (void)
{
  HsHeapQuiet *self = g_new0 (HsHeapQuiet, 1);

  self->locks = g_array_new (FALSE, FALSE, sizeof (HsAddr));
  self->hooks = (HsQuiet){ quiet_prepare, quiet_is_quiet, self };
  return self;
}

void
hs_heap_quiet_free (HsHeapQuiet *self)
{
  g_array_unref (self->locks);
  g_free (self);
}

const HsQuiet *
hs_heap_quiet_hooks (HsHeapQuiet *self)
{
  return &self->hooks;
}

static gboolean
image_peek_read (HsPeek *peek, HsAddr addr, void *buffer, gsize length)
{
  return hs_image_read (((HsImagePeek *)peek)->image, addr, buffer, length);
}

void
hs_image_peek_init (HsImagePeek *self, const HsTarget *target)
{
  self->peek = (HsPeek){ image_peek_read, target->mappings, target->files };
  self->image = target->image;
}
