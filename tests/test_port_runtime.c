/* The port's runtime: goroutines, what they and threads wait on, the poller. */
#include "port_test.h"

#include "runtime/lock_futex.h"
#include "runtime/netpoll.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "runtime/sema.h"
#include "runtime/stack.h"
#include "runtime/stubs.h"
#include "sync/once.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Goroutines and the run queue. */

/* Something is on the queue of what came from the network. */
static bool injected(void)
{
	bool any;

	runtime_lock(&runtime_sched.lock);
	any = runtime_sched.runq.head;
	runtime_unlock(&runtime_sched.lock);
	return any;
}

/* As in Go: what was made runnable last runs next, the others take turns. */
static void last_is_next(void)
{
	runtime_newproc(port_test_event_of, "a");
	runtime_newproc(port_test_event_of, "b");
	runtime_newproc(port_test_event_of, "c");
	assert_string_equal(port_test_events, "");
	runtime_newproc(port_test_event_of, "d");
	runtime_Gosched();
	assert_string_equal(port_test_events, "dabc");
}

static void gosched_alone(void)
{
	runtime_Gosched();
	runtime_Gosched();
}

static void thrice(void *name)
{
	for (int i = 0; i < 3; i++) {
		port_test_event(*(const char *)name);
		runtime_Gosched();
	}
}

static void gosched_goes_to_the_end(void)
{
	runtime_newproc(thrice, "a");
	runtime_newproc(thrice, "b");
	runtime_newproc(thrice, "c");
	for (int i = 0; i < 4; i++)
		runtime_Gosched();
	assert_string_equal(port_test_events, "cabcabcab");
}

/* Six values at least live in callee-saved registers across each switch. */
static uint64_t mix(uint64_t seed, bool yield)
{
	uint64_t a = seed, b = seed + 1, c = seed + 2, d = seed + 3, e = seed + 4,
	         f = seed + 5, g = seed + 6;

	for (int i = 0; i < 100; i++) {
		a += b ^ c;
		b += c ^ d;
		c += d ^ e;
		d += e ^ f;
		e += f ^ g;
		f += g ^ a;
		g += a ^ b;
		if (yield)
			runtime_Gosched();
	}
	return a ^ b ^ c ^ d ^ e ^ f ^ g;
}

static void mix_goroutine(void *seed)
{
	uint64_t n = *(uint64_t *)seed;

	assert_int_equal(mix(n, true), mix(n, false));
	port_test_done();
}

static void registers_survive_switches(void)
{
	static uint64_t seeds[8] = {1, 22, 333, 4444, 55555, 666666, 7777777, 88888888};

	for (int i = 0; i < 8; i++)
		runtime_newproc(mix_goroutine, &seeds[i]);
	port_test_wait_for(8);
}

static runtime_g *ran_on[2];
static int64_t goids[2];
static int nran;

static void note_g(void *unused)
{
	(void)unused;
	ran_on[nran] = runtime_getg();
	goids[nran] = runtime_getg()->goid;
	nran++;
}

static void finished_goroutine_is_reused(void)
{
	runtime_newproc(note_g, NULL);
	runtime_Gosched();
	assert_int_equal(atomic_load(&ran_on[0]->atomicstatus), _Gdead);
	assert_ptr_equal(runtime_sched.gfree, ran_on[0]);
	runtime_newproc(note_g, NULL);
	assert_int_equal(atomic_load(&ran_on[0]->atomicstatus), _Grunnable);
	assert_null(runtime_sched.gfree);
	runtime_Gosched();
	assert_int_equal(nran, 2);
	assert_ptr_equal(ran_on[1], ran_on[0]);
	assert_int_equal(goids[0], 2);
	assert_int_equal(goids[1], 3);
}

static void first_goroutine(void)
{
	runtime_g *gp = runtime_getg();

	assert_int_equal(gp->goid, 1);
	assert_int_equal(gp->m->id, 0);
	assert_ptr_equal(gp->m->curg, gp);
	assert_ptr_equal(gp->m->p->m, gp->m);
	assert_int_equal(atomic_load(&gp->atomicstatus), _Grunning);
	assert_true(runtime_mainStarted);
	assert_int_equal(runtime_sched.mcount, 2); /* and sysmon's */
}

static void fill_stack(void *unused)
{
	runtime_g *gp = runtime_getg();
	char room[48 * 1024];

	(void)unused;
	memset(room, 'x', sizeof(room));
	assert_int_equal(gp->stack_hi - gp->stack_lo, 64 * 1024);
#ifndef __SANITIZE_ADDRESS__ /* keeps locals elsewhere */
	assert_in_range((uintptr_t)room, gp->stack_lo, gp->stack_hi - sizeof(room));
#endif
	runtime_Gosched();
	for (size_t i = 0; i < sizeof(room); i++)
		assert_int_equal(room[i], 'x');
	port_test_done();
}

static void stacks_are_their_own(void)
{
	runtime_newproc(fill_stack, NULL);
	runtime_newproc(fill_stack, NULL);
	runtime_newproc(fill_stack, NULL);
	port_test_wait_for(3);
}

static void note_stack(void *arg)
{
	runtime_g **seen = arg;

	seen[0] = runtime_getg();
	seen[1] = seen[0]->m->g0;
}

static void systemstack_runs_on_g0(void)
{
	runtime_g *gp = runtime_getg(), *seen[2];

	runtime_systemstack(note_stack, seen);
	assert_ptr_equal(seen[0], gp->m->g0);
	assert_ptr_equal(seen[1], gp->m->g0);
	assert_ptr_equal(runtime_getg(), gp);
}

/* Parking. */

static runtime_g *parked;

static bool publish(runtime_g *gp, void *arg)
{
	assert_int_equal(atomic_load(&gp->atomicstatus), _Gwaiting);
	assert_null(gp->m);
	assert_ptr_equal(runtime_getg()->m->g0, runtime_getg());
	parked = gp;
	return *(bool *)arg;
}

static void park(void *arg)
{
	port_test_event('p');
	runtime_gopark(publish, arg, "a test");
	port_test_event('r');
	port_test_done();
}

static void parks_until_ready(void)
{
	bool stay = true;

	runtime_newproc(park, &stay);
	runtime_Gosched();
	runtime_Gosched();
	assert_string_equal(port_test_events, "p");
	assert_int_equal(atomic_load(&parked->atomicstatus), _Gwaiting);
	assert_string_equal(parked->waitreason, "a test");
	runtime_goready(parked);
	assert_int_equal(atomic_load(&parked->atomicstatus), _Grunnable);
	assert_string_equal(port_test_events, "p");
	port_test_wait_for(1);
	assert_string_equal(port_test_events, "pr");
	assert_null(parked->waitreason);
}

static void refused_park_goes_on_at_once(void)
{
	bool stay = false;

	runtime_newproc(park, &stay);
	runtime_newproc(port_test_event_of, "x");
	port_test_wait_for(1);
	assert_string_equal(port_test_events, "xpr");
}

static runtime_mutex park_lock;

static void park_unlocking(void *unused)
{
	(void)unused;
	parked = runtime_getg();
	runtime_lock(&park_lock);
	runtime_goparkunlock(&park_lock, "a test");
	port_test_done();
}

static void goparkunlock_unlocks(void)
{
	runtime_newproc(park_unlocking, NULL);
	runtime_Gosched();
	assert_int_equal(atomic_load(&park_lock.key), 0);
	runtime_goready(parked);
	port_test_wait_for(1);
}

static void ready_of_a_running_goroutine(void)
{
	runtime_goready(runtime_getg());
}

static void park_inside_a_system_call(void)
{
	bool stay = true;

	runtime_entersyscall();
	runtime_gopark(publish, &stay, "a test");
}

static void system_calls(void)
{
	runtime_g *gp = runtime_getg();

	runtime_entersyscall();
	assert_int_equal(atomic_load(&gp->atomicstatus), _Gsyscall);
	runtime_exitsyscall();
	assert_int_equal(atomic_load(&gp->atomicstatus), _Grunning);
}

static void exitsyscall_alone(void)
{
	runtime_exitsyscall();
}

/* Semaphores. */

static _Atomic uint32_t sema, other_sema;

static void acquire(void *name)
{
	runtime_Semacquire(&sema);
	port_test_event(*(const char *)name);
}

static void acquire_other(void *name)
{
	runtime_Semacquire(&other_sema);
	port_test_event(*(const char *)name);
}

static void semaphore_counts(void)
{
	runtime_Semrelease(&sema);
	runtime_Semrelease(&sema);
	assert_int_equal(atomic_load(&sema), 2);
	runtime_newproc(port_test_event_of, "x");
	runtime_Semacquire(&sema);
	runtime_Semacquire(&sema);
	assert_string_equal(port_test_events, "");
	assert_int_equal(atomic_load(&sema), 0);
	runtime_Gosched();
}

static void semaphore_wakes_one_each(void)
{
	runtime_newproc(acquire, "1");
	runtime_newproc(acquire, "2");
	runtime_newproc(acquire_other, "a");
	runtime_newproc(acquire, "3");
	runtime_newproc(acquire_other, "b");
	runtime_Gosched();
	assert_string_equal(port_test_events, "");

	runtime_Semrelease(&sema);
	runtime_Gosched();
	assert_string_equal(port_test_events, "1");
	runtime_Semrelease(&other_sema);
	runtime_Gosched();
	assert_string_equal(port_test_events, "1b");
	runtime_Semrelease(&sema);
	runtime_Semrelease(&sema);
	runtime_Semrelease(&other_sema);
	runtime_Gosched();
	assert_string_equal(port_test_events, "1ba23");
	assert_int_equal(atomic_load(&sema), 0);
	assert_int_equal(atomic_load(&other_sema), 0);

	/* The list of waiters is empty again, and usable. */
	runtime_newproc(acquire, "4");
	runtime_Gosched();
	runtime_Semrelease(&sema);
	runtime_Gosched();
	assert_string_equal(port_test_events, "1ba234");
}

/* One that was readied but finds nothing left waits again. */
static void semaphore_can_be_taken_first(void)
{
	runtime_newproc(acquire, "1");
	runtime_Gosched();
	runtime_Semrelease(&sema);
	runtime_Semacquire(&sema);
	runtime_Gosched();
	assert_string_equal(port_test_events, "");
	runtime_Semrelease(&sema);
	runtime_Gosched();
	assert_string_equal(port_test_events, "1");
}

/* Locks and notes: between threads. */

enum { THREADS = 4, ROUNDS = 20000 };

static runtime_mutex lock;
static int locked_count;

static void *count(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		runtime_lock(&lock);
		locked_count++;
		runtime_unlock(&lock);
	}
	return unused;
}

static void lock_excludes(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(locked_count, 80000);
	assert_int_equal(atomic_load(&lock.key), 0);
}

static runtime_note locked, enough;

static void *lock_once(void *unused)
{
	runtime_lock(&lock);
	runtime_notewakeup(&locked);
	runtime_notesleep(&enough);
	runtime_unlock(&lock);
	return unused;
}

/* Whoever slept cannot know that it was alone: its unlock must wake one up, too. */
static void lock_stays_contended(void)
{
	enum { mutex_sleeping = 2 };
	pthread_t thread;

	runtime_lock(&lock);
	assert_int_equal(pthread_create(&thread, NULL, lock_once, NULL), 0);
	while (atomic_load(&lock.key) != mutex_sleeping)
		usleep(100);
	runtime_unlock(&lock);
	runtime_notesleep(&locked);
	assert_int_equal(atomic_load(&lock.key), mutex_sleeping);
	runtime_notewakeup(&enough);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&lock.key), 0);
}

static void unlock_of_unlocked(void)
{
	runtime_unlock(&lock);
}

static runtime_note note, answer;

static void *wake(void *unused)
{
	for (int i = 0; i < 1000; i++) {
		runtime_notesleep(&answer);
		runtime_noteclear(&answer);
		runtime_notewakeup(&note);
	}
	return unused;
}

static void notes_wake(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wake, NULL), 0);
	for (int i = 0; i < 1000; i++) {
		runtime_notewakeup(&answer);
		if (i % 2)
			runtime_notesleep(&note);
		else
			assert_true(runtime_notetsleep(&note, 30 * 1000000000LL));
		runtime_noteclear(&note);
	}
	pthread_join(thread, NULL);
}

static void note_already_woken(void)
{
	runtime_notewakeup(&note);
	runtime_notesleep(&note);
	assert_true(runtime_notetsleep(&note, 0));
	runtime_noteclear(&note);
	assert_false(runtime_notetsleep(&note, 0));
}

static void note_times_out(void)
{
	int64_t start = runtime_nanotime();

	assert_false(runtime_notetsleep(&note, 20 * 1000000));
	assert_true(runtime_nanotime() - start >= 20 * 1000000);
}

static void double_wakeup(void)
{
	runtime_notewakeup(&note);
	runtime_notewakeup(&note);
}

static int once_calls;

static void once_function(void)
{
	once_calls++;
}

static void once(void)
{
	sync_Once o = {0}, other = {0};

	sync_Once_Do(&o, once_function);
	sync_Once_Do(&o, once_function);
	assert_int_equal(once_calls, 1);
	sync_Once_Do(&other, once_function);
	assert_int_equal(once_calls, 2);
}

/* The end of the program. */

static void acquire_for_ever(void *unused)
{
	(void)unused;
	runtime_Semacquire(&sema);
}

static void deadlock(void)
{
	runtime_newproc(acquire_for_ever, NULL);
	runtime_newproc(acquire_for_ever, NULL);
	runtime_Semacquire(&other_sema);
}

static bool is_test(const char *name)
{
	return runtime_argc == 2 && strcmp(runtime_argv[1], name) == 0;
}

int __real_pthread_create(pthread_t *tid, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *tid, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg);

int __wrap_pthread_create(pthread_t *tid, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg)
{
	return is_test("no_more_threads") ? EAGAIN
	                                  : __real_pthread_create(tid, attr, fn, arg);
}

static void no_more_threads(void)
{
	fail_msg("the runtime started without its thread for sysmon");
}

/* The poller's system calls, looked at and replaced. */

static _Atomic int polls, blocked_polls, interrupted_polls;
static _Atomic pid_t polled_by; /* the thread of the last poll that got something */
static int32_t (*fake_epollwait)(struct epoll_event *ev, int32_t nev, int32_t timeout);
static int32_t create1_result, create_result; /* if not 0: instead of the call */
static char create_calls[128];

int32_t __real_runtime_epollwait(int32_t, struct epoll_event *, int32_t, int32_t);
int32_t __wrap_runtime_epollwait(int32_t, struct epoll_event *, int32_t, int32_t);

int32_t __wrap_runtime_epollwait(int32_t epfd, struct epoll_event *ev, int32_t nev,
                                 int32_t timeout)
{
	int32_t n;

	assert_int_equal(nev, 128);
	assert_true(timeout == 0 || timeout == -1);
	atomic_fetch_add(timeout == 0 ? &polls : &blocked_polls, 1);
	if (fake_epollwait)
		return fake_epollwait(ev, nev, timeout);
	n = __real_runtime_epollwait(epfd, ev, nev, timeout);
	if (n == -EINTR)
		atomic_fetch_add(&interrupted_polls, 1);
	if (n > 0)
		atomic_store(&polled_by, gettid());
	return n;
}

static int32_t create_call(const char *name, int32_t arg, int32_t result)
{
	size_t len = strlen(create_calls);

	snprintf(create_calls + len, sizeof(create_calls) - len, "%s(%d)=%d ", name, arg,
	         result);
	return result;
}

int32_t __real_runtime_epollcreate1(int32_t flags);
int32_t __wrap_runtime_epollcreate1(int32_t flags);
int32_t __real_runtime_epollcreate(int32_t size);
int32_t __wrap_runtime_epollcreate(int32_t size);
void __real_runtime_closeonexec(int32_t fd);
void __wrap_runtime_closeonexec(int32_t fd);

int32_t __wrap_runtime_epollcreate1(int32_t flags)
{
	return create_call("create1", flags,
	                   create1_result ? create1_result
	                                  : __real_runtime_epollcreate1(flags));
}

int32_t __wrap_runtime_epollcreate(int32_t size)
{
	return create_call("create", size,
	                   create_result ? create_result
	                                 : __real_runtime_epollcreate(size));
}

void __wrap_runtime_closeonexec(int32_t fd)
{
	__real_runtime_closeonexec(fd);
	create_call("closeonexec", fd, 0);
}

static char ctl_calls[128];

int32_t __real_runtime_epollctl(int32_t, int32_t, int32_t, struct epoll_event *);
int32_t __wrap_runtime_epollctl(int32_t, int32_t, int32_t, struct epoll_event *);

int32_t __wrap_runtime_epollctl(int32_t epfd, int32_t op, int32_t fd,
                                struct epoll_event *ev)
{
	size_t len = strlen(ctl_calls);

	if (len < 64)
		snprintf(ctl_calls + len, sizeof(ctl_calls) - len, "%s(%d)%x ",
		         op == EPOLL_CTL_ADD ? "add" : "del", fd,
		         op == EPOLL_CTL_ADD ? ev->events : 0);
	return __real_runtime_epollctl(epfd, op, fd, ev);
}

static void poller_not_initialised(void)
{
	assert_false(runtime_netpollinited());
	assert_null(runtime_netpoll(false));
	assert_null(runtime_netpoll(true));
	assert_int_equal(atomic_load(&polls) + atomic_load(&blocked_polls), 0);
}

/* The number the next descriptor will get. */
static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void assert_create_calls(const char *format, int fd)
{
	char expected[sizeof(create_calls)];

	snprintf(expected, sizeof(expected), format, fd, fd);
	assert_string_equal(create_calls, expected);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void poller_init(void)
{
	int fd = next_fd();

	net_runtime_pollServerInit();
	assert_true(runtime_netpollinited());
	assert_create_calls("create1(524288)=%d ", fd);
}

static void poller_init_on_old_kernel(void)
{
	int fd = next_fd();

	create1_result = -ENOSYS;
	net_runtime_pollServerInit();
	assert_true(runtime_netpollinited());
	assert_create_calls("create1(524288)=-38 create(1024)=%d closeonexec(%d)=0 ", fd);
}

static void poller_init_fails(void)
{
	create1_result = -EMFILE;
	create_result = -ENFILE;
	net_runtime_pollServerInit();
}

static void linknames_are_aliases(void)
{
	assert_ptr_equal(net_runtime_pollServerInit, runtime_net_runtime_pollServerInit);
	assert_ptr_equal(net_runtime_pollOpen, runtime_net_runtime_pollOpen);
	assert_ptr_equal(net_runtime_pollClose, runtime_net_runtime_pollClose);
	assert_ptr_equal(net_runtime_pollReset, runtime_net_runtime_pollReset);
	assert_ptr_equal(net_runtime_pollWait, runtime_net_runtime_pollWait);
	assert_ptr_equal(net_runtime_pollUnblock, runtime_net_runtime_pollUnblock);
}

/* Keeps sysmon from polling until some m has blocked in the poller, so that the
 * test can poll, and nobody else. */
static void hold_sysmon(void)
{
	atomic_store(&runtime_sched.lastpoll, INT64_MAX / 2);
}

/* Polls as findrunnable does; returns how many goroutines became runnable. */
static int poll(void)
{
	int n = 0;

	for (runtime_g *next, *gp = runtime_netpoll(false); gp; gp = next) {
		next = gp->schedlink;
		runtime_goready(gp);
		n++;
	}
	return n;
}

/* A pair of sockets, one end with the poller, its first readiness (to write)
 * seen and forgotten. */
static struct port_test_end open_end(void)
{
	struct port_test_end e;

	hold_sysmon();
	e = port_test_open_end();
	assert_int_equal(poll(), 0);
	assert_int_equal(net_runtime_pollReset(e.pd, 'w'), 0);
	return e;
}

/* A goroutine that waits in one direction. */
struct waiter {
	runtime_pollDesc *pd;
	int mode;
	runtime_g *gp;
	int result;
	int woken; /* how many times */
};

static void wait_in_poller(void *arg)
{
	struct waiter *w = arg;

	w->gp = runtime_getg();
	w->result = net_runtime_pollWait(w->pd, w->mode);
	w->woken++;
	port_test_done();
}

static void start_waiter(struct waiter *w, runtime_pollDesc *pd, int mode)
{
	*w = (struct waiter){.pd = pd, .mode = mode, .result = -1};
	runtime_newproc(wait_in_poller, w);
	/* Now and then the scheduler lets us go on first. */
	while (!w->gp)
		runtime_Gosched();
	assert_int_equal(atomic_load(&w->gp->atomicstatus), _Gwaiting);
	assert_string_equal(w->gp->waitreason, "IO wait");
}

/* Waits, and tells whether the goroutine parked for it. */
static bool parks(runtime_pollDesc *pd, int mode, int result)
{
	port_test_events[0] = '\0';
	runtime_newproc(port_test_event_of, "p");
	assert_int_equal(net_runtime_pollWait(pd, mode), result);
	if (port_test_events[0] != '\0')
		return true;
	runtime_Gosched();
	return false;
}

static void open_and_close_arguments(void)
{
	struct port_test_end e = open_end();
	char expected[64];

	port_test_close_end(&e);
	/* EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET */
	snprintf(expected, sizeof(expected), "add(%d)80002005 del(%d)0 ", e.fd, e.fd);
	assert_string_equal(ctl_calls, expected);
}

/* nil -> pdReady -> nil, consumed. */
static void readiness_before_wait(void)
{
	struct port_test_end e = open_end();

	port_test_send_byte(&e);
	assert_int_equal(poll(), 0);
	assert_false(parks(e.pd, 'r', 0));

	/* It was good for one wait. */
	port_test_send_byte(&e);
	assert_true(parks(e.pd, 'r', 0));
	port_test_close_end(&e);
}

/* nil -> pdWait -> G -> pdReady -> nil. */
static void wait_before_readiness(void)
{
	struct port_test_end e = open_end();
	struct waiter w;

	start_waiter(&w, e.pd, 'r');
	assert_int_equal(poll(), 0);
	port_test_send_byte(&e);
	assert_int_equal(poll(), 1);
	assert_int_equal(atomic_load(&w.gp->atomicstatus), _Grunnable);
	assert_int_equal(w.woken, 0);
	port_test_wait_for(1);
	assert_int_equal(w.result, 0);
	port_test_close_end(&e);
}

/* The edge is reported once, whatever is left to read. */
static void readiness_is_edge_triggered(void)
{
	struct port_test_end e = open_end();

	port_test_send_byte(&e);
	assert_int_equal(poll(), 0);
	assert_int_equal(net_runtime_pollReset(e.pd, 'r'), 0);
	hold_sysmon();
	assert_int_equal(poll(), 0);
	port_test_send_byte(&e);
	assert_true(parks(e.pd, 'r', 0));
	port_test_close_end(&e);
}

/* pdReady -> nil, forgotten; in its own direction only. */
static void reset_forgets(void)
{
	struct port_test_end e = open_end();
	runtime_g *list = NULL;

	runtime_netpollready(&list, e.pd, 'r' + 'w');
	assert_null(list);
	assert_int_equal(net_runtime_pollReset(e.pd, 'r'), 0);
	assert_false(parks(e.pd, 'w', 0));
	port_test_send_byte(&e);
	assert_true(parks(e.pd, 'r', 0));

	runtime_netpollready(&list, e.pd, 'r' + 'w');
	assert_int_equal(net_runtime_pollReset(e.pd, 'w'), 0);
	assert_false(parks(e.pd, 'r', 0));
	port_test_close_end(&e);
}

/* pdReady stays pdReady. */
static void readiness_does_not_add_up(void)
{
	struct port_test_end e = open_end();
	runtime_g *list = NULL;

	runtime_netpollready(&list, e.pd, 'r');
	runtime_netpollready(&list, e.pd, 'r');
	assert_null(list);
	assert_false(parks(e.pd, 'r', 0));
	port_test_send_byte(&e);
	assert_true(parks(e.pd, 'r', 0));
	port_test_close_end(&e);
}

/* G -> nil: closing, for both directions. */
static void unblock_wakes_both(void)
{
	struct port_test_end e = open_end();
	struct waiter r, w;

	start_waiter(&r, e.pd, 'r');
	start_waiter(&w, e.pd, 'w');
	net_runtime_pollUnblock(e.pd);
	assert_int_equal(atomic_load(&r.gp->atomicstatus), _Grunnable);
	assert_int_equal(atomic_load(&w.gp->atomicstatus), _Grunnable);
	port_test_wait_for(2);
	assert_int_equal(r.result, runtime_pollErrClosing);
	assert_int_equal(w.result, runtime_pollErrClosing);
	assert_int_equal(r.woken, 1);
	assert_int_equal(w.woken, 1);
	net_runtime_pollClose(e.pd);
	close(e.fd);
	close(e.peer);
}

static void closing_refuses(void)
{
	struct port_test_end e = open_end();
	runtime_g *list = NULL;

	/* Even readiness does not help. */
	runtime_netpollready(&list, e.pd, 'r' + 'w');
	net_runtime_pollUnblock(e.pd);
	assert_int_equal(net_runtime_pollReset(e.pd, 'r'), runtime_pollErrClosing);
	assert_int_equal(net_runtime_pollReset(e.pd, 'w'), runtime_pollErrClosing);
	assert_int_equal(net_runtime_pollWait(e.pd, 'r'), runtime_pollErrClosing);
	assert_int_equal(net_runtime_pollWait(e.pd, 'w'), runtime_pollErrClosing);
	net_runtime_pollClose(e.pd);
	close(e.fd);
	close(e.peer);
}

/* A goroutine that was readied, and whose descriptor is closed before it runs,
 * still gets its readiness, as in Go; the next wait fails. */
static void readiness_before_closing(void)
{
	struct port_test_end e = open_end();
	struct waiter w;

	start_waiter(&w, e.pd, 'r');
	port_test_send_byte(&e);
	assert_int_equal(poll(), 1);
	net_runtime_pollUnblock(e.pd);
	port_test_wait_for(1);
	assert_int_equal(w.result, 0);
	assert_int_equal(net_runtime_pollWait(e.pd, 'r'), runtime_pollErrClosing);
	net_runtime_pollClose(e.pd);
	close(e.fd);
	close(e.peer);
}

static void unblock_twice(void)
{
	struct port_test_end e = open_end();

	net_runtime_pollUnblock(e.pd);
	net_runtime_pollUnblock(e.pd);
}

static void close_without_unblock(void)
{
	struct port_test_end e = open_end();

	net_runtime_pollClose(e.pd);
}

static void two_readers(void)
{
	struct port_test_end e = open_end();
	struct waiter w;

	start_waiter(&w, e.pd, 'r');
	net_runtime_pollWait(e.pd, 'r');
}

static void polldesc_is_reused(void)
{
	struct port_test_end e = open_end();
	runtime_pollDesc *first = e.pd;
	runtime_g *list = NULL;

	runtime_netpollready(&list, e.pd, 'r' + 'w');
	port_test_close_end(&e);

	/* The kernel may still report a closed one. */
	runtime_netpollready(&list, first, 'r' + 'w');
	assert_null(list);

	e = open_end();
	assert_ptr_equal(e.pd, first);
	port_test_send_byte(&e);
	assert_true(parks(e.pd, 'r', 0));
	port_test_close_end(&e);
}

/* The last one closed is the first one used. */
static void polldescs_are_a_stack(void)
{
	struct port_test_end a = open_end(), b = open_end();
	runtime_pollDesc *pda = a.pd, *pdb = b.pd;

	assert_ptr_not_equal(pda, pdb);
	port_test_close_end(&b);
	port_test_close_end(&a);
	a = open_end();
	b = open_end();
	assert_ptr_equal(a.pd, pda);
	assert_ptr_equal(b.pd, pdb);
	port_test_close_end(&a);
	port_test_close_end(&b);
}

static void open_fails(void)
{
	struct port_test_end e = open_end();
	runtime_pollDesc *pd;
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(net_runtime_pollOpen((uintptr_t)file, &pd), EPERM);
	assert_int_equal(net_runtime_pollOpen((uintptr_t)e.fd, &pd), EEXIST);
	close(file);
	assert_int_equal(net_runtime_pollOpen((uintptr_t)file, &pd), EBADF);
	port_test_close_end(&e);
}

/* Which of EPOLL… wakes whom. */
static struct epoll_event fake_event;

static int32_t one_fake_event(struct epoll_event *ev, int32_t nev, int32_t timeout)
{
	(void)nev, (void)timeout;
	*ev = fake_event;
	return 1;
}

/* Names those whom netpoll makes runnable for this event, in its order. */
static const char *woken_by(uint32_t epoll_events)
{
	static char names[3];
	struct port_test_end e = open_end();
	struct waiter r, w;
	int n = 0;

	memset(names, 0, sizeof(names));
	start_waiter(&r, e.pd, 'r');
	start_waiter(&w, e.pd, 'w');
	fake_event = (struct epoll_event){.events = epoll_events, .data.ptr = e.pd};
	fake_epollwait = one_fake_event;
	for (runtime_g *next, *gp = runtime_netpoll(false); gp; gp = next) {
		next = gp->schedlink;
		names[n++] = gp == r.gp ? 'r' : gp == w.gp ? 'w' : '?';
		runtime_goready(gp);
	}
	fake_epollwait = NULL;
	net_runtime_pollUnblock(e.pd);
	port_test_wait_for(2);
	net_runtime_pollClose(e.pd);
	close(e.fd);
	close(e.peer);
	return names;
}

static void events_and_directions(void)
{
	assert_string_equal(woken_by(EPOLLIN), "r");
	assert_string_equal(woken_by(EPOLLRDHUP), "r");
	assert_string_equal(woken_by(EPOLLOUT), "w");
	assert_string_equal(woken_by(EPOLLIN | EPOLLOUT), "wr");
	assert_string_equal(woken_by(EPOLLERR), "wr");
	assert_string_equal(woken_by(EPOLLHUP), "wr");
	assert_string_equal(woken_by(EPOLLIN | EPOLLHUP), "wr");
	assert_string_equal(woken_by(EPOLLPRI), "");
	assert_string_equal(woken_by(0), "");
}

/* netpoll(true) goes on while nobody waits for what it gets. */
static runtime_pollDesc *scripted[2];
static int script_at;

static int32_t script(struct epoll_event *ev, int32_t nev, int32_t timeout)
{
	(void)nev;
	assert_int_equal(timeout, -1);
	switch (script_at++) {
	case 0:
		return -EINTR;
	case 1:
		*ev = (struct epoll_event){.events = EPOLLIN, .data.ptr = scripted[0]};
		return 1;
	case 2:
		return -EINTR;
	case 3:
		*ev = (struct epoll_event){.events = EPOLLIN, .data.ptr = scripted[1]};
		return 1;
	}
	fail_msg("netpoll did not return");
	return 0;
}

static void blocking_poll_goes_on(void)
{
	struct port_test_end a = open_end(), b = open_end();
	struct waiter w;
	runtime_g *gp;

	start_waiter(&w, b.pd, 'r');
	scripted[0] = a.pd;
	scripted[1] = b.pd;
	fake_epollwait = script;
	gp = runtime_netpoll(true);
	fake_epollwait = NULL;
	assert_int_equal(script_at, 4);
	assert_ptr_equal(gp, w.gp);
	assert_null(gp->schedlink);
	runtime_goready(gp);
	port_test_wait_for(1);
	assert_int_equal(w.result, 0);

	/* What a got is kept for it. */
	assert_false(parks(a.pd, 'r', 0));
	port_test_close_end(&a);
	port_test_close_end(&b);
}

static int32_t bad_epollwait(struct epoll_event *ev, int32_t nev, int32_t timeout)
{
	(void)ev, (void)nev, (void)timeout;
	return -EBADF;
}

static void epollwait_fails(void)
{
	struct port_test_end e = open_end();

	fake_epollwait = bad_epollwait;
	port_test_send_byte(&e);
	runtime_netpoll(false);
}

/* More than fits in one call. */
enum { MANY = 200 };

static void many_events(void)
{
	static struct port_test_end ends[MANY];
	static struct waiter waiters[MANY];

	for (int i = 0; i < MANY; i++) {
		ends[i] = open_end();
		for (int j = 0; j < i; j++)
			assert_ptr_not_equal(ends[i].pd, ends[j].pd);
		start_waiter(&waiters[i], ends[i].pd, 'r');
	}
	for (int i = 0; i < MANY; i++)
		port_test_send_byte(&ends[i]);
	hold_sysmon();
	assert_int_equal(poll(), 128);
	assert_int_equal(poll(), 72);
	assert_int_equal(poll(), 0);
	port_test_wait_for(MANY);

	/* The same through the scheduler. */
	for (int i = 0; i < MANY; i++) {
		hold_sysmon();
		start_waiter(&waiters[i], ends[i].pd, 'r');
	}
	for (int i = 0; i < MANY; i++)
		port_test_send_byte(&ends[i]);
	port_test_wait_for(MANY);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(waiters[i].result, 0);
		assert_int_equal(waiters[i].woken, 1);
		port_test_close_end(&ends[i]);
	}
}

/* The scheduler: who polls, and when. */

static void wait_until_blocked(void)
{
	while (atomic_load(&runtime_sched.lastpoll) != 0)
		usleep(100);
}

static void *send_when_blocked(void *arg)
{
	wait_until_blocked();
	port_test_send_byte(arg);
	return NULL;
}

/* Non-blocking first, then blocking; two calls, not more. */
static void findrunnable_polls_then_blocks(void)
{
	struct port_test_end e = open_end();
	pthread_t thread;
	int before;

	before = atomic_load(&polls);
	assert_int_equal(pthread_create(&thread, NULL, send_when_blocked, &e), 0);
	assert_int_equal(net_runtime_pollWait(e.pd, 'r'), 0);
	assert_int_equal(atomic_load(&polls) - before, 1);
	assert_int_equal(atomic_load(&blocked_polls), 1);
	assert_true(atomic_load(&runtime_sched.lastpoll) != 0);
	pthread_join(thread, NULL);
	port_test_close_end(&e);
}

/* Made runnable by another thread between the two: the blocking one must not be. */
static int32_t ready_meanwhile(struct epoll_event *ev, int32_t nev, int32_t timeout)
{
	(void)ev, (void)nev;
	assert_int_equal(timeout, 0);
	runtime_goready(parked);
	return 0;
}

static void findrunnable_looks_again(void)
{
	bool stay = true;

	hold_sysmon();
	net_runtime_pollServerInit();
	fake_epollwait = ready_meanwhile;
	runtime_gopark(publish, &stay, "a test");
	fake_epollwait = NULL;
	assert_int_equal(atomic_load(&polls), 1);
	assert_int_equal(atomic_load(&blocked_polls), 0);
}

/* Not at all while there is something to run. */
static void findrunnable_runs_first(void)
{
	struct port_test_end e = open_end();
	int before = atomic_load(&polls);

	runtime_newproc(thrice, "a");
	runtime_newproc(thrice, "b");
	for (int i = 0; i < 4; i++)
		runtime_Gosched();
	assert_string_equal(port_test_events, "bababa");
	assert_int_equal(atomic_load(&polls), before);
	port_test_close_end(&e);
}

static _Atomic int signals;

static void on_signal(int sig)
{
	(void)sig;
	atomic_fetch_add(&signals, 1);
}

static pthread_t blocked_thread;

static void *interrupt(void *arg)
{
	wait_until_blocked();
	while (atomic_load(&interrupted_polls) < 3) {
		pthread_kill(blocked_thread, SIGUSR1);
		usleep(1000);
	}
	port_test_send_byte(arg);
	return NULL;
}

static void interrupted_poll_goes_on(void)
{
	struct port_test_end e = open_end();
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	pthread_t thread;

	sigaction(SIGUSR1, &sa, NULL);
	blocked_thread = pthread_self();
	assert_int_equal(pthread_create(&thread, NULL, interrupt, &e), 0);
	assert_int_equal(net_runtime_pollWait(e.pd, 'r'), 0);
	pthread_join(thread, NULL);
	assert_true(atomic_load(&signals) >= 3);
	assert_true(atomic_load(&interrupted_polls) >= 3);
	port_test_close_end(&e);
}

/* Nobody calls the scheduler here, so only sysmon can be the one that polls. */
static void sysmon_delivers(const struct port_test_end *e)
{
	struct waiter w;
	int64_t last;

	start_waiter(&w, e->pd, 'r');
	port_test_send_byte(e);
	last = runtime_nanotime() - 11 * 1000 * 1000;
	atomic_store(&runtime_sched.lastpoll, last);
	while (!injected())
		;
	assert_true(atomic_load(&runtime_sched.lastpoll) > last);
	assert_int_not_equal(atomic_load(&polled_by), getpid());
	assert_int_equal(w.woken, 0);
	port_test_wait_for(1);
	assert_int_equal(w.result, 0);
}

static void sysmon_polls(void)
{
	struct port_test_end e = open_end();

	sysmon_delivers(&e);
	port_test_close_end(&e);
}

static void sysmon_leaves_a_recent_poll_alone(void)
{
	struct port_test_end e = open_end();
	struct waiter w;

	start_waiter(&w, e.pd, 'r');
	port_test_send_byte(&e);
	hold_sysmon();
	usleep(50 * 1000);
	assert_false(injected());
	port_test_wait_for(1);
	port_test_close_end(&e);
}

static void *send_when_sysmon_sleeps(void *arg)
{
	while (atomic_load(&runtime_sched.sysmonwait) == 0)
		usleep(100);
	port_test_send_byte(arg);
	return NULL;
}

/* sysmon sleeps while everything is idle, until the next system call. */
static void sysmon_rests(void)
{
	struct port_test_end e = open_end();
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, send_when_sysmon_sleeps, &e), 0);
	assert_int_equal(net_runtime_pollWait(e.pd, 'r'), 0);
	assert_int_equal(atomic_load(&runtime_sched.sysmonwait), 1);
	runtime_entersyscall();
	assert_int_equal(atomic_load(&runtime_sched.sysmonwait), 0);
	runtime_exitsyscall();
	pthread_join(thread, NULL);
	assert_int_equal(net_runtime_pollReset(e.pd, 'r'), 0);
	hold_sysmon();
	sysmon_delivers(&e);
	port_test_close_end(&e);
}

static const struct port_test tests[] = {
    PORT_TEST(last_is_next),
    PORT_TEST(gosched_alone),
    PORT_TEST(gosched_goes_to_the_end),
    PORT_TEST(registers_survive_switches),
    PORT_TEST(finished_goroutine_is_reused),
    PORT_TEST(first_goroutine),
    PORT_TEST(stacks_are_their_own),
    PORT_TEST(systemstack_runs_on_g0),
    PORT_TEST(parks_until_ready),
    PORT_TEST(refused_park_goes_on_at_once),
    PORT_TEST(goparkunlock_unlocks),
    PORT_TEST_THROWS(ready_of_a_running_goroutine, "casgstatus: bad incoming status"),
    PORT_TEST_THROWS(park_inside_a_system_call, "gopark: bad g status"),
    PORT_TEST(system_calls),
    PORT_TEST_THROWS(exitsyscall_alone, "casgstatus: bad incoming status"),
    PORT_TEST(semaphore_counts),
    PORT_TEST(semaphore_wakes_one_each),
    PORT_TEST(semaphore_can_be_taken_first),
    PORT_TEST(lock_excludes),
    PORT_TEST(lock_stays_contended),
    PORT_TEST_THROWS(unlock_of_unlocked, "unlock of unlocked lock"),
    PORT_TEST(notes_wake),
    PORT_TEST(note_already_woken),
    PORT_TEST(note_times_out),
    PORT_TEST_THROWS(double_wakeup, "notewakeup - double wakeup"),
    PORT_TEST(once),
    PORT_TEST_THROWS(deadlock, "all goroutines are asleep - deadlock!"),
    PORT_TEST_THROWS(no_more_threads, "runtime.newosproc: no more threads"),
    PORT_TEST(poller_not_initialised),
    PORT_TEST(poller_init),
    PORT_TEST(poller_init_on_old_kernel),
    {"poller_init_fails", poller_init_fails, 2,
     "netpollinit: failed to create epoll descriptor 23\n"
     "fatal error: netpollinit: failed to create descriptor\n",
     NULL},
    PORT_TEST(linknames_are_aliases),
    PORT_TEST(open_and_close_arguments),
    PORT_TEST(readiness_before_wait),
    PORT_TEST(wait_before_readiness),
    PORT_TEST(readiness_is_edge_triggered),
    PORT_TEST(reset_forgets),
    PORT_TEST(readiness_does_not_add_up),
    PORT_TEST(unblock_wakes_both),
    PORT_TEST(closing_refuses),
    PORT_TEST(readiness_before_closing),
    PORT_TEST_THROWS(unblock_twice, "netpollUnblock: already closing"),
    PORT_TEST_THROWS(close_without_unblock, "netpollClose: close w/o unblock"),
    PORT_TEST_THROWS(two_readers, "netpollblock: double wait"),
    PORT_TEST(polldesc_is_reused),
    PORT_TEST(polldescs_are_a_stack),
    PORT_TEST(open_fails),
    PORT_TEST(events_and_directions),
    PORT_TEST(blocking_poll_goes_on),
    {"epollwait_fails", epollwait_fails, 2,
     "runtime: epollwait on fd 3 failed with 9\nfatal error: epollwait failed\n", NULL},
    PORT_TEST(many_events),
    PORT_TEST(findrunnable_polls_then_blocks),
    PORT_TEST(findrunnable_looks_again),
    PORT_TEST(findrunnable_runs_first),
    PORT_TEST(interrupted_poll_goes_on),
    PORT_TEST(sysmon_polls),
    PORT_TEST(sysmon_leaves_a_recent_poll_alone),
    PORT_TEST(sysmon_rests),
};

void main_main(void)
{
	port_test_main("runtime", tests, sizeof(tests) / sizeof(tests[0]));
}
