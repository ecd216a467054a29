/* TCP inside package net (Go 1.7.4 net/tcpsock_posix.go). */
#include "net/hook_unix.h"
#include "net/sock_posix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool net_sockaddrToTCP(const syscall_Sockaddr *sa, net_TCPAddr *a)
{
	*a = (net_TCPAddr){0};
	if (sa->len == 0)
		return false;
	switch (sa->raw.addr.sa_family) {
	case AF_INET:
		a->IP.len = 4;
		memcpy(a->IP.byte, &sa->raw.in.sin_addr, 4);
		a->Port = ntohs(sa->raw.in.sin_port);
		return true;
	case AF_INET6:
		a->IP.len = 16;
		memcpy(a->IP.byte, &sa->raw.in6.sin6_addr, 16);
		a->Port = ntohs(sa->raw.in6.sin6_port);
		a->Zone = sa->raw.in6.sin6_scope_id;
		return true;
	}
	return false;
}

int net_TCPAddr_family(const net_TCPAddr *a)
{
	net_IP ip4;

	if (!a || a->IP.len <= 4 || net_IP_To4(&a->IP, &ip4))
		return AF_INET;
	return AF_INET6;
}

error net_TCPAddr_sockaddr(const net_TCPAddr *a, int family, syscall_Sockaddr *sa)
{
	return net_ipToSockaddr(family, &a->IP, a->Port, a->Zone, sa);
}

static error net_doDialTCP(context_Context *ctx, const char *net,
                           const net_TCPAddr *laddr, const net_TCPAddr *raddr,
                           net_TCPConn **c);

error net_dialTCP(context_Context *ctx, const char *net, const net_TCPAddr *laddr,
                  const net_TCPAddr *raddr, net_TCPConn **c)
{
	error err;

	if (net_testHookDialTCP)
		err = net_testHookDialTCP(ctx, net, laddr, raddr, c);
	else
		err = net_doDialTCP(ctx, net, laddr, raddr, c);
	return err;
}

/* The kernel may give a dialer the port it dials, and TCP then connects a socket
 * to itself. */
static bool net_selfConnect(const net_netFD *fd, error err)
{
	if (!error_nil(err))
		return false;
	if (!fd->hasLaddr || !fd->hasRaddr)
		return true;
	return fd->laddr.Port == fd->raddr.Port &&
	       net_IP_Equal(&fd->laddr.IP, &fd->raddr.IP);
}

/* Or one that is in use. */
static bool net_spuriousENOTAVAIL(error err)
{
	return err.errno_ == EADDRNOTAVAIL;
}

static error net_doDialTCP(context_Context *ctx, const char *net,
                           const net_TCPAddr *laddr, const net_TCPAddr *raddr,
                           net_TCPConn **c)
{
	net_netFD *fd = NULL;
	error err =
	    net_internetSocket(ctx, net, laddr, raddr, SOCK_STREAM, 0, "dial", &fd);

	/* Where the kernel chose the port, give it two more tries. */
	for (int i = 0; i < 2 && (!laddr || laddr->Port == 0) &&
	                (net_selfConnect(fd, err) || net_spuriousENOTAVAIL(err));
	     i++) {
		if (error_nil(err))
			net_netFD_free(fd);
		err = net_internetSocket(ctx, net, laddr, raddr, SOCK_STREAM, 0, "dial",
		                         &fd);
	}
	if (!error_nil(err))
		return err;
	*c = net_newTCPConn(fd);
	return *c ? nil : error_errno(ENOMEM);
}

error net_TCPListener_accept(net_TCPListener *l, net_TCPConn **c)
{
	net_netFD *fd;
	error err = net_netFD_accept(l->fd, &fd);

	if (!error_nil(err))
		return err;
	*c = net_newTCPConn(fd);
	return *c ? nil : error_errno(ENOMEM);
}

error net_listenTCP(context_Context *ctx, const char *net, const net_TCPAddr *laddr,
                    net_TCPListener **l)
{
	net_netFD *fd;
	error err =
	    net_internetSocket(ctx, net, laddr, NULL, SOCK_STREAM, 0, "listen", &fd);

	if (!error_nil(err))
		return err;
	*l = calloc(1, sizeof(**l));
	if (!*l) {
		net_netFD_free(fd);
		return error_errno(ENOMEM);
	}
	(*l)->fd = fd;
	return nil;
}
