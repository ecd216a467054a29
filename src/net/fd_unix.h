/* The network descriptor (Go 1.7.4 net/fd_unix.go). */
#ifndef NET_FD_UNIX_H
#define NET_FD_UNIX_H

#include "net/fd_mutex.h"
#include "net/fd_poll_runtime.h"
#include "net/net.h"

/* (Go 1.7.4 net/fd_unix.go, netFD) */
typedef struct net_netFD {
	/* Guards sysfd's lifetime, and Read and Write against themselves. */
	net_fdMutex fdmu;

	/* Constant until Close. */
	int sysfd;
	int family;
	int sotype;
	bool isConnected;
	const char *net;
	bool hasLaddr, hasRaddr; /* Go: laddr, raddr not nil */
	net_TCPAddr laddr;
	net_TCPAddr raddr;

	/* The tie to the poller; used under fdmu's locks. */
	net_pollDesc pd;
} net_netFD;

/* Wraps sysfd, which it then owns; NULL when out of memory. (Go 1.7.4
 * net/fd_unix.go, newFD) */
net_netFD *net_newFD(int sysfd, int family, int sotype, const char *net);

/* Registers fd with the poller. (Go 1.7.4 net/fd_unix.go, init) */
error net_netFD_init(net_netFD *fd);

/* Remembers the addresses, NULL for one that is not known. (Go 1.7.4
 * net/fd_unix.go, setAddr) */
void net_netFD_setAddr(net_netFD *fd, const net_TCPAddr *laddr, const net_TCPAddr *raddr);

/* The same with the kernel's addresses, of length 0 if unknown; raddr, which may be NULL,
 * stands in for an unknown rsa. */
void net_netFD_setSockaddrs(net_netFD *fd, const syscall_Sockaddr *lsa,
                            const syscall_Sockaddr *rsa, const net_TCPAddr *raddr);

/* Connects to ra, parking until the kernel has decided or ctx is done. (Go 1.7.4
 * net/fd_unix.go, connect) */
error net_netFD_connect(net_netFD *fd, context_Context *ctx, const syscall_Sockaddr *ra);

/* Deregisters and closes sysfd: the last reference is gone. (Go 1.7.4
 * net/fd_unix.go, destroy) */
void net_netFD_destroy(net_netFD *fd);

/* Refuses further operations and wakes those that are parked; who leaves last
 * destroys fd. (Go 1.7.4 net/fd_unix.go, Close) */
error net_netFD_Close(net_netFD *fd);

/* Shut down one direction. (Go 1.7.4 net/fd_unix.go, closeRead, closeWrite) */
error net_netFD_closeRead(net_netFD *fd);
error net_netFD_closeWrite(net_netFD *fd);

/* Frees fd, closing it first if that was forgotten: the garbage collector and the
 * finalizer. */
void net_netFD_free(net_netFD *fd);

/* Reads into p once there is something; *n bytes. (Go 1.7.4 net/fd_unix.go,
 * Read) */
error net_netFD_Read(net_netFD *fd, void *p, size_t len, size_t *n);

/* Writes all of p; *nn bytes are written when an error ends it. (Go 1.7.4
 * net/fd_unix.go, Write) */
error net_netFD_Write(net_netFD *fd, const void *p, size_t len, size_t *nn);

/* The same for one datagram, with the address of who sent it, or to send it to. (Go 1.7.4
 * net/fd_unix.go, readFrom, writeTo) */
error net_netFD_readFrom(net_netFD *fd, void *p, size_t len, size_t *n,
                         syscall_Sockaddr *sa);
error net_netFD_writeTo(net_netFD *fd, const void *p, size_t len,
                        const syscall_Sockaddr *sa, size_t *n);

/* A connection that was made to the listener fd, in *netfd, once there is one. (Go 1.7.4
 * net/fd_unix.go, accept) */
error net_netFD_accept(net_netFD *fd, net_netFD **netfd);

/* References and locks, net_errClosing once fd is closed. The last drop after
 * Close destroys fd. (Go 1.7.4 net/fd_mutex.go) */
error net_netFD_incref(net_netFD *fd);
void net_netFD_decref(net_netFD *fd);
error net_netFD_readLock(net_netFD *fd);
void net_netFD_readUnlock(net_netFD *fd);
error net_netFD_writeLock(net_netFD *fd);
void net_netFD_writeUnlock(net_netFD *fd);

#endif
