/* Answering a command's system calls as an older kernel would. */
#ifndef DIALTRACE_EMULATE_H
#define DIALTRACE_EMULATE_H

#include <stdbool.h>

#include "event.h"

/* Builds the filter that answers as Linux 2.6.26, the last before descriptor flags
 * could be set on creation: SOCK_NONBLOCK and SOCK_CLOEXEC are EINVAL,
 * epoll_create1 and accept4 are ENOSYS. Exits when that fails. */
void emulate_prepare(void);

/* Tells whether a call that was answered before it entered the kernel is one that the
 * filter answers so, and not another filter. */
bool emulate_answered(const char *syscall, const u64 args[ARGS], s64 ret);

/* Puts the calling process, and what it will execute, under the filter. Needs
 * privilege, makes no system call that the filter would refuse. Returns 0 or
 * -errno. */
int emulate_apply(void);

#endif
