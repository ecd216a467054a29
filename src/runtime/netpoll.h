/*
 * The network poller (Go 1.7.4 runtime/netpoll.go): goroutines park on a
 * pollDesc until the kernel says that its descriptor is ready.
 *
 * This half is portable. The other, netpoll_epoll.c, must supply
 *
 *   runtime_netpollinit()         set the poller up; called once
 *   runtime_netpollopen(fd, pd)   arm edge-triggered readiness of fd for pd
 *   runtime_netpollclose(fd)      disarm it
 *   runtime_netpoll(block)        collect readiness, through netpollready
 */
#ifndef RUNTIME_NETPOLL_H
#define RUNTIME_NETPOLL_H

#include "runtime/runtime2.h"

typedef struct runtime_pollDesc runtime_pollDesc;

/* What pollReset and pollWait return. */
enum {
	runtime_pollNoError,
	runtime_pollErrClosing, /* the descriptor is being closed */
	runtime_pollErrTimeout, /* the deadline has passed */
};

/*
 * The entry points of package net, in the order of a descriptor's life. Each has
 * two names for one body, as //go:linkname gives it in Go: netpoll.c defines
 * runtime_net_runtime_pollOpen, package net calls net_runtime_pollOpen.
 * mode is 'r' or 'w'.
 */

/* Sets the poller up; net calls it once, through sync_Once_Do. (Go 1.7.4
 * runtime/netpoll.go, net_runtime_pollServerInit) */
void runtime_net_runtime_pollServerInit(void);
void net_runtime_pollServerInit(void);

/* Registers fd; stores its pollDesc, to be given back with pollClose, in *pdp.
 * Returns 0 or an errno, *pdp being lost in that case as in Go. (Go 1.7.4
 * runtime/netpoll.go, net_runtime_pollOpen) */
int runtime_net_runtime_pollOpen(uintptr_t fd, runtime_pollDesc **pdp);
int net_runtime_pollOpen(uintptr_t fd, runtime_pollDesc **pdp);

/* Deregisters and frees pd, after pollUnblock. (Go 1.7.4 runtime/netpoll.go,
 * net_runtime_pollClose) */
void runtime_net_runtime_pollClose(runtime_pollDesc *pd);
void net_runtime_pollClose(runtime_pollDesc *pd);

/* Forgets earlier readiness before an operation in mode is tried. Returns
 * runtime_poll… above. (Go 1.7.4 runtime/netpoll.go, net_runtime_pollReset) */
int runtime_net_runtime_pollReset(runtime_pollDesc *pd, int mode);
int net_runtime_pollReset(runtime_pollDesc *pd, int mode);

/* Parks the goroutine until pd is ready in mode. Returns runtime_poll… above.
 * (Go 1.7.4 runtime/netpoll.go, net_runtime_pollWait) */
int runtime_net_runtime_pollWait(runtime_pollDesc *pd, int mode);
int net_runtime_pollWait(runtime_pollDesc *pd, int mode);

/* Parks until pd is ready in mode, whatever else happens. Only Windows needs it, after a
 * cancelled operation. (Go 1.7.4 runtime/netpoll.go, net_runtime_pollWaitCanceled) */
void runtime_net_runtime_pollWaitCanceled(runtime_pollDesc *pd, int mode);
void net_runtime_pollWaitCanceled(runtime_pollDesc *pd, int mode);

/* From d on, ns as runtime_nanotime counts, operations in mode ('r', 'w' or their sum)
 * fail with pollErrTimeout, the one that is parked now as well; 0 is never. What was set
 * before is void. (Go 1.7.4 runtime/netpoll.go, net_runtime_pollSetDeadline) */
void runtime_net_runtime_pollSetDeadline(runtime_pollDesc *pd, int64_t d, int mode);
void net_runtime_pollSetDeadline(runtime_pollDesc *pd, int64_t d, int mode);

/* Marks pd as closing and readies whoever is parked on it. (Go 1.7.4
 * runtime/netpoll.go, net_runtime_pollUnblock) */
void runtime_net_runtime_pollUnblock(runtime_pollDesc *pd);
void net_runtime_pollUnblock(runtime_pollDesc *pd);

/* Tells whether pollServerInit has run. (Go 1.7.4 runtime/netpoll.go,
 * netpollinited) */
bool runtime_netpollinited(void);

/* Called by netpoll: pd is ready in mode ('r', 'w' or their sum). Goroutines
 * that were parked on it are put before *gpp, linked by schedlink. (Go 1.7.4
 * runtime/netpoll.go, netpollready) */
void runtime_netpollready(runtime_g **gpp, runtime_pollDesc *pd, int32_t mode);

/* The backend's half, see the top of this file; netpollopen and netpollclose
 * return 0 or an errno, netpoll the list of goroutines that became runnable,
 * still _Gwaiting. (Go 1.7.4 runtime/netpoll_epoll.go) */
void runtime_netpollinit(void);
int32_t runtime_netpollopen(uintptr_t fd, runtime_pollDesc *pd);
int32_t runtime_netpollclose(uintptr_t fd);
runtime_g *runtime_netpoll(bool block);

#endif
