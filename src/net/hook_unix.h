/*
 * The system calls that package net makes through variables, so that a test can
 * put its own in their place (Go 1.7.4 net/hook_unix.go, net/hook.go).
 */
#ifndef NET_HOOK_UNIX_H
#define NET_HOOK_UNIX_H

#include "net/net.h"

extern syscall_Errno (*net_socketFunc)(int family, int sotype, int proto, int *fd);
extern syscall_Errno (*net_closeFunc)(int fd);
extern syscall_Errno (*net_connectFunc)(int fd, const syscall_Sockaddr *sa);
extern syscall_Errno (*net_listenFunc)(int fd, int backlog);
extern syscall_Errno (*net_acceptFunc)(int fd, int *nfd, syscall_Sockaddr *sa);
extern syscall_Errno (*net_accept4Func)(int fd, int flags, int *nfd,
                                        syscall_Sockaddr *sa);
extern syscall_Errno (*net_getsockoptIntFunc)(int fd, int level, int opt, int *value);

/* If not NULL, stands in for doDialTCP. */
extern error (*net_testHookDialTCP)(context_Context *ctx, const char *net,
                                    const net_TCPAddr *laddr, const net_TCPAddr *raddr,
                                    net_TCPConn **c);

/* If not NULL, called once a dial that was cancelled has been told so. */
extern void (*net_testHookCanceledDial)(void);

#endif
