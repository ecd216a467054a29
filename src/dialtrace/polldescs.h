/*
 * Which fd a pollDesc serves. The kernel's epoll_wait hands back 64 bits that
 * the program chose at epoll_ctl; Go chose the address of its pollDesc. Watching
 * epoll_ctl go by tells which fd those bits mean.
 *
 * A pollDesc is told from what others register by what Go always does: it asks for
 * EPOLLIN, EPOLLOUT, EPOLLRDHUP and EPOLLET, and passes more than a small number.
 */
#ifndef DIALTRACE_POLLDESCS_H
#define DIALTRACE_POLLDESCS_H

#include <stdbool.h>

#include "event.h"

struct polldescs;

/* Returns an empty table; ends the program when memory runs out, as growing
 * does. */
struct polldescs *polldescs_new(void);

/* Frees it; NULL is fine. */
void polldescs_free(struct polldescs *p);

/* Learns from a call that returned (EVENT_EXIT; any other event and any other
 * call is ignored): epoll_ctl registers and removes, close, dup2 and dup3 end an
 * fd and with it its registrations. Call it before decode_syscall, and an
 * epoll_ctl shows its own pollDesc. Closing an epoll instance forgets nothing:
 * no event comes from it any more. */
void polldescs_update(struct polldescs *p, const struct syscall_event *e);

/* Tells whether polldescs_update has to know how long call nr took. */
bool polldescs_time(u32 nr);

/* Forgets a process: it ended, or replaced its program. */
void polldescs_forget_process(struct polldescs *p, u32 pid);

/* Tells that the program is built with Go 1.go (0: with none), before the first call:
 * since 1.21 the bits are the pollDesc's address and a count of its lives. */
void polldescs_use(struct polldescs *p, unsigned go);

/* Returns the fd for which process pid registered data, or a pollDesc at that address;
 * or -1. */
int polldescs_fd(const struct polldescs *p, u32 pid, u64 data);

#endif
