/* names.c - types by name, and the names users read.
 *
 * C++ names of one type differ: DWARF of gcc writes "std::map<long unsigned int, ...>" where a demangled symbol has
 * "std::map<unsigned long, ...>", "4" where that has "4ul". hs_types_by_cxx_name compares a normal form: no spaces, no
 * const, no inline namespaces, integer types in one spelling, no default arguments of the standard library. What users read
 * is shortened in the same way, but for spaces and const: a map of strings has 300 characters otherwise. */
#include "profiler/types/graph.h"

#include <string.h>

#define MAX_STRIP 64
#define MAX_DISPLAY 4096
#define MAX_DISPLAY_DEPTH 32

typedef struct {
  const char *name; /* normal form */
  HsTypeId id;
} CxxName;

HsTypeId
hs_types_strip (const HsTypes *self, HsTypeId id)
{
  for (guint i = 0; i < MAX_STRIP && hs_types_get (self, id)->kind == HS_TYPE_TYPEDEF; i++)
    id = hs_types_get (self, id)->target;
  return id;
}

/* --- the normal form of C++ names */

static gboolean
is_word_char (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

static gboolean
is_word (const char *word, gsize length, const char *const *list)
{
  for (; *list != NULL; list++)
    if (strlen (*list) == length && strncmp (*list, word, length) == 0)
      return TRUE;
  return FALSE;
}

/* A word of an integer type's name. */
static void
append_part (GString *out, const char *part, gboolean readable)
{
  if (*part != 0 && readable && out->len > 0 && is_word_char (out->str[out->len - 1]))
    g_string_append_c (out, ' ');
  g_string_append (out, part);
}

/* Reads "long unsigned int" in any order and writes it in one: "unsigned long". Returns behind it. */
static const char *
append_integer (GString *out, const char *at, gboolean readable)
{
  static const char *const WORDS[] = { "unsigned", "signed", "long", "short", "int", "char", NULL };
  guint n_long = 0;
  gboolean is_unsigned = FALSE, is_signed = FALSE, is_short = FALSE, is_char = FALSE, is_double = FALSE;
  const char *end = at;

  for (;;) {
    gsize length = 0;
    while (*at == ' ')
      at++;
    while (is_word_char (at[length]))
      length++;
    if (length == 6 && strncmp (at, "double", 6) == 0 && n_long > 0)
      is_double = TRUE;
    else if (!is_word (at, length, WORDS))
      break;
    n_long += at[0] == 'l';
    is_unsigned |= at[0] == 'u';
    is_signed |= length == 6 && at[0] == 's';
    is_short |= length == 5;
    is_char |= at[0] == 'c';
    end = at += length;
  }
  append_part (out, is_unsigned ? "unsigned" : is_signed && is_char ? "signed" : "", readable);
  for (guint i = 0; i < n_long; i++)
    append_part (out, "long", readable);
  append_part (out, is_double ? "double" : is_char ? "char" : is_short ? "short" : n_long > 0 ? "" : "int", readable);
  return end;
}

static const char *
append_word (GString *out, const char *at, gboolean readable)
{
  static const char *const INTEGERS[] = { "unsigned", "signed", "long", "short", "int", "char", NULL };
  static const char *const DROPPED[] = { "const", "volatile", "struct", "class", "union", "enum", NULL };
  static const char *const INLINE[] = { "__cxx11", "__1", "_V2", "__ndk1", NULL };
  gsize length = 0;

  while (is_word_char (at[length]))
    length++;
  if (is_word (at, length, INTEGERS))
    return append_integer (out, at, readable);
  if (!readable && is_word (at, length, DROPPED))
    return at + length;
  if (is_word (at, length, INLINE) && at[length] == ':' && at[length + 1] == ':')
    return at + length + 2;
  gsize kept = length;
  /* 4ul is 4. */
  while (g_ascii_isdigit (at[0]) && kept > 1 && strchr ("uUlL", at[kept - 1]) != NULL)
    kept--;
  if (readable && out->len > 0 && (is_word_char (out->str[out->len - 1]) || strchr (">*&", out->str[out->len - 1]) != NULL))
    g_string_append_c (out, ' ');
  g_string_append_len (out, at, (gssize)kept);
  return at + length;
}

/* @start: where the last argument of a template begins in @out. TRUE if it is one the library gives by default. */
static gboolean
is_default_argument (const GString *out, gsize start)
{
  static const char *const DEFAULTS[] = { "std::allocator<", "std::char_traits<",  "std::less<", "std::hash<",
                                          "std::equal_to<",  "std::default_delete<" };

  for (guint i = 0; i < G_N_ELEMENTS (DEFAULTS); i++)
    if (strncmp (out->str + start, DEFAULTS[i], strlen (DEFAULTS[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Drops trailing default arguments; @commas are where arguments of this template begin, the first one excluded. */
static void
drop_defaults (GString *out, GArray *starts, guint first)
{
  while (starts->len > first + 1) {
    gsize start = g_array_index (starts, gsize, starts->len - 1);
    if (!is_default_argument (out, start))
      break;
    gsize comma = start - 1;
    while (comma > 0 && out->str[comma] != ',')
      comma--;
    g_string_truncate (out, comma);
    g_array_set_size (starts, starts->len - 1);
  }
}

static void
close_template (GString *out, GArray *starts, GArray *opened)
{
  guint first = g_array_index (opened, guint, opened->len - 1);

  drop_defaults (out, starts, first);
  g_array_set_size (starts, first);
  g_array_set_size (opened, opened->len - 1);
}

static void
append_sign (GString *out, char sign, GArray *starts, GArray *opened, gboolean readable)
{
  if (sign == '>' && opened->len > 0)
    close_template (out, starts, opened);
  g_string_append_c (out, sign);
  if (readable && sign == ',')
    g_string_append_c (out, ' ');
  gsize here = out->len;
  if (sign == '<') {
    guint first = starts->len;
    g_array_append_val (opened, first);
    g_array_append_val (starts, here);
  } else if (sign == ',' && opened->len > 0)
    g_array_append_val (starts, here);
}

/* (transfer full): the normal form, or the @readable short one. */
static char *
normalise (const char *name, gboolean readable)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autoptr (GArray) opened = g_array_new (FALSE, FALSE, sizeof (guint));

  while (*name != 0) {
    if (is_word_char (*name))
      name = append_word (out, name, readable);
    else {
      if (*name != ' ')
        append_sign (out, *name, starts, opened, readable);
      else if (readable && name[1] != 0 && strchr ("(*&", name[1]) != NULL && out->len > 0
               && (is_word_char (out->str[out->len - 1]) || out->str[out->len - 1] == '>'))
        g_string_append_c (out, ' '); /* "void (*)(int)", "char *" */
      name++;
    }
  }
  return g_string_free (out, FALSE);
}

/* --- display */

static const char *
keyword (const HsType *type)
{
  if ((type->flags & (HS_TYPE_FLAG_CXX | HS_TYPE_FLAG_TYPEDEF_NAME)) != 0)
    return "";
  switch (type->kind) {
  case HS_TYPE_STRUCT:
  case HS_TYPE_CLASS:
    return "struct ";
  case HS_TYPE_UNION:
    return "union ";
  case HS_TYPE_ENUM:
    return "enum ";
  case HS_TYPE_OPAQUE:
    if ((type->flags & HS_FLAG_DECLARES_UNION) != 0)
      return "union ";
    if ((type->flags & HS_FLAG_DECLARES_ENUM) != 0)
      return "enum ";
    return (type->flags & HS_FLAG_DECLARES_STRUCT) != 0 ? "struct " : "";
  default:
    return "";
  }
}

char *
hs_types_shorten (const char *name)
{
  if (strchr (name, '<') == NULL)
    return g_strdup (name);
  g_autofree char *normal = normalise (name, TRUE);
  GString *text = g_string_new (normal);
  g_string_replace (text, "std::basic_string<char>", "std::string", 0);
  return g_string_free (text, FALSE);
}

static void
append_plain (GString *out, const HsType *type)
{
  static const char *const NAMELESS[] = {
    [HS_TYPE_STRUCT] = "struct {...}", [HS_TYPE_CLASS] = "class {...}",  [HS_TYPE_UNION] = "union {...}",
    [HS_TYPE_ENUM] = "enum {...}",     [HS_TYPE_OPAQUE] = "<no structure>",
  };

  if (type->kind == HS_TYPE_VOID)
    g_string_append (out, "void");
  else if (type->name[0] != 0) {
    g_autofree char *name = hs_types_shorten (type->name);
    g_string_append_printf (out, "%s%s", keyword (type), name);
  } else if (type->kind < G_N_ELEMENTS (NAMELESS) && NAMELESS[type->kind] != NULL)
    g_string_append (out, NAMELESS[type->kind]);
  else
    g_string_append (out, "?");
}

static void display (const HsTypes *self, HsTypeId id, GString *declarator, GString *out, guint depth);

static void
append_parameters (const HsTypes *self, const HsType *type, GString *declarator, guint depth)
{
  g_string_append_c (declarator, '(');
  for (guint32 i = 0; i < type->n_members && declarator->len < MAX_DISPLAY; i++) {
    g_autoptr (GString) none = g_string_new (NULL);
    if (i > 0)
      g_string_append (declarator, ", ");
    display (self, hs_types_member (self, type, i)->type, none, declarator, depth + 1);
  }
  if (type->n_members == 0)
    g_string_append (declarator, "void");
  g_string_append_c (declarator, ')');
}

static void
prepend_star (const HsTypes *self, const HsType *type, GString *declarator)
{
  guint8 kind = hs_types_get (self, type->target)->kind;

  g_string_prepend (declarator, type->kind == HS_TYPE_REFERENCE        ? "&"
                                : type->kind == HS_TYPE_MEMBER_POINTER ? "::*"
                                                                       : "*");
  if (kind == HS_TYPE_ARRAY || kind == HS_TYPE_FUNCTION) {
    g_string_prepend_c (declarator, '(');
    g_string_append_c (declarator, ')');
  }
}

/* Builds the declarator from the inside out until a type that has a name stands before it. */
/* A typedef of something with a tag is shown by its tag, so that one type has one name. */
static const HsType *
tagged (const HsTypes *self, const HsType *type)
{
  const HsType *plain = type->kind == HS_TYPE_TYPEDEF ? hs_types_get (self, hs_types_strip (self, type->target)) : type;
  gboolean has_tag = (plain->kind == HS_TYPE_STRUCT || plain->kind == HS_TYPE_CLASS || plain->kind == HS_TYPE_UNION
                      || plain->kind == HS_TYPE_ENUM)
                     && *plain->name != 0;

  return has_tag ? plain : type;
}

static void
display (const HsTypes *self, HsTypeId id, GString *declarator, GString *out, guint depth)
{
  const HsType *type = hs_types_get (self, id);

  for (; depth < MAX_DISPLAY_DEPTH && declarator->len + out->len < MAX_DISPLAY; depth++) {
    if (type->kind == HS_TYPE_ARRAY) {
      if ((type->flags & HS_TYPE_FLAG_UNBOUNDED) != 0)
        g_string_append (declarator, "[]");
      else
        g_string_append_printf (declarator, "[%" G_GUINT64_FORMAT "]", type->count);
    } else if (type->kind == HS_TYPE_FUNCTION)
      append_parameters (self, type, declarator, depth);
    else if (type->kind == HS_TYPE_POINTER || type->kind == HS_TYPE_REFERENCE || type->kind == HS_TYPE_MEMBER_POINTER)
      prepend_star (self, type, declarator);
    else
      break;
    type = hs_types_get (self, type->target);
  }
  append_plain (out, tagged (self, type));
  if (declarator->len > 0 && declarator->str[0] != '[')
    g_string_append_c (out, ' ');
  g_string_append (out, declarator->str);
}

char *
hs_types_display (const HsTypes *self, HsTypeId id)
{
  g_autoptr (GString) declarator = g_string_new (NULL);
  GString *out = g_string_new (NULL);

  display (self, id, declarator, out, 0);
  return g_string_free (out, FALSE);
}

/* --- indexes */

static gint
compare_by_name (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const HsTypes *self = user_data;
  HsTypeId x = *(const HsTypeId *)a, y = *(const HsTypeId *)b;
  int order = strcmp (self->types[x].name, self->types[y].name);

  return order != 0 ? order : (x > y) - (x < y);
}

static gint
compare_cxx (gconstpointer a, gconstpointer b)
{
  const CxxName *x = a, *y = b;
  int order = strcmp (x->name, y->name);

  return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

static gboolean
is_aggregate (const HsType *type)
{
  return type->kind == HS_TYPE_STRUCT || type->kind == HS_TYPE_CLASS || type->kind == HS_TYPE_UNION;
}

static void
index_names (const HsTypes *self, HsGraph *graph)
{
  graph->by_name = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  for (HsTypeId id = 1; id < self->n_types; id++) {
    const HsType *type = &self->types[id];
    if (type->name[0] != 0
        && (is_aggregate (type) || type->kind == HS_TYPE_ENUM || type->kind == HS_TYPE_BASE
            || type->kind == HS_TYPE_TYPEDEF))
      g_array_append_val (graph->by_name, id);
  }
  g_array_sort_with_data (graph->by_name, compare_by_name, (gpointer)self);
}

/* After the sorted names their ids alone, so that a run of equal names is an array of ids. */
static void
index_cxx_names (const HsTypes *self, HsGraph *graph)
{
  graph->by_cxx_name = g_array_new (FALSE, FALSE, sizeof (CxxName));
  graph->cxx_names = g_string_chunk_new (65536);
  for (HsTypeId id = 1; id < self->n_types; id++) {
    if (!is_aggregate (&self->types[id]) || self->types[id].name[0] == 0)
      continue;
    g_autofree char *normal = normalise (self->types[id].name, FALSE);
    CxxName name = { g_string_chunk_insert (graph->cxx_names, normal), id };
    g_array_append_val (graph->by_cxx_name, name);
  }
  g_array_sort (graph->by_cxx_name, compare_cxx);
  graph->cxx_ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  for (guint i = 0; i < graph->by_cxx_name->len; i++)
    g_array_append_val (graph->cxx_ids, g_array_index (graph->by_cxx_name, CxxName, i).id);
}

typedef const char *(*NameAt) (const HsTypes *self, guint i);

static const char *
name_at (const HsTypes *self, guint i)
{
  return self->types[g_array_index (hs_graph (self)->by_name, HsTypeId, i)].name;
}

static const char *
cxx_name_at (const HsTypes *self, guint i)
{
  return g_array_index (hs_graph (self)->by_cxx_name, CxxName, i).name;
}

/* The first place whose name is not before @name, or with @after not before or equal. */
static guint
bound (const HsTypes *self, NameAt at, guint n, const char *name, gboolean after)
{
  guint low = 0, high = n;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    int order = strcmp (at (self, middle), name);
    if (order < 0 || (after && order == 0))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static const HsTypeId *
find (const HsTypes *self, NameAt at, const GArray *ids, const char *name, guint *n)
{
  guint first = bound (self, at, ids->len, name, FALSE);

  *n = bound (self, at, ids->len, name, TRUE) - first;
  return *n > 0 ? &g_array_index (ids, HsTypeId, first) : NULL;
}

const HsTypeId *
hs_types_by_name (const HsTypes *self, const char *name, guint *n)
{
  HsGraph *graph = hs_graph (self);

  g_mutex_lock (&graph->lock);
  if (graph->by_name == NULL)
    index_names (self, graph);
  g_mutex_unlock (&graph->lock);
  return find (self, name_at, graph->by_name, name, n);
}

const HsTypeId *
hs_types_by_cxx_name (const HsTypes *self, const char *name, guint *n)
{
  HsGraph *graph = hs_graph (self);
  g_autofree char *normal = normalise (name, FALSE);

  g_mutex_lock (&graph->lock);
  if (graph->by_cxx_name == NULL)
    index_cxx_names (self, graph);
  g_mutex_unlock (&graph->lock);
  return find (self, cxx_name_at, graph->cxx_ids, normal, n);
}

void
hs_graph_free_names (HsGraph *self)
{
  g_clear_pointer (&self->by_name, g_array_unref);
  g_clear_pointer (&self->by_cxx_name, g_array_unref);
  g_clear_pointer (&self->cxx_ids, g_array_unref);
  g_clear_pointer (&self->cxx_names, g_string_chunk_free);
}
