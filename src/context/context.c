/* When an operation must give up: see context.h. */
#include "context/context.h"
#include "runtime/lock_futex.h"

#include <stdatomic.h>
#include <stdlib.h>

struct context_Context {
	context_Context *parent; /* constant; the background context is nobody's child */
	time_Time deadline;      /* constant; 0 if none */
	runtime_hchan done;

	/* The owner's reference, and one of the timer that has yet to fire. */
	_Atomic int refs;

	runtime_mutex mu;
	/* Under mu. */
	error err;
	context_Context *children; /* to be cancelled with this one, from the oldest on */
	time_Timer timer;          /* at the deadline, if f is set; stopped with err */

	context_Context *sibling; /* in parent->children; under parent->mu */
};

const error context_Canceled = {.text = "context canceled"};
const error context_DeadlineExceeded = {.text = "context deadline exceeded"};

static context_Context background;

context_Context *context_Background(void)
{
	return &background;
}

static void release(context_Context *ctx)
{
	if (atomic_fetch_sub(&ctx->refs, 1) == 1)
		free(ctx);
}

/* ctx is done, and all below it: err says why. The first reason stands. (Go 1.7.4
 * context/context.go, cancelCtx.cancel, timerCtx.cancel) */
static void context_cancel(context_Context *ctx, error err)
{
	runtime_lock(&ctx->mu);
	if (!error_nil(ctx->err)) {
		runtime_unlock(&ctx->mu);
		return;
	}
	ctx->err = err;
	runtime_closechan(&ctx->done);
	for (context_Context *c = ctx->children; c; c = c->sibling)
		context_cancel(c, err);
	/* A timer that has fired gives its reference back itself. This is not the last:
	 * the owner has one. */
	if (ctx->timer.f && time_Timer_Stop(&ctx->timer))
		atomic_fetch_sub(&ctx->refs, 1);
	runtime_unlock(&ctx->mu);
}

/* Enters ctx with its parent; at once done if that is. (Go 1.7.4 context/context.go,
 * propagateCancel) */
static void context_propagateCancel(context_Context *ctx)
{
	context_Context *parent = ctx->parent, **last = &parent->children;
	error err;

	if (parent == &background)
		return;
	runtime_lock(&parent->mu);
	err = parent->err;
	while (*last)
		last = &(*last)->sibling;
	*last = ctx;
	runtime_unlock(&parent->mu);
	if (!error_nil(err))
		context_cancel(ctx, err);
}

/* (Go 1.7.4 context/context.go, removeChild) */
static void context_removeChild(context_Context *ctx)
{
	context_Context *parent = ctx->parent;

	if (parent == &background)
		return;
	runtime_lock(&parent->mu);
	for (context_Context **p = &parent->children; *p; p = &(*p)->sibling) {
		if (*p == ctx) {
			*p = ctx->sibling;
			break;
		}
	}
	runtime_unlock(&parent->mu);
}

context_Context *context_WithCancel(context_Context *parent)
{
	context_Context *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return NULL;
	ctx->parent = parent;
	ctx->deadline = parent->deadline;
	atomic_store(&ctx->refs, 1);
	context_propagateCancel(ctx);
	return ctx;
}

/* Called at the deadline, on a goroutine of its own. */
static void deadline_exceeded(void *arg)
{
	context_cancel(arg, context_DeadlineExceeded);
	release(arg);
}

context_Context *context_WithDeadline(context_Context *parent, time_Time deadline)
{
	context_Context *ctx = context_WithCancel(parent);
	time_Duration d = time_Time_Sub(deadline, time_Now());

	if (!ctx || (parent->deadline != 0 && parent->deadline < deadline))
		return ctx;
	ctx->deadline = deadline;
	if (d <= 0) {
		context_cancel(ctx, context_DeadlineExceeded);
		return ctx;
	}
	runtime_lock(&ctx->mu);
	if (error_nil(ctx->err)) {
		atomic_fetch_add(&ctx->refs, 1);
		time_AfterFunc(&ctx->timer, d, deadline_exceeded, ctx);
	}
	runtime_unlock(&ctx->mu);
	return ctx;
}

context_Context *context_WithTimeout(context_Context *parent, time_Duration timeout)
{
	return context_WithDeadline(parent, time_Time_Add(time_Now(), timeout));
}

void context_Cancel(context_Context *ctx)
{
	context_cancel(ctx, context_Canceled);
}

void context_Free(context_Context *ctx)
{
	context_Cancel(ctx);
	context_removeChild(ctx);
	release(ctx);
}

runtime_hchan *context_Done(context_Context *ctx)
{
	return &ctx->done;
}

error context_Err(context_Context *ctx)
{
	error err;

	runtime_lock(&ctx->mu);
	err = ctx->err;
	runtime_unlock(&ctx->mu);
	return err;
}

time_Time context_Deadline(const context_Context *ctx)
{
	return ctx->deadline;
}
