/* siblings.c - objects with a common header behind a void *.
 *
 * Types that begin with the same struct score alike, and their sizes tell little. Where the best candidates of most of a
 * group are such siblings, what is sure is the header; its tag, or the functions that the objects point to, tell the rest
 * (source-header.c). */
#include "profiler/inference/groups.h"

#define MAX_NESTING 8

/* What both types begin with, if that has a tag. */
static HsTypeId
common_header (HsEngine *engine, HsTypeId a, HsTypeId b)
{
  for (guint depth = 0; depth < MAX_NESTING && a != 0; depth++) {
    const HsType *type = hs_types_get (engine->types, a);
    if ((type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS) || type->n_members == 0)
      return 0;
    const HsMember *first = hs_types_member (engine->types, type, 0);
    a = first->offset == 0 ? hs_types_strip (engine->types, first->type) : 0;
    if (a != 0 && hs_is_tagged (engine, a) && (a == b || hs_contains (engine, b, a, 0)))
      return a;
  }
  return 0;
}

HsTypeId
hs_shared_header (HsEngine *engine, const HsMatrix *matrix, const HsVerdict *verdicts, guint n)
{
  HsTypeId header = 0;
  guint of = 0;

  for (guint k = 0; k < n; k++) {
    const HsVerdict *verdict = &verdicts[k];
    HsTypeId its = verdict->best[1].type != 0 ? common_header (engine, verdict->best[0].type, verdict->best[1].type) : 0;
    if (its != 0 && (header == 0 || its == header)) {
      header = its;
      of += verdict->n;
    }
  }
  return 2 * of > matrix->n ? header : 0;
}

gboolean
hs_hand_to_header (HsEngine *engine, const HsGroups *groups, const HsGroup *group, HsTypeId header)
{
  HsLayout *layout = hs_layouts_get (engine->layouts, header);
  guint32 n = 0;

  for (guint32 i = 0; i < group->n; i++) {
    guint32 block = groups->members[group->first + i];
    const guint8 *data = hs_engine_bytes (engine, block);
    guint64 usable = hs_blocks_size (engine->blocks, block);
    if (hs_label_level (engine->label[block]) == HS_LEVEL_NONE && data != NULL && usable >= layout->size
        && hs_content_admits (engine, layout, data, usable)) {
      hs_engine_hint_header (engine, block, header);
      n++;
    }
  }
  return n > 0;
}
