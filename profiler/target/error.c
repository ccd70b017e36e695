/* error.c - see heapsum/heapsum-error.h. It stands in the lowest layer, since every layer sets these errors. */
#include "profiler/target/error.h"

G_DEFINE_QUARK (heapsum-error-quark, heapsum_error)
