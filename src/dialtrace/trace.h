/* From events to lines: where each stands in the call tree, which step it is. */
#ifndef DIALTRACE_TRACE_H
#define DIALTRACE_TRACE_H

#include "dialtrace/check.h"
#include "dialtrace/line.h"
#include "dialtrace/probes.h"

struct trace;

/* Starts a trace that writes to o. It uses w, o and c until trace_free. emulate:
 * calls that never entered the kernel were refused by the filter. */
struct trace *trace_new(const struct writer *w, struct out *o, struct check *c,
                        bool emulate);
void trace_free(struct trace *t);

/* Tells which probes events come from, of a program built with Go 1.go (0: with
 * none); before the first event. */
void trace_use(struct trace *t, const struct probes *p, unsigned go);

/* One event, appended to the output as one line, or none. */
void trace_event(struct trace *t, const struct event *e);

/* Lines written so far. */
u64 trace_count(const struct trace *t);

#endif
