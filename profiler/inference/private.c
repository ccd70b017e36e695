/* private.c - what stands before an object in its block: the private parts of an instance's class and of those it derives
 * from (GObject, since 2.38: g_type_add_instance_private). The base's comes next to the instance, the class's own first.
 *
 * Many instances keep a pointer to a private part: where it leads before the instance, at one distance in all of them, its
 * type is the pointer's. Others reach it by a distance alone: then it is the struct called FooPrivate of a Foo, where all
 * parts together are as long as what stands before the instance. */
#include "profiler/inference/classes.h"

#include <string.h>

#define MAX_PARTS 32
#define MAX_LOOKED 64 /* instances */
#define PART_ALIGN 16 /* ALIGN_STRUCT of gtype.c */

typedef struct {
  HsBefore part[MAX_PARTS];
  guint n;
} Parts;

static const HsBefore *
part_of_type (const Parts *parts, HsTypeId type)
{
  for (guint i = 0; i < parts->n; i++)
    if (parts->part[i].layout->type == type)
      return &parts->part[i];
  return NULL;
}

static void
add_part (HsClasses *classes, Parts *parts, HsTypeId type, guint64 distance, HsLevel level)
{
  HsLayout *layout = hs_layouts_get (classes->engine->layouts, type);

  if (parts->n < MAX_PARTS && part_of_type (parts, type) == NULL && layout->size > 0 && layout->size <= distance)
    parts->part[parts->n++] = (HsBefore){ .distance = distance, .layout = layout, .level = level };
}

/* How far before the instance the pointer of @slot leads in all of the first instances; 0: elsewhere. */
static guint64
distance_by_slot (HsClasses *classes, const HsClass *class, const HsSlot *slot)
{
  HsEngine *engine = classes->engine;
  guint64 distance = 0;
  guint32 looked = 0;

  for (guint32 i = 0; i < class->n && looked < MAX_LOOKED; i++) {
    const HsClassMember *member = &g_array_index (classes->members, HsClassMember, class->first + i);
    guint64 value;
    if (hs_class_room (classes, class, member) < slot->offset + 8)
      continue;
    memcpy (&value, hs_engine_bytes (engine, member->block) + class->behind + slot->offset, sizeof value);
    if (value == 0)
      continue; /* not set yet, or no more */
    HsAddr instance = engine->blocks->address[member->block] + class->behind;
    if (value >= instance || instance - value > class->behind || (distance != 0 && instance - value != distance))
      return 0;
    distance = instance - value;
    looked++;
  }
  return distance;
}

static void
find_by_slots (HsClasses *classes, const HsClass *class, Parts *parts)
{
  const HsLayout *layout = hs_layouts_get (classes->engine->layouts, class->type);

  for (guint32 i = 0; i < layout->n_slots; i++) {
    const HsSlot *slot = &layout->slots[i];
    guint64 distance = slot->kind == HS_SLOT_OBJECT && !slot->in_union ? distance_by_slot (classes, class, slot) : 0;
    if (distance > 0)
      add_part (classes, parts, slot->target, distance, HS_LEVEL_B);
  }
}

static HsTypeId
private_of (HsEngine *engine, HsTypeId type)
{
  g_autofree char *name = g_strconcat (hs_types_get (engine->types, type)->name, "Private", NULL);
  guint n;
  const HsTypeId *ids = hs_types_by_name (engine->types, name, &n);

  return n == 1 && hs_types_get (engine->types, ids[0])->kind == HS_TYPE_STRUCT ? ids[0] : 0;
}

/* Those that no pointer leads to, by name: FooPrivate of a Foo, from the innermost base on. */
static void
find_by_names (HsClasses *classes, const HsClass *class, Parts *parts)
{
  HsEngine *engine = classes->engine;
  HsTypeId line[MAX_PARTS];
  guint n = 0;
  guint64 distance = 0;
  Parts all = *parts;

  for (HsTypeId id = class->type; n < MAX_PARTS;) {
    const HsType *type = hs_types_get (engine->types, id);
    if (type->kind != HS_TYPE_STRUCT || type->n_members == 0)
      break;
    line[n++] = id;
    id = hs_types_strip (engine->types, hs_types_member (engine->types, type, 0)->type);
  }
  while (n-- > 0) {
    HsTypeId private = private_of (engine, line[n]);
    const HsBefore *known = private != 0 ? part_of_type (parts, private) : NULL;
    if (known != NULL)
      distance = known->distance;
    else if (private != 0) {
      distance += hs_types_get (engine->types, private)->size + PART_ALIGN - 1;
      distance -= distance % PART_ALIGN;
      add_part (classes, &all, private, distance, HS_LEVEL_C);
    }
  }
  if (distance == class->behind)
    *parts = all;
}

void
hs_class_learn_private (HsClasses *classes, const HsClass *class)
{
  HsLayout *layout = hs_layouts_get (classes->engine->layouts, class->type);
  Parts parts = { .n = 0 };

  if (class->behind == 0 || layout->n_before > 0)
    return;
  find_by_slots (classes, class, &parts);
  find_by_names (classes, class, &parts);
  layout->before = g_memdup2 (parts.part, parts.n * sizeof *parts.part);
  layout->n_before = parts.n;
}
