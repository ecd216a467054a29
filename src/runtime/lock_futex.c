/*
 * Locks and notes over futex(2): see lock_futex.h.
 *
 * runtime_mutex.key:
 *
 *   state           means                          leaves it
 *   mutex_unlocked  free                           lock -> mutex_locked
 *   mutex_locked    held, nobody sleeps            unlock -> mutex_unlocked,
 *                                                  lock -> mutex_sleeping
 *   mutex_sleeping  held, somebody may sleep       unlock -> mutex_unlocked,
 *                                                  and wakes one;
 *                                                  lock -> mutex_locked for a moment,
 *                                                  then -> mutex_sleeping again
 */
#include "runtime/lock_futex.h"
#include "runtime/os_linux.h"
#include "runtime/panic.h"
#include "runtime/proc.h"

enum {
	mutex_unlocked,
	mutex_locked,
	mutex_sleeping,
};

void runtime_lock(runtime_mutex *l)
{
	uint32_t wait = atomic_exchange(&l->key, mutex_locked);

	if (wait == mutex_unlocked)
		return;
	/* wait is the state to leave behind: once it was mutex_sleeping it stays
	 * so until unlock, or a sleeper would miss its wake-up. */
	for (;;) {
		uint32_t unlocked = mutex_unlocked;

		if (atomic_compare_exchange_strong(&l->key, &unlocked, wait))
			return;
		runtime_osyield();
		unlocked = mutex_unlocked;
		if (atomic_compare_exchange_strong(&l->key, &unlocked, wait))
			return;
		if (atomic_exchange(&l->key, mutex_sleeping) == mutex_unlocked)
			return;
		wait = mutex_sleeping;
		runtime_futexsleep(&l->key, mutex_sleeping, -1);
	}
}

void runtime_unlock(runtime_mutex *l)
{
	uint32_t v = atomic_exchange(&l->key, mutex_unlocked);

	if (v == mutex_unlocked)
		runtime_throw("unlock of unlocked lock");
	if (v == mutex_sleeping)
		runtime_futexwakeup(&l->key, 1);
}

void runtime_noteclear(runtime_note *n)
{
	atomic_store(&n->key, 0);
}

void runtime_notewakeup(runtime_note *n)
{
	if (atomic_exchange(&n->key, 1) != 0)
		runtime_throw("notewakeup - double wakeup");
	runtime_futexwakeup(&n->key, 1);
}

void runtime_notesleep(runtime_note *n)
{
	while (atomic_load(&n->key) == 0)
		runtime_futexsleep(&n->key, 0, -1);
}

bool runtime_notetsleep(runtime_note *n, int64_t ns)
{
	int64_t deadline;

	if (__builtin_add_overflow(runtime_nanotime(), ns, &deadline))
		deadline = INT64_MAX;
	while (atomic_load(&n->key) == 0 && ns > 0) {
		runtime_futexsleep(&n->key, 0, ns);
		ns = deadline - runtime_nanotime();
	}
	return atomic_load(&n->key) != 0;
}

bool runtime_notetsleepg(runtime_note *n, int64_t ns)
{
	bool ok;

	runtime_entersyscallblock();
	ok = runtime_notetsleep(n, ns);
	runtime_exitsyscall();
	return ok;
}
