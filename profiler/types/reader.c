/* reader.c - see reader.h.
 *
 * First the headers of all units are listed, which is quick, with the .dwo files of skeletons and the signatures of type
 * units. Then threads take units by number. A libdwarf handle belongs to one thread and can go through units only from
 * the front, so each thread's handle follows the numbers the thread draws, which ascend. What a unit says depends on its
 * bytes alone, and the results stand in the order of the list: the answer is the same for any number of threads.
 * Not handled: .dwp files. */
#include "profiler/types/reader.h"

#include "profiler/types/check.h"
#include "profiler/types/walk.h"

#include <string.h>

#define MAX_UNITS (1u << 22)
/* Beyond this the inside of functions is not read: it is most of the DIEs and little of what is needed. */
#define MAX_INFO_WITH_BODIES (G_GUINT64_CONSTANT (256) << 20)

typedef struct {
  guint64 header;  /* offset of the unit */
  guint64 end;     /* offset behind it */
  guint32 index;   /* among those of its section */
  guint16 file;
  guint16 version;
  guint8 address_size;
  gboolean is_types;
} Unit;

typedef struct {
  HsDebugFiles *files;
  HsDiag *diag;
  GArray *units;          /* Unit */
  GHashTable *signatures; /* guint64 -> guint64 */
  GArray *skeletons;      /* HsUnitContext of the .dwo files, by file index; without a handle */
  GPtrArray *results;     /* HsRawUnit, by unit */
  gint next;              /* atomic: unit to take */
  gsize done;             /* atomic: bytes read */
  gboolean bodies;
} Reader;

/* A thread's place: the handle on one section of one file. */
typedef struct {
  Reader *reader;
  Dwarf_Debug debug;
  HsChecker *checker;
  gint file;
  gboolean is_types;
  guint32 next_index;
} Cursor;

typedef struct {
  Dwarf_Unsigned next;
  Dwarf_Unsigned type_offset;
  Dwarf_Half version, address_size, unit_type;
  Dwarf_Sig8 signature;
} UnitHeader;

static gboolean
next_header (Dwarf_Debug debug, gboolean is_types, UnitHeader *header)
{
  Dwarf_Unsigned length;
  Dwarf_Off abbrev;
  Dwarf_Half offset_size, extension;
  Dwarf_Error error = NULL;

  memset (header, 0, sizeof *header);
  if (dwarf_next_cu_header_d (debug, !is_types, &length, &header->version, &abbrev, &header->address_size, &offset_size,
                              &extension, &header->signature, &header->type_offset, &header->next, &header->unit_type,
                              &error)
      == DW_DLV_OK)
    return TRUE;
  hs_drop_error (debug, &error);
  return FALSE;
}

static Dwarf_Die
unit_root (Dwarf_Debug debug, gboolean is_types)
{
  Dwarf_Die root = NULL;
  Dwarf_Error error = NULL;

  if (dwarf_siblingof_b (debug, NULL, !is_types, &root, &error) == DW_DLV_OK)
    return root;
  hs_drop_error (debug, &error);
  return NULL;
}

static void
init_context (const Reader *self, HsUnitContext *context, guint file, gboolean is_types, guint version)
{
  *context = (HsUnitContext){
    .file = file,
    .is_types = is_types,
    .version = version,
    .sections = hs_debug_file (self->files, file)->file,
    .main = hs_debug_file (self->files, HS_FILE_MAIN)->file,
    .alt = hs_debug_file (self->files, HS_FILE_ALT)->file,
    .signatures = self->signatures,
  };
  if (file == HS_FILE_ALT)
    context->main = context->sections;
  hs_unit_context_init (context);
}

/* --- the list of units */

static void
note_signature (Reader *self, const UnitHeader *header, guint file, gboolean is_types, guint64 start)
{
  guint64 signature;

  memcpy (&signature, &header->signature, sizeof signature);
  if (header->type_offset == 0 || g_hash_table_contains (self->signatures, &signature))
    return;
  guint64 key = hs_key (file, is_types, start + header->type_offset);
  g_hash_table_insert (self->signatures, g_memdup2 (&signature, sizeof signature), g_memdup2 (&key, sizeof key));
}

/* If the unit just found is a skeleton, adds its .dwo file. TRUE: it is one, and has nothing else to say. */
static gboolean
note_skeleton (Reader *self, Dwarf_Debug debug, const UnitHeader *header)
{
  const HsDwarfFile *main_file = hs_debug_file (self->files, HS_FILE_MAIN)->file;
  HsUnitContext context;
  Dwarf_Die root = NULL;

  if (header->unit_type != DW_UT_skeleton
      && (header->version != 4 || main_file->sections[HS_DWARF_ADDR].size == 0))
    return FALSE;
  root = unit_root (debug, FALSE);
  if (root == NULL)
    return FALSE;
  init_context (self, &context, HS_FILE_MAIN, FALSE, header->version);
  context.debug = debug;
  const char *name = hs_attr_string (&context, root, DW_AT_dwo_name);
  if (name == NULL)
    name = hs_attr_string (&context, root, DW_AT_GNU_dwo_name);
  if (name != NULL)
    hs_unit_root (&context, root, NULL);
  hs_unit_context_clear (&context);
  if (name != NULL
      && hs_debug_files_add_split (self->files, name, hs_attr_string (&context, root, DW_AT_comp_dir),
                                   hs_die_offset (root), self->diag))
    g_array_append_val (self->skeletons, context);
  dwarf_dealloc (debug, root, DW_DLA_DIE);
  return name != NULL;
}

static void
list_section (Reader *self, Dwarf_Debug debug, guint file, gboolean is_types)
{
  UnitHeader header;
  guint64 start = 0;

  for (guint32 index = 0; self->units->len < MAX_UNITS && next_header (debug, is_types, &header); index++) {
    if (header.next <= start || header.next > HS_KEY_OFFSET)
      return;
    Unit unit = { start, header.next, index, (guint16)file, header.version, (guint8)header.address_size, is_types };
    if (is_types || header.unit_type == DW_UT_type || header.unit_type == DW_UT_split_type)
      note_signature (self, &header, file, is_types, start);
    start = header.next;
    if (file != HS_FILE_MAIN || is_types || !note_skeleton (self, debug, &header))
      g_array_append_val (self->units, unit);
  }
}

static void
list_units (Reader *self)
{
  /* Files are added while the main one is listed. */
  for (guint i = 0; i < self->files->files->len; i++) {
    const HsDwarfFile *file = hs_debug_file (self->files, i)->file;
    Dwarf_Debug debug = file != NULL ? hs_dwarf_open (file) : NULL;
    if (file != NULL && debug == NULL)
      hs_diag_add (self->diag, self->files->topic, "libdwarf cannot open the debug info");
    if (debug == NULL)
      continue;
    list_section (self, debug, i, FALSE);
    if (file->sections[HS_DWARF_TYPES].size > 0)
      list_section (self, debug, i, TRUE);
    hs_dwarf_close (debug);
  }
}

/* --- the threads */

static void
close_cursor (Cursor *cursor)
{
  hs_dwarf_close (cursor->debug);
  cursor->debug = NULL;
  g_clear_pointer (&cursor->checker, hs_checker_free);
}

static gboolean
open_cursor (Cursor *cursor, guint file)
{
  HsDebugFiles *files = cursor->reader->files;

  close_cursor (cursor);
  cursor->file = (gint)file;
  cursor->next_index = 0;
  cursor->is_types = FALSE;
  cursor->debug = hs_dwarf_open (hs_debug_file (files, file)->file);
  cursor->checker = hs_checker_new (hs_debug_file (files, file)->file);
  return cursor->debug != NULL;
}

/* Makes @unit the one whose header was read last. */
static gboolean
seek (Cursor *cursor, const Unit *unit)
{
  UnitHeader header;

  if (cursor->file != unit->file && !open_cursor (cursor, unit->file))
    return FALSE;
  if (cursor->debug == NULL)
    return FALSE;
  if (cursor->is_types != unit->is_types)
    cursor->next_index = 0;
  cursor->is_types = unit->is_types;
  while (cursor->next_index <= unit->index) {
    if (!next_header (cursor->debug, unit->is_types, &header)) {
      g_clear_pointer (&cursor->debug, hs_dwarf_close);
      return FALSE;
    }
    cursor->next_index++;
  }
  return TRUE;
}

static HsRawUnit *
read_unit (Cursor *cursor, const Unit *unit)
{
  const Reader *self = cursor->reader;
  const HsUnitContext *skeleton = NULL;
  HsUnitContext context;
  Dwarf_Die root = NULL;

  if (seek (cursor, unit) && hs_check_unit (cursor->checker, unit->is_types, unit->header))
    root = unit_root (cursor->debug, unit->is_types);
  if (root == NULL)
    return NULL;
  if (unit->file >= HS_FILE_FIRST_SPLIT)
    skeleton = &g_array_index (self->skeletons, HsUnitContext, unit->file - HS_FILE_FIRST_SPLIT);
  init_context (self, &context, unit->file, unit->is_types, unit->version);
  context.debug = cursor->debug;
  HsRawUnit *result = hs_walk_unit (&context, root, unit->end, self->bodies, skeleton, NULL);
  hs_unit_context_clear (&context);
  return result;
}

static void
work (Reader *self, const HsReaderOptions *options)
{
  Cursor cursor = { .reader = self, .file = -1 };

  for (;;) {
    guint i = (guint)g_atomic_int_add (&self->next, 1);
    if (i >= self->units->len)
      break;
    const Unit *unit = &g_array_index (self->units, Unit, i);
    /* Other sizes of addresses are not of this machine. */
    if (unit->address_size == 8)
      self->results->pdata[i] = read_unit (&cursor, unit);
    gsize done = g_atomic_pointer_add (&self->done, (gssize)(unit->end - unit->header));
    if (options != NULL && options->progress != NULL)
      options->progress (options->progress_data, done);
  }
  close_cursor (&cursor);
}

static gpointer
thread_main (gpointer data)
{
  work (data, NULL);
  return NULL;
}

static void
run (Reader *self, const HsReaderOptions *options)
{
  GThread *threads[63];
  guint n = MIN (MIN (options->n_threads, G_N_ELEMENTS (threads) + 1), MAX (1, self->units->len)) - 1;

  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("heapsum-dwarf", thread_main, self);
  work (self, options);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
}

static void
report (const Reader *self)
{
  guint missing = 0, cut = 0;

  for (guint i = 0; i < self->units->len; i++) {
    const HsRawUnit *unit = self->results->pdata[i];
    missing += unit == NULL;
    cut += unit != NULL && unit->cut;
  }
  if (missing > 0)
    hs_diag_add (self->diag, self->files->topic, "%u of %u compilation units cannot be read", missing,
                 self->units->len);
  if (cut > 0)
    hs_diag_add (self->diag, self->files->topic, "%u of %u compilation units are damaged and read in part", cut,
                 self->units->len);
}

GPtrArray *
hs_reader_read (HsDebugFiles *files, const HsReaderOptions *options, HsDiag *diag)
{
  Reader self = { .files = files, .diag = diag };
  guint64 info = hs_debug_file (files, HS_FILE_MAIN)->file->sections[HS_DWARF_INFO].size;

  self.units = g_array_new (FALSE, FALSE, sizeof (Unit));
  self.skeletons = g_array_new (FALSE, FALSE, sizeof (HsUnitContext));
  self.signatures = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self.bodies = info <= MAX_INFO_WITH_BODIES;
  if (!self.bodies)
    hs_diag_add (diag, files->topic, "debug info is large (%" G_GUINT64_FORMAT " MB): static variables and types inside"
                 " of functions are left out", info >> 20);
  list_units (&self);
  self.results = g_ptr_array_new_with_free_func ((GDestroyNotify)hs_raw_unit_free);
  g_ptr_array_set_size (self.results, (gint)self.units->len);
  run (&self, options);
  report (&self);
  g_array_unref (self.units);
  g_array_unref (self.skeletons);
  g_hash_table_unref (self.signatures);
  return self.results;
}
