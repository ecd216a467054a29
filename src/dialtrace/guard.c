/* Lets a stopped process go: see guard.h. */
#include "dialtrace/guard.h"

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t guard;

/* What ends the tracer, or its terminal, must not end this. Nor may it keep open what the
 * tracer has opened. */
static void stand_apart(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	close_range(0, ~0U, 0);
}

static _Noreturn void watch(pid_t tracer, pid_t pid)
{
	struct pollfd end = {.events = POLLIN};
	int process;

	stand_apart();
	process = pidfd_open(pid, 0);
	end.fd = pidfd_open(tracer, 0);
	/* A process has ended only after its files are closed, and with them its probes
	 * have gone: nothing stops the other one once more. */
	while (getppid() == tracer && poll(&end, 1, -1) <= 0)
		;
	pidfd_send_signal(process, SIGCONT, NULL, 0);
	_exit(0);
}

void guard_start(pid_t pid)
{
	pid_t tracer = getpid();

	guard = fork();
	if (guard < 0)
		err(125, "fork");
	if (guard == 0)
		watch(tracer, pid);
}

void guard_end(void)
{
	kill(guard, SIGKILL);
	waitpid(guard, NULL, 0);
}
