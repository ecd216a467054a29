/*
 * Channels that are only ever closed (Go 1.7.4 runtime/chan.go, select.go): what package
 * net needs of them. Nothing is sent; closing one tells all who wait for it, now and
 * later, that something has happened.
 */
#ifndef RUNTIME_CHAN_H
#define RUNTIME_CHAN_H

#include "runtime/runtime2.h"

/* Zero is open. */
typedef struct {
	bool closed;
	runtime_sudog *recvq; /* who waits; both under chan.c's lock */
} runtime_hchan;

/* Closes c. Once. (Go 1.7.4 runtime/chan.go, closechan) */
void runtime_closechan(runtime_hchan *c);

/* Tells whether c is closed, without waiting. (Go 1.7.4 runtime/chan.go, chanrecv: a
 * select with a default) */
bool runtime_chanclosed(runtime_hchan *c);

/* Parks until one of the n channels at c is closed and returns its place; the first one's
 * if several are. At most 2. (Go 1.7.4 runtime/select.go, selectgo) */
int runtime_selectgo(runtime_hchan *const *c, int n);

#endif
