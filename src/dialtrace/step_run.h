/*
 * A whole recording in memory, or what a live process has done so far, for going back and
 * forth in it: each line with the call that it happened in.
 */
#ifndef DIALTRACE_STEP_RUN_H
#define DIALTRACE_STEP_RUN_H

#include "dialtrace/line.h"

#include <stdint.h>

/* No line. */
#define RUN_NONE SIZE_MAX

/* A line of the run, and what surrounds it. Lines are numbered from 0. */
struct moment {
	struct line line;
	size_t
	    caller;   /* the line that entered the function it happened in, or RUN_NONE */
	size_t woken; /* LINE_ENTER: the next line of who sleeps, or RUN_NONE */
	bool new_step; /* the first line of its step; in a live run not a LINE_ENTER */
	u64 lost;      /* how many events were lost just before it */
};

struct run;

/* Makes an empty run; exits when out of memory, as all functions here do. In a live one
 * nobody stops where a system call goes to sleep, but where it returns. */
struct run *run_new(bool live);
void run_free(struct run *r);

/* Append what a recording contains; strings are copied. */
void run_header(struct run *r, const struct header *h);
void run_line(struct run *r, const struct line *l);
void run_lost(struct run *r, u64 events);

/* How many lines there are, and the one numbered at, the run's. */
size_t run_count(const struct run *r);
const struct moment *run_at(const struct run *r, size_t at);

/* What run_new was told. */
bool run_live(const struct run *r);

/* Whether a line of a step has come, other than one that does not count: see new_step. */
bool run_seen(const struct run *r, unsigned char chapter, unsigned char place);

/* What was traced, and on what: "build/dial · Linux 6.1". */
const char *run_title(const struct run *r);

/* The call path of a line: itself last, before it the calls around it. Writes the
 * innermost of them to path[size], outermost first, and returns how many there are in
 * all. */
size_t run_path(const struct run *r, size_t at, size_t *path, size_t size);

/* The system calls that sleep at a line, other than its own, latest first: writes up to
 * size to list and returns how many. */
size_t run_waiting(const struct run *r, size_t at, size_t *list, size_t size);

#endif
