/* Semaphores that park goroutines, not threads (Go 1.7.4 runtime/sema.go). */
#ifndef RUNTIME_SEMA_H
#define RUNTIME_SEMA_H

#include <stdatomic.h>
#include <stdint.h>

/* Waits until *addr > 0 and takes one. (Go 1.7.4 runtime/sema.go, semacquire) */
void runtime_Semacquire(_Atomic uint32_t *addr);

/* Adds one to *addr and readies one goroutine that waits for it. (Go 1.7.4
 * runtime/sema.go, semrelease) */
void runtime_Semrelease(_Atomic uint32_t *addr);

#endif
