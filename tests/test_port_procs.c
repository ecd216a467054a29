/*
 * The port's runtime with several Ps, and the poller's deadlines. Where two threads must
 * meet at one instruction for a wake-up to be lost, a wrapped function holds one of them
 * there until the other has passed.
 */
#include "port_test.h"

#include "runtime/lock_futex.h"
#include "runtime/netpoll.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "runtime/sema.h"
#include "runtime/stubs.h"
#include "runtime/time.h"
#include "time/time.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Keeps the P until *flag is n; it must not take long. */
static void spin_until(const _Atomic int *flag, int n)
{
	int64_t start = runtime_nanotime();

	while (atomic_load(flag) != n)
		if (runtime_nanotime() - start > 20 * time_Second)
			fail_msg("waited for %d, but it is still %d", n,
			         atomic_load(flag));
}

static void set_flag(void *flag)
{
	atomic_store((_Atomic int *)flag, 1);
	port_test_done();
}

/* GOMAXPROCS. */

static void assert_procs(int n)
{
	assert_int_equal(runtime_GOMAXPROCS(0), n);
	assert_int_equal(atomic_load(&runtime_gomaxprocs), n);
	assert_int_equal(atomic_load(&runtime_sched.npidle), n - 1);
}

static void procs_1(void)
{
	assert_procs(1);
}

static void procs_3(void)
{
	assert_procs(3);
}

static void procs_256(void)
{
	assert_procs(256);
}

static void procs_are_set(void)
{
	assert_int_equal(runtime_GOMAXPROCS(-1), 1);
	assert_int_equal(runtime_GOMAXPROCS(3), 1);
	assert_int_equal(runtime_GOMAXPROCS(2), 3);
	assert_procs(3);
	assert_int_equal(runtime_GOMAXPROCS(100 * 1000), 3);
	assert_procs(256);
}

/* A new P has to do what waits already. */
static void new_procs_run_the_queue(void)
{
	_Atomic int ran = 0;

	runtime_newproc(set_flag, (void *)&ran);
	runtime_GOMAXPROCS(2);
	spin_until(&ran, 1);
	port_test_wait_for(1);
}

static void runs_beside_a_busy_goroutine(void)
{
	_Atomic int ran = 0;

	runtime_GOMAXPROCS(2);
	runtime_newproc(set_flag, (void *)&ran);
	spin_until(&ran, 1);
	port_test_wait_for(1);
}

static _Atomic int running, most_running;

static void run_a_while(void *unused)
{
	int n = atomic_fetch_add(&running, 1) + 1;
	int most = atomic_load(&most_running);
	int64_t start = runtime_nanotime();

	(void)unused;
	while (n > most && !atomic_compare_exchange_weak(&most_running, &most, n))
		;
	while (runtime_nanotime() - start < 20 * time_Millisecond)
		;
	atomic_fetch_sub(&running, 1);
	port_test_done();
}

static void no_more_run_than_there_are_ps(void)
{
	runtime_GOMAXPROCS(3);
	for (int i = 0; i < 9; i++)
		runtime_newproc(run_a_while, NULL);
	port_test_wait_for(9);
	assert_int_equal(atomic_load(&most_running), 3);
}

/* What must not be missed. Each wrapped function is for one test; before and after, it
 * only passes on. */

static _Atomic int armed;   /* the wrapped function holds the next one that comes */
static _Atomic int held;    /* somebody is held */
static _Atomic int release; /* and may go on */

static void hold(void)
{
	atomic_store(&held, 1);
	spin_until(&release, 1);
}

bool __real_runtime_netpollinited(void);
bool __wrap_runtime_netpollinited(void);

/* findrunnable has found the run queue empty, and still has its P. */
bool __wrap_runtime_netpollinited(void)
{
	int on = 1;

	if (runtime_getg()->m->p && atomic_compare_exchange_strong(&armed, &on, 0))
		hold();
	return __real_runtime_netpollinited();
}

static void arm(void *flag)
{
	atomic_store(&armed, 1);
	set_flag(flag);
}

static void added_while_a_p_is_given_up(void)
{
	_Atomic int ran = 0;

	runtime_GOMAXPROCS(2);
	runtime_newproc(arm, (void *)&ran);
	spin_until(&held, 1);
	/* Both Ps are in use: nobody is woken for this one. */
	atomic_store(&ran, 0);
	runtime_newproc(set_flag, (void *)&ran);
	assert_int_equal(atomic_load(&runtime_sched.npidle), 0);
	atomic_store(&release, 1);
	spin_until(&ran, 1);
	port_test_wait_for(2);
}

static _Atomic int armed_mcall;

void __real_runtime_mcall(void (*fn)(runtime_g *));
void __wrap_runtime_mcall(void (*fn)(runtime_g *));

/* exitsyscall has found no idle P. */
void __wrap_runtime_mcall(void (*fn)(runtime_g *))
{
	int on = 1;

	if (!runtime_getg()->m->p &&
	    atomic_compare_exchange_strong(&armed_mcall, &on, 0)) {
		atomic_store(&held, 1);
		while (atomic_load(&runtime_sched.npidle) == 0)
			usleep(100);
	}
	__real_runtime_mcall(fn);
}

static void busy_until_held(void *unused)
{
	(void)unused;
	spin_until(&held, 1);
}

/* The only P goes idle between the two times that exitsyscall looks for one. */
static void p_given_up_while_it_is_looked_for(void)
{
	runtime_note never = {0};

	runtime_newproc(busy_until_held, NULL);
	atomic_store(&armed_mcall, 1);
	assert_false(runtime_notetsleepg(&never, 5 * time_Millisecond));
	assert_int_equal(atomic_load(&held), 1);
}

static _Atomic int armed_epollwait;

int32_t __real_runtime_epollwait(int32_t, struct epoll_event *, int32_t, int32_t);
int32_t __wrap_runtime_epollwait(int32_t, struct epoll_event *, int32_t, int32_t);

int32_t __wrap_runtime_epollwait(int32_t epfd, struct epoll_event *ev, int32_t nev,
                                 int32_t timeout)
{
	int on = 1;

	if (timeout == -1 && atomic_compare_exchange_strong(&armed_epollwait, &on, 0))
		hold();
	return __real_runtime_epollwait(epfd, ev, nev, timeout);
}

/* A pair of sockets, one end with the poller, its first readiness (to write) used. */
static struct port_test_end open_end(void)
{
	struct port_test_end e = port_test_open_end();

	assert_int_equal(net_runtime_pollWait(e.pd, 'w'), 0);
	return e;
}

/* A goroutine that waits in one direction. */
struct waiter {
	runtime_pollDesc *pd;
	int mode;
	runtime_g *gp;
	_Atomic int result; /* -1 while it waits */
	int64_t woken;      /* when */
};

static void wait_in_poller(void *arg)
{
	struct waiter *w = arg;
	int result;

	w->gp = runtime_getg();
	result = net_runtime_pollWait(w->pd, w->mode);
	w->woken = runtime_nanotime();
	atomic_store(&w->result, result);
	port_test_done();
}

/* With one P; it has parked on return. */
static void start_waiter(struct waiter *w, const struct port_test_end *e, int mode)
{
	w->pd = e->pd;
	w->mode = mode;
	atomic_store(&w->result, -1);
	runtime_newproc(wait_in_poller, w);
	runtime_Gosched();
	assert_int_equal(atomic_load(&w->gp->atomicstatus), _Gwaiting);
}

static struct waiter waiters[2];
static _Atomic int both_run;

static void wait_then_wait_for_the_other(void *arg)
{
	struct waiter *w = arg;

	assert_int_equal(net_runtime_pollWait(w->pd, 'r'), 0);
	atomic_fetch_add(&both_run, 1);
	spin_until(&both_run, 2);
	port_test_done();
}

/* One poll finds two readers: each gets an M of its own. */
static void one_poll_finds_two(void)
{
	struct port_test_end e[2] = {open_end(), open_end()};
	_Atomic int ran = 0;

	for (int i = 0; i < 2; i++) {
		waiters[i].pd = e[i].pd;
		runtime_newproc(wait_then_wait_for_the_other, &waiters[i]);
	}
	runtime_Gosched();
	/* With more Ps an M runs this, and then blocks in the poller. */
	runtime_GOMAXPROCS(3);
	atomic_store(&armed_epollwait, 1);
	runtime_newproc(set_flag, (void *)&ran);
	spin_until(&held, 1);
	port_test_send_byte(&e[0]);
	port_test_send_byte(&e[1]);
	atomic_store(&release, 1);
	spin_until(&both_run, 2);
	port_test_wait_for(3);
	port_test_close_end(&e[0]);
	port_test_close_end(&e[1]);
}

/* notetsleepg, and the P it gives away. */

static void wake_note(void *note)
{
	runtime_notewakeup(note);
	port_test_done();
}

static void others_run_while_one_sleeps(void)
{
	runtime_note note = {0};

	runtime_newproc(wake_note, &note);
	assert_true(runtime_notetsleepg(&note, 20 * time_Second));
	port_test_wait_for(1);
}

static void note_sleeps_no_longer(void)
{
	runtime_note note = {0};
	int64_t start = runtime_nanotime();

	assert_false(runtime_notetsleepg(&note, 5 * time_Millisecond));
	assert_true(runtime_nanotime() - start >= 5 * time_Millisecond);
	assert_ptr_equal(runtime_getg()->m->p->m, runtime_getg()->m);
	assert_int_equal(atomic_load(&runtime_getg()->atomicstatus), _Grunning);
}

static _Atomic int others_stop;

static void busy(void *started)
{
	atomic_fetch_add((_Atomic int *)started, 1);
	while (!atomic_load(&others_stop))
		;
	port_test_done();
}

/* The other P is busy, so what waits for this one must get it. */
static void p_given_away_runs_the_queue(void)
{
	runtime_note note = {0};
	_Atomic int started = 0;

	runtime_GOMAXPROCS(2);
	runtime_newproc(busy, (void *)&started);
	spin_until(&started, 1);
	runtime_newproc(wake_note, &note);
	assert_true(runtime_notetsleepg(&note, 20 * time_Second));
	atomic_store(&others_stop, 1);
	port_test_wait_for(2);
}

static void wake_note_by_poll(void *arg)
{
	runtime_note *note = arg;

	assert_int_equal(net_runtime_pollWait(waiters[0].pd, 'r'), 0);
	runtime_notewakeup(note);
	port_test_done();
}

static void *send_later(void *e)
{
	usleep(50 * 1000);
	port_test_send_byte(e);
	return NULL;
}

/* And somebody must poll. */
static void p_given_away_polls(void)
{
	struct port_test_end e = open_end();
	runtime_note note = {0};
	pthread_t thread;

	waiters[0].pd = e.pd;
	runtime_newproc(wake_note_by_poll, &note);
	runtime_Gosched();
	assert_int_equal(pthread_create(&thread, NULL, send_later, &e), 0);
	assert_true(runtime_notetsleepg(&note, 20 * time_Second));
	port_test_wait_for(1);
	pthread_join(thread, NULL);
	port_test_close_end(&e);
}

/* Something waits in the global queue, where sysmon puts what it finds. */
static bool queued(void)
{
	bool q;

	runtime_lock(&runtime_sched.lock);
	q = runtime_sched.runq.head != NULL;
	runtime_unlock(&runtime_sched.lock);
	return q;
}

/* Every P is busy: sysmon polls, and the reader gets its turn. */
static void sysmon_polls_for_busy_ps(void)
{
	struct port_test_end e = open_end();
	_Atomic int started = 0;

	waiters[0].pd = e.pd;
	waiters[0].mode = 'r';
	atomic_store(&waiters[0].result, -1);
	runtime_newproc(wait_in_poller, &waiters[0]);
	runtime_Gosched();
	runtime_GOMAXPROCS(2);
	runtime_newproc(busy, (void *)&started);
	spin_until(&started, 1);
	assert_int_equal(atomic_load(&runtime_sched.npidle), 0);
	port_test_send_byte(&e);
	while (!queued())
		;
	assert_int_equal(atomic_load(&waiters[0].result), -1);
	atomic_store(&others_stop, 1);
	port_test_wait_for(2);
	assert_int_equal(atomic_load(&waiters[0].result), 0);
	port_test_close_end(&e);
}

/* Deadlocks. */

static _Atomic uint32_t never;

static void wait_for_ever(void *unused)
{
	(void)unused;
	runtime_Semacquire(&never);
}

static _Atomic uint32_t ping, pong;
static bool played_enough;

static void play_ping(void *unused)
{
	(void)unused;
	while (!played_enough) {
		runtime_Semrelease(&ping);
		runtime_Semacquire(&pong);
	}
	runtime_Semrelease(&ping);
	port_test_done();
}

static void play_pong(void *unused)
{
	(void)unused;
	while (!played_enough) {
		runtime_Semrelease(&pong);
		runtime_Semacquire(&ping);
	}
	runtime_Semrelease(&pong);
	port_test_done();
}

/* Two that ready each other for long: neither keeps out who comes by the global queue,
 * the timers' goroutine from its sleep, and the reader whom sysmon has found ready. */
static void others_run_beside_two_that_ready_each_other(void)
{
	struct port_test_end e = open_end();
	struct waiter r;

	start_waiter(&r, &e, 'r');
	runtime_newproc(play_ping, NULL);
	runtime_newproc(play_pong, NULL);
	time_Sleep(5 * time_Millisecond);
	port_test_send_byte(&e);
	port_test_wait_for(1);
	assert_int_equal(r.result, 0);
	played_enough = true;
	port_test_wait_for(2);
	port_test_close_end(&e);
}

static void deadlock(void)
{
	for (int i = 0; i < 8; i++)
		runtime_newproc(wait_for_ever, NULL);
	runtime_Semacquire(&never);
}

static void deadlock_after_the_last_timer(void)
{
	time_Sleep(5 * time_Millisecond);
	runtime_Semacquire(&never);
}

static void wake(void *unused)
{
	(void)unused;
	port_test_done();
}

/* With a timer set, somebody will wake. */
static void no_deadlock(void)
{
	time_Timer t;

	for (int i = 0; i < 20; i++) {
		time_AfterFunc(&t, time_Millisecond, wake, NULL);
		port_test_wait_for(1);
	}
}

/* Deadlines. */

static int64_t in(int milliseconds)
{
	return runtime_nanotime() + milliseconds * time_Millisecond;
}

static void assert_late(const struct waiter *w, int64_t d)
{
	assert_int_equal(atomic_load(&w->result), runtime_pollErrTimeout);
	assert_true(w->woken >= d);
}

static void assert_parked(const struct waiter *w)
{
	assert_int_equal(atomic_load(&w->result), -1);
	assert_int_equal(atomic_load(&w->gp->atomicstatus), _Gwaiting);
}

/* In one direction; the other one is not concerned. */
static void ends(int mode, int other)
{
	struct port_test_end e = open_end();
	struct waiter w;
	int64_t d = in(5);

	start_waiter(&w, &e, mode);
	net_runtime_pollSetDeadline(e.pd, d, mode);
	port_test_wait_for(1);
	assert_late(&w, d);
	assert_int_equal(net_runtime_pollReset(e.pd, mode), runtime_pollErrTimeout);
	assert_int_equal(net_runtime_pollWait(e.pd, mode), runtime_pollErrTimeout);
	assert_int_equal(net_runtime_pollReset(e.pd, other), 0);
	start_waiter(&w, &e, other);
	net_runtime_pollSetDeadline(e.pd, 0, mode);
	assert_int_equal(net_runtime_pollReset(e.pd, mode), 0);
	assert_parked(&w);
	port_test_send_byte(&e);
	port_test_wait_for(1);
	assert_int_equal(w.result, 0);
	port_test_close_end(&e);
}

static void read_deadline(void)
{
	ends('r', 'w');
}

static void write_deadline(void)
{
	ends('w', 'r');
}

static void deadline_of_both(void)
{
	struct port_test_end e = open_end();
	struct waiter r, w;
	int64_t d = in(5);

	start_waiter(&r, &e, 'r');
	start_waiter(&w, &e, 'w');
	net_runtime_pollSetDeadline(e.pd, d, 'r' + 'w');
	port_test_wait_for(2);
	assert_late(&r, d);
	assert_late(&w, d);
	port_test_close_end(&e);
}

/* One timer serves both then; when one of them moves, there are two again. */
static void equal_deadlines(void)
{
	struct port_test_end e = open_end();
	struct waiter r, w;
	int64_t d = in(10);

	start_waiter(&r, &e, 'r');
	start_waiter(&w, &e, 'w');
	net_runtime_pollSetDeadline(e.pd, d, 'r');
	net_runtime_pollSetDeadline(e.pd, d, 'w');
	port_test_wait_for(2);
	assert_late(&r, d);
	assert_late(&w, d);

	d = in(300); /* not before both have parked, on a busy machine either */
	net_runtime_pollSetDeadline(e.pd, d, 'r' + 'w');
	assert_int_equal(net_runtime_pollReset(e.pd, 'r'), 0);
	assert_int_equal(net_runtime_pollReset(e.pd, 'w'), 0);
	start_waiter(&r, &e, 'r');
	start_waiter(&w, &e, 'w');
	net_runtime_pollSetDeadline(e.pd, 0, 'r');
	port_test_wait_for(1);
	assert_late(&w, d);
	assert_parked(&r);
	net_runtime_pollSetDeadline(e.pd, 1, 'r');
	port_test_wait_for(1);
	port_test_close_end(&e);
}

static void different_deadlines(void)
{
	struct port_test_end e = open_end();
	struct waiter r, w;
	int64_t rd = in(300), wd = in(5);

	start_waiter(&r, &e, 'r');
	start_waiter(&w, &e, 'w');
	net_runtime_pollSetDeadline(e.pd, rd, 'r');
	net_runtime_pollSetDeadline(e.pd, wd, 'w');
	port_test_wait_for(1);
	assert_late(&w, wd);
	assert_parked(&r);
	port_test_wait_for(1);
	assert_late(&r, rd);
	port_test_close_end(&e);
}

static void deadline_moves(void)
{
	struct port_test_end e = open_end();
	struct waiter r;
	int64_t d = in(300);

	start_waiter(&r, &e, 'r');
	net_runtime_pollSetDeadline(e.pd, in(200), 'r');
	net_runtime_pollSetDeadline(e.pd, d, 'r');
	port_test_wait_for(1);
	assert_late(&r, d);

	net_runtime_pollSetDeadline(e.pd, in(60 * 1000), 'r');
	start_waiter(&r, &e, 'r');
	d = in(5);
	net_runtime_pollSetDeadline(e.pd, d, 'r');
	port_test_wait_for(1);
	assert_late(&r, d);
	port_test_close_end(&e);
}

static void deadline_is_cleared(void)
{
	struct port_test_end e = open_end();
	struct waiter r;

	start_waiter(&r, &e, 'r');
	net_runtime_pollSetDeadline(e.pd, in(200), 'r' + 'w');
	net_runtime_pollSetDeadline(e.pd, 0, 'r' + 'w');
	time_Sleep(250 * time_Millisecond);
	assert_parked(&r);
	port_test_send_byte(&e);
	port_test_wait_for(1);
	assert_int_equal(r.result, 0);
	port_test_close_end(&e);
}

static void deadline_has_passed(void)
{
	struct port_test_end e = open_end();
	struct waiter r, w;

	start_waiter(&r, &e, 'r');
	start_waiter(&w, &e, 'w');
	net_runtime_pollSetDeadline(e.pd, 1, 'r');
	assert_int_equal(atomic_load(&r.gp->atomicstatus), _Grunnable);
	assert_parked(&w);
	net_runtime_pollSetDeadline(e.pd, INT64_MIN, 'w');
	assert_int_equal(atomic_load(&w.gp->atomicstatus), _Grunnable);
	port_test_wait_for(2);
	assert_late(&r, 0);
	assert_late(&w, 0);
	port_test_close_end(&e);
}

/* Woken by a deadline that is none any more when it runs. */
static void deadline_is_taken_back(void)
{
	struct port_test_end e = open_end();
	struct waiter r;

	start_waiter(&r, &e, 'r');
	net_runtime_pollSetDeadline(e.pd, 1, 'r');
	net_runtime_pollSetDeadline(e.pd, 0, 'r');
	runtime_Gosched();
	assert_parked(&r);
	port_test_send_byte(&e);
	port_test_wait_for(1);
	assert_int_equal(r.result, 0);
	port_test_close_end(&e);
}

static void deadline_of_a_closing_descriptor(void)
{
	struct port_test_end e = open_end();

	net_runtime_pollUnblock(e.pd);
	net_runtime_pollSetDeadline(e.pd, in(5), 'r');
	time_Sleep(20 * time_Millisecond);
	assert_int_equal(net_runtime_pollReset(e.pd, 'r'), runtime_pollErrClosing);
	net_runtime_pollClose(e.pd);
	close(e.fd);
	close(e.peer);
}

static void deadline_ends_with_its_descriptor(void)
{
	struct port_test_end e = open_end();
	runtime_pollDesc *pd = e.pd;
	struct waiter r;

	net_runtime_pollSetDeadline(pd, in(5), 'r');
	net_runtime_pollSetDeadline(pd, in(6), 'w');
	port_test_close_end(&e);
	e = open_end();
	assert_ptr_equal(e.pd, pd);
	start_waiter(&r, &e, 'r');
	time_Sleep(20 * time_Millisecond);
	assert_parked(&r);
	port_test_send_byte(&e);
	port_test_wait_for(1);
	assert_int_equal(r.result, 0);
	port_test_close_end(&e);
}

/* A timer that fires while its deadline is being moved: it has left the heap, so that
 * deltimer comes too late, and waits for the pollDesc's lock. */

static _Atomic int armed_deltimer;

/* Without lock: timerproc writes it, once. */
__attribute__((no_sanitize("thread"))) static bool fires(const runtime_timer *t)
{
	return *(const volatile int *)&t->i == -1;
}

bool __real_runtime_deltimer(runtime_timer *t);
bool __wrap_runtime_deltimer(runtime_timer *t);

bool __wrap_runtime_deltimer(runtime_timer *t)
{
	int on = 1;
	bool set;

	if (!atomic_compare_exchange_strong(&armed_deltimer, &on, 0))
		return __real_runtime_deltimer(t);
	while (!fires(t))
		;
	set = __real_runtime_deltimer(t);
	assert_false(set);
	return set;
}

static struct port_test_end deadline_fires_too_late(void (*move)(struct port_test_end *))
{
	struct port_test_end e = open_end();

	runtime_GOMAXPROCS(2);
	net_runtime_pollSetDeadline(e.pd, in(100), 'r' + 'w');
	atomic_store(&armed_deltimer, 1);
	move(&e);
	time_Sleep(10 * time_Millisecond);
	assert_int_equal(atomic_load(&armed_deltimer), 0);
	return e;
}

static void move_on(struct port_test_end *e)
{
	net_runtime_pollSetDeadline(e->pd, in(60 * 1000), 'r' + 'w');
}

static void take_back(struct port_test_end *e)
{
	net_runtime_pollSetDeadline(e->pd, 0, 'r' + 'w');
}

static void assert_no_deadline(struct port_test_end *e)
{
	assert_int_equal(net_runtime_pollReset(e->pd, 'r'), 0);
	assert_int_equal(net_runtime_pollReset(e->pd, 'w'), 0);
	port_test_close_end(e);
}

static void deadline_fires_while_moved(void)
{
	struct port_test_end e = deadline_fires_too_late(move_on);

	assert_no_deadline(&e);
}

static void deadline_fires_while_cleared(void)
{
	struct port_test_end e = deadline_fires_too_late(take_back);

	assert_no_deadline(&e);
}

static void reopen(struct port_test_end *e)
{
	port_test_close_end(e);
	*e = open_end();
}

static void deadline_fires_while_closed(void)
{
	struct port_test_end e = deadline_fires_too_late(reopen);

	assert_no_deadline(&e);
}

/* Between the first look at errors and the park. */

static struct port_test_end *parking;
static void (*before_parking)(struct port_test_end *);

static _Atomic int armed_park;

void __real_runtime_gopark(bool (*)(runtime_g *, void *), void *, const char *);
void __wrap_runtime_gopark(bool (*)(runtime_g *, void *), void *, const char *);

void __wrap_runtime_gopark(bool (*unlockf)(runtime_g *, void *), void *lock,
                           const char *reason)
{
	int on = 1;

	if (atomic_compare_exchange_strong(&armed_park, &on, 0))
		before_parking(parking);
	__real_runtime_gopark(unlockf, lock, reason);
}

/* pdWait stands already: whoever comes now must keep the goroutine from parking. */
static int interrupted_park(struct port_test_end *e, void (*fn)(struct port_test_end *))
{
	parking = e;
	before_parking = fn;
	atomic_store(&armed_park, 1);
	return net_runtime_pollWait(e->pd, 'r');
}

static void let_pass(struct port_test_end *e)
{
	net_runtime_pollSetDeadline(e->pd, 1, 'r');
}

static void make_ready(struct port_test_end *e)
{
	runtime_g *gp = NULL;

	runtime_netpollready(&gp, e->pd, 'r');
	assert_null(gp);
}

static void unblock(struct port_test_end *e)
{
	net_runtime_pollUnblock(e->pd);
}

static void woken_before_it_parks(void)
{
	struct port_test_end e = open_end();

	assert_int_equal(interrupted_park(&e, make_ready), 0);
	assert_int_equal(interrupted_park(&e, let_pass), runtime_pollErrTimeout);
	net_runtime_pollSetDeadline(e.pd, 0, 'r');
	assert_int_equal(interrupted_park(&e, unblock), runtime_pollErrClosing);
	net_runtime_pollClose(e.pd);
	close(e.fd);
	close(e.peer);
}

#define WITH_PROCS(name, fn, n)                                                          \
	{                                                                                \
		name, fn, 0, "", n                                                       \
	}
#define DEADLOCK "fatal error: all goroutines are asleep - deadlock!\n"

static const struct port_test tests[] = {
    WITH_PROCS("procs_from_environment", procs_3, "3"),
    WITH_PROCS("procs_then_garbage", procs_3, "3x"),
    WITH_PROCS("procs_garbage", procs_1, "x"),
    WITH_PROCS("procs_empty", procs_1, ""),
    WITH_PROCS("procs_none", procs_1, "0"),
    WITH_PROCS("procs_negative", procs_1, "-2"),
    WITH_PROCS("procs_too_many", procs_256, "1000"),
    PORT_TEST(procs_are_set),
    PORT_TEST(new_procs_run_the_queue),
    PORT_TEST(runs_beside_a_busy_goroutine),
    PORT_TEST(no_more_run_than_there_are_ps),
    PORT_TEST(added_while_a_p_is_given_up),
    PORT_TEST(p_given_up_while_it_is_looked_for),
    PORT_TEST(one_poll_finds_two),
    PORT_TEST(others_run_while_one_sleeps),
    PORT_TEST(others_run_beside_two_that_ready_each_other),
    PORT_TEST(note_sleeps_no_longer),
    PORT_TEST(p_given_away_runs_the_queue),
    PORT_TEST(p_given_away_polls),
    PORT_TEST(sysmon_polls_for_busy_ps),
    {"deadlock_with_four_ps", deadlock, 2, DEADLOCK, "4"},
    {"deadlock_after_the_last_timer", deadlock_after_the_last_timer, 2, DEADLOCK, NULL},
    {"deadlock_after_the_last_timer_4", deadlock_after_the_last_timer, 2, DEADLOCK, "4"},
    PORT_TEST(no_deadlock),
    WITH_PROCS("no_deadlock_with_four_ps", no_deadlock, "4"),
    PORT_TEST(read_deadline),
    PORT_TEST(write_deadline),
    PORT_TEST(deadline_of_both),
    PORT_TEST(equal_deadlines),
    PORT_TEST(different_deadlines),
    PORT_TEST(deadline_moves),
    PORT_TEST(deadline_is_cleared),
    PORT_TEST(deadline_has_passed),
    PORT_TEST(deadline_is_taken_back),
    PORT_TEST(deadline_of_a_closing_descriptor),
    PORT_TEST(deadline_ends_with_its_descriptor),
    PORT_TEST(deadline_fires_while_moved),
    PORT_TEST(deadline_fires_while_cleared),
    PORT_TEST(deadline_fires_while_closed),
    PORT_TEST(woken_before_it_parks),
};

void main_main(void)
{
	port_test_main("procs", tests, sizeof(tests) / sizeof(tests[0]));
}
