/* Dialing with limits: see net.h (Go 1.7.4 net/dial.go). */
#include "net/sock_posix.h"

#include <errno.h>
#include <string.h>

/* The earlier of two points in time, 0 being none. (Go 1.7.4 net/dial.go,
 * minNonzeroTime) */
static time_Time net_minNonzeroTime(time_Time a, time_Time b)
{
	if (a == 0)
		return b;
	return b == 0 || a < b ? a : b;
}

static time_Time net_Dialer_deadline(const net_Dialer *d, const context_Context *ctx,
                                     time_Time now)
{
	time_Time earliest = d->Timeout != 0 ? time_Time_Add(now, d->Timeout) : 0;

	earliest = net_minNonzeroTime(earliest, context_Deadline(ctx));
	return net_minNonzeroTime(earliest, d->Deadline);
}

/* Any other network is TCP's, or none. */
static bool dials_udp(const char *network)
{
	return strncmp(network, "udp", 3) == 0;
}

/* The address to dial, which must be of the family of hint, the own one. (Go 1.7.4
 * net/dial.go, resolveAddrList) */
static bool net_resolveAddrList(const char *network, const char *address,
                                const net_TCPAddr *hint, net_TCPAddr *ra,
                                net_OpError *err)
{
	const char *proto = dials_udp(network) ? "udp" : "tcp";

	if (!net_internetAddr(proto, network, address, ra, err))
		return false;
	if (*address == '\0')
		err->Err = net_errMissingAddress;
	else if (!net_TCPAddr_isWildcard(hint) && !net_TCPAddr_isWildcard(ra) &&
	         net_TCPAddr_family(hint) != net_TCPAddr_family(ra))
		err->Err = (error){.text = "no suitable address found"};
	return error_nil(err->Err);
}

/* (Go 1.7.4 net/dial.go, dialSingle) */
static error net_dialSingle(context_Context *ctx, const net_Dialer *d,
                            const char *network, const net_TCPAddr *ra, net_conn **c)
{
	net_TCPConn *tcp = NULL;
	net_UDPConn *udp = NULL;
	error err;

	if (dials_udp(network)) {
		err = net_dialUDP(ctx, network, d->LocalAddr, ra, &udp);
		*c = error_nil(err) ? &udp->conn : NULL;
		return err;
	}
	err = net_dialTCP(ctx, network, d->LocalAddr, ra, &tcp);
	*c = error_nil(err) ? &tcp->conn : NULL;
	return err;
}

/* One address, as it is literal; Go tries each that a name stands for. (Go 1.7.4
 * net/dial.go, dialSerial) */
static error net_dialSerial(context_Context *ctx, const net_Dialer *d,
                            const char *network, const net_TCPAddr *ra, net_conn **c)
{
	time_Time deadline = context_Deadline(ctx);

	if (runtime_chanclosed(context_Done(ctx)))
		return net_mapErr(context_Err(ctx));
	if (deadline != 0 && deadline <= time_Now())
		return net_errTimeout;
	return net_dialSingle(ctx, d, network, ra, c);
}

net_conn *net_Dialer_DialContext(const net_Dialer *d, context_Context *ctx,
                                 const char *network, const char *address,
                                 net_OpError *err)
{
	time_Time deadline = net_Dialer_deadline(d, ctx, time_Now());
	context_Context *subCtx = NULL;
	net_conn *c = NULL;
	net_TCPAddr ra;
	error reason;

	if (deadline != 0 &&
	    (context_Deadline(ctx) == 0 || deadline < context_Deadline(ctx))) {
		ctx = subCtx = context_WithDeadline(ctx, deadline);
		if (!subCtx) {
			*err = net_newOpError("dial", network, NULL, NULL,
			                      error_errno(ENOMEM));
			return NULL;
		}
	}
	if (!net_resolveAddrList(network, address, d->LocalAddr, &ra, err)) {
		err->Op = "dial";
		err->Net = network;
	} else {
		reason = net_dialSerial(ctx, d, network, &ra, &c);
		*err = net_newOpError("dial", network, d->LocalAddr, &ra, reason);
	}
	if (c && d->KeepAlive > 0 && !dials_udp(network)) {
		net_setKeepAlive(c->fd, true);
		net_setKeepAlivePeriod(c->fd, d->KeepAlive);
	}
	if (subCtx)
		context_Free(subCtx);
	return c;
}

net_conn *net_DialTimeout(const char *network, const char *address, time_Duration timeout,
                          net_OpError *err)
{
	net_Dialer d = {.Timeout = timeout};

	return net_Dialer_DialContext(&d, context_Background(), network, address, err);
}
