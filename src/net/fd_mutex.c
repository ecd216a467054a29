/*
 * The lifetime of a descriptor: see fd_mutex.h.
 *
 * net_fdMutex.state, from the lowest bit:
 *
 *   1 bit    closed: every further lock or reference is refused
 *   1 bit    the read lock is held
 *   1 bit    the write lock is held
 *   20 bits  references: operations under way, of any kind
 *   20 bits  readers waiting for the read lock
 *   20 bits  writers waiting for the write lock
 *
 * Read operations use rwlock(true), write operations rwlock(false), all others
 * incref and decref, Close increfAndClose and decref. The descriptor is closed
 * by whoever drops the last reference of a closed mutex, so it is never closed,
 * and its number never reused, under an operation that still uses it.
 */
#include "net/fd_mutex.h"
#include "net/fd_unix.h"
#include "runtime/panic.h"
#include "runtime/sema.h"

static const uint64_t mutexClosed = 1 << 0;
static const uint64_t mutexRLock = 1 << 1;
static const uint64_t mutexWLock = 1 << 2;
static const uint64_t mutexRef = 1 << 3;
static const uint64_t mutexRefMask = ((1ULL << 20) - 1) << 3;
static const uint64_t mutexRWait = 1ULL << 23;
static const uint64_t mutexRMask = ((1ULL << 20) - 1) << 23;
static const uint64_t mutexWWait = 1ULL << 43;
static const uint64_t mutexWMask = ((1ULL << 20) - 1) << 43;

static _Noreturn void inconsistent(void)
{
	runtime_throw("net: inconsistent fdMutex");
}

bool net_fdMutex_incref(net_fdMutex *mu)
{
	uint64_t old = atomic_load(&mu->state), new;

	do {
		if (old & mutexClosed)
			return false;
		new = old + mutexRef;
		if ((new &mutexRefMask) == 0)
			inconsistent();
	} while (!atomic_compare_exchange_weak(&mu->state, &old, new));
	return true;
}

bool net_fdMutex_increfAndClose(net_fdMutex *mu)
{
	uint64_t old = atomic_load(&mu->state), new;

	do {
		if (old & mutexClosed)
			return false;
		new = (old | mutexClosed) + mutexRef;
		if ((new &mutexRefMask) == 0)
			inconsistent();
		new &= ~(mutexRMask | mutexWMask);
	} while (!atomic_compare_exchange_weak(&mu->state, &old, new));

	/* All waiters go; each finds mu closed. */
	for (; old & mutexRMask; old -= mutexRWait)
		runtime_Semrelease(&mu->rsema);
	for (; old & mutexWMask; old -= mutexWWait)
		runtime_Semrelease(&mu->wsema);
	return true;
}

bool net_fdMutex_decref(net_fdMutex *mu)
{
	uint64_t old = atomic_load(&mu->state), new;

	do {
		if ((old & mutexRefMask) == 0)
			inconsistent();
		new = old - mutexRef;
	} while (!atomic_compare_exchange_weak(&mu->state, &old, new));
	return (new &(mutexClosed | mutexRefMask)) == mutexClosed;
}

/* One direction's share of the state. */
struct side {
	uint64_t lock, wait, mask;
	_Atomic uint32_t *sema;
};

static struct side side(net_fdMutex *mu, bool read)
{
	if (read)
		return (struct side){mutexRLock, mutexRWait, mutexRMask, &mu->rsema};
	return (struct side){mutexWLock, mutexWWait, mutexWMask, &mu->wsema};
}

bool net_fdMutex_rwlock(net_fdMutex *mu, bool read)
{
	struct side s = side(mu, read);

	for (;;) {
		uint64_t old = atomic_load(&mu->state), new;

		if (old & mutexClosed)
			return false;
		if ((old & s.lock) == 0) {
			new = (old | s.lock) + mutexRef;
			if ((new &mutexRefMask) == 0)
				inconsistent();
		} else {
			new = old + s.wait;
			if ((new &s.mask) == 0)
				inconsistent();
		}
		if (!atomic_compare_exchange_weak(&mu->state, &old, new))
			continue;
		if ((old & s.lock) == 0)
			return true;
		/* Whoever wakes us has taken our wait off the state. */
		runtime_Semacquire(s.sema);
	}
}

bool net_fdMutex_rwunlock(net_fdMutex *mu, bool read)
{
	struct side s = side(mu, read);
	uint64_t old = atomic_load(&mu->state), new;

	do {
		if ((old & s.lock) == 0 || (old & mutexRefMask) == 0)
			inconsistent();
		new = (old & ~s.lock) - mutexRef;
		if (old & s.mask)
			new -= s.wait;
	} while (!atomic_compare_exchange_weak(&mu->state, &old, new));
	if (old & s.mask)
		runtime_Semrelease(s.sema);
	return (new &(mutexClosed | mutexRefMask)) == mutexClosed;
}

error net_netFD_incref(net_netFD *fd)
{
	return net_fdMutex_incref(&fd->fdmu) ? nil : net_errClosing;
}

void net_netFD_decref(net_netFD *fd)
{
	if (net_fdMutex_decref(&fd->fdmu))
		net_netFD_destroy(fd);
}

error net_netFD_readLock(net_netFD *fd)
{
	return net_fdMutex_rwlock(&fd->fdmu, true) ? nil : net_errClosing;
}

void net_netFD_readUnlock(net_netFD *fd)
{
	if (net_fdMutex_rwunlock(&fd->fdmu, true))
		net_netFD_destroy(fd);
}

error net_netFD_writeLock(net_netFD *fd)
{
	return net_fdMutex_rwlock(&fd->fdmu, false) ? nil : net_errClosing;
}

void net_netFD_writeUnlock(net_netFD *fd)
{
	if (net_fdMutex_rwunlock(&fd->fdmu, false))
		net_netFD_destroy(fd);
}
