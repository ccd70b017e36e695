/* heapsum-macros.h - what every public header of heapsum needs. */
#pragma once

/* Symbols are hidden unless marked; libheapsum.map gives the exported ones their version. */
#define HEAPSUM_API __attribute__ ((visibility ("default")))
