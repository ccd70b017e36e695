/* source-class.c - objects that point to their own class.
 *
 * Interpreters and object systems in C begin every object with a header in which a pointer to a class stands: a struct
 * full of functions that take such objects. Which structs these are the debug info tells (a header that several types
 * begin with, and that points to a struct with functions that take the header: HsClassModel), and what the objects of
 * each class are, classes.c finds out. What is in the header is no guess, so that the blocks are known for sure.
 *
 * An object may stand behind some bytes of the program's allocator or garbage collector: always as many in all objects of
 * one class. A class may itself be an object in a block, whose class says that it is one: so classes are looked for
 * until no new ones are found.
 * Not handled: headers whose class is a number, or a pointer with flags in it. */
#include "profiler/inference/classes.h"

#define MAX_BEHIND 64 /* bytes that an allocator or a collector puts before an object */
#define MAX_TRIED 16  /* types of one size */
#define MAX_PASSES 8  /* classes of classes of classes */

/* --- verdicts --- */

#define LEAST_VARIED 4 /* objects of a class that tell that its objects vary in size */

typedef struct {
  guint32 n;       /* blocks with an object */
  guint32 whole;   /* that the type fills, with its flexible array if there is one */
  guint32 longer;
  guint32 shorter;
  guint32 refuted; /* by the contents */
  guint64 least, most; /* bytes there are for the object */
} Fit;

static Fit
fit_of (HsClasses *self, const HsClass *class, HsTypeId type)
{
  Fit fit = { .least = G_MAXUINT64 };

  for (guint32 i = 0; i < class->n; i++) {
    const HsClassMember *member = &g_array_index (self->members, HsClassMember, class->first + i);
    guint64 room = hs_class_room (self, class, member);
    if (room == 0)
      continue;
    HsForm form = hs_class_form (self, member, type, room);
    fit.n++;
    fit.least = MIN (fit.least, room);
    fit.most = MAX (fit.most, room);
    if (!hs_class_admits (self, class, member, type, room))
      fit.refuted++;
    else
      *(form == HS_FORM_TAIL ? &fit.longer : form == HS_FORM_TRUNCATED ? &fit.shorter : &fit.whole) += 1;
  }
  return fit;
}

/* Whether so many blocks agree that the others may be anything. */
static gboolean
nearly_all (guint32 n, guint32 all)
{
  return n > 0 && (guint64)n * 50 >= (guint64)all * 49;
}

/* Whether the class's objects may be called a @type. @seen: some are known to be. */
static gboolean
stands (HsClasses *self, const HsClass *class, HsTypeId type, gboolean seen)
{
  const HsLayout *layout = hs_layouts_get (self->engine->layouts, type);
  Fit fit = fit_of (self, class, type);

  if (!nearly_all (fit.n - fit.refuted, fit.n))
    return FALSE;
  if (nearly_all (fit.whole, fit.n))
    return TRUE;
  if (nearly_all (fit.whole + fit.shorter, fit.n))
    return class->behind == 0 && class->size == layout->size;
  /* Longer than the type: by what a derived class adds, which the class then says, or by as much as each object needs. */
  if (class->size > layout->size && fit.least >= class->size && fit.most <= class->size + HS_CHUNK_REST + 15)
    return TRUE;
  return fit.shorter == 0 && (seen || (fit.n >= LEAST_VARIED && fit.most - fit.least > HS_CHUNK_REST));
}

/* The type that is as large as the class says, among those that begin with what its functions take: it is one more
 * derived than they know. 0: none, or several. */
static HsTypeId
of_size (HsClasses *self, const HsClass *class, HsTypeId inner)
{
  const GArray *ids = hs_beginners (self->engine, inner);
  HsTypeId found = 0;
  guint tried = 0;

  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    HsTypeId id = g_array_index (ids, HsTypeId, i);
    if ((hs_types_get (self->engine->types, id)->flags & HS_TYPE_FLAG_ANONYMOUS) || !hs_agrees (self->engine, id, class->size))
      continue;
    if (++tried > MAX_TRIED)
      return 0;
    if (!stands (self, class, id, FALSE))
      continue;
    if (found != 0)
      return 0;
    found = id;
  }
  return found;
}

/* What @best begins with and is known of too: the most derived that the blocks are large enough for. */
static HsTypeId
less_derived (HsClasses *self, const HsClass *class, const HsClassVote *best)
{
  HsTypeId found = 0;

  for (guint i = 0; i < class->votes->len; i++) {
    const HsClassVote *vote = &g_array_index (class->votes, HsClassVote, i);
    if (hs_begins_with (self->engine, best->type, vote->type) && (found == 0 || hs_begins_with (self->engine, vote->type, found))
        && stands (self, class, vote->type, vote->objects > 0))
      found = vote->type;
  }
  return found;
}

static HsTypeId
verdict_alone (HsClasses *self, HsClass *class)
{
  const HsClassVote *best = hs_class_best (self, class);
  HsTypeId header = class->model->header;

  if (best == NULL && class->votes->len > 0)
    return 0;
  if (best == NULL)
    return (class->size == hs_types_get (self->engine->types, header)->size || hs_class_is_plain (self, class))
           && stands (self, class, header, FALSE) ? header : 0;
  if (hs_agrees (self->engine, best->type, class->size) && stands (self, class, best->type, FALSE))
    return best->type;
  /* A class made while the program runs may add what no debug info describes. */
  HsTypeId derived = class->size != 0 && class->name != NULL ? of_size (self, class, best->type) : 0;
  if (derived != 0)
    return derived;
  return stands (self, class, best->type, best->objects > 0) ? best->type : less_derived (self, class, best);
}

/* What a class derives from, if its objects are as large: a class that the class points to, and of which the same is known. */
static HsClass *
same_base (HsClasses *self, const HsClass *class, HsTypeId best)
{
  const HsLayout *layout = hs_layouts_get (self->engine->layouts, class->model->class);

  for (guint32 i = 0; i < layout->n_slots; i++) {
    guint64 value;
    if (layout->slots[i].kind != HS_SLOT_OBJECT || layout->slots[i].target != class->model->class
        || !hs_image_word (self->engine->image, class->address + layout->slots[i].offset, &value))
      continue;
    guint32 number = hs_classes_find (self, value);
    HsClass *base = number != 0 ? hs_classes_get (self, number - 1) : NULL;
    const HsClassVote *its = base != NULL && base != class && base->size == class->size ? hs_class_best (self, base) : NULL;
    if (its != NULL && its->type == best)
      return base;
  }
  return NULL;
}

#define MAX_BASES 16

static HsTypeId
verdict (HsClasses *self, HsClass *class)
{
  const HsClassVote *best = hs_class_best (self, class);
  HsClass *base = class;

  for (guint i = 0; i < MAX_BASES && best != NULL && class->size != 0 && base->name == NULL; i++) {
    HsClass *next = same_base (self, base, best->type);
    if (next == NULL)
      break;
    base = next;
  }
  HsTypeId type = base != class && base->name != NULL && base->n > 0 ? verdict_alone (self, base) : 0;
  return type != 0 && stands (self, class, type, FALSE) ? type : verdict_alone (self, class);
}

/* --- classes in blocks --- */

/* Adds the objects that are classes themselves; FALSE: none is new. */
static gboolean
add_classes_of (HsClasses *self, const HsClass *class)
{
  HsClassModel *model = class->model;
  guint before = self->all->len;

  for (guint32 i = 0; i < class->n; i++) {
    const HsClassMember *member = &g_array_index (self->members, HsClassMember, class->first + i);
    if (hs_class_room (self, class, member) >= hs_types_get (self->engine->types, model->class)->size)
      hs_classes_add (self, model, self->engine->blocks->address[member->block] + class->behind, NULL, 0);
  }
  return self->all->len > before;
}

static gboolean
add_classes (HsClasses *self)
{
  gboolean added = FALSE;

  for (guint32 i = 0, n = self->all->len; i < n; i++) {
    HsClass *class = hs_classes_get (self, i);
    const HsClassVote *best = class->n > 0 && class->behind != G_MAXUINT32 ? hs_class_best (self, class) : NULL;
    if (best != NULL && (best->type == class->model->class || hs_begins_with (self->engine, best->type, class->model->class)))
      added |= add_classes_of (self, class);
  }
  return added;
}

/* Blocks that typed pointers have shown to be one type speak for it. */
static void
count_known (HsClasses *self)
{
  const HsEngine *engine = self->engine;

  for (guint32 i = 0; i < self->members->len; i++) {
    const HsClassMember *member = &g_array_index (self->members, HsClassMember, i);
    HsLabel label = engine->label[member->block];
    if (hs_label_level (label) >= HS_LEVEL_B && member->behind == 0 && hs_label_type (label) < engine->types->n_types
        && (hs_label_form (label) == HS_FORM_WHOLE || hs_label_form (label) == HS_FORM_FLEXIBLE))
      hs_classes_vote (self, hs_classes_get (self, member->class), hs_label_type (label));
  }
}

/* --- decisions --- */

static guint32
reason_of (HsClasses *self, const HsClass *class)
{
  HsReason reason = { .source = HS_SOURCE_CLASS, .slot = HS_NO_SLOT, .distance = class->behind };

  reason.member = class->name;
  if (class->name == NULL)
    reason.owner = class->model->class;
  return hs_reasons_intern (self->engine->reasons, reason);
}

static void
decide_class (HsClasses *self, HsClass *class)
{
  if (class->n == 0 || class->behind == G_MAXUINT32)
    return;
  class->type = verdict (self, class);
  if (class->type == 0)
    return;
  guint32 reason = reason_of (self, class);
  for (guint32 i = 0; i < class->n; i++)
    hs_class_decide (self, class, &g_array_index (self->members, HsClassMember, class->first + i), reason);
}

void
hs_source_class (HsEngine *engine)
{
  g_autoptr (HsClasses) self = hs_classes_new (engine);

  hs_classes_find_models (self);
  if (self->models->len == 0)
    return;
  self->max_behind = MAX_BEHIND;
  hs_classes_ask_statics (self);
  if (self->all->len == 0)
    return;
  hs_classes_learn_sizes (self);
  for (guint i = 0; i < MAX_PASSES; i++) {
    hs_classes_find_members (self);
    if (!add_classes (self))
      break;
  }
  count_known (self);
  hs_classes_compare (self);
  for (guint32 i = 0; i < self->all->len; i++)
    decide_class (self, hs_classes_get (self, i));
}
