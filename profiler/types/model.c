/* model.c - see model.h. */
#include "profiler/types/model.h"

#include <string.h>

static const gsize PART_SIZES[HS_MODEL_N_PARTS] = {
  [HS_MODEL_TYPES] = sizeof (HsModelType),
  [HS_MODEL_MEMBERS] = sizeof (HsModelMember),
  [HS_MODEL_ENUMERATORS] = sizeof (HsModelEnumerator),
  [HS_MODEL_VARIABLES] = sizeof (HsModelVariable),
  [HS_MODEL_FUNCTIONS] = sizeof (HsModelFunction),
  [HS_MODEL_DIES] = sizeof (HsModelDie),
  [HS_MODEL_FILES] = sizeof (HsModelFile),
  [HS_MODEL_STRINGS] = 1,
};

gsize
hs_model_part_size (guint part)
{
  return PART_SIZES[part];
}

static gconstpointer
part_data (GBytes *const *parts, guint part, guint32 *n)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (parts[part], &size);

  *n = (guint32)MIN (size / PART_SIZES[part], G_MAXUINT32);
  return data;
}

/* --- soundness */

static gboolean
types_are_sound (const HsModel *self)
{
  for (guint32 i = 0; i < self->n_types; i++) {
    const HsModelType *type = &self->types[i];
    guint32 limit = type->kind == HS_TYPE_ENUM ? self->n_enumerators : self->n_members;
    if (type->kind > HS_TYPE_OPAQUE || type->name >= self->n_strings || type->target >= self->n_types
        || type->size > G_MAXINT64 || type->n_members > limit || type->first_member > limit - type->n_members)
      return FALSE;
  }
  return self->n_types > 0 && self->types[0].kind == HS_TYPE_VOID;
}

static gboolean
members_are_sound (const HsModel *self)
{
  for (guint32 i = 0; i < self->n_members; i++)
    if (self->members[i].name >= self->n_strings || self->members[i].type >= self->n_types)
      return FALSE;
  for (guint32 i = 0; i < self->n_enumerators; i++)
    if (self->enumerators[i].name >= self->n_strings)
      return FALSE;
  return TRUE;
}

static gboolean
rest_is_sound (const HsModel *self)
{
  for (guint32 i = 0; i < self->n_variables; i++)
    if (self->variables[i].name >= self->n_strings || self->variables[i].type >= self->n_types)
      return FALSE;
  for (guint32 i = 0; i < self->n_dies; i++)
    if (self->dies[i].type >= self->n_types)
      return FALSE;
  for (guint32 i = 0; i < self->n_files; i++)
    if (self->files[i].path >= self->n_strings)
      return FALSE;
  return self->n_strings > 0 && self->strings[0] == 0 && self->strings[self->n_strings - 1] == 0;
}

HsModel *
hs_model_new (GBytes *parts[HS_MODEL_N_PARTS])
{
  g_autoptr (HsModel) self = g_new0 (HsModel, 1);

  memcpy (self->parts, parts, sizeof self->parts);
  self->types = part_data (parts, HS_MODEL_TYPES, &self->n_types);
  self->members = part_data (parts, HS_MODEL_MEMBERS, &self->n_members);
  self->enumerators = part_data (parts, HS_MODEL_ENUMERATORS, &self->n_enumerators);
  self->variables = part_data (parts, HS_MODEL_VARIABLES, &self->n_variables);
  self->functions = part_data (parts, HS_MODEL_FUNCTIONS, &self->n_functions);
  self->dies = part_data (parts, HS_MODEL_DIES, &self->n_dies);
  self->files = part_data (parts, HS_MODEL_FILES, &self->n_files);
  self->strings = part_data (parts, HS_MODEL_STRINGS, &self->n_strings);
  if (!types_are_sound (self) || !members_are_sound (self) || !rest_is_sound (self))
    return NULL;
  return g_steal_pointer (&self);
}

void
hs_model_free (HsModel *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < HS_MODEL_N_PARTS; i++)
    g_bytes_unref (self->parts[i]);
  g_free (self);
}

/* --- searching */

guint32
hs_model_type_of_die (const HsModel *self, guint64 die)
{
  guint32 low = 0, high = self->n_dies;

  while (low < high) {
    guint32 middle = low + (high - low) / 2;
    if (self->dies[middle].die < die)
      low = middle + 1;
    else
      high = middle;
  }
  return low < self->n_dies && self->dies[low].die == die ? self->dies[low].type : 0;
}

/* Ranges hardly ever overlap; where they do, the one that starts last is the innermost. Few are looked at. */
const HsModelFunction *
hs_model_function_at (const HsModel *self, guint64 address)
{
  guint32 low = 0, high = self->n_functions;

  while (low < high) {
    guint32 middle = low + (high - low) / 2;
    if (self->functions[middle].low <= address)
      low = middle + 1;
    else
      high = middle;
  }
  for (guint32 i = 0; i < 16 && low > 0; i++)
    if (address < self->functions[--low].high)
      return &self->functions[low];
  return NULL;
}
