/* layout.c - see layout.h. */
#include "profiler/inference/layout.h"
#include "profiler/inference/alike.h"
#include "profiler/inference/containers.h"

#include <string.h>

#define MAX_SLOTS 4096     /* of one layout; what is beyond is not followed */
#define MAX_FIELDS 256     /* they are only looked at, so the first do */
#define INLINE_ELEMENTS 8  /* arrays up to this long are flattened */
#define MAX_DEPTH 64
/* Types may hold each other many times over, so that a hundred of them have more members of members than can be counted. */
#define MAX_STEPS (1u << 17)     /* members looked at for one layout */
#define MAX_ALL_STEPS (1u << 20) /* and for all */
#define LONGEST_PATH 256         /* longer ones name their beginning */

/* HsType.encoding: DWARF 5, section 7.8. */
enum { ATE_BOOLEAN = 0x02, ATE_FLOAT = 0x04, ATE_SIGNED_CHAR = 0x06, ATE_UNSIGNED_CHAR = 0x08, ATE_UTF = 0x10 };

struct _HsLayouts {
  HsTypes *types;
  HsLayout **by_type; /* by id */
  guint32 *storage;   /* by id: memory of hs_layouts_storage, plus one; 0: not asked */
  GPtrArray *all;
  GStringChunk *paths;
  guint depth;         /* of layouts that are being made for others */
  guint64 steps;
};

typedef struct {
  HsLayouts *layouts;
  HsLayout *layout;
  GArray *slots;
  GArray *repeats;
  GArray *fields;
  HsTypeId enclosing[MAX_DEPTH + 1]; /* the records that are being looked into, outermost first */
  guint64 start[MAX_DEPTH + 1];      /* where they begin */
  guint n_enclosing;
  guint n_opaque;                    /* how many of them are unions with raw storage */
  guint steps;
} Builder;

static void
layout_free (gpointer data)
{
  HsLayout *layout = data;

  g_free (layout->slots);
  g_free (layout->arms);
  g_free (layout->repeats);
  g_free (layout->fields);
  g_free (layout->words);
  g_free (layout->used);
  g_free (layout->before);
  g_free (layout);
}

HsLayouts *
hs_layouts_new (HsTypes *types)
{
  HsLayouts *self = g_new0 (HsLayouts, 1);

  self->types = types;
  self->by_type = g_new0 (HsLayout *, types->n_types + 1);
  self->storage = g_new0 (guint32, types->n_types + 1);
  self->all = g_ptr_array_new_with_free_func (layout_free);
  self->paths = g_string_chunk_new (4096);
  return self;
}

void
hs_layouts_free (HsLayouts *self)
{
  g_free (self->by_type);
  g_free (self->storage);
  g_ptr_array_unref (self->all);
  g_string_chunk_free (self->paths);
  g_free (self);
}

HsTypeId
hs_layouts_storage (HsLayouts *self, HsTypeId id)
{
  if (self->storage[id] == 0)
    self->storage[id] = 1 + hs_container_storage (self->types, id);
  return self->storage[id] - 1;
}

gboolean
hs_is_byte (const HsTypes *types, HsTypeId type)
{
  const HsType *t = hs_types_get (types, hs_types_strip (types, type));

  return t->kind == HS_TYPE_BASE && t->size == 1;
}

static gboolean
is_character (const HsTypes *types, HsTypeId type)
{
  const HsType *t = hs_types_get (types, type);

  return t->kind == HS_TYPE_BASE && t->size == 1
         && (t->encoding == ATE_SIGNED_CHAR || t->encoding == ATE_UNSIGNED_CHAR || t->encoding == ATE_UTF);
}

HsSlotKind
hs_slot_kind (const HsTypes *types, HsTypeId target)
{
  const HsType *t = hs_types_get (types, target);

  switch (t->kind) {
  case HS_TYPE_STRUCT: case HS_TYPE_CLASS: case HS_TYPE_UNION:
    return t->size > 0 ? HS_SLOT_OBJECT : HS_SLOT_VOID;
  case HS_TYPE_BASE: case HS_TYPE_ENUM:
    return is_character (types, target) ? HS_SLOT_CHAR : t->size > 0 ? HS_SLOT_SCALAR : HS_SLOT_VOID;
  case HS_TYPE_POINTER: case HS_TYPE_REFERENCE:
    return HS_SLOT_POINTER;
  case HS_TYPE_ARRAY:
    return HS_SLOT_ARRAY;
  case HS_TYPE_FUNCTION:
    return HS_SLOT_FUNCTION;
  default:
    return HS_SLOT_VOID;
  }
}

static const char *
join_path (Builder *self, const char *outer, const char *name)
{
  if (*name == 0)
    return outer;
  if (*outer == 0)
    return name;
  if (strlen (outer) + strlen (name) > LONGEST_PATH)
    return outer;
  g_autofree char *path = g_strdup_printf (*name == '[' ? "%s%s" : "%s.%s", outer, name);
  return g_string_chunk_insert_const (self->layouts->paths, path);
}

#define OPS_FUNCTIONS 2 /* pointers to functions that a table of them has at least */

gboolean
hs_is_ops (const HsTypes *types, HsTypeId id)
{
  const HsType *type = hs_types_get (types, id);
  guint functions = 0, pointers = 0;

  if (type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS)
    return FALSE;
  for (guint32 i = 0; i < type->n_members && i < MAX_FIELDS; i++) {
    const HsType *member = hs_types_get (types, hs_types_strip (types, hs_types_member (types, type, i)->type));
    if (member->kind != HS_TYPE_POINTER)
      continue;
    pointers++;
    functions += hs_types_get (types, hs_types_strip (types, member->target))->kind == HS_TYPE_FUNCTION;
  }
  return functions >= OPS_FUNCTIONS && 2 * functions >= pointers;
}

static void
add_slot (Builder *self, HsTypeId pointee, guint64 offset, const char *path, gboolean in_union)
{
  HsTypes *types = self->layouts->types;
  HsTypeId target = hs_types_strip (types, pointee);

  if (self->slots->len >= MAX_SLOTS || offset > self->layout->size || self->layout->size - offset < 8)
    return;
  HsTypeId header = hs_union_header (types, target);
  target = header != 0 ? header : target;
  HsSlot slot = { .offset = offset, .kind = hs_slot_kind (types, target), .in_union = in_union, .target = target,
                  .path = path };
  if (self->n_opaque > 0 && (slot.kind == HS_SLOT_OBJECT || slot.kind == HS_SLOT_POINTER || slot.kind == HS_SLOT_ARRAY))
    slot.kind = HS_SLOT_VOID; /* so may any bytes be */
  HsTypeId node = slot.kind == HS_SLOT_OBJECT ? hs_container_node (types, target, self->enclosing, self->n_enclosing) : 0;
  if (node != 0) {
    slot.kind = HS_SLOT_NODE;
    slot.target = node;
  }
  /* What is inside a union is a reading of the record around it. */
  for (guint i = 0; i < self->n_enclosing; i++) {
    if (i > 0 && hs_types_get (types, self->enclosing[i])->kind == HS_TYPE_UNION)
      break;
    slot.inner = self->enclosing[i];
    slot.inner_offset = (guint32)MIN (offset - self->start[i], G_MAXUINT32);
  }
  if (slot.kind == HS_SLOT_POINTER) {
    HsTypeId element = hs_types_strip (types, hs_types_get (types, target)->target);
    slot.node = hs_container_node (types, element, self->enclosing, self->n_enclosing);
    slot.is_deque = !in_union && g_str_has_suffix (path, "_M_map") && hs_container_is_deque (types, self->enclosing, self->n_enclosing);
  }
  slot.is_ops = slot.kind == HS_SLOT_OBJECT && hs_is_ops (types, target);
  g_array_append_val (self->slots, slot);
}

static void
add_field (Builder *self, HsField field)
{
  if (self->fields->len < MAX_FIELDS && field.offset < self->layout->size && self->layout->size - field.offset >= field.size)
    g_array_append_val (self->fields, field);
}

static HsFieldKind
field_kind (const HsType *type)
{
  if (type->kind == HS_TYPE_ENUM)
    return HS_FIELD_ENUM;
  if (type->kind != HS_TYPE_BASE)
    return HS_FIELD_DATA;
  return type->encoding == ATE_BOOLEAN ? HS_FIELD_BOOL : type->encoding == ATE_FLOAT ? HS_FIELD_FLOAT : HS_FIELD_INT;
}

static void flatten (Builder *self, HsTypeId type, guint64 offset, const char *path, gboolean in_union, guint depth);

static void
flatten_array (Builder *self, const HsType *array, guint64 offset, const char *path, gboolean in_union, guint depth)
{
  HsTypeId element = hs_types_strip (self->layouts->types, array->target);
  guint64 stride = hs_types_get (self->layouts->types, element)->size;
  const char *inner = join_path (self, path, "[]");

  if (array->count == 0 || stride == 0 || array->count > self->layout->size / stride)
    return;
  const HsType *inner_type = hs_types_get (self->layouts->types, element);
  if (inner_type->kind == HS_TYPE_BASE || inner_type->kind == HS_TYPE_ENUM) {
    HsFieldKind kind = stride == 1 ? HS_FIELD_CHARS : stride < 8 ? HS_FIELD_NUMBERS : HS_FIELD_DATA;
    add_field (self, (HsField){ .offset = offset, .size = array->count * stride, .kind = kind, .in_union = in_union });
    return;
  }
  if (array->count <= INLINE_ELEMENTS) {
    for (guint64 i = 0; i < array->count; i++)
      flatten (self, element, offset + i * stride, inner, in_union, depth + 1);
    return;
  }
  HsLayout *layout = self->layouts->depth < MAX_DEPTH ? hs_layouts_get (self->layouts, element) : NULL;
  add_field (self, (HsField){ .offset = offset, .size = array->count * stride, .kind = HS_FIELD_DATA, .in_union = TRUE });
  if (layout == NULL || !layout->has_pointers || in_union || self->repeats->len >= MAX_SLOTS)
    return;
  HsRepeat repeat = { .offset = offset, .stride = stride, .count = array->count, .element = layout, .path = inner };
  g_array_append_val (self->repeats, repeat);
}

/* Whether a union's other readings are an object in raw bytes: a pool's element is a link, or anything. */
static gboolean
has_storage (const HsTypes *types, const HsType *type)
{
  for (guint32 i = 0; type->kind == HS_TYPE_UNION && i < type->n_members && i < MAX_FIELDS; i++) {
    const HsType *array = hs_types_get (types, hs_types_strip (types, hs_types_member (types, type, i)->type));
    if (array->kind == HS_TYPE_ARRAY && array->count > 8 && hs_types_get (types, hs_types_strip (types, array->target))->size == 1)
      return TRUE;
  }
  return FALSE;
}

static void
flatten_members (Builder *self, const HsType *type, guint64 offset, const char *path, gboolean in_union, guint depth)
{
  for (guint32 i = 0; i < type->n_members; i++) {
    const HsMember *member = hs_types_member (self->layouts->types, type, i);
    if ((member->flags & HS_MEMBER_VIRTUAL_BASE) || member->offset > self->layout->size)
      continue;
    if (member->bit_size != 0) {
      const HsType *field = hs_types_get (self->layouts->types, hs_types_strip (self->layouts->types, member->type));
      add_field (self, (HsField){ .offset = offset + member->offset, .size = 1, .kind = field_kind (field),
                                  .bit_offset = member->bit_offset, .bit_size = member->bit_size,
                                  .in_union = in_union || type->kind == HS_TYPE_UNION,
                                  .type = hs_types_strip (self->layouts->types, member->type) });
      continue;
    }
    flatten (self, member->type, offset + member->offset, join_path (self, path, member->name),
             in_union || type->kind == HS_TYPE_UNION, depth + 1);
  }
}

static void
flatten_record (Builder *self, HsTypeId id, guint64 offset, const char *path, gboolean in_union, guint depth)
{
  HsTypeId held = hs_layouts_storage (self->layouts, id);

  if (held != 0) {
    flatten (self, held, offset, path, in_union, depth + 1);
    return;
  }
  gboolean opaque = has_storage (self->layouts->types, hs_types_get (self->layouts->types, id));

  self->n_opaque += opaque;
  self->start[self->n_enclosing] = offset;
  self->enclosing[self->n_enclosing++] = id;
  flatten_members (self, hs_types_get (self->layouts->types, id), offset, path, in_union, depth);
  self->n_enclosing--;
  self->n_opaque -= opaque;
}

static void
flatten (Builder *self, HsTypeId id, guint64 offset, const char *path, gboolean in_union, guint depth)
{
  id = hs_types_strip (self->layouts->types, id);
  const HsType *type = hs_types_get (self->layouts->types, id);

  self->layouts->steps++;
  if (depth >= MAX_DEPTH || self->slots->len >= MAX_SLOTS || self->steps++ > MAX_STEPS || self->layouts->steps > MAX_ALL_STEPS)
    return;
  switch (type->kind) {
  case HS_TYPE_POINTER: case HS_TYPE_REFERENCE:
    add_slot (self, type->target, offset, path, in_union);
    break;
  case HS_TYPE_ARRAY:
    flatten_array (self, type, offset, path, in_union, depth);
    break;
  case HS_TYPE_STRUCT: case HS_TYPE_CLASS: case HS_TYPE_UNION:
    flatten_record (self, id, offset, path, in_union, depth);
    break;
  default:
    if (type->size > 0)
      add_field (self, (HsField){ .offset = offset, .size = type->size, .kind = field_kind (type), .in_union = in_union, .type = id });
    break;
  }
}

static int
compare_slots (gconstpointer a, gconstpointer b)
{
  const HsSlot *x = a, *y = b;

  if (x->offset != y->offset)
    return x->offset < y->offset ? -1 : 1;
  return x->target < y->target ? -1 : x->target > y->target;
}

static void
add_arm (GArray *arms, HsSlot *slot, HsSlot arm)
{
  if (arms->len >= G_MAXUINT16)
    return;
  if (slot->n_arms == 0)
    slot->first_arm = (guint16)arms->len;
  g_array_append_val (arms, arm);
  slot->n_arms++;
}

/* Makes one slot of the readings of one word: equal ones are one, different ones are undecided. void * yields, but where
 * nothing else remains. */
static void
merge_slots (GArray *slots, GArray *arms)
{
  guint n = 0;

  for (guint i = 0; i < slots->len; i++) {
    HsSlot slot = g_array_index (slots, HsSlot, i);
    HsSlot *last = n > 0 ? &g_array_index (slots, HsSlot, n - 1) : NULL;
    if (last == NULL || last->offset != slot.offset)
      g_array_index (slots, HsSlot, n++) = slot;
    else if (last->kind == HS_SLOT_VOID && slot.kind != HS_SLOT_VOID)
      *last = slot;
    else if (slot.kind != HS_SLOT_VOID && slot.target != last->target) {
      if (last->kind != HS_SLOT_UNION) {
        HsSlot first = *last;
        last->kind = HS_SLOT_UNION;
        add_arm (arms, last, first);
      }
      add_arm (arms, last, slot);
    }
  }
  g_array_set_size (slots, n);
}

static int
compare_fields (gconstpointer a, gconstpointer b)
{
  const HsField *x = a, *y = b;

  if (x->offset != y->offset)
    return x->offset < y->offset ? -1 : 1;
  return (int)x->bit_offset - y->bit_offset;
}

/* The flexible array at the end of a struct: T x[], T x[0] or, as old code writes it, T x[1]. Its element, or 0. */
static HsTypeId
find_tail (HsTypes *types, HsLayout *layout, HsTypeId id, guint64 offset, guint depth)
{
  const HsType *type = hs_types_get (types, hs_types_strip (types, id));

  if (depth >= MAX_DEPTH || (type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS) || type->n_members == 0)
    return 0;
  const HsMember *last = hs_types_member (types, type, type->n_members - 1);
  const HsType *array = hs_types_get (types, hs_types_strip (types, last->type));
  if (array->kind == HS_TYPE_STRUCT || array->kind == HS_TYPE_CLASS)
    return find_tail (types, layout, last->type, offset + last->offset, depth + 1);
  if (array->kind != HS_TYPE_ARRAY)
    return 0;
  HsTypeId element = hs_types_strip (types, array->target);
  guint64 stride = hs_types_get (types, element)->size;
  layout->ends_in_bytes = stride == 1;
  if (array->count > 1)
    return 0;
  /* T x[1] counts only where it ends the struct: padding behind it is allowed. */
  if (stride == 0 || offset + last->offset > layout->size || layout->size - offset - last->offset >= stride * array->count + 16)
    return 0;
  layout->tail_offset = offset + last->offset;
  layout->tail_stride = stride;
  return element;
}

static void
add_tail (HsLayouts *self, HsLayout *layout)
{
  HsTypeId element = find_tail (self->types, layout, layout->type, 0, 0);
  HsLayout *tail = layout->tail_stride != 0 && self->depth < MAX_DEPTH ? hs_layouts_get (self, element) : NULL;

  layout->tail = tail != NULL && tail->has_pointers ? tail : NULL;
}

gboolean
hs_layouts_has_tail (HsLayouts *self, HsTypeId id)
{
  HsLayout probe = { .size = hs_types_get (self->types, hs_types_strip (self->types, id))->size };

  find_tail (self->types, &probe, id, 0, 0);
  return probe.tail_stride != 0;
}

HsLayout *
hs_layouts_get (HsLayouts *self, HsTypeId id)
{
  HsLayout *layout = id < self->types->n_types ? self->by_type[id] : NULL;

  if (layout != NULL)
    return layout;
  id = hs_types_strip (self->types, id < self->types->n_types ? id : 0);
  layout = self->by_type[id];

  if (layout != NULL)
    return layout;
  layout = g_new0 (HsLayout, 1);
  layout->type = id;
  layout->size = hs_types_get (self->types, id)->size;
  self->by_type[id] = layout;
  g_ptr_array_add (self->all, layout);

  g_autoptr (GArray) slots = g_array_new (FALSE, FALSE, sizeof (HsSlot));
  g_autoptr (GArray) repeats = g_array_new (FALSE, FALSE, sizeof (HsRepeat));
  g_autoptr (GArray) fields = g_array_new (FALSE, FALSE, sizeof (HsField));
  g_autoptr (GArray) arms = g_array_new (FALSE, FALSE, sizeof (HsSlot));
  Builder builder = { .layouts = self, .layout = layout, .slots = slots, .repeats = repeats, .fields = fields };
  self->depth++;
  flatten (&builder, id, 0, "", FALSE, 0);
  g_array_sort (slots, compare_slots);
  g_array_sort (fields, compare_fields);
  merge_slots (slots, arms);
  add_tail (self, layout);
  self->depth--;
  layout->n_slots = slots->len;
  layout->slots = g_memdup2 (slots->data, slots->len * sizeof (HsSlot));
  layout->arms = g_memdup2 (arms->data, arms->len * sizeof (HsSlot));
  layout->n_fields = fields->len;
  layout->fields = g_memdup2 (fields->data, fields->len * sizeof (HsField));
  layout->n_repeats = repeats->len;
  layout->repeats = g_memdup2 (repeats->data, repeats->len * sizeof (HsRepeat));
  for (guint32 i = 0; i < layout->n_slots && i < HS_OPS_SLOTS; i++)
    layout->has_ops |= layout->slots[i].is_ops;
  for (guint32 i = 0; i < layout->n_slots; i++)
    layout->has_deques |= layout->slots[i].is_deque;
  for (guint32 i = 0; i < layout->n_slots; i++)
    layout->has_functions |= layout->slots[i].is_ops || layout->slots[i].kind == HS_SLOT_FUNCTION;
  layout->has_pointers = slots->len + repeats->len > 0 || layout->tail != NULL;
  return layout;
}
