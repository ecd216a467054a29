/*
 * What threads sleep on: a lock and a one-shot event, over futex(2)
 * (Go 1.7.4 runtime/lock_futex.go).
 */
#ifndef RUNTIME_LOCK_FUTEX_H
#define RUNTIME_LOCK_FUTEX_H

#include "runtime/runtime2.h"

/* Locks l; blocks the thread, not just the goroutine, so hold it briefly and
 * never across a switch. (Go 1.7.4 runtime/lock_futex.go, lock) */
void runtime_lock(runtime_mutex *l);

/* Unlocks l. (Go 1.7.4 runtime/lock_futex.go, unlock) */
void runtime_unlock(runtime_mutex *l);

/* Makes n fit for one more sleep and wake-up. Only while nobody sleeps on it.
 * (Go 1.7.4 runtime/lock_futex.go, noteclear) */
void runtime_noteclear(runtime_note *n);

/* Wakes whoever sleeps on n, now or later. Once per noteclear.
 * (Go 1.7.4 runtime/lock_futex.go, notewakeup) */
void runtime_notewakeup(runtime_note *n);

/* Sleeps until notewakeup(n). (Go 1.7.4 runtime/lock_futex.go, notesleep) */
void runtime_notesleep(runtime_note *n);

/* Sleeps until notewakeup(n) or for ns nanoseconds; tells whether it was woken.
 * (Go 1.7.4 runtime/lock_futex.go, notetsleep) */
bool runtime_notetsleep(runtime_note *n, int64_t ns);

/* The same on a goroutine, whose p goes to somebody else meanwhile. (Go 1.7.4
 * runtime/lock_futex.go, notetsleepg) */
bool runtime_notetsleepg(runtime_note *n, int64_t ns);

#endif
