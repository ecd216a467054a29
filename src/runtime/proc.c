/* The scheduler: see proc.h. Functions stand in Go's order, small ones before who calls
 * them. */
#include "runtime/proc.h"
#include "runtime/lock_futex.h"
#include "runtime/netpoll.h"
#include "runtime/os_linux.h"
#include "runtime/panic.h"
#include "runtime/stack.h"
#include "runtime/stubs.h"

#include <stdlib.h>

runtime_schedt runtime_sched;
_Atomic int32_t runtime_gomaxprocs;
int32_t runtime_argc;
char **runtime_argv;
bool runtime_mainStarted;

static runtime_m runtime_m0;
static runtime_g runtime_g0;
static runtime_p runtime_allp[256]; /* the first gomaxprocs are in use */

static void runtime_newm(void (*fn)(void), runtime_p *pp);
static void runtime_startm(runtime_p *pp);
static void runtime_wakep(void);
static void runtime_sysmon(void);
static _Noreturn void runtime_schedule(void);
static void runtime_park_m(runtime_g *gp);
static void runtime_gosched_m(runtime_g *gp);
static void runtime_procresize(int32_t nprocs);
static void runtime_acquirep(runtime_p *pp);
static runtime_p *runtime_releasep(void);
static void runtime_incidlelocked(int32_t v);
static void runtime_mput(runtime_m *mp);
static runtime_m *runtime_mget(void);
static void runtime_globrunqput(runtime_g *gp);
static runtime_g *runtime_globrunqget(runtime_p *pp, int32_t max);
static void runtime_runqput(runtime_p *pp, runtime_g *gp, bool next);
static runtime_g *runtime_runqget(runtime_p *pp, bool *inheritTime);
static runtime_g *runtime_runqsteal(void);
static void runtime_pidleput(runtime_p *pp);
static runtime_p *runtime_pidleget(void);

static void newm_sysmon(void *unused)
{
	(void)unused;
	runtime_newm(runtime_sysmon, NULL);
}

/* The first goroutine's function. */
static void runtime_main(void *unused)
{
	(void)unused;
	runtime_mainStarted = true;
	runtime_systemstack(newm_sysmon, NULL);
	main_main();
	runtime_exit(0);
}

void runtime_Gosched(void)
{
	runtime_mcall(runtime_gosched_m);
}

void runtime_gopark(bool (*unlockf)(runtime_g *, void *), void *lock, const char *reason)
{
	runtime_g *gp = runtime_getg();
	runtime_m *mp = gp->m;

	if (atomic_load(&gp->atomicstatus) != _Grunning)
		runtime_throw("gopark: bad g status");
	mp->waitlock = lock;
	mp->waitunlockf = unlockf;
	gp->waitreason = reason;
	runtime_mcall(runtime_park_m);
}

static bool runtime_parkunlock_c(runtime_g *gp, void *lock)
{
	(void)gp;
	runtime_unlock(lock);
	return true;
}

void runtime_goparkunlock(runtime_mutex *lock, const char *reason)
{
	runtime_gopark(runtime_parkunlock_c, lock, reason);
}

static void casgstatus(runtime_g *gp, uint32_t from, uint32_t to)
{
	if (!atomic_compare_exchange_strong(&gp->atomicstatus, &from, to))
		runtime_throw("casgstatus: bad incoming status");
}

static void gQueue_push(runtime_gQueue *q, runtime_g *gp)
{
	gp->schedlink = NULL;
	if (q->tail)
		q->tail->schedlink = gp;
	else
		q->head = gp;
	q->tail = gp;
	q->size++;
}

static runtime_g *gQueue_pop(runtime_gQueue *q)
{
	runtime_g *gp = q->head;

	if (!gp)
		return NULL;
	q->head = gp->schedlink;
	if (!q->head)
		q->tail = NULL;
	q->size--;
	return gp;
}

static void runtime_ready(void *arg)
{
	runtime_g *gp = arg;

	casgstatus(gp, _Gwaiting, _Grunnable);
	runtime_lock(&runtime_sched.lock);
	runtime_runqput(runtime_getg()->m->p, gp, true);
	runtime_unlock(&runtime_sched.lock);
	runtime_wakep();
}

void runtime_goready(runtime_g *gp)
{
	runtime_systemstack(runtime_ready, gp);
}

static void runtime_mcommoninit(runtime_m *mp)
{
	runtime_lock(&runtime_sched.lock);
	mp->id = runtime_sched.mcount++;
	runtime_unlock(&runtime_sched.lock);
}

static void runtime_schedinit(void)
{
	const char *procs = getenv("GOMAXPROCS");

	runtime_mcommoninit(&runtime_m0);
	atomic_store(&runtime_sched.lastpoll, runtime_nanotime());
	runtime_procresize(1);
	/* In Go goroutines of the runtime's own have had three turns when main first
	 * waits: every 61st turn, the global queue's, is to fall to the same goroutine.
	 */
	runtime_allp[0].schedtick = 3;
	runtime_acquirep(runtime_pidleget());
	if (procs)
		runtime_GOMAXPROCS(atoi(procs));
}

_Noreturn void runtime_mstart(runtime_m *mp)
{
	sanitizer_thread(&mp->g0->fiber);
	runtime_setg(mp->g0);
	/* schedule never returns, so from here down the stack is mcall's to reuse. */
	mp->g0->sched.sp = (uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)15;
	if (mp == &runtime_m0)
		runtime_initsig();
	if (mp->mstartfn)
		mp->mstartfn();
	if (mp != &runtime_m0) {
		runtime_acquirep(mp->nextp);
		mp->nextp = NULL;
	}
	runtime_schedule();
}

static runtime_m *runtime_allocm(void (*fn)(void))
{
	runtime_m *mp = calloc(1, sizeof(*mp));
	runtime_g *gp = calloc(1, sizeof(*gp));

	if (!mp || !gp)
		runtime_throw("runtime: out of memory");
	mp->mstartfn = fn;
	mp->g0 = gp;
	gp->m = mp;
	runtime_mcommoninit(mp);
	return mp;
}

/* Creates an m: fn is the first thing its thread does, pp the p it then holds. */
static void runtime_newm(void (*fn)(void), runtime_p *pp)
{
	runtime_m *mp = runtime_allocm(fn);

	mp->nextp = pp;
	runtime_newosproc(mp);
}

/* Sleeps until startm hands a p over. */
static void runtime_stopm(void)
{
	runtime_m *mp = runtime_getg()->m;

	if (mp->p)
		runtime_throw("stopm holding p");
	runtime_lock(&runtime_sched.lock);
	runtime_mput(mp);
	runtime_unlock(&runtime_sched.lock);
	runtime_notesleep(&mp->park);
	runtime_noteclear(&mp->park);
	runtime_acquirep(mp->nextp);
	mp->nextp = NULL;
}

/* Sets some m to run pp, or any idle p if pp is NULL; if there is no idle p,
 * nothing needs an m. Creates an m if none is idle. */
static void runtime_startm(runtime_p *pp)
{
	runtime_m *mp;

	runtime_lock(&runtime_sched.lock);
	if (!pp)
		pp = runtime_pidleget();
	mp = pp ? runtime_mget() : NULL;
	runtime_unlock(&runtime_sched.lock);
	if (!pp)
		return;
	if (!mp) {
		runtime_newm(NULL, pp);
		return;
	}
	mp->nextp = pp;
	runtime_notewakeup(&mp->park);
}

/* Gives up pp before a call that will sleep. If findrunnable would find something to do
 * with it, an m is started for it; and if all other p's run, to look for something. */
static void runtime_handoffp(runtime_p *pp)
{
	bool needed;

	runtime_lock(&runtime_sched.lock);
	/* If no other p is running and nobody polls the network, somebody must. */
	needed = pp->runnext || pp->runq.head || runtime_sched.runq.head ||
	         atomic_load(&runtime_sched.npidle) == 0 ||
	         (atomic_load(&runtime_sched.npidle) ==
	              (uint32_t)atomic_load(&runtime_gomaxprocs) - 1 &&
	          atomic_load(&runtime_sched.lastpoll) != 0);
	if (!needed)
		runtime_pidleput(pp);
	runtime_unlock(&runtime_sched.lock);
	if (needed)
		runtime_startm(pp);
}

static void runtime_wakep(void)
{
	if (atomic_load(&runtime_sched.npidle) != 0)
		runtime_startm(NULL);
}

/* Runs gp; with inheritTime in the turn of the goroutine that made it runnable. */
static _Noreturn void runtime_execute(runtime_g *gp, bool inheritTime)
{
	runtime_m *mp = runtime_getg()->m;

	casgstatus(gp, _Grunnable, _Grunning);
	gp->waitreason = NULL;
	if (!inheritTime)
		mp->p->schedtick++;
	mp->curg = gp;
	gp->m = mp;
	runtime_gogo(gp);
}

static void runtime_injectglist(runtime_g *glist);

/* Two goroutines that ready each other through runnext keep everybody else waiting: in
 * Go until sysmon preempts them. Here the first of the others gets its turn after 100 ms.
 */
static runtime_g *out_of_turn(runtime_p *pp)
{
	int64_t now;

	if (!pp->runnext || (!pp->runq.head && !runtime_sched.runq.head))
		return NULL;
	now = runtime_nanotime();
	if (pp->slicewhen == 0 || pp->slicetick != pp->schedtick) {
		pp->slicetick = pp->schedtick;
		pp->slicewhen = now;
	}
	if (now - pp->slicewhen <= 100LL * 1000 * 1000)
		return NULL;
	return pp->runq.head ? gQueue_pop(&pp->runq) : runtime_globrunqget(pp, 1);
}

/* Finds a goroutine to run; blocks until there is one. Called with a p, returns
 * with one, maybe another. */
static runtime_g *runtime_findrunnable(bool *inheritTime)
{
	runtime_m *mp = runtime_getg()->m;
	runtime_p *pp;
	runtime_g *gp;

top:
	runtime_lock(&runtime_sched.lock);
	*inheritTime = false;
	gp = out_of_turn(mp->p);
	if (!gp)
		gp = runtime_runqget(mp->p, inheritTime);
	if (!gp)
		gp = runtime_globrunqget(mp->p, 0);
	runtime_unlock(&runtime_sched.lock);
	if (gp)
		return gp;

	/* Cheap to try. Pointless while another m is blocked in netpoll, which
	 * lastpoll == 0 tells: the kernel will wake that one. */
	if (runtime_netpollinited() && atomic_load(&runtime_sched.lastpoll) != 0) {
		gp = runtime_netpoll(false);
		if (gp) {
			runtime_injectglist(gp->schedlink);
			casgstatus(gp, _Gwaiting, _Grunnable);
			return gp;
		}
	}

	/* Nothing to do: return the p. The queues are looked at once more under the
	 * lock, so that whoever adds to one later sees the p idle and starts an m. */
	runtime_lock(&runtime_sched.lock);
	gp = runtime_globrunqget(mp->p, 0);
	if (!gp)
		gp = runtime_runqsteal();
	if (gp) {
		runtime_unlock(&runtime_sched.lock);
		return gp;
	}
	runtime_pidleput(runtime_releasep());
	runtime_unlock(&runtime_sched.lock);

	/* One m at a time blocks in the kernel: the one that takes lastpoll. */
	if (runtime_netpollinited() && atomic_exchange(&runtime_sched.lastpoll, 0) != 0) {
		gp = runtime_netpoll(true);
		atomic_store(&runtime_sched.lastpoll, runtime_nanotime());
		if (gp) {
			runtime_lock(&runtime_sched.lock);
			pp = runtime_pidleget();
			runtime_unlock(&runtime_sched.lock);
			if (pp) {
				runtime_acquirep(pp);
				runtime_injectglist(gp->schedlink);
				casgstatus(gp, _Gwaiting, _Grunnable);
				return gp;
			}
			runtime_injectglist(gp);
		}
	}
	runtime_stopm();
	goto top;
}

/* Makes a list of parked goroutines, linked by schedlink, runnable. */
static void runtime_injectglist(runtime_g *glist)
{
	int n;

	if (!glist)
		return;
	runtime_lock(&runtime_sched.lock);
	for (n = 0; glist; n++) {
		runtime_g *gp = glist;

		glist = gp->schedlink;
		casgstatus(gp, _Gwaiting, _Grunnable);
		runtime_globrunqput(gp);
	}
	runtime_unlock(&runtime_sched.lock);
	for (; n != 0 && atomic_load(&runtime_sched.npidle) != 0; n--)
		runtime_startm(NULL);
}

/* Now and then the global queue comes first, or a p with work of its own would never look
 * there. */
static runtime_g *take_turns(runtime_p *pp)
{
	runtime_g *gp;

	if (pp->schedtick % 61 != 0)
		return NULL;
	runtime_lock(&runtime_sched.lock);
	gp = runtime_globrunqget(pp, 1);
	runtime_unlock(&runtime_sched.lock);
	return gp;
}

/* One round of the scheduler: finds a goroutine and runs it. Runs on g0. */
static _Noreturn void runtime_schedule(void)
{
	bool inheritTime = false;
	runtime_g *gp = take_turns(runtime_getg()->m->p);

	if (!gp)
		gp = runtime_findrunnable(&inheritTime);
	runtime_execute(gp, inheritTime);
}

static void dropg(void)
{
	runtime_m *mp = runtime_getg()->m;

	mp->curg->m = NULL;
	mp->curg = NULL;
}

/* gopark goes on here, on g0, gp's stack left. */
static void runtime_park_m(runtime_g *gp)
{
	runtime_m *mp = runtime_getg()->m;
	bool (*unlockf)(runtime_g *, void *) = mp->waitunlockf;

	casgstatus(gp, _Grunning, _Gwaiting);
	dropg();
	/* Once unlockf has returned true, gp may already run on another m. */
	if (unlockf && !unlockf(gp, mp->waitlock)) {
		casgstatus(gp, _Gwaiting, _Grunnable);
		runtime_execute(gp, true);
	}
	runtime_schedule();
}

static void runtime_gosched_m(runtime_g *gp)
{
	casgstatus(gp, _Grunning, _Grunnable);
	dropg();
	runtime_lock(&runtime_sched.lock);
	runtime_globrunqput(gp);
	runtime_unlock(&runtime_sched.lock);
	runtime_schedule();
}

static void runtime_goexit0(runtime_g *gp)
{
	casgstatus(gp, _Grunning, _Gdead);
	dropg();
	runtime_lock(&runtime_sched.lock);
	gp->schedlink = runtime_sched.gfree;
	runtime_sched.gfree = gp;
	runtime_unlock(&runtime_sched.lock);
	runtime_schedule();
}

/* Under sched.lock. */
static void wake_sysmon(void)
{
	if (atomic_load(&runtime_sched.sysmonwait) != 0) {
		atomic_store(&runtime_sched.sysmonwait, 0);
		runtime_notewakeup(&runtime_sched.sysmonnote);
	}
}

static void runtime_entersyscall_sysmon(void *unused)
{
	(void)unused;
	runtime_lock(&runtime_sched.lock);
	wake_sysmon();
	runtime_unlock(&runtime_sched.lock);
}

void runtime_entersyscall(void)
{
	casgstatus(runtime_getg(), _Grunning, _Gsyscall);
	if (atomic_load(&runtime_sched.sysmonwait) != 0)
		runtime_systemstack(runtime_entersyscall_sysmon, NULL);
}

static void runtime_entersyscallblock_handoff(void *unused)
{
	(void)unused;
	runtime_handoffp(runtime_releasep());
}

void runtime_entersyscallblock(void)
{
	casgstatus(runtime_getg(), _Grunning, _Gsyscall);
	runtime_systemstack(runtime_entersyscallblock_handoff, NULL);
}

static void runtime_exitsyscall0(runtime_g *gp);

/* Takes an idle p, if there is one. */
static void runtime_exitsyscallfast_pidle(void *unused)
{
	runtime_p *pp;

	(void)unused;
	runtime_lock(&runtime_sched.lock);
	pp = runtime_pidleget();
	if (pp)
		wake_sysmon();
	runtime_unlock(&runtime_sched.lock);
	if (pp)
		runtime_acquirep(pp);
}

void runtime_exitsyscall(void)
{
	runtime_g *gp = runtime_getg();

	/* entersyscall has left the p with this m: here nobody retakes it. */
	if (!gp->m->p)
		runtime_systemstack(runtime_exitsyscallfast_pidle, NULL);
	if (!gp->m->p) {
		runtime_mcall(runtime_exitsyscall0);
		return;
	}
	casgstatus(gp, _Gsyscall, _Grunning);
}

/* No p was idle: gp waits for its turn on the run queue, and this m for work. */
static void runtime_exitsyscall0(runtime_g *gp)
{
	runtime_p *pp;

	casgstatus(gp, _Gsyscall, _Grunnable);
	dropg();
	runtime_lock(&runtime_sched.lock);
	pp = runtime_pidleget();
	if (pp)
		wake_sysmon();
	else
		runtime_globrunqput(gp);
	runtime_unlock(&runtime_sched.lock);
	if (pp) {
		runtime_acquirep(pp);
		runtime_execute(gp, false);
	}
	runtime_stopm();
	runtime_schedule();
}

/* The bottom of every goroutine's stack: calls its function, then ends it. */
static void runtime_goexit(void)
{
	runtime_g *gp;

	runtime_gostarted();
	gp = runtime_getg();
	gp->startfn(gp->startarg);
	runtime_mcall(runtime_goexit0);
}

static runtime_g *runtime_gfget(void)
{
	runtime_g *gp;

	runtime_lock(&runtime_sched.lock);
	gp = runtime_sched.gfree;
	if (gp)
		runtime_sched.gfree = gp->schedlink;
	runtime_unlock(&runtime_sched.lock);
	return gp;
}

/* newproc's arguments, on their way to g0. */
struct newproc {
	void (*fn)(void *);
	void *arg;
};

static void runtime_newproc1(void *newproc)
{
	const struct newproc *n = newproc;
	runtime_g *gp = runtime_gfget();

	if (!gp) {
		gp = runtime_malg();
		casgstatus(gp, _Gidle, _Gdead);
	}
	gp->goid = atomic_fetch_add(&runtime_sched.goidgen, 1) + 1;
	gp->startfn = n->fn;
	gp->startarg = n->arg;
	sanitizer_new(&gp->fiber, gp->stack_lo, gp->stack_hi);
	runtime_gostartcall(gp, runtime_goexit);
	casgstatus(gp, _Gdead, _Grunnable);
	runtime_lock(&runtime_sched.lock);
	runtime_runqput(runtime_getg()->m->p, gp, true);
	runtime_unlock(&runtime_sched.lock);
	if (runtime_mainStarted)
		runtime_wakep();
}

void runtime_newproc(void (*fn)(void *), void *arg)
{
	struct newproc n = {fn, arg};

	runtime_systemstack(runtime_newproc1, &n);
}

/* Adds idle p's until there are nprocs. Under sched.lock, except when schedinit calls,
 * before there are threads. */
static void runtime_procresize(int32_t nprocs)
{
	int32_t old = atomic_load(&runtime_gomaxprocs);

	for (int32_t i = nprocs; i-- > old;) {
		runtime_allp[i].id = i;
		runtime_pidleput(&runtime_allp[i]);
	}
	atomic_store(&runtime_gomaxprocs, nprocs);
}

/* Gives the new p's what is in the queues already: nobody else will. */
static void runtime_startTheWorld(void *unused)
{
	int32_t n;

	(void)unused;
	runtime_lock(&runtime_sched.lock);
	n = runtime_sched.runq.size;
	for (int32_t i = 0; i < atomic_load(&runtime_gomaxprocs); i++)
		n += runtime_allp[i].runq.size + (runtime_allp[i].runnext != NULL);
	runtime_unlock(&runtime_sched.lock);
	for (; n > 0 && atomic_load(&runtime_sched.npidle) != 0; n--)
		runtime_startm(NULL);
}

int runtime_GOMAXPROCS(int n)
{
	const int max = sizeof(runtime_allp) / sizeof(runtime_allp[0]);
	int old;

	runtime_lock(&runtime_sched.lock);
	old = atomic_load(&runtime_gomaxprocs);
	if (n > old)
		runtime_procresize(n < max ? n : max);
	runtime_unlock(&runtime_sched.lock);
	if (n > old)
		runtime_systemstack(runtime_startTheWorld, NULL);
	return old;
}

static void runtime_acquirep(runtime_p *pp)
{
	runtime_m *mp = runtime_getg()->m;

	if (mp->p || pp->m || pp->status != _Pidle)
		runtime_throw("acquirep: invalid p state");
	mp->p = pp;
	pp->m = mp;
	pp->status = _Prunning;
}

static runtime_p *runtime_releasep(void)
{
	runtime_m *mp = runtime_getg()->m;
	runtime_p *pp = mp->p;

	if (!pp || pp->m != mp || pp->status != _Prunning)
		runtime_throw("releasep: invalid p state");
	mp->p = NULL;
	pp->m = NULL;
	pp->status = _Pidle;
	return pp;
}

/* Throws when no m is left that could ever run a goroutine. Under sched.lock. */
static void runtime_checkdead(void)
{
	/* -1 for sysmon; an m blocked in netpoll counts as running. */
	int32_t run =
	    runtime_sched.mcount - runtime_sched.nmidle - runtime_sched.nmidlelocked - 1;

	if (run > 0)
		return;
	if (run < 0)
		runtime_throw("checkdead: inconsistent counts");
	runtime_throw("all goroutines are asleep - deadlock!");
}

static void runtime_incidlelocked(int32_t v)
{
	runtime_lock(&runtime_sched.lock);
	runtime_sched.nmidlelocked += v;
	if (v > 0)
		runtime_checkdead();
	runtime_unlock(&runtime_sched.lock);
}

static bool everything_idle(void)
{
	return atomic_load(&runtime_sched.npidle) ==
	       (uint32_t)atomic_load(&runtime_gomaxprocs);
}

/* While every p is idle there is nothing to watch over: sleeps until a goroutine
 * enters a system call or comes out of one, or a minute (half of Go's forced GC period).
 * Returns whether it slept. */
static bool sysmon_rest(void)
{
	bool slept = false;

	runtime_lock(&runtime_sched.lock);
	if (everything_idle()) {
		atomic_store(&runtime_sched.sysmonwait, 1);
		runtime_unlock(&runtime_sched.lock);
		runtime_notetsleep(&runtime_sched.sysmonnote, 60LL * 1000 * 1000 * 1000);
		runtime_lock(&runtime_sched.lock);
		atomic_store(&runtime_sched.sysmonwait, 0);
		runtime_noteclear(&runtime_sched.sysmonnote);
		slept = true;
	}
	runtime_unlock(&runtime_sched.lock);
	return slept;
}

/* Polls the network when lastpoll is more than 10 ms old: no m is blocked in netpoll, and
 * so long none has come out of it. findrunnable's looks do not count. */
static void sysmon_poll(void)
{
	int64_t lastpoll = atomic_load(&runtime_sched.lastpoll);
	int64_t now = runtime_nanotime();
	runtime_g *gp;

	if (!runtime_netpollinited() || lastpoll == 0 ||
	    lastpoll + 10LL * 1000 * 1000 >= now)
		return;
	atomic_compare_exchange_strong(&runtime_sched.lastpoll, &lastpoll, now);
	gp = runtime_netpoll(false);
	if (!gp)
		return;
	/* injectglist takes idle p's first and starts m's for them after. Another m
	 * that runs out of work in between would find no m running and report a
	 * deadlock, so count one more as running meanwhile. */
	runtime_incidlelocked(-1);
	runtime_injectglist(gp);
	runtime_incidlelocked(1);
}

/*
 * The watcher: an m without a p, so a thread, not a goroutine. It sleeps 20 us a
 * round, after 50 rounds twice as long each time, at most 10 ms. Go also
 * retakes p's from long system calls here, preempts and forces the GC; this
 * port has none of these, so every round is an idle one.
 */
static void runtime_sysmon(void)
{
	int idle = 0;
	uint32_t delay = 0;

	for (;;) {
		if (idle == 0)
			delay = 20;
		else if (idle > 50)
			delay *= 2;
		if (delay > 10 * 1000)
			delay = 10 * 1000;
		runtime_usleep(delay);
		if (everything_idle() && sysmon_rest()) {
			idle = 0;
			delay = 20;
		}
		sysmon_poll();
		idle++;
	}
}

/* The lists below are guarded by sched.lock. */

static void runtime_mput(runtime_m *mp)
{
	mp->schedlink = runtime_sched.midle;
	runtime_sched.midle = mp;
	runtime_sched.nmidle++;
	runtime_checkdead();
}

static runtime_m *runtime_mget(void)
{
	runtime_m *mp = runtime_sched.midle;

	if (mp) {
		runtime_sched.midle = mp->schedlink;
		runtime_sched.nmidle--;
	}
	return mp;
}

static void runtime_globrunqput(runtime_g *gp)
{
	gQueue_push(&runtime_sched.runq, gp);
}

/* Takes the first goroutine, and pp's share of the others into pp's own queue; with max
 * no more than so many. */
static runtime_g *runtime_globrunqget(runtime_p *pp, int32_t max)
{
	int32_t n = runtime_sched.runq.size / atomic_load(&runtime_gomaxprocs) + 1;
	runtime_g *gp;

	if (n > runtime_sched.runq.size)
		n = runtime_sched.runq.size;
	if (max > 0 && n > max)
		n = max;
	if (n > runtime_runqSize / 2)
		n = runtime_runqSize / 2;
	gp = gQueue_pop(&runtime_sched.runq);
	for (; n > 1; n--)
		runtime_runqput(pp, gQueue_pop(&runtime_sched.runq), false);
	return gp;
}

static void runtime_pidleput(runtime_p *pp)
{
	pp->link = runtime_sched.pidle;
	runtime_sched.pidle = pp;
	atomic_fetch_add(&runtime_sched.npidle, 1);
}

static runtime_p *runtime_pidleget(void)
{
	runtime_p *pp = runtime_sched.pidle;

	if (pp) {
		runtime_sched.pidle = pp->link;
		atomic_fetch_sub(&runtime_sched.npidle, 1);
	}
	return pp;
}

/* pp's own queue is full: half of it goes to the global one, and gp behind that. */
static void runtime_runqputslow(runtime_p *pp, runtime_g *gp)
{
	for (int i = 0; i < runtime_runqSize / 2; i++)
		runtime_globrunqput(gQueue_pop(&pp->runq));
	runtime_globrunqput(gp);
}

/* gp goes to the end of pp's queue. With next it runs next, and who would have goes
 * there. */
static void runtime_runqput(runtime_p *pp, runtime_g *gp, bool next)
{
	if (next) {
		runtime_g *old = pp->runnext;

		pp->runnext = gp;
		if (!old)
			return;
		gp = old;
	}
	if (pp->runq.size < runtime_runqSize)
		gQueue_push(&pp->runq, gp);
	else
		runtime_runqputslow(pp, gp);
}

/* Who runs next inherits the turn: it does not count as one. */
static runtime_g *runtime_runqget(runtime_p *pp, bool *inheritTime)
{
	runtime_g *gp = pp->runnext;

	*inheritTime = gp != NULL;
	if (!gp)
		return gQueue_pop(&pp->runq);
	pp->runnext = NULL;
	return gp;
}

/* Takes a goroutine from whichever p has one: its m may be long at what it runs. Who
 * would run next there comes last: that m may be about to do so. */
static runtime_g *runtime_runqsteal(void)
{
	int32_t n = atomic_load(&runtime_gomaxprocs);
	runtime_g *gp = NULL;
	bool inheritTime;

	for (int32_t i = 0; i < n && !gp; i++)
		gp = gQueue_pop(&runtime_allp[i].runq);
	for (int32_t i = 0; i < n && !gp; i++)
		gp = runtime_runqget(&runtime_allp[i], &inheritTime);
	return gp;
}

/* The process starts here (Go 1.7.4 runtime/asm_amd64.s, rt0_go). */
int main(int argc, char **argv)
{
	runtime_argc = argc;
	runtime_argv = argv;
	runtime_m0.g0 = &runtime_g0;
	runtime_g0.m = &runtime_m0;
	runtime_setg(&runtime_g0);
	runtime_schedinit();
	runtime_newproc(runtime_main, NULL);
	runtime_mstart(&runtime_m0);
}
