/* source-group.c - void pointers and unions.
 *
 * A void * says nothing about one block, but all that the same member leads to are mostly of one type, or of one for each
 * value of a member next to it. Candidates are all types of the blocks' sizes; of a union its arms, and what begins with
 * them or holds them. First in each context by itself (a hash table's values), then in all together. */
#include "profiler/inference/groups.h"

#define LEAST 8 /* blocks */

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

static GArray *
arms_of (HsEngine *self, const HsReason *reason, gboolean *text)
{
  HsLayout *layout;
  const HsSlot *slot = union_slot (self, reason, &layout);
  GArray *ids;

  *text = TRUE;
  if (slot == NULL)
    return NULL;
  *text = FALSE;
  ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  for (guint i = 0; i < slot->n_arms; i++) {
    const HsSlot *arm = &layout->arms[slot->first_arm + i];
    *text |= arm->kind == HS_SLOT_CHAR;
    if (arm->kind != HS_SLOT_OBJECT)
      continue;
    const GArray *beginners = hs_beginners (self, arm->target);
    g_array_append_val (ids, arm->target);
    for (guint k = 0; beginners != NULL && k < beginners->len; k++)
      g_array_append_val (ids, g_array_index (beginners, HsTypeId, k));
  }
  return ids;
}

#define MAX_INSIDE 4096  /* pointers that are looked at one by one, */
#define MAX_ARMS 256     /* with so many readings */
#define LEAST_INSIDE 8.0 /* bits */

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
  for (guint i = 0; i < arms->len; i++) {
    HsTypeId arm = g_array_index (arms, HsTypeId, i);
    HsLayout *layout = hs_layouts_get (self->layouts, arm);
    if (layout->size > specimen.usable)
      continue;
    specimen.n_words = (guint)MIN (layout->size / 8, HS_MAX_WORDS);
    double bits = hs_score_as (self, &specimen, arm);
    next = MAX (next, MIN (bits, best));
    type = bits > best ? arm : type;
    best = MAX (best, bits);
  }
  if (best >= LEAST_INSIDE && best >= next + HS_CLEARLY)
    hs_engine_object (self, edge->value, type, HS_LEVEL_C, edge->owner, edge->reason);
}

static void
ask (HsEngine *self, HsGrouping by, guint memory)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_VOID, HS_HINT_VOID, by);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    HsReason reason = *hs_reasons_get (self->reasons, group->reason);
    gboolean text;
    if (group->n < LEAST || !hs_group_is_due (self, group, memory))
      continue;
    g_autoptr (GArray) arms = arms_of (self, &reason, &text);
    g_autoptr (HsMatrix) matrix = hs_matrix_new (self, groups->members + group->first, group->n, arms, group->reason, text, reason.distance, FALSE);
    if (matrix == NULL || hs_group_solve (self, groups, group, matrix, HS_SOURCE_GROUP, 0, 0) > 0 || arms != NULL
        || reason.distance == 0 || reason.distance % 8 != 0)
      continue;
    /* A pointer to a member. */
    g_autoptr (HsMatrix) outer = hs_matrix_new (self, groups->members + group->first, group->n, NULL, group->reason, FALSE, 0, FALSE);
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
