/* table.c - see table.h.
 *
 * hs_table_finish walks two graphs depth first, on a stack of its own since their depth is up to the file: who contains
 * whom (typedefs, arrays, members), whose cycles would be infinite types, and who is made of whom without a struct in
 * between (pointers, functions), whose cycles would be infinite names. An edge back to what is on the stack is cut: its
 * target becomes void and its owner is marked as truncated. */
#include "profiler/types/table.h"

#define MAX_STRIP 64

HsTable *
hs_table_new (HsStrings *strings)
{
  HsTable *self = g_new0 (HsTable, 1);
  HsModelType nothing = { .kind = HS_TYPE_VOID };

  self->types = g_array_sized_new (FALSE, FALSE, sizeof (HsModelType), 16);
  self->members = g_array_sized_new (FALSE, FALSE, sizeof (HsModelMember), 16);
  self->enumerators = g_array_sized_new (FALSE, FALSE, sizeof (HsModelEnumerator), 16);
  self->strings = strings;
  g_array_append_val (self->types, nothing);
  return self;
}

void
hs_table_free (HsTable *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->types);
  g_array_unref (self->members);
  g_array_unref (self->enumerators);
  g_free (self);
}

guint32
hs_table_strip (const HsTable *self, guint32 id)
{
  for (guint i = 0; i < MAX_STRIP && hs_table_type (self, id)->kind == HS_TYPE_TYPEDEF; i++)
    id = hs_table_type (self, id)->target;
  return hs_table_type (self, id)->kind == HS_TYPE_TYPEDEF ? 0 : id;
}

/* --- depth first */

typedef enum { BY_CONTAINMENT, BY_REFERENCE } Graph;

typedef struct {
  guint32 id;
  guint32 next; /* edge to follow next */
} Frame;

typedef struct {
  HsTable *table;
  Graph graph;
  guint8 *state; /* 0 not seen, 1 on the stack, 2 done */
  GArray *stack; /* Frame */
} Search;

static guint32
count_edges (const HsModelType *type, Graph graph)
{
  gboolean has_target = FALSE;

  switch (type->kind) {
  case HS_TYPE_TYPEDEF:
  case HS_TYPE_ARRAY:
    has_target = TRUE;
    break;
  case HS_TYPE_ENUM:
    has_target = graph == BY_CONTAINMENT;
    break;
  case HS_TYPE_POINTER:
  case HS_TYPE_REFERENCE:
  case HS_TYPE_MEMBER_POINTER:
    has_target = graph == BY_REFERENCE;
    break;
  case HS_TYPE_FUNCTION:
    return graph == BY_REFERENCE ? 1 + type->n_members : 0;
  case HS_TYPE_STRUCT:
  case HS_TYPE_CLASS:
  case HS_TYPE_UNION:
    return graph == BY_CONTAINMENT ? 1 + type->n_members : 0;
  default:
    break;
  }
  return has_target ? 1 : 0;
}

/* Edge 0 is the target, the others are members. */
static guint32 *
edge (const HsTable *table, HsModelType *type, guint32 i)
{
  return i == 0 ? &type->target : &hs_table_member (table, type->first_member + i - 1)->type;
}

static void finish_type (HsTable *self, HsModelType *type);

static void
push (Search *search, guint32 id)
{
  Frame frame = { id, 0 };

  search->state[id] = 1;
  g_array_append_val (search->stack, frame);
}

static void
step (Search *search)
{
  Frame *frame = &g_array_index (search->stack, Frame, search->stack->len - 1);
  HsModelType *type = hs_table_type (search->table, frame->id);

  if (frame->next >= count_edges (type, search->graph)) {
    search->state[frame->id] = 2;
    if (search->graph == BY_CONTAINMENT)
      finish_type (search->table, type);
    g_array_set_size (search->stack, search->stack->len - 1);
    return;
  }
  guint32 *target = edge (search->table, type, frame->next++);
  if (search->state[*target] == 1) {
    *target = 0;
    type->flags |= HS_TYPE_FLAG_TRUNCATED;
  } else if (search->state[*target] == 0)
    push (search, *target);
}

static void
search_all (HsTable *self, Graph graph)
{
  g_autofree guint8 *state = g_new0 (guint8, self->types->len);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Frame));
  Search search = { self, graph, state, stack };

  state[0] = 2;
  for (guint32 id = 1; id < self->types->len; id++) {
    if (state[id] == 0)
      push (&search, id);
    while (stack->len > 0)
      step (&search);
  }
}

/* --- what can be said of a type once those it contains are finished */

static void
finish_array (const HsTable *self, HsModelType *type)
{
  if (g_uint64_checked_mul (&type->size, type->count, hs_table_type (self, type->target)->size)
      && type->size <= G_MAXINT64)
    return;
  type->size = type->count = 0;
  type->flags |= HS_TYPE_FLAG_TRUNCATED | HS_TYPE_FLAG_UNBOUNDED;
}

static void
place_msb_bits (HsModelMember *member, guint64 storage)
{
  guint64 first_bit = member->offset + storage * 8;

  member->flags &= (guint16)~HS_TABLE_MEMBER_MSB;
  member->offset = first_bit / 8;
  member->bit_offset = first_bit % 8;
}

static gboolean
is_inside (const HsTable *self, const HsModelType *type, const HsModelMember *member)
{
  guint64 size = hs_table_type (self, member->type)->size, end;

  if (member->offset > type->size)
    return FALSE;
  /* A base's size counts its virtual bases, which lie elsewhere here. */
  if ((member->flags & (HS_MEMBER_BASE | HS_MEMBER_VIRTUAL_BASE)) != 0)
    return TRUE;
  if (member->bit_size > 0)
    size = ((guint64)member->bit_offset + member->bit_size + 7) / 8;
  return g_uint64_checked_add (&end, member->offset, size) && end <= type->size;
}

static void
finish_members (HsTable *self, HsModelType *type)
{
  guint32 n = 0, limit = MIN (type->n_members, HS_MAX_MEMBERS);

  for (guint32 i = 0; i < limit; i++) {
    HsModelMember *member = hs_table_member (self, type->first_member + i);
    if ((member->flags & HS_TABLE_MEMBER_MSB) != 0)
      place_msb_bits (member, hs_table_type (self, member->type)->size);
    if (is_inside (self, type, member))
      *hs_table_member (self, type->first_member + n++) = *member;
  }
  if (n < type->n_members)
    type->flags |= HS_TYPE_FLAG_TRUNCATED;
  type->n_members = n;
}

static void
finish_type (HsTable *self, HsModelType *type)
{
  const HsModelType *target = hs_table_type (self, type->target);

  switch (type->kind) {
  case HS_TYPE_TYPEDEF:
    type->size = target->size;
    break;
  case HS_TYPE_ARRAY:
    finish_array (self, type);
    break;
  case HS_TYPE_ENUM:
    if (type->size == 0)
      type->size = target->size;
    if (type->encoding == 0)
      type->encoding = hs_table_type (self, hs_table_strip (self, type->target))->encoding;
    break;
  case HS_TYPE_MEMBER_POINTER:
    type->size = hs_table_type (self, hs_table_strip (self, type->target))->kind == HS_TYPE_FUNCTION ? 16 : 8;
    break;
  case HS_TYPE_STRUCT:
  case HS_TYPE_CLASS:
  case HS_TYPE_UNION:
    finish_members (self, type);
    break;
  default:
    break;
  }
  /* Sums with it must not overflow, and nothing is that large. */
  if (type->size > G_MAXINT64) {
    type->size = 0;
    type->flags |= HS_TYPE_FLAG_TRUNCATED;
  }
}

void
hs_table_finish (HsTable *self)
{
  search_all (self, BY_REFERENCE);
  search_all (self, BY_CONTAINMENT);
}
