/* functions.c - see functions.h.
 *
 * C programs that have classes put functions into their objects, or a pointer to a table of functions, and all functions
 * of one kind take the same header; but each casts it to what it knows it is. And where a function stands next to a
 * void *, it is mostly called with that, or with what is behind it: a callback and its data, a container and what frees
 * or compares its elements. What functions cast their parameters to, the debug info tells (hs_types_takes). */
#include "profiler/inference/functions.h"

#include <string.h>

#define MAX_FUNCTIONS 64  /* looked at in one object */
#define MAX_REMEMBERED (1u << 18) /* in each memory: a hostile heap holds what it likes; beyond, nothing is said */
#define MAX_ASKED 16384           /* functions of which the debug info is read */

typedef struct {
  HsTypeId type;   /* of the function, as the pointer to it says */
  HsAddr address;
  guint64 at;      /* where in the object it, or the pointer to its table, stands */
  HsTypeId table;  /* of this type; 0: it stands in the object itself */
} Function;

struct _HsFunctions {
  GHashTable *takes;  /* address -> GArray of HsTake, or NULL */
  guint n_asked;      /* functions of which something is known */
  GHashTable *own;    /* key of object -> HsTypeId, plus one */
  GHashTable *others; /* key of object -> GArray of HsTypeId, or NULL */
  GHashTable *holders; /* address and offset -> GArray of HsTypeId, or NULL */
  GHashTable *said;   /* context -> HsTypeId, or 0 where they disagree */
  GHashTable *pairs;  /* pair_of () of the types that a function was seen to take one for the other */
};

static void
array_free (gpointer array)
{
  if (array != NULL)
    g_array_unref (array);
}

static HsFunctions *
functions_of (HsEngine *engine)
{
  HsFunctions *self = engine->functions;

  if (self != NULL)
    return self;
  self = engine->functions = g_new0 (HsFunctions, 1);
  self->takes = g_hash_table_new_full (NULL, NULL, NULL, array_free);
  self->own = g_hash_table_new (NULL, NULL);
  self->others = g_hash_table_new_full (NULL, NULL, NULL, array_free);
  self->holders = g_hash_table_new_full (NULL, NULL, NULL, array_free);
  self->pairs = g_hash_table_new (NULL, NULL);
  self->said = g_hash_table_new (NULL, NULL);
  return self;
}

void
hs_functions_free (HsFunctions *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->takes);
  g_hash_table_unref (self->own);
  g_hash_table_unref (self->others);
  g_hash_table_unref (self->holders);
  g_hash_table_unref (self->pairs);
  g_hash_table_unref (self->said);
  g_free (self);
}

static const GArray *
takes_of (HsEngine *engine, HsAddr address)
{
  HsFunctions *self = functions_of (engine);
  gpointer known;

  if (g_hash_table_lookup_extended (self->takes, (gpointer)address, NULL, &known))
    return known;
  const HsModule *module = hs_modules_find (engine->modules, address);
  if (module == NULL || g_hash_table_size (self->takes) >= MAX_REMEMBERED || self->n_asked >= MAX_ASKED)
    return NULL;
  GArray *takes = hs_types_takes (engine->types, module, address);
  self->n_asked += takes != NULL;
  g_hash_table_insert (self->takes, (gpointer)address, takes);
  return takes;
}

/* --- the functions of an object --- */

static guint64
word_at (const guint8 *data, guint64 offset)
{
  guint64 word;

  memcpy (&word, data + offset, sizeof word);
  return word;
}

static gboolean
is_table (HsEngine *engine, const HsSlot *slot, guint64 value)
{
  return slot->is_ops && value != 0 && hs_modules_find (engine->modules, value) != NULL;
}

static guint
add_table (HsEngine *engine, HsTypeId type, HsAddr address, guint64 at, Function *found, guint n)
{
  const HsLayout *layout = hs_layouts_get (engine->layouts, type);
  guint64 value;

  for (guint32 i = 0; i < layout->n_slots && n < MAX_FUNCTIONS; i++)
    if (layout->slots[i].kind == HS_SLOT_FUNCTION && hs_image_word (engine->image, address + layout->slots[i].offset, &value) && value != 0)
      found[n++] = (Function){ layout->slots[i].target, value, at, type };
  return n;
}

static guint
find_functions (HsEngine *engine, const HsLayout *layout, const guint8 *data, guint64 limit, Function *found)
{
  guint n = 0;

  for (guint32 i = 0; i < layout->n_slots && i < MAX_FUNCTIONS && n < MAX_FUNCTIONS; i++) {
    const HsSlot *slot = &layout->slots[i];
    if (slot->offset + 8 > limit)
      break;
    guint64 value = word_at (data, slot->offset);
    if (slot->kind == HS_SLOT_FUNCTION && value != 0)
      found[n++] = (Function){ slot->target, value, slot->offset, 0 };
    else if (is_table (engine, slot, value))
      n = add_table (engine, slot->target, value, slot->offset, found, n);
  }
  return n;
}

/* The same for all objects of one type with the same functions and tables. */
static gpointer
key_of (HsEngine *engine, const HsLayout *layout, const guint8 *data, guint64 limit)
{
  guint64 hash = layout->type;

  for (guint32 i = 0; i < layout->n_slots && i < MAX_FUNCTIONS; i++) {
    const HsSlot *slot = &layout->slots[i];
    if (slot->offset + 8 > limit)
      break;
    guint64 value = word_at (data, slot->offset);
    if (slot->kind == HS_SLOT_FUNCTION || is_table (engine, slot, value))
      hash = (hash ^ value) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + i;
  }
  return GSIZE_TO_POINTER (hash ^ hash >> 32);
}

/* What the function's parameter @number points to, as the pointer to the function says; 0: to anything, or nothing is said. */
static HsTypeId
parameter_of (HsEngine *engine, HsTypeId function, guint number)
{
  const HsType *type = hs_types_get (engine->types, function);

  if (type->kind != HS_TYPE_FUNCTION || number >= type->n_members)
    return 0;
  const HsType *pointer = hs_types_get (engine->types, hs_types_strip (engine->types, hs_types_member (engine->types, type, number)->type));
  return pointer->kind == HS_TYPE_POINTER ? hs_types_strip (engine->types, pointer->target) : HS_TYPE_LIMIT;
}

/* --- what it is itself --- */

/* The slot at @offset, or NULL. */
static const HsSlot *
slot_at (const HsLayout *layout, guint64 offset)
{
  guint32 low = 0, high = layout->n_slots;

  while (low < high) {
    guint32 middle = low + (high - low) / 2;
    if (layout->slots[middle].offset < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low < layout->n_slots && layout->slots[low].offset == offset ? &layout->slots[low] : NULL;
}

/* Whether a @type has a pointer to such a function, or to such a table, where the object has it. */
static gboolean
has_same (HsEngine *engine, HsTypeId type, const Function *function)
{
  const HsSlot *slot = hs_slot_kind (engine->types, type) == HS_SLOT_OBJECT ? slot_at (hs_layouts_get (engine->layouts, type), function->at) : NULL;

  return slot != NULL && (function->table != 0 ? slot->kind == HS_SLOT_OBJECT && slot->target == function->table
                                               : slot->kind == HS_SLOT_FUNCTION && slot->target == function->type);
}

/* Whether parameter @number of such a function may be the object that begins with a @header; the first that may is. */
static gboolean
is_self (HsEngine *engine, HsTypeId function, guint number, HsTypeId header)
{
  HsTypeId pointee = parameter_of (engine, function, number);

  return pointee == 0 || pointee == header || (pointee < HS_TYPE_LIMIT && hs_begins_with (engine, header, pointee));
}

/* The most derived type that the function takes it for; 0: none. @related: one that begins with the header; otherwise one that
 * has the function in the same place, and is as large. */
static HsTypeId
taken_for (HsEngine *engine, const Function *function, HsTypeId header, gboolean related)
{
  const GArray *takes = takes_of (engine, function->address);
  guint64 size = hs_types_get (engine->types, header)->size;
  HsTypeId best = 0;
  guint self = 0;

  while (self < HS_MAX_TAKEN && !is_self (engine, function->type, self, header))
    self++;
  for (guint i = 0; takes != NULL && self < HS_MAX_TAKEN && i < takes->len; i++) {
    const HsTake *take = &g_array_index (takes, HsTake, i);
    gboolean fits = related ? (take->parameter == self || !take->sure) && hs_begins_with (engine, take->type, header)
                            : take->parameter == self && take->sure && take->type != header && has_same (engine, take->type, function)
                              && hs_types_get (engine->types, take->type)->size >= size;
    if (take->behind == 0 && fits && (best == 0 || hs_begins_with (engine, take->type, best)))
      best = take->type;
  }
  return best;
}

static gpointer
pair_of (HsTypeId a, HsTypeId b)
{
  return GSIZE_TO_POINTER ((gsize)MIN (a, b) << 32 | MAX (a, b));
}

gboolean
hs_functions_relate (const HsEngine *engine, HsTypeId a, HsTypeId b)
{
  return engine->functions != NULL && g_hash_table_contains (engine->functions->pairs, pair_of (a, b));
}

static HsTypeId
ask_own (HsEngine *engine, const Function *functions, guint n, HsTypeId header, gboolean related)
{
  HsTypeId best = 0;

  for (guint i = 0; i < n; i++) {
    HsTypeId type = taken_for (engine, &functions[i], header, related);
    if (type == 0 || type == best || (best != 0 && hs_begins_with (engine, best, type)))
      continue;
    if (best != 0 && !hs_begins_with (engine, type, best))
      return 0;
    best = type;
  }
  return best;
}

HsTypeId
hs_functions_own (HsEngine *engine, HsTypeId header, const guint8 *data, guint64 limit)
{
  HsFunctions *self = functions_of (engine);
  const HsLayout *layout = hs_layouts_get (engine->layouts, header);
  Function functions[MAX_FUNCTIONS];

  if (!layout->has_functions)
    return 0;
  gpointer key = key_of (engine, layout, data, limit);
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->own, key));
  if (known != 0 || g_hash_table_size (self->own) >= MAX_REMEMBERED)
    return known != 0 ? known - 1 : 0;
  guint n = find_functions (engine, layout, data, limit, functions);
  HsTypeId type = ask_own (engine, functions, n, header, TRUE);
  if (type == 0) {
    type = ask_own (engine, functions, n, header, FALSE);
    if (type != 0)
      g_hash_table_add (self->pairs, pair_of (header, type));
  }
  g_hash_table_insert (self->own, key, GUINT_TO_POINTER (type + 1));
  return type;
}

static gboolean
may_be (HsEngine *engine, HsTypeId type, guint32 block, guint64 distance, gboolean among)
{
  const HsLayout *layout = hs_layouts_get (engine->layouts, type);
  HsAddr address = engine->blocks->address[block] + distance;
  guint64 usable = hs_blocks_size (engine->blocks, block) - distance;
  const guint8 *data = hs_engine_bytes (engine, block);
  HsForm form;

  if (data == NULL)
    return FALSE;
  data += distance;
  if (!hs_content_admits (engine, layout, data, usable))
    return FALSE;
  if (among && hs_content_match (engine, layout, data, usable).good == 0)
    return FALSE;
  return hs_fits (layout, address, usable, &form)
         || (layout->size <= usable && hs_beginners_that_fit (engine, type, address, usable) > 0);
}

void
hs_functions_note (HsEngine *engine, guint32 context, HsTypeId type)
{
  GHashTable *said = functions_of (engine)->said;
  gpointer known;

  if (context == 0)
    return;
  if (g_hash_table_lookup_extended (said, GUINT_TO_POINTER (context), NULL, &known) && GPOINTER_TO_UINT (known) != type)
    type = 0;
  g_hash_table_insert (said, GUINT_TO_POINTER (context), GUINT_TO_POINTER (type));
}

/* Of a link between headers: what functions said that one end of it is, if the other end may be that as well. */
static HsTypeId
linked (HsEngine *engine, const HsEdge *edge)
{
  const HsReason *reason = hs_reasons_get (engine->reasons, edge->reason);

  if (engine->functions == NULL || g_hash_table_size (engine->functions->said) == 0 || reason->context == 0
      || reason->inner != edge->target || reason->owner == edge->target)
    return 0;
  HsTypeId type = GPOINTER_TO_UINT (g_hash_table_lookup (engine->functions->said, GUINT_TO_POINTER (reason->context)));
  guint32 block = type != 0 && type == reason->owner ? hs_blocks_at (engine->blocks, edge->value) : HS_NO_BLOCK;
  return block != HS_NO_BLOCK && hs_begins_with (engine, type, edge->target) && may_be (engine, type, block, 0, TRUE) ? type : 0;
}

void
hs_functions_refine (HsEngine *engine, HsEdge *edge)
{
  gsize available;
  HsTypeId type = 0;

  if (engine->without >> HS_SOURCE_FUNCTION & 1)
    return;
  if (edge->plain || !hs_layouts_get (engine->layouts, edge->target)->has_functions)
    type = linked (engine, edge);
  else {
    const guint8 *data = hs_image_span (engine->image, edge->value, &available);
    type = data != NULL ? hs_functions_own (engine, edge->target, data, available) : 0;
  }
  if (type == 0)
    return;
  edge->target = type;
  edge->level = MIN (edge->level, HS_LEVEL_C);
  edge->reason = hs_engine_reason_by (engine, edge->reason, HS_SOURCE_FUNCTION, 0);
}

/* --- what it points to --- */

static GArray *
add_type (GArray *types, HsTypeId type)
{
  if (types == NULL)
    types = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  for (guint i = 0; i < types->len; i++)
    if (g_array_index (types, HsTypeId, i) == type)
      return types;
  g_array_append_val (types, type);
  return types;
}

static GArray *
ask_others (HsEngine *engine, const Function *functions, guint n)
{
  GArray *types = NULL;

  for (guint i = 0; i < n; i++) {
    const GArray *takes = takes_of (engine, functions[i].address);
    for (guint k = 0; takes != NULL && k < takes->len; k++) {
      const HsTake *take = &g_array_index (takes, HsTake, k);
      if (!take->sure || take->behind != 0 || parameter_of (engine, functions[i].type, take->parameter) != 0
          || hs_slot_kind (engine->types, take->type) != HS_SLOT_OBJECT)
        continue;
      types = add_type (types, take->type);
    }
  }
  return types;
}

const GArray *
hs_functions_others (HsEngine *engine, HsTypeId record, const guint8 *data, guint64 limit)
{
  HsFunctions *self = functions_of (engine);
  const HsLayout *layout = hs_layouts_get (engine->layouts, record);
  Function functions[MAX_FUNCTIONS];
  gpointer known;

  if (!layout->has_functions || engine->without >> HS_SOURCE_FUNCTION & 1)
    return NULL;
  gpointer key = key_of (engine, layout, data, limit);
  if (g_hash_table_lookup_extended (self->others, key, NULL, &known))
    return known;
  if (g_hash_table_size (self->others) >= MAX_REMEMBERED)
    return NULL;
  GArray *types = ask_others (engine, functions, find_functions (engine, layout, data, limit, functions));
  g_hash_table_insert (self->others, key, types);
  return types;
}

#define MAX_BEHIND 64 /* bytes: what the program's allocator keeps before an object */

HsTypeId
hs_functions_choose (HsEngine *engine, const GArray *types, HsTypeId header, HsAddr value, gboolean among)
{
  guint32 block = hs_blocks_find (engine->blocks, value);
  guint64 distance = block != HS_NO_BLOCK ? value - engine->blocks->address[block] : 0;
  HsTypeId found = 0;

  if (block == HS_NO_BLOCK || hs_label_level (engine->label[block]) >= HS_LEVEL_C || distance > MAX_BEHIND || distance % 8 != 0)
    return 0;
  for (guint i = 0; i < types->len; i++) {
    HsTypeId type = g_array_index (types, HsTypeId, i);
    if ((header != 0 && !hs_begins_with (engine, type, header)) || !may_be (engine, type, block, distance, among || types->len > 1 || distance > 0))
      continue;
    if (found != 0 && !hs_related (engine, type, found))
      return 0;
    if (found == 0 || hs_begins_with (engine, type, found))
      found = type;
  }
  return found;
}

/* --- who holds them --- */

/* Adds what @function takes its parameters for that has a pointer to such a function, or to such a @table, at @offset. */
static GArray *
add_holders (HsEngine *engine, HsAddr function, HsTypeId table, guint64 offset, GArray *types)
{
  const GArray *takes = takes_of (engine, function);

  for (guint i = 0; takes != NULL && i < takes->len; i++) {
    const HsTake *take = &g_array_index (takes, HsTake, i);
    if (!take->sure || take->behind != 0 || hs_slot_kind (engine->types, take->type) != HS_SLOT_OBJECT)
      continue;
    const HsSlot *slot = slot_at (hs_layouts_get (engine->layouts, take->type), offset);
    if (slot != NULL && (table != 0 ? slot->kind == HS_SLOT_OBJECT && slot->target == table
                                    : slot->kind == HS_SLOT_FUNCTION && is_self (engine, slot->target, take->parameter, take->type)))
      types = add_type (types, take->type);
  }
  return types;
}

/* The type of the static table of functions that begins at @address; 0: there is none. */
static HsTypeId
table_at (HsEngine *engine, HsAddr address)
{
  const HsVariable *variable = hs_engine_static_at (engine, address);
  HsTypeId id = variable != NULL && variable->address == address ? hs_types_strip (engine->types, variable->type) : 0;

  return id != 0 && hs_is_ops (engine->types, id) ? id : 0;
}

const GArray *
hs_functions_holders (HsEngine *engine, HsAddr address, guint64 offset)
{
  HsFunctions *self = functions_of (engine);
  gpointer key = GSIZE_TO_POINTER ((address ^ offset << 48) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)), known;
  Function functions[MAX_FUNCTIONS];
  GArray *types = NULL;

  if (g_hash_table_lookup_extended (self->holders, key, NULL, &known))
    return known;
  if (g_hash_table_size (self->holders) >= MAX_REMEMBERED)
    return NULL;
  HsTypeId table = table_at (engine, address);
  guint n = table != 0 ? add_table (engine, table, address, 0, functions, 0) : 0;
  for (guint i = 0; i < n; i++)
    types = add_holders (engine, functions[i].address, table, offset, types);
  if (table == 0)
    types = add_holders (engine, address, 0, offset, types);
  g_hash_table_insert (self->holders, key, types);
  return types;
}
