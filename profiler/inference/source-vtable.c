/* source-vtable.c - C++ objects that say what they are.
 *
 * The first word of a polymorphic object points into the vtable of its class (Itanium C++ ABI, 2.5): two words below stand
 * the offset to the top of the object, 0 at a block's start, and the type_info, whose second word is the mangled name.
 * Without RTTI the symbol "vtable for X" tells the same. */
#include "profiler/inference/engine.h"

#include <string.h>
#include <sys/mman.h>

/* The C++ runtime's demangler: returns a malloc'ed string, or NULL. */
extern char *__cxa_demangle (const char *mangled, char *buffer, size_t *length, int *status);

#define MAX_NAME 4096

typedef struct {
  HsTypeId *ids; /* types of this name, or one made for a name that the debug info lacks */
  guint n;
  guint32 reason;
} Class;

typedef struct {
  HsEngine *engine;
  GHashTable *classes; /* vtable pointer -> Class; an empty one: no class */
  GStringChunk *names;
  HsAddr low, high;    /* modules lie between */
} Search;

static void
class_free (gpointer data)
{
  Class *class = data;

  g_free (class->ids);
  g_free (class);
}

/* (transfer full): what comes behind @prefix in the demangled @mangled, or NULL. */
static char *
demangle (const char *mangled, const char *prefix)
{
  int status = -1;
  char *plain = strlen (mangled) < MAX_NAME ? __cxa_demangle (mangled, NULL, NULL, &status) : NULL;
  char *name = NULL;

  if (plain != NULL && status == 0 && g_str_has_prefix (plain, prefix) && plain[strlen (prefix)] != 0)
    name = g_strdup (plain + strlen (prefix));
  free (plain);
  return name;
}

static gboolean
is_executable (HsEngine *engine, HsAddr addr)
{
  const HsMapping *mapping = hs_mapping_find (engine->target->mappings, addr);

  return mapping != NULL && (mapping->prot & PROT_EXEC) != 0;
}

static char *
name_by_rtti (HsEngine *engine, HsAddr vptr)
{
  guint64 words[3]; /* offset to top, type_info, first virtual function */
  guint64 info[2];  /* vtable of the type_info, mangled name */

  if (!hs_image_read (engine->image, vptr - 16, words, sizeof words) || words[0] != 0
      || !hs_image_read (engine->image, words[1], info, sizeof info) || hs_modules_find (engine->modules, info[0]) == NULL)
    return NULL;
  g_autofree char *raw = hs_image_string (engine->image, info[1], MAX_NAME);
  if (raw == NULL)
    return NULL;
  /* A leading '*' says that the name is to be compared by address: it is not part of it. */
  g_autofree char *mangled = g_strconcat ("_ZTS", raw[0] == '*' ? raw + 1 : raw, NULL);
  return demangle (mangled, "typeinfo name for ");
}

static char *
name_by_symbol (HsEngine *engine, HsModule *module, HsAddr vptr)
{
  guint64 offset, function;
  const char *symbol = hs_module_symbol_at (module, vptr - 16, &offset);

  if (symbol == NULL || offset != 0 || !g_str_has_prefix (symbol, "_ZTV")
      || !hs_image_word (engine->image, vptr, &function) || !is_executable (engine, function))
    return NULL;
  return demangle (symbol, "vtable for ");
}

static Class *
make_class (Search *self, const char *name)
{
  HsEngine *engine = self->engine;
  Class *class = g_new0 (Class, 1);
  const HsTypeId *ids = hs_types_by_cxx_name (engine->types, name, &class->n);

  if (class->n > 0)
    class->ids = g_memdup2 (ids, class->n * sizeof *ids);
  else if (engine->types->n_types + engine->names->len < HS_TYPE_LIMIT) {
    HsTypeId made = engine->types->n_types + engine->names->len;
    g_ptr_array_add (engine->names, g_strdup (name));
    class->ids = g_memdup2 (&made, sizeof made);
    class->n = 1;
  }
  HsReason reason = { .source = HS_SOURCE_VTABLE, .member = g_string_chunk_insert_const (self->names, name) };
  class->reason = hs_reasons_intern (engine->reasons, reason);
  return class;
}

static const Class *
find_class (Search *self, HsAddr vptr)
{
  Class *class = g_hash_table_lookup (self->classes, (gpointer)vptr);

  if (class != NULL)
    return class;
  HsModule *module = hs_modules_find (self->engine->modules, vptr);
  g_autofree char *name = module != NULL ? name_by_rtti (self->engine, vptr) : NULL;
  if (name == NULL && module != NULL)
    name = name_by_symbol (self->engine, module, vptr);
  class = name != NULL ? make_class (self, name) : g_new0 (Class, 1);
  g_hash_table_insert (self->classes, (gpointer)vptr, class);
  return class;
}

static void
take_object (Search *self, guint32 block, const Class *class)
{
  HsEngine *engine = self->engine;
  guint64 usable = hs_blocks_size (engine->blocks, block);

  for (guint i = 0; i < class->n; i++) {
    HsForm form = HS_FORM_WHOLE;
    if (class->ids[i] < engine->types->n_types) {
      const HsLayout *layout = hs_layouts_get (engine->layouts, class->ids[i]);
      if (layout->size > usable)
        continue;
      if (!hs_fits (layout, engine->blocks->address[block], usable, &form))
        form = HS_FORM_TAIL;
    }
    hs_engine_decide (engine, block, class->ids[i], form, HS_LEVEL_A, class->reason, HS_NO_BLOCK);
    return;
  }
}

static void
search_blocks (Search *self)
{
  HsEngine *engine = self->engine;

  for (guint32 block = 0; block < engine->blocks->n; block++) {
    const guint8 *data = hs_engine_bytes (engine, block);
    guint64 word;
    if (data == NULL)
      continue;
    memcpy (&word, data, sizeof word);
    if (word < self->low || word >= self->high || word % 8 != 0 || hs_heap_rules (engine->heap, word))
      continue;
    const Class *class = find_class (self, word);
    if (class->n > 0)
      take_object (self, block, class);
  }
}

/* Plain C needs no look at every block: it has neither the C++ runtime nor classes. */
static gboolean
has_cxx (const HsEngine *engine)
{
  for (guint i = 0; i < engine->modules->modules->len; i++)
    if (strstr (hs_modules_get (engine->modules, i)->name, "++") != NULL)
      return TRUE;
  for (guint32 i = 0; i < engine->types->n_members; i++)
    if (g_str_has_prefix (engine->types->members[i].name, "_vptr"))
      return TRUE;
  return FALSE;
}

void
hs_source_vtable (HsEngine *engine)
{
  Search self = { .engine = engine, .low = G_MAXUINT64, .names = engine->strings };

  if (!has_cxx (engine))
    return;
  self.classes = g_hash_table_new_full (NULL, NULL, NULL, class_free);
  for (guint i = 0; i < engine->modules->modules->len; i++) {
    self.low = MIN (self.low, hs_modules_get (engine->modules, i)->start);
    self.high = MAX (self.high, hs_modules_get (engine->modules, i)->end);
  }
  search_blocks (&self);
  g_hash_table_unref (self.classes);
}
