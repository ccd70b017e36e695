/* expression.h - DWARF expressions (DWARF 5, 2.5): where a variable is, or what its value is, in one frame. */
#pragma once

#include "profiler/target/target.h"

/* The registers of a frame. A register that the function called from it may have overwritten is not known. */
typedef struct {
  guint64 value[HS_N_REGS];
  guint32 known; /* bit i: value[i] is known */
} HsRegisters;

static inline gboolean
hs_registers_known (const HsRegisters *self, guint i)
{
  return i < HS_N_REGS && (self->known >> i & 1);
}

typedef enum { HS_PLACE_MEMORY, HS_PLACE_VALUE } HsPlaceKind;

typedef struct {
  HsPlaceKind kind;
  guint64 value; /* an address in the target, or the value itself */
} HsPlace;

typedef struct {
  const HsImage *image;
  const HsRegisters *registers;
  guint64 bias;         /* of the module: DW_OP_addr holds file addresses */
  HsAddr cfa;           /* for DW_OP_call_frame_cfa; 0: not known */
  HsAddr frame_base;    /* for DW_OP_fbreg; 0: not known */
  HsAddr tls_block;     /* of the module and thread, for DW_OP_form_tls_address; 0: not known */
  gboolean start_with_cfa; /* expressions in call frame information begin with the CFA on the stack */
} HsPlaceContext;

/* hs_expression_evaluate: FALSE where the expression needs something that is not known, is split into pieces, or makes no
 * sense. Bounded in time whatever the bytes are. */
gboolean hs_expression_evaluate (const guint8 *bytes, gsize size, const HsPlaceContext *context, HsPlace *place);
