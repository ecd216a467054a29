/*
 * Which Go a program was built with, and what follows from that: where the runtime
 * keeps what the tracer reads, and how functions get their arguments.
 */
#ifndef DIALTRACE_GO_VERSION_H
#define DIALTRACE_GO_VERSION_H

#include "dialtrace/elf_image.h"

/* Go 1.7 to 1.26: the newest whose sources the table was checked against. A newer one is
 * taken for it. */
enum { GO_OLDEST = 7, GO_NEWEST = 26 };

struct go_version {
	unsigned minor; /* 19 is Go 1.19; 0: could not be told */
	char text[32];  /* "go1.19.8", printable; "" if the program does not say */
	bool guessed;   /* told by a string in its data, not by its build information */
};

/* Offsets in the runtime's structures, the same on amd64 and arm64. */
struct go_layout {
	unsigned since; /* minor version */
	u16 g_goid;     /* runtime.g's goid */
	u16 m_id;       /* runtime.m's id; 32 bits wide before Go 1.10 */
};

/* And those that have never changed. */
enum { GO_G_STACK_HI = 8, GO_G_M = 48 };

/* Finds out the version. build_version is the address of runtime.buildVersion, or 0 if
 * no symbol tells. */
void go_version_read(struct go_version *v, const struct elf_image *f, u64 build_version);

/* Returns the minor version that text names, "go1.19.8" or "devel go1.22-af3b…"; 0 if
 * it names none. */
unsigned go_version_parse(const char *text, size_t n);

/* Returns the layout of Go 1.minor, of the newest known if that is newer still. */
const struct go_layout *go_layout(unsigned minor);

#endif
