/* A program's Go version: see go_version.h. */
#include "dialtrace/go_version.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* From runtime/runtime2.go of each release; 1.7.4 and 1.19 also from running ones. */
static const struct go_layout layouts[] = {
    {.since = 7, .g_goid = 192, .m_id = 184},
    {.since = 9, .g_goid = 152, .m_id = 184},  /* no stackAlloc, no stkbar in g */
    {.since = 10, .g_goid = 152, .m_id = 224}, /* goSigStack in m */
    {.since = 12, .g_goid = 152, .m_id = 232}, /* oldp in m */
    {.since = 23, .g_goid = 160, .m_id = 232}, /* syscallbp in g */
    {.since = 25, .g_goid = 152, .m_id = 224}, /* no ret in gobuf */
    {.since = 26, .g_goid = 152, .m_id = 232}, /* read off 1.26.5 as it runs */
};

const struct go_layout *go_layout(unsigned minor)
{
	const struct go_layout *it = layouts;

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].since <= minor)
			it = &layouts[i];
	return it;
}

unsigned go_version_parse(const char *text, size_t n)
{
	static const char prefix[] = "go1.";
	const char *p = memmem(text, n, prefix, strlen(prefix));
	unsigned minor = 0;

	if (!p)
		return 0;
	for (p += strlen(prefix); p < text + n && *p >= '0' && *p <= '9' && minor < 100;
	     p++)
		minor = 10 * minor + (unsigned)(*p - '0');
	return minor;
}

/* Takes n bytes as the version if they name one. */
static bool take(struct go_version *v, struct bytes b, u64 n)
{
	unsigned minor;

	if (!n || n > b.n || n > 256)
		return false;
	minor = go_version_parse((const char *)b.p, (size_t)n);
	if (!minor)
		return false;
	v->minor = minor;
	memset(v->text, 0, sizeof(v->text));
	for (size_t i = 0; i < n && i < sizeof(v->text) - 1; i++) {
		if (b.p[i] < ' ' || b.p[i] > '~')
			break; /* it goes to a terminal */
		v->text[i] = (char)b.p[i];
	}
	return true;
}

/* Takes the Go string whose pointer and length are at address. */
static bool take_string(struct go_version *v, const struct elf_image *f, u64 address)
{
	u64 p, n;

	return elf_image_word(f, address, &p) && elf_image_word(f, address + 8, &n) &&
	       take(v, elf_image_at(f, p), n);
}

/* A length in groups of seven bits, the low ones first. */
static bool varint(struct bytes *b, u64 *value)
{
	*value = 0;
	for (unsigned i = 0; i < b->n && i < 9; i++) {
		*value |= (u64)(b->p[i] & 0x7f) << (7 * i);
		if (b->p[i] & 0x80)
			continue;
		*b = bytes_from(*b, i + 1);
		return true;
	}
	return false;
}

/* The build information that Go 1.13 and later leave: 32 bytes, then from 1.18 on
 * the version itself; before that, the address of the string. */
enum { INFO_FLAGS = 15, INFO_POINTER = 16, INFO_SIZE = 32 };
enum { INFO_INLINE = 2 };

static const u8 info_magic[14] = "\xff Go buildinf:";

static bool take_build_info(struct go_version *v, const struct elf_image *f, u64 address,
                            struct bytes info)
{
	struct bytes rest = bytes_from(info, INFO_SIZE);
	u64 n, p;

	if (info.n < INFO_SIZE || memcmp(info.p, info_magic, sizeof(info_magic)) != 0)
		return false;
	if (info.p[INFO_FLAGS] & INFO_INLINE)
		return varint(&rest, &n) && take(v, rest, n);
	return elf_image_word(f, address + INFO_POINTER, &p) && take_string(v, f, p);
}

/* Without a section table it is found by its first bytes, at the start of the data. */
static bool find_build_info(struct go_version *v, const struct elf_image *f)
{
	enum { ALIGN = 16, SEARCHED = 64 * 1024 };
	struct bytes info;
	u64 address;

	if (elf_image_section(f, ".go.buildinfo", &address, &info))
		return take_build_info(v, f, address, info);
	for (size_t i = 0; i < f->count; i++) {
		const GElf_Phdr *ph = &f->segment[i];

		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W))
			continue;
		for (u64 at = 0; at < SEARCHED; at += ALIGN)
			if (take_build_info(v, f, ph->p_vaddr + at,
			                    elf_image_at(f, ph->p_vaddr + at)))
				return true;
	}
	return false;
}

/* A stripped program of before 1.13: its version is one of the strings in its data.
 * It may well name older ones too (go/build knows them all), hardly newer. */
static void guess(struct go_version *v, const struct elf_image *f, const GElf_Phdr *ph)
{
	struct bytes data = elf_image_at(f, ph->p_vaddr);
	struct go_version it = {0};
	u64 p, n;
	u8 *copy;

	copy = malloc(data.n);
	if (!copy)
		err(125, "data of the program");
	memcpy(copy, data.p, data.n);
	elf_image_relocate(f, ph->p_vaddr, copy, data.n);
	data.p = copy;
	for (u64 at = 0;
	     bytes_number(data, at, 8, &p) && bytes_number(data, at + 8, 8, &n);
	     at += 8) {
		struct bytes text;

		if (n < strlen("go1.7") || n >= sizeof(v->text))
			continue;
		text = elf_image_at(f, p);
		if (text.n < n || memcmp(text.p, "go1.", 4) != 0 || !take(&it, text, n))
			continue;
		if (it.minor > v->minor) {
			*v = it;
			v->guessed = true;
		}
	}
	free(copy);
}

void go_version_read(struct go_version *v, const struct elf_image *f, u64 build_version)
{
	*v = (struct go_version){0};
	if (find_build_info(v, f) || (build_version && take_string(v, f, build_version)))
		return;
	for (size_t i = 0; i < f->count; i++)
		if (f->segment[i].p_type == PT_LOAD && (f->segment[i].p_flags & PF_W) &&
		    elf_image_at(f, f->segment[i].p_vaddr).n)
			guess(v, f, &f->segment[i]);
}
