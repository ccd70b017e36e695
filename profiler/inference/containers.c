/* containers.c - see containers.h.
 *
 * The containers of libstdc++ link nodes by a base without the value: a std::map holds _Rb_tree_node_base pointers, and so
 * do the nodes themselves. Which node it is follows from the template arguments of the class around the pointer. Names are
 * those of libstdc++ 4.8 to 14 (bits/stl_tree.h, stl_list.h, hashtable_policy.h, forward_list.h). */
#include "profiler/inference/containers.h"

#include <string.h>

typedef struct {
  const char *base;   /* what the pointer is declared to point to */
  const char *inside; /* the class whose member it is */
  guint argument;     /* of that class: the value */
  const char *node;   /* of the value; NULL: the class itself is the node */
  const char *end;    /* what follows the value */
} Rule;

static const Rule RULES[] = {
  { "std::_Rb_tree_node_base", "std::_Rb_tree_node<", 0, NULL, NULL },
  { "std::_Rb_tree_node_base", "std::_Rb_tree<", 1, "std::_Rb_tree_node<", ">" },
  { "std::_Rb_tree_node_base", "std::_Rb_tree_iterator<", 0, "std::_Rb_tree_node<", ">" },
  { "std::_Rb_tree_node_base", "std::_Rb_tree_const_iterator<", 0, "std::_Rb_tree_node<", ">" },
  { "std::__detail::_List_node_base", "std::_List_node<", 0, NULL, NULL },
  { "std::__detail::_List_node_base", "std::_List_iterator<", 0, "std::_List_node<", ">" },
  { "std::__detail::_List_node_base", "std::_List_const_iterator<", 0, "std::_List_node<", ">" },
  { "std::__detail::_List_node_base", "std::_List_base<", 0, "std::_List_node<", ">" },
  { "std::_Fwd_list_node_base", "std::_Fwd_list_node<", 0, NULL, NULL },
  { "std::_Fwd_list_node_base", "std::_Fwd_list_base<", 0, "std::_Fwd_list_node<", ">" },
  { "std::__detail::_Hash_node_base", "std::__detail::_Hash_node<", 0, NULL, NULL },
  { "std::__detail::_Hash_node_base", "std::_Hashtable<", 1, "std::__detail::_Hash_node<", NULL },
};

#define HASH_TRAITS 9 /* argument of _Hashtable: its first says whether nodes keep the hash */

/* Behind @prefix, which is written without the inline namespace that the name may have; NULL: another name. */
static const char *
behind (const char *name, const char *prefix)
{
  static const char INLINE[] = "std::__cxx11::";

  if (g_str_has_prefix (name, prefix))
    return name + strlen (prefix);
  if (g_str_has_prefix (prefix, "std::") && g_str_has_prefix (name, INLINE)
      && g_str_has_prefix (name + strlen (INLINE), prefix + strlen ("std::")))
    return name + strlen (INLINE) + strlen (prefix) - strlen ("std::");
  return NULL;
}

char *
hs_template_argument (const char *name, const char *prefix, guint index)
{
  const char *at = behind (name, prefix), *start = at;
  guint depth = 0;

  for (; at != NULL && *at != 0; at++) {
    if (depth == 0 && (*at == ',' || *at == '>')) {
      if (index-- == 0)
        return g_strstrip (g_strndup (start, (gsize)(at - start)));
      if (*at == '>')
        return NULL;
      start = at + 1;
    } else if (*at == '<' || *at == '(' || *at == '[' || *at == '{')
      depth++;
    else if ((*at == '>' || *at == ')' || *at == ']' || *at == '}') && depth > 0)
      depth--;
  }
  return NULL;
}

static HsTypeId
by_name (HsTypes *types, const char *name)
{
  guint n;
  const HsTypeId *ids = hs_types_by_cxx_name (types, name, &n);

  return n > 0 ? ids[0] : 0;
}

/* "unsigned int", "Foo", "Foo*": the first pointer to Foo that the debug info has. */
static HsTypeId
by_value_name (HsTypes *types, const char *name)
{
  gsize length = strlen (name);
  HsTypeId id = by_name (types, name);
  guint n;

  if (id != 0 || length == 0)
    return id;
  if (name[length - 1] != '*') {
    const HsTypeId *ids = hs_types_by_name (types, name, &n);
    return n > 0 ? ids[0] : 0;
  }
  g_autofree char *pointee = g_strchomp (g_strndup (name, length - 1));
  HsTypeId target = by_value_name (types, pointee);
  for (id = 1; target != 0 && id < types->n_types; id++)
    if (hs_types_get (types, id)->kind == HS_TYPE_POINTER && hs_types_get (types, id)->target == target)
      return id;
  return 0;
}

static HsTypeId
node_of (HsTypes *types, const Rule *rule, const char *class)
{
  g_autofree char *value = hs_template_argument (class, rule->inside, rule->argument);

  if (value == NULL)
    return 0;
  if (rule->end != NULL) {
    g_autofree char *name = g_strconcat (rule->node, value, rule->end, NULL);
    return by_name (types, name);
  }
  g_autofree char *traits = hs_template_argument (class, rule->inside, HASH_TRAITS);
  g_autofree char *cached = traits != NULL ? hs_template_argument (traits, "std::__detail::_Hashtable_traits<", 0) : NULL;
  g_autofree char *name = g_strconcat (rule->node, value, ", ", cached != NULL ? cached : "false", ">", NULL);
  return by_name (types, name);
}

HsTypeId
hs_container_node (HsTypes *types, HsTypeId base, const HsTypeId *enclosing, guint n)
{
  const char *name = hs_types_get (types, base)->name;

  if (!g_str_has_prefix (name, "std::"))
    return 0;
  /* The innermost class counts: a map's node may hold a map. */
  for (guint k = n; k-- > 0;) {
    const char *class = hs_types_get (types, enclosing[k])->name;
    for (guint i = 0; i < G_N_ELEMENTS (RULES); i++)
      if (strcmp (name, RULES[i].base) == 0 && behind (class, RULES[i].inside) != NULL)
        return RULES[i].node == NULL ? enclosing[k] : node_of (types, &RULES[i], class);
  }
  return 0;
}

gboolean
hs_container_is_deque (HsTypes *types, const HsTypeId *enclosing, guint n)
{
  for (guint i = 0; i < n; i++)
    if (behind (hs_types_get (types, enclosing[i])->name, "std::_Deque_base<") != NULL)
      return TRUE;
  return FALSE;
}

HsTypeId
hs_container_storage (HsTypes *types, HsTypeId id)
{
  static const char *const STORAGE[] = { "__gnu_cxx::__aligned_membuf<", "__gnu_cxx::__aligned_buffer<" };
  const HsType *type = hs_types_get (types, id);

  for (guint i = 0; i < G_N_ELEMENTS (STORAGE); i++) {
    g_autofree char *value = hs_template_argument (type->name, STORAGE[i], 0);
    if (value == NULL)
      continue;
    HsTypeId held = by_value_name (types, value);
    if (held != 0 && hs_types_get (types, held)->size > 0 && hs_types_get (types, held)->size <= type->size)
      return held;
  }
  return 0;
}
