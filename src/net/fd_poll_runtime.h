/*
 * Package net's side of the poller (Go 1.7.4 net/fd_poll_runtime.go). The
 * runtime_poll… functions that Go declares here without a body are the
 * net_runtime_poll… aliases of runtime/netpoll.h.
 */
#ifndef NET_FD_POLL_RUNTIME_H
#define NET_FD_POLL_RUNTIME_H

#include "os/error.h"
#include "runtime/netpoll.h"
#include "time/time.h"

struct net_netFD;

/* A descriptor's tie to the poller. (Go 1.7.4 net/fd_poll_runtime.go,
 * pollDesc) */
typedef struct {
	runtime_pollDesc *runtimeCtx; /* NULL before init and after close */
} net_pollDesc;

/* Sets the poller up if this is the first descriptor, and registers fd with it.
 * (Go 1.7.4 net/fd_poll_runtime.go, init) */
error net_pollDesc_init(net_pollDesc *pd, struct net_netFD *fd);

/* Deregisters, after evict. (Go 1.7.4 net/fd_poll_runtime.go, close) */
void net_pollDesc_close(net_pollDesc *pd);

/* Wakes whoever is parked, whose wait returns net_errClosing, and refuses new waits. (Go
 * 1.7.4 net/fd_poll_runtime.go, evict) */
void net_pollDesc_evict(net_pollDesc *pd);

/* To be called before the first try of an operation: readiness from before it
 * does not count. mode is 'r' or 'w'. (Go 1.7.4 net/fd_poll_runtime.go,
 * prepare, prepareRead, prepareWrite) */
error net_pollDesc_prepare(net_pollDesc *pd, int mode);
error net_pollDesc_prepareRead(net_pollDesc *pd);
error net_pollDesc_prepareWrite(net_pollDesc *pd);

/* Parks until the descriptor is ready. (Go 1.7.4 net/fd_poll_runtime.go, wait,
 * waitRead, waitWrite) */
error net_pollDesc_wait(net_pollDesc *pd, int mode);
error net_pollDesc_waitRead(net_pollDesc *pd);
error net_pollDesc_waitWrite(net_pollDesc *pd);

/* From t on, operations fail with net_errTimeout; 0 is never. (Go 1.7.4
 * net/fd_poll_runtime.go, setDeadline, setReadDeadline, setWriteDeadline) */
error net_netFD_setDeadline(struct net_netFD *fd, time_Time t);
error net_netFD_setReadDeadline(struct net_netFD *fd, time_Time t);
error net_netFD_setWriteDeadline(struct net_netFD *fd, time_Time t);

#endif
