/* The table of functions: see go_pclntab.h. */
#include "dialtrace/go_pclntab.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static const char cut_off[] = "Go function table is cut off";

/*
 * The header: magic, two zeros, instruction alignment, pointer size; then words: the
 * number of functions, and from 1.16 on where the parts are, from the header on.
 */
enum { HEADER = 8, WORD = 8 };

static const struct layout {
	u32 magic;
	unsigned since;
	u8 text, names, funcs; /* which word; 0: it has none */
} layouts[] = {
    {.magic = 0xfffffffb, .since = 2},
    {.magic = 0xfffffffa, .since = 16, .names = 2, .funcs = 6},
    {.magic = 0xfffffff0, .since = 18, .text = 2, .names = 3, .funcs = 7},
    {.magic = 0xfffffff1, .since = 20, .text = 2, .names = 3, .funcs = 7},
};

static const struct layout *layout_of(struct bytes b)
{
	u64 magic;

	if (b.n < HEADER + WORD || b.p[4] || b.p[5] ||
	    (b.p[6] != 1 && b.p[6] != 2 && b.p[6] != 4) || b.p[7] != WORD)
		return NULL;
	bytes_number(b, 0, 4, &magic);
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].magic == magic)
			return &layouts[i];
	return NULL;
}

static struct bytes part(struct bytes table, u8 word)
{
	u64 offset;

	if (!bytes_number(table, HEADER + WORD * (u64)word, WORD, &offset))
		return (struct bytes){0};
	return bytes_from(table, offset);
}

/* How many of the places that look like what is searched for are looked into: a file
 * made to mislead may have millions. */
enum { CANDIDATES = 16 };

static bool text_at(const struct elf_image *f, u64 moduledata, u64 *text)
{
	enum { TEXT = 22 * WORD };

	return elf_image_word(f, moduledata + TEXT, text) && elf_image_at(f, *text).n;
}

/* From Go 1.26 on the header does not say where the code starts. moduledata does,
 * whose first word is the table's address. */
static bool find_text(const struct elf_image *f, u64 table, u64 *text)
{
	unsigned candidates = 0;
	u64 address, word;

	for (size_t i = 0; i < f->count; i++) {
		const GElf_Phdr *ph = &f->segment[i];
		struct bytes b = elf_image_at(f, ph->p_vaddr);

		for (u64 at = 0; ph->p_type == PT_LOAD && candidates < CANDIDATES &&
		                 bytes_number(b, at, WORD, &word);
		     at += WORD)
			if (word == table && ++candidates &&
			    text_at(f, ph->p_vaddr + at, text))
				return true;
	}
	/* The word may be zero until the dynamic linker has been there. */
	for (u64 at = 0;
	     candidates < CANDIDATES && bytes_number(f->relocations, at, 8, &address) &&
	     bytes_number(f->relocations, at + 16, 8, &word);
	     at += sizeof(Elf64_Rela))
		if (word == table && ++candidates && text_at(f, address, text))
			return true;
	return false;
}

static const char *parse(struct go_pclntab *t, const struct elf_image *f, u64 address,
                         struct bytes b)
{
	const struct layout *l = layout_of(b);
	u64 entry;

	if (!l)
		return "Go function table has a layout that dialtrace does not know";
	t->since = l->since;
	t->narrow = l->text != 0;
	bytes_number(b, HEADER, WORD, &t->count);
	t->names = l->names ? part(b, l->names) : b;
	t->funcs = l->funcs ? part(b, l->funcs) : b;
	t->table = l->funcs ? t->funcs : bytes_from(b, HEADER + WORD);
	if (l->text && (!bytes_number(b, HEADER + WORD * (u64)l->text, WORD, &t->text) ||
	                (!t->text && !find_text(f, address, &t->text))))
		return "Go function table does not tell where the code starts";
	/* After the last function's row comes the address where it ends. */
	entry = t->narrow ? 4 : 8;
	if (!t->count || t->table.n < entry ||
	    t->count > (t->table.n - entry) / (2 * entry) || !t->names.n)
		return cut_off;
	return NULL;
}

/* Makes b a copy with the relocations done, if there are any in it. */
static void relocate(struct go_pclntab *t, const struct elf_image *f, u64 address,
                     struct bytes *b)
{
	if (!f->relocations.n)
		return;
	t->copy = malloc(b->n);
	if (!t->copy)
		err(125, "Go function table");
	memcpy(t->copy, b->p, b->n);
	elf_image_relocate(f, address, t->copy, b->n);
	b->p = t->copy;
}

static const char *open_at(struct go_pclntab *t, const struct elf_image *f, u64 address,
                           struct bytes b)
{
	const char *error;

	*t = (struct go_pclntab){0};
	relocate(t, f, address, &b);
	error = parse(t, f, address, b);
	if (error)
		go_pclntab_close(t);
	return error;
}

/* A linker other than Go's merges the section into another. */
static const char *scan(struct go_pclntab *t, const struct elf_image *f)
{
	static const char none[] = "no Go function table found";
	const char *error = none;
	struct go_function first;
	unsigned candidates = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct bytes b = elf_image_at(f, f->segment[i].p_vaddr);

		if (f->segment[i].p_type != PT_LOAD)
			continue;
		for (size_t at = 0; at < b.n && candidates < CANDIDATES; at += WORD) {
			if (!layout_of(bytes_from(b, at)))
				continue;
			candidates++;
			error =
			    open_at(t, f, f->segment[i].p_vaddr + at, bytes_from(b, at));
			if (error)
				continue;
			error = go_pclntab_function(t, 0, &first);
			if (!error)
				return NULL;
			go_pclntab_close(t);
		}
	}
	return error;
}

const char *go_pclntab_open(struct go_pclntab *t, const struct elf_image *f)
{
	struct bytes b;
	u64 address;

	if (elf_image_section(f, ".gopclntab", &address, &b) ||
	    elf_image_section(f, ".data.rel.ro.gopclntab", &address, &b))
		return open_at(t, f, address, b);
	return scan(t, f);
}

void go_pclntab_close(struct go_pclntab *t)
{
	free(t->copy);
	t->copy = NULL;
}

const char *go_pclntab_function(const struct go_pclntab *t, u64 i, struct go_function *fn)
{
	size_t width = t->narrow ? 4 : 8;
	u64 at = i * 2 * width, entry, offset, next, name;

	if (!bytes_number(t->table, at, width, &entry) ||
	    !bytes_number(t->table, at + width, width, &offset) ||
	    !bytes_number(t->table, at + 2 * width, width, &next))
		return cut_off;
	if (next < entry)
		return "Go function table is not sorted";
	/* What is there begins with the entry again, then the name's offset. */
	if (!bytes_number(bytes_from(t->funcs, offset), width, 4, &name))
		return cut_off;
	fn->name = bytes_from(t->names, name);
	if (!fn->name.n ||
	    (fn->name.n < GO_NAME_MAX && !memchr(fn->name.p, 0, fn->name.n)))
		return cut_off;
	fn->address = t->text + entry;
	fn->size = next - entry;
	return NULL;
}
