#include "dialtrace/decode_sockaddr.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "dialtrace/decode_tables.h"

static void ipv4(struct out *o, const u8 *a)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i)
			out_ch(o, '.');
		out_u64(o, a[i]);
	}
}

/* inet_ntop goes through sprintf. This is its notation, RFC 5952's. */
static void ipv6(struct out *o, const u8 *a)
{
	int gap = 8, gap_len = 1, i, j; /* the longest run of zero groups, from 2 */
	u16 groups[8];

	for (i = 0; i < 8; i++)
		groups[i] = (u16)(a[2 * i] << 8 | a[2 * i + 1]);
	for (i = 0; i < 8; i = j + 1) {
		for (j = i; j < 8 && !groups[j];)
			j++;
		if (j - i > gap_len) {
			gap = i;
			gap_len = j - i;
		}
	}
	for (i = 0; i < 8; i++) {
		if (i == gap) {
			out_str(o, "::");
			i += gap_len - 1;
			continue;
		}
		if (i && i != gap + gap_len)
			out_ch(o, ':');
		/* IPv4-mapped and -compatible addresses */
		if (i == 6 && gap == 0 &&
		    (gap_len == 6 || (gap_len == 5 && groups[5] == 0xffff))) {
			ipv4(o, a + 12);
			return;
		}
		out_hex_digits(o, groups[i]);
	}
}

bool decode_hostport(struct out *o, const u8 *p, size_t len)
{
	struct sockaddr_in6 in6 = {0};
	struct sockaddr_in in;
	sa_family_t family = AF_UNSPEC;

	if (len >= sizeof(family))
		memcpy(&family, p, sizeof(family));
	if (family == AF_INET && len >= sizeof(in)) {
		memcpy(&in, p, sizeof(in));
		ipv4(o, (const u8 *)&in.sin_addr);
		out_ch(o, ':');
		out_u64(o, ntohs(in.sin_port));
		return true;
	}
	/* The kernel takes an address without the scope, too. */
	if (family == AF_INET6 && len >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
		memcpy(&in6, p, len < sizeof(in6) ? len : sizeof(in6));
		out_ch(o, '[');
		ipv6(o, in6.sin6_addr.s6_addr);
		if (in6.sin6_scope_id) {
			out_ch(o, '%');
			out_u64(o, in6.sin6_scope_id);
		}
		out_str(o, "]:");
		out_u64(o, ntohs(in6.sin6_port));
		return true;
	}
	return false;
}

/* The path of a Unix address of which len bytes of size are at hand. */
static void unix_path(struct out *o, const u8 *path, size_t len, size_t size)
{
	size_t n = len;

	if (path[0]) {
		n = strnlen((const char *)path, len);
	} else {
		/* An abstract name: any bytes, up to the address's end. */
		out_ch(o, '@');
		path++;
		n--;
		len--;
		size--;
	}
	out_ch(o, '"');
	out_escape(o, path, n);
	out_ch(o, '"');
	if (n == len && len < size)
		out_str(o, "...");
}

void decode_sockaddr(struct out *o, const u8 *p, size_t len, size_t size)
{
	const size_t path = offsetof(struct sockaddr_un, sun_path);
	sa_family_t family;
	size_t start = o->len;

	if (len < sizeof(family)) {
		out_str(o, "{}");
		return;
	}
	memcpy(&family, p, sizeof(family));
	if (family == AF_UNIX) {
		out_str(o, "{AF_UNIX");
		if (len > path) {
			out_str(o, ", ");
			unix_path(o, p + path, len - path, size - path);
		}
		out_ch(o, '}');
		return;
	}
	out_str(o, family == AF_INET ? "{AF_INET, " : "{AF_INET6, ");
	if (!decode_hostport(o, p, len)) {
		o->len = start;
		out_str(o, "{sa_family=");
		decode_enum(o, &socket_families, family);
		out_str(o, ", …");
	}
	out_ch(o, '}');
}
