/*
 * A Go program's own table of its functions, which it cannot do without: stripping
 * leaves it. Four layouts, of Go 1.2, 1.16, 1.18 and 1.20 (runtime/symtab.go and
 * debug/gosym of each release).
 */
#ifndef DIALTRACE_GO_PCLNTAB_H
#define DIALTRACE_GO_PCLNTAB_H

#include "dialtrace/elf_image.h"

struct go_pclntab {
	unsigned since;     /* minor version of Go the layout came with */
	u64 count;          /* functions */
	u64 text;           /* what entries count from; 0 if they are addresses */
	bool narrow;        /* entries and offsets are 4 bytes wide, not 8 */
	struct bytes table; /* entry and offset of each function, by entry */
	struct bytes funcs; /* what offsets count from */
	struct bytes names;
	u8 *copy; /* relocated, if that took one */
};

struct go_function {
	struct bytes name; /* zero-terminated at most GO_NAME_MAX bytes on, or longer */
	u64 address;
	u64 size;
};

enum { GO_NAME_MAX = 256 };

/* Finds the table, by its section or, where the file has no such section, by its first
 * bytes. Returns NULL, or what is wrong; then there is nothing to close. */
const char *go_pclntab_open(struct go_pclntab *t, const struct elf_image *f);
void go_pclntab_close(struct go_pclntab *t);

/* Reads function i of count. Returns NULL, or what is wrong with it. */
const char *go_pclntab_function(const struct go_pclntab *t, u64 i,
                                struct go_function *fn);

#endif
