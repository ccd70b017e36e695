/* source-text.c - text.
 *
 * A char * from typed memory to a block that holds text makes it char[] (level C); the same to bytes that are no text
 * but hold no pointers either is a guess (D), and so is text that nothing typed points to. Text that a char * finds behind
 * something else is the tail of a struct that ends in characters there, if there is one: a table's key in its entry; else
 * a header of numbers and the text are char[] together. */
#include "profiler/inference/groups.h"

#include <string.h>

#define LEAST_TEXT 4 /* characters: shorter ones look like text by chance */
#define LOOK 4096    /* bytes of a block that are looked at */

/* --- behind something else --- */

#define MAX_HEADER 32 /* bytes before a text that are its length and the like */

static gboolean
holds_pointers (HsEngine *self, const guint8 *data, guint64 limit)
{
  for (guint64 at = 0; at + 8 <= limit; at += 8) {
    guint64 value;
    memcpy (&value, data + at, sizeof value);
    if (value >= self->blocks->low && hs_blocks_find (self->blocks, value) != HS_NO_BLOCK)
      return TRUE;
  }
  return FALSE;
}

/* The structs that end in characters, by where these begin. */
static void
index_tails (HsEngine *self)
{
  self->text_tails = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
  for (HsTypeId id = 1; id < self->types->n_types; id++) {
    const HsType *type = hs_types_get (self->types, id);
    if ((type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS) || !hs_layouts_has_tail (self->layouts, id))
      continue;
    const HsLayout *layout = hs_layouts_get (self->layouts, id);
    gpointer key = GSIZE_TO_POINTER (layout->tail_offset);
    GArray *ids = g_hash_table_lookup (self->text_tails, key);
    if (layout->tail_stride != 1 || layout->tail_offset == 0)
      continue;
    if (ids == NULL) {
      ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
      g_hash_table_insert (self->text_tails, key, ids);
    }
    g_array_append_val (ids, id);
  }
}

const GArray *
hs_ends_in_text (HsEngine *self, guint64 offset)
{
  if (self->text_tails == NULL)
    index_tails (self);
  return g_hash_table_lookup (self->text_tails, GSIZE_TO_POINTER (offset));
}

#define LEAST_TAILS 4     /* blocks */
#define LEAST_BITS 6.0f

static void
ask_tails (HsEngine *self, const HsGroups *groups, const HsGroup *group)
{
  guint64 distance = hs_reasons_get (self->reasons, group->reason)->distance;
  const GArray *ids = NULL;

  if (distance != 0 && group->n >= LEAST_TAILS && !hs_is_prefix (self, distance))
    ids = hs_ends_in_text (self, distance);
  if (ids == NULL)
    return;
  g_autoptr (HsMatrix) matrix = hs_matrix_new (self, groups->members + group->first, group->n, ids, group->reason, FALSE, 0, FALSE);
  HsVerdict whole = { .type = 0 };
  if (matrix != NULL && ids->len == 1)
    whole = hs_matrix_judge (matrix, NULL, 0);
  if (matrix != NULL && (ids->len > 1 || whole.best[0].bits >= LEAST_BITS))
    hs_group_solve (self, groups, group, matrix, HS_SOURCE_TEXT, 0, 0);
}

/* --- at the start --- */

static void
try_char (HsEngine *self, guint32 block)
{
  HsTypeId type = hs_label_type (self->label[block]);
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);
  HsReason reason = *hs_reasons_get (self->reasons, self->reason[block]);
  guint64 look = MIN (usable - MIN (usable, reason.distance), LOOK);

  if (data == NULL || look == 0 || reason.distance > MAX_HEADER
      || (!hs_is_prefix (self, reason.distance) && holds_pointers (self, data, reason.distance)))
    return;
  reason.source = HS_SOURCE_TEXT;
  guint64 skipped = hs_is_prefix (self, reason.distance) ? reason.distance : 0;
  gssize length = hs_content_text_in (self, data + reason.distance, look);
  /* What stands behind the end of the text is residue, unless pointers begin soon after an empty one. */
  gboolean pointers = length <= 0 && hs_content_heap_pointers (self, data + skipped, MIN (usable - skipped, LOOK)) > 0;
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
    if (!hs_group_is_due (self, group, HS_SOURCE_TEXT))
      continue;
    ask_tails (self, groups, group);
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
