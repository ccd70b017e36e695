/* cfi.c - see cfi.h.
 *
 * .eh_frame is read once into an index of its functions (FDEs), sorted by address; what a function's instructions say is
 * worked out for each pc that is asked for. It is done here, on plain bytes with bounds, because it has to hold on any
 * bytes: libdwarf's frame functions have no limits on what a hostile section makes them allocate. */
#include "profiler/roots/cfi.h"
#include "profiler/types/dwarf-file.h"

#include <string.h>

#define MAX_FUNCTIONS (1u << 22)
#define MAX_COMMON 4096         /* bytes of what functions have in common: it is read again for each of them */
#define MAX_INSTRUCTIONS 65536  /* bytes; a compiler's are a few hundred at most */
#define MAX_REMEMBERED 16
#define RETURN_ADDRESS HS_REG_RIP

typedef struct {
  guint64 start, end;   /* file addresses */
  guint32 common;       /* offset of its CIE */
  guint32 instructions; /* offsets in the section */
  guint32 limit;
} Function;

/* What functions have in common (CIE). */
typedef struct {
  guint64 code_factor;
  gint64 data_factor;
  guint8 encoding;      /* of addresses in the FDEs, DW_EH_PE_* */
  gboolean is_signal;
  gboolean has_augmentation;
  guint32 instructions, limit;
} Common;

struct _HsCfi {
  HsSection section;
  GArray *functions;
};

enum { PE_ABSPTR = 0x00, PE_UDATA2 = 0x02, PE_UDATA4 = 0x03, PE_UDATA8 = 0x04, PE_SDATA2 = 0x0a, PE_SDATA4 = 0x0b,
       PE_SDATA8 = 0x0c, PE_PCREL = 0x10, PE_OMIT = 0xff };

static HsBytes
bytes_between (const HsCfi *self, guint64 from, guint64 to)
{
  gboolean bad = from > to || to > self->section.size;

  return (HsBytes){ bad ? NULL : self->section.data + from, bad ? NULL : self->section.data + to, bad };
}

static guint64
offset_of (const HsCfi *self, const HsBytes *bytes)
{
  return bytes->at - self->section.data;
}

/* An address as the CIE says they are written. Relative ones count from where they stand. */
static guint64
read_address (const HsCfi *self, HsBytes *bytes, guint8 encoding)
{
  guint64 base = (encoding & 0x70) == PE_PCREL && !bytes->bad ? self->section.vaddr + offset_of (self, bytes) : 0;

  switch (encoding & 0x0f) {
  case PE_ABSPTR: case PE_UDATA8: case PE_SDATA8: return base + hs_bytes_fixed (bytes, 8);
  case PE_UDATA4: return base + hs_bytes_fixed (bytes, 4);
  case PE_SDATA4: return base + (guint64)(gint32)hs_bytes_fixed (bytes, 4);
  case PE_UDATA2: return base + hs_bytes_fixed (bytes, 2);
  case PE_SDATA2: return base + (guint64)(gint16)hs_bytes_fixed (bytes, 2);
  default: bytes->bad = TRUE; return 0;
  }
}

/* The length and the end of the entry at @offset; FALSE at the end of the section. 64-bit entries are not used. */
static gboolean
read_entry (const HsCfi *self, guint64 offset, guint64 *end)
{
  HsBytes bytes = bytes_between (self, offset, self->section.size);
  guint64 length = hs_bytes_fixed (&bytes, 4);

  if (bytes.bad || length == 0 || length >= 0xfffffff0 || length > self->section.size - offset - 4)
    return FALSE;
  *end = offset + 4 + length;
  return TRUE;
}

static gboolean
read_augmentation (const HsCfi *self, HsBytes *bytes, const char *letters, Common *common)
{
  guint64 size = hs_bytes_uleb (bytes);
  guint64 after = offset_of (self, bytes) + size;

  if (bytes->bad || size > (guint64)(bytes->end - bytes->at))
    return FALSE;
  for (; *letters != 0; letters++)
    switch (*letters) {
    case 'R': common->encoding = (guint8)hs_bytes_fixed (bytes, 1); break;
    case 'S': common->is_signal = TRUE; break;
    case 'L': hs_bytes_fixed (bytes, 1); break;
    case 'P': { guint8 encoding = (guint8)hs_bytes_fixed (bytes, 1); read_address (self, bytes, encoding); break; }
    case 'B': break;
    default: return FALSE;
    }
  common->instructions = (guint32)after;
  return !bytes->bad;
}

static gboolean
read_common (const HsCfi *self, guint64 offset, Common *common)
{
  guint64 end;

  *common = (Common){ 0 };
  if (!read_entry (self, offset, &end) || end - offset > MAX_COMMON)
    return FALSE;
  HsBytes bytes = bytes_between (self, offset + 4, end);
  guint64 id = hs_bytes_fixed (&bytes, 4), version = hs_bytes_fixed (&bytes, 1);
  const char *letters = hs_bytes_string (&bytes);
  if (bytes.bad || id != 0 || (version != 1 && version != 3) || letters == NULL)
    return FALSE;
  common->code_factor = hs_bytes_uleb (&bytes);
  common->data_factor = hs_bytes_sleb (&bytes);
  guint64 return_column = version == 1 ? hs_bytes_fixed (&bytes, 1) : hs_bytes_uleb (&bytes);
  common->limit = (guint32)end;
  if (bytes.bad || return_column != RETURN_ADDRESS)
    return FALSE;
  if (*letters == 'z') {
    common->has_augmentation = TRUE;
    return read_augmentation (self, &bytes, letters + 1, common);
  }
  common->instructions = (guint32)offset_of (self, &bytes);
  return *letters == 0;
}

static void
add_function (HsCfi *self, guint64 offset, guint64 end, guint64 common_offset)
{
  HsBytes bytes = bytes_between (self, offset + 8, end);
  Common common;

  if (!read_common (self, common_offset, &common))
    return;
  Function function = { .common = (guint32)common_offset, .limit = (guint32)end };
  function.start = read_address (self, &bytes, common.encoding);
  function.end = function.start + read_address (self, &bytes, common.encoding & 0x0f);
  if (common.has_augmentation)
    hs_bytes_block (&bytes, hs_bytes_uleb (&bytes));
  if (bytes.bad || function.end <= function.start)
    return;
  function.instructions = (guint32)offset_of (self, &bytes);
  if (function.limit - function.instructions > MAX_INSTRUCTIONS)
    return;
  g_array_append_val (self->functions, function);
}

static gint
compare_functions (gconstpointer a, gconstpointer b)
{
  const Function *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

static void
index_functions (HsCfi *self)
{
  guint64 end;

  for (guint64 offset = 0; read_entry (self, offset, &end) && self->functions->len < MAX_FUNCTIONS; offset = end) {
    HsBytes bytes = bytes_between (self, offset + 4, end);
    guint64 back = hs_bytes_fixed (&bytes, 4);
    if (!bytes.bad && back != 0 && back <= offset + 4)
      add_function (self, offset, end, offset + 4 - back);
  }
  g_array_sort (self->functions, compare_functions);
}

HsCfi *
hs_cfi_new (HsModule *module)
{
  HsSection section;

  if (!hs_module_section (module, ".eh_frame", &section) || section.size > G_MAXUINT32)
    return NULL;
  HsCfi *self = g_new0 (HsCfi, 1);
  self->section = section;
  self->functions = g_array_new (FALSE, FALSE, sizeof (Function));
  index_functions (self);
  return self;
}

void
hs_cfi_free (HsCfi *self)
{
  g_array_unref (self->functions);
  g_free (self);
}

static const Function *
find_function (const HsCfi *self, guint64 pc)
{
  guint low = 0, high = self->functions->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (self->functions, Function, middle).start <= pc)
      low = middle + 1;
    else
      high = middle;
  }
  const Function *function = low > 0 ? &g_array_index (self->functions, Function, low - 1) : NULL;
  return function != NULL && pc < function->end ? function : NULL;
}

/* --- rows --- */

typedef enum { RULE_UNSET, RULE_UNDEFINED, RULE_SAME, RULE_OFFSET, RULE_VALUE_OFFSET, RULE_REGISTER, RULE_EXPRESSION,
               RULE_VALUE_EXPRESSION } RuleKind;

typedef struct {
  guint8 kind;
  guint8 reg;
  gint64 offset;
  const guint8 *expression;
  gsize size;
} Rule;

typedef struct {
  Rule cfa; /* RULE_REGISTER with offset, or RULE_EXPRESSION */
  Rule rules[HS_N_REGS];
} Row;

typedef struct {
  const HsCfi *cfi;
  const Common *common;
  guint64 location;
  guint64 pc;
  Row row, initial;
  Row remembered[MAX_REMEMBERED];
  guint n_remembered;
} Program;

static void
set_rule (Program *self, guint64 reg, Rule rule)
{
  if (reg < HS_N_REGS)
    self->row.rules[reg] = rule;
}

static Rule
read_expression (HsBytes *bytes, RuleKind kind)
{
  gsize size = hs_bytes_uleb (bytes);
  const guint8 *data = hs_bytes_block (bytes, size);

  return (Rule){ .kind = kind, .expression = data, .size = data != NULL ? size : 0 };
}

static void
remember (Program *self, HsBytes *bytes)
{
  if (self->n_remembered == MAX_REMEMBERED)
    bytes->bad = TRUE;
  else
    self->remembered[self->n_remembered++] = self->row;
}

static void
recall (Program *self, HsBytes *bytes)
{
  if (self->n_remembered == 0)
    bytes->bad = TRUE;
  else
    self->row = self->remembered[--self->n_remembered];
}

static void
define_cfa (Program *self, guint64 reg, gint64 offset)
{
  self->row.cfa = (Rule){ .kind = RULE_REGISTER, .reg = (guint8)MIN (reg, 255), .offset = offset };
}

/* An offset in units of the CIE's data factor. Both are hostile: it wraps. */
static gint64
factored (const Program *self, guint64 offset)
{
  return (gint64)(offset * (guint64)self->common->data_factor);
}

/* Instructions that set rules with operands; FALSE: it is none of them. */
static gboolean
run_rule (Program *self, HsBytes *bytes, guint op)
{
  guint64 reg;

  switch (op) {
  case DW_CFA_offset_extended:
    reg = hs_bytes_uleb (bytes);
    set_rule (self, reg, (Rule){ .kind = RULE_OFFSET, .offset = factored (self, hs_bytes_uleb (bytes)) });
    break;
  case DW_CFA_offset_extended_sf:
    reg = hs_bytes_uleb (bytes);
    set_rule (self, reg, (Rule){ .kind = RULE_OFFSET, .offset = factored (self, (guint64)hs_bytes_sleb (bytes)) });
    break;
  case DW_CFA_val_offset:
    reg = hs_bytes_uleb (bytes);
    set_rule (self, reg, (Rule){ .kind = RULE_VALUE_OFFSET, .offset = factored (self, hs_bytes_uleb (bytes)) });
    break;
  case DW_CFA_val_offset_sf:
    reg = hs_bytes_uleb (bytes);
    set_rule (self, reg, (Rule){ .kind = RULE_VALUE_OFFSET, .offset = factored (self, (guint64)hs_bytes_sleb (bytes)) });
    break;
  case DW_CFA_register:
    reg = hs_bytes_uleb (bytes);
    set_rule (self, reg, (Rule){ .kind = RULE_REGISTER, .reg = (guint8)MIN (hs_bytes_uleb (bytes), 255) });
    break;
  case DW_CFA_expression:
    reg = hs_bytes_uleb (bytes);
    set_rule (self, reg, read_expression (bytes, RULE_EXPRESSION));
    break;
  case DW_CFA_val_expression:
    reg = hs_bytes_uleb (bytes);
    set_rule (self, reg, read_expression (bytes, RULE_VALUE_EXPRESSION));
    break;
  case DW_CFA_undefined: set_rule (self, hs_bytes_uleb (bytes), (Rule){ .kind = RULE_UNDEFINED }); break;
  case DW_CFA_same_value: set_rule (self, hs_bytes_uleb (bytes), (Rule){ .kind = RULE_SAME }); break;
  case DW_CFA_restore_extended:
    reg = hs_bytes_uleb (bytes);
    if (reg < HS_N_REGS)
      self->row.rules[reg] = self->initial.rules[reg];
    break;
  default: return FALSE;
  }
  return TRUE;
}

static gboolean
run_cfa (Program *self, HsBytes *bytes, guint op)
{
  guint64 reg;

  switch (op) {
  case DW_CFA_def_cfa:
    reg = hs_bytes_uleb (bytes);
    define_cfa (self, reg, (gint64)hs_bytes_uleb (bytes));
    break;
  case DW_CFA_def_cfa_sf:
    reg = hs_bytes_uleb (bytes);
    define_cfa (self, reg, factored (self, (guint64)hs_bytes_sleb (bytes)));
    break;
  case DW_CFA_def_cfa_register: define_cfa (self, hs_bytes_uleb (bytes), self->row.cfa.offset); break;
  case DW_CFA_def_cfa_offset: self->row.cfa.offset = (gint64)hs_bytes_uleb (bytes); break;
  case DW_CFA_def_cfa_offset_sf: self->row.cfa.offset = factored (self, (guint64)hs_bytes_sleb (bytes)); break;
  case DW_CFA_def_cfa_expression: self->row.cfa = read_expression (bytes, RULE_EXPRESSION); break;
  default: return FALSE;
  }
  return TRUE;
}

static void
run_other (Program *self, HsBytes *bytes, guint op)
{
  switch (op) {
  case DW_CFA_nop: break;
  case DW_CFA_set_loc: self->location = read_address (self->cfi, bytes, self->common->encoding); break;
  case DW_CFA_advance_loc1: self->location += hs_bytes_fixed (bytes, 1) * self->common->code_factor; break;
  case DW_CFA_advance_loc2: self->location += hs_bytes_fixed (bytes, 2) * self->common->code_factor; break;
  case DW_CFA_advance_loc4: self->location += hs_bytes_fixed (bytes, 4) * self->common->code_factor; break;
  case DW_CFA_remember_state: remember (self, bytes); break;
  case DW_CFA_restore_state: recall (self, bytes); break;
  case DW_CFA_GNU_args_size: hs_bytes_uleb (bytes); break;
  default: bytes->bad = TRUE; break;
  }
}

/* Runs the instructions up to the pc. */
static gboolean
run (Program *self, HsBytes bytes)
{
  while (!bytes.bad && bytes.at < bytes.end && self->location <= self->pc) {
    Row before = self->row;
    guint op = (guint)hs_bytes_fixed (&bytes, 1), low = op & 0x3f;
    if ((op & 0xc0) == DW_CFA_advance_loc)
      self->location += low * self->common->code_factor;
    else if ((op & 0xc0) == DW_CFA_offset)
      set_rule (self, low, (Rule){ .kind = RULE_OFFSET, .offset = factored (self, hs_bytes_uleb (&bytes)) });
    else if ((op & 0xc0) == DW_CFA_restore) {
      if (low < HS_N_REGS)
        self->row.rules[low] = self->initial.rules[low];
    } else if (!run_rule (self, &bytes, op) && !run_cfa (self, &bytes, op))
      run_other (self, &bytes, op);
    if (self->location > self->pc)
      self->row = before; /* what follows is for later addresses */
  }
  return !bytes.bad;
}

/* --- registers --- */

static gboolean
find_cfa (const Row *row, const HsImage *image, const HsRegisters *registers, HsAddr *cfa)
{
  HsPlaceContext context = { .image = image, .registers = registers };
  HsPlace place;

  if (row->cfa.kind == RULE_REGISTER) {
    if (!hs_registers_known (registers, row->cfa.reg))
      return FALSE;
    *cfa = registers->value[row->cfa.reg] + (guint64)row->cfa.offset;
    return TRUE;
  }
  if (row->cfa.kind != RULE_EXPRESSION || !hs_expression_evaluate (row->cfa.expression, row->cfa.size, &context, &place))
    return FALSE;
  *cfa = place.value;
  return TRUE;
}

/* Registers that a function keeps for its caller (System V ABI, AMD64, 3.2.1). */
static gboolean
is_callee_saved (guint reg)
{
  return reg == HS_REG_RBX || reg == HS_REG_RBP || (reg >= HS_REG_R12 && reg <= HS_REG_R15);
}

static gboolean
recover (const Rule *rule, guint reg, const HsImage *image, const HsRegisters *old, HsAddr cfa, guint64 *value)
{
  HsPlaceContext context = { .image = image, .registers = old, .cfa = cfa, .start_with_cfa = TRUE };
  HsPlace place;

  switch (rule->kind) {
  case RULE_OFFSET:
    return hs_image_word (image, cfa + (guint64)rule->offset, value);
  case RULE_VALUE_OFFSET:
    *value = cfa + (guint64)rule->offset;
    return TRUE;
  case RULE_REGISTER:
    *value = hs_registers_known (old, rule->reg) ? old->value[rule->reg] : 0;
    return hs_registers_known (old, rule->reg);
  case RULE_EXPRESSION:
    return hs_expression_evaluate (rule->expression, rule->size, &context, &place) && hs_image_word (image, place.value, value);
  case RULE_VALUE_EXPRESSION:
    if (!hs_expression_evaluate (rule->expression, rule->size, &context, &place))
      return FALSE;
    *value = place.value;
    return TRUE;
  case RULE_SAME:
    *value = old->value[reg];
    return hs_registers_known (old, reg);
  case RULE_UNSET:
    *value = old->value[reg];
    return is_callee_saved (reg) && hs_registers_known (old, reg);
  default:
    return FALSE;
  }
}

gboolean
hs_cfi_unwind (const HsCfi *self, guint64 pc, const HsImage *image, HsRegisters *registers, HsAddr *cfa, gboolean *is_signal)
{
  const Function *function = find_function (self, pc);
  Common common;

  if (function == NULL || !read_common (self, function->common, &common))
    return FALSE;
  Program program = { .cfi = self, .common = &common, .location = function->start, .pc = G_MAXUINT64 };
  if (!run (&program, bytes_between (self, common.instructions, common.limit)))
    return FALSE;
  program.initial = program.row;
  program.location = function->start;
  program.pc = pc;
  if (!run (&program, bytes_between (self, function->instructions, function->limit))
      || !find_cfa (&program.row, image, registers, cfa))
    return FALSE;
  HsRegisters old = *registers;
  registers->known = 0;
  for (guint i = 0; i < HS_N_REGS; i++) {
    guint64 value;
    if (recover (&program.row.rules[i], i, image, &old, *cfa, &value)) {
      registers->value[i] = value;
      registers->known |= 1u << i;
    }
  }
  if (program.row.rules[HS_REG_RSP].kind == RULE_UNSET) {
    registers->value[HS_REG_RSP] = *cfa;
    registers->known |= 1u << HS_REG_RSP;
  }
  *is_signal = common.is_signal;
  return hs_registers_known (registers, HS_REG_RIP);
}
