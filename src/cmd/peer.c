/*
 * Gives a command somebody to talk to on the loopback interface, and runs it with ADDR in
 * its arguments replaced by the address. Ends with the command and its exit status, and
 * with it the process at the other end. That is no child of the command's: strace,
 * for one, waits for all that it has.
 *
 *   peer [-6] [-p MILLISECONDS] [-m MODE] COMMAND [ARG...]
 *
 *   -m echo     listens on ADDR; answers with what it was told, after a pause (default)
 *   -m sink     listens on ADDR; after a pause reads to the end, then closes
 *   -m dial     dials ADDR once the command listens there; after a pause says "ping"
 *               and waits for the answer
 *   -m refuse   nobody listens on ADDR
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAUSE_MS = 50, ADDR_LEN = 32 };

/* A loopback address. */
struct addr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;
	char text[ADDR_LEN];
};

static struct addr addr;
static pid_t command;
static useconds_t pause_us = PAUSE_MS * 1000;

/* A socket bound to a port of the kernel's choice, which goes to addr. */
static int bind_loopback(int family)
{
	int s = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (family == AF_INET) {
		addr.in = (struct sockaddr_in){.sin_family = AF_INET,
		                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		addr.len = sizeof(addr.in);
	} else {
		addr.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
		                                 .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		addr.len = sizeof(addr.in6);
	}
	if (s < 0 || bind(s, &addr.sa, addr.len) < 0 ||
	    getsockname(s, &addr.sa, &addr.len) < 0)
		err(125, "cannot use the loopback interface");
	if (family == AF_INET)
		snprintf(addr.text, ADDR_LEN, "127.0.0.1:%d", ntohs(addr.in.sin_port));
	else
		snprintf(addr.text, ADDR_LEN, "[::1]:%d", ntohs(addr.in6.sin6_port));
	return s;
}

/* Whether a process stands still. */
static bool stopped(pid_t pid)
{
	char path[32], text[256];
	const char *state;
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	state = strrchr(text, ')'); /* behind the name */
	return state && strncmp(state, ") T", 3) == 0;
}

/* Whether the command stands still, or one that it has started: a debugger's. */
static bool command_stopped(void)
{
	pid_t child;
	char path[64];
	bool found = stopped(command);
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", command, command);
	f = fopen(path, "re");
	if (!f)
		return found;
	while (!found && fscanf(f, "%d", &child) == 1)
		found = stopped(child);
	fclose(f);
	return found;
}

/* A pause, in the command's time: whoever steps through it finds it as long as ever. */
static void rest(useconds_t us)
{
	enum { SLICE_US = 5000 };

	for (useconds_t left = us; left;) {
		useconds_t slice = left < SLICE_US ? left : SLICE_US;

		usleep(slice);
		if (!command_stopped())
			left -= slice;
	}
}

/* The modes: what happens at the other end, s being bound to addr. */

static void echo(int s)
{
	for (;;) {
		char buf[64];
		int c = accept(s, NULL, NULL);
		ssize_t n;

		if (c < 0)
			err(125, "cannot accept");
		while ((n = read(c, buf, sizeof(buf))) > 0) {
			rest(pause_us);
			if (send(c, buf, (size_t)n, MSG_NOSIGNAL) < 0)
				break;
		}
		close(c);
	}
}

static void sink(int s)
{
	for (;;) {
		static char buf[1024 * 1024];
		int c = accept(s, NULL, NULL);

		if (c < 0)
			err(125, "cannot accept");
		rest(pause_us);
		while (read(c, buf, sizeof(buf)) > 0)
			;
		close(c);
	}
}

static void dial(int s)
{
	char answer[64];
	int c;

	(void)s;
	for (;;) {
		c = socket(addr.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (c < 0 || connect(c, &addr.sa, addr.len) == 0)
			break;
		close(c);
		/* Seldom: the command should be waiting by then, not just beginning to.
		 */
		rest(100 * 1000);
	}
	rest(pause_us);
	if (c >= 0 && send(c, "ping\n", 5, MSG_NOSIGNAL) == 5)
		recv(c, answer, sizeof(answer), 0);
	_exit(0);
}

static void refuse(int s)
{
	(void)s;
	for (;;)
		pause();
}

static const struct mode {
	const char *name;
	void (*run)(int s);
	bool listens;
} modes[] = {
    {"echo", echo, true},
    {"sink", sink, true},
    {"dial", dial, false},
    {"refuse", refuse, false},
};

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	errx(125, "no mode %s: echo, sink, dial or refuse", name);
}

static useconds_t parse_pause(const char *text)
{
	const unsigned long most = 60 * 1000;
	char *end;
	unsigned long ms = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || ms > most)
		errx(125, "-p wants milliseconds, %lu at most, not '%s'", most, text);
	return (useconds_t)ms * 1000;
}

static void *end_with_command(void *pidfd)
{
	struct pollfd end = {.fd = *(int *)pidfd, .events = POLLIN};

	while (poll(&end, 1, -1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static void other_end(const struct mode *mode, int s, int pidfd)
{
	pthread_t thread;

	signal(SIGINT, SIG_IGN);
	if (pthread_create(&thread, NULL, end_with_command, &pidfd) != 0)
		err(125, "cannot watch the command");
	mode->run(s);
}

static _Noreturn void usage(void)
{
	errx(125, "usage: peer [-6] [-p MILLISECONDS] [-m echo|sink|dial|refuse] "
	          "COMMAND [ARG...]");
}

int main(int argc, char **argv)
{
	const struct mode *mode = &modes[0];
	int family = AF_INET, s, pidfd, opt, status;
	pid_t child;

	while ((opt = getopt(argc, argv, "+6p:m:")) != -1) {
		if (opt == '6')
			family = AF_INET6;
		else if (opt == 'p')
			pause_us = parse_pause(optarg);
		else if (opt == 'm')
			mode = find_mode(optarg);
		else
			usage();
	}
	if (optind == argc)
		usage();
	s = bind_loopback(family);
	if (mode->listens && listen(s, 128) < 0)
		err(125, "cannot listen on the loopback interface");
	/* Then the port is the command's to listen on. */
	if (mode->run == dial)
		close(s);
	for (int i = optind; i < argc; i++)
		if (strcmp(argv[i], "ADDR") == 0)
			argv[i] = addr.text;

	command = getpid();
	pidfd = pidfd_open(command, 0);
	child = pidfd < 0 ? -1 : fork();
	if (child < 0)
		err(125, "cannot start the other end");
	if (child == 0) {
		child = fork();
		if (child == 0)
			other_end(mode, s, pidfd);
		_exit(child < 0);
	}
	if (waitpid(child, &status, 0) < 0 || status != 0)
		errx(125, "cannot start the other end");
	execvp(argv[optind], argv + optind);
	err(errno == ENOENT ? 127 : 126, "cannot run %s", argv[optind]);
}
