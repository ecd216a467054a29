/* A program by address: see elf_image.h. */
#include "dialtrace/elf_image.h"

#include <string.h>

struct bytes bytes_from(struct bytes b, u64 offset)
{
	if (offset >= b.n)
		return (struct bytes){0};
	return (struct bytes){b.p + offset, b.n - (size_t)offset};
}

bool bytes_number(struct bytes b, u64 offset, size_t width, u64 *value)
{
	struct bytes at = bytes_from(b, offset);

	if (!at.p || at.n < width)
		return false;
	*value = 0;
	memcpy(value, at.p, width); /* both architectures are little-endian */
	return true;
}

static const char *read_segments(struct elf_image *f)
{
	size_t n;

	if (elf_getphdrnum(f->elf, &n) < 0)
		return "malformed ELF program headers";
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(f->elf, (int)i, &ph))
			return "malformed ELF program headers";
		if (ph.p_type != PT_LOAD && ph.p_type != PT_DYNAMIC &&
		    ph.p_type != PT_TLS && ph.p_type != PT_NOTE)
			continue;
		if (f->count == ELF_IMAGE_SEGMENTS)
			return "too many ELF segments";
		f->segment[f->count++] = ph;
	}
	return NULL;
}

/* What a segment has in the file, as far as the file goes. */
static struct bytes contents(const struct elf_image *f, const GElf_Phdr *ph)
{
	struct bytes b = bytes_from(f->file, ph->p_offset);

	if (b.n > ph->p_filesz)
		b.n = (size_t)ph->p_filesz;
	return b;
}

static void find_relocations(struct elf_image *f)
{
	u64 tag, value, table = 0, size = 0;
	struct bytes dynamic = {0};

	for (size_t i = 0; i < f->count; i++)
		if (f->segment[i].p_type == PT_DYNAMIC)
			dynamic = contents(f, &f->segment[i]);
	for (u64 at = 0; bytes_number(dynamic, at, 8, &tag) &&
	                 bytes_number(dynamic, at + 8, 8, &value) && tag != DT_NULL;
	     at += 16) {
		if (tag == DT_RELA)
			table = value;
		else if (tag == DT_RELASZ)
			size = value;
	}
	f->relocations = elf_image_at(f, table);
	if (f->relocations.n > size)
		f->relocations.n = (size_t)size;
}

const char *elf_image_open(struct elf_image *f, struct bytes file)
{
	const char *error = NULL;
	GElf_Ehdr eh;

	*f = (struct elf_image){.file = file};
	elf_version(EV_CURRENT);
	f->elf = elf_memory((char *)(uintptr_t)file.p, file.n);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF || !gelf_getehdr(f->elf, &eh))
		error = "not an ELF file";
	else if (eh.e_ident[EI_DATA] != ELFDATA2LSB)
		error = "not a little-endian program";
	else
		error = read_segments(f);
	if (error) {
		elf_image_close(f);
		return error;
	}
	f->machine = eh.e_machine;
	f->wide = eh.e_ident[EI_CLASS] == ELFCLASS64;
	find_relocations(f);
	return NULL;
}

void elf_image_close(struct elf_image *f)
{
	elf_end(f->elf);
	f->elf = NULL;
}

struct bytes elf_image_at(const struct elf_image *f, u64 address)
{
	for (size_t i = 0; i < f->count; i++) {
		const GElf_Phdr *ph = &f->segment[i];

		if (ph->p_type == PT_LOAD && address >= ph->p_vaddr &&
		    address - ph->p_vaddr < ph->p_filesz)
			return bytes_from(contents(f, ph), address - ph->p_vaddr);
	}
	return (struct bytes){0};
}

bool elf_image_offset(const struct elf_image *f, u64 address, u64 *offset)
{
	struct bytes b = elf_image_at(f, address);

	if (!b.n)
		return false;
	*offset = (u64)(b.p - f->file.p);
	return true;
}

bool elf_image_section(const struct elf_image *f, const char *name, u64 *address,
                       struct bytes *out)
{
	size_t names;

	if (elf_getshdrstrndx(f->elf, &names) < 0)
		return false;
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(f->elf, scn));) {
		GElf_Shdr sh;
		const char *it;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type == SHT_NOBITS)
			continue;
		it = elf_strptr(f->elf, names, sh.sh_name);
		if (!it || strcmp(it, name) != 0)
			continue;
		*address = sh.sh_addr;
		*out = bytes_from(f->file, sh.sh_offset);
		if (out->n > sh.sh_size)
			out->n = (size_t)sh.sh_size;
		return out->n != 0;
	}
	return false;
}

bool elf_image_has_sections(const struct elf_image *f)
{
	size_t n;

	return elf_getshdrnum(f->elf, &n) == 0 && n > 0;
}

void elf_image_relocate(const struct elf_image *f, u64 address, u8 *copy, size_t n)
{
	u64 relative = f->machine == EM_AARCH64 ? R_AARCH64_RELATIVE : R_X86_64_RELATIVE;
	Elf64_Rela r;

	for (size_t at = 0; f->relocations.n - at >= sizeof(r); at += sizeof(r)) {
		memcpy(&r, f->relocations.p + at, sizeof(r));
		if (ELF64_R_TYPE(r.r_info) == relative && r.r_offset >= address &&
		    r.r_offset - address < n && n - (r.r_offset - address) >= 8)
			memcpy(copy + (r.r_offset - address), &r.r_addend, 8);
	}
}

bool elf_image_word(const struct elf_image *f, u64 address, u64 *word)
{
	if (!bytes_number(elf_image_at(f, address), 0, 8, word))
		return false;
	elf_image_relocate(f, address, (u8 *)word, sizeof(*word));
	return true;
}
