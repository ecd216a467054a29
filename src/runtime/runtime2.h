/*
 * The scheduler's types: goroutines (g), threads (m), processors (p) and what
 * they share (Go 1.7.4 runtime/runtime2.go).
 *
 * A g is a goroutine. An m is an operating system thread. A p is the right to
 * run goroutines; there are GOMAXPROCS of them, and an m that holds none may
 * only wait, poll the network or be sysmon. Every m has a g of its own, g0, whose stack
 * is the thread's: the scheduler runs there, never on a goroutine's stack.
 */
#ifndef RUNTIME_RUNTIME2_H
#define RUNTIME_RUNTIME2_H

#include "runtime/sanitizer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct runtime_g runtime_g;
typedef struct runtime_m runtime_m;
typedef struct runtime_p runtime_p;

/* A futex lock, see lock_futex.c. Zero is unlocked. */
typedef struct {
	_Atomic uint32_t key;
} runtime_mutex;

/* A one-shot event, see lock_futex.c. Zero is "not happened yet". */
typedef struct {
	_Atomic uint32_t key;
} runtime_note;

/* Where a goroutine that is not running goes on: its callee-saved registers
 * lie on its stack, sp points at them. */
typedef struct {
	uintptr_t sp;
} runtime_gobuf;

/*
 * g.atomicstatus. Only casgstatus changes it.
 *
 *   state       means                               leaves it
 *   _Gidle      just allocated                      newproc1 -> _Gdead
 *   _Grunnable  on a run queue                      execute -> _Grunning
 *   _Grunning   an m runs it                        park_m -> _Gwaiting,
 *                                                   gosched_m -> _Grunnable,
 *                                                   entersyscall -> _Gsyscall,
 *                                                   goexit0 -> _Gdead
 *   _Gsyscall   its m is inside a system call       exitsyscall -> _Grunning,
 *                                                   exitsyscall0 -> _Grunnable
 *   _Gwaiting   parked; whoever will ready it       ready, injectglist, findrunnable,
 *               holds the only pointer              park_m (not parked) -> _Grunnable
 *   _Gdead      finished, on sched.gfree            newproc1 -> _Grunnable
 */
enum {
	_Gidle,
	_Grunnable,
	_Grunning,
	_Gsyscall,
	_Gwaiting,
	_Gdead,
};

struct runtime_g {
	/* Read by the tracer while the goroutine runs; constant for its life. */
	int64_t goid;

	/* The m that runs this g, NULL when none does; a g0's never changes.
	 * Written by the m that takes the g on or drops it. */
	runtime_m *m;

	/* Owned by the m that holds the g, or by whoever took it off a queue. */
	runtime_gobuf sched;
	_Atomic uint32_t atomicstatus;
	const char *waitreason; /* why it is _Gwaiting */
	runtime_g *schedlink;   /* next in the run queue, netpoll's list or gfree */
	void (*startfn)(void *);
	void *startarg;

	/* Constant: the stack. */
	uintptr_t stack_lo, stack_hi;

	void (*mcallfn)(runtime_g *); /* of a g0: what mcall calls here */
	sanitizer_fiber fiber;
};

struct runtime_m {
	/* Read by the tracer while the m runs; constant. */
	int64_t id;

	runtime_g *g0;          /* constant: the scheduler's g on this thread */
	runtime_g *curg;        /* the goroutine this m runs; own thread only */
	void (*mstartfn)(void); /* what mstart calls first; constant */
	runtime_p *p;           /* the p held, NULL if none; own thread only */
	runtime_p *nextp;       /* handed over before park is woken */
	runtime_note park;      /* where stopm sleeps */
	runtime_m *schedlink;   /* in sched.midle; under sched.lock */

	/* gopark's word to park_m; own thread only. */
	bool (*waitunlockf)(runtime_g *, void *);
	void *waitlock;
};

enum {
	_Pidle,
	_Prunning,
};

/* A list of goroutines, linked by schedlink. */
typedef struct {
	runtime_g *head, *tail;
	int32_t size;
} runtime_gQueue;

/* How many goroutines a p's own queue holds. */
enum { runtime_runqSize = 256 };

struct runtime_p {
	int32_t id;      /* constant */
	uint32_t status; /* while _Pidle under sched.lock, while _Prunning m's only */
	runtime_m *m;    /* back link while _Prunning */
	runtime_p *link; /* in sched.pidle; under sched.lock */

	/* m only. */
	uint32_t schedtick; /* counts goroutines that ran, except those from runnext */
	uint32_t slicetick; /* schedtick when slicewhen was taken: see out_of_turn */
	int64_t slicewhen;

	/* Under sched.lock; empty while in sched.pidle. */
	runtime_g
	    *runnext; /* runs next: what the last goroutine here made runnable last */
	runtime_gQueue runq; /* then these, runtime_runqSize at most */
};

/* A goroutine that waits for a semaphore or a channel; lives on its stack, in the list
 * that the lock of what it waits for guards. */
typedef struct runtime_sudog runtime_sudog;
struct runtime_sudog {
	runtime_sudog *next;
	runtime_g *g;
	_Atomic uint32_t *elem; /* a semaphore's waiter: the semaphore */
	bool *selectdone;       /* a channel's: somebody has readied g already */
};

typedef struct {
	/* When an m came out of netpoll(true), or sysmon polled, ns, and before that when
	 * the process began; 0 while an m is blocked there. Lock-free: one xchg decides
	 * who may block. */
	_Atomic int64_t lastpoll;
	_Atomic int64_t goidgen;

	runtime_mutex lock;

	/* Under lock. */
	runtime_m *midle;        /* idle m's waiting for work */
	int32_t nmidle;          /* how many */
	int32_t nmidlelocked;    /* m's not to be counted as running, see sysmon */
	int32_t mcount;          /* m's created */
	runtime_p *pidle;        /* idle p's */
	runtime_gQueue runq;     /* runnable, and no p's own: from the network, Gosched, a
	                          * p's full queue, a system call whose p is gone */
	runtime_g *gfree;        /* dead g's, stacks kept */
	runtime_note sysmonnote; /* where sysmon sleeps while everything is idle */

	/* Written under lock, read without to skip the lock when there is nothing. */
	_Atomic uint32_t npidle;
	_Atomic uint32_t sysmonwait; /* sysmon sleeps on sysmonnote */
} runtime_schedt;

extern runtime_schedt runtime_sched;
extern _Atomic int32_t runtime_gomaxprocs; /* p's there are; only grows */

#endif
