/* error.h - the public error domain, for the layers below the library's surface. */
#pragma once

#define HEAPSUM_INSIDE
#include <heapsum/heapsum-error.h>
#undef HEAPSUM_INSIDE
