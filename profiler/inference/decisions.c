/* decisions.c - see decisions.h. */
#include "profiler/inference/decisions.h"

struct _HsDecisions {
  GPtrArray *all;         /* HsDecision; [0] is none */
  GArray *of_reason;      /* guint32 by reason */
  GHashTable *of_header;
  guint n_members;
};

static void
decision_free (gpointer data)
{
  HsDecision *decision = data;

  g_free (decision->verdicts);
  g_free (decision);
}

HsDecisions *
hs_decisions_new (void)
{
  HsDecisions *self = g_new0 (HsDecisions, 1);

  self->all = g_ptr_array_new_with_free_func (decision_free);
  self->of_reason = g_array_new (FALSE, TRUE, sizeof (guint32));
  self->of_header = g_hash_table_new (NULL, NULL);
  g_ptr_array_add (self->all, g_new0 (HsDecision, 1));
  return self;
}

void
hs_decisions_free (HsDecisions *self)
{
  g_ptr_array_unref (self->all);
  g_array_unref (self->of_reason);
  g_hash_table_unref (self->of_header);
  g_free (self);
}

static gboolean
is_rule (const HsDecision *decision)
{
  guint32 votes = 0;

  for (guint32 i = 0; i < decision->n_verdicts; i++)
    votes += decision->verdicts[i].votes;
  return decision->n + votes >= HS_RULE_LEAST;
}

guint32
hs_decisions_add (HsDecisions *self, HsDecision decision)
{
  guint32 number = self->all->len;

  self->n_members += decision.of_member && is_rule (&decision);
  g_ptr_array_add (self->all, g_memdup2 (&decision, sizeof decision));
  if (!is_rule (&decision))
    return number;
  HsDecision *kept = self->all->pdata[number];
  kept->previous = decision.header != 0 ? hs_decisions_for_header (self, decision.header)
                                        : hs_decisions_for_reason (self, decision.reason);
  if (decision.header != 0)
    g_hash_table_insert (self->of_header, GUINT_TO_POINTER (decision.header), GUINT_TO_POINTER (number));
  else {
    if (decision.reason >= self->of_reason->len)
      g_array_set_size (self->of_reason, decision.reason + 1);
    g_array_index (self->of_reason, guint32, decision.reason) = number;
  }
  return number;
}

const HsDecision *
hs_decisions_get (const HsDecisions *self, guint32 number)
{
  return self->all->pdata[number < self->all->len ? number : 0];
}

guint32
hs_decisions_count (const HsDecisions *self)
{
  return self->all->len;
}

guint32
hs_decisions_for_reason (const HsDecisions *self, guint32 reason)
{
  return reason < self->of_reason->len ? g_array_index (self->of_reason, guint32, reason) : 0;
}

guint32
hs_decisions_for_header (const HsDecisions *self, HsTypeId header)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->of_header, GUINT_TO_POINTER (header)));
}

guint
hs_decisions_n_members (const HsDecisions *self)
{
  return self->n_members;
}

const HsVerdict *
hs_decision_verdict (const HsDecision *self, guint64 value)
{
  guint32 low = 0, high = self->n_verdicts;

  while (low < high) {
    guint32 middle = low + (high - low) / 2;
    if (self->verdicts[middle].value < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low < self->n_verdicts && self->verdicts[low].value == value ? &self->verdicts[low] : NULL;
}

#define CLEARLY 3.0f /* bits */

gboolean
hs_verdict_allows (const HsVerdict *self, HsTypeId type)
{
  for (guint i = 0; i < HS_RUNNERS; i++)
    if (self->best[i].type == type)
      return self->best[0].bits - self->best[i].bits < CLEARLY;
  return self->best[0].type == 0;
}
