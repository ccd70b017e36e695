/* explain-path.c - how a block was reached: the variable, and the members from block to block.
 *
 * The record has for each block its parent, the block whose contents led to it, and which word of that. From the words
 * come the members with their indices, and from those one expression as a C programmer would write it. Of a variable only
 * the name is on record: the word that leads on is looked for in its bytes. */
#include "profiler/explain-private.h"
#include "profiler/inference/engine.h"

#include <string.h>

#define MAX_PATH (1u << 20) /* blocks */
#define MAX_TRIES 4096
#define MAX_LOOKED (G_GUINT64_CONSTANT (1) << 27) /* members that are looked at for one expression */
#define MAX_SCANNED (G_GUINT64_CONSTANT (1) << 26) /* bytes of one variable */
#define LOW_BITS G_GUINT64_CONSTANT (7)

typedef struct {
  const HsEvidence *evidence;
  GArray *blocks;     /* guint32, nearest to the root first; the last is the one to be explained */
  gboolean cut;       /* the path is longer, or goes in a circle with no way in */
  guint entry;        /* of blocks: this one was reached on another way than the record says; 0: none */
  guint32 entry_at;   /* where in the one before it the pointer stands, words */
  const HsRoot *root; /* or NULL */
  guint64 offset;     /* of the word in it */
  gboolean direct;    /* the root is the one on record */
  GString *before;    /* casts, to be written before the rest, in reverse */
  GPtrArray *pieces;  /* what is appended, one step each */
  HsTypeId pointee;   /* of the expression so far; 0: unknown */
  guint64 looked;     /* about how many members were looked at for it */
} Path;

static const HsReason *
reason_of (const HsEvidence *self, guint32 block)
{
  return hs_reasons_get (self->inference->reasons, self->inference->reason[block]);
}

/* --- the blocks --- */

static void
reverse (GArray *blocks)
{
  for (guint i = 0, k = blocks->len; i + 1 < k; i++) {
    guint32 *a = &g_array_index (blocks, guint32, i), *b = &g_array_index (blocks, guint32, --k), keep = *a;
    *a = *b;
    *b = keep;
  }
}

static void
collect (Path *self, guint32 block)
{
  const HsInference *inference = self->evidence->inference;
  guint32 seen = block, until = 1; /* Brent: a circle comes back to the one remembered */

  for (guint32 at = block; at != HS_NO_BLOCK; at = inference->parent[at]) {
    if (self->blocks->len >= MAX_PATH || (self->blocks->len > 0 && at == seen)) {
      self->cut = TRUE;
      break;
    }
    g_array_append_val (self->blocks, at);
    if (self->blocks->len == until) {
      seen = at;
      until *= 2;
    }
  }
  reverse (self->blocks);
}

/* --- other ways in --- */

/* What was decided anew later on may have got a parent that hangs below it: then the record goes in a circle, and how it was
 * reached first is lost. What says itself what it is has no parent at all. But what holds the address is still there: some
 * block that is not below it. */

enum { UNKNOWN, ON_PATH, ROOTED, ORPHAN };

/* Whether the block was decided for what it says itself, and not for what leads to it. */
static gboolean
speaks_for_itself (const HsEvidence *self, guint32 block)
{
  if (reason_of (self, block)->source == HS_SOURCE_FUNCTION)
    return reason_of (self, block)->owner == 0;
  switch (reason_of (self, block)->source) {
  case HS_SOURCE_VTABLE: case HS_SOURCE_CLASS: case HS_SOURCE_GTYPE: case HS_SOURCE_SIGNATURE: case HS_SOURCE_CONTENT:
    return TRUE;
  default:
    return reason_of (self, block)->source == HS_SOURCE_NONE;
  }
}

/* For each block whether it hangs below a variable. */
static guint8 *
find_rooted (const HsEvidence *self)
{
  const HsInference *inference = self->inference;
  guint8 *state = g_malloc0 (MAX (1, inference->n));

  for (guint32 block = 0; block < inference->n; block++) {
    guint32 at = block, last = block;
    for (; at != HS_NO_BLOCK && state[at] == UNKNOWN; at = inference->parent[at]) {
      state[at] = ON_PATH;
      last = at;
    }
    gboolean rooted = at != HS_NO_BLOCK ? state[at] == ROOTED : !speaks_for_itself (self, last);
    for (at = block; at != HS_NO_BLOCK && state[at] == ON_PATH; at = inference->parent[at])
      state[at] = rooted ? ROOTED : ORPHAN;
  }
  return state;
}

/* Whether word @at of @block is a pointer by the block's type. */
static gboolean
is_pointer_at (const HsEvidence *self, guint32 block, guint64 at)
{
  HsLabel label = self->inference->label[block];
  guint64 size = hs_types_get (self->types, hs_label_type (label))->size;
  HsTypeId leaf;

  if (hs_label_level (label) < HS_LEVEL_C || hs_label_type (label) >= self->types->n_types || size == 0 || hs_label_form (label) == HS_FORM_BEHIND)
    return FALSE;
  at *= 8;
  g_autofree char *path = hs_pointer_path (self->types, hs_label_type (label), hs_label_form (label) == HS_FORM_ARRAY ? at % size : at, NULL, &leaf);
  return path != NULL;
}

typedef struct {
  guint32 holder;
  guint32 at;
  guint index; /* of the path's blocks; G_MAXUINT: none yet */
  gint tries;  /* that are left: a hostile heap holds the address everywhere */
} Way;

/* The way to the block of @path that is nearest to the one to be explained. */
static void
look_into (const HsEvidence *self, guint32 block, GHashTable *path, Way *way)
{
  gsize available;
  guint64 word, usable = hs_blocks_size (self->heap->blocks, block);
  const guint8 *data = hs_image_span (self->target->image, self->heap->blocks->address[block], &available);

  for (guint64 at = 0; data != NULL && at + 8 <= MIN (usable, available) && at / 8 < HS_NOWHERE; at += 8) {
    memcpy (&word, data + at, sizeof word);
    guint index = word < HS_PAGE_SIZE ? 0 : GPOINTER_TO_UINT (g_hash_table_lookup (path, GSIZE_TO_POINTER (word)));
    if (index != 0 && index - 1 < way->index && way->tries-- > 0 && is_pointer_at (self, block, at / 8))
      *way = (Way){ block, (guint32)(at / 8), index - 1, way->tries };
  }
}

static void
find_way_in (Path *self)
{
  const HsEvidence *evidence = self->evidence;
  g_autofree guint8 *state = find_rooted (evidence);
  g_autoptr (GHashTable) path = g_hash_table_new (NULL, NULL);
  Way way = { .index = G_MAXUINT, .tries = MAX_TRIES };

  reverse (self->blocks); /* the one to be explained first */
  for (guint i = 0; i < self->blocks->len; i++)
    g_hash_table_insert (path, GSIZE_TO_POINTER (evidence->heap->blocks->address[g_array_index (self->blocks, guint32, i)]), GUINT_TO_POINTER (i + 1));
  for (guint32 block = 0; block < evidence->inference->n && way.index != 0; block++)
    if (state[block] == ROOTED)
      look_into (evidence, block, path, &way);
  if (way.index != G_MAXUINT) {
    g_array_set_size (self->blocks, way.index + 1);
    guint below = self->blocks->len;
    for (guint32 at = way.holder; at != HS_NO_BLOCK && self->blocks->len < MAX_PATH; at = evidence->inference->parent[at])
      g_array_append_val (self->blocks, at);
    self->entry = self->blocks->len - below;
    self->entry_at = way.at;
    self->cut = FALSE;
  }
  reverse (self->blocks);
}

/* --- the root --- */

static gboolean
find_word (const HsEvidence *self, const HsRoot *root, HsAddr value, guint64 *offset)
{
  gsize available;
  guint64 word, size = hs_types_get (self->types, hs_types_strip (self->types, root->type))->size;
  const guint8 *data = root->kind == HS_ROOT_REGISTER ? NULL : hs_image_span (self->target->image, root->address, &available);

  *offset = 0;
  if (root->kind == HS_ROOT_REGISTER)
    return (root->value & ~LOW_BITS) == (value & ~LOW_BITS);
  for (guint64 at = 0; data != NULL && at + 8 <= MIN (MIN (available, size), MAX_SCANNED); at += 4) {
    memcpy (&word, data + at, sizeof word);
    if ((word & ~LOW_BITS) == (value & ~LOW_BITS)) {
      *offset = at;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_recorded (const HsRoot *root, const HsContext *context)
{
  if (context->owner != 0 || context->inherited || context->member == NULL || strcmp (root->name, context->member) != 0)
    return FALSE;
  return context->place == 0 || root->address == context->place;
}

static void
find_root (Path *self)
{
  guint32 first = g_array_index (self->blocks, guint32, 0);
  const HsReason *reason = reason_of (self->evidence, first);
  const HsContext *context = hs_contexts_get (self->evidence->inference->contexts, reason->context);
  HsAddr value = self->evidence->heap->blocks->address[first] + reason->distance;
  const GArray *roots = self->evidence->roots->roots;

  if (self->cut || reason->source == HS_SOURCE_CONTENT || reason->source == HS_SOURCE_NONE)
    return;
  if (speaks_for_itself (self->evidence, first)) /* its distance is not that of a pointer */
    value -= reason->distance;
  for (guint pass = 0; pass < 2 && self->root == NULL; pass++)
    for (guint i = 0; i < roots->len && self->root == NULL; i++) {
      const HsRoot *root = &g_array_index (roots, HsRoot, i);
      if ((pass == 0) == is_recorded (root, context) && !hs_heap_rules (self->evidence->heap, root->address)
          && find_word (self->evidence, root, value, &self->offset)) {
        self->root = root;
        self->direct = pass == 0;
      }
    }
}

/* --- the expression --- */

static void
cast_to (Path *self, HsTypeId type, const char *inside)
{
  g_autofree char *name = hs_type_words (self->evidence, type);
  g_autofree char *open = g_strdup_printf ("((%s *)", name);

  g_string_prepend (self->before, open);
  g_ptr_array_add (self->pieces, g_strconcat (inside, ")", NULL));
}

/* How far into block @index of the path the pointer leads. */
static guint64
distance_at (const Path *self, guint index)
{
  guint32 block = g_array_index (self->blocks, guint32, index);

  return (self->entry != 0 && index == self->entry) || speaks_for_itself (self->evidence, block) ? 0 : reason_of (self->evidence, block)->distance;
}

/* What the pointer at hand has to become so that it is one to a @type, which block @index holds. */
static void
adjust (Path *self, guint index, HsTypeId type, gboolean behind)
{
  guint64 distance = distance_at (self, index);

  if (distance > LOW_BITS && !behind) {
    g_autofree char *member = self->pointee != 0 ? hs_object_path (self->evidence->types, type, distance, self->pointee) : NULL;
    g_autofree char *name = hs_type_words (self->evidence, type);
    if (member != NULL && *member != 0) {
      g_string_prepend (self->before, "container_of (");
      g_ptr_array_add (self->pieces, g_strdup_printf (", %s, %s)", name, member + 1));
    } else {
      g_autofree char *inside = g_strdup_printf (" - %" G_GUINT64_FORMAT ")", distance);
      g_autofree char *open = g_strdup_printf ("((%s *)((char *)", name);
      g_string_prepend (self->before, open);
      g_ptr_array_add (self->pieces, g_strconcat (inside, ")", NULL));
    }
  } else if (self->pointee != type)
    cast_to (self, type, "");
  self->pointee = type;
}

static HsTypeId
pointee_of (const HsTypes *types, HsTypeId pointer)
{
  HsTypeId target = hs_types_strip (types, hs_types_get (types, pointer)->target);

  for (guint depth = 0; hs_types_get (types, target)->kind == HS_TYPE_ARRAY && depth < 16; depth++)
    target = hs_types_strip (types, hs_types_get (types, target)->target);
  return target;
}

/* A member that the structure of what the block is known as does not give: as the record has it. @at: where the pointer
 * stands in the block, bytes. */
static void
step_by_record (Path *self, const HsReason *reason, guint64 at)
{
  const char *member = reason->member != NULL ? reason->member : "";
  guint64 offset = reason->slot != HS_NO_SLOT && reason->slot <= at ? at - reason->slot : 0;

  if (reason->owner != 0 && offset != 0) {
    g_autofree char *name = hs_type_words (self->evidence, reason->owner);
    g_autofree char *open = g_strdup_printf ("((%s *)((char *)", name);
    g_string_prepend (self->before, open);
    g_ptr_array_add (self->pieces, g_strdup_printf (" + %" G_GUINT64_FORMAT "))", offset));
  } else if (reason->owner != 0 && reason->owner != self->pointee)
    cast_to (self, reason->owner, "");
  g_ptr_array_add (self->pieces, g_strdup_printf ("->%s", member));
  self->pointee = 0;
}

/* By way of an object that lies in no block, of which only the type is on record. */
static void
step_outside (Path *self, const HsReason *reason)
{
  g_autofree char *name = reason->owner != 0 ? hs_type_words (self->evidence, reason->owner) : g_strdup ("object");

  g_ptr_array_add (self->pieces, g_strdup_printf (" -> (%s outside of the heap).%s", name, reason->member != NULL ? reason->member : ""));
  self->pointee = 0;
}

/* The same pointer as a member of what the one at hand points to by its own type, a header, a base class or the link of a
 * list: then no cast is needed. */
static char *
own_path (const Path *self, guint parent, guint64 at, const char *member, const char *path)
{
  HsTypeId leaf;

  if (self->pointee == 0 || self->pointee >= self->evidence->types->n_types || distance_at (self, parent) != 0)
    return NULL;
  g_autofree char *own = hs_pointer_path (self->evidence->types, self->pointee, at, member, &leaf);
  return own != NULL && *own == '.' && g_str_has_suffix (path, own) ? g_steal_pointer (&own) : NULL;
}

/* From the block before it to block @index, whose address that holds. */
static void
step (Path *self, guint index)
{
  const HsInference *inference = self->evidence->inference;
  const HsTypes *types = self->evidence->types;
  guint32 parent = g_array_index (self->blocks, guint32, index - 1), block = g_array_index (self->blocks, guint32, index);
  gboolean is_entry = self->entry != 0 && index == self->entry;
  const HsReason *reason = reason_of (self->evidence, block);
  const char *member = is_entry ? NULL : reason->member;
  HsLabel label = inference->label[parent];
  gboolean decided = hs_label_level (label) != HS_LEVEL_NONE;
  gboolean behind = decided && hs_label_form (label) == HS_FORM_BEHIND, array = decided && hs_label_form (label) == HS_FORM_ARRAY;
  HsTypeId type = decided ? hs_label_type (label) : reason->owner, leaf = 0;
  guint32 word = is_entry ? self->entry_at : inference->at[block];
  guint64 at = word * (guint64)8, element = 0, size = hs_types_get (types, type)->size;

  if (word == HS_NOWHERE) {
    step_outside (self, reason);
    return;
  }
  self->looked += hs_types_get (types, type)->n_members;
  if (type == 0 || type >= types->n_types || size == 0 || self->looked > MAX_LOOKED) {
    step_by_record (self, reason, at);
    return;
  }
  if (behind)
    at -= MIN (at, reason_of (self->evidence, parent)->distance);
  if (array) {
    element = at / size;
    at %= size;
  }
  g_autofree char *path = hs_pointer_path (types, type, at, member, &leaf);
  if (path == NULL) {
    step_by_record (self, reason, word * (guint64)8);
    return;
  }
  g_autofree char *own = array ? NULL : own_path (self, index - 1, at, member, path);
  if (own == NULL)
    adjust (self, index - 1, type, behind);
  self->pointee = pointee_of (types, leaf);
  if (array)
    g_ptr_array_add (self->pieces, g_strdup_printf ("[%" G_GUINT64_FORMAT "]%s", element, path));
  else if (own != NULL || *path == '.')
    g_ptr_array_add (self->pieces, g_strdup_printf ("->%s", (own != NULL ? own : path) + 1));
  else
    g_ptr_array_add (self->pieces, g_strdup_printf ("[0]%s", path));
}

static void
begin (Path *self)
{
  guint32 first = g_array_index (self->blocks, guint32, 0);
  const HsReason *reason = reason_of (self->evidence, first);
  HsTypeId leaf;

  if (self->root != NULL) {
    g_autofree char *path = hs_pointer_path (self->evidence->types, self->root->type, self->offset, reason->member, &leaf);
    self->pointee = path != NULL ? pointee_of (self->evidence->types, leaf) : 0;
    g_ptr_array_add (self->pieces, g_strconcat (self->root->name, path, NULL));
  } else if (self->cut) {
    self->pointee = hs_label_type (self->evidence->inference->label[first]);
    g_ptr_array_add (self->pieces, g_strdup ("..."));
  } else if (reason->owner != 0 && !speaks_for_itself (self->evidence, first)) {
    g_autofree char *owner = hs_type_words (self->evidence, reason->owner);
    g_ptr_array_add (self->pieces, g_strdup_printf ("(%s outside of the heap).%s", owner, reason->member != NULL ? reason->member : ""));
  } else {
    g_autofree char *name = hs_type_words (self->evidence, hs_label_type (self->evidence->inference->label[first]));
    self->pointee = hs_label_type (self->evidence->inference->label[first]);
    g_ptr_array_add (self->pieces, g_strdup_printf ("((%s *)0x%" G_GINT64_MODIFIER "x)", name, self->evidence->heap->blocks->address[first]));
  }
}

#define LONGEST 700 /* characters of an expression */

/* The pieces, what repeats itself only once: "->next{17 times}". */
static char *
finish (const Path *self)
{
  g_autoptr (GString) text = g_string_new (self->before->str);

  for (guint i = 0, n; i < self->pieces->len; i += n) {
    const char *piece = self->pieces->pdata[i];
    for (n = 1; i + n < self->pieces->len && strcmp (self->pieces->pdata[i + n], piece) == 0;)
      n++;
    for (guint k = 0; k < (n > 3 ? 1 : n); k++)
      g_string_append (text, piece);
    if (n > 3)
      g_string_append_printf (text, "{%u times}", n);
  }
  if (text->len > LONGEST) {
    g_autofree char *valid = g_utf8_make_valid (text->str, (gssize)text->len);
    glong n = g_utf8_strlen (valid, -1);
    g_autofree char *head = g_utf8_substring (valid, 0, MIN (n, LONGEST / 3)), *tail = g_utf8_substring (valid, MAX (0, n - LONGEST / 2), n);
    return g_strconcat (head, " ... ", tail, NULL);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static Path
path_new (const HsEvidence *evidence, guint32 block)
{
  Path self = { .evidence = evidence, .blocks = g_array_new (FALSE, FALSE, sizeof (guint32)), .before = g_string_new (""),
                .pieces = g_ptr_array_new_with_free_func (g_free) };

  collect (&self, block);
  find_root (&self);
  if (self.root == NULL) {
    find_way_in (&self);
    find_root (&self);
  }
  return self;
}

static void
path_clear (Path *self)
{
  g_array_unref (self->blocks);
  g_string_free (self->before, TRUE);
  g_ptr_array_unref (self->pieces);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Path, path_clear)

/* Whether anything is known to lead to the first block. */
static gboolean
is_reached (const Path *self)
{
  guint32 first = g_array_index (self->blocks, guint32, 0);
  const HsReason *reason = reason_of (self->evidence, first);

  return self->blocks->len > 1 || self->root != NULL
         || (reason->owner != 0 && !speaks_for_itself (self->evidence, first));
}

static char *
express (Path *self)
{
  if (!is_reached (self))
    return NULL;
  begin (self);
  for (guint i = 1; i < self->blocks->len; i++)
    step (self, i);
  return finish (self);
}

char *
hs_path_expression (const HsEvidence *evidence, guint32 block)
{
  g_auto (Path) path = path_new (evidence, block);

  return express (&path);
}

/* --- the steps --- */

#define SHOWN 6 /* steps at either end */

static void
tell_root (const Path *self, HeapsumExplanation *out)
{
  const HsRoot *root = self->root;
  g_autofree char *type = root != NULL ? hs_types_display (self->evidence->types, root->type) : NULL;
  const HsModule *module = root != NULL && root->module < self->evidence->modules->modules->len ? hs_modules_get (self->evidence->modules, root->module) : NULL;

  if (root == NULL)
    return;
  if (root->kind == HS_ROOT_STATIC)
    hs_explanation_say (out, "step", "%s, a variable of %s (%s)%s", root->name, module != NULL ? module->name : "the program", type,
                        self->direct ? "" : "; it holds the address, whether or not that is how it was found");
  else if (root->kind == HS_ROOT_TLS)
    hs_explanation_say (out, "step", "%s, a thread-local variable of %s, thread %d (%s)", root->name, module != NULL ? module->name : "the program",
                        (int)root->tid, type);
  else
    hs_explanation_say (out, "step", "%s, a variable of %s, frame %u of thread %d (%s)", root->name, root->function != NULL ? root->function : "a function",
                        root->frame, (int)root->tid, type);
}

/* By what the block was reached. */
static char *
step_words (const Path *self, guint index)
{
  guint32 block = g_array_index (self->blocks, guint32, index);
  const HsReason *reason = reason_of (self->evidence, block);
  g_autofree char *member = hs_member_words (self->evidence, reason);
  gboolean is_entry = self->entry != 0 && index == self->entry;

  if (speaks_for_itself (self->evidence, block))
    return g_strdup (is_entry ? "  by itself; the one before it points to it" : "  by itself");
  if (is_entry)
    return g_strdup ("  by the one before it; what is on record goes in a circle here");
  return *member != 0 ? g_strdup_printf ("  by %s", member) : g_strdup ("");
}

static void
tell_step (const Path *self, guint index, HeapsumExplanation *out)
{
  static const char levels[] = "-DCBA";
  const HsEvidence *evidence = self->evidence;
  guint32 block = g_array_index (self->blocks, guint32, index);
  HsLabel label = evidence->inference->label[block];
  gboolean decided = hs_label_level (label) != HS_LEVEL_NONE;
  g_autofree char *name = decided ? hs_inference_name (evidence->inference, label) : g_strdup ("not known");
  g_autofree char *by = step_words (self, index);

  hs_explanation_add (out, "step", evidence->heap->blocks->address[block], decided ? name : NULL, -1,
                      g_strdup_printf ("0x%" G_GINT64_MODIFIER "x  %c  %s%s", evidence->heap->blocks->address[block],
                                       levels[MIN (hs_label_level (label), 4)], name, by));
}

void
hs_tell_path (const HsEvidence *evidence, guint32 block, HeapsumExplanation *out)
{
  g_auto (Path) path = path_new (evidence, block);
  guint n = path.blocks->len;
  g_autofree char *expression = express (&path);

  if (expression == NULL) {
    hs_explanation_say (out, "reached", "nothing that is known leads to it");
    return;
  }
  hs_explanation_say (out, "reached", "%s", expression);
  tell_root (&path, out);
  if (path.cut)
    hs_explanation_say (out, "step", "... (the path goes in a circle, or is very long)");
  for (guint i = 0; i < n; i++) {
    if (i == SHOWN && n > 2 * SHOWN + 1) {
      hs_explanation_add (out, "step", 0, NULL, n - 2 * SHOWN, g_strdup_printf ("... %u more", n - 2 * SHOWN));
      i = n - SHOWN;
    }
    tell_step (&path, i, out);
  }
}
