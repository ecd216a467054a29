/* IP addresses (Go 1.7.4 net/ip.go). */
#include "net/sock_posix.h"

#include <string.h>

static const uint8_t v4InV6Prefix[12] = {[10] = 0xff, [11] = 0xff};

bool net_IP_To4(const net_IP *ip, net_IP *ip4)
{
	if (ip->len == 4) {
		*ip4 = *ip;
		return true;
	}
	if (ip->len == 16 && memcmp(ip->byte, v4InV6Prefix, sizeof(v4InV6Prefix)) == 0) {
		ip4->len = 4;
		memcpy(ip4->byte, ip->byte + sizeof(v4InV6Prefix), 4);
		return true;
	}
	return false;
}

bool net_IP_Equal(const net_IP *a, const net_IP *b)
{
	net_IP a4, b4;

	if (net_IP_To4(a, &a4) && net_IP_To4(b, &b4))
		return memcmp(a4.byte, b4.byte, 4) == 0;
	return a->len == b->len && memcmp(a->byte, b->byte, a->len) == 0;
}

bool net_IP_IsUnspecified(const net_IP *ip)
{
	static const net_IP IPv4zero = {.len = 4}, IPv6unspecified = {.len = 16};

	return net_IP_Equal(ip, &IPv4zero) || net_IP_Equal(ip, &IPv6unspecified);
}

bool net_IP_IsMulticast(const net_IP *ip)
{
	net_IP ip4;

	if (net_IP_To4(ip, &ip4))
		return (ip4.byte[0] & 0xf0) == 0xe0;
	return ip->len == 16 && ip->byte[0] == 0xff;
}
