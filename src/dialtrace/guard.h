/* Somebody who lets a stopped process go when the tracer cannot do so any more. */
#ifndef DIALTRACE_GUARD_H
#define DIALTRACE_GUARD_H

#include <sys/types.h>

/* Starts a process that waits for this one to end, in whatever way, and then sends
 * SIGCONT to pid. Exits if that is not possible. */
void guard_start(pid_t pid);

/* Ends it, and sends nothing. */
void guard_end(void);

#endif
