/* source-group.c - void pointers and unions.
 *
 * A void * says nothing about one block, but all that the same member leads to are mostly of one type, or of one for each
 * value of a member next to it. Candidates are all types of the blocks' sizes; of a union its arms, and what begins with
 * them or holds them; of a struct that is only declared those of its name. First in each context by itself (a hash
 * table's values), then in all together. */
#include "profiler/inference/groups.h"

/* The union's slot that the group's pointers come from, or NULL. */
static const HsSlot *
union_slot (HsEngine *self, const HsReason *reason, HsLayout **layout)
{
  if (reason->owner == 0 || reason->owner >= self->types->n_types)
    return NULL;
  *layout = hs_layouts_get (self->layouts, reason->owner);
  for (guint32 i = 0; i < (*layout)->n_slots; i++)
    if ((*layout)->slots[i].offset == reason->slot && (*layout)->slots[i].kind == HS_SLOT_UNION)
      return &(*layout)->slots[i];
  return NULL;
}

/* The structs that a pointer to a declared one may mean: several have its name, each in a part of the program of its own. NULL:
 * it is no such pointer. */
static GArray *
namesakes (HsEngine *self, const HsReason *reason)
{
  const HsLayout *layout = reason->owner != 0 && reason->owner < self->types->n_types ? hs_layouts_get (self->layouts, reason->owner) : NULL;
  const HsType *declared = NULL;
  GArray *ids = NULL;
  guint n;

  for (guint32 i = 0; layout != NULL && i < layout->n_slots; i++)
    if (layout->slots[i].offset == reason->slot && layout->slots[i].kind == HS_SLOT_VOID)
      declared = hs_types_get (self->types, layout->slots[i].target);
  if (declared == NULL || declared->kind != HS_TYPE_OPAQUE || *declared->name == 0)
    return NULL;
  const HsTypeId *same = hs_types_by_name (self->types, declared->name, &n);
  for (guint i = 0; i < n; i++)
    if (hs_slot_kind (self->types, same[i]) == HS_SLOT_OBJECT) {
      if (ids == NULL)
        ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
      g_array_append_val (ids, same[i]);
    }
  return ids;
}

static GArray *
arms_of (HsEngine *self, const HsReason *reason, gboolean *text)
{
  HsLayout *layout;
  const HsSlot *slot = union_slot (self, reason, &layout);
  GArray *ids;

  *text = slot == NULL;
  if (slot == NULL) {
    ids = namesakes (self, reason);
    *text = ids == NULL;
    return ids;
  }
  ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  for (guint i = 0; i < slot->n_arms; i++) {
    const HsSlot *arm = &layout->arms[slot->first_arm + i];
    *text |= arm->kind == HS_SLOT_CHAR;
    if (arm->kind == HS_SLOT_POINTER)
      g_array_append_val (ids, arm->target);
    if (arm->kind != HS_SLOT_OBJECT)
      continue;
    const GArray *beginners = hs_beginners (self, arm->target);
    g_array_append_val (ids, arm->target);
    for (guint k = 0; beginners != NULL && k < beginners->len; k++)
      g_array_append_val (ids, g_array_index (beginners, HsTypeId, k));
  }
  return ids;
}

gboolean
hs_has_arms (HsEngine *self, guint32 reason)
{
  HsLayout *layout;

  return union_slot (self, hs_reasons_get (self->reasons, reason), &layout) != NULL;
}

#define MAX_INSIDE 4096  /* pointers that are looked at one by one, */
#define MAX_ARMS 256     /* with so many readings */
#define LEAST_INSIDE 8.0 /* bits */
#define LEAST_POINTERS 4 /* of an array: fewer may have been left there */

static guint
count_pointers (const HsSpecimen *specimen)
{
  guint n = 0;

  for (guint w = 0; w < specimen->n_words; w++)
    n += specimen->class[w] == HS_CLASS_BLOCK || specimen->class[w] == HS_CLASS_INSIDE || specimen->class[w] == HS_CLASS_STATIC;
  return n;
}

void
hs_group_inside (HsEngine *self, const HsEdge *edge, guint32 block)
{
  const HsReason *reason = hs_reasons_get (self->reasons, edge->reason);
  double best = -G_MAXINT16, next = -G_MAXINT16;
  HsTypeId type = 0;
  HsSpecimen specimen;
  gboolean text;

  if (self->n_inside >= MAX_INSIDE || edge->value % 8 != 0)
    return;
  g_autoptr (GArray) arms = arms_of (self, reason, &text);
  if (arms == NULL || arms->len > MAX_ARMS || !hs_specimen_open_at (self, block, edge->value - self->blocks->address[block], &specimen))
    return;
  self->n_inside++;
  hs_score_prepare (self);
  guint n_words = specimen.n_words;
  for (guint i = 0; i < arms->len; i++) {
    HsTypeId arm = g_array_index (arms, HsTypeId, i);
    HsLayout *layout = hs_layouts_get (self->layouts, arm);
    gboolean array = hs_types_get (self->types, arm)->kind == HS_TYPE_POINTER;
    if (layout->size > specimen.usable || (array && count_pointers (&specimen) < LEAST_POINTERS))
      continue;
    specimen.n_words = array ? n_words : (guint)MIN (layout->size / 8, HS_MAX_WORDS);
    double bits = hs_score_as (self, &specimen, arm);
    specimen.n_words = n_words;
    next = MAX (next, MIN (bits, best));
    type = bits > best ? arm : type;
    best = MAX (best, bits);
  }
  if (best >= LEAST_INSIDE && best >= next + HS_CLEARLY)
    hs_engine_object (self, edge->value, type, HS_LEVEL_C, edge->owner, edge->reason);
}

/* A union's reading that is a pointer to characters of 32 bits; 0: there is none. */
static HsTypeId
wide_arm (HsEngine *self, const HsReason *reason)
{
  HsLayout *layout;
  const HsSlot *slot = union_slot (self, reason, &layout);

  for (guint i = 0; slot != NULL && i < slot->n_arms; i++) {
    const HsSlot *arm = &layout->arms[slot->first_arm + i];
    if (arm->kind == HS_SLOT_SCALAR && hs_types_get (self->types, arm->target)->size == 4)
      return arm->target;
  }
  return 0;
}

/* Those of a union's blocks that hold text of wide characters: each shows it by itself. */
static void
ask_wide (HsEngine *self, const HsGroups *groups, const HsGroup *group)
{
  const HsReason *reason = hs_reasons_get (self->reasons, group->reason);
  HsTypeId wide = reason->distance == 0 ? wide_arm (self, reason) : 0;

  for (guint32 i = 0; wide != 0 && i < group->n; i++) {
    guint32 block = groups->members[group->first + i];
    const guint8 *data = hs_engine_bytes (self, block);
    if (data != NULL && hs_label_level (self->label[block]) == HS_LEVEL_NONE && hs_content_is_wide (self, data, hs_blocks_size (self->blocks, block)))
      hs_engine_decide (self, block, wide, HS_FORM_ARRAY, HS_LEVEL_C, hs_engine_reason_by (self, self->reason[block], HS_SOURCE_GROUP, 0),
                        self->parent[block]);
  }
}

static void
ask (HsEngine *self, HsGrouping by, guint memory)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_VOID, HS_HINT_VOID, by);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    HsReason reason = *hs_reasons_get (self->reasons, group->reason);
    gboolean text;
    if (!hs_group_is_due (self, group, memory))
      continue;
    g_autoptr (GArray) arms = arms_of (self, &reason, &text);
    if (by == HS_BY_REASON)
      ask_wide (self, groups, group);
    g_autoptr (HsMatrix) matrix = hs_matrix_new (self, groups->members + group->first, group->n, arms, group->reason, text, reason.distance, FALSE);
    if (matrix == NULL || hs_group_solve (self, groups, group, matrix, HS_SOURCE_GROUP, 0, 0) > 0 || arms != NULL
        || reason.distance == 0 || reason.distance % 8 != 0)
      continue;
    /* A pointer to a member; or the program's allocator keeps something before its objects. */
    g_autoptr (HsMatrix) outer = hs_matrix_new (self, groups->members + group->first, group->n, NULL, group->reason, FALSE, reason.distance,
                                                hs_is_prefix (self, reason.distance));
    if (outer != NULL)
      hs_group_solve (self, groups, group, outer, HS_SOURCE_GROUP, 0, 0);
  }
}

void
hs_source_group (HsEngine *self)
{
  guint64 before = self->n_decided;

  ask (self, HS_BY_REASON, HS_SOURCE_GROUP);
  if (self->n_decided == before)
    ask (self, HS_BY_MEMBER, HS_N_SOURCES + HS_SOURCE_GROUP);
}
