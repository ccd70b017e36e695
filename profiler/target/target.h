/* target.h - a process, running or as a core, frozen: threads, mappings, files and a memory image.
 *
 * Opening a target is all that ever touches the process. It is stopped for as long as the copy takes, it is never
 * written to, and it is left running whatever happens here. Everything later works on the copy. */
#pragma once

#include "profiler/target/addr.h"
#include "profiler/target/diag.h"
#include "profiler/target/image.h"

#include <sys/types.h>

typedef enum { HS_TARGET_LIVE, HS_TARGET_CORE } HsTargetKind;

/* Registers by their DWARF number (System V ABI, AMD64 supplement, figure 3.36). */
enum {
  HS_REG_RAX, HS_REG_RDX, HS_REG_RCX, HS_REG_RBX, HS_REG_RSI, HS_REG_RDI, HS_REG_RBP, HS_REG_RSP,
  HS_REG_R8, HS_REG_R9, HS_REG_R10, HS_REG_R11, HS_REG_R12, HS_REG_R13, HS_REG_R14, HS_REG_R15,
  HS_REG_RIP, HS_N_REGS
};

typedef struct {
  pid_t tid;
  gboolean has_regs; /* FALSE for a thread that could not be stopped; the rest is then 0 */
  guint64 regs[HS_N_REGS];
  HsAddr fs_base; /* the thread control block: x86-64 TLS is below it */
} HsThread;

typedef enum {
  HS_MAPPING_ANON,    /* no file, no name; named anonymous memory too ("[anon:...]") */
  HS_MAPPING_HEAP,    /* "[heap]" */
  HS_MAPPING_STACK,   /* "[stack]" */
  HS_MAPPING_FILE,    /* private mapping of a regular file */
  HS_MAPPING_SHARED,  /* shared memory, devices: never read */
  HS_MAPPING_SPECIAL, /* "[vdso]", "[vvar]", "[vsyscall]" and the like */
} HsMappingKind;

typedef struct {
  HsAddr start;
  HsAddr end;
  guint64 offset; /* in the file */
  guint prot;     /* PROT_READ | PROT_WRITE | PROT_EXEC */
  HsMappingKind kind;
  gint file;      /* index in HsTarget.files, or -1 */
} HsMapping;

/* A mapped file, as the target saw it. The bytes are there (data != NULL) only if the file that is found today is the
 * one that was mapped: same device and inode for a process, same build-id for a core wherever the core tells it. */
typedef struct {
  char *path;    /* as the target names it, without " (deleted)" */
  gboolean deleted;
  const guint8 *data; /* the whole file, read-only; NULL where it cannot be had */
  gsize size;
  char *missing; /* why data is NULL */
} HsFile;

typedef struct _HsTarget HsTarget;
struct _HsTarget {
  gatomicrefcount refs;
  HsTargetKind kind;
  pid_t pid;
  char *comm;        /* short name */
  char *executable;  /* path in the target, or NULL */
  char *root;        /* prefix that turns a path of the target into one of ours ("" for our own root), for finding debug
                        files: "/proc/PID/root" for a process in another mount namespace or chroot, the --sysroot */
  GArray *threads;   /* HsThread, sorted by tid */
  GArray *mappings;  /* HsMapping, sorted by start */
  GPtrArray *files;  /* HsFile */
  HsImage *image;    /* untouched memory reads as 0, but holes of 1 GiB and more in a mapping are left out */
  guint64 entry;     /* AT_ENTRY, or 0 */
  guint64 phdr;      /* AT_PHDR, or 0 */
  HsAddr vdso;       /* AT_SYSINFO_EHDR, or 0 */
  gint64 pause_us;   /* how long the threads stood still; 0 for a core */
  guint stops;       /* how often the process was stopped until it was quiet; 0 for a core */
  gboolean truncated; /* a core that ends before its contents do */
};

/* Reads memory of the process at the moment, stopped or not: what the layers above may look at before the copy. */
typedef struct _HsPeek HsPeek;
struct _HsPeek {
  gboolean (*read) (HsPeek *self, HsAddr addr, void *buffer, gsize length);
  const GArray *mappings; /* HsMapping */
  const GPtrArray *files; /* HsFile; their data are not opened yet: only path is set */
};

/* The layers above say what "quiet" is. prepare is called once before the first stop (it may find and remember where
 * the allocator's locks are), is_quiet while all threads stand still; it must be quick. */
typedef struct {
  void (*prepare) (HsPeek *peek, gpointer user_data);
  gboolean (*is_quiet) (HsPeek *peek, gpointer user_data);
  gpointer user_data;
} HsQuiet;

typedef struct {
  const char *sysroot;  /* where a core's files are looked for first, or NULL */
  const HsQuiet *quiet; /* or NULL */
  guint quiet_tries;    /* stops at most until it is quiet, then it is taken as it is; 0 = 50 */
  void (*progress) (gpointer user_data, guint64 done, guint64 total); /* bytes copied; or NULL */
  gpointer progress_data;
} HsTargetOptions;

/* hs_target_open_live: stops @pid, copies it and lets it run on.
 * Errors: GONE no such process, or it ended meanwhile; PERMISSION with the rule that forbids (ptrace scope, other
 * user, missing capability, already traced and by whom, not dumpable); UNSUPPORTED 32-bit, kernel thread, ourselves.
 * hs_target_open_core: opens the core @path. Errors: GONE, PERMISSION, BAD_DATA, UNSUPPORTED.
 * Both: (transfer full). */
HsTarget *hs_target_open_live (pid_t pid, const HsTargetOptions *options, HsDiag *diag, GError **error);
HsTarget *hs_target_open_core (const char *path, const HsTargetOptions *options, HsDiag *diag, GError **error);
HsTarget *hs_target_ref (HsTarget *self);
void hs_target_unref (HsTarget *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTarget, hs_target_unref)

/* hs_target_new: an empty target to fill by hand, for the two above and for tests. Its image is to be sealed. */
HsTarget *hs_target_new (HsTargetKind kind);

/* hs_mapping_find: the mapping that holds @addr in a sorted array of HsMapping, or NULL. */
const HsMapping *hs_mapping_find (const GArray *mappings, HsAddr addr);

static inline const HsThread *
hs_target_thread (const HsTarget *self, guint i)
{
  return &g_array_index (self->threads, HsThread, i);
}

static inline const HsMapping *
hs_target_mapping (const HsTarget *self, guint i)
{
  return &g_array_index (self->mappings, HsMapping, i);
}

static inline const HsFile *
hs_target_file (const HsTarget *self, gint i)
{
  return i >= 0 && (guint)i < self->files->len ? self->files->pdata[i] : NULL;
}
