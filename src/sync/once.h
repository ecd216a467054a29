/* Something done exactly once (Go 1.7.4 sync/once.go). */
#ifndef SYNC_ONCE_H
#define SYNC_ONCE_H

#include "runtime/runtime2.h"

/* Zero is "not done yet". */
typedef struct {
	runtime_mutex m;
	_Atomic uint32_t done;
} sync_Once;

/* Calls f the first time it is called for o; later callers wait until that call
 * has returned. f must not park: the lock is a thread's, where Go's is a
 * goroutine's. (Go 1.7.4 sync/once.go, Do) */
void sync_Once_Do(sync_Once *o, void (*f)(void));

#endif
