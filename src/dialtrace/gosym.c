/* A Go program's symbols: see gosym.h. */
#include "dialtrace/gosym.h"
#include "dialtrace/go_pclntab.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* --- the ELF symbol table, if it has not been stripped --- */

struct symtab {
	Elf *elf;
	Elf_Data *data;
	size_t count;
	size_t names; /* index of the string table */
};

static bool open_symtab(struct symtab *t, const struct gosym *g)
{
	t->elf = g->file.elf;
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(t->elf, scn));) {
		GElf_Shdr sh;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB || !sh.sh_entsize)
			continue;
		t->data = elf_getdata(scn, NULL);
		if (!t->data)
			return false;
		t->count = t->data->d_size / sh.sh_entsize;
		t->names = sh.sh_link;
		return true;
	}
	return false;
}

/* Symbol i, if it is defined here. Returns its name, or NULL. */
static const char *symbol(const struct symtab *t, size_t i, GElf_Sym *sym)
{
	if (!gelf_getsym(t->data, (int)i, sym) || sym->st_shndx == SHN_UNDEF)
		return NULL;
	return elf_strptr(t->elf, t->names, sym->st_name);
}

static bool symbol_value(const struct gosym *g, const char *name, u64 *value)
{
	struct symtab t;
	GElf_Sym sym;

	if (!open_symtab(&t, g))
		return false;
	for (size_t i = 0; i < t.count; i++) {
		const char *it = symbol(&t, i, &sym);

		if (!it || strcmp(it, name) != 0)
			continue;
		*value = sym.st_value;
		return true;
	}
	return false;
}

/* --- the functions that are looked for, by name --- */

struct wanted {
	const struct gosym *g;
	struct gosym_function **by_name;
	size_t n, found;
};

static int compare_names(const void *a, const void *b)
{
	const struct gosym_function *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int compare_name(const void *name, const void *fn)
{
	return strcmp(name, (*(struct gosym_function *const *)fn)->name);
}

static void sort_wanted(struct wanted *w, struct gosym_function *fns)
{
	w->by_name = calloc(w->n + 1, sizeof(struct gosym_function *));
	if (!w->by_name)
		err(125, "functions");
	for (size_t i = 0; i < w->n; i++)
		w->by_name[i] = &fns[i];
	qsort(w->by_name, w->n, sizeof(struct gosym_function *), compare_names);
}

static void place(const struct gosym *g, struct gosym_function *fn, u64 address)
{
	struct bytes code = elf_image_at(&g->file, address);

	if (code.n > fn->size)
		code.n = (size_t)fn->size;
	fn->probe = go_prologue(g->file.machine, code);
}

/* A function of the program, whose name fills at most n bytes. */
static void offer(struct wanted *w, const char *name, size_t n, u64 address, u64 size)
{
	static const char assembly[] = ".abi0"; /* calling it as before Go 1.17 */
	char key[GO_NAME_MAX];
	struct gosym_function **at, *fn;
	size_t length = strnlen(name, n < sizeof(key) ? n : sizeof(key));

	if (length == sizeof(key))
		return;
	memcpy(key, name, length);
	key[length] = '\0';
	if (length > strlen(assembly) &&
	    strcmp(key + length - strlen(assembly), assembly) == 0)
		key[length - strlen(assembly)] = '\0';
	at =
	    bsearch(key, w->by_name, w->n, sizeof(struct gosym_function *), compare_name);
	if (!at || (*at)->found)
		return;
	fn = *at;
	fn->found = elf_image_offset(&w->g->file, address, &fn->offset);
	if (!fn->found)
		return;
	fn->size = size;
	w->found++;
	place(w->g, fn, address);
}

static void find_in_symtab(struct wanted *w)
{
	struct symtab t;
	GElf_Sym sym;

	if (!open_symtab(&t, w->g))
		return;
	for (size_t i = 0; i < t.count; i++) {
		const char *name = symbol(&t, i, &sym);

		if (name && GELF_ST_TYPE(sym.st_info) == STT_FUNC)
			offer(w, name, GO_NAME_MAX, sym.st_value, sym.st_size);
	}
}

static const char *find_in_pclntab(struct wanted *w)
{
	struct go_pclntab t;
	struct go_function fn;
	const char *error = go_pclntab_open(&t, &w->g->file);

	if (error)
		return error;
	for (u64 i = 0; i < t.count && !error; i++) {
		error = go_pclntab_function(&t, i, &fn);
		if (!error)
			offer(w, (const char *)fn.name.p, fn.name.n, fn.address, fn.size);
	}
	go_pclntab_close(&t);
	return error;
}

/* Tells which of those not found were inlined. The table has their names, for
 * tracebacks, since Go 1.9; what was not used has left none. */
static void find_inlined(const struct gosym *g, struct gosym_function *fns, size_t n)
{
	bool named = g->version.minor >= 9;
	struct go_pclntab t;

	if (go_pclntab_open(&t, &g->file))
		return;
	for (size_t i = 0; i < n; i++)
		if (!fns[i].found)
			fns[i].inlined =
			    !named || memmem(t.names.p, t.names.n, fns[i].name,
			                     strlen(fns[i].name) + 1);
	go_pclntab_close(&t);
}

const char *gosym_find(const struct gosym *g, struct gosym_function *fns, size_t n)
{
	struct wanted w = {.g = g, .n = n};
	const char *error = NULL;

	sort_wanted(&w, fns);
	find_in_symtab(&w);
	if (!w.found)
		error = find_in_pclntab(&w);
	if (!error)
		find_inlined(g, fns, n);
	free(w.by_name);
	return error;
}

/* --- the program --- */

/* A note of Go's linker, which survives stripping. */
static bool has_note(const struct elf_image *f)
{
	static const u8 go[] = {4, 0, 0, 0, 'G', 'o', 0, 0}; /* type, name */
	enum { TYPE = 8 };                                   /* after two lengths */

	for (size_t i = 0; i < f->count; i++) {
		struct bytes b = elf_image_at(f, f->segment[i].p_vaddr);

		if (b.n > f->segment[i].p_filesz)
			b.n = (size_t)f->segment[i].p_filesz;
		/* Notes follow each other, 4 bytes aligned. */
		for (size_t at = TYPE; f->segment[i].p_type == PT_NOTE && at < b.n;
		     at += 4) {
			struct bytes note = bytes_from(b, at);

			if (note.n >= sizeof(go) && memcmp(note.p, go, sizeof(go)) == 0)
				return true;
		}
	}
	return false;
}

static bool is_go(const struct elf_image *f)
{
	static const char *const names[] = {".go.buildinfo", ".gopclntab",
	                                    ".data.rel.ro.gopclntab", ".note.go.buildid"};
	struct go_pclntab t;
	struct bytes b;
	u64 address;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (elf_image_section(f, names[i], &address, &b))
			return true;
	if (has_note(f))
		return true;
	if (elf_image_has_sections(f) || go_pclntab_open(&t, f))
		return false;
	go_pclntab_close(&t);
	return true;
}

/* The oldest version that the layout of the function table leaves, where the program
 * itself does not say. */
static void guess_version(struct gosym *g)
{
	struct go_pclntab t;

	if (go_pclntab_open(&t, &g->file))
		return;
	/* What 1.2 brought, 1.12 had still; from 1.13 on programs say. */
	g->version.minor = t.since == 2 ? 12 : t.since;
	g->version.guessed = true;
	go_pclntab_close(&t);
}

bool gosym_open(struct gosym *g, struct bytes file, const char **error)
{
	u64 build_version = 0;

	*g = (struct gosym){0};
	*error = NULL;
	if (elf_image_open(&g->file, file))
		return false;
	if (!is_go(&g->file)) {
		elf_image_close(&g->file);
		return false;
	}
	symbol_value(g, "runtime.buildVersion", &build_version);
	go_version_read(&g->version, &g->file, build_version);
	if (!g->version.minor)
		guess_version(g);
	if (!g->file.wide)
		*error = "a 32-bit Go program; dialtrace knows 64-bit ones only";
	else if (g->file.machine != EM_X86_64 && g->file.machine != EM_AARCH64)
		*error = "a Go program for another architecture";
	if (*error)
		elf_image_close(&g->file);
	return !*error;
}

void gosym_close(struct gosym *g)
{
	elf_image_close(&g->file);
}

/* runtime.morestack begins by loading g, in every version. */
static bool g_in_code(const struct gosym *g, u64 *offset)
{
	static const u8 constant[] = {0x48, 0xc7, 0xc1}; /* mov $offset,%rcx */
	struct gosym_function fn = {.name = "runtime.morestack"};
	struct bytes code;
	u64 at, value;

	if (gosym_find(g, &fn, 1) || !fn.found)
		return false;
	code = bytes_from(g->file.file, fn.offset);
	if (code.n < 9)
		return false;
	/* mov %fs:offset,%reg, whichever register */
	if (code.p[0] == 0x64 && code.p[1] == 0x48 && code.p[2] == 0x8b &&
	    (code.p[3] & 0xc7) == 0x04 && code.p[4] == 0x25)
		at = 5;
	else if (memcmp(code.p, constant, sizeof(constant)) == 0 && code.p[7] == 0x64)
		at = sizeof(constant);
	else
		return false;
	bytes_number(code, at, 4, &value);
	*offset = (u64)(s64)(int32_t)value;
	return true;
}

bool gosym_g(const struct gosym *g, u64 *offset)
{
	u64 place = 0, size = 8, align = 8;
	bool named = symbol_value(g, "runtime.tlsg", &place);

	if (g_in_code(g, offset))
		return true;
	for (size_t i = 0; i < g->file.count; i++) {
		if (g->file.segment[i].p_type != PT_TLS)
			continue;
		size = g->file.segment[i].p_memsz;
		align = g->file.segment[i].p_align;
	}
	if (!align || (align & (align - 1)))
		align = 1;
	/* The block ends where the thread pointer points. Usually g is all there is. */
	*offset = place - ((size + align - 1) & -align);
	return named || size <= 8;
}

bool gosym_register_arguments(const struct gosym *g)
{
	return g->version.minor >= (g->file.machine == EM_AARCH64 ? 18 : 17);
}
