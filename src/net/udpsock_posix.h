/* UDP inside package net (Go 1.7.4 net/udpsock_posix.go). */
#ifndef NET_UDPSOCK_POSIX_H
#define NET_UDPSOCK_POSIX_H

#include "net/sock_posix.h"

/* (Go 1.7.4 net/udpsock_posix.go, readFrom) *n is 0 when it fails. */
error net_UDPConn_readFrom(net_UDPConn *c, void *p, size_t len, net_UDPAddr *addr,
                           size_t *n);

/* (Go 1.7.4 net/udpsock_posix.go, writeTo) Likewise. */
error net_UDPConn_writeTo(net_UDPConn *c, const void *p, size_t len,
                          const net_UDPAddr *addr, size_t *n);

#endif
