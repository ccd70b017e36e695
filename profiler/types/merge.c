/* merge.c - equal types become one: hs_table_merge of table.h.
 *
 * Two types are equal if they say the same of themselves (kind, name, size, members) and if what they refer to directly
 * is equal in that sense: first a type's class is a hash of what it says itself, with the structs it refers to by their
 * names; then again with those classes in place of the names. So `struct list { struct node *head; }` of two files with
 * a `struct node` each is two types. It ends there: going on until nothing splits any more would make two of every type
 * from which a difference can be reached, however far away (Redis has a `struct dict` of its own and one of hiredis, and
 * its `struct client` would be two).
 * A declaration takes part as the definition it stands for: that of its own group (unit or module) if there is one, else
 * any if all definitions of that name are in one class, else it stays a class of its own.
 * Invariants: class hashes depend on contents and order of the table only; classes are numbered in the order of their
 * first member. A collision of 64-bit hashes would merge two types; it cannot break the table. */
#include "profiler/types/table.h"

#include <string.h>

#define MAX_HASH_DEPTH 128

typedef struct {
  const HsTable *table;
  guint32 n;
  guint64 *own;     /* hash of what a type says itself */
  guint64 *class;   /* of the last round */
  guint64 *next;    /* of this round; 0 not computed yet */
  guint32 *defined; /* of a declaration the definition it stands for, itself for all others */
  guint8 *busy;
  gboolean by_name; /* first round: named types are their name */
} Merge;

static inline guint64
mix (guint64 hash, guint64 value)
{
  hash ^= value + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + (hash << 6) + (hash >> 2);
  hash *= G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  return hash ^ hash >> 32;
}

/* struct and class are one: C++ lets a class be declared as a struct. */
static guint
name_space (const HsModelType *type)
{
  switch (type->kind) {
  case HS_TYPE_STRUCT:
  case HS_TYPE_CLASS:
    return HS_FLAG_DECLARES_STRUCT;
  case HS_TYPE_UNION:
    return HS_FLAG_DECLARES_UNION;
  case HS_TYPE_ENUM:
    return HS_FLAG_DECLARES_ENUM;
  case HS_TYPE_OPAQUE:
    return type->flags & HS_FLAG_DECLARES;
  default:
    return 0;
  }
}

static gboolean
is_named (const HsModelType *type)
{
  return type->name != 0 && name_space (type) != 0;
}

/* The name of a typedef is in another name space than tags: no declaration can mean it. */
static guint64
hash_name (const HsModelType *type)
{
  return mix (mix (7, name_space (type)), (guint64)type->name << 1 | ((type->flags & HS_TYPE_FLAG_TYPEDEF_NAME) != 0));
}

static guint64
hash_own (const HsTable *table, const HsModelType *type)
{
  guint64 hash = mix (name_space (type) != 0 ? name_space (type) : type->kind, type->name);

  /* The size of a typedef follows from its target, and is 0 where that is only declared. */
  if (type->kind != HS_TYPE_TYPEDEF && type->kind != HS_TYPE_ARRAY)
    hash = mix (hash, type->size);
  hash = mix (hash, type->count);
  hash = mix (mix (hash, type->n_members), type->encoding);
  hash = mix (hash, type->flags & (HS_TYPE_FLAG_UNBOUNDED | HS_TYPE_FLAG_TRUNCATED | HS_TYPE_FLAG_TYPEDEF_NAME));
  hash = mix (hash, type->kind == HS_TYPE_OPAQUE);
  for (guint32 i = 0; i < type->n_members; i++) {
    if (type->kind == HS_TYPE_ENUM) {
      const HsModelEnumerator *e = &g_array_index (table->enumerators, HsModelEnumerator, type->first_member + i);
      hash = mix (mix (hash, e->name), (guint64)e->value);
      continue;
    }
    const HsModelMember *m = hs_table_member (table, type->first_member + i);
    hash = mix (mix (hash, m->name), m->offset);
    hash = mix (hash, (guint64)m->flags << 16 | m->bit_offset << 8 | m->bit_size);
  }
  return hash;
}

static guint64 hash_type (Merge *self, guint32 id, guint depth);

static guint64
hash_reference (Merge *self, guint32 id, guint depth)
{
  const HsModelType *type = hs_table_type (self->table, id);

  if (!is_named (type))
    return hash_type (self, id, depth + 1);
  return self->by_name ? hash_name (type) : self->class[self->defined[id]];
}

/* Recursion ends at named types; what has no name and yet is in a circle, or too deep, is cut. */
static guint64
hash_type (Merge *self, guint32 id, guint depth)
{
  const HsModelType *type = hs_table_type (self->table, id);
  gboolean has_members = type->kind == HS_TYPE_FUNCTION || hs_kind_is_aggregate (type->kind);

  if (self->next[id] != 0)
    return self->next[id];
  if (depth > MAX_HASH_DEPTH || self->busy[id])
    return 1;
  self->busy[id] = 1;
  guint64 hash = self->own[id];
  if (type->target != 0)
    hash = mix (hash, hash_reference (self, type->target, depth));
  for (guint32 i = 0; has_members && i < type->n_members; i++)
    hash = mix (hash, hash_reference (self, hs_table_member (self->table, type->first_member + i)->type, depth));
  self->busy[id] = 0;
  return self->next[id] = hash | 2;
}

/* --- declarations */

typedef struct {
  guint32 first;      /* definition */
  gboolean ambiguous; /* of more than one class */
} Definition;

static guint64
group_key (const HsModelType *type)
{
  return mix (hash_name (type), type->group + G_GUINT64_CONSTANT (0x100000000));
}

/* Notes @id as the definition of @key: the first one stays. */
static void
note (Merge *self, GHashTable *definitions, guint64 key, guint32 id)
{
  Definition *known = g_hash_table_lookup (definitions, &key);

  if (known != NULL) {
    known->ambiguous |= self->class[known->first] != self->class[id];
    return;
  }
  Definition definition = { id, FALSE };
  g_hash_table_insert (definitions, g_memdup2 (&key, sizeof key), g_memdup2 (&definition, sizeof definition));
}

static guint32
definition_of (GHashTable *definitions, const HsModelType *type, guint32 id)
{
  guint64 own = group_key (type), any = hash_name (type);
  const Definition *definition = g_hash_table_lookup (definitions, &own);

  if (definition == NULL || definition->ambiguous)
    definition = g_hash_table_lookup (definitions, &any);
  return definition != NULL && !definition->ambiguous ? definition->first : id;
}

static GHashTable *
wanted_names (const Merge *self)
{
  GHashTable *wanted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint32 id = 1; id < self->n; id++) {
    const HsModelType *type = hs_table_type (self->table, id);
    if (type->kind != HS_TYPE_OPAQUE || !is_named (type))
      continue;
    guint64 key = hash_name (type);
    if (!g_hash_table_contains (wanted, &key))
      g_hash_table_add (wanted, g_memdup2 (&key, sizeof key));
  }
  return wanted;
}

/* Finds for each declaration what it stands for, by the classes so far. */
static void
resolve_declarations (Merge *self, GHashTable *wanted)
{
  g_autoptr (GHashTable) definitions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);

  for (guint32 id = 1; id < self->n; id++) {
    const HsModelType *type = hs_table_type (self->table, id);
    guint64 key = is_named (type) ? hash_name (type) : 0;
    if (type->kind == HS_TYPE_OPAQUE || key == 0 || !g_hash_table_contains (wanted, &key))
      continue;
    note (self, definitions, key, id);
    note (self, definitions, group_key (type), id);
  }
  for (guint32 id = 1; id < self->n; id++) {
    const HsModelType *type = hs_table_type (self->table, id);
    if (type->kind == HS_TYPE_OPAQUE && is_named (type))
      self->defined[id] = definition_of (definitions, type, id);
  }
}

/* --- rounds */

static void
run_round (Merge *self)
{
  memset (self->next, 0, self->n * sizeof *self->next);
  for (guint32 id = 0; id < self->n; id++)
    hash_type (self, id, 0);
  guint64 *old = self->class;
  self->class = self->next;
  self->next = old;
}

/* Numbers the classes in the order of their first type; the number of classes is the result. @ids gets the numbers. */
static guint32
number_classes (const Merge *self, guint32 *ids)
{
  guint n_slots = 1024;

  while (n_slots < self->n * 2 && n_slots < 1u << 30)
    n_slots *= 2;
  g_autofree guint32 *slots = g_new0 (guint32, n_slots); /* a type of the class, plus one */
  guint32 count = 0;
  for (guint32 id = 0; id < self->n; id++) {
    guint64 hash = self->class[self->defined[id]];
    guint slot = (guint)(hash >> 20) & (n_slots - 1);
    while (slots[slot] != 0 && self->class[self->defined[slots[slot] - 1]] != hash)
      slot = (slot + 1) & (n_slots - 1);
    if (slots[slot] == 0) {
      slots[slot] = id + 1;
      ids[id] = count++;
    } else
      ids[id] = ids[slots[slot] - 1];
  }
  return count;
}

/* Two rounds, see above. The number of classes is the result. */
static guint32
refine (Merge *self, guint32 *ids)
{
  g_autoptr (GHashTable) wanted = wanted_names (self);

  self->by_name = TRUE;
  run_round (self);
  self->by_name = FALSE;
  resolve_declarations (self, wanted);
  run_round (self);
  resolve_declarations (self, wanted);
  return number_classes (self, ids);
}

/* --- the result */

static void
copy_members (const HsTable *from, HsTable *to, HsModelType *type, const guint32 *ids)
{
  guint32 first = type->first_member;

  if (type->kind == HS_TYPE_ENUM) {
    type->first_member = to->enumerators->len;
    if (type->n_members > 0)
      g_array_append_vals (to->enumerators, &g_array_index (from->enumerators, HsModelEnumerator, first),
                           type->n_members);
    return;
  }
  type->first_member = to->members->len;
  for (guint32 i = 0; i < type->n_members; i++) {
    HsModelMember member = *hs_table_member (from, first + i);
    member.type = ids[member.type];
    g_array_append_val (to->members, member);
  }
}

static void
emit (const Merge *self, const guint32 *ids, guint32 count, HsTable *to)
{
  g_array_set_size (to->types, count);
  g_autofree guint8 *done = g_new0 (guint8, count);
  g_autofree guint32 *mentions = g_new0 (guint32, count);

  for (guint32 id = 1; id < self->n; id++)
    mentions[ids[id]] += hs_table_type (self->table, id)->mentions;
  done[0] = 1;
  for (guint32 id = 1; id < self->n; id++) {
    if (done[ids[id]])
      continue;
    done[ids[id]] = 1;
    HsModelType type = *hs_table_type (self->table, self->defined[id]);
    type.target = ids[type.target];
    type.mentions = mentions[ids[id]];
    copy_members (self->table, to, &type, ids);
    *hs_table_type (to, ids[id]) = type;
  }
}

HsTable *
hs_table_merge (const HsTable *self, guint32 **map)
{
  guint32 n = self->types->len;
  Merge merge = { .table = self, .n = n };
  g_autofree guint64 *own = g_new0 (guint64, n);
  g_autofree guint32 *defined = g_new0 (guint32, n);
  g_autofree guint8 *busy = g_new0 (guint8, n);
  guint32 *ids = g_new0 (guint32, n);

  merge.own = own;
  merge.defined = defined;
  merge.busy = busy;
  merge.class = g_new0 (guint64, n);
  merge.next = g_new0 (guint64, n);
  for (guint32 id = 0; id < n; id++) {
    own[id] = hash_own (self, hs_table_type (self, id));
    defined[id] = id;
  }
  guint32 count = refine (&merge, ids);
  HsTable *result = hs_table_new (self->strings);
  emit (&merge, ids, count, result);
  g_free (merge.class);
  g_free (merge.next);
  *map = ids;
  return result;
}
