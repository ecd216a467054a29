/* Addresses as text (Go 1.7.4 net/ipsock.go, net/tcpsock.go, net/port.go). */
#include "net/sock_posix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *net_TCPAddr_String(const net_TCPAddr *a, char *buf)
{
	char ip[INET6_ADDRSTRLEN] = "";
	net_IP ip4;

	if (net_IP_To4(&a->IP, &ip4))
		inet_ntop(AF_INET, ip4.byte, ip, sizeof(ip));
	else if (a->IP.len == 16)
		inet_ntop(AF_INET6, a->IP.byte, ip, sizeof(ip));
	if (a->Zone != 0)
		snprintf(buf, net_TCPAddrStrlen, "[%s%%%u]:%d", ip, a->Zone, a->Port);
	else
		snprintf(buf, net_TCPAddrStrlen, strchr(ip, ':') ? "[%s]:%d" : "%s:%d",
		         ip, a->Port);
	return buf;
}

/* Splits "host:port" or "[host]:port" in place. (Go 1.7.4 net/ipsock.go,
 * SplitHostPort) */
static error net_SplitHostPort(char *text, char **host, char **port)
{
	char *colon = strrchr(text, ':');
	char *open = text, *close = text; /* from here on there may be none */
	char *end = colon;

	if (!colon)
		return (error){.text = "missing port in address"};
	if (*text == '[') {
		end = strchr(text, ']');
		if (!end)
			return (error){.text = "missing ']' in address"};
		if (end + 1 != colon)
			return (error){.text = end[1] == ':'
			                           ? "too many colons in address"
			                           : "missing port in address"};
		open = text + 1;
		close = colon;
	} else if (strchr(text, ':') != colon) {
		return (error){.text = "too many colons in address"};
	} else if (memchr(text, '%', (size_t)(colon - text))) {
		return (error){.text = "missing brackets in address"};
	}
	if (strchr(open, '['))
		return (error){.text = "unexpected '[' in address"};
	if (strchr(close, ']'))
		return (error){.text = "unexpected ']' in address"};
	*host = open;
	*port = colon + 1;
	*end = '\0';
	return nil;
}

/* Says what is wrong with about. (Go 1.7.4 net/net.go, AddrError) */
static bool net_AddrError(const char *reason, const char *about, net_OpError *err)
{
	*err = net_newOpError("", "", NULL, NULL, (error){.text = reason});
	snprintf(err->About, sizeof(err->About), "%s", about);
	return false;
}

/* A port's number; none is 0. False if it is a name. As in Go n * 10 may wrap around:
 * 4294967376 is port 80. (Go 1.7.4 net/port.go, parsePort) */
static bool net_parsePort(const char *text, int64_t *port)
{
	const uint32_t cutoff = 1 << 30;
	bool neg = *text == '-';
	uint32_t n = 0;

	for (text += neg || *text == '+'; *text; text++) {
		uint32_t digit = (uint32_t)(*text - '0');

		if (digit > 9)
			return false;
		if (n >= cutoff || n * 10 + digit < n * 10) {
			n = cutoff;
			break;
		}
		n = n * 10 + digit;
	}
	*port = neg ? -(int64_t)n : n;
	return true;
}

/* (Go 1.7.4 net/lookup.go, LookupPort) Go looks names up in /etc/services. */
static bool net_LookupPort(const char *proto, const char *service, int *port,
                           net_OpError *err)
{
	char about[net_TCPAddrStrlen];
	int64_t n;

	if (!net_parsePort(service, &n)) {
		snprintf(about, sizeof(about), "%s/%s", proto, service);
		return net_AddrError("unknown port", about, err);
	}
	if (n < 0 || n > 65535)
		return net_AddrError("invalid port", service, err);
	*port = (int)n;
	return true;
}

/* Cuts the zone off host; none is 0. (Go 1.7.4 net/ipsock.go, splitHostZone) */
static bool net_splitHostZone(char *host, uint32_t *zone)
{
	char *percent = strrchr(host, '%');
	char *end;
	unsigned long n;

	*zone = 0;
	if (!percent || percent == host)
		return true;
	*percent = '\0';
	n = strtoul(percent + 1, &end, 10);
	*zone = (uint32_t)n;
	return *end == '\0' && n <= UINT32_MAX;
}

/* A literal address. (Go 1.7.4 net/ip.go, parseIPv4, parseIPv6) */
static bool parse_ip(char *host, net_TCPAddr *addr, net_OpError *err)
{
	char copy[net_TCPAddrStrlen];

	if (inet_pton(AF_INET, host, addr->IP.byte) == 1) {
		addr->IP.len = 4;
		return true;
	}
	strcpy(copy, host);
	if (!net_splitHostZone(host, &addr->Zone))
		return net_AddrError("zone is not an interface's number", copy, err);
	if (inet_pton(AF_INET6, host, addr->IP.byte) != 1)
		return net_AddrError("not a literal IP address", copy, err);
	addr->IP.len = 16;
	return true;
}

bool net_internetAddr(const char *proto, const char *net, const char *text,
                      net_TCPAddr *addr, net_OpError *err)
{
	char copy[net_TCPAddrStrlen], *host = copy, *port = copy;
	error reason;

	*addr = (net_TCPAddr){0};
	*err = net_newOpError("", net, NULL, NULL, nil);
	if (strncmp(net, proto, 3) != 0 ||
	    (net[3] && strcmp(net + 3, "4") != 0 && strcmp(net + 3, "6") != 0)) {
		err->Err = net_errUnknownNetwork;
		return false;
	}
	if (*text == '\0')
		return true;
	if (strlen(text) >= sizeof(copy))
		return net_AddrError("address too long", text, err);
	strcpy(copy, text);
	reason = net_SplitHostPort(copy, &host, &port);
	if (!error_nil(reason))
		return net_AddrError(reason.text, text, err);
	if (!net_LookupPort(proto, port, &addr->Port, err))
		return false;
	return *host == '\0' || parse_ip(host, addr, err);
}

bool net_ResolveTCPAddr(const char *net, const char *text, net_TCPAddr *addr,
                        net_OpError *err)
{
	return net_internetAddr("tcp", *net ? net : "tcp", text, addr, err);
}

bool net_ResolveUDPAddr(const char *net, const char *text, net_UDPAddr *addr,
                        net_OpError *err)
{
	return net_internetAddr("udp", *net ? net : "udp", text, addr, err);
}
