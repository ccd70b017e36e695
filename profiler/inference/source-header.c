/* source-header.c - headers: types that several others begin with.
 *
 * A pointer to a header says how the object begins, not what it is. What the single members that lead there could not
 * settle is settled here for all blocks with that header together, by the header's own members: a tag. */
#include "profiler/inference/groups.h"

#define LEAST 8 /* blocks */

#define HEADER_OF 3 /* types that begin with it: with fewer, it may as well be an object of its own */

gboolean
hs_is_tagged (HsEngine *self, HsTypeId type)
{
  const GArray *beginners = hs_beginners (self, type);
  const HsLayout *layout = hs_layouts_get (self->layouts, type);

  if (beginners == NULL || beginners->len < HEADER_OF)
    return FALSE;
  for (guint32 i = 0; i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    if (field->kind == HS_FIELD_ENUM || field->bit_size != 0 || (field->kind == HS_FIELD_INT && field->size <= 2))
      return TRUE;
  }
  for (guint32 i = 0; i < layout->n_slots; i++)
    if (layout->slots[i].kind == HS_SLOT_FUNCTION)
      return TRUE;
  return FALSE;
}

static GArray *
candidates_of (HsEngine *self, HsTypeId header)
{
  const GArray *beginners = hs_beginners (self, header);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));

  g_array_append_val (ids, header);
  for (guint i = 0; beginners != NULL && i < beginners->len; i++)
    g_array_append_val (ids, g_array_index (beginners, HsTypeId, i));
  return ids;
}

void
hs_source_header (HsEngine *self)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_PREFIX, HS_HINT_PREFIX, HS_BY_TYPE);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    if (group->n < LEAST || !hs_is_tagged (self, group->type) || !hs_group_is_due (self, group, HS_SOURCE_HEADER))
      continue;
    g_autoptr (GArray) candidates = candidates_of (self, group->type);
    g_autoptr (HsMatrix) matrix = hs_matrix_new (self, groups->members + group->first, group->n, candidates, 0, FALSE, 0, FALSE);
    if (matrix != NULL)
      hs_group_solve (self, groups, group, matrix, HS_SOURCE_HEADER, group->type, group->type);
  }
}
