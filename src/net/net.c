/* What all connections have in common, and package net's errors: see net.h (Go 1.7.4
 * net/net.go). */
#include "net/sock_posix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool net_conn_ok(const net_conn *c)
{
	return c && c->fd;
}

bool net_invalid(net_OpError *err)
{
	*err = net_newOpError("", "", NULL, NULL, error_errno(EINVAL));
	return false;
}

bool net_conn_done(const net_conn *c, const char *op, error reason, net_OpError *err)
{
	err->Err = reason;
	if (error_nil(reason))
		return true;
	*err = net_newOpError(op, c->fd->net, net_netFD_laddr(c->fd),
	                      net_netFD_raddr(c->fd), reason);
	return false;
}

size_t net_conn_Read(net_conn *c, void *p, size_t len, net_OpError *err)
{
	error reason;
	size_t n;

	if (!net_conn_ok(c))
		return net_invalid(err);
	reason = net_netFD_Read(c->fd, p, len, &n);
	if (reason.text == net_EOF.text)
		*err = net_newOpError("", "", NULL, NULL, reason);
	else
		net_conn_done(c, "read", reason, err);
	return n;
}

size_t net_conn_Write(net_conn *c, const void *p, size_t len, net_OpError *err)
{
	size_t n;

	if (!net_conn_ok(c))
		return net_invalid(err);
	net_conn_done(c, "write", net_netFD_Write(c->fd, p, len, &n), err);
	return n;
}

bool net_conn_Close(net_conn *c, net_OpError *err)
{
	if (!net_conn_ok(c))
		return net_invalid(err);
	return net_conn_done(c, "close", net_netFD_Close(c->fd), err);
}

bool net_conn_LocalAddr(const net_conn *c, net_TCPAddr *a)
{
	const net_TCPAddr *laddr = net_conn_ok(c) ? net_netFD_laddr(c->fd) : NULL;

	if (laddr)
		*a = *laddr;
	return laddr != NULL;
}

bool net_conn_RemoteAddr(const net_conn *c, net_TCPAddr *a)
{
	const net_TCPAddr *raddr = net_conn_ok(c) ? net_netFD_raddr(c->fd) : NULL;

	if (raddr)
		*a = *raddr;
	return raddr != NULL;
}

/* Says how setting something has ended: as in Go, with the own address only. */
static bool set(const net_conn *c, error reason, net_OpError *err)
{
	*err = net_newOpError("set", c->fd->net, NULL, net_netFD_laddr(c->fd), reason);
	return error_nil(reason);
}

bool net_conn_SetDeadline(net_conn *c, time_Time t, net_OpError *err)
{
	if (!net_conn_ok(c))
		return net_invalid(err);
	return set(c, net_netFD_setDeadline(c->fd, t), err);
}

bool net_conn_SetReadDeadline(net_conn *c, time_Time t, net_OpError *err)
{
	if (!net_conn_ok(c))
		return net_invalid(err);
	return set(c, net_netFD_setReadDeadline(c->fd, t), err);
}

bool net_conn_SetWriteDeadline(net_conn *c, time_Time t, net_OpError *err)
{
	if (!net_conn_ok(c))
		return net_invalid(err);
	return set(c, net_netFD_setWriteDeadline(c->fd, t), err);
}

bool net_conn_SetReadBuffer(net_conn *c, int bytes, net_OpError *err)
{
	if (!net_conn_ok(c))
		return net_invalid(err);
	return set(c, net_setReadBuffer(c->fd, bytes), err);
}

bool net_conn_SetWriteBuffer(net_conn *c, int bytes, net_OpError *err)
{
	if (!net_conn_ok(c))
		return net_invalid(err);
	return set(c, net_setWriteBuffer(c->fd, bytes), err);
}

void net_conn_Free(net_conn *c)
{
	net_netFD_free(c->fd);
	free(c);
}

const error net_errClosing = {.text = "use of closed network connection"};
const error net_errTimeout = {.text = "i/o timeout"};
const error net_errCanceled = {.text = "operation was canceled"};
const error net_errMissingAddress = {.text = "missing address"};
const error net_errUnknownNetwork = {.text = "unknown network"};
const error net_errNonIPv4 = {.text = "non-IPv4 address"};
const error net_ErrWriteToConnected = {
    .text = "use of WriteTo with pre-connected connection"};
const error net_EOF = {.text = "EOF"};
const error net_ErrUnexpectedEOF = {.text = "unexpected EOF"};

error net_mapErr(error err)
{
	if (err.text == context_Canceled.text)
		return net_errCanceled;
	if (err.text == context_DeadlineExceeded.text)
		return net_errTimeout;
	return err;
}

net_OpError net_newOpError(const char *op, const char *net, const net_TCPAddr *source,
                           const net_TCPAddr *addr, error reason)
{
	net_OpError e = {
	    .Op = op,
	    .Net = net,
	    .hasSource = source,
	    .hasAddr = addr,
	    .Err = reason,
	};

	if (source)
		e.Source = *source;
	if (addr)
		e.Addr = *addr;
	return e;
}

/* Go's UnknownNetworkError and AddrError end with what they are about; NULL if it is
 * another error. */
static const char *subject(const net_OpError *e, char *ip)
{
	net_TCPAddr a = e->hasSource && net_TCPAddr_family(&e->Source) == AF_INET6
	                    ? e->Source
	                    : e->Addr;

	if (e->Err.text == net_errUnknownNetwork.text)
		return e->Net;
	if (e->Err.text == net_errNonIPv4.text)
		return inet_ntop(AF_INET6, a.IP.byte, ip, INET6_ADDRSTRLEN);
	return *e->About ? e->About : NULL;
}

/* Err's own text. */
static char *reason_text(const net_OpError *e, char *buf, size_t size)
{
	char ip[INET6_ADDRSTRLEN], text[128];
	const char *about = subject(e, ip);

	snprintf(buf, size, "%s%s%s", error_Error(e->Err, text, sizeof(text)),
	         about ? " " : "", about ? about : "");
	return buf;
}

char *net_OpError_Error(const net_OpError *e, char *buf)
{
	char source[net_TCPAddrStrlen] = "", addr[net_TCPAddrStrlen] = "", reason[192];

	if (*e->Op == '\0')
		return reason_text(e, buf, net_OpErrorStrlen);
	if (e->hasSource)
		net_TCPAddr_String(&e->Source, source);
	if (e->hasAddr)
		net_TCPAddr_String(&e->Addr, addr);
	snprintf(buf, net_OpErrorStrlen, "%s%s%s%s%s%s%s: %s", e->Op, *e->Net ? " " : "",
	         e->Net, e->hasSource ? " " : "", source,
	         !e->hasAddr    ? ""
	         : e->hasSource ? "->"
	                        : " ",
	         addr, reason_text(e, reason, sizeof(reason)));
	return buf;
}

bool net_OpError_Timeout(const net_OpError *e)
{
	/* A dial that was too late in the very moment it connected says so in its
	 * context's words. */
	return e->Err.text == net_errTimeout.text ||
	       e->Err.text == context_DeadlineExceeded.text || e->Err.errno_ == EAGAIN ||
	       e->Err.errno_ == ETIMEDOUT;
}

bool net_OpError_Temporary(const net_OpError *e)
{
	switch (e->Err.errno_) {
	case EINTR:
	case EMFILE:
	case ECONNRESET:
	case ECONNABORTED:
		return true;
	}
	/* Of a context's errors Go asks only whether they are timeouts. */
	return net_OpError_Timeout(e) && e->Err.text != context_DeadlineExceeded.text;
}
