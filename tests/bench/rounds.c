/*
 * Nothing but system calls: N rounds of write, epoll_wait and read on a socketpair.
 * Prints the nanoseconds a round took.
 *
 *   rounds N
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? atol(argv[1]) : 0;
	struct epoll_event ev = {.events = EPOLLIN};
	int fd[2], ep = epoll_create1(EPOLL_CLOEXEC);
	double start;
	char byte = 'x';

	if (rounds <= 0)
		errx(2, "usage: rounds N");
	if (ep < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, fd[1], &ev) < 0)
		err(1, "setup");
	start = seconds();
	for (long i = 0; i < rounds; i++)
		if (write(fd[0], &byte, 1) != 1 || epoll_wait(ep, &ev, 1, -1) != 1 ||
		    read(fd[1], &byte, 1) != 1)
			err(1, "round %ld", i);
	printf("%.0f\n", (seconds() - start) / (double)rounds * 1e9);
}
