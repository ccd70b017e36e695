/* types-shared.h - types that the victims types-c*.c use and test-types.c measures itself. */
#pragma once

#include <stdint.h>

struct hidden; /* defined in types-c2.c only */
struct nowhere; /* defined nowhere */

struct node {
  struct node *next, **back;
  struct hidden *hidden;
  struct nowhere *nowhere;
  char name[24];
};

struct bits {
  uint16_t before;
  unsigned a : 3, b : 7, c : 1;
  int d : 20;
  uint64_t e : 40, f : 24;
  uint8_t after;
};

typedef struct {
  int fd;
  union {
    double number;
    struct {
      uint32_t low, high;
    };
  };
  int matrix[2][3][4];
  void (*handler) (struct node *, int);
} conn_t;

enum colour { RED = -1, GREEN, BLUE = 1000000 };

struct flexible {
  uint64_t length;
  enum colour colour;
  long double big;
  char bytes[];
};

struct holder {
  const struct node *volatile first;
  conn_t conns[3];
  struct bits bits;
  struct flexible *flexible;
};

/* Each of these structs and some of its members, as M (display name, type, member). */
#define SHARED_MEMBERS(M)                                                                                              \
  M ("struct node", struct node, next)                                                                                 \
  M ("struct node", struct node, back)                                                                                 \
  M ("struct node", struct node, hidden)                                                                               \
  M ("struct node", struct node, name)                                                                                 \
  M ("struct bits", struct bits, before)                                                                               \
  M ("struct bits", struct bits, after)                                                                                \
  M ("conn_t", conn_t, fd)                                                                                             \
  M ("conn_t", conn_t, matrix)                                                                                         \
  M ("conn_t", conn_t, handler)                                                                                        \
  M ("struct flexible", struct flexible, length)                                                                       \
  M ("struct flexible", struct flexible, colour)                                                                       \
  M ("struct flexible", struct flexible, big)                                                                          \
  M ("struct flexible", struct flexible, bytes)                                                                        \
  M ("struct holder", struct holder, first)                                                                            \
  M ("struct holder", struct holder, conns)                                                                            \
  M ("struct holder", struct holder, bits)                                                                             \
  M ("struct holder", struct holder, flexible)
