/* source-text.c - text.
 *
 * A char * from typed memory to a block that holds text makes it char[] (level C); the same to bytes that are no text
 * but hold no pointers either is a guess (D), and so is text that nothing typed points to. */
#include "profiler/inference/groups.h"

#define LEAST_TEXT 4 /* characters: shorter ones look like text by chance */
#define LOOK 4096    /* bytes of a block that are looked at */

static void
try_char (HsEngine *self, guint32 block)
{
  HsTypeId type = hs_label_type (self->label[block]);
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);
  HsReason reason = *hs_reasons_get (self->reasons, self->reason[block]);
  guint64 look = MIN (usable - MIN (usable, reason.distance), LOOK);

  if (data == NULL || look == 0)
    return;
  reason.source = HS_SOURCE_TEXT;
  gssize length = hs_content_text_in (self, data + reason.distance, look);
  /* What stands behind the end of the text is residue, unless pointers begin soon after an empty one. */
  gboolean pointers = length <= 0 && hs_content_heap_pointers (self, data, MIN (usable, LOOK)) > 0;
  gboolean text = length > 0 || (length == 0 && !pointers && reason.distance == 0);
  if (text || !pointers)
    hs_engine_decide (self, block, type, HS_FORM_ARRAY, text ? HS_LEVEL_C : HS_LEVEL_D,
                      hs_reasons_intern (self->reasons, reason), self->parent[block]);
}

void
hs_source_text (HsEngine *self)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_CHAR, HS_HINT_CHAR, HS_BY_REASON);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    if (hs_group_is_due (self, group, HS_SOURCE_TEXT))
      for (guint32 k = 0; k < group->n; k++) {
        hs_engine_prefetch (self, groups->members + group->first, group->n, k);
        if (hs_label_level (self->label[groups->members[group->first + k]]) == HS_LEVEL_NONE)
          try_char (self, groups->members[group->first + k]);
      }
  }
}

/* Text nearly to the end of the block, as somebody asked for what the text takes; then it is hardly chance. */
static gboolean
is_plain_text (HsEngine *self, guint32 block)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block), look = MIN (usable, LOOK);

  if (data == NULL || data[0] < 0x20 || data[1] == 0)
    return FALSE;
  gssize length = hs_content_text_in (self, data, look);
  if (length < LEAST_TEXT)
    return FALSE;
  return (guint64)length == look || (guint64)length + 24 >= usable || hs_content_heap_pointers (self, data, look) == 0;
}

/* hs_source_content: the end: whatever has no type by now may still show that it is text. */
void
hs_source_content (HsEngine *self)
{
  HsTypeId type = hs_text_type (self);
  guint32 reason = hs_reasons_intern (self->reasons, (HsReason){ .source = HS_SOURCE_CONTENT, .member = "" });

  for (guint32 block = 0; block < self->blocks->n; block++) {
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE && is_plain_text (self, block)) {
      self->label[block] = hs_label (type, HS_FORM_ARRAY, HS_LEVEL_D, 0);
      self->reason[block] = reason;
      self->parent[block] = HS_NO_BLOCK;
    }
  }
}
