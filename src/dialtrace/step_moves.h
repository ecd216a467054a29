/* Where to go from a line of a run: to the next stop, back, to what is searched for. */
#ifndef DIALTRACE_STEP_MOVES_H
#define DIALTRACE_STEP_MOVES_H

#include "dialtrace/step_run.h"

/* Which lines are stops. */
enum step_mode {
	STEP_OFF,      /* none */
	STEP_LINES,    /* each of them */
	STEP_CALLS,    /* where a function is entered */
	STEP_SYSCALLS, /* where a system call goes to sleep or returns */
	STEP_STEPS,    /* where a step of the walkthrough comes for the first time */
};

/* Whether a line is a stop. */
bool moves_is_stop(const struct run *r, size_t at, enum step_mode mode);

/* The first and the last stop, and those next to a line; before the first line is
 * RUN_NONE. RUN_NONE if there is none. */
size_t moves_first(const struct run *r, enum step_mode mode);
size_t moves_last(const struct run *r, enum step_mode mode);
size_t moves_next(const struct run *r, size_t at, enum step_mode mode);
size_t moves_back(const struct run *r, size_t at, enum step_mode mode);

/* The next line after at, and behind the last one the first, whose step is what ("8.3"),
 * or, unless what is a step's number, whose text contains it, in capitals or not.
 * RUN_NONE if there is none; at itself if there is no other. */
size_t moves_search(const struct run *r, size_t at, const char *what);

#endif
