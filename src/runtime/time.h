/*
 * Timers (Go 1.7.4 runtime/time.go). They all run on one goroutine, timerproc, which
 * the first one starts: it sleeps in a futex until the earliest is due.
 */
#ifndef RUNTIME_TIME_H
#define RUNTIME_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* Belongs to whoever sets it, who keeps it until it has fired or deltimer has said
 * that it will not. (Go 1.7.4 runtime/time.go, timer) */
typedef struct {
	int i; /* its place in the heap, -1 when it has left it; under timers.lock */
	int64_t when;                        /* due, ns as runtime_nanotime counts */
	void (*f)(void *arg, uintptr_t seq); /* called on timerproc; must not park */
	void *arg;
	uintptr_t seq;
} runtime_timer;

/* Sets t. (Go 1.7.4 runtime/time.go, addtimer) */
void runtime_addtimer(runtime_timer *t);

/* Takes t back; false if it was not set, has fired or is just firing. (Go 1.7.4
 * runtime/time.go, deltimer) */
bool runtime_deltimer(runtime_timer *t);

/* Parks the goroutine for ns nanoseconds at least. (Go 1.7.4 runtime/time.go,
 * timeSleep, known to package time as Sleep) */
void runtime_timeSleep(int64_t ns);

/* runtime_nanotime for package net. (Go 1.7.4 runtime/time.go, net_runtimeNano) */
int64_t runtime_net_runtimeNano(void);
int64_t net_runtimeNano(void);

#endif
