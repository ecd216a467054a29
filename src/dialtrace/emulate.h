/* Answering a command's system calls as an older kernel would. */
#ifndef DIALTRACE_EMULATE_H
#define DIALTRACE_EMULATE_H

/* Builds the filter that answers as Linux 2.6.26, the last before descriptor flags
 * could be set on creation: SOCK_NONBLOCK and SOCK_CLOEXEC are EINVAL,
 * epoll_create1 and accept4 are ENOSYS. Exits when that fails. */
void emulate_prepare(void);

/* Puts the calling process, and what it will execute, under the filter. Needs
 * privilege, makes no system call that the filter would refuse. Returns 0 or
 * -errno. */
int emulate_apply(void);

#endif
