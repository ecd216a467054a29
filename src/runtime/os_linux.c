/* What the runtime asks of Linux: see os_linux.h. */
#include "runtime/os_linux.h"
#include "runtime/panic.h"
#include "runtime/proc.h"
#include "runtime/stubs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The kernel's answer as Go's assembly sees it: -errno instead of -1. */
static int32_t result(long r)
{
	return (int32_t)(r < 0 ? -errno : r);
}

int64_t runtime_nanotime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

void runtime_usleep(uint32_t usec)
{
#ifdef SYS_select
	struct timeval tv = {.tv_sec = usec / 1000000, .tv_usec = usec % 1000000};

	syscall(SYS_select, 0, NULL, NULL, NULL, &tv);
#else
	struct timespec ts = {.tv_sec = usec / 1000000,
	                      .tv_nsec = usec % 1000000 * 1000L};

	syscall(SYS_pselect6, 0, NULL, NULL, NULL, &ts, NULL);
#endif
}

void runtime_osyield(void)
{
	syscall(SYS_sched_yield);
}

void runtime_futexsleep(_Atomic uint32_t *addr, uint32_t val, int64_t ns)
{
	struct timespec ts = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

	syscall(SYS_futex, addr, FUTEX_WAIT, val, ns < 0 ? NULL : &ts, NULL, 0);
}

void runtime_futexwakeup(_Atomic uint32_t *addr, uint32_t cnt)
{
	syscall(SYS_futex, addr, FUTEX_WAKE, cnt, NULL, NULL, 0);
}

static void ignored(int sig)
{
	(void)sig;
}

void runtime_initsig(void)
{
	/* A handler, not SIG_IGN, which an exec would hand on. */
	struct sigaction sa = {.sa_handler = ignored, .sa_flags = SA_RESTART};

	sigaction(SIGPIPE, &sa, NULL);
}

static void *thread(void *mp)
{
	runtime_mstart(mp);
}

void runtime_newosproc(runtime_m *mp)
{
	pthread_t tid;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&tid, &attr, thread, mp) != 0)
		runtime_throw("runtime.newosproc: no more threads");
	pthread_attr_destroy(&attr);
}

void runtime_write(int fd, const void *p, size_t n)
{
	/* Nothing is left to be done where even this fails. */
	if (syscall(SYS_write, fd, p, n) < 0)
		return;
}

void runtime_exit(int code)
{
	exit(code);
}

int32_t runtime_epollcreate1(int32_t flags)
{
	return result(syscall(SYS_epoll_create1, flags));
}

int32_t runtime_epollcreate(int32_t size)
{
#ifdef SYS_epoll_create
	return result(syscall(SYS_epoll_create, size));
#else
	(void)size;
	return result(syscall(SYS_epoll_create1, 0));
#endif
}

int32_t runtime_epollctl(int32_t epfd, int32_t op, int32_t fd, struct epoll_event *ev)
{
	return result(syscall(SYS_epoll_ctl, epfd, op, fd, ev));
}

int32_t runtime_epollwait(int32_t epfd, struct epoll_event *ev, int32_t nev,
                          int32_t timeout)
{
#ifdef SYS_epoll_wait
	return result(syscall(SYS_epoll_wait, epfd, ev, nev, timeout));
#else
	return result(syscall(SYS_epoll_pwait, epfd, ev, nev, timeout, NULL, 0));
#endif
}

void runtime_closeonexec(int32_t fd)
{
	syscall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
}
