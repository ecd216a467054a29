/*
 * No wake-up is lost, whenever it comes: a goroutine that is about to wait is stopped
 * after its n-th instruction, then it is readied, then it goes on; for every n, through
 * its park and the scheduler, until its M has given its P up and sleeps. The processor's
 * trap flag stops it. Whoever readies keeps the other P and never parks, so nobody else
 * can make up for what was missed.
 *
 * A trap costs much, so that the way is not made from its start each time: it is cut into
 * legs, and each begins in a wrapped function.
 */
#include "port_test.h"

#include "net/fd_unix.h"
#include "runtime/chan.h"
#include "runtime/netpoll.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "runtime/sema.h"
#include "runtime/stubs.h"
#include "time/time.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAN_STEP
#endif

/* One way to wait and to be woken. */
struct scene {
	void (*prepare)(void);
	void (*wait)(void);
	void (*wake)(void);
};

/* Where the legs begin. */
enum {
	WAIT, /* pollWait, Semacquire, selectgo */
	PARK, /* gopark: waits, but is not off its stack */
	IDLE, /* findrunnable: the run queue is empty, the P still there */
	LEGS,
};

static int leg;
static _Atomic int next; /* the leg that begins next: an M may be idle before, too */
static _Atomic bool under_way; /* between the start of the leg and its end */
static _Atomic bool passed;    /* the start of the next leg */
static _Atomic bool stepping;  /* the waiter's thread traps after each instruction */
static _Atomic long steps;     /* how many it has made */
static long stop_at;           /* stop before this one */
static _Atomic bool stopped;   /* it has come there */
static _Atomic bool woken;     /* wake has returned */
static _Atomic bool ended;     /* wait has */

#ifdef CAN_STEP

enum { TRAP_FLAG = 0x100 };

static void on_trap(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int64_t start;

	(void)sig, (void)info;
	if (atomic_load(&stepping) && atomic_fetch_add(&steps, 1) < stop_at)
		return;
	uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	if (!atomic_exchange(&stepping, false))
		return;
	atomic_store(&stopped, true);
	/* Where it holds a lock, waker and waiter would wait for each other. */
	start = runtime_nanotime();
	while (!atomic_load(&woken) && runtime_nanotime() - start < 2 * time_Millisecond)
		runtime_osyield();
}

static void set_trap_flag(void)
{
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\t" /* the red zone */
	                 "pushfq\n\t"
	                 "orq $0x100, (%%rsp)\n\t"
	                 "popfq\n\t"
	                 "lea 128(%%rsp), %%rsp"
	                 :
	                 :
	                 : "memory", "cc");
}

static void get_ready(void)
{
	struct sigaction sa = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &sa, NULL);
}

#else

static void set_trap_flag(void)
{
}

static void get_ready(void)
{
	port_test_skip("cannot stop after each instruction here");
}

#endif

/* The waiter is where leg begin begins. */
static void at(int begin)
{
	if (!atomic_load(&under_way) || begin != atomic_load(&next))
		return;
	atomic_store(&next, begin + 1);
	if (begin < leg)
		return;
	if (begin == leg) {
		atomic_store(&stepping, true);
		set_trap_flag();
		return;
	}
	atomic_store(&stepping, false);
	atomic_store(&under_way, false);
	atomic_store(&passed, true);
}

int __real_net_runtime_pollWait(runtime_pollDesc *pd, int mode);
int __wrap_net_runtime_pollWait(runtime_pollDesc *pd, int mode);
void __real_runtime_gopark(bool (*)(runtime_g *, void *), void *, const char *);
void __wrap_runtime_gopark(bool (*)(runtime_g *, void *), void *, const char *);
void __real_runtime_goparkunlock(runtime_mutex *, const char *);
void __wrap_runtime_goparkunlock(runtime_mutex *, const char *);
bool __real_runtime_netpollinited(void);
bool __wrap_runtime_netpollinited(void);

int __wrap_net_runtime_pollWait(runtime_pollDesc *pd, int mode)
{
	at(WAIT);
	return __real_net_runtime_pollWait(pd, mode);
}

void __wrap_runtime_gopark(bool (*unlockf)(runtime_g *, void *), void *lock,
                           const char *reason)
{
	at(PARK);
	__real_runtime_gopark(unlockf, lock, reason);
}

void __wrap_runtime_goparkunlock(runtime_mutex *lock, const char *reason)
{
	at(PARK);
	__real_runtime_goparkunlock(lock, reason);
}

bool __wrap_runtime_netpollinited(void)
{
	if (runtime_getg()->m->p) /* not sysmon */
		at(IDLE);
	return __real_runtime_netpollinited();
}

static void waiter(void *arg)
{
	const struct scene *s = arg;

	s->wait();
	atomic_store(&ended, true);
}

/* Waits until the waiter has been stopped; false if the leg ends before that, or it
 * sleeps. */
static bool wait_until_stopped(void)
{
	int64_t since = runtime_nanotime();
	long last = -1;

	while (!atomic_load(&stopped)) {
		if (atomic_load(&passed))
			return false;
		if (last != atomic_load(&steps) ||
		    atomic_load(&runtime_sched.npidle) == 0) {
			last = atomic_load(&steps);
			since = runtime_nanotime();
		}
		if (runtime_nanotime() - since > 50 * time_Millisecond)
			return false;
		runtime_osyield();
	}
	return true;
}

static void wait_until_ended(void)
{
	int64_t start = runtime_nanotime();

	while (!atomic_load(&ended)) {
		if (runtime_nanotime() - start > 10 * time_Second)
			fail_msg("woken after %ld instructions, it sleeps on", stop_at);
		runtime_osyield();
	}
}

static void play_leg(const struct scene *s)
{
	bool more = true;

	for (stop_at = 0; more; stop_at++) {
		/* The last waiter's M is done. */
		while (atomic_load(&runtime_sched.npidle) == 0)
			runtime_osyield();
		s->prepare();
		atomic_store(&passed, false);
		atomic_store(&steps, 0);
		atomic_store(&stopped, false);
		atomic_store(&woken, false);
		atomic_store(&ended, false);
		atomic_store(&next, WAIT);
		atomic_store(&under_way, true);
		runtime_newproc(waiter, (void *)s);
		more = wait_until_stopped();
		atomic_store(&stepping, false);
		atomic_store(&under_way, false);
		s->wake();
		atomic_store(&woken, true);
		wait_until_ended();
	}
	printf("leg %d: woken at each of %ld instructions\n", leg, stop_at);
	assert_true(stop_at > 50); /* else it was not stopped at all */
}

static void play(const struct scene *s)
{
	get_ready();
	runtime_GOMAXPROCS(2);
	for (leg = WAIT; leg < LEGS; leg++)
		play_leg(s);
}

static net_netFD *fd, *peer;

static void open_once(void)
{
	if (!fd)
		port_test_socketpair(&fd, &peer);
}

static void read_fails(error why)
{
	char byte;
	size_t n;

	assert_ptr_equal(net_netFD_Read(fd, &byte, 1, &n).text, why.text);
}

/* A deadline in the past. */

static void take_deadline_back(void)
{
	open_once();
	net_netFD_setReadDeadline(fd, 0);
}

static void read_too_late(void)
{
	read_fails(net_errTimeout);
}

static void set_deadline(void)
{
	net_netFD_setReadDeadline(fd, 1);
}

static void deadline(void)
{
	play(&(struct scene){take_deadline_back, read_too_late, set_deadline});
}

/* Close. */

static void open_again(void)
{
	if (fd) {
		assert_int_equal(fd->sysfd, -1);
		free(fd);
		port_test_close(peer);
	}
	port_test_socketpair(&fd, &peer);
}

static void read_closed(void)
{
	read_fails(net_errClosing);
}

static void close_fd(void)
{
	assert_true(error_nil(net_netFD_Close(fd)));
}

static void closing(void)
{
	play(&(struct scene){open_again, read_closed, close_fd});
}

/* Readiness, which the kernel tells to whoever polls. */

static void read_byte(void)
{
	char byte;
	size_t n;

	assert_true(error_nil(net_netFD_Read(fd, &byte, 1, &n)));
	assert_int_equal(n, 1);
}

static void send_byte(void)
{
	assert_int_equal(write(peer->sysfd, "x", 1), 1);
}

static void readiness(void)
{
	play(&(struct scene){open_once, read_byte, send_byte});
}

/* A semaphore. */

static _Atomic uint32_t sema;

static void nothing(void)
{
}

static void acquire(void)
{
	at(WAIT);
	runtime_Semacquire(&sema);
}

static void release(void)
{
	runtime_Semrelease(&sema);
}

static void semaphore(void)
{
	play(&(struct scene){nothing, acquire, release});
}

/* A channel. */

static runtime_hchan chan_a, chan_b;

static void open_channels(void)
{
	chan_a = chan_b = (runtime_hchan){0};
}

static void select_one(void)
{
	runtime_hchan *const c[] = {&chan_a, &chan_b};

	at(WAIT);
	assert_int_equal(runtime_selectgo(c, 2), 1);
}

static void close_one(void)
{
	runtime_closechan(&chan_b);
}

static void channel(void)
{
	play(&(struct scene){open_channels, select_one, close_one});
}

static const struct port_test tests[] = {
    PORT_TEST(deadline),  PORT_TEST(closing), PORT_TEST(readiness),
    PORT_TEST(semaphore), PORT_TEST(channel),
};

void main_main(void)
{
	port_test_main("wakeups", tests, sizeof(tests) / sizeof(tests[0]));
}
