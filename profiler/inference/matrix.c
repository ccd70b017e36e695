/* matrix.c - see matrix.h. */
#include "profiler/inference/matrix.h"

#include "profiler/inference/prior.h"
#include "profiler/inference/tail.h"

#include <string.h>

#define MAX_CANDIDATES 1024 /* looked at briefly */
#define MAX_COLUMNS 192     /* and in full, */
#define MAX_FOR_SIZE 16     /* of these for one size */
#define BRIEF 4             /* specimens of one size that are looked at briefly */

void
hs_matrix_free (HsMatrix *self)
{
  g_array_unref (self->columns);
  g_array_unref (self->users);
  g_free (self->cells);
  g_free (self);
}

/* --- candidates --- */

static gboolean
has_id (const GArray *ids, HsTypeId id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, HsTypeId, i) == id)
      return TRUE;
  return FALSE;
}

static gboolean
is_first_of_size (const HsMatrix *self, guint specimen)
{
  for (guint k = 0; k < specimen; k++)
    if (self->specimen[k].usable == self->specimen[specimen].usable)
      return FALSE;
  return TRUE;
}

/* Whether the pointers may lead to where they do in a @type: programs keep pointers to records and values, but not to pointers. */
static gboolean
may_be_inside (const HsMatrix *self, HsTypeId type)
{
  return self->distance == 0 || self->behind || self->text || hs_has_value_at (self->engine, type, self->distance);
}

/* All types of which a good part of the specimens may be one. */
static GArray *
candidates_by_size (HsMatrix *self)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  g_autoptr (GArray) some = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->n; i++) {
    guint same = 0;
    if (!is_first_of_size (self, i))
      continue;
    for (guint k = i; k < self->n; k++)
      same += self->specimen[k].usable == self->specimen[i].usable;
    if (same * 20 < self->n)
      continue;
    g_array_set_size (some, 0);
    guint64 behind = self->behind ? self->distance : 0;
    hs_find_by_size (self->engine, self->specimen[i].address + behind, self->specimen[i].usable - behind, some, MAX_CANDIDATES);
    hs_find_by_tail (self->engine, self->specimen[i].address + behind, self->specimen[i].data + behind,
                     self->specimen[i].usable - behind, some, MAX_CANDIDATES);
    for (guint k = 0; k < some->len && found->len < MAX_CANDIDATES; k++) {
      HsTypeId id = g_array_index (some, HsTypeId, k);
      if (g_hash_table_add (seen, GUINT_TO_POINTER (id)) && may_be_inside (self, id))
        g_array_append_val (found, id);
    }
  }
  return found;
}

#define FORGIVING 4.0  /* bits */
#define TAIL_BITS 4.0f /* a pointer to right behind the object is no chance */

static HsCell
score_record (HsMatrix *self, HsLayout *layout, const HsSpecimen *specimen)
{
  HsCell cell = { .fits = HS_FIT_NONE };
  HsForm form = HS_FORM_WHOLE;

  guint64 behind = self->behind ? self->distance : 0, usable = specimen->usable - behind;
  const guint8 *data = specimen->data + behind;
  gboolean of_pointers = hs_types_get (self->engine->types, layout->type)->kind == HS_TYPE_POINTER;
  gboolean fits = of_pointers || hs_fits (layout, specimen->address + behind, usable, &form);
  /* malloc leaves 16 bytes more where what remains is too small for a chunk of its own. */
  if (fits && behind != 0 && form != HS_FORM_WHOLE && usable > HS_LONGEST_BEHIND)
    return cell; /* the first object of a pool's chunk, and others after it */
  gboolean nearly = !fits && layout->size > 0 && layout->size <= usable && usable - layout->size <= 15 + HS_GRANULE;
  fits |= nearly;
  gboolean owns_tail = (!fits || nearly || form == HS_FORM_TAIL)
                       && (hs_content_owns_tail (layout, specimen->address + behind, data, usable)
                           || (!self->open && hs_content_text_tail (layout, data, usable)));
  if (!fits && !owns_tail)
    return cell;
  HsScore score = hs_score (self->engine, layout, specimen, behind);
  cell.bits = (float)CLAMP (score.bits, -12, 24) + (owns_tail ? TAIL_BITS : 0);
  gboolean varies = form == HS_FORM_FLEXIBLE || (form == HS_FORM_TAIL && !owns_tail);
  cell.fits = nearly && !owns_tail ? HS_FIT_NEARLY : fits && varies ? HS_FIT_FLEXIBLE : HS_FIT_WHOLE;
  guint bad = score.bad + score.unexplained;
  /* One member that was never set does not refute what all else speaks for. */
  cell.bad = (guint8)(bad == 1 && score.strong > 0 && score.bits > FORGIVING ? 0 : MIN (bad, 255));
  cell.strong = (guint8)MIN (score.strong, 255);
  return cell;
}

#define MAX_ARMS 8

/* A union of objects does as well as the best of them. */
static HsCell
score_cell (HsMatrix *self, HsLayout *layout, const HsSpecimen *specimen)
{
  const HsType *type = hs_types_get (self->engine->types, layout->type);
  HsCell best = { .fits = HS_FIT_NONE };

  if (type->kind != HS_TYPE_UNION)
    return score_record (self, layout, specimen);
  for (guint32 i = 0; i < type->n_members && i < MAX_ARMS; i++) {
    HsTypeId arm = hs_types_strip (self->engine->types, hs_types_member (self->engine->types, type, i)->type);
    guint kind = hs_types_get (self->engine->types, arm)->kind;
    if (kind != HS_TYPE_STRUCT && kind != HS_TYPE_CLASS)
      continue;
    HsCell cell = score_record (self, hs_layouts_get (self->engine->layouts, arm), specimen);
    if (cell.fits != HS_FIT_NONE && (best.fits == HS_FIT_NONE || cell.bits > best.bits))
      best = cell;
  }
  return best;
}

typedef struct {
  HsTypeId type;
  float bits;
} Brief;

static int
compare_briefs (gconstpointer a, gconstpointer b)
{
  const Brief *x = a, *y = b;

  if (x->bits != y->bits)
    return x->bits > y->bits ? -1 : 1;
  return x->type < y->type ? -1 : x->type > y->type;
}

/* How well @id does on a few specimens of @usable bytes; FALSE: it fits none. */
static gboolean
look_briefly (HsMatrix *self, HsTypeId id, guint64 usable, Brief *brief)
{
  HsLayout *layout = hs_layouts_get (self->engine->layouts, id);
  guint n = 0, fit = 0;

  *brief = (Brief){ id, 0 };
  for (guint k = 0; k < self->n && n < BRIEF; k++) {
    if (self->specimen[k].usable != usable)
      continue;
    HsCell cell = score_cell (self, layout, &self->specimen[k]);
    n++;
    fit += cell.fits != HS_FIT_NONE;
    brief->bits += cell.bits;
  }
  brief->bits = brief->bits / (float)MAX (1, fit) * 3 + hs_prior_bits (self, id);
  return fit > 0;
}

/* The best of many candidates, for each size. */
static GArray *
shortlist (HsMatrix *self, const GArray *candidates)
{
  g_autoptr (GArray) briefs = g_array_new (FALSE, FALSE, sizeof (Brief));
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));

  for (guint i = 0; i < self->n && ids->len < MAX_COLUMNS; i++) {
    if (!is_first_of_size (self, i))
      continue;
    g_array_set_size (briefs, 0);
    for (guint c = 0; c < candidates->len; c++) {
      Brief brief;
      HsTypeId id = g_array_index (candidates, HsTypeId, c);
      if (!hs_is_foreign (self, id) && look_briefly (self, id, self->specimen[i].usable, &brief))
        g_array_append_val (briefs, brief);
    }
    g_array_sort (briefs, compare_briefs);
    for (guint k = 0; k < MIN (briefs->len, MAX_FOR_SIZE); k++)
      if (!has_id (ids, g_array_index (briefs, Brief, k).type))
        g_array_append_val (ids, g_array_index (briefs, Brief, k).type);
  }
  return ids;
}

static void
fill_columns (HsMatrix *self, const GArray *candidates)
{
  g_autoptr (GArray) ids = candidates->len > MAX_FOR_SIZE ? shortlist (self, candidates) : NULL;

  candidates = ids != NULL ? ids : candidates;
  self->cells = g_new0 (HsCell, MAX (1, candidates->len * self->n));
  for (guint i = 0; i < candidates->len; i++) {
    HsColumn column = { .type = g_array_index (candidates, HsTypeId, i) };
    column.layout = hs_layouts_get (self->engine->layouts, column.type);
    column.prior = hs_prior_bits (self, column.type);
    g_array_append_val (self->columns, column);
    for (guint k = 0; k < self->n; k++)
      self->cells[i * self->n + k] = score_cell (self, column.layout, &self->specimen[k]);
  }
}

#define TEXT_LEAST 4 /* characters */

/* +1 text, -1 not, 0 nothing to see. A few characters before a pointer may also be a number; where the program says that it may
 * be text, that is left open. */
static gint8
text_of (const HsMatrix *self, const HsSpecimen *specimen)
{
  gssize length = hs_content_text_in (self->engine, specimen->data + self->distance, MIN (specimen->usable - self->distance, 256));

  if (length < 0)
    return -1;
  if (length < TEXT_LEAST && hs_content_heap_pointers (self->engine, specimen->data, MIN (specimen->usable, 256)) > 0)
    return self->open ? -1 : 0;
  return length > 0;
}

/* The modules (guint) that know what the pointers are for: what led to the list or table that they are in says more than the
 * list or table itself. */
static GArray *
find_users (HsEngine *engine, const HsReason *reason)
{
  const HsContext *context = hs_contexts_get (engine->contexts, reason->context);
  GArray *users = g_array_new (FALSE, FALSE, sizeof (guint));
  HsTypeId type = context->owner != 0 ? context->owner : reason->owner;
  const HsModule *module = context->place != 0 ? hs_modules_find (engine->modules, context->place) : NULL;

  if (module != NULL)
    g_array_append_val (users, module->index);
  for (guint i = 0; module == NULL && type != 0 && hs_types_get (engine->types, type)->kind != HS_TYPE_POINTER && i < engine->modules->modules->len; i++)
    if (hs_types_use (engine->types, i, type).defines)
      g_array_append_val (users, i);
  return users;
}

HsMatrix *
hs_matrix_new (HsEngine *engine, const guint32 *blocks, guint32 n, const GArray *candidates, guint32 reason, gboolean text, guint64 distance,
               gboolean behind)
{
  HsMatrix *self = g_new (HsMatrix, 1);

  hs_score_prepare (engine);
  self->n = 0;
  self->cells = NULL;
  self->engine = engine;
  self->columns = g_array_new (FALSE, FALSE, sizeof (HsColumn));
  self->owner = hs_reasons_get (engine->reasons, reason)->owner;
  self->reason = reason;
  self->users = find_users (engine, hs_reasons_get (engine->reasons, reason));
  self->open = candidates == NULL;
  self->mixed = self->open && hs_reasons_get (engine->reasons, reason)->context == 0;
  self->text = text;
  self->distance = distance;
  self->behind = behind;
  guint32 wanted = MIN (n, HS_SPECIMENS);
  for (guint32 i = 0; i < wanted; i++)
    self->n += hs_specimen_open (engine, blocks[(guint64)i * n / wanted], &self->specimen[self->n])
               && self->specimen[self->n].usable > distance;
  if (self->n == 0) {
    hs_matrix_free (self);
    return NULL;
  }
  for (guint i = 0; i < self->n && text; i++)
    self->is_text[i] = text_of (self, &self->specimen[i]);
  g_autoptr (GArray) all = candidates == NULL ? candidates_by_size (self) : NULL;
  if (distance == 0 || behind || (self->open && !text))
    fill_columns (self, all != NULL ? all : candidates);
  return self;
}

/* --- judging --- */

static gboolean
is_text (HsMatrix *self, const guint8 *part, guint8 which)
{
  guint n = 0, yes = 0, no = 0;

  for (guint i = 0; i < self->n; i++)
    if (part == NULL || part[i] == which) {
      int text = self->is_text[i];
      n++;
      yes += text > 0;
      no += text < 0;
    }
  guint open = n - yes - no;
  if (!self->open) /* what is left open counts half at most */
    n -= MIN (open, n / 2);
  return n >= 3 && yes * 100 >= 85 * n && no * 100 <= 4 * n;
}

static gboolean
sizes_vary (const HsMatrix *self, const guint8 *part, guint8 which)
{
  guint64 first = 0;

  for (guint i = 0; i < self->n; i++) {
    if (part != NULL && part[i] != which)
      continue;
    if (first != 0 && self->specimen[i].usable != first)
      return TRUE;
    first = self->specimen[i].usable;
  }
  return FALSE;
}

#define LEAST_COUNT 4 /* elements: fewer fit by chance */

/* Whether the lengths of the blocks follow a number in them, as those of a struct with a flexible array do; @varied: and that
 * it is not the same in all, or fills each block. */
static gboolean
length_follows (HsMatrix *self, const HsLayout *layout, const guint8 *part, guint8 which, gboolean *varied)
{
  gboolean sizes = sizes_vary (self, part, which);

  for (guint32 f = 0; f < layout->n_fields && layout->tail_stride != 0; f++) {
    const HsField *field = &layout->fields[f];
    guint n = 0, good = 0, exact = 0, total = 0;
    guint64 last = 0;
    gboolean varies = FALSE;
    if (field->in_union || field->kind != HS_FIELD_INT || field->bit_size != 0 || field->size < 2 || field->size > 8
        || field->offset + field->size > layout->tail_offset)
      continue;
    for (guint i = 0; i < self->n; i++) {
      if (part != NULL && part[i] != which)
        continue;
      const HsSpecimen *specimen = &self->specimen[i];
      guint64 behind = self->behind ? self->distance : 0, usable = specimen->usable - behind;
      guint64 value = 0, rest = usable - MIN (usable, layout->tail_offset);
      n++;
      if (field->offset + field->size > usable)
        continue;
      memcpy (&value, specimen->data + behind + field->offset, field->size);
      varies |= n > 1 && value != last;
      last = value;
      good += value <= rest / layout->tail_stride
              && (rest - value * layout->tail_stride <= 16 + layout->tail_stride || usable == 24);
      exact += value >= LEAST_COUNT && value <= rest / layout->tail_stride && rest - value * layout->tail_stride <= HS_GRANULE;
      good += value == rest / layout->tail_stride + 1; /* counts the terminator */
      total += value > rest && value <= usable && usable - value <= 15 + HS_GRANULE; /* counts the bytes of all */
    }
    *varied = varies || sizes || exact * 10 >= n * 9;
    if (n > 0 && (good + (varies ? total : 0)) * 10 >= n * 9) /* one number alone may be the size by chance */
      return TRUE;
  }
  return FALSE;
}

typedef struct {
  double bits;
  guint n, fit, near, whole, bad, strong;
} Sum;

static Sum
sum_column (const HsMatrix *self, guint column, const guint8 *part, guint8 which)
{
  Sum sum = { 0 };

  for (guint i = 0; i < self->n; i++) {
    const HsCell *cell = &self->cells[column * self->n + i];
    if (part != NULL && part[i] != which)
      continue;
    sum.n++;
    sum.fit += cell->fits != HS_FIT_NONE;
    sum.near += cell->fits == HS_FIT_NEARLY;
    sum.whole += cell->fits == HS_FIT_WHOLE;
    sum.bad += cell->bad > 0;
    sum.strong += cell->strong > 0;
    sum.bits += (double)cell->bits;
  }
  return sum;
}

#define LENGTH_ALONE 1.0   /* for a length that a number says, where nothing else speaks for the type: that may be chance */
#define LINKED_BITS 8.0    /* and what is packed into the tails of nodes is mostly nodes */
#define SAME_KIND_BITS 2.0 /* objects lead to their like more often than to any other one kind */

/* Nodes that link to each other by what stands in their tails. */
static gboolean
is_linked (const HsMatrix *self, const HsColumn *column)
{
  return column->type == self->owner && hs_tail_is (hs_reasons_get (self->engine->reasons, self->reason));
}

/* The bits for a candidate; FALSE: it is out. */
static gboolean
weigh_column (HsMatrix *self, guint index, const guint8 *part, guint8 which, double *bits)
{
  const HsColumn *column = &g_array_index (self->columns, HsColumn, index);
  Sum sum = sum_column (self, index, part, which);

  if (sum.n == 0 || sum.fit * 10 < sum.n * 9 || sum.bad * 50 > sum.n || sum.near * 2 > sum.n)
    return FALSE;
  if ((sum.whole + sum.near) * 10 < sum.n * 9) {
    gboolean varied, follows = length_follows (self, column->layout, part, which, &varied);
    if (!follows && self->open && sum.strong * 2 < sum.n && !is_linked (self, column))
      return FALSE;
    /* Where nothing varies, any number that is small enough follows. */
    sum.bits += sum.n * (is_linked (self, column) ? 0 : !follows ? -2.0 : !varied ? 0 : self->open && sum.strong * 2 < sum.n ? LENGTH_ALONE : 4.0);
  }
  /* Blocks of a group are alike: more than a few of them say the same again. */
  *bits = sum.bits / sum.n * MIN (sum.n, 6) / 2 + (double)column->prior
          + 2.0 * sum.whole / sum.n + (column->type == self->owner ? SAME_KIND_BITS : 0)
          + (is_linked (self, column) ? LINKED_BITS : 0);
  return TRUE;
}

static void
enter (HsVerdict *verdict, HsTypeId type, double bits)
{
  HsCandidate candidate = { type, (float)bits };

  for (guint i = 0; i < HS_RUNNERS; i++)
    if (verdict->best[i].type == 0 || verdict->best[i].bits < candidate.bits) {
      HsCandidate pushed = verdict->best[i];
      verdict->best[i] = candidate;
      candidate = pushed;
      if (candidate.type == 0)
        return;
    }
}

#define LEAST_OPEN 10.0  /* bits, where any type may be it */
#define LEAST_CLOSED 1.0 /* where it is one of some */
#define LEAST_ONLY (-6.0) /* where there is one type only that it can be */
#define LEAST_MARGIN 3.0 /* bits before the next */
#define WIDE_MARGIN 8.0  /* so far ahead, a type may as well be an unlikely one */
#define LEAST_SMALL 6.0  /* where there are few blocks */
#define LEAST_PLAIN 20.0 /* for a type without pointers, about which contents say little */
#define FEW 24
#define SEVERAL 8
#define LEAST_ALONE 3.0 /* bits of the contents, where there are fewer still but the next is far behind */
#define LEAST_EVIDENCE 8.0 /* bits of the contents, where there are few blocks and several candidates, */
#define LEAST_MIXED_EVIDENCE 12.0 /* and where any type may be it, in whatever context */
#define GUESS 0.3        /* of the margin, for a guess */

/* log2 (2^a + 2^b), good to 0.05 bits: several that do nearly as well are more than one that does. */
static double
join_bits (double a, double b)
{
  static const double MORE[] = { 1, .585, .322, .170, .087, .044, .022, .011, 0 };
  double most = MAX (a, b), apart = MIN (MAX (a, b) - MIN (a, b), G_N_ELEMENTS (MORE) - 1.001);
  guint at = (guint)apart;

  return most + MORE[at] + (MORE[at + 1] - MORE[at]) * (apart - at);
}

static gboolean
is_clear (HsMatrix *self, const HsVerdict *verdict, double rest, double share)
{
  const HsCandidate *best = &verdict->best[0], *next = &verdict->best[1];
  const HsType *type = hs_types_get (self->engine->types, best->type);
  gboolean only = !self->open && self->columns->len == 1, few = verdict->n < FEW;
  double margin = next->type != 0 ? (double)best->bits - rest : 6.0;
  double least = share * (!few ? LEAST_MARGIN : verdict->n < SEVERAL / 2 ? LEAST_SMALL : LEAST_SMALL - 1);

  if (best->type == 0)
    return FALSE;
  if (only)
    return (double)best->bits >= LEAST_ONLY;
  if ((double)best->bits < (self->open ? LEAST_OPEN : LEAST_CLOSED) && (self->open || next->type == 0 || margin < WIDE_MARGIN))
    return FALSE;
  double evidence = (double)(best->bits - hs_prior_bits (self, best->type));
  if (!self->open && next->type != 0 && margin >= WIDE_MARGIN && (verdict->n >= SEVERAL || evidence >= LEAST_ALONE))
    return TRUE;
  if ((few && evidence < share * LEAST_EVIDENCE) || (self->mixed && evidence < share * LEAST_MIXED_EVIDENCE))
    return FALSE;
  if (self->open && !hs_layouts_get (self->engine->layouts, best->type)->has_pointers && (double)best->bits < LEAST_PLAIN)
    return FALSE;
  /* Two definitions under one name are one answer to the user. */
  if (next->type != 0 && *type->name != 0 && hs_types_get (self->engine->types, next->type)->name == type->name)
    return TRUE;
  /* Most of what two types score they may have in common. */
  if (margin < WIDE_MARGIN && hs_begin_alike (self->engine, best->type, next->type))
    return FALSE;
  return margin >= least;
}

HsVerdict
hs_matrix_judge (HsMatrix *self, const guint8 *part, guint8 which)
{
  HsVerdict verdict = { .level = HS_LEVEL_C, .behind = self->behind ? (guint8)self->distance : 0 };

  for (guint i = 0; i < self->n; i++)
    verdict.n += part == NULL || part[i] == which;
  if (self->text && is_text (self, part, which)) {
    verdict.type = hs_text_type (self->engine);
    verdict.best[0] = (HsCandidate){ verdict.type, 5 };
    return verdict;
  }
  double rest = -G_MAXINT16;
  for (guint c = 0; c < self->columns->len; c++) {
    double bits, before = verdict.best[0].type != 0 ? (double)verdict.best[0].bits : -G_MAXINT16;
    if (!weigh_column (self, c, part, which, &bits))
      continue;
    rest = join_bits (rest, MIN (bits, before));
    enter (&verdict, g_array_index (self->columns, HsColumn, c).type, bits);
  }
  if (is_clear (self, &verdict, rest, 1))
    verdict.type = verdict.best[0].type;
  else if (self->engine->guessing && is_clear (self, &verdict, rest, GUESS)) {
    verdict.type = verdict.best[0].type;
    verdict.level = HS_LEVEL_D;
  }
  return verdict;
}
