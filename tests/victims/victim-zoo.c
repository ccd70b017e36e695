/* victim-zoo.c - a zoo whose inhabitants are counted: what the tests of the command line look at.
 *
 * "grow N" and "shrink N" change the number of animals and are answered by "pong". */
#include "tests/victims/truth.h"

#include <stdlib.h>

struct keeper {
  char *name;
  unsigned hours;
};

struct animal {
  struct animal *next;
  struct keeper *keeper;
  double weight;
  unsigned legs, age;
  char *name;
};

struct zoo {
  struct animal *animals;
  unsigned n;
  struct keeper *keepers[4];
};

static struct zoo *zoo;

static void
grow (unsigned n)
{
  while (n-- > 0) {
    struct animal *animal = calloc (1, sizeof *animal);
    animal->keeper = zoo->keepers[zoo->n++ % 4];
    animal->weight = 12.5;
    animal->legs = 4;
    animal->next = zoo->animals;
    zoo->animals = animal;
  }
}

static void
shrink (unsigned n)
{
  while (n-- > 0 && zoo->animals != NULL) {
    struct animal *animal = zoo->animals;
    zoo->animals = animal->next;
    zoo->n--;
    free (animal);
  }
}

int
main (int argc, char **argv)
{
  char line[64];

  zoo = calloc (1, sizeof *zoo);
  for (unsigned i = 0; i < 4; i++) {
    zoo->keepers[i] = calloc (1, sizeof *zoo->keepers[i]);
    zoo->keepers[i]->name = strdup ("a keeper with a name");
    zoo->keepers[i]->hours = i;
  }
  grow (argc > 1 ? (unsigned)strtoul (argv[1], NULL, 10) : 100);
  printf ("animals %u\n", zoo->n);
  truth_ready ();
  while (fgets (line, sizeof line, stdin) != NULL) {
    unsigned n;
    if (sscanf (line, "grow %u", &n) == 1)
      grow (n);
    else if (sscanf (line, "shrink %u", &n) == 1)
      shrink (n);
    puts ("pong");
    fflush (stdout);
  }
  return 0;
}
