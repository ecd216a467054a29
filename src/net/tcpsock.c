/* TCP as programs see it: see net.h (Go 1.7.4 net/tcpsock.go). */
#include "net/sock_posix.h"

#include <stdlib.h>
#include <string.h>

bool net_TCPAddr_isWildcard(const net_TCPAddr *a)
{
	return !a || a->IP.len == 0 || net_IP_IsUnspecified(&a->IP);
}

static bool is_tcp(const char *net)
{
	return strcmp(net, "tcp") == 0 || strcmp(net, "tcp4") == 0 ||
	       strcmp(net, "tcp6") == 0;
}

static bool net_TCPConn_ok(const net_TCPConn *c)
{
	return c && c->conn.fd;
}

bool net_TCPConn_CloseRead(net_TCPConn *c, net_OpError *err)
{
	if (!net_TCPConn_ok(c))
		return net_invalid(err);
	return net_conn_done(&c->conn, "close", net_netFD_closeRead(c->conn.fd), err);
}

bool net_TCPConn_CloseWrite(net_TCPConn *c, net_OpError *err)
{
	if (!net_TCPConn_ok(c))
		return net_invalid(err);
	return net_conn_done(&c->conn, "close", net_netFD_closeWrite(c->conn.fd), err);
}

bool net_TCPConn_SetLinger(net_TCPConn *c, int sec, net_OpError *err)
{
	if (!net_TCPConn_ok(c))
		return net_invalid(err);
	return net_conn_done(&c->conn, "set", net_setLinger(c->conn.fd, sec), err);
}

bool net_TCPConn_SetKeepAlive(net_TCPConn *c, bool keepalive, net_OpError *err)
{
	if (!net_TCPConn_ok(c))
		return net_invalid(err);
	return net_conn_done(&c->conn, "set", net_setKeepAlive(c->conn.fd, keepalive),
	                     err);
}

bool net_TCPConn_SetKeepAlivePeriod(net_TCPConn *c, time_Duration d, net_OpError *err)
{
	if (!net_TCPConn_ok(c))
		return net_invalid(err);
	return net_conn_done(&c->conn, "set", net_setKeepAlivePeriod(c->conn.fd, d), err);
}

bool net_TCPConn_SetNoDelay(net_TCPConn *c, bool noDelay, net_OpError *err)
{
	if (!net_TCPConn_ok(c))
		return net_invalid(err);
	return net_conn_done(&c->conn, "set", net_setNoDelay(c->conn.fd, noDelay), err);
}

net_TCPConn *net_newTCPConn(net_netFD *fd)
{
	net_TCPConn *c = calloc(1, sizeof(*c));

	if (!c) {
		net_netFD_free(fd);
		return NULL;
	}
	c->conn.fd = fd;
	net_setNoDelay(fd, true);
	return c;
}

net_TCPConn *net_DialTCP(const char *net, const net_TCPAddr *laddr,
                         const net_TCPAddr *raddr, net_OpError *err)
{
	net_TCPConn *c = NULL;
	error reason;

	if (!is_tcp(net))
		reason = net_errUnknownNetwork;
	else if (!raddr)
		reason = net_errMissingAddress;
	else
		reason = net_dialTCP(context_Background(), net, laddr, raddr, &c);
	*err = net_newOpError("dial", net, laddr, raddr, reason);
	return c;
}

static bool net_TCPListener_ok(const net_TCPListener *l)
{
	return l && l->fd;
}

/* Says how op on l has ended. */
static bool listener_done(const net_TCPListener *l, const char *op, error reason,
                          net_OpError *err)
{
	*err = net_newOpError(op, l->fd->net, NULL, net_netFD_laddr(l->fd), reason);
	return error_nil(reason);
}

net_TCPConn *net_TCPListener_Accept(net_TCPListener *l, net_OpError *err)
{
	net_TCPConn *c = NULL;

	if (!net_TCPListener_ok(l))
		net_invalid(err);
	else
		listener_done(l, "accept", net_TCPListener_accept(l, &c), err);
	return c;
}

bool net_TCPListener_Close(net_TCPListener *l, net_OpError *err)
{
	if (!net_TCPListener_ok(l))
		return net_invalid(err);
	return listener_done(l, "close", net_netFD_Close(l->fd), err);
}

bool net_TCPListener_Addr(const net_TCPListener *l, net_TCPAddr *a)
{
	if (l->fd->hasLaddr)
		*a = l->fd->laddr;
	return l->fd->hasLaddr;
}

bool net_TCPListener_SetDeadline(net_TCPListener *l, time_Time t, net_OpError *err)
{
	if (!net_TCPListener_ok(l))
		return net_invalid(err);
	return listener_done(l, "set", net_netFD_setDeadline(l->fd, t), err);
}

void net_TCPListener_Free(net_TCPListener *l)
{
	net_netFD_free(l->fd);
	free(l);
}

net_TCPListener *net_ListenTCP(const char *net, const net_TCPAddr *laddr,
                               net_OpError *err)
{
	static const net_TCPAddr any;
	net_TCPListener *l = NULL;
	error reason = net_errUnknownNetwork;

	if (is_tcp(net)) {
		if (!laddr)
			laddr = &any;
		reason = net_listenTCP(context_Background(), net, laddr, &l);
	}
	*err = net_newOpError("listen", net, NULL, laddr, reason);
	return l;
}
