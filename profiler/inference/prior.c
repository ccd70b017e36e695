/* prior.c - see prior.h. */
#include "profiler/inference/prior.h"

#include "profiler/inference/naming.h"

static float
log2_of (guint32 n)
{
  float bits = 0;

  for (; n >= 2; n /= 2)
    bits += 1;
  return bits;
}

#define SYSTEM_BITS 8.0f
#define OTHER_BITS 4.0f

/* Types that the C library keeps to itself: nobody else's pointers lead to them. */
static gboolean
is_runtime (const HsMatrix *self, HsTypeId id)
{
  HsEngine *engine = self->engine;
  guint module = hs_types_get (engine->types, id)->module;

  if (engine->is_runtime == NULL)
    engine->is_runtime = g_malloc0 (MAX (1, engine->modules->modules->len));
  if (engine->is_runtime[module] == 0) {
    const char *name = hs_modules_get (engine->modules, module)->name;
    engine->is_runtime[module] = 1 + (g_str_has_prefix (name, "libc.so") || g_str_has_prefix (name, "libc-2.") || g_str_has_prefix (name, "ld-linux")
                                      || g_str_has_prefix (name, "libpthread") || g_str_has_prefix (name, "libm.so"));
  }
  return engine->is_runtime[module] == 2;
}

/* How the modules know the type that know what the pointers are for. */
static HsTypeUse
use_there (const HsMatrix *self, HsTypeId id)
{
  HsTypeUse all = { .system = TRUE };

  for (guint i = 0; i < self->users->len; i++) {
    HsTypeUse one = hs_types_use (self->engine->types, g_array_index (self->users, guint, i), id);
    if (!one.defines)
      continue;
    all.defines = TRUE;
    all.system &= one.system;
    all.mentions += MIN (one.mentions, HS_MAX_MENTIONS - all.mentions);
  }
  return all;
}

#define NAME_BITS 5.0f    /* for a type that is called as what leads to it */
#define LETTER_BITS 0.1f  /* and for each letter of that */

/* Whether the type is called like the variable or member that leads to it, or to the table or list that does. */
static float
compare_names (const HsMatrix *self, HsTypeId id)
{
  const HsEngine *engine = self->engine;
  const HsReason *reason = hs_reasons_get (engine->reasons, self->reason);
  const HsContext *context = hs_contexts_get (engine->contexts, reason->context);
  const HsVariable *variable = context->place != 0 ? hs_engine_static_at (self->engine, context->place) : NULL;
  const struct { const char *name; HsTypeId owner; } names[] = {
    { reason->member, reason->owner }, { context->member, context->owner }, { context->above_member, context->above },
    { variable != NULL ? variable->name : NULL, 0 },
  };
  const char *type = hs_types_get (engine->types, id)->name;
  double share = 0;
  guint letters = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].name != NULL)
      share = MAX (share, hs_naming_share (type, names[i].name, names[i].owner != 0 ? hs_types_get (engine->types, names[i].owner)->name : NULL,
                                           &letters));
  return (float)share * NAME_BITS + (float)letters * LETTER_BITS;
}

#define MAX_NAMINGS (1u << 16) /* remembered */
#define NAMING_UNIT (1.0f / 256)

/* The same. One candidate is looked at for many sizes, and for each group that one member leads to more than once. */
static float
naming_bits (const HsMatrix *self, HsTypeId id)
{
  HsEngine *engine = self->engine;
  gpointer known, key = GSIZE_TO_POINTER ((gsize)self->reason << 24 | id);

  if (engine->namings == NULL)
    engine->namings = g_hash_table_new (NULL, NULL);
  if (!g_hash_table_lookup_extended (engine->namings, key, NULL, &known)) {
    if (g_hash_table_size (engine->namings) >= MAX_NAMINGS)
      g_hash_table_remove_all (engine->namings);
    known = GUINT_TO_POINTER ((guint)(compare_names (self, id) / NAMING_UNIT));
    g_hash_table_insert (engine->namings, key, known);
  }
  return (float)GPOINTER_TO_UINT (known) * NAMING_UNIT;
}

/* How likely a type is before its contents are seen: the program speaks of it often; it is not one that every program gets
 * with the system's headers; the modules that look into the owner of the pointers know what is in it. */
float
hs_prior_bits (const HsMatrix *self, HsTypeId id)
{
  const HsType *type = hs_types_get (self->engine->types, id);
  gboolean asked = self->open && self->users->len > 0;
  HsTypeUse use = asked ? use_there (self, id) : (HsTypeUse){ .defines = FALSE };
  gboolean system = use.defines ? use.system : (type->flags & HS_TYPE_FLAG_SYSTEM) != 0;
  float bits = log2_of (1 + (use.defines ? use.mentions : type->mentions)), less = 0;

  if (system)
    less = MAX (SYSTEM_BITS - bits, use.defines ? SYSTEM_BITS / 2 : 0);
  if (asked && !use.defines)
    less += OTHER_BITS;
  return bits - less + (self->open ? naming_bits (self, id) : 0);
}

gboolean
hs_is_foreign (const HsMatrix *self, HsTypeId id)
{
  return self->open && is_runtime (self, id) && !(self->owner != 0 && is_runtime (self, self->owner));
}
