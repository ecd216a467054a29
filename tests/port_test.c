/* Runs each test of the port in a process of its own: see port_test.h. */
#include "port_test.h"
#include "runtime/netpoll.h"
#include "runtime/proc.h"
#include "runtime/sema.h"

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than any test takes under a sanitizer on a loaded machine: whoever runs
 * into it hangs. */
enum { LIMIT_SECONDS = 60 };

enum { STATUS_SKIP = 77 };

extern char **environ;

void port_test_skip(const char *reason)
{
	fprintf(stderr, "skipped: %s\n", reason);
	exit(STATUS_SKIP);
}

int port_test_open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -1; /* the directory itself */

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

net_netFD *port_test_adopt(int s)
{
	net_netFD *fd = net_newFD(s, AF_UNIX, SOCK_STREAM, "unix");

	assert_non_null(fd);
	assert_true(error_nil(net_netFD_init(fd)));
	return fd;
}

/* By a bare syscall, as the port's own close is one: of a descriptor that it saw opened
 * but not closed ThreadSanitizer calls the next opening under that number a race. */
void port_test_socketpair(net_netFD **a, net_netFD **b)
{
	const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int s[2];

	assert_int_equal(syscall(SYS_socketpair, AF_UNIX, type, 0, s), 0);
	*a = port_test_adopt(s[0]);
	*b = port_test_adopt(s[1]);
}

void port_test_close(net_netFD *fd)
{
	assert_true(error_nil(net_netFD_Close(fd)));
	assert_int_equal(fd->sysfd, -1);
	free(fd);
}

struct port_test_end port_test_open_end(void)
{
	const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	struct port_test_end e;
	int fds[2];

	if (!runtime_netpollinited())
		net_runtime_pollServerInit();
	assert_int_equal(socketpair(AF_UNIX, type, 0, fds), 0);
	e.fd = fds[0];
	e.peer = fds[1];
	assert_int_equal(net_runtime_pollOpen((uintptr_t)e.fd, &e.pd), 0);
	return e;
}

void port_test_close_end(struct port_test_end *e)
{
	net_runtime_pollUnblock(e->pd);
	net_runtime_pollClose(e->pd);
	close(e->fd);
	close(e->peer);
}

void port_test_send_byte(const struct port_test_end *e)
{
	assert_int_equal(write(e->peer, "x", 1), 1);
}

static _Atomic uint32_t done;

void port_test_done(void)
{
	runtime_Semrelease(&done);
}

void port_test_wait_for(int goroutines)
{
	while (goroutines-- > 0)
		runtime_Semacquire(&done);
}

char port_test_events[64];

void port_test_event(char c)
{
	size_t n = strlen(port_test_events);

	assert_true(n < sizeof(port_test_events) - 1);
	port_test_events[n] = c;
}

void port_test_event_of(void *name)
{
	port_test_event(*(const char *)name);
}

/* To LeakSanitizer what only a parked goroutine's stack points to is lost; a program
 * that dies leaves such behind. */
static bool expected_to_die;

#ifdef __SANITIZE_ADDRESS__
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	return expected_to_die;
}
#endif

/* ThreadSanitizer would sleep a second at the end of every test, to see races there. */
#ifdef __SANITIZE_THREAD__
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
	return "atexit_sleep_ms=20";
}
#endif

static _Noreturn void run_here(const struct port_test *test)
{
	expected_to_die = test->status != 0;
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	alarm(LIMIT_SECONDS);
	test->fn();
	exit(0);
}

/* Starts this program anew for one test; its standard error is the result. Descriptors
 * have the same numbers in it wherever it runs: it inherits none but the standard ones.
 */
static pid_t start(const struct port_test *test, int *errors)
{
	char *argv[] = {runtime_argv[0], (char *)test->name, NULL};
	posix_spawn_file_actions_t actions;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	setenv("GOMAXPROCS", test->procs ? test->procs : "1", 1);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	assert_int_equal(
	    posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	*errors = fds[0];
	return pid;
}

static void run_in_process(void **state)
{
	static char errors[16 * 1024]; /* too large for a goroutine's stack */
	const struct port_test *test = *state;
	size_t len = 0;
	ssize_t n;
	int fd, status;
	pid_t pid = start(test, &fd);

	while ((n = read(fd, errors + len, sizeof(errors) - 1 - len)) > 0)
		len += (size_t)n;
	errors[len] = '\0';
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);

	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIP) {
		print_message("%s", errors);
		skip();
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == test->status &&
	    strcmp(errors, test->errors) == 0)
		return;
	/* cmocka cuts its messages at a kilobyte; a sanitizer's report is longer. */
	fputs(errors, stderr);
	if (WIFSIGNALED(status))
		fail_msg("killed by signal %d (%s)", WTERMSIG(status),
		         strsignal(WTERMSIG(status)));
	fail_msg("exit status %d, expected %d; expected on standard error: \"%s\"",
	         WEXITSTATUS(status), test->status, test->errors);
}

void port_test_main(const char *group, const struct port_test *tests, size_t n)
{
	struct CMUnitTest *units = calloc(n, sizeof(*units));
	int failed;

	for (size_t i = 0; i < n; i++) {
		if (runtime_argc == 2 && strcmp(runtime_argv[1], tests[i].name) == 0)
			run_here(&tests[i]);
		units[i] = (struct CMUnitTest){
		    .name = tests[i].name,
		    .test_func = run_in_process,
		    .initial_state = (void *)&tests[i],
		};
	}
	if (runtime_argc != 1 || !units) {
		fprintf(stderr, "usage: %s [TEST]\n", runtime_argv[0]);
		exit(2);
	}
	failed = _cmocka_run_group_tests(group, units, n, NULL, NULL);
	free(units);
	exit(failed != 0);
}
