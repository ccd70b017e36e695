/* guard.c - what is clear for a whole sample may be so only because all of it has one tag; see trial.h. */
#include "profiler/inference/tail.h"
#include "profiler/inference/trial.h"

#define TAG_REACH 8 /* bytes before and behind the pointer in which its tag stands */

static gboolean
may_guard (const HsField *field, guint64 slot)
{
  if (field->size == 0 || field->size > 8)
    return FALSE;
  return !field->in_union && field->offset + TAG_REACH >= slot && field->offset < slot + 8 + TAG_REACH
         && (field->bit_size != 0 ? field->bit_size <= 8 : field->kind == HS_FIELD_ENUM || (field->size == 1 && field->kind != HS_FIELD_CHARS));
}

/* A union's tag may stand anywhere in the record: an enum with few values. */
static gboolean
guard_union (HsTrial *self, const HsLayout *layout, const HsVerdict *whole, HsOption *option)
{
  for (guint32 i = 0; i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    if (field->kind != HS_FIELD_ENUM || field->in_union || field->offset >= G_MAXUINT32)
      continue;
    HsSplit split = hs_split_by_field (HS_SPLIT_OWNER, field);
    gboolean several = hs_trial_divide (self, &split);
    if (self->n_values > HS_TAG_VALUES)
      continue; /* flags */
    *option = (HsOption){ .merit = -1 };
    if (several)
      hs_trial_try (self, split, option);
    else if (self->n_values == 1)
      *option = (HsOption){ .split = split, .n = 1, .verdicts = { *whole } };
    if (!several && self->n_values == 1)
      option->verdicts[0].value = self->values[0];
    if (option->n > 0)
      return TRUE;
  }
  return FALSE;
}

/* What is clear for all may be so only because nearly all have one tag: then it holds for that value alone, and each value
 * has to be clear by itself. The small members next to the pointer, as far as they fit one word, are the tag. */
gboolean
hs_trial_guard (HsTrial *self, const HsVerdict *whole, HsOption *option)
{
  const HsReason *reason = hs_reasons_get (self->engine->reasons, self->group->reason);
  HsLayout *layout = reason->inner != 0 ? hs_layouts_get (self->engine->layouts, reason->inner) : NULL;
  HsSplit split = { .kind = HS_SPLIT_OWNER, .size = 0 };

  guint64 slot = hs_tail_is (reason) ? layout->tail_offset : reason->inner_slot;
  for (guint32 i = 0; layout != NULL && i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    if (!may_guard (field, slot) || field->offset >= G_MAXUINT32)
      continue;
    HsSplit one = hs_split_by_field (HS_SPLIT_OWNER, field);
    if (split.size == 0) {
      split.offset = (guint32)field->offset & ~7u;
      split.size = (guint8)MIN (8, layout->size - split.offset);
    }
    guint64 shift = field->offset - split.offset;
    if (shift + one.size > split.size)
      break;
    split.mask |= (one.mask & (G_MAXUINT64 >> (64 - 8 * one.size))) << (8 * shift);
  }
  if (split.size == 0 && layout != NULL && hs_has_arms (self->engine, self->group->reason))
    return guard_union (self, layout, whole, option);
  if (split.size == 0 || (split.size != 8 && split.size != 4 && split.size != 2 && split.size != 1))
    return FALSE;
  if (hs_trial_divide (self, &split)) {
    *option = (HsOption){ .merit = -1 };
    hs_trial_try (self, split, option);
    return TRUE;
  }
  if (self->n_values != 1)
    return FALSE;
  *option = (HsOption){ .split = split, .n = 1, .verdicts = { *whole } };
  option->verdicts[0].value = self->values[0];
  return TRUE;
}

static gboolean
is_tag_like (const HsField *field)
{
  return hs_field_may_split (field) && !field->in_union && (field->kind == HS_FIELD_ENUM || field->bit_size != 0 || field->size <= 2);
}

#define FEW_VALUES 8 /* of a member that may be a tag */

/* What is clear for all that begin with a tagged header holds for those of their tag alone: others may come, and the few of the
 * sample that differ may be of another type. Which of the header's small members the tag is need not be known: it is all of them
 * together, but for those that count something. */
gboolean
hs_trial_guard_header (HsTrial *self, const HsVerdict *whole, HsOption *option)
{
  const HsLayout *layout = hs_layouts_get (self->engine->layouts, self->tagged);
  HsSplit split = { .kind = HS_SPLIT_TARGET, .size = 0 };
  guint64 same = 0;

  for (guint32 i = 0; i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    if (!is_tag_like (field) || field->offset >= G_MAXINT32)
      continue;
    HsSplit one = hs_split_by_field (HS_SPLIT_TARGET, field);
    if (split.size == 0) {
      split.offset = (guint32)field->offset & ~7u;
      split.size = layout->size - split.offset >= 8 ? 8 : 4;
    }
    guint64 shift = field->offset - split.offset;
    if (shift + one.size > split.size)
      break;
    hs_trial_divide (self, &one);
    guint64 mask = (one.mask & (G_MAXUINT64 >> (64 - 8 * one.size))) << (8 * shift);
    split.mask |= self->n_values <= FEW_VALUES ? mask : 0;
    same |= self->n_values == 1 ? mask : 0;
  }
  if (!hs_trial_divide (self, &split) && self->n_values != 1) /* too many together: what is the same in all of the sample, then */
    split.mask = same;
  if (split.mask == 0)
    return FALSE;
  if (hs_trial_divide (self, &split)) {
    *option = (HsOption){ .merit = -1 };
    hs_trial_try (self, split, option);
    return TRUE;
  }
  if (self->n_values != 1)
    return FALSE;
  *option = (HsOption){ .split = split, .n = 1, .verdicts = { *whole } };
  option->verdicts[0].value = self->values[0];
  return TRUE;
}
