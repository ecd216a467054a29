/*
 * What the tracer needs to know of a Go program, of any version from GO_OLDEST on,
 * stripped or not: which Go it is, where its functions are, where it keeps its g.
 */
#ifndef DIALTRACE_GOSYM_H
#define DIALTRACE_GOSYM_H

#include "dialtrace/elf_image.h"
#include "dialtrace/go_prologue.h"
#include "dialtrace/go_version.h"

struct gosym {
	struct elf_image file;
	struct go_version version;
};

/* A function that is looked for. */
struct gosym_function {
	const char *name; /* Go's: "net.(*netFD).connect" */
	bool found;       /* false: the program has no such function, */
	bool inlined;     /* because it was inlined everywhere; else it is not used */
	u64 offset;       /* of its first instruction in the file */
	u64 size;         /* in bytes */
	struct go_probe probe; /* where its probe belongs */
};

/*
 * Opens a program, whose bytes must stay until gosym_close. Returns true if it is a Go
 * program; false if it is something else; false, and what is wrong in *error, if it
 * is a Go program that cannot be used.
 */
bool gosym_open(struct gosym *g, struct bytes file, const char **error);
void gosym_close(struct gosym *g);

/* Looks up n functions. Returns NULL, or what is wrong with the program's tables. */
const char *gosym_find(const struct gosym *g, struct gosym_function *fns, size_t n);

/* How far from the thread pointer the program keeps its g (modulo 2^64); amd64. On
 * arm64 it is in a register. Returns false if the program does not tell. */
bool gosym_g(const struct gosym *g, u64 *offset);

/* Tells whether arguments are in registers, rather than on the stack. */
bool gosym_register_arguments(const struct gosym *g);

#endif
