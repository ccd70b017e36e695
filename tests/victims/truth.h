/* truth.h - what the victims use to tell the truth about themselves. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a, as the tests compute it again from what was copied. */
static inline uint64_t
truth_hash (const void *data, size_t length)
{
  const unsigned char *p = data;
  uint64_t hash = 0xcbf29ce484222325;

  for (size_t i = 0; i < length; i++)
    hash = (hash ^ p[i]) * 0x100000001b3;
  return hash;
}

static inline void
truth_bytes (const char *name, const void *data, size_t length)
{
  printf ("%s 0x%zx %zu 0x%llx\n", name, (size_t)data, length, (unsigned long long)truth_hash (data, length));
}

/* Says that everything is told, then answers "pong" to each line until the input ends. */
static inline void
truth_ready (void)
{
  puts ("ready");
  fflush (stdout);
}

static inline void
truth_answer (void)
{
  char line[64];

  while (fgets (line, sizeof line, stdin) != NULL) {
    puts ("pong");
    fflush (stdout);
  }
}
