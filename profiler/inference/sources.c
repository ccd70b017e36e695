/* sources.c - the table of sources of evidence, in the order in which they are asked. */
#include "profiler/inference/engine.h"

const HsSource hs_sources[HS_N_SOURCES] = {
  [HS_SOURCE_NONE] = { "", HS_PHASE_START, NULL },
  [HS_SOURCE_VTABLE] = { "vtable", HS_PHASE_START, hs_source_vtable },
  [HS_SOURCE_STATIC] = { "variable", HS_PHASE_START, hs_source_static },
  [HS_SOURCE_STACK] = { "stack", HS_PHASE_START, hs_source_stack },
  [HS_SOURCE_CLASS] = { "class", HS_PHASE_START, hs_source_class },
  [HS_SOURCE_GTYPE] = { "gtype", HS_PHASE_START, hs_source_gtype },
  [HS_SOURCE_POINTER] = { "pointer", HS_PHASE_START, NULL }, /* the engine itself */
  [HS_SOURCE_FUNCTION] = { "function", HS_PHASE_ROUND, hs_source_function },
  [HS_SOURCE_HEADER] = { "header", HS_PHASE_ROUND, hs_source_header },
  [HS_SOURCE_EMBED] = { "embedded", HS_PHASE_ROUND, hs_source_embed },
  [HS_SOURCE_ARRAY] = { "array", HS_PHASE_ROUND, hs_source_array },
  [HS_SOURCE_LENGTH] = { "length", HS_PHASE_ROUND, hs_source_length },
  [HS_SOURCE_TEXT] = { "text", HS_PHASE_ROUND, hs_source_text },
  [HS_SOURCE_GROUP] = { "group", HS_PHASE_ROUND, hs_source_group },
  [HS_SOURCE_SIGNATURE] = { "signature", HS_PHASE_ROUND, hs_source_signature },
  [HS_SOURCE_VALUES] = { "value", HS_PHASE_ROUND, hs_source_values },
  [HS_SOURCE_TAIL] = { "tail", HS_PHASE_ROUND, hs_source_tail },
  [HS_SOURCE_CONTENT] = { "content", HS_PHASE_END, hs_source_content },
};
const guint hs_n_sources = HS_N_SOURCES;
