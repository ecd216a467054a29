/*
 * When an operation must give up: at a deadline, or when told so (Go 1.7.4
 * context/context.go).
 */
#ifndef CONTEXT_CONTEXT_H
#define CONTEXT_CONTEXT_H

#include "os/error.h"
#include "runtime/chan.h"
#include "time/time.h"

/* Several goroutines may use one at the same time. (Go 1.7.4 context/context.go,
 * Context) */
typedef struct context_Context context_Context;

/* The one that is never done. (Go 1.7.4 context/context.go, Background) */
context_Context *context_Background(void);

/* A context that is done when parent is, or when it is cancelled; with a deadline, also
 * from then on. parent must outlive it. To be given back with context_Free. NULL when out
 * of memory. (Go 1.7.4 context/context.go, WithCancel, WithDeadline, WithTimeout) */
context_Context *context_WithCancel(context_Context *parent);
context_Context *context_WithDeadline(context_Context *parent, time_Time deadline);
context_Context *context_WithTimeout(context_Context *parent, time_Duration timeout);

/* Makes ctx done, if it is not already. (Go 1.7.4 context/context.go, CancelFunc) */
void context_Cancel(context_Context *ctx);

/* Cancels ctx and gives it back. */
void context_Free(context_Context *ctx);

/* The channel that is closed when ctx is done. (Go 1.7.4 context/context.go, Done) */
runtime_hchan *context_Done(context_Context *ctx);

/* nil while ctx is not done; then context_Canceled or context_DeadlineExceeded. (Go
 * 1.7.4 context/context.go, Err) */
error context_Err(context_Context *ctx);

/* ctx's deadline or its parents', whichever is first; 0 if there is none. (Go 1.7.4
 * context/context.go, Deadline) */
time_Time context_Deadline(const context_Context *ctx);

/* Known by their text pointers, as net's own are. */
extern const error context_Canceled;         /* context canceled */
extern const error context_DeadlineExceeded; /* context deadline exceeded */

#endif
