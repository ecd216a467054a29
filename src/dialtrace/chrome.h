/*
 * A recording in Chrome's trace event format, for Perfetto and chrome://tracing.
 *
 * Each goroutine is a track, and each M with what runs on its g0; so is a thread
 * without goroutines. A call begins when it is entered and ends where the call tree
 * ends it: at the next line of its goroutine that stands no deeper. A system call that
 * sleeps begins when it goes to sleep. What no line ends is left open.
 *
 * An arrow leads from runtime.netpollready (or netpollunblock, or goready) to what the
 * goroutine that it woke does next.
 */
#ifndef DIALTRACE_CHROME_H
#define DIALTRACE_CHROME_H

#include "dialtrace/line.h"

struct chrome;

/* Starts an empty trace; exits when out of memory, as all functions here do. */
struct chrome *chrome_new(void);
void chrome_free(struct chrome *c);

/* Adds what a recording contains, in its order. */
void chrome_header(struct chrome *c, const struct header *h);
void chrome_line(struct chrome *c, const struct line *l);
void chrome_lost(struct chrome *c, u64 events);

/* Appends the whole as JSON, events in the order of time. Once, and last. */
void chrome_write(struct chrome *c, struct out *o);

#endif
