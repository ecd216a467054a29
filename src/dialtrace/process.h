/* A running process that is to be traced: is there one, and what does it run? */
#ifndef DIALTRACE_PROCESS_H
#define DIALTRACE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Returns a pidfd of process pid, to be told its end by, and in *program the path of
 * what it runs, to be freed by the caller. The program is held open as long as the tracer
 * runs: the process may end or replace it. Exits with status 125 if it cannot be
 * traced. */
int process_open(pid_t pid, char **program);

/* Tells a process's number in /proc, which may be mounted for another PID namespace
 * than ours, and the one that it has itself, in the innermost namespace that it is in.
 * Exits with status 125 if there is no /proc. */
void process_numbers(int pidfd, pid_t *in_proc, pid_t *own);

/* Tells whether it has been stopped, by SIGSTOP or by a debugger. */
bool process_stopped(int pidfd);

#endif
