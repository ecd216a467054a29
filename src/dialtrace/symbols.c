/* A program's symbols: see symbols.h. */
#include "dialtrace/symbols.h"

#include <err.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct symbols {
	int fd;
	const char *name; /* for messages */
	Elf *elf;
	Elf_Data *data;
	size_t count;
	size_t names; /* index of the string table */
};

static _Noreturn void malformed(const struct symbols *s)
{
	errx(125, "%s: malformed ELF file: %s", s->name, elf_errmsg(-1));
}

/* Finds the symbol table; false if the file is stripped. */
static bool find_table(struct symbols *s)
{
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(s->elf, scn));) {
		GElf_Shdr sh;

		if (!gelf_getshdr(scn, &sh))
			malformed(s);
		if (sh.sh_type != SHT_SYMTAB)
			continue;
		s->data = elf_getdata(scn, NULL);
		if (!s->data || !sh.sh_entsize)
			malformed(s);
		s->count = s->data->d_size / sh.sh_entsize;
		s->names = sh.sh_link;
		return true;
	}
	return false;
}

struct symbols *symbols_open(const char *path, const char *name)
{
	struct symbols *s = calloc(1, sizeof(*s));

	if (!s)
		err(125, "symbols");
	elf_version(EV_CURRENT);
	s->name = name;
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		err(125, "cannot read %s", name);
	s->elf = elf_begin(s->fd, ELF_C_READ_MMAP, NULL);
	if (!s->elf || elf_kind(s->elf) != ELF_K_ELF || !find_table(s)) {
		symbols_close(s);
		return NULL;
	}
	return s;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	elf_end(s->elf);
	close(s->fd);
	free(s);
}

static bool lookup(const struct symbols *s, const char *name, int type, GElf_Sym *sym)
{
	for (size_t i = 0; i < s->count && gelf_getsym(s->data, (int)i, sym); i++) {
		const char *it;

		if (GELF_ST_TYPE(sym->st_info) != type || sym->st_shndx == SHN_UNDEF)
			continue;
		it = elf_strptr(s->elf, s->names, sym->st_name);
		if (it && strcmp(it, name) == 0)
			return true;
	}
	return false;
}

bool symbols_function(const struct symbols *s, const char *name, u64 *offset)
{
	GElf_Sym sym;
	GElf_Shdr sh;

	if (!lookup(s, name, STT_FUNC, &sym) ||
	    !gelf_getshdr(elf_getscn(s->elf, sym.st_shndx), &sh))
		return false;
	*offset = sym.st_value - sh.sh_addr + sh.sh_offset;
	return true;
}

static bool find_tls_segment(const struct symbols *s, GElf_Phdr *ph)
{
	size_t n;

	if (elf_getphdrnum(s->elf, &n) < 0)
		malformed(s);
	for (size_t i = 0; i < n; i++)
		if (gelf_getphdr(s->elf, (int)i, ph) && ph->p_type == PT_TLS)
			return true;
	return false;
}

bool symbols_thread_local(const struct symbols *s, const char *name, u64 *offset)
{
	GElf_Sym sym;
	GElf_Phdr ph;
	u64 align;

	if (!lookup(s, name, STT_TLS, &sym) || !find_tls_segment(s, &ph))
		return false;
	align = ph.p_align ? ph.p_align : 1;
#if defined(__aarch64__)
	/* The block follows the two words the thread pointer points at. */
	*offset = ((16 + align - 1) & -align) + sym.st_value;
#else
	/* The block ends where the thread pointer points. */
	*offset = sym.st_value - ((ph.p_memsz + align - 1) & -align);
#endif
	return true;
}
