/*
 * What the runtime asks of Linux: time, sleep, futexes, threads, epoll
 * (Go 1.7.4 runtime/os_linux.go and sys_linux_amd64.s).
 *
 * But for signals, threads and exit, where libc has a word to say, each function is one
 * system call: no cancellation point, no buffering, and -errno as its result, as the
 * kernel says it.
 */
#ifndef RUNTIME_OS_LINUX_H
#define RUNTIME_OS_LINUX_H

#include "runtime/runtime2.h"

#include <sys/epoll.h>

/* The monotonic clock, ns, through the vDSO. (Go 1.7.4
 * runtime/sys_linux_amd64.s, nanotime) */
int64_t runtime_nanotime(void);

/* Sleeps for usec microseconds. (Go 1.7.4 runtime/sys_linux_amd64.s, usleep) */
void runtime_usleep(uint32_t usec);

/* Lets another thread run. (Go 1.7.4 runtime/sys_linux_amd64.s, osyield) */
void runtime_osyield(void);

/* Sleeps while *addr == val, at most ns nanoseconds (forever if negative); may
 * wake early. (Go 1.7.4 runtime/os_linux.go, futexsleep) */
void runtime_futexsleep(_Atomic uint32_t *addr, uint32_t val, int64_t ns);

/* Wakes at most cnt threads that sleep on addr. (Go 1.7.4 runtime/os_linux.go,
 * futexwakeup) */
void runtime_futexwakeup(_Atomic uint32_t *addr, uint32_t cnt);

/* Installs the signal handlers; of Go's, the one that makes a write to a broken
 * connection fail with EPIPE instead of ending the process. (Go 1.7.4
 * runtime/signal1_unix.go, initsig) */
void runtime_initsig(void);

/* Starts the thread of mp in runtime_mstart; throws when there are no more
 * threads to be had. (Go 1.7.4 runtime/os_linux.go, newosproc) */
void runtime_newosproc(runtime_m *mp);

/* write(2) for fatal errors. (Go 1.7.4 runtime/sys_linux_amd64.s, write) */
void runtime_write(int fd, const void *p, size_t n);

/* Ends the process. (Go 1.7.4 runtime/sys_linux_amd64.s, exit) */
_Noreturn void runtime_exit(int code);

/* epoll_create1(2), epoll_create(2), epoll_ctl(2), epoll_wait(2); -errno on
 * failure. On arm64, which has neither, the second and the last are
 * epoll_create1 and epoll_pwait, as in Go. (Go 1.7.4
 * runtime/sys_linux_amd64.s) */
int32_t runtime_epollcreate1(int32_t flags);
int32_t runtime_epollcreate(int32_t size);
int32_t runtime_epollctl(int32_t epfd, int32_t op, int32_t fd, struct epoll_event *ev);
int32_t runtime_epollwait(int32_t epfd, struct epoll_event *ev, int32_t nev,
                          int32_t timeout);

/* Sets FD_CLOEXEC on fd. (Go 1.7.4 runtime/sys_linux_amd64.s, closeonexec) */
void runtime_closeonexec(int32_t fd);

#endif
