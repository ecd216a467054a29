/* A process that is stepped through: see live.h. */
#include "dialtrace/live.h"
#include "dialtrace/decode.h"

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>

/* Some 100 MB. */
enum { LINES_KEPT = 1 << 18 };

struct live {
	struct live_setup setup;
	enum step_mode until;
	enum live_state state;
	size_t stop; /* live_stop's */
	size_t
	    arrived; /* where the process has stopped in this live_update, or RUN_NONE */
	bool stray;  /* it was stopped in it where it is not to stand */
	bool gone;   /* the process; others that it forked may live on */
	int status;
	u64 start; /* when the trace began, CLOCK_MONOTONIC */
	struct out output;
};

/* --- The writer --- */

static struct run *written;
static const struct writer *next_writer;
static bool stopped_there; /* at the line that is written */

static void keep(const struct line *l)
{
	if (run_count(written) < LINES_KEPT || stopped_there)
		run_line(written, l);
	else
		run_lost(written, 1);
}

static void write_header(struct out *o, const struct header *h)
{
	run_header(written, h);
	if (next_writer)
		next_writer->header(o, h);
}

static void write_call(struct out *o, const struct line *l)
{
	keep(l);
	if (next_writer)
		next_writer->call(o, l);
}

static void write_syscall(struct out *o, const struct line *l)
{
	keep(l);
	if (next_writer)
		next_writer->syscall(o, l);
}

static void write_lost(struct out *o, u64 n)
{
	run_lost(written, n);
	if (next_writer)
		next_writer->lost(o, n);
}

static void write_summary(struct out *o, const struct summary *s)
{
	if (next_writer)
		next_writer->summary(o, s);
}

const struct writer *live_writer(struct run *run, const struct writer *also)
{
	static const struct writer writer = {write_header, write_call, write_syscall,
	                                     write_lost, write_summary};

	written = run;
	next_writer = also;
	return &writer;
}

/* --- Where the process is stopped --- */

/* Whether a row of the table may be the next stop. */
static bool may_stop(const struct live *l, const struct step *row)
{
	if (!row->chapter)
		return false;
	switch (l->until) {
	case STEP_LINES:
		return true;
	case STEP_CALLS:
		return !row->syscall;
	case STEP_STEPS:
		return !run_seen(l->setup.run, row->chapter, row->place);
	default:
		return false;
	}
}

static bool may_stop_in(const struct live *l, const char *func)
{
	for (size_t i = 0; i < steps_count; i++)
		if (!steps[i].syscall && strcmp(steps[i].func, func) == 0 &&
		    may_stop(l, &steps[i]))
			return true;
	return false;
}

static bool may_stop_after(const struct live *l, const char *syscall)
{
	for (size_t i = 0; i < steps_count; i++)
		if (step_is_call(&steps[i], syscall) && may_stop(l, &steps[i]))
			return true;
	return false;
}

/* Has the process stopped where it may have to stand, and nowhere else. Whether it has to
 * is known only when it is there: a function may be a step only inside another. */
static void choose_stops(struct live *l)
{
	const struct program *p = probes_program(l->setup.probes);
	bool all = l->until == STEP_LINES || l->until == STEP_SYSCALLS;

	for (u32 i = 0; i < p->count; i++)
		probes_stop_at_call(l->setup.probes, i,
		                    may_stop_in(l, step_at(p->row[i])->func));
	for (u32 nr = 0; nr < SYSCALLS; nr++)
		probes_stop_at_syscall(l->setup.probes, nr,
		                       all || may_stop_after(l, decode_name(nr)));
}

/* --- The process --- */

static void send(const struct live *l, int sig)
{
	pidfd_send_signal(l->setup.pidfd, sig, NULL, 0);
}

struct live *live_new(const struct live_setup *setup, enum step_mode until)
{
	struct live *l = calloc(1, sizeof(*l));

	if (!l)
		err(125, "--step");
	l->setup = *setup;
	l->until = until;
	l->stop = RUN_NONE;
	out_init(&l->output, -1, 64);
	choose_stops(l);
	return l;
}

void live_free(struct live *l)
{
	out_free(&l->output);
	free(l);
}

void live_event(struct live *l, const struct event *e)
{
	const struct run *run = l->setup.run;
	size_t before = run_count(run);

	stopped_there = e->flags & EVENT_STOPPED;
	trace_event(l->setup.trace, e);
	if (run_count(run) > before)
		l->start = e->ts - run_at(run, before)->line.t;
	if (!stopped_there)
		return;
	if (run_count(run) == before || !moves_is_stop(run, before, l->until)) {
		l->stray = true;
		return;
	}
	l->stop = before;
	if (l->state == LIVE_RUNS && l->arrived == RUN_NONE)
		l->arrived = before;
}

void live_go(struct live *l, enum step_mode until)
{
	l->until = until;
	choose_stops(l);
	if (l->state != LIVE_STANDS)
		return;
	l->state = LIVE_RUNS;
	send(l, SIGCONT);
}

/* Whether the process, and all that it forked, has ended. */
static bool has_ended(struct live *l)
{
	struct pollfd end = {l->setup.pidfd, POLLIN, 0};

	if (!l->gone && poll(&end, 1, 0) > 0) {
		if (l->setup.command)
			waitpid(l->setup.command, &l->status, 0);
		l->gone = true;
		/* Its number may become that of one which it has forked. */
		l->until = STEP_OFF;
		choose_stops(l);
	}
	return l->gone && probes_live(l->setup.probes) <= 0;
}

size_t live_update(struct live *l)
{
	bool ended = has_ended(l);

	l->arrived = RUN_NONE;
	l->stray = false;
	l->setup.read(l->setup.ctx);
	if (l->setup.held)
		held_line(l->setup.held, &l->output);
	if (l->arrived != RUN_NONE) {
		l->state = LIVE_STANDS;
		/* If another thread came to a stop just when we let the process go, that
		 * has undone this stop. */
		send(l, SIGSTOP);
	} else if (l->stray && l->state == LIVE_RUNS) {
		send(l, SIGCONT);
	}
	if (ended)
		l->state = LIVE_ENDED;
	return l->arrived;
}

void live_leave(struct live *l)
{
	live_go(l, STEP_OFF);
	probes_detach(l->setup.probes);
	/* It may have been stopped until just now. */
	send(l, SIGCONT);
}

enum live_state live_state(const struct live *l)
{
	return l->state;
}

size_t live_stop(const struct live *l)
{
	return l->stop;
}

u64 live_now(const struct live *l)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return l->start ? (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec - l->start : 0;
}

const char *live_output(const struct live *l)
{
	return l->output.len > 1 ? l->output.buf : NULL;
}

int live_fd(const struct live *l)
{
	return l->gone ? -1 : l->setup.pidfd;
}

int live_status(const struct live *l)
{
	return l->status;
}
