/* dump.c - see dump.h. */
#include "profiler/types/dump.h"

static const char *const KINDS[] = {
  "void", "base", "pointer", "reference", "struct", "class", "union", "enum", "array", "function", "member-pointer",
  "typedef", "opaque",
};

static void
dump_members (const HsTypes *self, const HsType *type, GString *out)
{
  for (guint32 i = 0; i < type->n_members; i++) {
    if (type->kind == HS_TYPE_ENUM) {
      const HsEnumerator *e = &self->enumerators[type->first_member + i];
      g_string_append_printf (out, "  %s = %" G_GINT64_FORMAT "\n", e->name, e->value);
      continue;
    }
    const HsMember *m = hs_types_member (self, type, i);
    g_string_append_printf (out, "  +%" G_GUINT64_FORMAT ".%u:%u flags %u #%u %s\n", m->offset, m->bit_offset,
                            m->bit_size, m->flags, m->type, m->name);
  }
}

GString *
hs_types_dump (const HsTypes *self)
{
  GString *out = g_string_new (NULL);

  for (HsTypeId id = 0; id < self->n_types; id++) {
    const HsType *type = &self->types[id];
    g_autofree char *shown = hs_types_display (self, id);
    g_string_append_printf (out, "#%u %s '%s' size %" G_GUINT64_FORMAT " count %" G_GUINT64_FORMAT
                            " -> #%u enc %u flags 0x%x mentions %u module %u unit %04x: %s\n",
                            id, KINDS[type->kind], type->name, type->size, type->count, type->target, type->encoding,
                            type->flags, type->mentions, type->module, type->unit, shown);
    dump_members (self, type, out);
  }
  for (guint32 i = 0; i < self->n_variables; i++) {
    const HsVariable *v = &self->variables[i];
    g_string_append_printf (out, "var %u %s " HS_ADDR_FORMAT " #%u %s\n", v->module, v->tls ? "tls" : "at", v->address,
                            v->type, v->name);
  }
  return out;
}
