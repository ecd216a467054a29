/* Descriptor flags (Go 1.7.4 syscall/exec_unix.go). */
#ifndef SYSCALL_EXEC_UNIX_H
#define SYSCALL_EXEC_UNIX_H

#include "syscall/syscall_linux.h"

#include <stdbool.h>

/* Sets FD_CLOEXEC on fd; like Go's, tells nobody whether that worked. (Go 1.7.4
 * syscall/exec_unix.go, CloseOnExec) */
void syscall_CloseOnExec(int fd);

/* Sets or clears O_NONBLOCK on fd; returns 0 or an errno. (Go 1.7.4
 * syscall/exec_unix.go, SetNonblock) */
syscall_Errno syscall_SetNonblock(int fd, bool nonblocking);

#endif
