/*
 * What the command prints while the screen is taken: held in memory, and printed when the
 * screen is free again. Not a pipe, which would end the command when the tracer does.
 */
#ifndef DIALTRACE_HELD_H
#define DIALTRACE_HELD_H

#include "dialtrace/out.h"

struct held {
	int fd;       /* to be printed to */
	s64 at;       /* up to where it has been printed on, or given up, */
	s64 left_out; /* bytes of the latter, */
	s64 looked;   /* and up to where held_line has looked */
};

/* Starts to hold; exits if that is not possible. */
struct held held_open(void);

/* Whether there is more than held_line has looked at. If so, puts the last line of it
 * that is not empty into o, escaped, and gives up what is older than the last 64 MiB. */
bool held_line(struct held *h, struct out *o);

/* Prints what was held to standard output; on standard error, how much was given up. */
void held_print(struct held *h);

#endif
