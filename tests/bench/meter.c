/*
 * Runs a command and writes what it took to a file, "NANOSECONDS KIB": the time from
 * its start to its exit and the memory it had resident at most. Exits as it did.
 *
 *   meter FILE COMMAND [ARG...]
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	long long start = now(), took;
	struct rusage usage;
	int status;
	FILE *f;
	pid_t child;

	if (argc < 3)
		errx(125, "usage: meter FILE COMMAND [ARG...]");
	child = fork();
	if (child < 0)
		err(125, "fork");
	if (child == 0) {
		execvp(argv[2], argv + 2);
		err(errno == ENOENT ? 127 : 126, "cannot run %s", argv[2]);
	}
	if (wait4(child, &status, 0, &usage) < 0)
		err(125, "wait");
	took = now() - start;
	f = fopen(argv[1], "w");
	if (!f || fprintf(f, "%lld %ld\n", took, usage.ru_maxrss) < 0 || fclose(f) != 0)
		err(125, "%s", argv[1]);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
