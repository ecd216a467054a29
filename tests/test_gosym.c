/* Go programs as the tracer reads them: their version, their functions, their g. The
 * programs are put together here, byte by byte: one for each layout of the function
 * table, stripped, relocated, cut off and otherwise broken. */
#include "dialtrace/go_pclntab.h"
#include "dialtrace/gosym.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- a program --- */

/* One segment holds it all; what is at offset OFF of the file is at BASE + OFF. */
#define BASE 0x400000u

enum {
	SIZE = 0x1400,
	TEXT = 0x200, /* FUNCTION bytes for each function */
	PCLNTAB = 0x400,
	DATA = 0x800,
	BUILD_INFO = 0xa00,
	MODULEDATA = 0xb00,
	DYNAMIC = 0xc00,
	RELA = 0xd00,
	SECTIONS = 0xf00,
	SYMTAB = 0x1100,
	STRTAB = 0x1180,
	FUNCTION = 0x40,
};

static const char *const names[] = {
    "runtime.main",
    "net.(*netFD).connect",
    "internal/poll.(*FD).Init",
    "internal/poll.runtime_pollOpen",
    "slices.SortFunc[go.shape.[]int,go.shape.int]",
    "runtime.morestack",
};
enum { COUNT = sizeof(names) / sizeof(names[0]) };

struct options {
	unsigned since;   /* layout of the function table */
	bool sections;    /* the file has a section table */
	bool pie;         /* addresses are left to the dynamic linker */
	bool no_text;     /* as Go 1.26: only moduledata has the start of the code */
	const char *info; /* build information, if any: its version */
	bool info_pointer;
};

static u8 image[SIZE];
static size_t relocations;

static void put(size_t at, u64 value, size_t width)
{
	assert_true(at + width <= SIZE);
	memcpy(image + at, &value, width);
}

/* An address, which in a PIE is zero in the file and in the relocations. */
static void put_address(const struct options *o, size_t at, u64 value)
{
	Elf64_Rela r = {BASE + at, ELF64_R_INFO(0, R_X86_64_RELATIVE), (s64)value};

	put(at, o->pie ? 0 : value, 8);
	if (!o->pie)
		return;
	memcpy(image + RELA + relocations * sizeof(r), &r, sizeof(r));
	relocations++;
}

static u64 entry_of(size_t i)
{
	return BASE + TEXT + i * FUNCTION;
}

static u32 magic_of(unsigned since)
{
	return since == 2    ? 0xfffffffb
	       : since == 16 ? 0xfffffffa
	       : since == 18 ? 0xfffffff0
	                     : 0xfffffff1;
}

/* Puts the names at NAMES from the table on, and returns where each is from there. */
enum { INLINED = 0xc0, FUNCTAB = 0x100, FUNCS = 0x200, NAMES = 0x300 };

static u32 put_name(size_t i)
{
	size_t at = 1; /* the first byte is never a name */

	for (size_t j = 0; j < i; j++)
		at += strlen(names[j]) + 1;
	strcpy((char *)image + PCLNTAB + NAMES + at, names[i]);
	return (u32)at;
}

/* Go 1.2: all is counted from the table's start; entries are addresses. */
static void put_pclntab_2(const struct options *o)
{
	size_t row = PCLNTAB + 16;

	put(PCLNTAB + 8, COUNT, 8);
	for (size_t i = 0; i < COUNT; i++, row += 16) {
		put_address(o, row, entry_of(i));
		put(row + 8, FUNCS + 32 * i, 8);
		put_address(o, PCLNTAB + FUNCS + 32 * i, entry_of(i));
		put(PCLNTAB + FUNCS + 32 * i + 8, NAMES + put_name(i), 4);
	}
	put_address(o, row, entry_of(COUNT));
}

/* Go 1.16: the parts have their own places. */
static void put_pclntab_16(const struct options *o)
{
	size_t row = PCLNTAB + FUNCTAB;

	put(PCLNTAB + 8, COUNT, 8);
	put(PCLNTAB + 8 + 8 * 2, NAMES, 8);
	put(PCLNTAB + 8 + 8 * 6, FUNCTAB, 8);
	for (size_t i = 0; i < COUNT; i++, row += 16) {
		put_address(o, row, entry_of(i));
		put(row + 8, FUNCS - FUNCTAB + 32 * i, 8);
		put_address(o, PCLNTAB + FUNCS + 32 * i, entry_of(i));
		put(PCLNTAB + FUNCS + 32 * i + 8, put_name(i), 4);
	}
	put_address(o, row, entry_of(COUNT));
}

/* Go 1.18 and 1.20: entries count from the start of the code. */
static void put_pclntab_18(const struct options *o)
{
	size_t row = PCLNTAB + FUNCTAB;

	put(PCLNTAB + 8, COUNT, 8);
	if (!o->no_text)
		put_address(o, PCLNTAB + 8 + 8 * 2, BASE + TEXT);
	put(PCLNTAB + 8 + 8 * 3, NAMES, 8);
	put(PCLNTAB + 8 + 8 * 7, FUNCTAB, 8);
	for (size_t i = 0; i < COUNT; i++, row += 8) {
		put(row, entry_of(i) - BASE - TEXT, 4);
		put(row + 4, FUNCS - FUNCTAB + 32 * i, 4);
		put(PCLNTAB + FUNCS + 32 * i, entry_of(i) - BASE - TEXT, 4);
		put(PCLNTAB + FUNCS + 32 * i + 4, put_name(i), 4);
	}
	put(row, entry_of(COUNT) - BASE - TEXT, 4);
}

static void put_pclntab(const struct options *o)
{
	put(PCLNTAB, magic_of(o->since), 4);
	put(PCLNTAB + 6, 1, 1);
	put(PCLNTAB + 7, 8, 1);
	if (o->since == 2)
		put_pclntab_2(o);
	else if (o->since == 16)
		put_pclntab_16(o);
	else
		put_pclntab_18(o);
	/* Of an inlined function there is the name alone. */
	strcpy((char *)image + PCLNTAB + NAMES + INLINED, "net.newFD");
	if (o->no_text) {
		put_address(o, MODULEDATA, BASE + PCLNTAB);
		put_address(o, MODULEDATA + 8 * 22, BASE + TEXT);
	}
}

static void put_string(const struct options *o, size_t at, size_t header,
                       const char *text)
{
	memcpy(image + at, text, strlen(text));
	put_address(o, header, BASE + at);
	put(header + 8, strlen(text), 8);
}

static void put_build_info(const struct options *o)
{
	if (!o->info)
		return;
	memcpy(image + BUILD_INFO, "\xff Go buildinf:", 14);
	put(BUILD_INFO + 14, 8, 1);
	if (o->info_pointer) {
		put_address(o, BUILD_INFO + 16, BASE + DATA + 0x40);
		put_string(o, DATA + 0x60, DATA + 0x40, o->info);
	} else {
		put(BUILD_INFO + 15, 2, 1);
		put(BUILD_INFO + 32, strlen(o->info), 1);
		memcpy(image + BUILD_INFO + 33, o->info, strlen(o->info));
	}
}

static void put_header(const struct options *o)
{
	Elf64_Ehdr eh = {
	    .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
	    .e_type = o->pie ? ET_DYN : ET_EXEC,
	    .e_machine = EM_X86_64,
	    .e_version = EV_CURRENT,
	    .e_phoff = sizeof(eh),
	    .e_ehsize = sizeof(eh),
	    .e_phentsize = sizeof(Elf64_Phdr),
	    .e_phnum = 2,
	};
	Elf64_Phdr ph[2] = {
	    {.p_type = PT_LOAD,
	     .p_flags = PF_R | PF_W | PF_X,
	     .p_vaddr = BASE,
	     .p_filesz = SIZE,
	     .p_memsz = SIZE},
	    {.p_type = o->pie ? PT_DYNAMIC : PT_NULL,
	     .p_offset = DYNAMIC,
	     .p_vaddr = BASE + DYNAMIC,
	     .p_filesz = 0x100,
	     .p_memsz = 0x100},
	};

	memcpy(image, &eh, sizeof(eh));
	memcpy(image + sizeof(eh), ph, sizeof(ph));
	put(DYNAMIC, DT_RELA, 8);
	put(DYNAMIC + 8, BASE + RELA, 8);
	put(DYNAMIC + 16, DT_RELASZ, 8);
	put(DYNAMIC + 24, relocations * sizeof(Elf64_Rela), 8);
}

/* A section table: the function table and build information by name, and symbols. */
static void put_sections(const struct options *o, bool symbols)
{
	static const char strings[] = "\0.gopclntab\0.go.buildinfo\0.shstrtab\0"
	                              ".symtab\0.strtab\0.data.rel.ro.gopclntab";
	enum { SHSTRTAB = SECTIONS + 0x180 };
	const Elf64_Shdr sh[] = {
	    {0},
	    {.sh_name = o->pie ? 52 : 1,
	     .sh_type = SHT_PROGBITS,
	     .sh_addr = BASE + PCLNTAB,
	     .sh_offset = PCLNTAB,
	     .sh_size = DATA - PCLNTAB},
	    {.sh_name = 12,
	     .sh_type = SHT_PROGBITS,
	     .sh_addr = BASE + BUILD_INFO,
	     .sh_offset = BUILD_INFO,
	     .sh_size = 0x100},
	    {.sh_name = 26,
	     .sh_type = SHT_STRTAB,
	     .sh_offset = SHSTRTAB,
	     .sh_size = sizeof(strings)},
	    {.sh_name = 36,
	     .sh_type = symbols ? SHT_SYMTAB : SHT_NULL,
	     .sh_offset = SYMTAB,
	     .sh_size = 4 * sizeof(Elf64_Sym),
	     .sh_link = 5,
	     .sh_entsize = sizeof(Elf64_Sym)},
	    {.sh_name = 44,
	     .sh_type = symbols ? SHT_STRTAB : SHT_NULL,
	     .sh_offset = STRTAB,
	     .sh_size = 0x200},
	};
	Elf64_Ehdr eh;

	memcpy(&eh, image, sizeof(eh));
	eh.e_shoff = SECTIONS;
	eh.e_shentsize = sizeof(sh[0]);
	eh.e_shnum = sizeof(sh) / sizeof(sh[0]);
	eh.e_shstrndx = 3;
	memcpy(image, &eh, sizeof(eh));
	memcpy(image + SECTIONS, sh, sizeof(sh));
	memcpy(image + SHSTRTAB, strings, sizeof(strings));
}

static void build(const struct options *o)
{
	memset(image, 0, sizeof(image));
	relocations = 0;
	put_pclntab(o);
	put_build_info(o);
	put_header(o);
	if (o->sections)
		put_sections(o, false);
}

static struct bytes whole(void)
{
	return (struct bytes){image, SIZE};
}

/* --- what is made of it --- */

static bool open_go(struct gosym *g)
{
	const char *error;
	bool ok = gosym_open(g, whole(), &error);

	if (error)
		print_message("%s\n", error);
	return ok;
}

static void assert_found(const struct gosym_function *fn, size_t i)
{
	assert_true(fn->found);
	assert_int_equal(fn->offset, TEXT + i * FUNCTION);
	assert_int_equal(fn->size, FUNCTION);
}

static void assert_functions(const struct gosym *g)
{
	struct gosym_function fns[] = {
	    {.name = "net.(*netFD).connect"},
	    {.name = "runtime.netpollopen"},
	    {.name = "internal/poll.runtime_pollOpen"},
	    {.name = "internal/poll.(*FD).Init"},
	    {.name = "slices.SortFunc[go.shape.[]int,go.shape.int]"},
	    {.name = "net.newFD"},
	};

	assert_null(gosym_find(g, fns, 6));
	assert_found(&fns[0], 1);
	assert_false(fns[1].found);
	assert_int_equal(fns[1].inlined, g->version.minor < 9); /* no names then */
	assert_false(fns[5].found);
	assert_true(fns[5].inlined);
	assert_found(&fns[2], 3);
	assert_found(&fns[3], 2);
	assert_found(&fns[4], 4);
}

static const unsigned layouts[] = {2, 16, 18, 20};

enum { KINDS = 16 };

/* Each layout, as an executable and as a PIE, with its sections and without. */
static struct options kind(unsigned i, const char *info)
{
	return (struct options){
	    .since = layouts[i / 4], .pie = i & 1, .sections = i & 2, .info = info};
}

static void test_layouts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		struct options o = kind(i, "go1.19.8");
		struct gosym g;

		build(&o);
		assert_true(open_go(&g));
		assert_int_equal(g.version.minor, 19);
		assert_string_equal(g.version.text, "go1.19.8");
		assert_false(g.version.guessed);
		assert_functions(&g);
		gosym_close(&g);
	}
}

static void test_text_in_moduledata(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct options o = {.since = 20,
		                    .no_text = true,
		                    .pie = i & 1,
		                    .sections = i & 2,
		                    .info = "go1.26.0"};
		struct gosym g;

		build(&o);
		assert_true(open_go(&g));
		assert_functions(&g);
		gosym_close(&g);
	}
}

static void test_version_by_address(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct options o = {.since = 16,
		                    .pie = i & 1,
		                    .sections = i & 2,
		                    .info = "go1.16.3",
		                    .info_pointer = true};
		struct gosym g;

		build(&o);
		assert_true(open_go(&g));
		assert_int_equal(g.version.minor, 16);
		assert_string_equal(g.version.text, "go1.16.3");
		assert_false(gosym_register_arguments(&g));
		gosym_close(&g);
	}
}

/* The version is shown: what could steer a terminal is no part of it. */
static void test_version_hostile(void **state)
{
	struct options o = {.since = 18, .info = "go1.19\033]0;title\a"};
	struct gosym g;

	(void)state;
	build(&o);
	assert_true(open_go(&g));
	assert_int_equal(g.version.minor, 19);
	assert_string_equal(g.version.text, "go1.19");
	gosym_close(&g);
}

/* Before 1.13: the version is a string among others, here with an older one. */
static void test_version_by_string(void **state)
{
	(void)state;
	for (unsigned pie = 0; pie < 2; pie++) {
		struct options o = {.since = 2, .pie = pie};
		struct gosym g;

		build(&o);
		put_string(&o, DATA + 0x100, DATA, "go1.2");
		put_string(&o, DATA + 0x120, DATA + 16, "go1.7.4");
		put_string(&o, DATA + 0x140, DATA + 32, "go away");
		put_header(&o); /* there are relocations now */
		assert_true(open_go(&g));
		assert_int_equal(g.version.minor, 7);
		assert_string_equal(g.version.text, "go1.7.4");
		assert_true(g.version.guessed);
		assert_functions(&g);
		gosym_close(&g);
	}
}

static void test_version_by_layout(void **state)
{
	static const unsigned versions[][2] = {{2, 12}, {16, 16}, {18, 18}, {20, 20}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct options o = {.since = versions[i][0]};
		struct gosym g;

		build(&o);
		assert_true(open_go(&g));
		assert_int_equal(g.version.minor, versions[i][1]);
		assert_string_equal(g.version.text, "");
		assert_true(g.version.guessed);
		gosym_close(&g);
	}
}

static void put_symbol(size_t i, const char *name, u8 type, u64 value, u64 size)
{
	Elf64_Sym sym = {.st_name = (Elf64_Word)(0x40 * i),
	                 .st_info = ELF64_ST_INFO(STB_GLOBAL, type),
	                 .st_shndx = 1,
	                 .st_value = value,
	                 .st_size = size};

	strcpy((char *)image + STRTAB + 0x40 * i, name);
	memcpy(image + SYMTAB + i * sizeof(sym), &sym, sizeof(sym));
}

/* The symbol table knows the exact size, and what is in assembly. */
static void test_symbol_table(void **state)
{
	struct options o = {.since = 18, .info = "go1.19"};
	struct gosym_function fns[] = {{.name = "net.(*netFD).connect"},
	                               {.name = "runtime.closeonexec"}};
	struct gosym g;

	(void)state;
	build(&o);
	put_sections(&o, true);
	put_symbol(1, "net.(*netFD).connect", STT_FUNC, entry_of(1), 33);
	put_symbol(2, "runtime.closeonexec.abi0", STT_FUNC, entry_of(2), 26);
	put_symbol(3, "runtime.closeonexec", STT_OBJECT, BASE + DATA, 8);
	assert_true(open_go(&g));
	assert_null(gosym_find(&g, fns, 2));
	assert_true(fns[0].found && fns[1].found);
	assert_int_equal(fns[0].offset, TEXT + FUNCTION);
	assert_int_equal(fns[0].size, 33);
	assert_int_equal(fns[1].offset, TEXT + 2 * FUNCTION);
	assert_int_equal(fns[1].size, 26);
	gosym_close(&g);
}

/* --- g --- */

static void put_tls(u64 size, u64 align)
{
	Elf64_Phdr tls = {.p_type = PT_TLS, .p_memsz = size, .p_align = align};

	memcpy(image + sizeof(Elf64_Ehdr) + sizeof(tls), &tls, sizeof(tls));
}

static void test_g(void **state)
{
	struct options o = {.since = 18, .info = "go1.19"};
	struct gosym g;
	u64 offset;

	(void)state;
	build(&o);
	assert_true(open_go(&g));
	assert_true(gosym_g(&g, &offset));
	assert_int_equal((s64)offset, -8); /* no thread-local storage but Go's own */
	gosym_close(&g);

	put_tls(8, 8);
	assert_true(open_go(&g));
	assert_true(gosym_g(&g, &offset));
	assert_int_equal((s64)offset, -8);
	gosym_close(&g);

	put_tls(40, 16); /* C has some, too: only the symbol tells */
	assert_true(open_go(&g));
	assert_false(gosym_g(&g, &offset));
	gosym_close(&g);

	put_sections(&o, true);
	put_symbol(1, "runtime.tlsg", STT_TLS, 16, 8);
	assert_true(open_go(&g));
	assert_true(gosym_g(&g, &offset));
	assert_int_equal((s64)offset, 16 - 48);
	gosym_close(&g);
}

/* The code tells, too, whatever else is in thread-local storage. */
static void test_g_in_code(void **state)
{
	static const char at_once[] = "\x64\x48\x8b\x1c\x25\xa0\xff\xff\xff";
	static const char by_rcx[] = "\x48\xc7\xc1\xf0\xff\xff\xff\x64\x48\x8b\x19";
	struct options o = {.since = 18, .info = "go1.19"};
	struct gosym g;
	u64 offset;

	(void)state;
	build(&o);
	put_tls(128, 16);
	memcpy(image + TEXT + (COUNT - 1) * FUNCTION, at_once, sizeof(at_once));
	assert_true(open_go(&g));
	assert_true(gosym_g(&g, &offset));
	assert_int_equal((s64)offset, -96);
	gosym_close(&g);
	memcpy(image + TEXT + (COUNT - 1) * FUNCTION, by_rcx, sizeof(by_rcx));
	assert_true(open_go(&g));
	assert_true(gosym_g(&g, &offset));
	assert_int_equal((s64)offset, -16);
	gosym_close(&g);
}

static void test_offsets(void **state)
{
	static const struct {
		unsigned minor, goid, id;
	} expected[] = {{7, 192, 184},  {8, 192, 184},  {9, 152, 184},  {10, 152, 224},
	                {11, 152, 224}, {12, 152, 232}, {16, 152, 232}, {17, 152, 232},
	                {19, 152, 232}, {22, 152, 232}, {23, 160, 232}, {24, 160, 232},
	                {25, 152, 224}, {26, 152, 232}, {99, 152, 232}};

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct go_layout *l = go_layout(expected[i].minor);

		assert_int_equal(l->g_goid, expected[i].goid);
		assert_int_equal(l->m_id, expected[i].id);
	}
}

static void test_arguments(void **state)
{
	struct gosym g = {.file.machine = EM_X86_64, .version.minor = 16};

	(void)state;
	assert_false(gosym_register_arguments(&g));
	g.version.minor = 17;
	assert_true(gosym_register_arguments(&g));
	g.file.machine = EM_AARCH64;
	assert_false(gosym_register_arguments(&g));
	g.version.minor = 18;
	assert_true(gosym_register_arguments(&g));
}

static void test_version_text(void **state)
{
	static const struct {
		const char *text;
		unsigned minor;
	} texts[] = {{"go1.7", 7},
	             {"go1.19.8", 19},
	             {"go1.20.3 X:nocoverageredesign", 20},
	             {"devel go1.22-af3bf86 Wed Nov 1", 22},
	             {"go1.21rc2", 21},
	             {"devel +af3bf86 Wed Nov 1", 0},
	             {"go1.", 0},
	             {"go2.0", 0},
	             {"", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(go_version_parse(texts[i].text, strlen(texts[i].text)),
		                 texts[i].minor);
}

/* --- prologues, as objdump shows them in programs of these versions --- */

static void assert_probe(const char *code, size_t n, u64 offset, bool on_branch)
{
	struct go_probe p = go_prologue(EM_X86_64, (struct bytes){(const u8 *)code, n});

	assert_int_equal(p.offset, offset);
	assert_int_equal(p.on_branch, on_branch);
}

#define PROBE(code, offset, branch) assert_probe(code, sizeof(code) - 1, offset, branch)

static void test_prologues(void **state)
{
	(void)state;
	/* 1.7: mov %fs:-8,%rcx; cmp 0x10(%rcx),%rsp; jbe */
	PROBE("\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff\x48\x3b\x61\x10\x0f\x86\1\0\0\0", 13,
	      true);
	/* with a larger frame: lea -0x80(%rsp),%rax; cmp 0x10(%rcx),%rax */
	PROBE("\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff\x48\x8d\x44\x24\x80\x48\x3b\x41\x10"
	      "\x0f\x86\1\0\0\0",
	      18, true);
	/* 1.7 PIE: mov $-8,%rcx; mov %fs:(%rcx),%rcx */
	PROBE("\x48\xc7\xc1\xf8\xff\xff\xff\x64\x48\x8b\x09\x48\x3b\x61\x10\x76\x20", 15,
	      true);
	/* a shared library: mov off(%rip),%rcx; mov %fs:(%rcx),%rcx */
	PROBE("\x48\x8b\x0d\1\2\3\4\x64\x48\x8b\x09\x48\x3b\x61\x10\x76\x20", 15, true);
	/* 1.19: cmp 0x10(%r14),%rsp; jbe; sub */
	PROBE("\x49\x3b\x66\x10\x76\x20\x48\x83\xec\x18", 4, true);
	/* lea -0x118(%rsp),%r12; cmp 0x10(%r14),%r12; jbe far */
	PROBE("\x4c\x8d\xa4\x24\xe8\xfe\xff\xff\x4d\x3b\x66\x10\x0f\x86\1\0\0\0\x48", 12,
	      true);
	/* 1.21: the check, then push %rbp, which is only reached once */
	PROBE("\x49\x3b\x66\x10\x76\x20\x55\x48\x89\xe5", 6, false);
	PROBE("\x49\x3b\x66\x10\x0f\x86\1\0\0\0\x55\x48\x89\xe5", 10, false);
	/* no check: push %rbp at the entry, or anything */
	PROBE("\x55\x48\x89\xe5", 0, false);
	PROBE("\x48\x83\xec\x18\x49\x3b\x66\x10\x76\x20", 0, false);
	/* 1.19, netpollready: cmp $'r',%ecx; je. Another comparison is not known. */
	PROBE("\x83\xf9\x72\x74\x08\x81\xf9", 3, false);
	PROBE("\x83\xf9\x73\x74\x08\x81\xf9", 0, false);
	PROBE("\x83\xf9\x72\x90", 0, false);
	/* 1.19, netpollblockcommit: a compare-and-swap; sete %al; test %al,%al; je */
	PROBE("\x48\x89\xc1\xb8\2\0\0\0\xf0\x48\x0f\xb1\x0b\x0f\x94\xc0\x84\xc0\x74\x10",
	      18, false);
	PROBE("\x48\x89\xc1\xb8\2\0\0\0\xf0\x48\x0f\xb1\x0b\x0f\x94\xc0\x84\xc0\x75\x10",
	      0, false);
	PROBE("\x48\x89\xc1\xb8\2\0\0\0\xf0\x48\x0f", 0, false);
	/* a check that is cut off, or followed by something else */
	PROBE("\x49\x3b\x66\x10\x0f\x86\1\0", 0, false);
	PROBE("\x49\x3b\x66\x10\x90\x90", 0, false);
	PROBE("", 0, false);
}

static void test_prologue_elsewhere(void **state)
{
	static const u8 code[] = {0x49, 0x3b, 0x66, 0x10, 0x76, 0x20};
	struct go_probe p = go_prologue(EM_AARCH64, (struct bytes){code, sizeof(code)});

	(void)state;
	assert_int_equal(p.offset, 0);
	assert_false(p.on_branch);
}

/* --- what is not right --- */

static void assert_refused(const char *what)
{
	struct gosym g;
	const char *error;

	assert_false(gosym_open(&g, whole(), &error));
	assert_string_equal(error, what);
}

static void assert_version(unsigned minor)
{
	struct gosym g;
	const char *error;

	assert_true(gosym_open(&g, whole(), &error));
	assert_int_equal(g.version.minor, minor);
	gosym_close(&g);
}

static void assert_not_go(void)
{
	struct gosym g;
	const char *error;

	assert_false(gosym_open(&g, whole(), &error));
	assert_null(error);
}

static void test_not_go(void **state)
{
	struct options o = {.since = 20};

	(void)state;
	build(&o);
	memset(image + PCLNTAB, 0, 16);
	assert_not_go();
	memset(image, 0, 4);
	assert_not_go();
	assert_false(
	    gosym_open(&(struct gosym){0}, (struct bytes){0}, &(const char *){0}));
}

static void test_refused(void **state)
{
	struct options o = {.since = 20, .sections = true, .info = "go1.21"};

	(void)state;
	build(&o);
	put(offsetof(Elf64_Ehdr, e_machine), EM_RISCV, 2);
	assert_refused("a Go program for another architecture");
}

/* A Go program, though none whose functions can be shown. */
static void test_unknown_version(void **state)
{
	struct options o = {.since = 20, .sections = true, .info = "go1.6.4"};

	(void)state;
	build(&o);
	assert_version(6);
	o.info = NULL;
	build(&o);
	memset(image + PCLNTAB, 0, 16);
	assert_version(0);
}

/* A 32-bit one, by a note of Go's linker. */
static void test_32_bit(void **state)
{
	Elf32_Ehdr eh = {
	    .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
	    .e_type = ET_EXEC,
	    .e_machine = EM_386,
	    .e_version = EV_CURRENT,
	    .e_phoff = sizeof(eh),
	    .e_ehsize = sizeof(eh),
	    .e_phentsize = sizeof(Elf32_Phdr),
	    .e_phnum = 2,
	};
	Elf32_Phdr ph[2] = {
	    {.p_type = PT_LOAD, .p_vaddr = BASE, .p_filesz = SIZE, .p_memsz = SIZE},
	    {.p_type = PT_NOTE,
	     .p_offset = DATA,
	     .p_vaddr = BASE + DATA,
	     .p_filesz = 32,
	     .p_memsz = 32}};

	(void)state;
	memset(image, 0, sizeof(image));
	memcpy(image, &eh, sizeof(eh));
	memcpy(image + sizeof(eh), ph, sizeof(ph));
	memcpy(image + DATA, "\4\0\0\0\4\0\0\0\4\0\0\0Go\0\0abc", 20);
	assert_refused("a 32-bit Go program; dialtrace knows 64-bit ones only");
}

static const char *find_error(void)
{
	struct gosym_function fn = {.name = "net.(*netFD).connect"};
	struct gosym g;
	const char *error;

	assert_true(open_go(&g));
	error = gosym_find(&g, &fn, 1);
	gosym_close(&g);
	return error;
}

/* A table that says what cannot be: in each layout, with its section to point at it. */
static void test_malformed(void **state)
{
	static const char cut_off[] = "Go function table is cut off";

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct options o = {
		    .since = layouts[i], .sections = true, .info = "go1.20"};
		size_t row = PCLNTAB + (o.since == 2 ? 16 : FUNCTAB);
		size_t width = o.since < 18 ? 8 : 4;

		build(&o);
		put(PCLNTAB + 8, ~0ull, 8); /* as many functions as can be said */
		assert_string_equal(find_error(), cut_off);
		put(PCLNTAB + 8, 1ull << 60, 8);
		assert_string_equal(find_error(), cut_off);
		put(PCLNTAB + 8, 0, 8); /* and none */
		assert_string_equal(find_error(), cut_off);

		build(&o);
		put(row + 2 * width, width == 8 ? BASE : 0, width);
		put(row + 4 * width, width == 8 ? BASE - 1 : 0, width);
		put(row + 2 * width, ~0ull >> (64 - 8 * width), width);
		assert_string_equal(find_error(), "Go function table is not sorted");

		build(&o);
		put(row + width, 0xffffffffu, width); /* where the function is told of */
		assert_string_equal(find_error(), cut_off);

		build(&o);
		put(PCLNTAB + FUNCS + width, 0xfffffff0u, 4); /* where its name is */
		assert_string_equal(find_error(), cut_off);

		build(&o);
		put(PCLNTAB + 7, 4, 1); /* another pointer size */
		assert_string_equal(
		    find_error(),
		    "Go function table has a layout that dialtrace does not know");

		build(&o);
		put(PCLNTAB, 0xffffffe0u, 4); /* another magic number */
		assert_string_equal(
		    find_error(),
		    "Go function table has a layout that dialtrace does not know");
		if (o.since == 2)
			continue;
		build(&o);
		put(PCLNTAB + 8 + 8 * (o.since == 16 ? 6 : 7), ~0ull, 8);
		assert_string_equal(find_error(), cut_off);
		build(&o);
		put(PCLNTAB + 8 + 8 * (o.since == 16 ? 2 : 3), SIZE, 8);
		assert_string_equal(find_error(), cut_off);
	}
}

static void test_no_text(void **state)
{
	struct options o = {
	    .since = 20, .no_text = true, .sections = true, .info = "go1.26"};

	(void)state;
	build(&o);
	put(MODULEDATA, 0, 8);
	assert_string_equal(find_error(),
	                    "Go function table does not tell where the code starts");
}

/* A file that ends early, anywhere: an answer or an error, within the file. */
static void test_cut_off(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KINDS; i++) {
		struct options o = kind(i, "go1.19");

		build(&o);
		for (size_t n = 0; n < SIZE; n += n < 0x200 ? 1 : 61) {
			struct gosym_function fn = {.name = "runtime.main"};
			/* On the heap, to its last byte: sanitizers see any other. */
			u8 *copy = malloc(n + 1);
			struct gosym g;
			const char *error;
			u64 offset;

			assert_non_null(copy);
			memcpy(copy, image, n);
			if (gosym_open(&g, (struct bytes){copy, n}, &error)) {
				if (!gosym_find(&g, &fn, 1) && fn.found)
					assert_true(fn.offset < n);
				gosym_g(&g, &offset);
				gosym_close(&g);
			}
			free(copy);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_layouts),
	    cmocka_unit_test(test_text_in_moduledata),
	    cmocka_unit_test(test_version_by_address),
	    cmocka_unit_test(test_version_hostile),
	    cmocka_unit_test(test_version_by_string),
	    cmocka_unit_test(test_version_by_layout),
	    cmocka_unit_test(test_symbol_table),
	    cmocka_unit_test(test_g),
	    cmocka_unit_test(test_g_in_code),
	    cmocka_unit_test(test_offsets),
	    cmocka_unit_test(test_arguments),
	    cmocka_unit_test(test_version_text),
	    cmocka_unit_test(test_prologues),
	    cmocka_unit_test(test_prologue_elsewhere),
	    cmocka_unit_test(test_not_go),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_unknown_version),
	    cmocka_unit_test(test_32_bit),
	    cmocka_unit_test(test_malformed),
	    cmocka_unit_test(test_no_text),
	    cmocka_unit_test(test_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
