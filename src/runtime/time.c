/* Timers: see time.h. */
#include "runtime/time.h"
#include "runtime/linkname.h"
#include "runtime/lock_futex.h"
#include "runtime/os_linux.h"
#include "runtime/panic.h"
#include "runtime/proc.h"
#include "runtime/stubs.h"
#include "time/time.h"

#include <stdlib.h>

/* All under lock. */
static struct {
	runtime_mutex lock;
	runtime_g *gp;         /* timerproc's */
	bool created;          /* it has been started */
	bool sleeping;         /* it sleeps on waitnote: for the earliest timer */
	bool rescheduling;     /* it is parked: there is no timer */
	runtime_note waitnote; /* wakes it early: an earlier timer has been added */
	runtime_timer **t;     /* a heap: each is due no earlier than its parent */
	int len, cap;
} timers;

static void runtime_addtimerLocked(runtime_timer *t);
static void runtime_timerproc(void *unused);
static void runtime_siftupTimer(int i);
static void runtime_siftdownTimer(int i);

go_linkname(runtime_timeSleep, time_Sleep);
go_linkname(runtime_net_runtimeNano, net_runtimeNano);

static void runtime_goroutineReady(void *gp, uintptr_t seq)
{
	(void)seq;
	runtime_goready(gp);
}

void runtime_timeSleep(int64_t ns)
{
	runtime_timer t = {.f = runtime_goroutineReady, .arg = runtime_getg()};

	if (ns <= 0)
		return;
	if (__builtin_add_overflow(runtime_nanotime(), ns, &t.when))
		t.when = INT64_MAX;
	runtime_lock(&timers.lock);
	runtime_addtimerLocked(&t);
	runtime_goparkunlock(&timers.lock, "sleep");
}

void runtime_addtimer(runtime_timer *t)
{
	runtime_lock(&timers.lock);
	runtime_addtimerLocked(t);
	runtime_unlock(&timers.lock);
}

static void runtime_addtimerLocked(runtime_timer *t)
{
	/* An overflow means "never". */
	if (t->when < 0)
		t->when = INT64_MAX;
	if (timers.len == timers.cap) {
		timers.cap = timers.cap ? 2 * timers.cap : 16;
		timers.t =
		    reallocarray(timers.t, (size_t)timers.cap, sizeof(runtime_timer *));
		if (!timers.t)
			runtime_throw("runtime: out of memory for timers");
	}
	t->i = timers.len++;
	timers.t[t->i] = t;
	runtime_siftupTimer(t->i);
	if (t->i == 0) {
		/* Earlier than what timerproc waits for. */
		if (timers.sleeping) {
			timers.sleeping = false;
			runtime_notewakeup(&timers.waitnote);
		}
		if (timers.rescheduling) {
			timers.rescheduling = false;
			runtime_goready(timers.gp);
		}
	}
	if (!timers.created) {
		timers.created = true;
		runtime_newproc(runtime_timerproc, NULL);
	}
}

/* Takes the timer in place i out of the heap; the last one fills its place. */
static void remove_timer(int i)
{
	int last = --timers.len;

	timers.t[i]->i = -1;
	if (i == last)
		return;
	timers.t[i] = timers.t[last];
	timers.t[i]->i = i;
	runtime_siftupTimer(i);
	runtime_siftdownTimer(i);
}

bool runtime_deltimer(runtime_timer *t)
{
	bool set;

	/* If that was the earliest, timerproc wakes up for nothing, once. */
	runtime_lock(&timers.lock);
	set = t->i >= 0 && t->i < timers.len && timers.t[t->i] == t;
	if (set)
		remove_timer(t->i);
	runtime_unlock(&timers.lock);
	return set;
}

/* Fires the timers that are due, and sleeps until the next one is. Not under timers.lock
 * while one fires. */
static void runtime_timerproc(void *unused)
{
	(void)unused;
	timers.gp = runtime_getg();
	for (;;) {
		int64_t now, delta = -1;

		runtime_lock(&timers.lock);
		timers.sleeping = false;
		now = runtime_nanotime();
		while (timers.len > 0) {
			runtime_timer *t = timers.t[0];
			void (*f)(void *, uintptr_t) = t->f;
			void *arg = t->arg;
			uintptr_t seq = t->seq;

			if (t->when > now) {
				delta = t->when - now;
				break;
			}
			/* From here on t may be gone, or set again. */
			remove_timer(0);
			runtime_unlock(&timers.lock);
			f(arg, seq);
			runtime_lock(&timers.lock);
		}
		if (delta < 0) {
			timers.rescheduling = true;
			runtime_goparkunlock(&timers.lock, "timer goroutine (idle)");
			continue;
		}
		timers.sleeping = true;
		runtime_noteclear(&timers.waitnote);
		runtime_unlock(&timers.lock);
		runtime_notetsleepg(&timers.waitnote, delta);
	}
}

static void put_timer(runtime_timer *t, int i)
{
	timers.t[i] = t;
	t->i = i;
}

/* Each node has four children, as in Go: the heap is half as high as a binary one. */

static void runtime_siftupTimer(int i)
{
	runtime_timer *t = timers.t[i];

	while (i > 0 && t->when < timers.t[(i - 1) / 4]->when) {
		put_timer(timers.t[(i - 1) / 4], i);
		i = (i - 1) / 4;
	}
	put_timer(t, i);
}

static void runtime_siftdownTimer(int i)
{
	runtime_timer *t = timers.t[i];

	for (;;) {
		int first = 4 * i + 1, min = first;

		for (int c = first + 1; c < first + 4 && c < timers.len; c++)
			if (timers.t[c]->when < timers.t[min]->when)
				min = c;
		if (first >= timers.len || timers.t[min]->when >= t->when)
			break;
		put_timer(timers.t[min], i);
		i = min;
	}
	put_timer(t, i);
}

int64_t runtime_net_runtimeNano(void)
{
	return runtime_nanotime();
}
