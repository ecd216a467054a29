/* Internet sockets: which family, and the kernel's form of an address (Go 1.7.4
 * net/ipsock_posix.go). */
#include "net/sock_posix.h"

#include <string.h>
#include <unistd.h>

/* Linux maps IPv4 into IPv6. Go finds out whether it may, at the start of the process,
 * with three sockets that it closes again; here who has IPv6 is taken to be allowed to
 * use it, and to have 127.0.0.1. */
static bool net_supportsIPv4map(void)
{
	return access("/proc/net/if_inet6", F_OK) == 0;
}

/* The family that suits: what net says; for a listener on all addresses the one that has
 * both; else IPv4 if both addresses will do with it. *ipv6only is meant for
 * IPV6_V6ONLY. */
static int net_favoriteAddrFamily(const char *net, const net_TCPAddr *laddr,
                                  const net_TCPAddr *raddr, const char *mode,
                                  bool *ipv6only)
{
	*ipv6only = false;
	switch (net[strlen(net) - 1]) {
	case '4':
		return AF_INET;
	case '6':
		*ipv6only = true;
		return AF_INET6;
	}
	if (strcmp(mode, "listen") == 0 && net_TCPAddr_isWildcard(laddr))
		return net_supportsIPv4map() ? AF_INET6 : net_TCPAddr_family(laddr);
	if (net_TCPAddr_family(laddr) == AF_INET && net_TCPAddr_family(raddr) == AF_INET)
		return AF_INET;
	return AF_INET6;
}

error net_internetSocket(context_Context *ctx, const char *net, const net_TCPAddr *laddr,
                         const net_TCPAddr *raddr, int sotype, int proto,
                         const char *mode, net_netFD **fd)
{
	bool ipv6only;
	int family = net_favoriteAddrFamily(net, laddr, raddr, mode, &ipv6only);

	return net_socket(ctx, net, family, sotype, proto, ipv6only, laddr, raddr, fd);
}

static error inet4(const net_IP *ip, int port, syscall_Sockaddr *sa)
{
	net_IP ip4 = {.len = 4};

	if (ip->len != 0 && !net_IP_To4(ip, &ip4))
		return net_errNonIPv4;
	sa->raw.in = (struct sockaddr_in){
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	};
	memcpy(&sa->raw.in.sin_addr, ip4.byte, 4);
	sa->port = port;
	sa->len = sizeof(sa->raw.in);
	return nil;
}

static error inet6(const net_IP *ip, int port, uint32_t zone, syscall_Sockaddr *sa)
{
	static const net_IP IPv4zero = {.len = 4};
	struct in6_addr *addr = &sa->raw.in6.sin6_addr;

	sa->raw.in6 = (struct sockaddr_in6){
	    .sin6_family = AF_INET6,
	    .sin6_port = htons((uint16_t)port),
	    .sin6_scope_id = zone,
	};
	sa->port = port;
	sa->len = sizeof(sa->raw.in6);
	/* "Any" IPv4 address is "any" IPv6 address: all zero. */
	if (ip->len == 0 || net_IP_Equal(ip, &IPv4zero))
		return nil;
	if (ip->len == 16) {
		memcpy(addr, ip->byte, 16);
	} else {
		memset(addr->s6_addr + 10, 0xff, 2);
		memcpy(addr->s6_addr + 12, ip->byte, 4);
	}
	return nil;
}

error net_ipToSockaddr(int family, const net_IP *ip, int port, uint32_t zone,
                       syscall_Sockaddr *sa)
{
	switch (family) {
	case AF_INET:
		return inet4(ip, port, sa);
	case AF_INET6:
		return inet6(ip, port, zone, sa);
	}
	return (error){.text = "invalid address family"};
}
