/* locals.c - hs_types_locals: the variables of the functions on a stack.
 *
 * Not handled: DW_OP_addrx within a longer expression. */
#include "profiler/types/functions.h"

#include "profiler/types/ranges.h"

#define MAX_LOCALS 4096

typedef struct {
  HsFunction *function;
  guint64 pc; /* in the file */
  HsBytes frame_base;
  GArray *result;
} Question;

/* --- locations */

typedef struct {
  guint64 pc;
  HsBytes found;
} AtPc;

static gboolean
match_pc (gpointer user_data, guint64 low, guint64 high, const HsBytes *expression)
{
  AtPc *at = user_data;
  /* A default location is good where nothing else is. */
  gboolean is_default = low == 0 && high == G_MAXUINT64;

  if (at->pc < low || at->pc >= high || expression->at == expression->end)
    return TRUE;
  at->found = *expression;
  return is_default;
}

static HsBytes
location_at (Question *self, Dwarf_Die die, Dwarf_Half attribute)
{
  AtPc at = { .pc = self->pc };

  hs_die_locations (&self->function->context, die, attribute, match_pc, &at);
  return at.found;
}

static gboolean
contains_pc (gpointer user_data, guint64 low, guint64 high, const HsBytes *expression G_GNUC_UNUSED)
{
  AtPc *at = user_data;

  if (at->pc < low || at->pc >= high)
    return TRUE;
  at->found.bad = TRUE; /* here: found */
  return FALSE;
}

static gboolean
holds_pc (Question *self, Dwarf_Die die)
{
  AtPc at = { .pc = self->pc };

  hs_die_ranges (&self->function->context, die, contains_pc, &at);
  return at.found.bad;
}

/* DW_OP_addrx of split DWARF is said by its address. */
static HsBytes
plain_expression (Question *self, HsBytes bytes)
{
  HsBytes rest = bytes;
  guint8 first = (guint8)hs_bytes_fixed (&rest, 1);
  guint64 address;

  if (first != DW_OP_addrx && first != DW_OP_GNU_addr_index)
    return bytes;
  if (!hs_unit_address (&self->function->context, hs_bytes_uleb (&rest), &address) || rest.at != rest.end)
    return bytes;
  guint8 *plain = g_malloc (9);
  plain[0] = DW_OP_addr;
  for (guint i = 0; i < 8; i++)
    plain[1 + i] = (guint8)(address >> (8 * i));
  if (self->function->entry->expressions == NULL)
    self->function->entry->expressions = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->function->entry->expressions, plain);
  return (HsBytes){ plain, plain + 9, FALSE };
}

/* --- the function's tree */

static void
add_local (Question *self, Dwarf_Die die, gboolean is_parameter, const char *function, GArray *locals)
{
  HsLocal local = { .function = function, .is_parameter = is_parameter };
  HsBytes expression = location_at (self, die, DW_AT_location);

  if (expression.at == NULL || locals->len >= MAX_LOCALS)
    return;
  expression = plain_expression (self, expression);
  local.name = hs_function_name (self->function, die);
  local.type = hs_function_type (self->function, die);
  local.expression = expression.at;
  local.expression_size = (gsize)(expression.end - expression.at);
  local.frame_base = self->frame_base.at;
  local.frame_base_size = (gsize)(self->frame_base.end - self->frame_base.at);
  if (local.name == NULL)
    local.name = "";
  g_array_append_val (locals, local);
}

/* What is further inside comes first. */
static void
collect (Question *self, Dwarf_Die die, const char *function, guint depth)
{
  g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (HsLocal));

  for (Dwarf_Die child = hs_walk_child (&self->function->walk, die); child != NULL; child = hs_walk_next (&self->function->walk, child)) {
    Dwarf_Half tag = hs_die_tag (child);
    const char *inner = function;
    if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter)
      add_local (self, child, tag == DW_TAG_formal_parameter, function, own);
    if ((tag != DW_TAG_lexical_block && tag != DW_TAG_inlined_subroutine && tag != DW_TAG_try_block)
        || depth >= HS_MAX_DEPTH || !holds_pc (self, child))
      continue;
    if (tag == DW_TAG_inlined_subroutine)
      inner = hs_function_name (self->function, child);
    collect (self, child, inner != NULL ? inner : "", depth + 1);
  }
  if (self->result->len < MAX_LOCALS)
    g_array_append_vals (self->result, own->data, own->len);
}

GArray *
hs_types_locals (HsTypes *self, const HsModule *module, HsAddr pc)
{
  HsFunction function;

  if (!hs_function_open (self, module, pc, &function))
    return NULL;
  Question question = { .function = &function, .pc = pc - module->bias };
  question.result = g_array_new (FALSE, FALSE, sizeof (HsLocal));
  question.frame_base = location_at (&question, function.die, DW_AT_frame_base);
  const char *name = hs_function_name (&function, function.die);
  collect (&question, function.die, name != NULL ? name : "", 0);
  hs_function_close (&function);
  return question.result;
}
