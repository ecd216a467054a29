/*
 * From an address to a descriptor, the steps inside package net (Go 1.7.4
 * net/ipsock_posix.go, sock_posix.go, sock_cloexec.go, sock_linux.go, sockopt_linux.go,
 * sockopt_posix.go, tcpsock_posix.go, tcpsockopt_posix.go, tcpsockopt_unix.go,
 * udpsock_posix.go).
 *
 * Go has an interface, sockaddr, that TCPAddr and UDPAddr fulfil; here both are the same
 * type, and NULL is its nil.
 */
#ifndef NET_SOCK_POSIX_H
#define NET_SOCK_POSIX_H

#include "net/fd_unix.h"

/* Dials; the connection goes to *c. (Go 1.7.4 net/tcpsock_posix.go, dialTCP;
 * net/udpsock_posix.go, dialUDP) */
error net_dialTCP(context_Context *ctx, const char *net, const net_TCPAddr *laddr,
                  const net_TCPAddr *raddr, net_TCPConn **c);
error net_dialUDP(context_Context *ctx, const char *net, const net_UDPAddr *laddr,
                  const net_UDPAddr *raddr, net_UDPConn **c);

/* Listens; the listener goes to *l. (Go 1.7.4 net/tcpsock_posix.go, listenTCP) */
error net_listenTCP(context_Context *ctx, const char *net, const net_TCPAddr *laddr,
                    net_TCPListener **l);
error net_listenUDP(context_Context *ctx, const char *net, const net_UDPAddr *laddr,
                    net_UDPConn **c);

/* (Go 1.7.4 net/tcpsock_posix.go, accept) */
error net_TCPListener_accept(net_TCPListener *l, net_TCPConn **c);

/* A connection on fd, which it then owns; NULL when out of memory. (Go 1.7.4
 * net/tcpsock.go, newTCPConn; net/udpsock.go, newUDPConn) */
net_TCPConn *net_newTCPConn(net_netFD *fd);
net_UDPConn *net_newUDPConn(net_netFD *fd);

/* What an error of op on these addresses says; NULL for an address that does not
 * apply. */
net_OpError net_newOpError(const char *op, const char *net, const net_TCPAddr *source,
                           const net_TCPAddr *addr, error reason);

/* What a method of no connection says: EINVAL, as it is. Returns false, or 0 bytes. */
bool net_invalid(net_OpError *err);

/* How op on c has ended: returns whether it went well, and sets *err. */
bool net_conn_done(const net_conn *c, const char *op, error reason, net_OpError *err);

/* fd's own address and the other side's; NULL if there is none. */
const net_TCPAddr *net_netFD_laddr(const net_netFD *fd);
const net_TCPAddr *net_netFD_raddr(const net_netFD *fd);

/* a's address family; AF_INET for NULL. (Go 1.7.4 net/tcpsock_posix.go,
 * family) */
int net_TCPAddr_family(const net_TCPAddr *a);

/* Tells whether a stands for all addresses of the machine. (Go 1.7.4 net/tcpsock.go,
 * isWildcard) */
bool net_TCPAddr_isWildcard(const net_TCPAddr *a);

/* a, which is not NULL, as the kernel takes it, for a socket of that family. (Go 1.7.4
 * net/tcpsock_posix.go, sockaddr) */
error net_TCPAddr_sockaddr(const net_TCPAddr *a, int family, syscall_Sockaddr *sa);

/* The kernel's address as ours; false if it is neither IPv4 nor IPv6. (Go 1.7.4
 * net/tcpsock_posix.go, sockaddrToTCP) */
bool net_sockaddrToTCP(const syscall_Sockaddr *sa, net_TCPAddr *a);

/* text as an address of net, whose protocol, proto, is "tcp" or "udp"; errors as in
 * ResolveTCPAddr. As in Go, net's version says nothing about a literal address. (Go 1.7.4
 * net/ipsock.go, internetAddrList) */
bool net_internetAddr(const char *proto, const char *net, const char *text,
                      net_TCPAddr *addr, net_OpError *err);

/* A socket for these addresses, in *fd: connected if there is a raddr, else bound to
 * laddr, and listening if it is one of streams. mode is "dial" or "listen". (Go 1.7.4
 * net/ipsock_posix.go, internetSocket) */
error net_internetSocket(context_Context *ctx, const char *net, const net_TCPAddr *laddr,
                         const net_TCPAddr *raddr, int sotype, int proto,
                         const char *mode, net_netFD **fd);

/* The same for one family. (Go 1.7.4 net/sock_posix.go, socket) */
error net_socket(context_Context *ctx, const char *net, int family, int sotype, int proto,
                 bool ipv6only, const net_TCPAddr *laddr, const net_TCPAddr *raddr,
                 net_netFD **fd);

/* A new non-blocking, close-on-exec socket in *s. (Go 1.7.4
 * net/sock_cloexec.go, sysSocket) */
error net_sysSocket(int family, int sotype, int proto, int *s);

/* A connection that waits at the listening s, in *ns, non-blocking and close-on-exec; who
 * made it in *sa. (Go 1.7.4 net/sock_cloexec.go, accept) */
error net_accept(int s, int *ns, syscall_Sockaddr *sa);

/* How many connections may wait to be accepted: what the system allows at most. 0 if
 * there is no descriptor to ask with, as in Go there always is. (Go 1.7.4
 * net/sock_linux.go, maxListenerBacklog) */
int net_maxListenerBacklog(void);

/* The options every socket gets, and every listening one, and one that receives what is
 * sent to a group. (Go 1.7.4 net/sockopt_linux.go, setDefaultSockopts,
 * setDefaultListenerSockopts, setDefaultMulticastSockopts) */
error net_setDefaultSockopts(int s, int family, int sotype, bool ipv6only);
error net_setDefaultListenerSockopts(int s);
error net_setDefaultMulticastSockopts(int s);

/* (Go 1.7.4 net/sockopt_posix.go) The size of the kernel's buffers, bytes; keep-alive;
 * how long Close waits, seconds. */
error net_setReadBuffer(net_netFD *fd, int bytes);
error net_setWriteBuffer(net_netFD *fd, int bytes);
error net_setKeepAlive(net_netFD *fd, bool keepalive);
error net_setLinger(net_netFD *fd, int sec);

/* (Go 1.7.4 net/tcpsockopt_unix.go) */
error net_setKeepAlivePeriod(net_netFD *fd, time_Duration d);

/* Turns Nagle's algorithm off or on. (Go 1.7.4 net/tcpsockopt_posix.go,
 * setNoDelay) */
error net_setNoDelay(net_netFD *fd, bool noDelay);

/* (Go 1.7.4 net/ip.go, To4) The IPv4 address that ip is, as such or mapped into
 * IPv6, in *ip4; false if it is none. */
bool net_IP_To4(const net_IP *ip, net_IP *ip4);

/* Tells whether two addresses are the same, mapped or not. (Go 1.7.4 net/ip.go,
 * Equal) */
bool net_IP_Equal(const net_IP *a, const net_IP *b);

/* Tells whether ip is 0.0.0.0 or ::, or a group's. (Go 1.7.4 net/ip.go, IsUnspecified,
 * IsMulticast) */
bool net_IP_IsUnspecified(const net_IP *ip);
bool net_IP_IsMulticast(const net_IP *ip);

/* The family's sockaddr of an address. (Go 1.7.4 net/ipsock_posix.go,
 * ipToSockaddr) */
error net_ipToSockaddr(int family, const net_IP *ip, int port, uint32_t zone,
                       syscall_Sockaddr *sa);

/* A context's reason as net says it. (Go 1.7.4 net/net.go, mapErr) */
error net_mapErr(error err);

#endif
