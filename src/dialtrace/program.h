/*
 * The traced program, before it is probed: which functions of the step table it has,
 * and where it keeps what the probes read. One built on the port, or with Go.
 */
#ifndef DIALTRACE_PROGRAM_H
#define DIALTRACE_PROGRAM_H

#include <stdbool.h>

#include "config.h"
#include "dialtrace/steps.h"

struct program {
	unsigned go;   /* it was built with Go 1.go; 0: the port, or neither */
	char note[80]; /* "Go 1.19.8", and what is uncertain; "" if go is 0 */
	size_t count;  /* of functions: */
	size_t *row;   /* its row, step_at's */
	u64 *offset;   /* where its probe goes, in the file */
	bool *missing; /* per row of the table: the program lacks the function, */
	bool *inlined; /* having it inlined */
};

/* Reads the program at path, and tells the probes about it in *config. Exits with a
 * message if it is malformed, which calls it name. */
void program_read(struct program *p, const char *path, const char *name,
                  struct config *config);
void program_free(struct program *p);

#endif
