/*
 * The other end: starts the command given to it, and is not traced itself. In C what
 * ../go/peer.go is in Go, so that a test needs no Go.
 *
 *   peer ROLE COMMAND [ARG...]
 *
 * ADDR in the arguments is replaced by the address it listens on: of IPv6 if ROLE ends
 * with 6. What it does later than at once it does after a pause, so that the command has
 * parked by then. Ends with status 1 if the command fails; the process at the other end
 * never outlives it.
 */
#include <err.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAUSE_US = 200 * 1000, ADDR_LEN = 64 };

static const char *loopback = "127.0.0.1";
static char address[ADDR_LEN];

static void rest(void)
{
	usleep(PAUSE_US);
}

/* A socket that is bound to a free port of host (port NULL), or connected to port
 * there. */
static int open_socket(int sotype, const char *host, const char *port)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	                               .ai_socktype = sotype};
	struct addrinfo *ai;
	int s;

	if (getaddrinfo(host, port ? port : "0", &hints, &ai) != 0)
		errx(1, "no address: %s, port %s", host, port ? port : "0");
	s = socket(ai->ai_family, sotype | SOCK_CLOEXEC, 0);
	if (s < 0 || (port ? connect(s, ai->ai_addr, ai->ai_addrlen)
	                   : bind(s, ai->ai_addr, ai->ai_addrlen)) < 0)
		err(1, "%s, port %s", host, port ? port : "0");
	freeaddrinfo(ai);
	return s;
}

/* Writes s's address to address, as a program's argument. */
static void name_address(int s)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	char port[8];

	if (getsockname(s, (struct sockaddr *)&sa, &len) < 0 ||
	    getnameinfo((struct sockaddr *)&sa, len, NULL, 0, port, sizeof(port),
	                NI_NUMERICSERV) != 0)
		err(1, "getsockname");
	snprintf(address, sizeof(address), strchr(loopback, ':') ? "[%s]:%s" : "%s:%s",
	         loopback, port);
}

/* Starts a process that ends with this one; true in the new one. */
static bool start_process(void)
{
	pid_t parent = getpid();

	if (fork() != 0)
		return false;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	return true;
}

/* What is done to a connection of the command's. */

static void echo(int c)
{
	char buf[64];
	ssize_t n;

	while ((n = read(c, buf, sizeof(buf))) > 0) {
		rest();
		send(c, buf, (size_t)n, MSG_NOSIGNAL);
	}
}

static void discard(int c)
{
	static char buf[32 * 1024];

	while (read(c, buf, sizeof(buf)) > 0)
		;
}

static void say(int c)
{
	rest();
	send(c, "pong\n", 5, MSG_NOSIGNAL);
	discard(c);
}

/* Neither reads nor writes. */
static void silent(int c)
{
	(void)c;
	for (;;)
		pause();
}

static void slow(int c)
{
	rest();
	discard(c);
}

static void hangup(int c)
{
	(void)c;
	rest();
}

static void reset(int c)
{
	const struct linger now = {.l_onoff = 1};

	rest();
	setsockopt(c, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static const struct role {
	const char *name;
	void (*serve)(int c);
} roles[] = {
    {"echo", echo}, {"say", say},       {"silent", silent},
    {"slow", slow}, {"hangup", hangup}, {"reset", reset},
};

static const struct role *role_of(const char *name)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, name) == 0)
			return &roles[i];
	return NULL;
}

static _Noreturn void serve(int s, const struct role *role)
{
	for (;;) {
		int c = accept(s, NULL, NULL);

		if (c >= 0) {
			role->serve(c);
			close(c);
		}
	}
}

static _Noreturn void serve_udp(int s)
{
	for (;;) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		char buf[64];
		ssize_t n =
		    recvfrom(s, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);

		if (n < 0)
			continue;
		rest();
		sendto(s, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
}

/* Listens without accepting, the queue filled, so that the kernel drops what else comes:
 * a connect that never ends. */
static void fill(int s)
{
	if (listen(s, 0) < 0)
		err(1, "listen");
	name_address(s);
	open_socket(SOCK_STREAM, loopback, strrchr(address, ':') + 1);
}

/* Starts the process at the other end, if the role has one. */
static void start_server(const char *name)
{
	const struct role *role = role_of(name);
	bool udp = strcmp(name, "udp") == 0, full = strcmp(name, "full") == 0;
	int s;

	if (!role && !udp && !full)
		return;
	s = open_socket(udp ? SOCK_DGRAM : SOCK_STREAM, loopback, NULL);
	if (full)
		fill(s);
	else if (role && listen(s, 128) < 0)
		err(1, "listen");
	name_address(s);
	if (full || !start_process())
		return;
	if (udp)
		serve_udp(s);
	serve(s, role);
}

/* Says "ping" to where the command listens, and waits for the answer. If that is on all
 * addresses, it says so on the loopback interface. */
static _Noreturn void dial(int sotype, char *where)
{
	char *port = strrchr(where, ':'), answer[64];
	const char *host = where;
	int c;

	*port++ = '\0';
	if (*where == '[') {
		where[strlen(where) - 1] = '\0';
		host++;
	}
	if (strcmp(host, "::") == 0 || strcmp(host, "0.0.0.0") == 0)
		host = loopback;
	rest();
	c = open_socket(sotype, host, port);
	rest();
	send(c, "ping\n", 5, MSG_NOSIGNAL);
	recv(c, answer, sizeof(answer), 0);
	_exit(0);
}

/* Starts the command; returns what it prints. */
static FILE *run(char **argv, pid_t *child)
{
	int out[2];

	if (pipe2(out, SOCK_CLOEXEC) < 0 || (*child = fork()) < 0)
		err(1, "cannot start %s", *argv);
	if (*child == 0) {
		dup2(out[1], STDOUT_FILENO);
		execvp(*argv, argv);
		err(1, "%s", *argv);
	}
	close(out[1]);
	return fdopen(out[0], "r");
}

int main(int argc, char **argv)
{
	static const char listening[] = "listening ";
	char *line = NULL, *name;
	size_t size = 0;
	int status, sotype;
	FILE *lines;
	pid_t child;

	if (argc < 3)
		errx(1, "usage: peer ROLE COMMAND [ARG...]");
	name = argv[1];
	if (name[strlen(name) - 1] == '6') {
		name[strlen(name) - 1] = '\0';
		loopback = "::1";
	}
	sotype = strcmp(name, "dial") == 0      ? SOCK_STREAM
	         : strcmp(name, "dialudp") == 0 ? SOCK_DGRAM
	                                        : 0;
	start_server(name);
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], "ADDR") == 0)
			argv[i] = address;

	lines = run(argv + 2, &child);
	while (lines && getline(&line, &size, lines) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!sotype || strncmp(line, listening, sizeof(listening) - 1) != 0)
			puts(line);
		else if (start_process())
			dial(sotype, line + sizeof(listening) - 1);
	}
	free(line);
	waitpid(child, &status, 0);
	return status != 0;
}
