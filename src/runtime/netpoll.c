/*
 * The portable half of the network poller: see netpoll.h.
 *
 * A pollDesc holds two binary semaphores, rg for the reader and wg for the
 * writer. Each is a word in one of four states:
 *
 *   state     means                            leaves it
 *   nil (0)   nothing                          netpollblock -> pdWait,
 *                                              netpollunblock(ioready) -> pdReady
 *   pdReady   the kernel said ready, nobody    netpollblock -> nil (consumed),
 *             has used it yet                  pollReset, pollOpen -> nil (forgotten)
 *   pdWait    a goroutine is about to park     netpollblockcommit -> G,
 *                                              netpollunblock -> pdReady or nil,
 *                                              netpollblock -> nil (error seen)
 *   G         that goroutine is parked         netpollunblock -> pdReady or nil,
 *                                              and returns it, to be made runnable
 *
 * Only the one goroutine that holds fdMutex's lock for the direction, or is in connect,
 * where nobody else has the netFD yet, moves its semaphore to pdWait and G; any thread
 * may move it on by compare-and-swap. So each parked goroutine is taken out by exactly
 * one of them, and no lock is needed between the kernel's readiness and the goroutine.
 * Once awake, netpollblock puts its semaphore back to nil, and what stood there tells why
 * it was woken.
 */
#include "runtime/netpoll.h"
#include "runtime/linkname.h"
#include "runtime/lock_futex.h"
#include "runtime/panic.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "runtime/time.h"

#include <stdlib.h>

static const uintptr_t pdReady = 1;
static const uintptr_t pdWait = 2;

enum { pollBlockSize = 4 * 1024 };

struct runtime_pollDesc {
	runtime_pollDesc *link; /* in pollcache; under its lock */

	/* Serialises pollOpen, pollSetDeadline, pollUnblock and deadlineimpl. */
	runtime_mutex lock;
	uintptr_t fd; /* constant from pollOpen to pollClose */

	/* Written under lock, read without: they tell a goroutine not to wait. */
	_Atomic bool closing;
	_Atomic int64_t rd; /* read deadline, ns; 0 is none, -1 has passed */
	_Atomic int64_t wd; /* write deadline: likewise */

	/* Lock-free: netpollready runs on any m, at any time, even after close. */
	_Atomic uintptr_t rg; /* reader: pdReady, pdWait, a runtime_g * or nil */
	_Atomic uintptr_t wg; /* writer: likewise */

	/* Under lock. A timer whose f is NULL is not set. */
	uintptr_t seq;    /* counts what makes timers that were set before void */
	runtime_timer rt; /* the read deadline's; of both if they are the same */
	runtime_timer wt; /* the write deadline's */
};

/* The free descriptors. Their memory stays that of pollDescs for ever. The kernel
 * may report a descriptor that another thread is just closing; netpollready then
 * writes to a pollDesc that is free, or that serves a new descriptor already. That
 * wakes somebody for nothing: a read still says EAGAIN and parks again, a connect
 * is misled, as in Go 1.7. In freed memory it would write to something else. */
typedef struct {
	runtime_mutex lock;
	runtime_pollDesc *first;
} runtime_pollCache;

static _Atomic uint32_t runtime_netpollInited;
static runtime_pollCache runtime_pollcache;

static runtime_pollDesc *runtime_pollCache_alloc(runtime_pollCache *c);
static void runtime_pollCache_free(runtime_pollCache *c, runtime_pollDesc *pd);
static int runtime_netpollcheckerr(runtime_pollDesc *pd, int32_t mode);
static bool runtime_netpollblock(runtime_pollDesc *pd, int32_t mode, bool waitio);
static runtime_g *runtime_netpollunblock(runtime_pollDesc *pd, int32_t mode,
                                         bool ioready);
static void runtime_netpollDeadline(void *pd, uintptr_t seq);
static void runtime_netpollReadDeadline(void *pd, uintptr_t seq);
static void runtime_netpollWriteDeadline(void *pd, uintptr_t seq);

go_linkname(runtime_net_runtime_pollServerInit, net_runtime_pollServerInit);
go_linkname(runtime_net_runtime_pollOpen, net_runtime_pollOpen);
go_linkname(runtime_net_runtime_pollClose, net_runtime_pollClose);
go_linkname(runtime_net_runtime_pollReset, net_runtime_pollReset);
go_linkname(runtime_net_runtime_pollWait, net_runtime_pollWait);
go_linkname(runtime_net_runtime_pollWaitCanceled, net_runtime_pollWaitCanceled);
go_linkname(runtime_net_runtime_pollSetDeadline, net_runtime_pollSetDeadline);
go_linkname(runtime_net_runtime_pollUnblock, net_runtime_pollUnblock);

void runtime_net_runtime_pollServerInit(void)
{
	runtime_netpollinit();
	atomic_store(&runtime_netpollInited, 1);
}

bool runtime_netpollinited(void)
{
	return atomic_load(&runtime_netpollInited) != 0;
}

static bool blocked(uintptr_t sema)
{
	return sema != 0 && sema != pdReady;
}

int runtime_net_runtime_pollOpen(uintptr_t fd, runtime_pollDesc **pdp)
{
	runtime_pollDesc *pd = runtime_pollCache_alloc(&runtime_pollcache);

	runtime_lock(&pd->lock);
	if (blocked(atomic_load(&pd->wg)))
		runtime_throw("netpollOpen: blocked write on free descriptor");
	if (blocked(atomic_load(&pd->rg)))
		runtime_throw("netpollOpen: blocked read on free descriptor");
	pd->fd = fd;
	atomic_store(&pd->closing, false);
	pd->seq++;
	atomic_store(&pd->rg, 0);
	atomic_store(&pd->rd, 0);
	atomic_store(&pd->wg, 0);
	atomic_store(&pd->wd, 0);
	runtime_unlock(&pd->lock);

	*pdp = pd;
	return runtime_netpollopen(fd, pd);
}

void runtime_net_runtime_pollClose(runtime_pollDesc *pd)
{
	if (!atomic_load(&pd->closing))
		runtime_throw("netpollClose: close w/o unblock");
	if (blocked(atomic_load(&pd->wg)))
		runtime_throw("netpollClose: blocked write on closing descriptor");
	if (blocked(atomic_load(&pd->rg)))
		runtime_throw("netpollClose: blocked read on closing descriptor");
	runtime_netpollclose(pd->fd);
	runtime_pollCache_free(&runtime_pollcache, pd);
}

static void runtime_pollCache_free(runtime_pollCache *c, runtime_pollDesc *pd)
{
	runtime_lock(&c->lock);
	pd->link = c->first;
	c->first = pd;
	runtime_unlock(&c->lock);
}

int runtime_net_runtime_pollReset(runtime_pollDesc *pd, int mode)
{
	int err = runtime_netpollcheckerr(pd, mode);

	if (err != 0)
		return err;
	if (mode == 'r')
		atomic_store(&pd->rg, 0);
	else if (mode == 'w')
		atomic_store(&pd->wg, 0);
	return 0;
}

int runtime_net_runtime_pollWait(runtime_pollDesc *pd, int mode)
{
	int err = runtime_netpollcheckerr(pd, mode);

	if (err != 0)
		return err;
	while (!runtime_netpollblock(pd, mode, false)) {
		err = runtime_netpollcheckerr(pd, mode);
		if (err != 0)
			return err;
		/* A deadline has woken us and was moved before we ran: wait on. */
	}
	return 0;
}

void runtime_net_runtime_pollWaitCanceled(runtime_pollDesc *pd, int mode)
{
	while (!runtime_netpollblock(pd, mode, true))
		;
}

static void set_timer(runtime_timer *t, int64_t when, void (*f)(void *, uintptr_t),
                      runtime_pollDesc *pd)
{
	t->f = f;
	t->when = when;
	t->arg = pd;
	t->seq = pd->seq;
	runtime_addtimer(t);
}

static void clear_timer(runtime_timer *t)
{
	if (t->f) {
		runtime_deltimer(t);
		t->f = NULL;
	}
}

void runtime_net_runtime_pollSetDeadline(runtime_pollDesc *pd, int64_t d, int mode)
{
	runtime_g *rg = NULL, *wg = NULL;
	int64_t rd, wd;

	runtime_lock(&pd->lock);
	if (atomic_load(&pd->closing)) {
		runtime_unlock(&pd->lock);
		return;
	}
	/* deltimer cannot stop a timer that is firing; the new seq can. */
	pd->seq++;
	clear_timer(&pd->rt);
	clear_timer(&pd->wt);
	if (d != 0 && d <= runtime_nanotime())
		d = -1;
	if (mode == 'r' || mode == 'r' + 'w')
		atomic_store(&pd->rd, d);
	if (mode == 'w' || mode == 'r' + 'w')
		atomic_store(&pd->wd, d);
	rd = atomic_load(&pd->rd);
	wd = atomic_load(&pd->wd);
	if (rd > 0 && rd == wd) {
		set_timer(&pd->rt, rd, runtime_netpollDeadline, pd);
	} else {
		if (rd > 0)
			set_timer(&pd->rt, rd, runtime_netpollReadDeadline, pd);
		if (wd > 0)
			set_timer(&pd->wt, wd, runtime_netpollWriteDeadline, pd);
	}
	/* A deadline in the past concerns whoever is parked now. As in pollUnblock,
	 * first store, then look. */
	if (rd < 0)
		rg = runtime_netpollunblock(pd, 'r', false);
	if (wd < 0)
		wg = runtime_netpollunblock(pd, 'w', false);
	runtime_unlock(&pd->lock);
	if (rg)
		runtime_goready(rg);
	if (wg)
		runtime_goready(wg);
}

void runtime_net_runtime_pollUnblock(runtime_pollDesc *pd)
{
	runtime_g *rg, *wg;

	runtime_lock(&pd->lock);
	if (atomic_load(&pd->closing))
		runtime_throw("netpollUnblock: already closing");
	/* First store closing, then look whether somebody is in rg or wg. A goroutine
	 * that parks first stores itself there, then looks at closing. So at least
	 * one of the two sees what the other has stored. */
	atomic_store(&pd->closing, true);
	pd->seq++;
	rg = runtime_netpollunblock(pd, 'r', false);
	wg = runtime_netpollunblock(pd, 'w', false);
	clear_timer(&pd->rt);
	clear_timer(&pd->wt);
	runtime_unlock(&pd->lock);
	if (rg)
		runtime_goready(rg);
	if (wg)
		runtime_goready(wg);
}

void runtime_netpollready(runtime_g **gpp, runtime_pollDesc *pd, int32_t mode)
{
	runtime_g *rg = NULL, *wg = NULL;

	if (mode == 'r' || mode == 'r' + 'w')
		rg = runtime_netpollunblock(pd, 'r', true);
	if (mode == 'w' || mode == 'r' + 'w')
		wg = runtime_netpollunblock(pd, 'w', true);
	if (rg) {
		rg->schedlink = *gpp;
		*gpp = rg;
	}
	if (wg) {
		wg->schedlink = *gpp;
		*gpp = wg;
	}
}

static int runtime_netpollcheckerr(runtime_pollDesc *pd, int32_t mode)
{
	if (atomic_load(&pd->closing))
		return runtime_pollErrClosing;
	if ((mode == 'r' && atomic_load(&pd->rd) < 0) ||
	    (mode == 'w' && atomic_load(&pd->wd) < 0))
		return runtime_pollErrTimeout;
	return runtime_pollNoError;
}

/* gopark calls this once gp is off its stack: pdWait becomes gp, unless readiness
 * or closing came first, and then gp does not park at all. gpp is the semaphore. */
static bool runtime_netpollblockcommit(runtime_g *gp, void *gpp)
{
	uintptr_t old = pdWait;

	return atomic_compare_exchange_strong((_Atomic uintptr_t *)gpp, &old,
	                                      (uintptr_t)gp);
}

static _Atomic uintptr_t *semaphore(runtime_pollDesc *pd, int32_t mode)
{
	return mode == 'w' ? &pd->wg : &pd->rg;
}

/* Parks until pd is ready in mode and returns true, or until pd is closed or its
 * deadline passes and returns false. With waitio it parks even if that has happened
 * already. */
static bool runtime_netpollblock(runtime_pollDesc *pd, int32_t mode, bool waitio)
{
	_Atomic uintptr_t *gpp = semaphore(pd, mode);
	uintptr_t old;

	for (;;) {
		old = atomic_load(gpp);
		if (old == pdReady) {
			atomic_store(gpp, 0);
			return true;
		}
		if (old != 0)
			runtime_throw("netpollblock: double wait");
		if (atomic_compare_exchange_strong(gpp, &old, pdWait))
			break;
	}

	/* Now that pdWait stands there, look for errors once more: pollUnblock,
	 * pollSetDeadline and deadlineimpl store theirs first and look at the semaphore
	 * after. */
	if (waitio || runtime_netpollcheckerr(pd, mode) == 0)
		runtime_gopark(runtime_netpollblockcommit, (void *)gpp, "IO wait");
	/* A pdReady that came meanwhile is ours. */
	old = atomic_exchange(gpp, 0);
	if (old > pdWait)
		runtime_throw("netpollblock: corrupted state");
	return old == pdReady;
}

/* Takes whoever is parked on pd in mode out, and returns it or NULL. With
 * ioready the semaphore is left pdReady, else nil. */
static runtime_g *runtime_netpollunblock(runtime_pollDesc *pd, int32_t mode, bool ioready)
{
	_Atomic uintptr_t *gpp = semaphore(pd, mode);

	for (;;) {
		uintptr_t old = atomic_load(gpp);

		if (old == pdReady)
			return NULL;
		/* Without readiness there is nothing to tell an absent waiter. */
		if (old == 0 && !ioready)
			return NULL;
		if (atomic_compare_exchange_strong(gpp, &old, ioready ? pdReady : 0))
			return old > pdWait ? (runtime_g *)old : NULL;
	}
}

/* A timer of pd has fired: of the read deadline, the write deadline, or both. */
static void runtime_netpolldeadlineimpl(runtime_pollDesc *pd, uintptr_t seq, bool read,
                                        bool write)
{
	runtime_g *rg = NULL, *wg = NULL;

	runtime_lock(&pd->lock);
	/* The deadline was moved since, or pd serves another descriptor. */
	if (seq != pd->seq) {
		runtime_unlock(&pd->lock);
		return;
	}
	if (read) {
		if (atomic_load(&pd->rd) <= 0 || !pd->rt.f)
			runtime_throw("netpolldeadlineimpl: inconsistent read deadline");
		atomic_store(&pd->rd, -1);
		pd->rt.f = NULL;
		rg = runtime_netpollunblock(pd, 'r', false);
	}
	if (write) {
		if (atomic_load(&pd->wd) <= 0 || (!pd->wt.f && !read))
			runtime_throw("netpolldeadlineimpl: inconsistent write deadline");
		atomic_store(&pd->wd, -1);
		pd->wt.f = NULL;
		wg = runtime_netpollunblock(pd, 'w', false);
	}
	runtime_unlock(&pd->lock);
	if (rg)
		runtime_goready(rg);
	if (wg)
		runtime_goready(wg);
}

static void runtime_netpollDeadline(void *pd, uintptr_t seq)
{
	runtime_netpolldeadlineimpl(pd, seq, true, true);
}

static void runtime_netpollReadDeadline(void *pd, uintptr_t seq)
{
	runtime_netpolldeadlineimpl(pd, seq, true, false);
}

static void runtime_netpollWriteDeadline(void *pd, uintptr_t seq)
{
	runtime_netpolldeadlineimpl(pd, seq, false, true);
}

static runtime_pollDesc *runtime_pollCache_alloc(runtime_pollCache *c)
{
	runtime_pollDesc *pd;

	runtime_lock(&c->lock);
	if (!c->first) {
		size_t n = pollBlockSize / sizeof(*pd);

		pd = calloc(n, sizeof(*pd));
		if (!pd)
			runtime_throw("runtime: out of memory for pollDesc");
		for (size_t i = 0; i < n; i++) {
			pd[i].link = c->first;
			c->first = &pd[i];
		}
	}
	pd = c->first;
	c->first = pd->link;
	runtime_unlock(&c->lock);
	return pd;
}
