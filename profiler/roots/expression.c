/* expression.c - see expression.h. Not handled: pieces, entry values, typed operations (DWARF 5), other address spaces. */
#include "profiler/roots/expression.h"
#include "profiler/types/dwarf-file.h"

#define MAX_STACK 64
#define MAX_STEPS 4096 /* an expression may branch backwards */

typedef struct {
  const HsPlaceContext *context;
  HsBytes bytes;
  const guint8 *start;
  guint64 stack[MAX_STACK];
  guint depth;
  gboolean failed;
  gboolean in_register; /* the last operation named a register, or said that the top is the value */
} Machine;

static void
push (Machine *self, guint64 value)
{
  if (self->depth == MAX_STACK)
    self->failed = TRUE;
  else
    self->stack[self->depth++] = value;
}

static guint64
pop (Machine *self)
{
  if (self->depth == 0) {
    self->failed = TRUE;
    return 0;
  }
  return self->stack[--self->depth];
}

static void
push_known (Machine *self, guint64 base, guint64 offset)
{
  if (base == 0)
    self->failed = TRUE;
  else
    push (self, base + offset);
}

static void
push_register (Machine *self, guint64 number, guint64 offset)
{
  if (number >= HS_N_REGS || !hs_registers_known (self->context->registers, number))
    self->failed = TRUE;
  else
    push (self, self->context->registers->value[number] + offset);
}

static void
pick (Machine *self, guint index)
{
  if (index >= self->depth)
    self->failed = TRUE;
  else
    push (self, self->stack[self->depth - 1 - index]);
}

static void
dereference (Machine *self, guint size)
{
  HsAddr addr = pop (self);
  guint64 value = 0;

  if (size == 0 || size > 8 || !hs_image_read (self->context->image, addr, &value, size))
    self->failed = TRUE;
  push (self, value);
}

static void
rotate (Machine *self)
{
  guint64 a = pop (self), b = pop (self), c = pop (self);

  push (self, a);
  push (self, c);
  push (self, b);
}

static void
swap (Machine *self)
{
  guint64 a = pop (self), b = pop (self);

  push (self, a);
  push (self, b);
}

static void
jump (Machine *self, gboolean taken)
{
  gint16 distance = (gint16)hs_bytes_fixed (&self->bytes, 2);
  gint64 target = self->bytes.at - self->start + distance;

  if (!taken || self->bytes.bad)
    return;
  if (target < 0 || target > self->bytes.end - self->start)
    self->failed = TRUE;
  else
    self->bytes.at = self->start + target;
}

static void
unary (Machine *self, guint op)
{
  guint64 a = pop (self);

  switch (op) {
  case DW_OP_abs: push (self, (gint64)a < 0 ? -a : a); break;
  case DW_OP_neg: push (self, -a); break;
  default: push (self, ~a); break;
  }
}

static guint64
divide (Machine *self, guint op, guint64 a, guint64 b)
{
  if (b == 0 || (op == DW_OP_div && (gint64)a == G_MININT64 && (gint64)b == -1)) {
    self->failed = TRUE;
    return 0;
  }
  return op == DW_OP_div ? (guint64)((gint64)a / (gint64)b) : a % b;
}

static void
binary (Machine *self, guint op)
{
  guint64 b = pop (self), a = pop (self);

  switch (op) {
  case DW_OP_and: push (self, a & b); break;
  case DW_OP_or: push (self, a | b); break;
  case DW_OP_xor: push (self, a ^ b); break;
  case DW_OP_plus: push (self, a + b); break;
  case DW_OP_minus: push (self, a - b); break;
  case DW_OP_mul: push (self, a * b); break;
  case DW_OP_div: case DW_OP_mod: push (self, divide (self, op, a, b)); break;
  case DW_OP_shl: push (self, b < 64 ? a << b : 0); break;
  case DW_OP_shr: push (self, b < 64 ? a >> b : 0); break;
  case DW_OP_shra: push (self, (guint64)((gint64)a >> MIN (b, 63))); break;
  case DW_OP_eq: push (self, a == b); break;
  case DW_OP_ne: push (self, a != b); break;
  case DW_OP_lt: push (self, (gint64)a < (gint64)b); break;
  case DW_OP_le: push (self, (gint64)a <= (gint64)b); break;
  case DW_OP_gt: push (self, (gint64)a > (gint64)b); break;
  case DW_OP_ge: push (self, (gint64)a >= (gint64)b); break;
  default: self->failed = TRUE; break;
  }
}

/* The value in the expression itself: at most 8 bytes of it are a pointer. */
static void
implicit_value (Machine *self)
{
  guint64 size = hs_bytes_uleb (&self->bytes);

  if (size == 0 || size > 8) {
    self->failed = TRUE;
    return;
  }
  push (self, hs_bytes_fixed (&self->bytes, size));
  self->in_register = TRUE;
}

static gboolean
constant (Machine *self, guint op)
{
  if (op >= DW_OP_lit0 && op <= DW_OP_lit31) {
    push (self, op - DW_OP_lit0);
    return TRUE;
  }
  switch (op) {
  case DW_OP_addr: push (self, hs_bytes_fixed (&self->bytes, 8) + self->context->bias); break;
  case DW_OP_const1u: push (self, hs_bytes_fixed (&self->bytes, 1)); break;
  case DW_OP_const1s: push (self, (guint64)(gint8)hs_bytes_fixed (&self->bytes, 1)); break;
  case DW_OP_const2u: push (self, hs_bytes_fixed (&self->bytes, 2)); break;
  case DW_OP_const2s: push (self, (guint64)(gint16)hs_bytes_fixed (&self->bytes, 2)); break;
  case DW_OP_const4u: push (self, hs_bytes_fixed (&self->bytes, 4)); break;
  case DW_OP_const4s: push (self, (guint64)(gint32)hs_bytes_fixed (&self->bytes, 4)); break;
  case DW_OP_const8u: case DW_OP_const8s: push (self, hs_bytes_fixed (&self->bytes, 8)); break;
  case DW_OP_constu: push (self, hs_bytes_uleb (&self->bytes)); break;
  case DW_OP_consts: push (self, (guint64)hs_bytes_sleb (&self->bytes)); break;
  default: return FALSE;
  }
  return TRUE;
}

static gboolean
register_op (Machine *self, guint op)
{
  if (op >= DW_OP_breg0 && op <= DW_OP_breg31)
    push_register (self, op - DW_OP_breg0, (guint64)hs_bytes_sleb (&self->bytes));
  else if (op == DW_OP_bregx) {
    guint64 number = hs_bytes_uleb (&self->bytes);
    push_register (self, number, (guint64)hs_bytes_sleb (&self->bytes));
  } else if ((op >= DW_OP_reg0 && op <= DW_OP_reg31) || op == DW_OP_regx) {
    push_register (self, op == DW_OP_regx ? hs_bytes_uleb (&self->bytes) : op - DW_OP_reg0, 0);
    self->in_register = TRUE;
  } else
    return FALSE;
  return TRUE;
}

static gboolean
stack_op (Machine *self, guint op)
{
  guint64 value;

  switch (op) {
  case DW_OP_nop: break;
  case DW_OP_dup: pick (self, 0); break;
  case DW_OP_over: pick (self, 1); break;
  case DW_OP_pick: pick (self, (guint)hs_bytes_fixed (&self->bytes, 1)); break;
  case DW_OP_drop: pop (self); break;
  case DW_OP_swap: swap (self); break;
  case DW_OP_rot: rotate (self); break;
  case DW_OP_deref: dereference (self, 8); break;
  case DW_OP_deref_size: dereference (self, (guint)hs_bytes_fixed (&self->bytes, 1)); break;
  case DW_OP_plus_uconst: value = hs_bytes_uleb (&self->bytes); push (self, pop (self) + value); break;
  case DW_OP_skip: jump (self, TRUE); break;
  case DW_OP_bra: jump (self, pop (self) != 0); break;
  default: return FALSE;
  }
  return TRUE;
}

static void
step (Machine *self)
{
  guint op = (guint)hs_bytes_fixed (&self->bytes, 1);

  if (self->in_register) { /* nothing may follow but the end: pieces are not handled */
    self->failed = TRUE;
    return;
  }
  if (constant (self, op) || register_op (self, op) || stack_op (self, op))
    return;
  switch (op) {
  case DW_OP_abs: case DW_OP_neg: case DW_OP_not: unary (self, op); break;
  case DW_OP_fbreg: push_known (self, self->context->frame_base, (guint64)hs_bytes_sleb (&self->bytes)); break;
  case DW_OP_call_frame_cfa: push_known (self, self->context->cfa, 0); break;
  case DW_OP_form_tls_address: case DW_OP_GNU_push_tls_address:
    push_known (self, self->context->tls_block, pop (self));
    break;
  case DW_OP_stack_value: self->in_register = TRUE; break;
  case DW_OP_implicit_value: implicit_value (self); break;
  default: binary (self, op); break;
  }
}

gboolean
hs_expression_evaluate (const guint8 *bytes, gsize size, const HsPlaceContext *context, HsPlace *place)
{
  if (bytes == NULL || size == 0)
    return FALSE;
  Machine machine = { .context = context, .bytes = { bytes, bytes + size, FALSE }, .start = bytes };
  if (context->start_with_cfa)
    push (&machine, context->cfa);
  for (guint i = 0; machine.bytes.at < machine.bytes.end; i++) {
    if (i == MAX_STEPS)
      return FALSE;
    step (&machine);
    if (machine.failed || machine.bytes.bad)
      return FALSE;
  }
  if (machine.depth == 0)
    return FALSE;
  *place = (HsPlace){ machine.in_register ? HS_PLACE_VALUE : HS_PLACE_MEMORY, machine.stack[machine.depth - 1] };
  return TRUE;
}
