/* source-tail.c - see tail.h.
 *
 * Bytes behind the last one in use are left from before, and hold addresses as well. But those lead to what was freed since, or
 * to what something else has long led to. A type links in its tail if nearly all addresses there lead to starts of live blocks
 * that nothing else leads to. What these are is asked of all together, as behind a void *: the last pointer of a tail apart
 * from the others, as it may be the value of a node next to its children. */
#include "profiler/inference/tail.h"

#include <string.h>

#define MAX_TAIL 4096     /* bytes of one tail that are looked at */
#define MAX_SEEN 512      /* blocks of one type that are looked at */
#define LEAST_LINKING 3   /* blocks of a type that have a link in their tail: one is chance, */
#define LEAST_LINKS 8     /* and so many links in all of them */
#define LINKING_SHARE 4   /* one in so many of those that were seen at least */
#define LINKS_SHARE 0.8   /* of the addresses in the tails */

gboolean
hs_tail_is (const HsReason *reason)
{
  return reason->slot == HS_NO_SLOT && reason->inner_slot == HS_NO_SLOT && reason->owner == reason->inner
         && reason->owner != 0;
}

static gboolean
may_link (const HsLayout *layout)
{
  return layout->tail_stride == 1 && layout->tail == NULL && !layout->links_in_tail;
}

/* The first word of the tail, as an offset into the object; objects are aligned as words are. */
static guint64
first_word (const HsLayout *layout)
{
  return (layout->tail_offset + 7) / 8 * 8;
}

static guint32
reason_for (HsEngine *self, const HsLayout *layout, const HsScan *scan, gboolean last)
{
  return hs_reasons_intern (self->reasons, (HsReason){ .source = HS_SOURCE_POINTER, .owner = layout->type, .inner = layout->type,
                                                       .slot = HS_NO_SLOT, .inner_slot = HS_NO_SLOT, .context = scan->context,
                                                       .member = last ? layout->tail_last : layout->tail_path });
}

void
hs_tail_follow (HsEngine *self, const HsLayout *layout, const HsScan *scan)
{
  guint64 limit = MIN (scan->limit, layout->tail_offset + MAX_TAIL), last = 0;
  guint32 reasons[2] = { reason_for (self, layout, scan, FALSE), reason_for (self, layout, scan, TRUE) };

  for (guint pass = 0; pass < 2; pass++)
    for (guint64 at = first_word (layout); at + 8 <= limit; at += 8) {
      guint64 value;
      memcpy (&value, scan->data + at, sizeof value);
      if (value < self->blocks->low || value >= self->blocks->high || hs_blocks_at (self->blocks, value) == HS_NO_BLOCK)
        continue;
      if (pass == 0)
        last = at;
      else
        hs_engine_edge (self, (HsEdge){ .value = value, .kind = HS_SLOT_VOID, .level = HS_LEVEL_C, .owner = scan->owner,
                                        .reason = reasons[at == last], .at = (guint32)((scan->from + at) / 8) });
    }
}

/* --- how much is in it */

#define MAX_WITHIN 32 /* fields */

/* Bytes of the record that a number takes part of. */
static guint64
size_of (const HsField *field)
{
  return field->bit_size != 0 ? ((guint64)field->bit_offset + field->bit_size + 7) / 8 : field->size;
}

static gboolean
may_count (const HsLayout *layout, const HsField *field)
{
  guint64 size = size_of (field);

  return field->kind == HS_FIELD_INT && !field->in_union && size >= 2 && size <= 8 && field->offset + size <= layout->tail_offset;
}

static guint64
value_of (const HsField *field, const guint8 *data)
{
  guint64 value = 0;

  memcpy (&value, data + field->offset, size_of (field));
  return field->bit_size != 0 && field->bit_size < 64 ? value >> field->bit_offset & ((G_GUINT64_CONSTANT (1) << field->bit_size) - 1) : value;
}

gboolean
hs_tail_agrees (const HsLayout *layout, const guint8 *data, guint64 usable)
{
  if (usable < layout->tail_offset)
    return FALSE;
  for (guint32 i = 0; i < layout->n_fields && i < MAX_WITHIN; i++)
    if ((layout->within >> i & 1) != 0 && value_of (&layout->fields[i], data) > usable)
      return FALSE;
  return TRUE;
}

/* --- which types do so */

typedef struct {
  guint32 within; /* see HsLayout */
  guint n_seen, n_linking;     /* blocks */
  guint64 n_links, n_addresses; /* words */
} Tails;

/* Whether nothing is known to lead to the block. */
static gboolean
is_unheard_of (const HsEngine *self, guint32 block)
{
  return block != HS_NO_BLOCK && hs_label_level (self->label[block]) == HS_LEVEL_NONE && hs_label_form (self->label[block]) == HS_HINT_NONE;
}

static void
look_at (HsEngine *self, const HsLayout *layout, guint32 block, Tails *tails)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 limit = MIN (hs_blocks_size (self->blocks, block), layout->tail_offset + MAX_TAIL), n = 0;

  for (guint64 at = first_word (layout); data != NULL && at + 8 <= limit; at += 8) {
    guint64 value;
    memcpy (&value, data + at, sizeof value);
    if (value < self->blocks->low || value >= self->blocks->high)
      continue;
    tails->n_addresses++;
    n += is_unheard_of (self, hs_blocks_at (self->blocks, value));
  }
  for (guint32 i = 0; data != NULL && limit >= layout->tail_offset && i < layout->n_fields && i < MAX_WITHIN; i++)
    if (!may_count (layout, &layout->fields[i]) || value_of (&layout->fields[i], data) > limit)
      tails->within &= ~(1u << i);
  tails->n_links += n;
  tails->n_linking += n > 0;
  tails->n_seen += limit >= first_word (layout) + 8;
}

/* Name of the last member: "data". */
static const char *
tail_name (HsEngine *self, HsTypeId id)
{
  const HsType *type = hs_types_get (self->types, id);
  const HsMember *last = type->n_members > 0 ? hs_types_member (self->types, type, type->n_members - 1) : NULL;

  return last != NULL && last->name != NULL ? last->name : "";
}

static gboolean
links (const Tails *tails)
{
  return tails->n_linking >= LEAST_LINKING && tails->n_links >= LEAST_LINKS && tails->n_linking * LINKING_SHARE >= tails->n_seen
         && (double)tails->n_links >= LINKS_SHARE * (double)tails->n_addresses;
}

/* (transfer full): type -> Tails. */
static GHashTable *
look_at_all (HsEngine *self)
{
  GHashTable *all = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  const HsLayout *layout = NULL;
  Tails *tails = NULL;

  for (guint32 block = 0; block < self->blocks->n; block++) {
    HsLabel label = self->label[block];
    HsTypeId type = hs_label_type (label);
    guint form = hs_label_form (label);
    if (hs_label_level (label) < HS_LEVEL_C || (form != HS_FORM_FLEXIBLE && form != HS_FORM_WHOLE) || type >= self->types->n_types)
      continue;
    if (layout == NULL || layout->type != type) {
      layout = hs_layouts_get (self->layouts, type);
      tails = g_hash_table_lookup (all, GUINT_TO_POINTER (type));
    }
    if (!may_link (layout))
      continue;
    if (tails == NULL) {
      tails = g_new0 (Tails, 1);
      tails->within = G_MAXUINT32;
      g_hash_table_insert (all, GUINT_TO_POINTER (type), tails);
    }
    if (tails->n_seen < MAX_SEEN)
      look_at (self, layout, block, tails);
  }
  return all;
}

static guint
learn (HsEngine *self, GHashTable *all)
{
  GHashTableIter iter;
  gpointer key, value;
  guint n = 0;

  g_hash_table_iter_init (&iter, all);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    HsLayout *layout = hs_layouts_get (self->layouts, GPOINTER_TO_UINT (key));
    if (!links (value))
      continue;
    g_autofree char *path = g_strdup_printf ("%s[]", tail_name (self, layout->type)), *last = g_strdup_printf ("%s[last]", tail_name (self, layout->type));
    layout->tail_path = g_string_chunk_insert_const (self->strings, path);
    layout->tail_last = g_string_chunk_insert_const (self->strings, last);
    layout->within = ((const Tails *)value)->within;
    layout->links_in_tail = layout->has_pointers = TRUE;
    n++;
  }
  return n;
}

void
hs_source_tail (HsEngine *self)
{
  if (self->tails_at == self->n_decided + 1)
    return;
  self->tails_at = self->n_decided + 1;
  g_autoptr (GHashTable) all = look_at_all (self);
  guint n = learn (self, all);
  self->n_tails += n;
  for (guint32 block = 0; n > 0 && block < self->blocks->n; block++) {
    HsTypeId type = hs_label_type (self->label[block]);
    if (hs_label_level (self->label[block]) >= HS_LEVEL_C && type < self->types->n_types && hs_layouts_get (self->layouts, type)->links_in_tail)
      hs_engine_follow (self, block, type);
  }
}
