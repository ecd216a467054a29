/* UDP as programs see it: see net.h (Go 1.7.4 net/udpsock.go). */
#include "net/udpsock_posix.h"

#include <stdlib.h>
#include <string.h>

static bool is_udp(const char *net)
{
	return strcmp(net, "udp") == 0 || strcmp(net, "udp4") == 0 ||
	       strcmp(net, "udp6") == 0;
}

static bool net_UDPConn_ok(const net_UDPConn *c)
{
	return c && c->conn.fd;
}

size_t net_UDPConn_ReadFromUDP(net_UDPConn *c, void *p, size_t len, net_UDPAddr *addr,
                               net_OpError *err)
{
	net_netFD *fd;
	error reason;
	size_t n;

	if (!net_UDPConn_ok(c))
		return net_invalid(err);
	fd = c->conn.fd;
	reason = net_UDPConn_readFrom(c, p, len, addr, &n);
	*err = net_newOpError("read", fd->net, net_netFD_laddr(fd), net_netFD_raddr(fd),
	                      reason);
	return n;
}

size_t net_UDPConn_WriteToUDP(net_UDPConn *c, const void *p, size_t len,
                              const net_UDPAddr *addr, net_OpError *err)
{
	error reason;
	size_t n;

	if (!net_UDPConn_ok(c))
		return net_invalid(err);
	reason = net_UDPConn_writeTo(c, p, len, addr, &n);
	*err = net_newOpError("write", c->conn.fd->net, net_netFD_laddr(c->conn.fd), addr,
	                      reason);
	return n;
}

net_UDPConn *net_newUDPConn(net_netFD *fd)
{
	net_UDPConn *c = calloc(1, sizeof(*c));

	if (!c) {
		net_netFD_free(fd);
		return NULL;
	}
	c->conn.fd = fd;
	return c;
}

net_UDPConn *net_DialUDP(const char *net, const net_UDPAddr *laddr,
                         const net_UDPAddr *raddr, net_OpError *err)
{
	net_UDPConn *c = NULL;
	error reason;

	if (!is_udp(net))
		reason = net_errUnknownNetwork;
	else if (!raddr)
		reason = net_errMissingAddress;
	else
		reason = net_dialUDP(context_Background(), net, laddr, raddr, &c);
	*err = net_newOpError("dial", net, laddr, raddr, reason);
	return c;
}

net_UDPConn *net_ListenUDP(const char *net, const net_UDPAddr *laddr, net_OpError *err)
{
	static const net_UDPAddr any;
	net_UDPConn *c = NULL;
	error reason = net_errUnknownNetwork;

	if (is_udp(net)) {
		if (!laddr)
			laddr = &any;
		reason = net_listenUDP(context_Background(), net, laddr, &c);
	}
	*err = net_newOpError("listen", net, NULL, laddr, reason);
	return c;
}
