/* condition.c - see heapsum-condition.h. */
#include "summary/filter-private.h"

#include <errno.h>
#include <string.h>

typedef enum { GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, EQUAL, NOT_EQUAL } Operator;

static const struct {
  const char *text;
  Operator value;
} operators[] = { /* longer ones first */
  { ">=", GREATER_EQUAL }, { "<=", LESS_EQUAL }, { "==", EQUAL }, { "!=", NOT_EQUAL }, { ">", GREATER }, { "<", LESS },
};

struct _HeapsumCondition {
  GPatternSpec *glob;
  gboolean bytes;
  Operator operator;
  gint64 value;
};

/* A number with an optional unit, up to the end of @text. */
static gboolean
parse_number (const char *text, gint64 *value)
{
  static const char units[] = "KMGT";
  char *end;
  guint shift = 0;

  errno = 0;
  gint64 number = g_ascii_strtoll (text, &end, 10);
  if (end == text || errno == ERANGE || g_ascii_isspace (*text))
    return FALSE;
  const char *unit = *end != 0 ? strchr (units, g_ascii_toupper (*end)) : NULL;
  if (unit != NULL) {
    shift = 10 * (guint)(unit - units + 1);
    end++;
  }
  if (*end != 0 || number > G_MAXINT64 >> shift || number < -(G_MAXINT64 >> shift))
    return FALSE;
  *value = number * (G_GINT64_CONSTANT (1) << shift);
  return TRUE;
}

static gboolean
parse_comparison (HeapsumCondition *self, const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    if (g_str_has_prefix (text, operators[i].text)) {
      self->operator = operators[i].value;
      return parse_number (text + strlen (operators[i].text), &self->value);
    }
  return FALSE;
}

/* The last ":count" or ":bytes": C++ names have colons too. */
static const char *
find_field (const char *text, gboolean *bytes)
{
  const char *count = g_strrstr (text, ":count"), *size = g_strrstr (text, ":bytes");

  *bytes = size != NULL && (count == NULL || size > count);
  return *bytes ? size : count;
}

HeapsumCondition *
heapsum_condition_new (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  HeapsumCondition *condition = g_new0 (HeapsumCondition, 1);
  const char *field = find_field (text, &condition->bytes);

  if (field == NULL || field == text || !parse_comparison (condition, field + strlen (":count"))) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED,
                 "'%s' is no condition: write TYPE:count>N or TYPE:bytes>N, with > >= < <= == or !=", text);
    g_free (condition);
    return NULL;
  }
  g_autofree char *pattern = g_strndup (text, field - text);
  condition->glob = g_pattern_spec_new (pattern);
  return condition;
}

void
heapsum_condition_free (HeapsumCondition *condition)
{
  g_return_if_fail (condition != NULL);
  g_pattern_spec_free (condition->glob);
  g_free (condition);
}

static gboolean
compare (const HeapsumCondition *self, gint64 value)
{
  switch (self->operator) {
  case GREATER: return value > self->value;
  case GREATER_EQUAL: return value >= self->value;
  case LESS: return value < self->value;
  case LESS_EQUAL: return value <= self->value;
  case EQUAL: return value == self->value;
  default: return value != self->value;
  }
}

gboolean
heapsum_condition_holds_for_summary (const HeapsumCondition *condition, HeapsumSummary *summary, gint64 *value)
{
  g_return_val_if_fail (condition != NULL && summary != NULL, FALSE);

  const HeapsumRow *extra[] = { heapsum_summary_get_untyped (summary), heapsum_summary_get_total (summary) };
  guint n = heapsum_summary_get_n_rows (summary);
  gint64 sum = 0;
  for (guint i = 0; i < n + G_N_ELEMENTS (extra); i++) {
    const HeapsumRow *row = i < n ? heapsum_summary_get_row (summary, i) : extra[i - n];
    /* "*" means all types: the total is only meant by its own name, or everything would count twice. */
    if (hs_glob_matches (condition->glob, row->type)
        && (row != extra[1] || !hs_glob_matches (condition->glob, extra[0]->type)))
      sum += condition->bytes ? row->bytes : row->count;
  }
  /* Those of a place, unless all untyped blocks are meant. */
  for (guint i = 0; !hs_glob_matches (condition->glob, HS_UNTYPED) && i < heapsum_summary_get_n_places (summary); i++) {
    const HeapsumRow *row = heapsum_summary_get_place (summary, i);
    if (hs_glob_matches (condition->glob, row->type))
      sum += condition->bytes ? row->bytes : row->count;
  }
  if (value != NULL)
    *value = sum;
  return compare (condition, sum);
}

gboolean
heapsum_condition_holds_for_diff (const HeapsumCondition *condition, HeapsumDiff *diff, gint64 *value)
{
  g_return_val_if_fail (condition != NULL && diff != NULL, FALSE);

  const HeapsumDiffRow *extra[] = { heapsum_diff_get_untyped (diff), heapsum_diff_get_total (diff) };
  guint n = heapsum_diff_get_n_rows (diff);
  gint64 sum = 0;
  for (guint i = 0; i < n + G_N_ELEMENTS (extra); i++) {
    const HeapsumDiffRow *row = i < n ? heapsum_diff_get_row (diff, i) : extra[i - n];
    if (hs_glob_matches (condition->glob, row->type)
        && (row != extra[1] || !hs_glob_matches (condition->glob, extra[0]->type)))
      sum += condition->bytes ? row->bytes : row->count;
  }
  for (guint i = 0; !hs_glob_matches (condition->glob, HS_UNTYPED) && i < heapsum_diff_get_n_places (diff); i++) {
    const HeapsumDiffRow *row = heapsum_diff_get_place (diff, i);
    if (hs_glob_matches (condition->glob, row->type))
      sum += condition->bytes ? row->bytes : row->count;
  }
  if (value != NULL)
    *value = sum;
  return compare (condition, sum);
}
