/* explain-names.c - names of members, tags and static objects, as a C programmer writes them. */
#include "profiler/explain-private.h"
#include "profiler/inference/engine.h"

#include <string.h>

#define MAX_DEPTH 32
#define MAX_TRIED 20000 /* members, for one name: types may be the work of somebody hostile */

typedef struct {
  const HsTypes *types;
  const char *like;  /* how the last member's name ends, or NULL */
  HsTypeId inner;    /* an object of this type is looked for, or 0: a pointer */
  HsTypeId leaf;
  guint tried;
} Search;

static gboolean find_at (Search *self, HsTypeId type, guint64 offset, guint depth, GString *path);

static gboolean
is_record (const HsType *type)
{
  return type->kind == HS_TYPE_STRUCT || type->kind == HS_TYPE_CLASS || type->kind == HS_TYPE_UNION;
}

/* A last member that is an array of none, of one or without a bound goes on to the end of the block. */
static gboolean
goes_on (const HsTypes *types, const HsMember *member)
{
  const HsType *type = hs_types_get (types, hs_types_strip (types, member->type));

  return type->kind == HS_TYPE_ARRAY && (type->count <= 1 || type->flags & HS_TYPE_FLAG_UNBOUNDED);
}

static gboolean
find_in_record (Search *self, const HsType *type, guint64 offset, guint depth, GString *path)
{
  gsize length = path->len;

  for (guint32 i = 0; i < type->n_members && self->tried < MAX_TRIED; i++) {
    const HsMember *member = hs_types_member (self->types, type, i);
    guint64 size = hs_types_get (self->types, hs_types_strip (self->types, member->type))->size;
    self->tried++;
    if (member->bit_size != 0 || offset < member->offset
        || (offset - member->offset >= MAX (size, 1) && !(i + 1 == type->n_members && goes_on (self->types, member))))
      continue;
    if (*member->name != 0)
      g_string_append_printf (path, ".%s", member->name);
    if (find_at (self, member->type, offset - member->offset, depth + 1, path))
      return TRUE;
    g_string_truncate (path, length);
  }
  return FALSE;
}

static gboolean
ends_alike (const char *path, const char *like)
{
  gsize n = strlen (path), m;

  while (n > 0 && path[n - 1] == ']') { /* "table[3]" ends as "table[]" does */
    while (n > 0 && path[n - 1] != '[')
      n--;
    n -= n > 0;
  }
  for (m = strlen (like); m >= 2 && like[m - 1] == ']' && like[m - 2] == '[';)
    m -= 2;
  gsize k = 0;
  while (k < n && k < m && path[n - 1 - k] == like[m - 1 - k] && like[m - 1 - k] != '.')
    k++;
  return k == m || like[m - 1 - k] == '.';
}

static gboolean
find_at (Search *self, HsTypeId id, guint64 offset, guint depth, GString *path)
{
  HsTypeId stripped = hs_types_strip (self->types, id);
  const HsType *type = hs_types_get (self->types, stripped);

  if (depth > MAX_DEPTH)
    return FALSE;
  if (self->inner != 0 && offset == 0 && stripped == self->inner)
    return TRUE;
  if (type->kind == HS_TYPE_POINTER || type->kind == HS_TYPE_REFERENCE) {
    self->leaf = stripped;
    return self->inner == 0 && offset == 0 && (self->like == NULL || ends_alike (path->str, self->like));
  }
  if (type->kind == HS_TYPE_ARRAY) {
    guint64 size = hs_types_get (self->types, hs_types_strip (self->types, type->target))->size;
    gsize length = path->len;
    if (size == 0)
      return FALSE;
    g_string_append_printf (path, "[%" G_GUINT64_FORMAT "]", offset / size);
    if (find_at (self, type->target, offset % size, depth + 1, path))
      return TRUE;
    g_string_truncate (path, length);
    return FALSE;
  }
  return is_record (type) && find_in_record (self, type, offset, depth, path);
}

char *
hs_pointer_path (const HsTypes *types, HsTypeId type, guint64 offset, const char *like, HsTypeId *leaf)
{
  g_autoptr (GString) path = g_string_new ("");

  for (guint pass = 0; pass < 2; pass++) {
    Search search = { .types = types, .like = pass == 0 && like != NULL && *like != 0 ? like : NULL };
    g_string_truncate (path, 0);
    if (find_at (&search, type, offset, 0, path)) {
      *leaf = search.leaf;
      return g_string_free (g_steal_pointer (&path), FALSE);
    }
  }
  return NULL;
}

char *
hs_object_path (const HsTypes *types, HsTypeId type, guint64 offset, HsTypeId inner)
{
  g_autoptr (GString) path = g_string_new ("");
  Search search = { .types = types, .inner = hs_types_strip (types, inner) };

  return search.inner != 0 && find_at (&search, type, offset, 0, path) ? g_string_free (g_steal_pointer (&path), FALSE) : NULL;
}

/* --- tags --- */

typedef struct {
  const char *name;
  HsTypeId type;
  guint shift, width; /* bits of the split's value */
} Tag;

#define MAX_TAGS 8

typedef struct {
  const HsTypes *types;
  const HsSplit *split;
  GArray *tags; /* Tag */
  guint tried;
} TagSearch;

static void
take_number (TagSearch *self, const HsMember *member, HsTypeId type, guint64 offset)
{
  guint64 size = hs_types_get (self->types, type)->size;

  if (offset < self->split->offset || offset - self->split->offset >= self->split->size || self->tags->len >= MAX_TAGS)
    return;
  guint shift = (guint)(8 * (offset - self->split->offset)) + member->bit_offset;
  guint width = member->bit_size != 0 ? member->bit_size : (guint)MIN (size * 8, 64);
  if (shift >= 64 || width == 0)
    return;
  guint64 bits = (width >= 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << width) - 1) << shift;
  guint64 looked_at = self->split->mask & (self->split->size >= 8 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << 8 * self->split->size) - 1);
  Tag tag = { member->name, type, shift, width };
  if ((bits & looked_at) != 0)
    g_array_append_val (self->tags, tag);
}

static void
find_tags (TagSearch *self, HsTypeId id, guint64 base, guint depth)
{
  const HsType *type = hs_types_get (self->types, hs_types_strip (self->types, id));

  if (!is_record (type) || depth > MAX_DEPTH)
    return;
  for (guint32 i = 0; i < type->n_members && self->tried++ < MAX_TRIED; i++) {
    const HsMember *member = hs_types_member (self->types, type, i);
    HsTypeId inner = hs_types_strip (self->types, member->type);
    const HsType *of = hs_types_get (self->types, inner);
    guint64 offset = base + member->offset;
    if (offset > self->split->offset + 8u || (member->bit_size == 0 && offset + of->size <= self->split->offset))
      continue;
    if (of->kind == HS_TYPE_BASE || of->kind == HS_TYPE_ENUM)
      take_number (self, member, inner, offset);
    else
      find_tags (self, inner, offset, depth + 1);
  }
}

static GArray *
tags_of (const HsTypes *types, HsTypeId type, const HsSplit *split)
{
  TagSearch search = { types, split, g_array_new (FALSE, FALSE, sizeof (Tag)), 0 };

  find_tags (&search, type, 0, 0);
  return search.tags;
}

char *
hs_split_member (const HsTypes *types, HsTypeId type, const HsSplit *split)
{
  g_autoptr (GArray) tags = tags_of (types, type, split);
  g_autoptr (GString) text = g_string_new ("");

  for (guint i = 0; i < tags->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", g_array_index (tags, Tag, i).name);
  return tags->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static const char *
enumerator_name (const HsTypes *types, const HsType *type, guint64 value)
{
  for (guint32 i = 0; type->kind == HS_TYPE_ENUM && i < type->n_members; i++)
    if ((guint64)types->enumerators[type->first_member + i].value == value)
      return types->enumerators[type->first_member + i].name;
  return NULL;
}

char *
hs_split_words (const HsTypes *types, HsTypeId type, const HsSplit *split, guint64 value)
{
  g_autoptr (GArray) tags = tags_of (types, type, split);
  g_autoptr (GString) text = g_string_new ("");

  if (value == G_MAXUINT64)
    return g_strdup ("where that cannot be read");
  for (guint i = 0; i < tags->len; i++) {
    const Tag *tag = &g_array_index (tags, Tag, i);
    guint64 mask = tag->width >= 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << tag->width) - 1;
    guint64 looked_at = split->mask >> tag->shift & mask, part = value >> tag->shift & mask;
    const char *name = looked_at == mask ? enumerator_name (types, hs_types_get (types, tag->type), part) : NULL;
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", tag->name);
    if (looked_at != mask) /* one flag of a set */
      g_string_append_printf (text, " & 0x%" G_GINT64_MODIFIER "x", looked_at);
    g_string_append_printf (text, " = %" G_GUINT64_FORMAT, part);
    if (name != NULL)
      g_string_append_printf (text, " (%s)", name);
  }
  if (tags->len == 0)
    g_string_append_printf (text, "%" G_GUINT64_FORMAT, value);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- static objects --- */

static const HsVariable *
variable_at (const HsTypes *types, HsAddr address)
{
  for (guint32 i = 0; i < types->n_variables; i++) {
    const HsVariable *variable = &types->variables[i];
    if (!variable->tls && variable->address != 0 && address >= variable->address
        && address - variable->address < MAX (hs_types_get (types, hs_types_strip (types, variable->type))->size, 1))
      return variable;
  }
  return NULL;
}

char *
hs_address_name (const HsEvidence *self, HsAddr address)
{
  const HsVariable *variable = variable_at (self->types, address);
  HsModule *module = hs_modules_find (self->modules, address);
  const char *name = variable != NULL ? variable->name : NULL;
  guint64 offset = variable != NULL ? address - variable->address : 0;

  if (name == NULL && module != NULL)
    name = hs_module_symbol_at (module, address, &offset);
  if (name == NULL && module != NULL)
    return g_strdup_printf ("%s+0x%" G_GINT64_MODIFIER "x", module->name, address - module->bias);
  if (name == NULL)
    return g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", address);
  return offset == 0 ? g_strdup (name) : g_strdup_printf ("%s+0x%" G_GINT64_MODIFIER "x", name, offset);
}

char *
hs_type_words (const HsEvidence *self, HsTypeId type)
{
  return hs_inference_name (self->inference, hs_label (type, HS_FORM_WHOLE, HS_LEVEL_C, 0));
}

/* A variable that is a pointer itself, whatever source went on from it. */
static gboolean
is_pointer_variable (const HsEvidence *self, const HsReason *reason, const HsContext *context)
{
  return context->owner == 0 && !context->inherited && context->member != NULL && (reason->member == NULL || *reason->member == 0)
         && reason->owner < self->types->n_types && hs_types_get (self->types, reason->owner)->kind == HS_TYPE_POINTER;
}

char *
hs_member_words (const HsEvidence *self, const HsReason *reason)
{
  const HsContext *context = hs_contexts_get (self->inference->contexts, reason->context);
  gboolean has_member = reason->member != NULL && *reason->member != 0;

  if (reason->source == HS_SOURCE_STATIC || reason->source == HS_SOURCE_STACK || is_pointer_variable (self, reason, context))
    return g_strconcat (context->member != NULL ? context->member : "", has_member ? "." : "", has_member ? reason->member : "", NULL);
  if (reason->owner == 0)
    return g_strdup (has_member ? reason->member : "");
  g_autofree char *owner = hs_type_words (self, reason->owner);
  if (!has_member && reason->source != HS_SOURCE_VTABLE)
    return g_strdup_printf ("an array of %s", owner);
  return g_strconcat (owner, has_member ? "." : "", has_member ? reason->member : "", NULL);
}

/* --- contexts --- */

static void
append_below (const HsEvidence *self, GString *words, HsTypeId type, const char *member)
{
  g_autofree char *owner = hs_type_words (self, type);

  g_string_append_printf (words, " below %s.%s", owner, member != NULL ? member : "");
}

char *
hs_context_words (const HsEvidence *self, const HsReason *reason)
{
  const HsContext *context = hs_contexts_get (self->inference->contexts, reason->context);

  if (reason->source == HS_SOURCE_STATIC || reason->source == HS_SOURCE_STACK || reason->context == 0)
    return g_strdup ("");
  g_autoptr (GString) words = g_string_new (NULL);
  if (context->owner == 0 && !context->inherited)
    g_string_append_printf (words, " below the variable %s", context->member);
  if (context->owner != 0)
    append_below (self, words, context->owner, context->member);
  if (context->above != 0)
    append_below (self, words, context->above, context->above_member);
  if (context->inherited) {
    g_autofree char *name = hs_address_name (self, context->place);
    g_string_append_printf (words, " where the object, or one above it, has the functions of %s", name);
  }
  return g_string_free (g_steal_pointer (&words), FALSE);
}

/* --- functions --- */

#define MAX_WORDS 128 /* of an object or of a table that are looked at */
#define MAX_NAMED 3

static gboolean
takes (const HsEvidence *self, HsAddr address, HsTypeId type)
{
  HsModule *module = hs_modules_find (self->modules, address);
  g_autoptr (GArray) all = module != NULL ? hs_types_takes (self->types, module, address) : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++)
    if (g_array_index (all, HsTake, i).type == type)
      return TRUE;
  return FALSE;
}

/* Appends the names of those of the @n words at @address that are functions that take a @type; goes on into static tables. */
static void
add_functions (const HsEvidence *self, HsAddr address, guint64 n, HsTypeId type, gboolean tables, GPtrArray *names)
{
  for (guint64 i = 0; i < MIN (n, MAX_WORDS) && names->len < MAX_NAMED; i++) {
    guint64 value;
    if (!hs_image_word (self->target->image, address + 8 * i, &value) || hs_modules_find (self->modules, value) == NULL)
      continue;
    const HsVariable *table = tables ? variable_at (self->types, value) : NULL;
    if (table != NULL)
      add_functions (self, value, hs_types_get (self->types, hs_types_strip (self->types, table->type))->size / 8, type, FALSE, names);
    else if (takes (self, value, type))
      g_ptr_array_add (names, hs_address_name (self, value));
  }
}

char *
hs_function_names (const HsEvidence *self, guint32 block)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  add_functions (self, self->heap->blocks->address[block], hs_blocks_size (self->heap->blocks, block) / 8,
                 hs_label_type (self->inference->label[block]), TRUE, names);
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **)names->pdata);
}
