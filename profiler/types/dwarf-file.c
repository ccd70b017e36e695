/* dwarf-file.c - see dwarf-file.h.
 *
 * libdwarf could open the ELF file itself, but then every handle would decompress anew, zstd would fail in version
 * 20210528, and it would look at sections nobody here needs. So it gets the few sections it needs, as plain bytes,
 * through its object access interface. The only place that knows libdwarf's two API generations.
 * Not handled: big-endian and 32-bit files (not of x86-64 processes), relocatable files with relocations (.dwo files
 * have none). */
#include "profiler/types/dwarf-file.h"

#include "profiler/modules/unpack.h"
#include "profiler/types/check.h"

#include <gelf.h>
#include <string.h>

static const char *const NAMES[HS_N_DWARF_SECTIONS][2] = {
  [HS_DWARF_INFO] = { ".debug_info", ".debug_info.dwo" },
  [HS_DWARF_TYPES] = { ".debug_types", ".debug_types.dwo" },
  [HS_DWARF_ABBREV] = { ".debug_abbrev", ".debug_abbrev.dwo" },
  [HS_DWARF_STR] = { ".debug_str", ".debug_str.dwo" },
  [HS_DWARF_STR_OFFSETS] = { ".debug_str_offsets", ".debug_str_offsets.dwo" },
  [HS_DWARF_ADDR] = { ".debug_addr", ".debug_addr" },
  [HS_DWARF_LINE] = { ".debug_line", ".debug_line.dwo" },
  [HS_DWARF_LINE_STR] = { ".debug_line_str", ".debug_line_str.dwo" },
  [HS_DWARF_RANGES] = { ".debug_ranges", ".debug_ranges" },
  [HS_DWARF_RNGLISTS] = { ".debug_rnglists", ".debug_rnglists.dwo" },
  [HS_DWARF_LOC] = { ".debug_loc", ".debug_loc.dwo" },
  [HS_DWARF_LOCLISTS] = { ".debug_loclists", ".debug_loclists.dwo" },
  [HS_DWARF_CU_INDEX] = { ".debug_cu_index", ".debug_cu_index" },
  [HS_DWARF_TU_INDEX] = { ".debug_tu_index", ".debug_tu_index" },
};

/* --- libdwarf's object access, in both generations. Section 0 is the empty one every ELF file has. */

#ifdef DW_LIBDWARF_VERSION
typedef Dwarf_Obj_Access_Section_a AccessSection;
typedef Dwarf_Obj_Access_Interface_a AccessInterface;
typedef Dwarf_Obj_Access_Methods_a AccessMethods;
typedef void AccessObject;
typedef Dwarf_Unsigned AccessIndex;
#define FIELD(name) as_##name
#define METHOD(name) om_##name
#define INTERFACE(object_, methods_) { .ai_object = (object_), .ai_methods = (methods_) }
#else
typedef Dwarf_Obj_Access_Section AccessSection;
typedef Dwarf_Obj_Access_Interface AccessInterface;
typedef Dwarf_Obj_Access_Methods AccessMethods;
typedef void AccessObject;
#define FIELD(name) name
#define METHOD(name) name
#define INTERFACE(object_, methods_) { .object = (object_), .methods = (methods_) }
#endif

/* libdwarf sees what DIEs and their names are made of. The tables it would load on its own account are read here by
 * other means (ranges.c, line.c), and in 20210528 damaged ones make it free memory twice (CVE-2022-39170). */
static gboolean
is_shown (guint64 index)
{
  switch ((int)index - 1) {
  case HS_DWARF_INFO:
  case HS_DWARF_TYPES:
  case HS_DWARF_ABBREV:
  case HS_DWARF_STR:
  case HS_DWARF_STR_OFFSETS:
  case HS_DWARF_LINE_STR:
    return TRUE;
  default:
    return FALSE;
  }
}

static int
#ifdef DW_LIBDWARF_VERSION
get_section_info (AccessObject *object, Dwarf_Unsigned index, AccessSection *result, int *error G_GNUC_UNUSED)
#else
get_section_info (AccessObject *object, Dwarf_Half index, AccessSection *result, int *error G_GNUC_UNUSED)
#endif
{
  const HsDwarfFile *self = object;

  if (index > HS_N_DWARF_SECTIONS)
    return DW_DLV_NO_ENTRY;
  memset (result, 0, sizeof *result);
  result->FIELD (name) = index == 0 ? "" : self->sections[index - 1].name;
  result->FIELD (type) = index == 0 ? SHT_NULL : SHT_PROGBITS;
  result->FIELD (size) = is_shown (index) ? self->sections[index - 1].size : 0;
  if (result->FIELD (size) == 0)
    result->FIELD (name) = "";
  return DW_DLV_OK;
}

#ifdef DW_LIBDWARF_VERSION
static Dwarf_Small
get_byte_order (AccessObject *object G_GNUC_UNUSED)
{
  return DW_END_little;
}

static Dwarf_Unsigned
get_filesize (AccessObject *object)
{
  const HsDwarfFile *self = object;
  guint64 sum = 0;

  for (guint i = 0; i < HS_N_DWARF_SECTIONS; i++)
    sum += self->sections[i].size;
  return sum;
}
#else
static Dwarf_Endianness
get_byte_order (AccessObject *object G_GNUC_UNUSED)
{
  return DW_OBJECT_LSB;
}
#endif

static Dwarf_Small
get_word_size (AccessObject *object G_GNUC_UNUSED)
{
  return 8;
}

static Dwarf_Unsigned
get_section_count (AccessObject *object G_GNUC_UNUSED)
{
  return HS_N_DWARF_SECTIONS + 1;
}

static int
#ifdef DW_LIBDWARF_VERSION
load_section (AccessObject *object, Dwarf_Unsigned index, Dwarf_Small **data, int *error G_GNUC_UNUSED)
#else
load_section (AccessObject *object, Dwarf_Half index, Dwarf_Small **data, int *error G_GNUC_UNUSED)
#endif
{
  const HsDwarfFile *self = object;

  if (!is_shown (index) || self->sections[index - 1].size == 0)
    return DW_DLV_NO_ENTRY;
  *data = (Dwarf_Small *)self->sections[index - 1].data;
  return DW_DLV_OK;
}

static AccessMethods methods = {
  .METHOD (get_section_info) = get_section_info,
  .METHOD (get_byte_order) = get_byte_order,
  .METHOD (get_length_size) = get_word_size,
  .METHOD (get_pointer_size) = get_word_size,
#ifdef DW_LIBDWARF_VERSION
  .METHOD (get_filesize) = get_filesize,
#endif
  .METHOD (get_section_count) = get_section_count,
  .METHOD (load_section) = load_section,
};

Dwarf_Debug
hs_dwarf_open (const HsDwarfFile *self)
{
  Dwarf_Debug debug = NULL;
  Dwarf_Error error = NULL;

  if (dwarf_object_init_b (self->access, NULL, NULL, DW_GROUPNUMBER_ANY, &debug, &error) != DW_DLV_OK) {
    /* Without a handle there is nothing to free an error with but the error itself. */
    if (error != NULL)
      dwarf_dealloc (debug, error, DW_DLA_ERROR);
    return NULL;
  }
  return debug;
}

void
hs_dwarf_close (Dwarf_Debug debug)
{
  if (debug == NULL)
    return;
#ifdef DW_LIBDWARF_VERSION
  dwarf_object_finish (debug);
#else
  Dwarf_Error error = NULL;
  dwarf_object_finish (debug, &error);
#endif
}

/* --- sections */

/* Which of NAMES @name is, also as ".zdebug_...": -1 if none. */
static int
identify (const char *name, gboolean *split, gboolean *gnu)
{
  g_autofree char *plain = NULL;

  *gnu = g_str_has_prefix (name, ".zdebug_");
  if (*gnu)
    name = plain = g_strconcat (".", name + 2, NULL);
  for (int i = 0; i < HS_N_DWARF_SECTIONS; i++)
    for (int j = 0; j < 2; j++)
      if (strcmp (name, NAMES[i][j]) == 0) {
        *split = j == 1;
        return i;
      }
  return -1;
}

static void
load_packed (HsDwarfFile *self, Elf_Scn *section, int id, gboolean gnu, const char *topic, HsDiag *diag)
{
  const char *why;
  GBytes *bytes = hs_unpack (section, gnu, &why);

  if (bytes == NULL) {
    hs_diag_add (diag, topic, "section %s is compressed and left out: %s", NAMES[id][0], why);
    return;
  }
  self->sections[id].data = g_bytes_get_data (bytes, &self->sections[id].size);
  g_ptr_array_add (self->unpacked, bytes);
}

static void
load (HsDwarfFile *self, Elf_Scn *section, const char *topic, HsDiag *diag, gsize names)
{
  GElf_Shdr header;
  gboolean split, gnu;

  if (gelf_getshdr (section, &header) == NULL || header.sh_type == SHT_NOBITS)
    return;
  const char *name = elf_strptr (self->elf, names, header.sh_name);
  int id = name != NULL && name[0] == '.' ? identify (name, &split, &gnu) : -1;
  if (id < 0 || self->sections[id].data != NULL)
    return;
  if (gnu || (header.sh_flags & SHF_COMPRESSED) != 0)
    load_packed (self, section, id, gnu, topic, diag);
  else {
    const Elf_Data *data = elf_rawdata (section, NULL);
    self->sections[id].data = data != NULL ? data->d_buf : NULL;
    self->sections[id].size = data != NULL && data->d_buf != NULL ? data->d_size : 0;
  }
  self->sections[id].name = NAMES[id][split];
  self->split |= split;
}

static gboolean
is_ours (Elf *elf)
{
  const char *ident = elf_getident (elf, NULL);

  return elf_kind (elf) == ELF_K_ELF && ident != NULL && ident[EI_CLASS] == ELFCLASS64 && ident[EI_DATA] == ELFDATA2LSB;
}

/* Units behind one whose header makes no sense cannot be found. */
static void
cut_to_sound_units (HsDwarfFile *self, const char *topic, HsDiag *diag)
{
  g_autoptr (HsChecker) checker = hs_checker_new (self);

  for (int is_types = 0; is_types < 2; is_types++) {
    HsDwarfSection *section = &self->sections[is_types ? HS_DWARF_TYPES : HS_DWARF_INFO];
    gsize sound = hs_check_section (checker, is_types);
    if (sound < section->size)
      hs_diag_add (diag, topic, "%s is damaged: %" G_GSIZE_FORMAT " of its %" G_GSIZE_FORMAT " bytes are read",
                   section->name, sound, section->size);
    section->size = sound;
  }
}

static HsDwarfFile *
new_from_bytes (char *bytes, gsize size, const char *topic, HsDiag *diag)
{
  g_autoptr (HsDwarfFile) self = g_new0 (HsDwarfFile, 1);
  AccessInterface access = INTERFACE (self, &methods);
  size_t names;

  self->unpacked = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  elf_version (EV_CURRENT);
  self->elf = elf_memory (bytes, size);
  if (self->elf == NULL || !is_ours (self->elf) || elf_getshdrstrndx (self->elf, &names) != 0)
    return NULL;
  for (Elf_Scn *section = elf_nextscn (self->elf, NULL); section != NULL; section = elf_nextscn (self->elf, section))
    load (self, section, topic, diag, names);
  if (self->sections[HS_DWARF_INFO].data == NULL || self->sections[HS_DWARF_ABBREV].data == NULL)
    return NULL;
  cut_to_sound_units (self, topic, diag);
  for (guint i = 0; i < HS_N_DWARF_SECTIONS; i++)
    if (self->sections[i].name == NULL)
      self->sections[i].name = NAMES[i][self->split];
  self->access = g_memdup2 (&access, sizeof access);
  return g_steal_pointer (&self);
}

HsDwarfFile *
hs_dwarf_file_new (Elf *elf, const char *topic, HsDiag *diag)
{
  size_t size;
  char *bytes = elf_rawfile (elf, &size);

  return bytes != NULL ? new_from_bytes (bytes, size, topic, diag) : NULL;
}

HsDwarfFile *
hs_dwarf_file_open (const char *path, const char *topic, HsDiag *diag)
{
  GMappedFile *mapping = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_mapped_file_new (path, FALSE, NULL) : NULL;

  if (mapping == NULL)
    return NULL;
  HsDwarfFile *self
      = new_from_bytes (g_mapped_file_get_contents (mapping), g_mapped_file_get_length (mapping), topic, diag);
  if (self == NULL)
    g_mapped_file_unref (mapping);
  else
    self->mapping = mapping;
  return self;
}

void
hs_dwarf_file_free (HsDwarfFile *self)
{
  if (self == NULL)
    return;
  elf_end (self->elf);
  g_ptr_array_unref (self->unpacked);
  if (self->mapping != NULL)
    g_mapped_file_unref (self->mapping);
  g_free (self->access);
  g_free (self);
}

/* --- bytes */

const guint8 *
hs_bytes_block (HsBytes *self, guint64 size)
{
  const guint8 *at = self->at;

  if (self->bad || size > (guint64)(self->end - self->at)) {
    self->bad = TRUE;
    return NULL;
  }
  self->at += size;
  return at;
}

guint64
hs_bytes_fixed (HsBytes *self, guint size)
{
  const guint8 *at = hs_bytes_block (self, size);
  guint64 value = 0;

  for (guint i = 0; at != NULL && i < size && i < 8; i++)
    value |= (guint64)at[i] << (8 * i);
  return value;
}

guint64
hs_bytes_uleb (HsBytes *self)
{
  guint64 value = 0;

  for (guint shift = 0;; shift += 7) {
    const guint8 *at = hs_bytes_block (self, 1);
    if (at == NULL)
      return 0;
    if (shift < 64)
      value |= (guint64)(*at & 0x7f) << shift;
    if ((*at & 0x80) == 0)
      return value;
  }
}

gint64
hs_bytes_sleb (HsBytes *self)
{
  guint64 value = 0;

  for (guint shift = 0;; shift += 7) {
    const guint8 *at = hs_bytes_block (self, 1);
    if (at == NULL)
      return 0;
    if (shift < 64)
      value |= (guint64)(*at & 0x7f) << shift;
    if ((*at & 0x80) != 0)
      continue;
    if ((*at & 0x40) != 0 && shift + 7 < 64)
      value |= ~G_GUINT64_CONSTANT (0) << (shift + 7);
    return (gint64)value;
  }
}

const char *
hs_bytes_string (HsBytes *self)
{
  const guint8 *start = self->at;
  const guint8 *end = self->bad || self->at == self->end ? NULL : memchr (self->at, 0, self->end - self->at);

  if (end == NULL) {
    self->bad = TRUE;
    return "";
  }
  self->at = end + 1;
  return (const char *)start;
}
