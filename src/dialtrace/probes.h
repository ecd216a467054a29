/* The BPF program, loaded and attached, and its ring of events. */
#ifndef DIALTRACE_PROBES_H
#define DIALTRACE_PROBES_H

#include <stdbool.h>
#include <sys/types.h>

#include "dialtrace/ring_reader.h"
#include "dialtrace/program.h"

struct probes;

struct probes_target {
	pid_t pid;
	bool attach;      /* pid runs already, rather than being about to exec */
	bool all;         /* every system call, not only the chain's */
	bool step;        /* pid is stopped where probes_stop_... say */
	bool time;        /* how long each call took, rather than how long it slept */
	const char *path; /* the program pid runs, or will, */
	const char *name; /* and how to call it in messages */
};

/* Loads the BPF program and attaches it: to the system calls, and to whichever
 * functions of the step table the program has. Exits with the cause and the remedy
 * when that cannot be done. */
struct probes *probes_open(const struct probes_target *target, ring_handler *fn,
                           void *ctx);

/* Hands what is in the ring to the handler. */
void probes_read(struct probes *p);

/* The threads that are traced now. */
long probes_live(const struct probes *p);

/* Events that did not fit into the ring so far. */
u64 probes_lost(const struct probes *p);

/* Threads that were not traced, because too many are. */
u64 probes_untraced(const struct probes *p);

/* The program, as far as it was found out. */
const struct program *probes_program(const struct probes *p);

/* The row, step_at's, that stands for probe, the index in a call event. */
size_t probes_row(const struct probes *p, u32 probe);

/* With step, choose where the process is stopped from now on, all its threads: where it
 * enters the function of a probe, and where a system call returns. The event has
 * EVENT_STOPPED, and SIGCONT lets the process go. */
void probes_stop_at_call(struct probes *p, u32 probe, bool stop);
void probes_stop_at_syscall(struct probes *p, u32 nr, bool stop);

/* Detaches; the traced program goes on, unless it is stopped. There are no events from
 * then on. */
void probes_detach(struct probes *p);

/* Detaches, and frees all. */
void probes_close(struct probes *p);

#endif
