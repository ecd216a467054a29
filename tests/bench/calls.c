/*
 * Nothing but calls of a function that dialtrace has a probe for: N of them, from
 * code that looks like the port's to the tracer: a nop at the entry, and a goroutine
 * on the thread. Prints the nanoseconds a call took.
 *
 *   calls N
 *
 * Every BURST calls it pauses, outside the measure, so that whoever reads the events
 * keeps up: the price of a hit is asked for here, not the tracer's throughput.
 */
#include "runtime/runtime2.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 10000, PAUSE_US = 20000 };

extern _Thread_local runtime_g *runtime_tls_g;
void runtime_netpollready(runtime_g **gpp, void *pd, int mode);

_Thread_local runtime_g *runtime_tls_g; /* where the tracer looks for the g */

static volatile int called;

__attribute__((noinline, noclone, patchable_function_entry(1))) void
runtime_netpollready(runtime_g **gpp, void *pd, int mode)
{
	(void)gpp, (void)pd;
	called = mode;
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	long calls = argc == 2 ? atol(argv[1]) : 0;
	runtime_m m = {.id = 0};
	runtime_g g = {.goid = 1, .m = &m};
	long long took = 0;

	if (calls <= 0)
		errx(2, "usage: calls N");
	runtime_tls_g = &g;
	for (long done = 0; done < calls;) {
		long end = done + BURST < calls ? done + BURST : calls;
		long long start = now();

		for (; done < end; done++)
			runtime_netpollready(NULL, &m, 'r');
		took += now() - start;
		if (done < calls)
			usleep(PAUSE_US);
	}
	printf("%.1f\n", (double)took / (double)calls);
}
