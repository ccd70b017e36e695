/* source-text.c - text.
 *
 * A char * from typed memory to a block that holds text makes it char[] (level C); the same to bytes that are no text
 * but hold no pointers either is a guess (D), and so is text that nothing typed points to. */
#include "profiler/inference/engine.h"

#define LEAST_TEXT 4 /* characters: shorter ones look like text by chance */
#define LOOK 4096    /* bytes of a block that are looked at */

static void
try_char (HsEngine *self, guint32 block)
{
  HsTypeId type = hs_label_type (self->label[block]);
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 look = MIN (hs_blocks_size (self->blocks, block), LOOK);

  if (data == NULL)
    return;
  HsReason reason = *hs_reasons_get (self->reasons, self->reason[block]);
  reason.source = HS_SOURCE_TEXT;
  gssize length = hs_content_text (data, look);
  /* What stands behind the end of the text is residue, unless pointers begin soon after an empty one. */
  gboolean pointers = length <= 0 && hs_content_heap_pointers (self, data, look) > 0;
  if (length > 0 || (length == 0 && !pointers))
    hs_engine_decide (self, block, type, HS_FORM_ARRAY, HS_LEVEL_C, hs_reasons_intern (self->reasons, reason), self->parent[block]);
  else if (!pointers)
    hs_engine_decide (self, block, type, HS_FORM_ARRAY, HS_LEVEL_D, hs_reasons_intern (self->reasons, reason), self->parent[block]);
}

void
hs_source_text (HsEngine *self)
{
  for (guint i = 0; i < self->hinted->len; i++) {
    guint32 block = g_array_index (self->hinted, guint32, i);
    HsLabel label = self->label[block];
    hs_engine_prefetch_hint (self, i);
    if (hs_label_level (label) == HS_LEVEL_NONE && hs_label_form (label) == HS_HINT_CHAR)
      try_char (self, block);
  }
}

static HsTypeId
char_type (HsEngine *self)
{
  guint n;
  const HsTypeId *ids = hs_types_by_name (self->types, "char", &n);

  for (guint i = 0; i < n; i++)
    if (hs_types_get (self->types, ids[i])->kind == HS_TYPE_BASE)
      return ids[i];
  return self->types->n_types + HS_NAME_CHAR;
}

/* Text nearly to the end of the block, as somebody asked for what the text takes; then it is hardly chance. */
static gboolean
is_plain_text (HsEngine *self, guint32 block)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block), look = MIN (usable, LOOK);

  if (data == NULL || data[0] < 0x20 || data[1] == 0)
    return FALSE;
  gssize length = hs_content_text (data, look);
  if (length < LEAST_TEXT)
    return FALSE;
  return (guint64)length == look || (guint64)length + 24 >= usable || hs_content_heap_pointers (self, data, look) == 0;
}

/* hs_source_content: the end: whatever has no type by now may still show that it is text. */
void
hs_source_content (HsEngine *self)
{
  HsTypeId type = char_type (self);
  guint32 reason = hs_reasons_intern (self->reasons, (HsReason){ HS_SOURCE_CONTENT, 0, "", 0 });

  for (guint32 block = 0; block < self->blocks->n; block++) {
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE && is_plain_text (self, block)) {
      self->label[block] = hs_label (type, HS_FORM_ARRAY, HS_LEVEL_D, 0);
      self->reason[block] = reason;
      self->parent[block] = HS_NO_BLOCK;
    }
  }
}
