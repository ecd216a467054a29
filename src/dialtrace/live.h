/*
 * A process that is stepped through while it runs. The BPF program stops it where it is
 * told to; here it is decided where that is, whether the process stands there or goes on
 * at once, and when it is let go. What it does is appended to a run.
 */
#ifndef DIALTRACE_LIVE_H
#define DIALTRACE_LIVE_H

#include "dialtrace/held.h"
#include "dialtrace/probes.h"
#include "dialtrace/step_moves.h"
#include "dialtrace/trace.h"

/* What it takes; all that is pointed to stays the caller's. */
struct live_setup {
	int pidfd;         /* the process's */
	pid_t command;     /* its number if it is our child, else 0 */
	struct held *held; /* what it prints, or NULL if that goes elsewhere */
	struct run *run;   /* which the trace appends to, through live_writer */
	struct trace *trace;
	struct probes *probes;
	void (*read)(void *ctx); /* calls live_event for what has happened */
	void *ctx;
};

enum live_state {
	LIVE_RUNS,
	LIVE_STANDS, /* at a stop */
	LIVE_ENDED,
};

struct live;

/* A writer that appends to run, and passes on to also, if that is not NULL. A live run is
 * kept up to some hundred thousand lines, and beyond that only where the process is
 * stopped: what is left out counts as lost there. There is one at a time. */
const struct writer *live_writer(struct run *run, const struct writer *also);

/* From now on the process goes up to the next stop of a mode. Exits when out of memory.
 */
struct live *live_new(const struct live_setup *setup, enum step_mode until);
void live_free(struct live *l);

/* One event, passed on to the trace. */
void live_event(struct live *l, const struct event *e);

/* Lets the process go up to the next stop of a mode; STEP_OFF: to its end. */
void live_go(struct live *l, enum step_mode until);

/* Takes note of what has happened. Returns the line at which the process has come to a
 * stop since the last time, RUN_NONE if it has not. */
size_t live_update(struct live *l);

/* Detaches from the process; it goes on. */
void live_leave(struct live *l);

enum live_state live_state(const struct live *l);

/* The last line that the process has stopped at, or RUN_NONE. */
size_t live_stop(const struct live *l);

/* The time now, as line.t has it; 0 before the first line. */
u64 live_now(const struct live *l);

/* The last line of what the command has printed, as out_escape leaves it, or NULL. Valid
 * until the next live_update. */
const char *live_output(const struct live *l);

/* A file descriptor that can be read from when the process has ended; -1 once that is
 * known. */
int live_fd(const struct live *l);

/* LIVE_ENDED: the command's wait status. */
int live_status(const struct live *l);

#endif
