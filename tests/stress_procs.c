/*
 * The runtime under load with several Ps: whatever parks and readies a goroutine, first
 * each kind of it alone, so that Ms and Ps go idle and are woken all the time, then all
 * together. Where several threads race, the test makes sure only that each operation
 * ends, and as it may; so it can only fail if a wake-up is lost, comes twice or reaches
 * the wrong one, or if a byte does.
 *
 *   stress_procs [SECONDS]    for each number of Ps
 */
#include "port_test.h"

#include "context/context.h"
#include "net/fd_unix.h"
#include "net/net.h"
#include "runtime/chan.h"
#include "runtime/netpoll.h"
#include "runtime/lock_futex.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "runtime/sema.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SECONDS = 3,
	STUCK_SECONDS = 20, /* for one phase, which takes at most half of SECONDS */
	STREAM = 12 * 1024, /* bytes each way in a round; more than both buffers take */
	RING = 8,
	HELPERS = 24, /* most goroutines that a round starts, but for "crowd" */
};

struct worker;

/* One thing to do: a round starts goroutines, lets them race and waits for all. */
struct kind {
	const char *name;
	void (*round)(struct worker *w);
	int together; /* workers of this kind when all work at once */
};

/* A goroutine that does rounds. What its helpers share with it is here: a round may use
 * all of it. */
struct worker {
	const struct kind *kind;
	_Atomic long rounds;
	_Atomic bool finished;
	_Atomic uint32_t done; /* a semaphore: helpers that have ended */

	net_netFD *fd, *peer;
	_Atomic uint32_t late, go, go_write; /* semaphores */
	_Atomic bool calm;                   /* the stream has arrived */
	_Atomic long asked, answered;
	long counter; /* under go, as a mutex */
	_Atomic uint32_t ring[RING];
	runtime_hchan a, b;
	context_Context *ctx[3];
	_Atomic int next;
};

static struct worker workers[32];
static int nworkers;
static _Atomic bool stop;
static _Atomic uint32_t all_done;
static _Atomic int phases; /* that have ended */

/* How often a goroutine was parked. */
static _Atomic long parks;

void __real_runtime_gopark(bool (*)(runtime_g *, void *), void *, const char *);
void __wrap_runtime_gopark(bool (*)(runtime_g *, void *), void *, const char *);
void __real_runtime_goparkunlock(runtime_mutex *, const char *);
void __wrap_runtime_goparkunlock(runtime_mutex *, const char *);

static uint32_t random_below(uint32_t n)
{
	static _Atomic uint32_t seed;
	uint32_t x = atomic_fetch_add_explicit(&seed, 0x9e3779b9, memory_order_relaxed);

	x = (x ^ x >> 16) * 0x21f0aaad;
	x = (x ^ x >> 15) * 0x735a2d97;
	return (x ^ x >> 15) % n;
}

/* Between pdWait and the park is where a wake-up is lost most easily. */
void __wrap_runtime_gopark(bool (*unlockf)(runtime_g *, void *), void *lock,
                           const char *reason)
{
	atomic_fetch_add_explicit(&parks, 1, memory_order_relaxed);
	if (random_below(256) == 0)
		runtime_osyield();
	__real_runtime_gopark(unlockf, lock, reason);
}

void __wrap_runtime_goparkunlock(runtime_mutex *lock, const char *reason)
{
	atomic_fetch_add_explicit(&parks, 1, memory_order_relaxed);
	__real_runtime_goparkunlock(lock, reason);
}

/* Goroutines there ever were; each is used again when it has ended. */
static _Atomic int goroutines;

runtime_g *__real_runtime_malg(void);
runtime_g *__wrap_runtime_malg(void);

runtime_g *__wrap_runtime_malg(void)
{
	atomic_fetch_add(&goroutines, 1);
	return __real_runtime_malg();
}

static void spin(uint32_t n)
{
	while (n-- > 0)
		__asm__ volatile("");
}

/* The P stays busy; the CPU, which may be the only one, does not. */
static void spin_until(const _Atomic long *at, long n)
{
	for (int i = 1; atomic_load(at) != n; i++)
		if (i % 256 == 0)
			runtime_osyield();
}

/* Lets the others get further, or not. */
static void dawdle(void)
{
	switch (random_below(4)) {
	case 0:
		runtime_Gosched();
		break;
	case 1:
		spin(random_below(300));
		break;
	case 2:
		spin(random_below(20 * 1000));
		break;
	}
}

static void wait_for(struct worker *w, int helpers)
{
	while (helpers-- > 0)
		runtime_Semacquire(&w->done);
}

static time_Time soon(uint32_t microseconds)
{
	return time_Now() + random_below(microseconds) * time_Microsecond;
}

static void open_pair(struct worker *w)
{
	port_test_socketpair(&w->fd, &w->peer);
}

static void close_pair(struct worker *w)
{
	port_test_close(w->fd);
	port_test_close(w->peer);
}

/* Only a deadline wakes these. */

enum { LATE = 8 };

static void late_reader(void *arg)
{
	struct worker *w = arg;
	char byte;
	size_t n;

	for (int i = 0; i < LATE; i++) {
		error err = net_netFD_Read(w->fd, &byte, 1, &n);

		assert_ptr_equal(err.text, net_errTimeout.text);
		runtime_Semrelease(&w->late);
		runtime_Semacquire(&w->go);
	}
	runtime_Semrelease(&w->done);
}

static void late_writer(void *arg)
{
	static const char bytes[1 << 16]; /* the second one at least finds no room */
	struct worker *w = arg;
	size_t n;

	for (int i = 0; i < LATE; i++) {
		error err = nil;

		while (error_nil(err))
			err = net_netFD_Write(w->fd, bytes, sizeof(bytes), &n);
		assert_ptr_equal(err.text, net_errTimeout.text);
		runtime_Semrelease(&w->late);
		runtime_Semacquire(&w->go_write);
	}
	runtime_Semrelease(&w->done);
}

static void set_deadlines(struct worker *w)
{
	time_Time t = random_below(2) ? soon(200) : 1;

	switch (random_below(3)) {
	case 0:
		net_netFD_setDeadline(w->fd, t);
		return;
	case 1: /* the same for both */
		net_netFD_setReadDeadline(w->fd, t);
		dawdle();
		net_netFD_setWriteDeadline(w->fd, t);
		return;
	default:
		net_netFD_setWriteDeadline(w->fd, soon(200));
		net_netFD_setReadDeadline(w->fd, t);
	}
}

static void deadline_round(struct worker *w)
{
	open_pair(w);
	runtime_newproc(late_reader, w);
	runtime_newproc(late_writer, w);
	for (int i = 0; i < LATE; i++) {
		dawdle();
		set_deadlines(w);
		runtime_Semacquire(&w->late);
		runtime_Semacquire(&w->late);
		net_netFD_setDeadline(w->fd, 0);
		runtime_Semrelease(&w->go);
		runtime_Semrelease(&w->go_write);
	}
	wait_for(w, 2);
	close_pair(w);
}

/* A deadline that was moved, or set on a descriptor that is closed since, is nobody's. */

static void send_one(void *arg)
{
	struct worker *w = arg;
	size_t n;

	dawdle();
	assert_true(error_nil(net_netFD_Write(w->peer, "x", 1, &n)));
	runtime_Semrelease(&w->done);
}

static void read_one(struct worker *w)
{
	char byte;
	size_t n;

	runtime_newproc(send_one, w);
	assert_true(error_nil(net_netFD_Read(w->fd, &byte, 1, &n)));
	assert_int_equal(n, 1);
	wait_for(w, 1);
}

static void moved_deadline_round(struct worker *w)
{
	open_pair(w);
	for (int i = 0; i < 8; i++) {
		net_netFD_setDeadline(w->fd, soon(100));
		spin(random_below(60 * 1000));
		net_netFD_setDeadline(w->fd,
		                      random_below(2) ? 0 : soon(1) + time_Second * 60);
		read_one(w);
	}
	net_netFD_setReadDeadline(w->fd, soon(100));
	net_netFD_setWriteDeadline(w->fd, soon(100));
	spin(random_below(60 * 1000));
	close_pair(w);
	open_pair(w);
	read_one(w);
	close_pair(w);
}

/* Only Close wakes these. */

static void doomed_reader(void *arg)
{
	struct worker *w = arg;
	char byte;
	size_t n;

	assert_ptr_equal(net_netFD_Read(w->fd, &byte, 1, &n).text, net_errClosing.text);
	runtime_Semrelease(&w->done);
}

static void doomed_writer(void *arg)
{
	static const char bytes[1 << 18];
	struct worker *w = arg;
	size_t n;

	assert_ptr_equal(net_netFD_Write(w->fd, bytes, sizeof(bytes), &n).text,
	                 net_errClosing.text);
	assert_true(n < sizeof(bytes));
	runtime_Semrelease(&w->done);
}

static void close_round(struct worker *w)
{
	int readers = (int)random_below(3), writers = (int)random_below(3);

	open_pair(w);
	for (int i = 0; i < readers; i++)
		runtime_newproc(doomed_reader, w);
	for (int i = 0; i < writers; i++)
		runtime_newproc(doomed_writer, w);
	dawdle();
	assert_true(error_nil(net_netFD_Close(w->fd)));
	wait_for(w, readers + writers);
	assert_int_equal(w->fd->sysfd, -1);
	free(w->fd);
	port_test_close(w->peer);
}

/* Two streams, one each way, while somebody else plays with the deadlines. */

static char stream_byte(size_t at, bool back)
{
	return (char)(at * 7 + (at >> 8) * 13 + (back ? 100 : 0));
}

/* Gives way, since nobody is preempted: whoever has set the deadline must take it back.
 */
static bool timed_out(error err)
{
	if (error_nil(err))
		return false;
	assert_ptr_equal(err.text, net_errTimeout.text);
	runtime_Gosched();
	return true;
}

static void send_stream(struct worker *w, net_netFD *fd, bool back)
{
	char buf[600];
	size_t n;

	for (size_t at = 0; at < STREAM; at += n) {
		size_t len = 1 + random_below(sizeof(buf));

		if (len > STREAM - at)
			len = STREAM - at;
		for (size_t i = 0; i < len; i++)
			buf[i] = stream_byte(at + i, back);
		if (!timed_out(net_netFD_Write(fd, buf, len, &n)))
			assert_int_equal(n, len);
	}
	runtime_Semrelease(&w->done);
}

static void receive_stream(struct worker *w, net_netFD *fd, bool back)
{
	char buf[900];
	size_t n;

	for (size_t at = 0; at < STREAM; at += n) {
		if (timed_out(net_netFD_Read(fd, buf, sizeof(buf), &n)))
			continue;
		assert_true(n > 0 && at + n <= STREAM);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(buf[i], stream_byte(at + i, back));
	}
	atomic_store(&w->calm, true);
	runtime_Semrelease(&w->done);
}

static void send_there(void *w)
{
	send_stream(w, ((struct worker *)w)->fd, false);
}

static void receive_there(void *w)
{
	receive_stream(w, ((struct worker *)w)->peer, false);
}

static void send_back(void *w)
{
	send_stream(w, ((struct worker *)w)->peer, true);
}

static void receive_back(void *w)
{
	receive_stream(w, ((struct worker *)w)->fd, true);
}

static void stream_round(struct worker *w)
{
	const int small = 2048;

	open_pair(w);
	setsockopt(w->fd->sysfd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	setsockopt(w->peer->sysfd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	atomic_store(&w->calm, false);
	runtime_newproc(send_there, w);
	runtime_newproc(receive_there, w);
	runtime_newproc(send_back, w);
	runtime_newproc(receive_back, w);
	while (!atomic_load(&w->calm)) {
		dawdle();
		set_deadlines(w);
		dawdle();
		net_netFD_setDeadline(w->fd, 0);
		time_Sleep(random_below(100) * time_Microsecond);
	}
	wait_for(w, 4);
	close_pair(w);
}

/* One goroutine never stops running: only another P can run the one it readies. */

enum { HANDSHAKES = 100 };

static void answer(void *arg)
{
	struct worker *w = arg;

	for (long i = 1; i <= HANDSHAKES; i++) {
		runtime_Semacquire(&w->go);
		atomic_store(&w->answered, i);
	}
	runtime_Semrelease(&w->done);
}

static void beside_round(struct worker *w)
{
	atomic_store(&w->answered, 0);
	runtime_newproc(answer, w);
	for (long i = 1; i <= HANDSHAKES; i++) {
		spin(random_below(2) ? random_below(100) : random_below(6000));
		runtime_Semrelease(&w->go);
		spin_until(&w->answered, i);
	}
	wait_for(w, 1);
}

/* The same, and the one that waits is about to park when its deadline is set to the past:
 * hardly anything else happens, so the two meet at every instruction sooner or later. */

static void wait_in_time(void *arg)
{
	struct worker *w = arg;
	int err;

	for (long i = 1; i <= HANDSHAKES; i++) {
		spin_until(&w->asked, i);
		/* An M may still hold an event of the descriptor that the pollDesc
		 * served before. A reader would find nothing and wait on. */
		do
			err = net_runtime_pollWait(w->fd->pd.runtimeCtx, 'r');
		while (err == runtime_pollNoError);
		assert_int_equal(err, runtime_pollErrTimeout);
		atomic_store(&w->answered, i);
	}
	runtime_Semrelease(&w->done);
}

static void deadline_beside_round(struct worker *w)
{
	open_pair(w);
	atomic_store(&w->asked, 0);
	atomic_store(&w->answered, 0);
	runtime_newproc(wait_in_time, w);
	for (long i = 1; i <= HANDSHAKES; i++) {
		atomic_store(&w->asked, i);
		spin(random_below(200));
		net_runtime_pollSetDeadline(w->fd->pd.runtimeCtx, 1, 'r');
		spin_until(&w->answered, i);
		net_runtime_pollSetDeadline(w->fd->pd.runtimeCtx, 0, 'r');
	}
	wait_for(w, 1);
	close_pair(w);
}

/* A semaphore as a mutex. */

static void count(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < 20; i++) {
		runtime_Semacquire(&w->go);
		w->counter++;
		if (random_below(8) == 0)
			dawdle();
		runtime_Semrelease(&w->go);
	}
	runtime_Semrelease(&w->done);
}

static void semaphore_round(struct worker *w)
{
	w->counter = 0;
	runtime_Semrelease(&w->go);
	for (int i = 0; i < 6; i++)
		runtime_newproc(count, w);
	wait_for(w, 6);
	runtime_Semacquire(&w->go);
	assert_int_equal(w->counter, 6 * 20);
}

/* Tokens that go round: each goroutine waits for the one before it. */

enum { TOKENS = 3, PASSES = 300 };

static void pass_on(void *arg)
{
	struct worker *w = arg;
	int i = atomic_fetch_add(&w->next, 1);

	for (int n = 0; n < PASSES; n++) {
		runtime_Semacquire(&w->ring[i]);
		runtime_Semrelease(&w->ring[(i + 1) % RING]);
	}
	runtime_Semrelease(&w->done);
}

static void ring_round(struct worker *w)
{
	uint32_t tokens = 0;

	atomic_store(&w->next, 0);
	for (int i = 0; i < RING; i++)
		atomic_store(&w->ring[i], i < TOKENS);
	for (int i = 0; i < RING; i++)
		runtime_newproc(pass_on, w);
	wait_for(w, RING);
	for (int i = 0; i < RING; i++)
		tokens += atomic_load(&w->ring[i]);
	assert_int_equal(tokens, TOKENS);
}

/* Timers. */

static void sleeper(void *arg)
{
	struct worker *w = arg;
	time_Duration d = (int64_t)random_below(300) * 1000 - 10 * 1000;
	int64_t start = runtime_nanotime();

	time_Sleep(d);
	assert_true(runtime_nanotime() - start >= d);
	runtime_Semrelease(&w->done);
}

static void sleep_round(struct worker *w)
{
	for (int i = 0; i < HELPERS; i++)
		runtime_newproc(sleeper, w);
	wait_for(w, HELPERS);
}

struct later {
	time_Timer timer;
	struct worker *worker;
	_Atomic int calls;
};

static void called(void *arg)
{
	struct later *l = arg;

	atomic_fetch_add(&l->calls, 1);
	runtime_Semrelease(&l->worker->done);
}

/* A call is made once if Stop comes too late, else never. */
static void after_round(struct worker *w)
{
	struct later l[6];
	bool stopped[6];

	for (int i = 0; i < 6; i++) {
		l[i].worker = w;
		atomic_init(&l[i].calls, 0);
		time_AfterFunc(&l[i].timer, random_below(60) * time_Microsecond, called,
		               &l[i]);
	}
	for (int i = 0; i < 6; i++) {
		spin(random_below(20 * 1000));
		stopped[i] = time_Timer_Stop(&l[i].timer);
		if (!stopped[i])
			wait_for(w, 1);
	}
	for (int i = 0; i < 6; i++)
		assert_int_equal(atomic_load(&l[i].calls), stopped[i] ? 0 : 1);
}

/* Channels. */

static void selecter(void *arg)
{
	struct worker *w = arg;
	runtime_hchan *const c[] = {&w->a, &w->b};
	int i = runtime_selectgo(c, 2);

	assert_in_range(i, 0, 1);
	assert_true(runtime_chanclosed(c[i]));
	runtime_Semrelease(&w->done);
}

static void close_b(void *arg)
{
	struct worker *w = arg;

	dawdle();
	runtime_closechan(&w->b);
	runtime_Semrelease(&w->done);
}

static void select_round(struct worker *w)
{
	bool both = random_below(2);

	w->a = w->b = (runtime_hchan){0};
	for (int i = 0; i < 3; i++)
		runtime_newproc(selecter, w);
	runtime_newproc(close_b, w);
	dawdle();
	if (both)
		runtime_closechan(&w->a);
	wait_for(w, 4);
	assert_int_equal(runtime_chanclosed(&w->a), both);
}

/* Contexts. */

static bool context_ended(error err)
{
	return err.text == context_Canceled.text ||
	       err.text == context_DeadlineExceeded.text;
}

static void wait_for_context(void *arg)
{
	struct worker *w = arg;
	context_Context *ctx = w->ctx[atomic_fetch_add(&w->next, 1)];
	runtime_hchan *const c[] = {context_Done(ctx)};

	assert_int_equal(runtime_selectgo(c, 1), 0);
	assert_true(context_ended(context_Err(ctx)));
	runtime_Semrelease(&w->done);
}

static void cancel_parent(void *arg)
{
	struct worker *w = arg;

	dawdle();
	context_Cancel(w->ctx[0]);
	runtime_Semrelease(&w->done);
}

static void context_round(struct worker *w)
{
	w->ctx[0] = context_WithCancel(context_Background());
	w->ctx[1] = context_WithCancel(w->ctx[0]);
	w->ctx[2] = context_WithTimeout(w->ctx[0], random_below(60) * time_Microsecond);
	atomic_store(&w->next, 0);
	for (int i = 0; i < 3; i++)
		runtime_newproc(wait_for_context, w);
	runtime_newproc(cancel_parent, w);
	dawdle();
	if (random_below(2))
		context_Cancel(w->ctx[1]);
	wait_for(w, 4);
	context_Free(w->ctx[1]);
	context_Free(w->ctx[2]);
	/* Its timer may be firing just now. */
	w->ctx[1] = context_WithTimeout(w->ctx[0], 1);
	w->ctx[2] = context_WithTimeout(context_Background(),
	                                random_below(40) * time_Microsecond);
	spin(random_below(20 * 1000));
	context_Free(w->ctx[2]);
	assert_ptr_equal(context_Err(w->ctx[1]).text, context_Canceled.text);
	context_Free(w->ctx[1]);
	context_Free(w->ctx[0]);
}

/* Goroutines that only start and end. */

static void leaf(void *arg)
{
	struct worker *w = arg;

	runtime_Semrelease(&w->done);
}

static void branch(void *arg)
{
	runtime_newproc(leaf, arg);
	runtime_newproc(leaf, arg);
}

static void crowd_round(struct worker *w)
{
	for (int i = 0; i < 20; i++)
		runtime_newproc(branch, w);
	wait_for(w, 40);
}

/* Dials that are cancelled, or that time out, while they succeed. */

static net_TCPListener *listener;
static char listener_addr[net_TCPAddrStrlen];
static _Atomic int conversations;

static void converse(void *arg)
{
	net_TCPConn *c = arg;
	net_OpError err;
	char byte;

	while (net_conn_Read(&c->conn, &byte, 1, &err) == 1)
		net_conn_Write(&c->conn, &byte, 1, &err);
	net_conn_Free(&c->conn);
	atomic_fetch_sub(&conversations, 1);
}

static void serve(void *done)
{
	net_TCPConn *c;
	net_OpError err;

	while ((c = net_TCPListener_Accept(listener, &err))) {
		atomic_fetch_add(&conversations, 1);
		runtime_newproc(converse, c);
	}
	assert_ptr_equal(err.Err.text, net_errClosing.text);
	runtime_Semrelease(done);
}

static void cancel_dial(void *arg)
{
	struct worker *w = arg;

	spin(random_below(40 * 1000));
	context_Cancel(w->ctx[0]);
	runtime_Semrelease(&w->done);
}

static void dial_round(struct worker *w)
{
	net_Dialer d = {.Timeout = random_below(2) ? random_below(400) * time_Microsecond
	                                           : time_Second * 60};
	net_OpError err;
	net_conn *c;
	char byte = 0;

	w->ctx[0] = context_WithCancel(context_Background());
	runtime_newproc(cancel_dial, w);
	c = net_Dialer_DialContext(&d, w->ctx[0], "tcp", listener_addr, &err);
	if (c) {
		/* Neither the deadline nor the interrupter has left anything behind. */
		assert_int_equal(net_conn_Write(c, "d", 1, &err), 1);
		assert_int_equal(net_conn_Read(c, &byte, 1, &err), 1);
		assert_int_equal(byte, 'd');
		/* No TIME_WAIT: there are only so many ports. */
		assert_true(net_TCPConn_SetLinger((net_TCPConn *)c, 0, &err));
		net_conn_Free(c);
	} else {
		assert_true(err.Err.text == net_errCanceled.text ||
		            err.Err.text == net_errTimeout.text ||
		            context_ended(err.Err));
		time_Sleep(2 * time_Millisecond); /* this one has one */
	}
	wait_for(w, 1);
	context_Free(w->ctx[0]);
}

/* The whole. */

static const struct kind kinds[] = {
    {"a busy goroutine readies another", beside_round, 0},
    {"a deadline against a wait", deadline_beside_round, 0},
    {"deadlines wake", deadline_round, 2},
    {"moved deadlines do not", moved_deadline_round, 2},
    {"Close wakes", close_round, 3},
    {"streams", stream_round, 3},
    {"semaphores", semaphore_round, 2},
    {"tokens in a ring", ring_round, 3},
    {"sleep", sleep_round, 2},
    {"timers and Stop", after_round, 2},
    {"select and close", select_round, 2},
    {"contexts", context_round, 2},
    {"goroutines start and end", crowd_round, 1},
    {"dials and cancels", dial_round, 2},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void life(void *arg)
{
	struct worker *w = arg;

	while (!atomic_load(&stop)) {
		w->kind->round(w);
		atomic_fetch_add(&w->rounds, 1);
		runtime_Gosched(); /* for a round that never parks: nobody is preempted */
	}
	atomic_store(&w->finished, true);
	runtime_Semrelease(&all_done);
}

static long total[KINDS];

static void add_workers(const struct kind *kind, int n)
{
	for (; n > 0; n--) {
		workers[nworkers] = (struct worker){.kind = kind};
		runtime_newproc(life, &workers[nworkers++]);
	}
}

/* Lets the workers that were added work for d, and waits for them. */
static void phase(time_Duration d)
{
	time_Sleep(d);
	atomic_store(&stop, true);
	for (int i = 0; i < nworkers; i++)
		runtime_Semacquire(&all_done);
	for (int i = 0; i < nworkers; i++)
		total[workers[i].kind - kinds] += atomic_load(&workers[i].rounds);
	nworkers = 0;
	atomic_store(&stop, false);
	atomic_fetch_add(&phases, 1);
}

static void work(time_Duration d)
{
	for (int k = 0; k < KINDS; k++) {
		add_workers(&kinds[k], 1);
		phase(d / 2 / KINDS);
	}
	for (int k = 0; k < KINDS; k++)
		add_workers(&kinds[k], kinds[k].together);
	phase(d / 2);
}

/* Ends the program if a phase does not end. */
static void *watch(void *unused)
{
	(void)unused;
	for (int last = -1, since = 0;;) {
		int now = atomic_load(&phases);

		since = now == last ? since + 1 : 0;
		last = now;
		if (since == STUCK_SECONDS)
			break;
		sleep(1);
	}
	fprintf(stderr, "not ok - stuck with %d Ps\n", runtime_GOMAXPROCS(0));
	for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++)
		if (workers[i].kind && !atomic_load(&workers[i].finished))
			fprintf(stderr, "  %s: in round %ld\n", workers[i].kind->name,
			        atomic_load(&workers[i].rounds) + 1);
	_exit(1);
}

static int ended_goroutines(void)
{
	int n = 0;

	runtime_lock(&runtime_sched.lock);
	for (runtime_g *gp = runtime_sched.gfree; gp; gp = gp->schedlink)
		n++;
	runtime_unlock(&runtime_sched.lock);
	return n;
}

static void stress(int procs, time_Duration d)
{
	static const net_TCPAddr loopback = {.IP = {4, {127, 0, 0, 1}}};
	_Atomic uint32_t served = 0;
	net_TCPAddr addr;
	net_OpError err;

	atomic_store(&parks, 0);
	memset(total, 0, sizeof(total));
	listener = net_ListenTCP("tcp", &loopback, &err);
	assert_non_null(listener);
	assert_true(net_TCPListener_Addr(listener, &addr));
	net_TCPAddr_String(&addr, listener_addr);
	runtime_newproc(serve, &served);

	work(d);
	assert_true(net_TCPListener_Close(listener, &err));
	runtime_Semacquire(&served);
	net_TCPListener_Free(listener);
	while (atomic_load(&conversations) > 0)
		time_Sleep(time_Millisecond);
	/* This one, and timerproc. */
	while (ended_goroutines() != atomic_load(&goroutines) - 2)
		time_Sleep(time_Millisecond);

	for (int k = 0; k < KINDS; k++) {
		assert_true(total[k] > 0);
		printf("ok - %s, %d Ps: %ld rounds\n", kinds[k].name, procs, total[k]);
	}
	printf("ok - %d Ps: %ld parks, every goroutine has ended\n", procs,
	       atomic_load(&parks));
	atomic_fetch_add(&phases, 1);
}

void main_main(void)
{
	int before = port_test_open_descriptors();
	int seconds = SECONDS;
	pthread_t watcher;

	setenv("CMOCKA_TEST_ABORT", "1", 1);
	if (runtime_argc > 2 ||
	    (runtime_argc == 2 && (seconds = atoi(runtime_argv[1])) <= 0)) {
		fprintf(stderr, "usage: stress_procs [SECONDS]\n");
		exit(2);
	}
	assert_int_equal(pthread_create(&watcher, NULL, watch, NULL), 0);
	for (int procs = 2; procs <= 4; procs += 2) {
		runtime_GOMAXPROCS(procs);
		stress(procs, seconds * time_Second);
	}
	/* One more is the poller's. */
	assert_int_equal(port_test_open_descriptors(), before + 1);
	printf("ok - no descriptor is left open\n");
	exit(0);
}
