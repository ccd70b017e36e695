/* classes.c - what is known about classes, and what speaks for the type of their objects; see classes.h.
 *
 * A class is a static variable, or lies in a block, and is full of pointers to functions. What a function takes first
 * tells what the class's objects are, unless it takes any object; a class that inherits has functions of what it
 * inherits from as well, so among related types the most derived counts. Static objects point to their class too, and
 * are of a known type. Where a number in most classes equals the size of the type so found, it is the size of the
 * objects, and settles the rest.
 * Not handled: functions of modules without debug info say nothing. */
#include "profiler/inference/classes.h"

#include <string.h>

#define LEAST_FUNCTIONS 3  /* of a class that take its objects */
#define LEAST_BEGINNERS 3  /* types that begin with the header */
#define MAX_MODELS 16
#define MAX_MEMBERS 16        /* of a header that are looked at */
#define MAX_CLASS_MEMBERS 1024
#define MAX_VOTES 32       /* types that may speak for one class */
#define MAX_TABLE 256      /* elements of a table of functions */
#define MAX_CLASSES (1u << 20)
#define MAX_VISITED (1u << 26) /* functions in classes and their tables */

/* --- types --- */

gboolean
hs_agrees (HsEngine *engine, HsTypeId type, guint64 size)
{
  const HsLayout *layout = hs_layouts_get (engine->layouts, type);

  return size != 0 && (size == layout->size || (layout->tail_stride != 0 && size >= layout->tail_offset && size <= layout->size));
}

/* What a pointer of type @id points to; 0: void, or no pointer. */
static HsTypeId
pointee (const HsTypes *types, HsTypeId id)
{
  const HsType *type = hs_types_get (types, hs_types_strip (types, id));

  return type->kind == HS_TYPE_POINTER ? hs_types_strip (types, type->target) : 0;
}

static gboolean
is_pointer (const HsTypes *types, HsTypeId id)
{
  return hs_types_get (types, hs_types_strip (types, id))->kind == HS_TYPE_POINTER;
}

/* Whether @function, a function's type, takes a pointer to @header first, or one to void. */
static gboolean
takes (const HsTypes *types, HsTypeId function, HsTypeId header, gboolean or_void)
{
  const HsType *type = hs_types_get (types, function);

  if (type->kind != HS_TYPE_FUNCTION || type->n_members == 0)
    return FALSE;
  HsTypeId first = hs_types_member (types, type, 0)->type;
  return is_pointer (types, first) && (pointee (types, first) == header || (or_void && pointee (types, first) == 0));
}

/* --- models --- */

static guint
count_functions (const HsTypes *types, HsTypeId class, HsTypeId header)
{
  const HsType *type = hs_types_get (types, class);
  guint n = 0;

  for (guint32 i = 0; i < type->n_members && i < MAX_CLASS_MEMBERS && n < LEAST_FUNCTIONS; i++)
    n += takes (types, pointee (types, hs_types_member (types, type, i)->type), header, FALSE);
  return n;
}

static void
find_models_of (HsClasses *self, HsTypeId header)
{
  const HsTypes *types = self->engine->types;
  const HsType *type = hs_types_get (types, header);

  for (guint32 i = 0; i < type->n_members && i < MAX_MEMBERS && self->models->len < MAX_MODELS; i++) {
    const HsMember *member = hs_types_member (types, type, i);
    if (member->offset > HS_CLASS_MAX_AT || member->offset % 8 != 0 || member->bit_size != 0)
      return;
    HsTypeId class = pointee (types, member->type);
    if (class == 0 || hs_types_get (types, class)->kind != HS_TYPE_STRUCT || class == header
        || count_functions (types, class, header) < LEAST_FUNCTIONS)
      continue;
    const GArray *beginners = hs_beginners (self->engine, header);
    if (beginners == NULL || beginners->len < LEAST_BEGINNERS)
      continue;
    hs_classes_add_model (self, class, header, member->offset);
  }
}

static void
model_free (gpointer data)
{
  HsClassModel *model = data;

  g_clear_pointer (&model->tables, g_array_unref);
  g_free (model);
}

static void
class_free (gpointer data)
{
  HsClass *class = data;

  g_array_unref (class->votes);
  g_free (class);
}

HsClasses *
hs_classes_new (HsEngine *engine)
{
  HsClasses *self = g_new0 (HsClasses, 1);

  self->engine = engine;
  self->models = g_ptr_array_new_with_free_func (model_free);
  self->all = g_ptr_array_new_with_free_func (class_free);
  self->index = g_hash_table_new (NULL, NULL);
  self->functions = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->members = g_array_new (FALSE, FALSE, sizeof (HsClassMember));
  self->low = G_MAXUINT64;
  return self;
}

HsClassModel *
hs_classes_add_model (HsClasses *self, HsTypeId class, HsTypeId header, guint64 at)
{
  HsClassModel *model = g_new0 (HsClassModel, 1);

  *model = (HsClassModel){ .class = class, .header = header, .at = at };
  g_ptr_array_add (self->models, model);
  return model;
}

void
hs_classes_find_models (HsClasses *self)
{
  for (HsTypeId id = 1; id < self->engine->types->n_types; id++)
    if (hs_types_get (self->engine->types, id)->kind == HS_TYPE_STRUCT)
      find_models_of (self, id);
}

void
hs_classes_free (HsClasses *self)
{
  g_ptr_array_unref (self->models);
  g_ptr_array_unref (self->all);
  g_hash_table_unref (self->index);
  g_hash_table_unref (self->functions);
  g_array_unref (self->members);
  g_free (self);
}

/* --- votes --- */

/* The place to count what speaks for @type; NULL where it is no object of the class, or there are too many. */
static HsClassVote *
vote_for (HsClasses *self, HsClass *class, HsTypeId type)
{
  for (guint i = 0; i < class->votes->len; i++)
    if (g_array_index (class->votes, HsClassVote, i).type == type)
      return &g_array_index (class->votes, HsClassVote, i);
  if (type == 0 || class->votes->len >= MAX_VOTES || !hs_begins_with (self->engine, type, class->model->header)
      || (hs_types_get (self->engine->types, type)->flags & HS_TYPE_FLAG_ANONYMOUS))
    return NULL;
  HsClassVote vote = { .type = type };
  g_array_append_val (class->votes, vote);
  return &g_array_index (class->votes, HsClassVote, class->votes->len - 1);
}

void
hs_classes_vote (HsClasses *self, HsClass *class, HsTypeId type)
{
  HsClassVote *vote = vote_for (self, class, type);

  if (vote != NULL)
    vote->objects++;
}

static HsClassFunction *
function_at (HsClasses *self, HsAddr address)
{
  HsClassFunction *function = g_hash_table_lookup (self->functions, (gpointer)address);

  if (function != NULL)
    return function;
  const HsModule *module = hs_modules_find (self->engine->modules, address);
  if (module == NULL)
    return NULL;
  function = g_new0 (HsClassFunction, 1);
  function->takes = pointee (self->engine->types, hs_types_first_parameter (self->engine->types, module, address));
  function->least = G_MAXUINT64;
  g_hash_table_insert (self->functions, (gpointer)address, function);
  return function;
}

/* --- functions --- */

typedef void (*Visit) (HsClasses *self, HsClass *class, HsClassFunction *function, gboolean direct, gpointer data);

/* Calls back for the functions in an object of @layout at @address. */
static void
visit_functions_in (HsClasses *self, HsClass *class, const HsLayout *layout, HsAddr address, gboolean direct, Visit visit, gpointer data)
{
  for (guint32 i = 0; i < layout->n_slots && self->n_visited++ < MAX_VISITED; i++) {
    const HsSlot *slot = &layout->slots[i];
    guint64 value;
    if (slot->kind != HS_SLOT_FUNCTION || !takes (self->engine->types, slot->target, class->model->header, TRUE)
        || !hs_image_word (self->engine->image, address + slot->offset, &value) || value == 0)
      continue;
    HsClassFunction *function = function_at (self, value);
    if (function != NULL)
      visit (self, class, function, direct, data);
  }
}

/* How many elements of @size bytes the table at @address has: one, unless the variable there is an array. */
static guint64
table_length (HsEngine *engine, HsAddr address, guint64 size)
{
  const HsVariable *variable = hs_engine_static_at (engine, address);
  const HsType *type = variable != NULL ? hs_types_get (engine->types, hs_types_strip (engine->types, variable->type)) : NULL;

  if (type == NULL || type->kind != HS_TYPE_ARRAY || size == 0)
    return 1;
  return MIN ((type->size - MIN (type->size, address - variable->address)) / size, MAX_TABLE);
}

static void
visit_table (HsClasses *self, HsClass *class, const HsLayout *layout, HsAddr address, Visit visit, gpointer data)
{
  guint64 n = table_length (self->engine, address, layout->size), word;

  for (guint64 i = 0; i < n && self->n_visited < MAX_VISITED; i++) {
    HsAddr at = address + i * layout->size;
    if (n > 1 && (!hs_image_word (self->engine->image, at, &word) || word == 0))
      return; /* the end is marked */
    visit_functions_in (self, class, layout, at, FALSE, visit, data);
  }
}

static const GArray *
tables_of (HsEngine *engine, HsClassModel *model)
{
  const HsLayout *layout = hs_layouts_get (engine->layouts, model->class);

  if (model->tables != NULL)
    return model->tables;
  model->tables = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 0; i < layout->n_slots; i++)
    if (layout->slots[i].kind == HS_SLOT_OBJECT && !hs_related (engine, layout->slots[i].target, model->header)
        && !hs_related (engine, layout->slots[i].target, model->class))
      g_array_append_val (model->tables, i);
  return model->tables;
}

static void
visit_functions (HsClasses *self, HsClass *class, Visit visit, gpointer data)
{
  HsEngine *engine = self->engine;
  const HsLayout *layout = hs_layouts_get (engine->layouts, class->model->class);

  visit_functions_in (self, class, layout, class->address, TRUE, visit, data);
  const GArray *tables = tables_of (engine, class->model);
  for (guint i = 0; i < tables->len && self->n_visited++ < MAX_VISITED; i++) {
    const HsSlot *slot = &layout->slots[g_array_index (tables, guint32, i)];
    guint64 value;
    if (hs_image_word (engine->image, class->address + slot->offset, &value) && value >= HS_PAGE_SIZE)
      visit_table (self, class, hs_layouts_get (engine->layouts, slot->target), value, visit, data);
  }
}

static void
count_function (HsClasses *self, HsClass *class, HsClassFunction *function, gboolean direct, gpointer data G_GNUC_UNUSED)
{
  function->users++;
  /* Functions of a class as such take the class: in tables they stand beside those of its objects. */
  if (!direct && function->takes != 0 && hs_related (self->engine, function->takes, class->model->class))
    return;
  HsClassVote *vote = vote_for (self, class, function->takes);
  if (vote != NULL && direct)
    vote->direct++;
  else if (vote != NULL)
    vote->indirect++;
}

static void
read_size (HsClasses *self, HsClass *class)
{
  const HsClassModel *model = class->model;
  guint64 size = 0;

  if (model->size_bytes != 0 && hs_image_read (self->engine->image, class->address + model->size_at, &size, model->size_bytes))
    class->size = size;
}

void
hs_classes_add (HsClasses *self, HsClassModel *model, HsAddr address, const char *name, guint module)
{
  if (self->all->len >= MAX_CLASSES || address % 8 != 0 || g_hash_table_contains (self->index, (gpointer)address))
    return;
  HsClass *class = g_new0 (HsClass, 1);
  *class = (HsClass){ .address = address, .model = model, .name = name, .module = module };
  class->votes = g_array_new (FALSE, FALSE, sizeof (HsClassVote));
  g_ptr_array_add (self->all, class);
  g_hash_table_insert (self->index, (gpointer)address, GUINT_TO_POINTER (self->all->len));
  guint bit = hs_classes_bit (address);
  self->filter[bit / 64] |= G_GUINT64_CONSTANT (1) << bit % 64;
  self->low = MIN (self->low, address);
  self->high = MAX (self->high, address + 1);
  read_size (self, class);
  visit_functions (self, class, count_function, NULL);
}

/* --- static objects --- */

#define MAX_STEPS (1u << 22) /* objects and members looked at in static memory */
#define MAX_DEPTH 32

enum { NOT_ASKED, EMPTY, HOLDS, OBJECT };

typedef struct {
  HsClasses *classes;
  guint8 *holds;  /* by type: whether there may be an object or a class in it */
  guint steps;
  const HsVariable *variable;
  GArray *found;  /* HsObject */
} Walk;

static gboolean
is_record (const HsType *type)
{
  return type->kind == HS_TYPE_STRUCT || type->kind == HS_TYPE_CLASS || type->kind == HS_TYPE_UNION;
}

static gboolean
is_object (HsClasses *self, HsTypeId id)
{
  if (hs_types_get (self->engine->types, id)->flags & HS_TYPE_FLAG_ANONYMOUS)
    return FALSE; /* what it holds has a name */
  for (guint i = 0; i < self->models->len; i++) {
    const HsClassModel *model = self->models->pdata[i];
    if (id == model->class || hs_begins_with (self->engine, id, model->class) || hs_begins_with (self->engine, id, model->header))
      return TRUE;
  }
  return FALSE;
}

static gboolean
holds (Walk *self, HsTypeId id, guint depth)
{
  const HsTypes *types = self->classes->engine->types;
  const HsType *type = hs_types_get (types, id);
  gboolean found = FALSE;

  if (self->holds[id] != NOT_ASKED || depth > MAX_DEPTH)
    return self->holds[id] >= HOLDS;
  self->holds[id] = EMPTY;
  if (is_record (type) && is_object (self->classes, id)) {
    self->holds[id] = OBJECT;
    return TRUE;
  }
  if (type->kind == HS_TYPE_ARRAY)
    found = holds (self, hs_types_strip (types, type->target), depth + 1);
  for (guint32 i = 0; is_record (type) && i < type->n_members && !found; i++)
    found = holds (self, hs_types_strip (types, hs_types_member (types, type, i)->type), depth + 1);
  if (found)
    self->holds[id] = HOLDS;
  return found;
}

static void
take_object (Walk *self, HsAddr address, HsTypeId type)
{
  HsClasses *classes = self->classes;
  HsObject object = { .addr = address, .type = type };

  for (guint i = 0; i < classes->models->len; i++) {
    HsClassModel *model = classes->models->pdata[i];
    if (type == model->class || hs_begins_with (classes->engine, type, model->class))
      hs_classes_add (classes, model, address, self->variable->name, self->variable->module);
  }
  g_array_append_val (self->found, object);
}

static void
walk (Walk *self, HsAddr address, HsTypeId id, guint depth)
{
  const HsTypes *types = self->classes->engine->types;

  id = hs_types_strip (types, id);
  if (depth > MAX_DEPTH || ++self->steps > MAX_STEPS || !holds (self, id, 0))
    return;
  const HsType *type = hs_types_get (types, id);
  if (type->kind == HS_TYPE_ARRAY) {
    guint64 stride = hs_types_get (types, hs_types_strip (types, type->target))->size;
    for (guint64 i = 0; i < type->count && stride != 0 && self->steps <= MAX_STEPS; i++)
      walk (self, address + i * stride, type->target, depth + 1);
  } else if (self->holds[id] == OBJECT)
    take_object (self, address, id);
  else if (type->kind != HS_TYPE_UNION)
    for (guint32 i = 0; i < type->n_members; i++)
      walk (self, address + hs_types_member (types, type, i)->offset, hs_types_member (types, type, i)->type, depth + 1);
}

static void
count_object (HsClasses *self, const HsObject *object)
{
  for (guint i = 0; i < self->models->len; i++) {
    const HsClassModel *model = self->models->pdata[i];
    guint64 value;
    guint32 number = 0;
    if (hs_begins_with (self->engine, object->type, model->header)
        && hs_image_word (self->engine->image, object->addr + model->at, &value))
      number = hs_classes_find (self, value);
    if (number != 0 && hs_classes_get (self, number - 1)->model == model)
      hs_classes_vote (self, hs_classes_get (self, number - 1), object->type);
  }
}

void
hs_classes_ask_statics (HsClasses *self)
{
  const HsTypes *types = self->engine->types;
  g_autofree guint8 *memory = g_malloc0 (types->n_types);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (HsObject));
  Walk all = { .classes = self, .holds = memory, .found = found };

  for (guint32 i = 0; i < types->n_variables; i++) {
    all.variable = &types->variables[i];
    if (!all.variable->tls && all.variable->address != 0)
      walk (&all, all.variable->address, all.variable->type, 0);
  }
  for (guint i = 0; i < found->len; i++)
    count_object (self, &g_array_index (found, HsObject, i));
}

/* --- verdicts --- */

/* How much speaks for a type: objects that are known to be one, then functions. */
static guint64
weight (const HsClassVote *vote)
{
  return (guint64)vote->objects * 4 + (guint64)vote->direct * 2 + (vote->direct + vote->objects > 0 ? vote->indirect : 0);
}

static gboolean
is_possible (HsClasses *self, const HsClass *class, const HsClassVote *vote, gboolean indirect)
{
  const HsLayout *layout = hs_layouts_get (self->engine->layouts, vote->type);
  guint64 least = layout->tail_stride != 0 ? layout->tail_offset : layout->size;

  if (!indirect && vote->direct == 0 && vote->objects == 0)
    return FALSE;
  return class->size == 0 || least <= class->size;
}

static const HsClassVote *
best_of (HsClasses *self, const HsClass *class, gboolean indirect)
{
  const HsClassVote *best = NULL;
  gboolean disputed = FALSE;

  for (guint i = 0; i < class->votes->len; i++) {
    const HsClassVote *vote = &g_array_index (class->votes, HsClassVote, i);
    if (!is_possible (self, class, vote, indirect))
      continue;
    guint64 mine = indirect ? vote->indirect : weight (vote), others = best == NULL ? 0 : indirect ? best->indirect : weight (best);
    if (best == NULL || hs_begins_with (self->engine, vote->type, best->type))
      best = vote;
    else if (!hs_begins_with (self->engine, best->type, vote->type)) {
      disputed = MAX (mine, others) < 2 * MIN (mine, others);
      best = mine > others ? vote : best;
    }
  }
  return disputed ? NULL : best;
}

const HsClassVote *
hs_class_best (HsClasses *self, const HsClass *class)
{
  const HsClassVote *best = best_of (self, class, FALSE);

  for (guint i = 0; i < class->votes->len && class->size != 0; i++) {
    const HsClassVote *vote = &g_array_index (class->votes, HsClassVote, i);
    if (vote->direct + vote->objects > 0 && hs_agrees (self->engine, vote->type, class->size)
        && (best == NULL || !hs_agrees (self->engine, best->type, class->size)))
      best = vote;
  }
  return best != NULL ? best : best_of (self, class, TRUE);
}

/* --- sizes --- */

#define LEAST_AGREEING 4 /* classes */

/* Whether the number at @field is the size of the objects, in so many classes that it is what the number means. */
static gboolean
says_size (HsClasses *self, const HsClassModel *model, const HsField *field)
{
  guint asked = 0, agreeing = 0;
  guint64 least = G_MAXUINT64, most = 0;

  for (guint i = 0; i < self->all->len; i++) {
    const HsClass *class = hs_classes_get (self, i);
    const HsClassVote *best = class->model == model && class->name != NULL ? best_of (self, class, FALSE) : NULL;
    guint64 value = 0;
    if (best == NULL || !hs_image_read (self->engine->image, class->address + field->offset, &value, field->size))
      continue;
    asked++;
    if (!hs_agrees (self->engine, best->type, value))
      continue;
    agreeing++;
    least = MIN (least, value);
    most = MAX (most, value);
  }
  return agreeing >= LEAST_AGREEING && least < most && 4 * agreeing >= 3 * asked;
}

static void
learn_size (HsClasses *self, HsClassModel *model)
{
  const HsLayout *layout = hs_layouts_get (self->engine->layouts, model->class);

  for (guint32 i = 0; i < layout->n_fields && model->size_bytes == 0; i++) {
    const HsField *field = &layout->fields[i];
    if (field->kind != HS_FIELD_INT || field->bit_size != 0 || field->in_union || (field->size != 4 && field->size != 8)
        || !says_size (self, model, field))
      continue;
    model->size_at = field->offset;
    model->size_bytes = field->size;
  }
}

void
hs_classes_learn_sizes (HsClasses *self)
{
  for (guint i = 0; i < self->models->len; i++)
    learn_size (self, self->models->pdata[i]);
  for (guint i = 0; i < self->all->len; i++)
    read_size (self, hs_classes_get (self, i));
}

#define MANY_USERS 8 /* classes: what so many share knows of none of them */

static void
note_size (HsClasses *self G_GNUC_UNUSED, HsClass *class, HsClassFunction *function, gboolean direct G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
  function->least = MIN (function->least, class->size != 0 ? class->size : G_MAXUINT64);
}

static void
look_at_function (HsClasses *self, HsClass *class, HsClassFunction *function, gboolean direct G_GNUC_UNUSED, gpointer data)
{
  gboolean *plain = data;

  *plain &= function->users >= MANY_USERS || function->least <= hs_types_get (self->engine->types, class->model->header)->size;
}

void
hs_classes_compare (HsClasses *self)
{
  for (guint i = 0; i < self->all->len; i++)
    visit_functions (self, hs_classes_get (self, i), note_size, NULL);
}

gboolean
hs_class_is_plain (HsClasses *self, HsClass *class)
{
  gboolean plain = class->votes->len == 0 && class->size != 0;

  if (plain)
    visit_functions (self, class, look_at_function, &plain);
  return plain;
}
