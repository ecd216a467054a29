/*
 * What one dial did, in order, as far as it can be compared with another program's: the
 * calls that are steps and the system calls, of the goroutine that dials and of the
 * scheduler.
 */
#ifndef DIALTRACE_SEQUENCE_H
#define DIALTRACE_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "dialtrace/steps.h"

struct item {
	unsigned char chapter, place; /* 0, 0: no step */
	bool call;                    /* a function is entered; else a system call */
	char *name;                   /* the function's or the system call's */
	char *error;                  /* of a system call that failed, else "" */
	char *text;                   /* as the trace has it */

	/* Where it stands in the other sequence, NOWHERE if it does not; and whether that
	 * is in another order. */
	size_t partner;
	bool moved;
};

#define NOWHERE ((size_t)-1)

struct sequence {
	struct item *items;
	size_t n;
	unsigned go;   /* the program was built with Go 1.go; 0: the port */
	bool *inlined; /* per row of the step table: it has that function inlined, */
	bool *missing; /* or not at all */
};

/* Reads a recording from path, from the dial on. Exits with status 125, and says why,
 * when it is none or has no dial. */
struct sequence sequence_read(const char *path);
void sequence_free(struct sequence *s);

/* Pairs off the items of both that are the same step, or the same system call with the
 * same error: the most that stand in one order; then those that remain, as moved. */
void sequence_align(struct sequence *a, struct sequence *b);

#endif
