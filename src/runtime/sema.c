/* Semaphores for goroutines: see sema.h. */
#include "runtime/sema.h"
#include "runtime/lock_futex.h"
#include "runtime/proc.h"
#include "runtime/stubs.h"

#include <stddef.h>

/* The waiters, in lists by the semaphore's address, so that those of one need not be
 * looked for among all others. */
struct semaRoot {
	runtime_mutex lock;
	runtime_sudog *head, **tail; /* under lock; NULL tail is an empty list */
};

static struct semaRoot runtime_semtable[251];

static struct semaRoot *semroot(const void *addr)
{
	return &runtime_semtable[((uintptr_t)addr >> 3) % 251];
}

static bool runtime_cansemacquire(_Atomic uint32_t *addr)
{
	uint32_t v = atomic_load(addr);

	while (v > 0)
		if (atomic_compare_exchange_weak(addr, &v, v - 1))
			return true;
	return false;
}

void runtime_Semacquire(_Atomic uint32_t *addr)
{
	runtime_sudog s = {.g = runtime_getg(), .elem = addr};
	struct semaRoot *root = semroot(addr);

	while (!runtime_cansemacquire(addr)) {
		runtime_lock(&root->lock);
		/* Under the lock a release either has counted up or will find us. */
		if (runtime_cansemacquire(addr)) {
			runtime_unlock(&root->lock);
			return;
		}
		s.next = NULL;
		if (!root->tail)
			root->tail = &root->head;
		*root->tail = &s;
		root->tail = &s.next;
		runtime_goparkunlock(&root->lock, "semacquire");
	}
}

void runtime_Semrelease(_Atomic uint32_t *addr)
{
	struct semaRoot *root = semroot(addr);
	runtime_sudog *s = NULL;

	atomic_fetch_add(addr, 1);
	runtime_lock(&root->lock);
	for (runtime_sudog **p = &root->head; *p; p = &(*p)->next) {
		if ((*p)->elem != addr)
			continue;
		s = *p;
		*p = s->next;
		if (root->tail == &s->next)
			root->tail = p;
		break;
	}
	runtime_unlock(&root->lock);
	if (s)
		runtime_goready(s->g);
}
