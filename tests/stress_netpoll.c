/*
 * The poller under load: goroutines that talk over socket pairs and TCP, with each
 * other and with threads, while others close connections under parked readers and
 * writers and open new ones, so that pollDescs are used again; and now and then
 * one that keeps the run queue filled, so that only sysmon polls. Every byte must
 * arrive, nobody may sleep for ever, no descriptor may be left.
 *
 *   stress_netpoll [SECONDS]
 */
#include "port_test.h"

#include "net/fd_unix.h"
#include "net/sock_posix.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "runtime/sema.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SECONDS = 3,
	STUCK_SECONDS = 20, /* without progress; the slowest step takes milliseconds */
	PAIRS = 8,
	DIALLERS = 6,
	CLOSERS = 8,
	THREADS = 4,
	MESSAGE = 3000, /* longest */
};

/* One line of work, watched by itself. */
struct worker {
	const char *name;
	_Atomic long rounds;
	_Atomic bool finished;
	uint32_t random; /* xorshift */
	net_netFD *fd;   /* its connection's first end … */
	net_netFD *peer; /* … and the other, if that is the port's too */
	int thread_fd;   /* or a thread's */
	int parked;      /* goroutines that will be sent away by Close */
	_Atomic uint32_t done;
};

static struct worker workers[PAIRS + DIALLERS + CLOSERS + THREADS + 1];
static int nworkers;

static _Atomic bool stop;
static _Atomic uint32_t all_done; /* one for each goroutine of whole_life */
static int goroutines;

static uint32_t random_below(struct worker *w, uint32_t n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 17;
	w->random ^= w->random << 5;
	return w->random % n;
}

static void round_done(struct worker *w)
{
	atomic_fetch_add_explicit(&w->rounds, 1, memory_order_relaxed);
}

static void write_all(net_netFD *fd, const char *p, size_t len)
{
	size_t n;

	assert_true(error_nil(net_netFD_Write(fd, p, len, &n)));
	assert_int_equal(n, len);
}

/* False at the end of the stream, which may only come before the first byte. */
static bool read_all(net_netFD *fd, char *p, size_t len)
{
	for (size_t got = 0, n; got < len; got += n) {
		error err = net_netFD_Read(fd, p + got, len - got, &n);

		if (err.text == net_EOF.text && got == 0)
			return false;
		assert_true(error_nil(err));
		assert_true(n > 0);
	}
	return true;
}

/* Sends a message that nobody else sends, and wants it back. */
static void ask(struct worker *w, net_netFD *fd, long number)
{
	char message[MESSAGE], answer[MESSAGE];
	size_t len = 1 + random_below(w, MESSAGE);

	for (size_t i = 0; i < len; i++)
		message[i] = (char)((long)i * 31 + number * 17 + (w - workers));
	write_all(fd, message, len);
	assert_true(read_all(fd, answer, len));
	assert_memory_equal(answer, message, len);
	round_done(w);
}

/* Answers with what it gets, until the other side closes. */
static void echo(net_netFD *fd)
{
	char buf[MESSAGE];
	size_t n;

	for (;;) {
		error err = net_netFD_Read(fd, buf, sizeof(buf), &n);

		if (!error_nil(err)) {
			assert_ptr_equal(err.text, net_EOF.text);
			return;
		}
		write_all(fd, buf, n);
	}
}

/* Ping-pong over a socket pair. */

static void pair_echo(void *arg)
{
	struct worker *w = arg;

	echo(w->peer);
	port_test_close(w->peer);
	runtime_Semrelease(&w->done);
}

static void pair_life(struct worker *w)
{
	while (!atomic_load(&stop)) {
		port_test_socketpair(&w->fd, &w->peer);
		runtime_newproc(pair_echo, w);
		for (int i = 0; i < 200 && !atomic_load(&stop); i++)
			ask(w, w->fd, i);
		port_test_close(w->fd);
		runtime_Semacquire(&w->done);
	}
}

/* Dialling. The port has no Accept: this is one out of its pieces. */

static net_netFD *listener;
static net_TCPAddr listener_addr;
static _Atomic uint32_t listener_done;
static int conversations;

static void open_listener(void)
{
	static const net_IP loopback = {4, {127, 0, 0, 1}};
	syscall_Sockaddr sa;
	int s;

	assert_true(error_nil(net_sysSocket(AF_INET, SOCK_STREAM, 0, &s)));
	assert_true(error_nil(net_ipToSockaddr(AF_INET, &loopback, 0, 0, &sa)));
	assert_int_equal(bind(s, &sa.raw.addr, sa.len), 0);
	assert_int_equal(listen(s, 128), 0);
	assert_int_equal(syscall_Getsockname(s, &sa), 0);
	assert_true(net_sockaddrToTCP(&sa, &listener_addr));
	listener = port_test_adopt(s);
}

/* By itself, so that errno is read on the thread that made the call. */
static __attribute__((noinline)) int accept_now(int s)
{
	int c = accept4(s, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	return c < 0 ? -errno : c;
}

static void converse(void *arg)
{
	net_netFD *fd = arg;

	echo(fd);
	port_test_close(fd);
	conversations--;
}

static void serve(void *unused)
{
	(void)unused;
	assert_true(error_nil(net_netFD_readLock(listener)));
	while (error_nil(net_pollDesc_prepareRead(&listener->pd))) {
		int c = accept_now(listener->sysfd);

		if (c >= 0) {
			conversations++;
			runtime_newproc(converse, port_test_adopt(c));
			continue;
		}
		assert_true(c == -EAGAIN || c == -ECONNABORTED);
		if (c == -EAGAIN && !error_nil(net_pollDesc_waitRead(&listener->pd)))
			break;
	}
	net_netFD_readUnlock(listener);
	runtime_Semrelease(&listener_done);
}

static void dialler_life(struct worker *w)
{
	while (!atomic_load(&stop)) {
		net_OpError err;
		net_TCPConn *c = net_DialTCP("tcp", NULL, &listener_addr, &err);
		char sent[64], got[64];
		long rounds = random_below(w, 20);

		assert_non_null(c);
		for (long i = 0; i < rounds; i++) {
			size_t n = 0;

			memset(sent, (int)(i + (w - workers)), sizeof(sent));
			assert_int_equal(
			    net_conn_Write(&c->conn, sent, sizeof(sent), &err),
			    sizeof(sent));
			while (n < sizeof(got)) {
				n += net_conn_Read(&c->conn, got + n, sizeof(got) - n,
				                   &err);
				assert_true(error_nil(err.Err));
			}
			assert_memory_equal(got, sent, sizeof(got));
			round_done(w);
		}
		assert_true(net_conn_Close(&c->conn, &err));
		net_conn_Free(&c->conn);
		round_done(w);
	}
}

/* Closing under parked goroutines. This needs nobody from outside, so it keeps the run
 * queue filled and leaves the poller to sysmon: only while the hog says so. */

static bool flood = true;
static _Atomic uint32_t next_flood;

static void doomed_reader(void *arg)
{
	struct worker *w = arg;
	char byte;
	size_t n;
	error err = net_netFD_Read(w->fd, &byte, 1, &n);

	assert_ptr_equal(err.text, net_errClosing.text);
	assert_int_equal(n, 0);
	runtime_Semrelease(&w->done);
}

static void doomed_writer(void *arg)
{
	static const char bytes[1 << 20]; /* more than a socket pair takes */
	struct worker *w = arg;
	size_t n;
	error err = net_netFD_Write(w->fd, bytes, sizeof(bytes), &n);

	assert_ptr_equal(err.text, net_errClosing.text);
	assert_true(n < sizeof(bytes));
	runtime_Semrelease(&w->done);
}

/* Lets some of the others get to where they park, or not. */
static void pause_a_little(struct worker *w)
{
	for (uint32_t i = random_below(w, 4); i > 0; i--)
		runtime_Gosched();
}

static void closer_life(struct worker *w)
{
	while (!atomic_load(&stop)) {
		port_test_socketpair(&w->fd, &w->peer);
		w->parked = 0;
		for (uint32_t i = random_below(w, 3); i > 0; i--, w->parked++)
			runtime_newproc(doomed_reader, w);
		for (uint32_t i = random_below(w, 3); i > 0; i--, w->parked++)
			runtime_newproc(doomed_writer, w);
		pause_a_little(w);
		assert_true(error_nil(net_netFD_Close(w->fd)));
		while (w->parked-- > 0)
			runtime_Semacquire(&w->done);
		assert_int_equal(w->fd->sysfd, -1);
		free(w->fd);
		port_test_close(w->peer);
		round_done(w);
		if (!flood)
			runtime_Semacquire(&next_flood);
	}
}

/* Talking to threads, which answer at a time of their own. */

static void *thread_echo(void *arg)
{
	struct worker *w = arg;
	char buf[MESSAGE];
	ssize_t n;

	while ((n = read(w->thread_fd, buf, sizeof(buf))) > 0) {
		if (n % 3 == 0)
			usleep((useconds_t)(n * 4)); /* up to 12 ms: sysmon's turn */
		for (ssize_t at = 0, sent; at < n; at += sent) {
			sent =
			    send(w->thread_fd, buf + at, (size_t)(n - at), MSG_NOSIGNAL);
			assert_true(sent > 0);
		}
	}
	assert_int_equal(n, 0);
	close(w->thread_fd);
	return NULL;
}

/* Gives w a thread, which blocks, at the other end of its connection. */
static pthread_t start_thread(struct worker *w, void *(*fn)(void *))
{
	pthread_t thread;
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s), 0);
	assert_int_equal(fcntl(s[0], F_SETFL, O_NONBLOCK), 0);
	w->thread_fd = s[1];
	w->fd = port_test_adopt(s[0]);
	assert_int_equal(pthread_create(&thread, NULL, fn, w), 0);
	return thread;
}

static void thread_life(struct worker *w)
{
	pthread_t thread = start_thread(w, thread_echo);

	for (long i = 0; !atomic_load(&stop); i++)
		ask(w, w->fd, i);
	port_test_close(w->fd);
	pthread_join(thread, NULL);
}

/* 30 ms of a run queue that is never empty, then 30 ms of rest, from which only a
 * thread wakes it. */
static void start_flood(void)
{
	flood = true;
	for (int i = 0; i < CLOSERS; i++)
		runtime_Semrelease(&next_flood);
}

static void *tick(void *arg)
{
	struct worker *w = arg;

	while (!atomic_load(&stop)) {
		usleep(60 * 1000);
		assert_int_equal(send(w->thread_fd, "t", 1, MSG_NOSIGNAL), 1);
	}
	close(w->thread_fd);
	return NULL;
}

static void hog_life(struct worker *w)
{
	pthread_t thread = start_thread(w, tick);
	char byte;

	while (read_all(w->fd, &byte, 1)) {
		int64_t until = runtime_nanotime() + 30 * 1000 * 1000;

		start_flood();
		while (runtime_nanotime() < until)
			runtime_Gosched();
		flood = false;
		round_done(w);
	}
	port_test_close(w->fd);
	start_flood();
	pthread_join(thread, NULL);
}

/* The whole. */

struct life {
	struct worker *worker;
	void (*fn)(struct worker *);
};

static struct life lives[sizeof(workers) / sizeof(workers[0])];

static void whole_life(void *arg)
{
	struct life *life = arg;

	life->fn(life->worker);
	atomic_store(&life->worker->finished, true);
	runtime_Semrelease(&all_done);
}

static void add_workers(const char *name, int n, void (*fn)(struct worker *))
{
	while (n-- > 0) {
		struct worker *w = &workers[nworkers];
		struct life *life = &lives[nworkers++];

		w->name = name;
		w->random = (uint32_t)nworkers * 2654435761u;
		*life = (struct life){w, fn};
		runtime_newproc(whole_life, life);
		goroutines++;
	}
}

/* Ends the work in time; ends the program if some of it got stuck. */
static void *watch(void *seconds)
{
	static long last[sizeof(workers) / sizeof(workers[0])];
	static int since[sizeof(workers) / sizeof(workers[0])];

	for (int t = 0;; t++) {
		if (t == *(int *)seconds)
			atomic_store(&stop, true);
		sleep(1);
		for (int i = 0; i < nworkers; i++) {
			long now = atomic_load(&workers[i].rounds);

			if (atomic_load(&workers[i].finished) || now != last[i])
				since[i] = 0;
			else if (++since[i] == STUCK_SECONDS) {
				fprintf(
				    stderr,
				    "not ok - %s %d: stuck after %ld rounds; a wake-up "
				    "was lost\n",
				    workers[i].name, i, now);
				_exit(1);
			}
			last[i] = now;
		}
	}
	return NULL;
}

static void report(const char *name)
{
	long rounds = 0;
	int n = 0;

	for (int i = 0; i < nworkers; i++)
		if (strcmp(workers[i].name, name) == 0) {
			assert_true(atomic_load(&workers[i].rounds) > 0);
			rounds += atomic_load(&workers[i].rounds);
			n++;
		}
	printf("ok - %s: %ld rounds by %d\n", name, rounds, n);
}

void main_main(void)
{
	static int seconds = SECONDS;
	int before = port_test_open_descriptors();
	pthread_t watcher;

	setenv("CMOCKA_TEST_ABORT", "1", 1);
	if (runtime_argc > 2 ||
	    (runtime_argc == 2 && (seconds = atoi(runtime_argv[1])) <= 0)) {
		fprintf(stderr, "usage: stress_netpoll [SECONDS]\n");
		exit(2);
	}
	/* Its counters are those of goroutines that take turns, and the hog's P the only
	 * one. */
	if (runtime_GOMAXPROCS(0) != 1) {
		setenv("GOMAXPROCS", "1", 1);
		execv("/proc/self/exe", runtime_argv);
	}
	open_listener();
	runtime_newproc(serve, NULL);
	add_workers("ping-pong over a socket pair", PAIRS, pair_life);
	add_workers("dial, talk, close", DIALLERS, dialler_life);
	add_workers("close under parked goroutines", CLOSERS, closer_life);
	add_workers("talk to a thread", THREADS, thread_life);
	add_workers("keep the run queue filled", 1, hog_life);
	assert_int_equal(pthread_create(&watcher, NULL, watch, &seconds), 0);

	for (int i = 0; i < goroutines; i++)
		runtime_Semacquire(&all_done);
	while (conversations > 0)
		runtime_Gosched();
	assert_true(error_nil(net_netFD_Close(listener)));
	runtime_Semacquire(&listener_done);
	assert_int_equal(listener->sysfd, -1);
	free(listener);

	report("ping-pong over a socket pair");
	report("dial, talk, close");
	report("close under parked goroutines");
	report("talk to a thread");
	report("keep the run queue filled");
	/* One more is the poller's. */
	assert_int_equal(port_test_open_descriptors(), before + 1);
	printf("ok - no descriptor is left open\n");
	exit(0);
}
