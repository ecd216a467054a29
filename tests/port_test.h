/*
 * Tests of the port. Each runs on the first goroutine of a process of its own:
 *
 *  - the runtime starts afresh, and what ends the process (a throw, a deadlock)
 *    ends one test;
 *  - cmocka keeps its state in thread-local variables, so a test that parks must
 *    not be cmocka's own function: it may wake up on another thread. Here cmocka
 *    only starts the processes and never parks.
 *
 * In a test cmocka's assertions may be used anywhere, on any goroutine or thread:
 * they abort the process, and its output becomes the test's.
 *
 * A goroutine's function must not use errno both before and after it may have
 * parked: the compiler may keep the address of the first thread's.
 */
#ifndef TESTS_PORT_TEST_H
#define TESTS_PORT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "net/fd_unix.h"

struct port_test {
	const char *name;
	void (*fn)(void);
	int status;         /* the exit status it must end with */
	const char *errors; /* what it must write to standard error, exactly */
	const char *procs;  /* GOMAXPROCS in its environment; NULL is "1" */
};

/* A test that returns, and one that ends in runtime_throw(message). */
#define PORT_TEST(fn)                                                                    \
	{                                                                                \
#fn, fn, 0, "", NULL                                                     \
	}
#define PORT_TEST_THROWS(fn, message)                                                    \
	{                                                                                \
#fn, fn, 2, "fatal error: " message "\n", NULL                           \
	}

/* Runs all tests, or in their processes one, and exits; for main_main. */
_Noreturn void port_test_main(const char *group, const struct port_test *tests, size_t n);

/* Called in a test: says why it cannot be run here, and ends it. */
_Noreturn void port_test_skip(const char *reason);

/* How many descriptors the process has. */
int port_test_open_descriptors(void);

/* A socket that does not block, registered with the poller: s itself, or two connected
 * ones. Each is to be given back with port_test_close, which checks that nobody uses it
 * any more. */
net_netFD *port_test_adopt(int s);
void port_test_socketpair(net_netFD **a, net_netFD **b);
void port_test_close(net_netFD *fd);

/* A pair of sockets, one end registered with the poller, where its first readiness, to
 * write, is still to be found. To be given back with port_test_close_end. */
struct port_test_end {
	int fd, peer;
	runtime_pollDesc *pd; /* fd's */
};

struct port_test_end port_test_open_end(void);
void port_test_close_end(struct port_test_end *e);

/* Makes the end with the poller readable. */
void port_test_send_byte(const struct port_test_end *e);

/* Called by a goroutine that has ended; port_test_wait_for parks until that many more
 * have. */
void port_test_done(void);
void port_test_wait_for(int goroutines);

/* What happened, in order, a letter each. Only goroutines write here, one at a time. */
extern char port_test_events[64];

void port_test_event(char c);

/* As a goroutine: the event that name begins with. */
void port_test_event_of(void *name);

#endif
