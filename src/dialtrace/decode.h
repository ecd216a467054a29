/*
 * System calls as text, the way strace writes them, from what the BPF program
 * captured. Nothing here reads the traced process.
 *
 * A call that has a row in decode_args.c's table is written argument by argument;
 * any other gets its name and six numbers. What the program's memory holds is
 * always escaped.
 */
#ifndef DIALTRACE_DECODE_H
#define DIALTRACE_DECODE_H

#include <stdbool.h>

#include "dialtrace/out.h"
#include "dialtrace/polldescs.h"
#include "event.h"

/* Looks up the numbers that this architecture gives the calls. Must come before
 * any other function here. */
void decode_init(void);

/* Returns the name of call nr, "syscall_999" when it has none; valid until the
 * next call of this function. */
const char *decode_name(u32 nr);

/* Tells whether call nr belongs to the chain, that is, has a row in the table. */
bool decode_in_chain(u32 nr);

/* Returns what memory the BPF program has to take along with call nr. */
enum capture decode_capture(u32 nr);

/* Returns the name of the error that a call's result is, "EINPROGRESS", or NULL
 * when it is none (from 0 up, and below -4095). An error that has no name comes
 * as "errno 999", valid until the next call of this function. */
const char *decode_errno(s64 ret);

/* Appends the call: "name(arguments) = result" for an EVENT_EXIT (the error's
 * name alone when it failed), "name(arguments)" for an EVENT_SLEEP, with … for
 * what the kernel has yet to fill in. Of e's capture, e->e.caplen bytes are there. pds,
 * which may be NULL, knows the pollDescs; when it is updated with e first, an epoll_ctl
 * shows its own. */
void decode_syscall(struct out *o, const struct syscall_event *e,
                    const struct polldescs *pds);

#endif
