/*
 * The echo server with nothing around it: one thread, one epoll instance, no goroutines.
 * What a scheduler and a poller cost is the distance to this.
 *
 *   echo_loop 127.0.0.1:0
 *
 * Prints the address it listens on, and serves until it is killed.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 128, BUFFER = 1024 };

static int epoll;

static int listen_on(char *s)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	struct epoll_event ev = {.events = EPOLLIN};
	char *colon = strchr(s, ':');
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (!colon)
		errx(2, "%s: no port", s);
	*colon = '\0';
	address.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, s, &address.sin_addr) != 1)
		errx(2, "%s: not an IPv4 address", s);
	ev.data.fd = fd;
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    listen(fd, SOMAXCONN) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
		err(1, "listen on %s", s);
	printf("%s:%d\n", s, ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static void accept_all(int listener)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

	while ((ev.data.fd =
	            accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, ev.data.fd, &ev) < 0)
			err(1, "epoll_ctl");
	if (errno != EAGAIN)
		err(1, "accept");
}

/* Edge-triggered, as Go has it: what is there must be read to the end. */
static void echo(int fd)
{
	char buffer[BUFFER];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		if (write(fd, buffer, (size_t)n) != n)
			err(1,
			    "write"); /* whoever has one message under way leaves room */
	if (n == 0 || errno != EAGAIN)
		close(fd);
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	int listener;

	if (argc != 2)
		errx(2, "usage: echo_loop 127.0.0.1:PORT");
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		err(1, "epoll_create1");
	listener = listen_on(argv[1]);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == listener)
				accept_all(listener);
			else
				echo(events[i].data.fd);
		}
	}
}
