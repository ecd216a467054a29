/*
 * The lifetime of a descriptor, and one reader and one writer at a time (Go 1.7.4
 * net/fd_mutex.go).
 */
#ifndef NET_FD_MUTEX_H
#define NET_FD_MUTEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Lock-free but for the two semaphores; zero is "open, no references". */
typedef struct {
	_Atomic uint64_t state; /* see fd_mutex.c */
	_Atomic uint32_t rsema; /* where readers wait for the read lock */
	_Atomic uint32_t wsema; /* where writers wait for the write lock */
} net_fdMutex;

/* Adds a reference; false if mu is closed. (Go 1.7.4 net/fd_mutex.go, incref) */
bool net_fdMutex_incref(net_fdMutex *mu);

/* Closes mu and adds a reference, waking whoever waits for a lock; false if mu
 * was closed before. (Go 1.7.4 net/fd_mutex.go, increfAndClose) */
bool net_fdMutex_increfAndClose(net_fdMutex *mu);

/* Drops a reference; true if mu is closed and this was the last, so that the
 * caller must destroy what it guards. (Go 1.7.4 net/fd_mutex.go, decref) */
bool net_fdMutex_decref(net_fdMutex *mu);

/* Adds a reference and takes the read or the write lock, parking for it; false
 * if mu is closed. (Go 1.7.4 net/fd_mutex.go, rwlock) */
bool net_fdMutex_rwlock(net_fdMutex *mu, bool read);

/* Gives both back; true as for decref. (Go 1.7.4 net/fd_mutex.go, rwunlock) */
bool net_fdMutex_rwunlock(net_fdMutex *mu, bool read);

#endif
