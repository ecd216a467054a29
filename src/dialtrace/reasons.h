/* Why the port's sequence and Go's differ where they do. */
#ifndef DIALTRACE_REASONS_H
#define DIALTRACE_REASONS_H

#include "dialtrace/sequence.h"

enum side { SIDE_PORT, SIDE_GO, SIDE_MOVED };

struct reason {
	const char *text; /* NULL: none */
	unsigned chapter; /* of the walkthrough, that explains it */
};

/* What is known of a step, or of a system call that is none: the table that reason_for
 * looks into. */
struct known_reason {
	unsigned chapter, place; /* the step; 0, 0: a system call that is none: */
	const char *syscall;     /* its name */
	const char *text;
	unsigned sides; /* 1 << side, of each for which it holds */
	unsigned see;   /* the chapter that explains it */
};

extern const struct known_reason known_reasons[];
extern const size_t known_reasons_count;

/* Why item is on that side only, or has another place in Go's sequence go; none if
 * nothing is known that explains it. */
struct reason reason_for(const struct item *item, enum side side,
                         const struct sequence *go);

#endif
