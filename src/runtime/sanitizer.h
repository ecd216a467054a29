/*
 * Tells AddressSanitizer and ThreadSanitizer that a stack switch is one; without
 * them every function here is empty. Each switch is a leave or an abandon on
 * the old stack and, first thing on the new one, an arrive.
 */
#ifndef RUNTIME_SANITIZER_H
#define RUNTIME_SANITIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One stack as the sanitizers know it. Owned by the g it belongs to. */
typedef struct {
	uintptr_t lo, hi;
	void *tsan;       /* ThreadSanitizer's fiber */
	bool tsan_own;    /* made by us, not the thread's first */
	void *fake_stack; /* AddressSanitizer's, while the stack is left */
} sanitizer_fiber;

#if defined(__SANITIZE_THREAD__) || defined(SANITIZE_THREAD)

#include <sanitizer/tsan_interface.h>

/* f describes the stack [lo, hi) of a new goroutine. */
static inline void sanitizer_new(sanitizer_fiber *f, uintptr_t lo, uintptr_t hi)
{
	if (f->tsan_own)
		__tsan_destroy_fiber(f->tsan);
	f->lo = lo;
	f->hi = hi;
	f->tsan = __tsan_create_fiber(0);
	f->tsan_own = true;
}

/* f describes the stack the calling thread runs on. */
static inline void sanitizer_thread(sanitizer_fiber *f)
{
	f->tsan = __tsan_get_current_fiber();
}

/* from will be returned to. */
static inline void sanitizer_leave(sanitizer_fiber *from, const sanitizer_fiber *to)
{
	(void)from;
	__tsan_switch_to_fiber(to->tsan, 0);
}

/* What runs on from will never return: the next switch to it starts afresh, with
 * a new fiber, or the shadow call stack would grow at each round. */
static inline void sanitizer_abandon(sanitizer_fiber *from, const sanitizer_fiber *to)
{
	void *old = from->tsan;

	from->tsan = __tsan_create_fiber(0);
	__tsan_switch_to_fiber(to->tsan, 0);
	if (from->tsan_own)
		__tsan_destroy_fiber(old);
	from->tsan_own = true;
}

static inline void sanitizer_arrive(sanitizer_fiber *f)
{
	(void)f;
}

#elif defined(__SANITIZE_ADDRESS__)

#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

static inline void sanitizer_new(sanitizer_fiber *f, uintptr_t lo, uintptr_t hi)
{
	f->lo = lo;
	f->hi = hi;
	f->fake_stack = NULL;
}

static inline void sanitizer_thread(sanitizer_fiber *f)
{
	pthread_attr_t attr;
	void *lo;
	size_t size;

	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstack(&attr, &lo, &size);
	pthread_attr_destroy(&attr);
	f->lo = (uintptr_t)lo;
	f->hi = f->lo + size;
}

static inline void sanitizer_leave(sanitizer_fiber *from, const sanitizer_fiber *to)
{
	__sanitizer_start_switch_fiber(&from->fake_stack, (void *)to->lo,
	                               to->hi - to->lo);
}

static inline void sanitizer_abandon(sanitizer_fiber *from, const sanitizer_fiber *to)
{
	/* Frames that never return leave their red zones behind. */
	__asan_handle_no_return();
	from->fake_stack = NULL;
	__sanitizer_start_switch_fiber(NULL, (void *)to->lo, to->hi - to->lo);
}

static inline void sanitizer_arrive(sanitizer_fiber *f)
{
	__sanitizer_finish_switch_fiber(f->fake_stack, NULL, NULL);
}

#else

static inline void sanitizer_new(sanitizer_fiber *f, uintptr_t lo, uintptr_t hi)
{
	(void)f, (void)lo, (void)hi;
}

static inline void sanitizer_thread(sanitizer_fiber *f)
{
	(void)f;
}

static inline void sanitizer_leave(sanitizer_fiber *from, const sanitizer_fiber *to)
{
	(void)from, (void)to;
}

static inline void sanitizer_abandon(sanitizer_fiber *from, const sanitizer_fiber *to)
{
	(void)from, (void)to;
}

static inline void sanitizer_arrive(sanitizer_fiber *f)
{
	(void)f;
}

#endif

#endif
