/* source-signature.c - objects that nothing typed points at, by what they point at.
 *
 * A block with a pointer to a static variable of type X at some offset is one of the few types that have an X * there: an
 * object's table of functions, its configuration, its global list. Where only one such type is of the block's size, and
 * the contents pass, that is what it is, and what hangs below it is found. */
#include "profiler/inference/alike.h"
#include "profiler/inference/score.h"

#include <string.h>

#define MAX_WORDS 64  /* of a block that are looked at */
#define MAX_HOLDERS 64

static void
array_free (gpointer array)
{
  g_array_unref (array);
}

static gpointer
key_of (HsTypeId type, guint64 offset)
{
  return GSIZE_TO_POINTER ((gsize)type << 16 | (offset & 0xffff));
}

static void
add_holder (GHashTable *holders, gpointer key, HsTypeId id)
{
  GArray *ids = g_hash_table_lookup (holders, key);

  if (ids == NULL) {
    ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
    g_hash_table_insert (holders, key, ids);
  }
  if (ids->len < MAX_HOLDERS)
    g_array_append_val (ids, id);
}

/* Types that static variables have, and which types hold a pointer to one. */
typedef struct {
  HsEngine *engine;
  guint8 *is_static; /* by type */
  guint8 *holds;     /* by type: NOT_ASKED, NO, YES */
} Statics;

enum { NOT_ASKED, NO, YES };

#define MAX_DEPTH 64

/* Whether a @id may have a pointer to such a type in it. Layouts are made for these alone. */
static gboolean
may_hold (Statics *self, HsTypeId id, guint depth)
{
  const HsTypes *types = self->engine->types;
  const HsType *type = hs_types_get (types, id);
  HsTypeId target = hs_types_strip (types, type->target), held;

  if (depth > MAX_DEPTH)
    return TRUE;
  if (type->kind == HS_TYPE_POINTER || type->kind == HS_TYPE_REFERENCE)
    return self->is_static[target] || ((held = hs_union_header (types, target)) != 0 && self->is_static[held]);
  if (type->kind == HS_TYPE_ARRAY)
    return may_hold (self, target, depth + 1);
  if (type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS && type->kind != HS_TYPE_UNION)
    return FALSE;
  if (self->holds[id] != NOT_ASKED)
    return self->holds[id] == YES;
  self->holds[id] = NO; /* a circle ends here */
  held = hs_layouts_storage (self->engine->layouts, id);
  gboolean holds = held != 0 && may_hold (self, held, depth + 1);
  for (guint32 i = 0; i < type->n_members && !holds; i++)
    holds = may_hold (self, hs_types_strip (types, hs_types_member (types, type, i)->type), depth + 1);
  self->holds[id] = holds ? YES : NO;
  return holds;
}

static void
find_statics (HsEngine *self, guint8 *is_static)
{
  for (guint32 i = 0; i < self->types->n_variables; i++) {
    HsTypeId id = hs_types_strip (self->types, self->types->variables[i].type);
    for (guint k = 0; k < 4 && hs_types_get (self->types, id)->kind == HS_TYPE_ARRAY; k++)
      id = hs_types_strip (self->types, hs_types_get (self->types, id)->target);
    is_static[MIN (id, self->types->n_types)] = 1;
  }
}

static void
index_holders (HsEngine *self)
{
  g_autofree guint8 *is_static = g_malloc0 (self->types->n_types + 1), *holds = g_malloc0 (self->types->n_types + 1);
  Statics statics = { self, is_static, holds };

  self->holders = g_hash_table_new_full (NULL, NULL, NULL, array_free);
  find_statics (self, is_static);
  for (HsTypeId id = 1; id < self->types->n_types; id++) {
    const HsType *type = hs_types_get (self->types, id);
    if ((type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS) || type->size < 16 || (type->flags & HS_TYPE_FLAG_ANONYMOUS)
        || !may_hold (&statics, id, 0))
      continue;
    const HsLayout *layout = hs_layouts_get (self->layouts, id);
    for (guint32 i = 0; i < layout->n_slots && layout->slots[i].offset < 8 * MAX_WORDS; i++)
      if (layout->slots[i].kind == HS_SLOT_OBJECT && !layout->slots[i].in_union && layout->slots[i].offset % 8 == 0
          && is_static[layout->slots[i].target])
        add_holder (self->holders, key_of (layout->slots[i].target, layout->slots[i].offset), id);
  }
}

/* The element type of the static variable that begins, or has an element that begins, at @value; 0: none. */
static HsTypeId
static_type (HsEngine *self, guint64 value)
{
  const HsVariable *variable = hs_engine_static_at (self, value);
  HsTypeId id = variable != NULL ? hs_types_strip (self->types, variable->type) : 0;

  for (guint k = 0; k < 4 && hs_types_get (self->types, id)->kind == HS_TYPE_ARRAY; k++)
    id = hs_types_strip (self->types, hs_types_get (self->types, id)->target);
  const HsType *type = hs_types_get (self->types, id);
  if ((type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS) || type->size == 0
      || (value - variable->address) % type->size != 0)
    return 0;
  return id;
}

static gboolean
admits (HsEngine *self, HsTypeId id, guint32 block, const guint8 *data, guint64 usable)
{
  HsLayout *layout = hs_layouts_get (self->layouts, id);
  HsForm form;

  if (!hs_fits (layout, self->blocks->address[block], usable, &form) || form != HS_FORM_WHOLE)
    return FALSE;
  HsMatch match = hs_content_match (self, layout, data, usable);
  return match.bad == 0;
}

/* The only type that has a pointer to what each anchor says where it says so; 0: none, or several. */
static HsTypeId
find_type (HsEngine *self, guint32 block, const guint8 *data, guint64 usable, guint64 offset, HsTypeId anchor)
{
  const GArray *ids = g_hash_table_lookup (self->holders, key_of (anchor, offset));
  HsTypeId found = 0;

  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    HsTypeId id = g_array_index (ids, HsTypeId, i);
    if (!admits (self, id, block, data, usable) || hs_beginners_that_fit (self, id, self->blocks->address[block], usable) > 0)
      continue;
    if (found != 0 && hs_types_get (self->types, found)->name != hs_types_get (self->types, id)->name)
      return 0;
    found = found == 0 ? id : found;
  }
  return ids != NULL && ids->len < MAX_HOLDERS ? found : 0;
}

static void
look_at (HsEngine *self, guint32 block, HsAddr low, HsAddr high)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);

  for (guint64 at = 0; data != NULL && at + 8 <= usable && at < 8 * MAX_WORDS; at += 8) {
    guint64 value;
    memcpy (&value, data + at, 8);
    if (value < low || value >= high || value % 8 != 0)
      continue;
    HsTypeId anchor = static_type (self, value);
    HsTypeId type = anchor != 0 ? find_type (self, block, data, usable, at, anchor) : 0;
    if (type == 0)
      continue;
    const HsVariable *variable = hs_engine_static_at (self, value);
    HsReason reason = { .source = HS_SOURCE_SIGNATURE, .member = variable->name };
    hs_engine_decide (self, block, type, HS_FORM_WHOLE, HS_LEVEL_C, hs_reasons_intern (self->reasons, reason), HS_NO_BLOCK);
    return;
  }
}

void
hs_source_signature (HsEngine *self)
{
  HsAddr low, high;

  if (self->signatures_at != 0)
    return; /* static variables do not change */
  self->signatures_at = 1;
  hs_engine_static_at (self, 1);
  if (self->variables->len == 0)
    return;
  low = g_array_index (self->variables, const HsVariable *, 0)->address;
  high = g_array_index (self->variables, const HsVariable *, self->variables->len - 1)->address + (1u << 20);
  index_holders (self);
  for (guint32 block = 0; block < self->blocks->n; block++)
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE && hs_label_form (self->label[block]) <= HS_HINT_VOID)
      look_at (self, block, low, high);
}
