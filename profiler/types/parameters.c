/* parameters.c - what functions take their parameters for: hs_types_first_parameter and hs_types_takes.
 *
 * Programs pass objects as void *, or as the header that they begin with, and the function knows better: "T *self = arg".
 * In optimised code that is one value with two names, so the debug info gives both the same place at the same time. At a
 * function's first instruction the parameters are in registers (System V ABI for x86-64, 3.2.3), so whatever variable is
 * in such a register there, or is said to be the register's value on entry (DW_OP_entry_value, DWARF 5 2.5.1.7), is
 * the parameter. In code that is not optimised every variable has a place of its own; there the first variable may be it.
 * Not handled: parameters on the stack. */
#include "profiler/types/functions.h"

#include "profiler/types/ranges.h"

#include <string.h>

/* --- declared */

/* The type of the first parameter, where the function is declared: a copy of it may lack parameters that it does not use. */
static gboolean
take_parameter (HsUnitContext *context, Dwarf_Die die, gpointer data)
{
  HsRawUnit scratch = { 0 };
  HsWalk walk = { .context = context, .unit = &scratch, .end = G_MAXUINT64, .last = hs_die_offset (die) };
  guint64 *key = data;

  if (hs_attr_key (context, die, DW_AT_abstract_origin) != 0)
    return FALSE;
  Dwarf_Die child = hs_walk_child (&walk, die);
  while (child != NULL && hs_die_tag (child) != DW_TAG_formal_parameter)
    child = hs_walk_next (&walk, child);
  if (child != NULL) {
    *key = hs_attr_key (context, child, DW_AT_type);
    dwarf_dealloc (context->debug, child, DW_DLA_DIE);
  }
  return TRUE;
}

HsTypeId
hs_types_first_parameter (HsTypes *self, const HsModule *module, HsAddr pc)
{
  HsFunction function;
  guint64 key = 0;

  if (!hs_function_open (self, module, pc, &function))
    return 0;
  if (function.function->low == pc - module->bias)
    hs_function_origins (&function, function.die, take_parameter, &key);
  HsTypeId type = hs_function_type_of (&function, key);
  hs_function_close (&function);
  return type;
}

/* --- where variables are */

#define MAX_VARIABLES 256 /* pointers of one function that are looked at, with those of functions inlined there */
#define MAX_PIECES 4096   /* places where they are */

typedef struct {
  guint64 low, high; /* in the file */
  HsBytes expression;
  guint variable;
} Piece;

typedef struct {
  HsTypeId type;
  gboolean declared; /* a parameter of the function itself */
  gboolean first;    /* of the variables of its outermost block */
  int parameter;     /* that it is; -1: none that is known */
  gint64 behind;     /* bytes that are added to the parameter */
} Variable;

typedef struct {
  HsFunction *function;
  GArray *variables; /* Variable */
  GArray *pieces;    /* Piece */
} Question;

/* The parameter that is passed in DWARF register @number; -1: none. */
static int
parameter_in (guint number)
{
  static const guint8 registers[HS_MAX_TAKEN] = { 5, 4, 1, 2, 8, 9 };

  for (guint i = 0; i < HS_MAX_TAKEN; i++)
    if (registers[i] == number)
      return (int)i;
  return -1;
}

/* The register that stands alone in @bytes; -1: something else does. */
static int
read_register (HsBytes *bytes)
{
  guint8 op = (guint8)hs_bytes_fixed (bytes, 1);

  return !bytes->bad && op >= DW_OP_reg0 && op <= DW_OP_reg31 ? op - DW_OP_reg0 : -1;
}

/* What is added to a value before it is the variable's; FALSE: something that is not understood. */
static gboolean
read_sum (HsBytes *bytes, gint64 *sum)
{
  while (bytes->at < bytes->end && !bytes->bad) {
    guint8 op = (guint8)hs_bytes_fixed (bytes, 1);
    if (op == DW_OP_stack_value)
      return bytes->at == bytes->end;
    guint64 added = op == DW_OP_plus_uconst ? hs_bytes_uleb (bytes) : 0;
    if (op == DW_OP_plus_uconst)
      *sum += (gint64)MIN (added, G_MAXINT32);
    else if (op >= DW_OP_lit0 && op <= DW_OP_lit31 && (guint8)hs_bytes_fixed (bytes, 1) == DW_OP_minus)
      *sum -= op - DW_OP_lit0;
    else
      return FALSE;
  }
  return FALSE;
}

/* Whether @expression is a parameter's value as it was on entry, or one that differs from it by a constant. @at_entry: it
 * holds at the first instruction. */
static gboolean
is_parameter (HsBytes expression, gboolean at_entry, int *parameter, gint64 *behind)
{
  HsBytes rest = expression;
  guint8 op = (guint8)hs_bytes_fixed (&rest, 1);
  int number;

  *behind = 0;
  if (op == DW_OP_entry_value || op == DW_OP_GNU_entry_value) {
    if (hs_bytes_uleb (&rest) != 1)
      return FALSE;
    number = read_register (&rest);
    if (!read_sum (&rest, behind))
      return FALSE;
  } else if (at_entry && op >= DW_OP_breg0 && op <= DW_OP_breg31) {
    number = op - DW_OP_breg0;
    gint64 added = hs_bytes_sleb (&rest);
    *behind = CLAMP (added, -G_MAXINT32, G_MAXINT32);
    if (!read_sum (&rest, behind))
      return FALSE;
  } else if (at_entry) {
    rest = expression;
    number = read_register (&rest);
    if (rest.at != rest.end)
      return FALSE;
  } else
    return FALSE;
  *parameter = number >= 0 ? parameter_in ((guint)number) : -1;
  return *parameter >= 0 && !rest.bad;
}

static gboolean
add_piece (gpointer user_data, guint64 low, guint64 high, const HsBytes *expression)
{
  Question *self = user_data;
  guint64 entry = self->function->function->low;
  Piece piece = { low, high, *expression, self->variables->len - 1 };
  Variable *variable = &g_array_index (self->variables, Variable, piece.variable);
  int parameter;
  gint64 behind;

  if (expression->at == expression->end)
    return TRUE;
  if (is_parameter (*expression, low <= entry && entry < high, &parameter, &behind)) {
    variable->parameter = parameter;
    variable->behind = behind;
  }
  g_array_append_val (self->pieces, piece);
  return self->pieces->len < MAX_PIECES;
}

static void
add_variable (Question *self, Dwarf_Die die, gboolean declared, gboolean first)
{
  Variable variable = { .type = hs_function_type (self->function, die), .declared = declared, .first = first, .parameter = -1 };
  gboolean is_pointer = hs_types_get (self->function->types, hs_types_strip (self->function->types, variable.type))->kind == HS_TYPE_POINTER;

  if (!is_pointer && !declared && !first)
    return;
  g_array_append_val (self->variables, variable);
  if (!is_pointer && !declared) /* the parameters' places tell whether the code is optimised */
    return;
  hs_die_locations (&self->function->context, die, DW_AT_location, add_piece, self);
}

#define MAX_NESTING 4 /* further inside, a parameter has hardly a new name */

static void
collect (Question *self, Dwarf_Die die, guint depth)
{
  gboolean seen = FALSE;

  for (Dwarf_Die child = hs_walk_child (&self->function->walk, die); child != NULL; child = hs_walk_next (&self->function->walk, child)) {
    Dwarf_Half tag = hs_die_tag (child);
    if (self->variables->len >= MAX_VARIABLES || self->pieces->len >= MAX_PIECES)
      continue;
    if (tag == DW_TAG_formal_parameter)
      add_variable (self, child, depth == 0, FALSE);
    else if (tag == DW_TAG_variable) {
      add_variable (self, child, FALSE, depth == 0 && !seen);
      seen = TRUE;
    } else if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_try_block) && depth < MAX_NESTING)
      collect (self, child, depth + 1);
  }
}

/* --- which of them are parameters */

static gboolean
is_same_place (const Piece *a, const Piece *b)
{
  gsize size = (gsize)(a->expression.end - a->expression.at);

  return a->high != G_MAXUINT64 && b->high != G_MAXUINT64 && a->low < b->high && b->low < a->high
         && size == (gsize)(b->expression.end - b->expression.at) && memcmp (a->expression.at, b->expression.at, size) == 0;
}

/* Two variables in one place at one time are one value. A place that is said to be the variable's for ever may be another's
 * in another block. */
static void
spread (Question *self)
{
  g_autoptr (GArray) known = g_array_new (FALSE, FALSE, sizeof (Piece));

  for (guint i = 0; i < self->pieces->len; i++) {
    const Piece *piece = &g_array_index (self->pieces, Piece, i);
    const Variable *variable = &g_array_index (self->variables, Variable, piece->variable);
    if (variable->declared && variable->parameter >= 0)
      g_array_append_val (known, *piece);
  }
  for (guint i = 0; i < self->pieces->len; i++) {
    const Piece *piece = &g_array_index (self->pieces, Piece, i);
    Variable *variable = &g_array_index (self->variables, Variable, piece->variable);
    for (guint k = 0; variable->parameter < 0 && k < known->len; k++)
      if (is_same_place (piece, &g_array_index (known, Piece, k))) {
        const Variable *other = &g_array_index (self->variables, Variable, g_array_index (known, Piece, k).variable);
        variable->parameter = other->parameter;
        variable->behind = other->behind;
      }
  }
}

/* Code that is not optimised: the parameters are known by their order. */
static gboolean
is_plain (const Question *self)
{
  for (guint i = 0; i < self->variables->len; i++)
    if (g_array_index (self->variables, Variable, i).parameter >= 0)
      return FALSE;
  return TRUE;
}

static void
number_plain (Question *self)
{
  int n = 0;

  for (guint i = 0; i < self->variables->len; i++) {
    Variable *variable = &g_array_index (self->variables, Variable, i);
    if (variable->declared && n < HS_MAX_TAKEN)
      variable->parameter = n++;
  }
}

/* --- answers */

static void
add_take (Question *self, GArray *takes, HsTake take)
{
  const HsType *type = hs_types_get (self->function->types, hs_types_strip (self->function->types, take.type));

  if (type->kind != HS_TYPE_POINTER)
    return;
  take.type = hs_types_strip (self->function->types, type->target);
  if (take.type == 0)
    return;
  for (guint i = 0; i < takes->len; i++) {
    HsTake *known = &g_array_index (takes, HsTake, i);
    if (known->parameter == take.parameter && known->type == take.type && known->behind == take.behind) {
      known->declared |= take.declared;
      known->sure |= take.sure;
      return;
    }
  }
  g_array_append_val (takes, take);
}

static GArray *
answer (Question *self, gboolean plain)
{
  GArray *takes = g_array_new (FALSE, FALSE, sizeof (HsTake));

  for (guint i = 0; i < self->variables->len; i++) {
    const Variable *variable = &g_array_index (self->variables, Variable, i);
    if (variable->parameter >= 0)
      add_take (self, takes, (HsTake){ .parameter = (guint8)variable->parameter, .declared = variable->declared, .sure = TRUE,
                                       .type = variable->type, .behind = variable->behind });
    else if (plain && variable->first)
      add_take (self, takes, (HsTake){ .parameter = HS_MAX_TAKEN, .type = variable->type });
  }
  return takes;
}

GArray *
hs_types_takes (HsTypes *self, const HsModule *module, HsAddr pc)
{
  HsFunction function;

  if (!hs_function_open (self, module, pc, &function))
    return NULL;
  if (function.function->low != pc - module->bias) {
    hs_function_close (&function);
    return NULL;
  }
  Question question = { .function = &function };
  question.variables = g_array_new (FALSE, FALSE, sizeof (Variable));
  question.pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  collect (&question, function.die, 0);
  gboolean plain = is_plain (&question);
  if (plain)
    number_plain (&question);
  else
    spread (&question);
  GArray *takes = answer (&question, plain);
  g_array_unref (question.variables);
  g_array_unref (question.pieces);
  hs_function_close (&function);
  return takes;
}
