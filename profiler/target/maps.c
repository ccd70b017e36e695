/* maps.c - see maps.h.
 *
 * A line is "start-end perms offset major:minor inode   name" (Linux, Documentation/filesystems/proc.rst). In a name a
 * newline stands as "\012"; nothing else is escaped. */
#include "profiler/target/maps.h"

#include <sys/mman.h>
#include <sys/sysmacros.h>

typedef struct {
  HsMapping mapping;
  gboolean shared;
  guint64 device, inode;
  const char *name; /* up to the end of the line */
} Line;

/* Parses the number at *@text and the one character @end behind it, and moves on. */
static gboolean
number (const char **text, guint base, char end, guint64 *value)
{
  char *rest;

  if (!g_ascii_isxdigit (**text))
    return FALSE;
  *value = g_ascii_strtoull (*text, &rest, base);
  if (*rest != end && !(end == ' ' && *rest == 0))
    return FALSE;
  *text = *rest != 0 ? rest + 1 : rest;
  return TRUE;
}

static gboolean
permissions (const char **text, Line *line)
{
  const char *p = *text;

  if (strnlen (p, 5) < 5 || p[4] != ' ')
    return FALSE;
  line->mapping.prot = (p[0] == 'r' ? PROT_READ : 0) | (p[1] == 'w' ? PROT_WRITE : 0) | (p[2] == 'x' ? PROT_EXEC : 0);
  line->shared = p[3] == 's';
  *text += 5;
  return TRUE;
}

static gboolean
parse_line (const char *text, Line *line)
{
  guint64 major, minor;

  if (!number (&text, 16, '-', &line->mapping.start) || !number (&text, 16, ' ', &line->mapping.end)
      || !permissions (&text, line) || !number (&text, 16, ' ', &line->mapping.offset)
      || !number (&text, 16, ':', &major) || !number (&text, 16, ' ', &minor)
      || !number (&text, 10, ' ', &line->inode))
    return FALSE;
  line->device = makedev (major, minor);
  line->name = text + strspn (text, " ");
  return line->mapping.start < line->mapping.end && line->mapping.end <= HS_ADDR_LIMIT;
}

static char *
unescape (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "\\012", -1);

  return g_strjoinv ("\n", parts);
}

static void
add_line (Line *line, HsFiles *files, GArray *mappings)
{
  HsMapping *mapping = &line->mapping;

  if (mappings->len > 0 && mapping->start < g_array_index (mappings, HsMapping, mappings->len - 1).end)
    return; /* the process changed its mappings between two reads */
  mapping->file = -1;
  mapping->kind = line->shared ? HS_MAPPING_SHARED : hs_path_kind (line->name);
  if (mapping->kind == HS_MAPPING_FILE) {
    g_autofree char *name = unescape (line->name);
    mapping->file = hs_files_add (files, name, line->device, line->inode, mapping);
  }
  g_array_append_val (mappings, *mapping);
}

void
hs_maps_parse (const char *text, HsFiles *files, GArray *mappings)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    Line line = { 0 };
    if (parse_line (lines[i], &line))
      add_line (&line, files, mappings);
  }
}
