/* population.c - a heap of as many blocks as asked for, of 25 C types, to time heapsum on.
 *
 *   population BLOCKS [MEAN]      MEAN: bytes a block on average, 70 (default) or 300
 *
 * Lists of any length, trees, hash tables, arrays of pointers, strings: every block is reached through typed pointers
 * from global variables, as in a program that keeps its data that way. Prints "ready" when all is there, then waits for
 * the end of its standard input. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TYPES(X) \
  X (0) X (1) X (2) X (3) X (4) X (5) X (6) X (7) X (8) X (9) X (10) X (11) X (12) X (13) X (14) X (15) X (16) X (17) X (18) \
  X (19)

/* Twenty list nodes of different sizes that differ in their members too. */
#define DEFINE(n) \
  struct node##n { \
    struct node##n *next; \
    uint32_t id; \
    uint16_t flags; \
    char *label; \
    uint64_t payload[n % 7 + 1]; \
    struct node##n *buddy; \
    char pad[PAD * (n + 1)]; \
  }; \
  struct node##n *head##n;

#ifndef PAD
#define PAD 1
#endif
TYPES (DEFINE)

struct leaf { struct leaf *left, *right; long key; };
struct entry { struct entry *chain; const char *key; struct leaf *value; unsigned hash; };
struct table { struct entry **buckets; size_t n_buckets, n_entries; };
struct owner { struct table *table; struct leaf *root; struct owner *next; char name[24]; };

struct owner *owners;
static uint64_t state = 88172645463325252u;

static uint64_t
next_random (void)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static char *
text (size_t n)
{
  char *copy = malloc (n + 1);

  for (size_t i = 0; i < n; i++)
    copy[i] = 'a' + (char)(next_random () % 26);
  copy[n] = 0;
  return copy;
}

static size_t blocks, wanted, mean = 70;

#define PUSH(n) \
  static void push##n (void) \
  { \
    struct node##n *node = calloc (1, sizeof *node); \
    node->next = head##n; \
    node->buddy = next_random () % 4 == 0 ? head##n : NULL; \
    node->id = (uint32_t)blocks; \
    node->payload[0] = next_random (); \
    head##n = node; \
    blocks++; \
    if (next_random () % 4 == 0) { \
      node->label = text (mean > 100 ? 200 + next_random () % 900 : 4 + next_random () % 40); \
      blocks++; \
    } \
  }
TYPES (PUSH)

#define NAME(n) push##n,
static void (*const pushes[]) (void) = { TYPES (NAME) };

static struct leaf *
insert (struct leaf **root, long key)
{
  while (*root != NULL)
    root = key < (*root)->key ? &(*root)->left : &(*root)->right;
  *root = calloc (1, sizeof **root);
  (*root)->key = key;
  blocks++;
  return *root;
}

static void
add_owner (void)
{
  struct owner *owner = calloc (1, sizeof *owner);

  owner->next = owners;
  owners = owner;
  strcpy (owner->name, "owner");
  owner->table = calloc (1, sizeof *owner->table);
  owner->table->n_buckets = 1024;
  owner->table->buckets = calloc (owner->table->n_buckets, sizeof *owner->table->buckets);
  blocks += 3;
  for (unsigned i = 0; i < 2000 && blocks < wanted; i++) {
    struct entry *entry = calloc (1, sizeof *entry);
    entry->hash = (unsigned)next_random ();
    entry->key = text (3 + next_random () % 20);
    entry->value = insert (&owner->root, (long)next_random ());
    entry->chain = owner->table->buckets[entry->hash % 1024];
    owner->table->buckets[entry->hash % 1024] = entry;
    blocks += 2;
  }
}

int
main (int argc, char **argv)
{
  char byte;

  wanted = argc > 1 ? strtoull (argv[1], NULL, 10) : 100000;
  mean = argc > 2 ? strtoull (argv[2], NULL, 10) : 70;
  while (blocks < wanted)
    if (next_random () % 20000 == 0)
      add_owner ();
    else
      pushes[next_random () % 20] ();
  printf ("%zu blocks\nready\n", blocks);
  fflush (stdout);
  while (read (STDIN_FILENO, &byte, 1) > 0)
    ;
  return 0;
}
