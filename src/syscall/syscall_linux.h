/*
 * System calls as package net makes them (Go 1.7.4 syscall/syscall_linux.go and
 * zsyscall_linux_amd64.go). Every one of net's goes through here.
 *
 * Each function makes one system call, none where Go refuses a port, two where it closes
 * what it has accepted from an address it does not know, and returns 0 or an errno. Those
 * that may sleep in the kernel are bracketed with entersyscall and exitsyscall, as in Go;
 * the others are what Go calls raw.
 */
#ifndef SYSCALL_SYSCALL_LINUX_H
#define SYSCALL_SYSCALL_LINUX_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

typedef int syscall_Errno; /* 0 is success */

/* Room for any address, 112 bytes as Go passes it. (Go 1.7.4
 * syscall/ztypes_linux_amd64.go, RawSockaddrAny) */
typedef union {
	struct sockaddr addr;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	char any[112];
} syscall_RawSockaddrAny;

/* A socket address and its length; length 0 is Go's nil Sockaddr. (Go 1.7.4
 * syscall/syscall_unix.go, Sockaddr) */
typedef struct {
	syscall_RawSockaddrAny raw;
	socklen_t len;
	int port; /* as it was asked for: one beyond 16 bits is refused with EINVAL */
} syscall_Sockaddr;

/* (Go 1.7.4 syscall/syscall_unix.go, Socket) The descriptor goes to *fd. */
syscall_Errno syscall_Socket(int domain, int typ, int proto, int *fd);

/* (Go 1.7.4 syscall/syscall_unix.go, Bind) */
syscall_Errno syscall_Bind(int fd, const syscall_Sockaddr *sa);

/* (Go 1.7.4 syscall/syscall_unix.go, Connect) */
syscall_Errno syscall_Connect(int fd, const syscall_Sockaddr *sa);

/* (Go 1.7.4 syscall/zsyscall_linux_amd64.go, Listen) */
syscall_Errno syscall_Listen(int fd, int backlog);

/* (Go 1.7.4 syscall/syscall_linux.go, Accept, Accept4) The new descriptor goes to *nfd,
 * the other side's address to *sa. */
syscall_Errno syscall_Accept(int fd, int *nfd, syscall_Sockaddr *sa);
syscall_Errno syscall_Accept4(int fd, int flags, int *nfd, syscall_Sockaddr *sa);

/* (Go 1.7.4 syscall/zsyscall_linux_amd64.go, Shutdown) */
syscall_Errno syscall_Shutdown(int fd, int how);

/* (Go 1.7.4 syscall/syscall_linux.go, Getsockname) Fills *sa; on failure its
 * length is 0. */
syscall_Errno syscall_Getsockname(int fd, syscall_Sockaddr *sa);

/* (Go 1.7.4 syscall/syscall_unix.go, Getpeername) Likewise. */
syscall_Errno syscall_Getpeername(int fd, syscall_Sockaddr *sa);

/* (Go 1.7.4 syscall/syscall_unix.go, SetsockoptInt) */
syscall_Errno syscall_SetsockoptInt(int fd, int level, int opt, int value);

/* (Go 1.7.4 syscall/syscall_unix.go, SetsockoptLinger) */
syscall_Errno syscall_SetsockoptLinger(int fd, int level, int opt,
                                       const struct linger *l);

/* (Go 1.7.4 syscall/syscall_linux.go, GetsockoptInt) */
syscall_Errno syscall_GetsockoptInt(int fd, int level, int opt, int *value);

/* (Go 1.7.4 syscall/syscall_unix.go, Read) The count goes to *n, -1 on failure. */
syscall_Errno syscall_Read(int fd, void *p, size_t len, ssize_t *n);

/* (Go 1.7.4 syscall/syscall_unix.go, Write) Likewise. */
syscall_Errno syscall_Write(int fd, const void *p, size_t len, ssize_t *n);

/* (Go 1.7.4 syscall/syscall_unix.go, Recvfrom) Likewise; the sender's address goes to
 * *sa. */
syscall_Errno syscall_Recvfrom(int fd, void *p, size_t len, int flags,
                               syscall_Sockaddr *sa, ssize_t *n);

/* (Go 1.7.4 syscall/syscall_unix.go, Sendto) */
syscall_Errno syscall_Sendto(int fd, const void *p, size_t len, int flags,
                             const syscall_Sockaddr *sa);

/* (Go 1.7.4 syscall/zsyscall_linux_amd64.go, Close) */
syscall_Errno syscall_Close(int fd);

/* (Go 1.7.4 syscall/zsyscall_linux_amd64.go, fcntl) The answer goes to *val
 * unless that is NULL. */
syscall_Errno syscall_fcntl(int fd, int cmd, int arg, int *val);

#endif
