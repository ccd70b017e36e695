/* source-function.c - objects that nothing typed points at, by the functions that they hold.
 *
 * A block with a pointer to a function, or to a table of functions, that take a T, where a T has such a pointer: the more
 * derived the type is that a function takes, the more it says. Where the engine follows a pointer, it asks the functions of
 * what it leads to by itself (functions.h). */
#include "profiler/inference/functions.h"

#include <string.h>

#define MAX_WORDS 128 /* of a block that are looked at */
#define LEAST_GOOD 2  /* pointers in the object that are set and lead somewhere */

/* The most derived type that all functions in the block agree on; 0: there are none, or they do not. */
static HsTypeId
ask (HsEngine *self, const guint8 *data, guint64 usable)
{
  HsTypeId best = 0;

  for (guint64 at = 0; at + 8 <= usable && at < 8 * MAX_WORDS; at += 8) {
    guint64 value;
    memcpy (&value, data + at, sizeof value);
    if (value < HS_PAGE_SIZE || value >= HS_ADDR_LIMIT || (value >= self->blocks->low && value < self->blocks->high))
      continue;
    const HsModule *module = hs_modules_find (self->modules, value);
    const GArray *types = module != NULL ? hs_functions_holders (self, value, at) : NULL;
    for (guint i = 0; types != NULL && i < types->len; i++) {
      HsTypeId type = g_array_index (types, HsTypeId, i);
      if (best == 0 || (type != best && hs_begins_with (self, type, best)))
        best = type;
      else if (type != best && !hs_begins_with (self, best, type))
        return 0;
    }
  }
  return best;
}

static void
look_at (HsEngine *self, guint32 block)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);
  HsTypeId type = data != NULL ? ask (self, data, usable) : 0;
  HsForm form;

  if (type == 0)
    return;
  HsLayout *layout = hs_layouts_get (self->layouts, type);
  HsMatch match = hs_content_match (self, layout, data, usable);
  if (match.bad > 0 || match.good < LEAST_GOOD || layout->size > usable)
    return;
  if (hs_beginners_that_fit (self, type, self->blocks->address[block], usable) > 0)
    hs_engine_hint_header (self, block, type);
  else if (hs_fits (layout, self->blocks->address[block], usable, &form)) {
    HsReason reason = { .source = HS_SOURCE_FUNCTION };
    hs_engine_decide (self, block, type, form, HS_LEVEL_C, hs_reasons_intern (self->reasons, reason), HS_NO_BLOCK);
  }
}

void
hs_source_function (HsEngine *self)
{
  if (self->functions_asked)
    return; /* the functions do not change */
  self->functions_asked = TRUE;
  for (guint32 block = 0; block < self->blocks->n; block++) {
    guint form = hs_label_form (self->label[block]);
    /* What a char * or a pointer to numbers leads to holds no functions. */
    if (hs_label_level (self->label[block]) == HS_LEVEL_NONE && form != HS_HINT_CHAR && form != HS_HINT_SCALAR)
      look_at (self, block);
  }
}
