/* UDP inside package net: see udpsock_posix.h. */
#include "net/udpsock_posix.h"

#include <errno.h>

error net_UDPConn_readFrom(net_UDPConn *c, void *p, size_t len, net_UDPAddr *addr,
                           size_t *n)
{
	syscall_Sockaddr sa;
	error err = net_netFD_readFrom(c->conn.fd, p, len, n, &sa);

	net_sockaddrToTCP(&sa, addr);
	return err;
}

error net_UDPConn_writeTo(net_UDPConn *c, const void *p, size_t len,
                          const net_UDPAddr *addr, size_t *n)
{
	syscall_Sockaddr sa;
	error err;

	*n = 0;
	if (c->conn.fd->isConnected)
		return net_ErrWriteToConnected;
	if (!addr)
		return net_errMissingAddress;
	err = net_TCPAddr_sockaddr(addr, c->conn.fd->family, &sa);
	if (!error_nil(err))
		return err;
	return net_netFD_writeTo(c->conn.fd, p, len, &sa, n);
}

error net_dialUDP(context_Context *ctx, const char *net, const net_UDPAddr *laddr,
                  const net_UDPAddr *raddr, net_UDPConn **c)
{
	net_netFD *fd;
	error err =
	    net_internetSocket(ctx, net, laddr, raddr, SOCK_DGRAM, 0, "dial", &fd);

	if (!error_nil(err))
		return err;
	*c = net_newUDPConn(fd);
	return *c ? nil : error_errno(ENOMEM);
}

error net_listenUDP(context_Context *ctx, const char *net, const net_UDPAddr *laddr,
                    net_UDPConn **c)
{
	net_netFD *fd;
	error err =
	    net_internetSocket(ctx, net, laddr, NULL, SOCK_DGRAM, 0, "listen", &fd);

	if (!error_nil(err))
		return err;
	*c = net_newUDPConn(fd);
	return *c ? nil : error_errno(ENOMEM);
}
