/*
 * System calls as text, and the pollDescs that the text names. The expected lines
 * follow strace 6.1's for the same calls, but for the differences that decode.h
 * and DESIGN.md want.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "dialtrace/decode.h"
#include "dialtrace/decode_args.h"
#include "dialtrace/decode_call.h"
#include "dialtrace/decode_sockaddr.h"

#define PTR 0x7ffd6d3e9810 /* an address in the traced program */
#define PD  0x7f8a3c0a1e40 /* a pollDesc's */
#define PID 42

static struct out o;
static struct polldescs *pds;

/* The call that is being put together. */
static struct syscall_event event;
static bool missing; /* this architecture does not have it */

/* Names of the calls that came by, to see that none was left out. */
static bool seen[64];

static int setup(void **state)
{
	(void)state;
	out_init(&o, -1, 1);
	pds = polldescs_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	out_free(&o);
	polldescs_free(pds);
	return 0;
}

static void make_call(const char *name, s64 ret, const u64 *args)
{
	int nr = seccomp_syscall_resolve_name(name);
	size_t i;

	memset(&event, 0, sizeof(event));
	missing = nr < 0;
	event.nr = (u32)nr;
	event.e.type = EVENT_EXIT;
	event.e.pid = PID;
	event.ret = ret;
	memcpy(event.args, args, sizeof(event.args));
	for (i = 0; rows[i].name; i++)
		if (strcmp(rows[i].name, name) == 0)
			seen[i] = true;
}

#define CALL(name, ret, ...) make_call(name, ret, (u64[ARGS]){__VA_ARGS__})

/* Gives the call n bytes of captured memory. */
static void capture(const void *p, size_t n)
{
	assert_in_range(n, 0, SYSCALL_CAPTURE);
	memcpy(event.capture, p, n);
	event.e.caplen = (u16)n;
}

#define CAPTURE(object) capture(&(object), sizeof(object))

/* Gives the call the length that is behind a pointer: the caller's, */
static void length_in(u32 in)
{
	event.length_in = in;
	event.e.flags |= EVENT_LENGTH_IN;
}

/* and the kernel's, too. */
static void lengths(u32 in, u32 out)
{
	length_in(in);
	event.length_out = out;
	event.e.flags |= EVENT_LENGTH_OUT;
}

static void assert_out(const char *expected)
{
	out_ch(&o, '\0');
	assert_string_equal(o.buf, expected);
	o.len = 0;
}

static void assert_call(const char *expected)
{
	if (missing) {
		print_message("skipped, not on this architecture: %s\n", expected);
		return;
	}
	decode_syscall(&o, &event, pds);
	assert_out(expected);
}

/* The same call while it sleeps. */
static void assert_sleeping(const char *expected)
{
	event.e.type = EVENT_SLEEP;
	event.e.flags &= (u8)~EVENT_LENGTH_OUT;
	event.ret = 0;
	assert_call(expected);
}

static struct sockaddr_in inet(const char *host, u16 port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	                            .sin_port = htons(port),
	                            .sin_addr.s_addr = inet_addr(host)};
}

static struct epoll_event poll_event(u32 events, u64 data)
{
	return (struct epoll_event){.events = events, .data.u64 = data};
}

static void test_socket(void **state)
{
	int fds[] = {20, 21};

	(void)state;
	CALL("socket", 3, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_call("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 3");
	CALL("socket", -EINVAL, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	event.e.flags = EVENT_NO_ENTER;
	assert_call(
	    "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = EINVAL");
	CALL("socket", 4, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	assert_call("socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) = 4");
	CALL("socket", 5, AF_UNIX, SOCK_SEQPACKET, 0);
	assert_call("socket(AF_UNIX, SOCK_SEQPACKET, 0) = 5");
	CALL("socket", 5, AF_NETLINK, SOCK_RAW, 15);
	assert_call("socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT) = 5");
	CALL("socket", -EPROTONOSUPPORT, AF_UNIX, SOCK_STREAM, 5);
	assert_call("socket(AF_UNIX, SOCK_STREAM, 5) = EPROTONOSUPPORT");
	CALL("socket", -EAFNOSUPPORT, 99, 1, 0);
	assert_call("socket(0x63 /* AF_??? */, SOCK_STREAM, 0) = EAFNOSUPPORT");
	CALL("socket", -EINVAL, AF_INET, 77 | SOCK_CLOEXEC, 3);
	assert_call(
	    "socket(AF_INET, 0x4d /* SOCK_??? */|SOCK_CLOEXEC, 0x3 /* IPPROTO_??? */)"
	    " = EINVAL");
	CALL("socket", -ESOCKTNOSUPPORT, AF_INET, 0, 0);
	assert_call("socket(AF_INET, 0, 0) = ESOCKTNOSUPPORT");
	CALL("socket", -ESOCKTNOSUPPORT, AF_INET, SOCK_CLOEXEC, 0);
	assert_call("socket(AF_INET, SOCK_CLOEXEC, 0) = ESOCKTNOSUPPORT");

	CALL("socketpair", 0, AF_UNIX, SOCK_STREAM, 0, PTR);
	CAPTURE(fds);
	assert_call("socketpair(AF_UNIX, SOCK_STREAM, 0, [20, 21]) = 0");
	CALL("socketpair", -EAFNOSUPPORT, AF_INET, SOCK_STREAM, 0, PTR);
	assert_call("socketpair(AF_INET, SOCK_STREAM, 0, 0x7ffd6d3e9810) = EAFNOSUPPORT");
}

static void test_connect(void **state)
{
	struct sockaddr_in in = inet("127.0.0.1", 9099);

	(void)state;
	CALL("connect", -EINPROGRESS, 3, PTR, sizeof(in));
	CAPTURE(in);
	assert_call("connect(3, {AF_INET, 127.0.0.1:9099}, 16) = EINPROGRESS");
	assert_sleeping("connect(3, {AF_INET, 127.0.0.1:9099}, 16)");
	CALL("bind", 0, 3, PTR, sizeof(in));
	CAPTURE(in);
	assert_call("bind(3, {AF_INET, 127.0.0.1:9099}, 16) = 0");

	CALL("connect", -EFAULT, 3, 8, 16);
	assert_call("connect(3, 0x8, 16) = EFAULT");
	CALL("connect", -EFAULT, 3, 0, 16);
	assert_call("connect(3, NULL, 16) = EFAULT");
	CALL("connect", -EINVAL, 3, PTR, 1);
	capture(&in, 1);
	assert_call("connect(3, 0x7ffd6d3e9810, 1) = EINVAL");
	CALL("connect", -EINVAL, 3, PTR, (u64)-1);
	assert_call("connect(3, 0x7ffd6d3e9810, -1) = EINVAL");
	/* as much of it as the call was told to use */
	CALL("connect", -EINVAL, 3, PTR, 8);
	CAPTURE(in);
	assert_call("connect(3, {sa_family=AF_INET, …}, 8) = EINVAL");
}

static void assert_sockaddr(const void *p, size_t len, const char *expected)
{
	decode_sockaddr(&o, p, len, len);
	assert_out(expected);
}

static void test_sockaddr(void **state)
{
	struct sockaddr_in in = inet("255.0.10.1", 0);
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
	u8 unaligned[sizeof(in) + 1];

	(void)state;
	assert_sockaddr(&in, sizeof(in), "{AF_INET, 255.0.10.1:0}");
	memcpy(unaligned + 1, &in, sizeof(in));
	assert_sockaddr(unaligned + 1, sizeof(in), "{AF_INET, 255.0.10.1:0}");
	assert_sockaddr(&in, sizeof(in) - 1, "{sa_family=AF_INET, …}");
	assert_sockaddr(&in, 1, "{}");
	in.sin_family = AF_NETLINK;
	assert_sockaddr(&in, sizeof(in), "{sa_family=AF_NETLINK, …}");
	in.sin_family = 99;
	assert_sockaddr(&in, sizeof(in), "{sa_family=0x63 /* AF_??? */, …}");

	in6.sin6_addr = in6addr_loopback;
	assert_sockaddr(&in6, sizeof(in6), "{AF_INET6, [::1]:80}");
	in6.sin6_scope_id = 2;
	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	assert_sockaddr(&in6, sizeof(in6), "{AF_INET6, [fe80::1%2]:80}");
	assert_sockaddr(&in6, sizeof(in6) - 4, "{AF_INET6, [fe80::1]:80}");
	assert_sockaddr(&in6, 23, "{sa_family=AF_INET6, …}");
	assert_false(decode_hostport(&o, (u8 *)&in6, 23));
	assert_int_equal(o.len, 0);
	assert_true(decode_hostport(&o, (u8 *)&in6, 28));
	assert_out("[fe80::1%2]:80");
	assert_false(decode_hostport(&o, NULL, 0));
}

/* Our notation is inet_ntop's, wherever the zeros are. */
static void test_sockaddr_ipv6(void **state)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	char text[INET6_ADDRSTRLEN], expected[INET6_ADDRSTRLEN + 4];
	unsigned zeros, i, last;

	(void)state;
	for (last = 0; last < 2; last++) {
		for (zeros = 0; zeros < 1 << 8; zeros++) {
			for (i = 0; i < 8; i++)
				in6.sin6_addr.s6_addr16[i] =
				    htons((u16)(zeros >> i & 1 ? 0 : 0xf000 >> 2 * i));
			if (last)
				in6.sin6_addr.s6_addr16[5] = 0xffff;
			inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
			snprintf(expected, sizeof(expected), "[%s]:0", text);
			assert_true(decode_hostport(&o, (u8 *)&in6, sizeof(in6)));
			assert_out(expected);
		}
	}
	inet_pton(AF_INET6, "::ffff:10.0.0.1", &in6.sin6_addr);
	assert_true(decode_hostport(&o, (u8 *)&in6, sizeof(in6)));
	assert_out("[::ffff:10.0.0.1]:0");
}

static void test_sockaddr_unix(void **state)
{
	struct sockaddr_un un = {AF_UNIX, "/nonexist/\033x"};
	const char expected[] = "connect(3, {AF_UNIX, \"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	                        "aaaaaaa\"...}, 110) = ENOENT";

	(void)state;
	assert_sockaddr(&un, sizeof(un), "{AF_UNIX, \"/nonexist/\\33x\"}");
	assert_sockaddr(&un, 7, "{AF_UNIX, \"/none\"}");
	assert_sockaddr(&un, 2, "{AF_UNIX}");
	memcpy(un.sun_path, "\0abc\0d", 6);
	assert_sockaddr(&un, 8, "{AF_UNIX, @\"abc\\0d\"}");
	assert_sockaddr(&un, 3, "{AF_UNIX, @\"\"}");

	/* longer than what was captured of it */
	memset(un.sun_path, 'a', sizeof(un.sun_path));
	un.sun_path[0] = '/';
	CALL("connect", -ENOENT, 3, PTR, sizeof(un));
	capture(&un, SHORT_CAPTURE);
	assert_call(expected);
	un.sun_path[4] = '\0';
	CALL("connect", -ENOENT, 3, PTR, sizeof(un));
	capture(&un, SHORT_CAPTURE);
	assert_call("connect(3, {AF_UNIX, \"/aaa\"}, 110) = ENOENT");
}

static void test_accept(void **state)
{
	struct sockaddr_in in = inet("10.1.2.3", 34316);

	(void)state;
	CALL("listen", 0, 3, 128);
	assert_call("listen(3, 128) = 0");
	CALL("listen", -EBADF, (u64)-1, (u64)-5);
	assert_call("listen(-1, -5) = EBADF");

	CALL("accept4", 7, 3, PTR, PTR + 16, SOCK_CLOEXEC | SOCK_NONBLOCK);
	lengths(112, sizeof(in));
	CAPTURE(in);
	assert_call("accept4(3, {AF_INET, 10.1.2.3:34316}, [112 => 16], "
	            "SOCK_CLOEXEC|SOCK_NONBLOCK) = 7");
	assert_sleeping("accept4(3, …, [112], SOCK_CLOEXEC|SOCK_NONBLOCK)");
	CALL("accept4", -EAGAIN, 3, PTR, PTR + 16, SOCK_CLOEXEC | 0x40);
	length_in(112);
	assert_call("accept4(3, 0x7ffd6d3e9810, [112], SOCK_CLOEXEC|0x40) = EAGAIN");
	CALL("accept4", 7, 3, 0, 0, 0);
	assert_call("accept4(3, NULL, NULL, 0) = 7");
	assert_sleeping("accept4(3, NULL, NULL, 0)");
	CALL("accept4", -ENOSYS, 3, PTR, PTR + 16, SOCK_CLOEXEC);
	event.e.flags = EVENT_NO_ENTER;
	assert_call("accept4(3, 0x7ffd6d3e9810, 0x7ffd6d3e9820, SOCK_CLOEXEC) = ENOSYS");

	CALL("accept", 7, 3, PTR, PTR + 16);
	lengths(16, sizeof(in));
	CAPTURE(in);
	assert_call("accept(3, {AF_INET, 10.1.2.3:34316}, [16]) = 7");
	/* The tracer came while it slept: what the caller passed is unknown. */
	event.e.flags = EVENT_NO_ENTER | EVENT_LENGTH_OUT;
	assert_call("accept(3, {AF_INET, 10.1.2.3:34316}, [16]) = 7");
	assert_sleeping("accept(3, …, 0x7ffd6d3e9820)");
}

static void test_names_of_sockets(void **state)
{
	struct sockaddr_in in = inet("127.0.0.1", 80);
	struct sockaddr_un un = {AF_UNIX, "/tmp/socket"};

	(void)state;
	CALL("getsockname", 0, 3, PTR, PTR + 16);
	lengths(112, sizeof(in));
	CAPTURE(in);
	assert_call("getsockname(3, {AF_INET, 127.0.0.1:80}, [112 => 16]) = 0");
	CALL("getpeername", 0, 3, PTR, PTR + 16);
	lengths(16, sizeof(in));
	CAPTURE(in);
	assert_call("getpeername(3, {AF_INET, 127.0.0.1:80}, [16]) = 0");
	/* Room for the family only; the kernel tells how much there would be. */
	CALL("getsockname", 0, 3, PTR, PTR + 16);
	lengths(2, sizeof(in));
	CAPTURE(in);
	assert_call("getsockname(3, {sa_family=AF_INET, …}, [2 => 16]) = 0");
	lengths(0, sizeof(in));
	assert_call("getsockname(3, 0x7ffd6d3e9810, [0 => 16]) = 0");
	/* Longer than what a record takes along. */
	CALL("getsockname", 0, 3, PTR, PTR + 16);
	lengths(110, sizeof(un));
	capture(&un, SHORT_CAPTURE);
	assert_call("getsockname(3, {AF_UNIX, \"/tmp/socket\"}, [110]) = 0");
	CALL("getsockname", 0, 3, PTR, PTR + 16);
	lengths(112, sizeof(un));
	CAPTURE(un); /* in a long record */
	assert_call("getsockname(3, {AF_UNIX, \"/tmp/socket\"}, [112 => 110]) = 0");

	CALL("getpeername", -ENOTCONN, 3, PTR, PTR + 16);
	length_in(16);
	assert_call("getpeername(3, 0x7ffd6d3e9810, [16]) = ENOTCONN");
	CALL("getpeername", -EFAULT, 3, 1, 1);
	assert_call("getpeername(3, 0x1, 0x1) = EFAULT");
	CALL("getpeername", -EINVAL, 3, PTR, PTR + 16);
	length_in(UINT32_MAX);
	assert_call("getpeername(3, 0x7ffd6d3e9810, [-1]) = EINVAL");
	CALL("getsockname", -EFAULT, 3, 0, 0);
	assert_call("getsockname(3, NULL, NULL) = EFAULT");
	CALL("getsockname", 0, 3, PTR, PTR + 16);
	lengths(16, 16);
	assert_call("getsockname(3, 0x7ffd6d3e9810, [16]) = 0");
}

static void test_setsockopt(void **state)
{
	struct linger linger = {1, 5};
	u64 timeval[] = {1, 500};
	int one = 1;

	(void)state;
	CALL("setsockopt", 0, 3, SOL_SOCKET, SO_BROADCAST, PTR, 4);
	CAPTURE(one);
	assert_call("setsockopt(3, SOL_SOCKET, SO_BROADCAST, [1], 4) = 0");
	CALL("setsockopt", 0, 3, SOL_TCP, TCP_NODELAY, PTR, 4);
	CAPTURE(one);
	assert_call("setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0");
	CALL("setsockopt", 0, 3, SOL_IPV6, IPV6_V6ONLY, PTR, 4);
	CAPTURE(one);
	assert_call("setsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], 4) = 0");
	CALL("setsockopt", 0, 3, SOL_IP, IP_TTL, PTR, 4);
	CAPTURE(one);
	assert_call("setsockopt(3, SOL_IP, IP_TTL, [1], 4) = 0");
	CALL("setsockopt", 0, 3, SOL_SOCKET, SO_LINGER, PTR, 8);
	CAPTURE(linger);
	assert_call(
	    "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0");
	CALL("setsockopt", 0, 3, SOL_TCP, TCP_CONGESTION, PTR, 5);
	capture("cubic", 5);
	assert_call("setsockopt(3, SOL_TCP, TCP_CONGESTION, \"cubic\", 5) = 0");
	CALL("setsockopt", 0, 3, SOL_SOCKET, SO_RCVTIMEO, PTR, 16);
	CAPTURE(timeval);
	assert_call("setsockopt(3, SOL_SOCKET, SO_RCVTIMEO_OLD, "
	            "\"\\1\\0\\0\\0\\0\\0\\0\\0\\364\\1\\0\\0\\0\\0\\0\\0\", 16) = 0");
	CALL("setsockopt", -ENOPROTOOPT, 3, SOL_TCP, 999, PTR, 4);
	CAPTURE(one);
	assert_call("setsockopt(3, SOL_TCP, 0x3e7 /* TCP_??? */, [1], 4) = ENOPROTOOPT");
	CALL("setsockopt", -ENOPROTOOPT, 3, 999, 998, PTR, 4);
	CAPTURE(one);
	assert_call("setsockopt(3, 0x3e7 /* SOL_?? */, 998, [1], 4) = ENOPROTOOPT");
	CALL("setsockopt", -EINVAL, 3, SOL_TCP, TCP_NODELAY, 0, 0);
	assert_call("setsockopt(3, SOL_TCP, TCP_NODELAY, NULL, 0) = EINVAL");
	CALL("setsockopt", -EFAULT, 3, SOL_TCP, TCP_NODELAY, 8, 4);
	assert_call("setsockopt(3, SOL_TCP, TCP_NODELAY, 0x8, 4) = EFAULT");
}

static void test_getsockopt(void **state)
{
	int v = 0;
	u8 info[SHORT_CAPTURE] = {7, 0, 0, 0, 0, 0, 0, 1, '@', 'B', 017};

	(void)state;
	CALL("getsockopt", 0, 3, SOL_SOCKET, SO_ERROR, PTR, PTR + 16);
	lengths(4, 4);
	CAPTURE(v);
	assert_call("getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0");
	v = ECONNREFUSED;
	CAPTURE(v);
	assert_call("getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0");
	lengths(8, 4);
	assert_call("getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [8 => 4]) = 0");
	v = 99999;
	CAPTURE(v);
	assert_call("getsockopt(3, SOL_SOCKET, SO_ERROR, [99999], [8 => 4]) = 0");
	assert_sleeping("getsockopt(3, SOL_SOCKET, SO_ERROR, …, [8])");
	CALL("getsockopt", 0, 3, SOL_SOCKET, SO_RCVBUF, PTR, PTR + 16);
	lengths(2, 2);
	capture("\0", 2);
	assert_call("getsockopt(3, SOL_SOCKET, SO_RCVBUF, \"\\0\\0\", [2]) = 0");
	lengths(0, 0);
	event.e.caplen = 0;
	assert_call("getsockopt(3, SOL_SOCKET, SO_RCVBUF, 0x7ffd6d3e9810, [0]) = 0");
	CALL("getsockopt", 0, 3, SOL_TCP, TCP_INFO, PTR, PTR + 16);
	lengths(104, 104);
	CAPTURE(info);
	assert_call(
	    "getsockopt(3, SOL_TCP, TCP_INFO, \"\\7\\0\\0\\0\\0\\0\\0\\1@B\\17\\0\\0"
	    "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"..., [104]) = 0");
	CALL("getsockopt", -ENOPROTOOPT, 3, SOL_SOCKET, 999, PTR, PTR + 16);
	length_in(4);
	assert_call("getsockopt(3, SOL_SOCKET, 0x3e7 /* SO_??? */, 0x7ffd6d3e9810, [4])"
	            " = ENOPROTOOPT");
}

static void test_shutdown(void **state)
{
	(void)state;
	CALL("recvmsg", 5, 3, PTR, MSG_DONTWAIT);
	assert_call("recvmsg(3, 0x7ffd6d3e9810, MSG_DONTWAIT) = 5");
	CALL("sendmsg", 5, 3, PTR, MSG_NOSIGNAL);
	assert_call("sendmsg(3, 0x7ffd6d3e9810, MSG_NOSIGNAL) = 5");
	CALL("recvmmsg", 1, 3, PTR, 2, MSG_DONTWAIT, 0);
	assert_call("recvmmsg(3, 0x7ffd6d3e9810, 2, MSG_DONTWAIT, NULL) = 1");
	CALL("sendmmsg", 1, 3, PTR, 2, 0);
	assert_call("sendmmsg(3, 0x7ffd6d3e9810, 2, 0) = 1");
	CALL("sendfile", 100, 3, 5, 0, 4096);
	assert_call("sendfile(3, 5, NULL, 4096) = 100");
	CALL("splice", 100, 3, 0, 5, 0, 4096, 2);
	assert_call("splice(3, NULL, 5, NULL, 4096, 2) = 100");
	CALL("epoll_pwait2", 0, 4, PTR, 128, 0, 0, 8);
	assert_call("epoll_pwait2(4, [], 128, NULL, NULL, 8) = 0");
	CALL("shutdown", 0, 3, SHUT_WR);
	assert_call("shutdown(3, SHUT_WR) = 0");
	CALL("shutdown", -EINVAL, 3, 7);
	assert_call("shutdown(3, 0x7 /* SHUT_??? */) = EINVAL");
}

static void test_read(void **state)
{
	(void)state;
	CALL("read", 5, 3, PTR, 512);
	capture("pong\n", 5);
	assert_call("read(3, \"pong\\n\", 512) = 5");
	assert_sleeping("read(3, …, 512)");
	CALL("read", -EAGAIN, 3, PTR, 512);
	assert_call("read(3, 0x7ffd6d3e9810, 512) = EAGAIN");
	CALL("read", 0, 3, PTR, 512);
	assert_call("read(3, \"\", 512) = 0");
	CALL("read", 0, 3, 0, 0);
	assert_call("read(3, NULL, 0) = 0");
	CALL("read", 40, 3, PTR, 512);
	capture("0123456789012345678901234567890123456789", 40);
	assert_call("read(3, \"01234567890123456789012345678901\"..., 512) = 40");
	CALL("read", 32, 3, PTR, 512);
	capture("01234567890123456789012345678901", 32);
	assert_call("read(3, \"01234567890123456789012345678901\", 512) = 32");
	/* The capture met an unmapped page at once, and half-way. */
	CALL("read", 32, 3, PTR, 512);
	assert_call("read(3, 0x7ffd6d3e9810, 512) = 32");
	capture("0123", 4);
	assert_call("read(3, \"0123\"..., 512) = 32");
	/* fds are ints, sizes are not. */
	CALL("read", -EBADF, 0xffffffff, PTR, UINT64_MAX);
	assert_call("read(-1, 0x7ffd6d3e9810, 18446744073709551615) = EBADF");
}

static void test_write(void **state)
{
	(void)state;
	CALL("write", 5, 3, PTR, 5);
	capture("ping\n", 5);
	assert_call("write(3, \"ping\\n\", 5) = 5");
	assert_sleeping("write(3, \"ping\\n\", 5)");
	CALL("write", 4, 1, PTR, 4);
	capture("\033[2J", 4);
	assert_call("write(1, \"\\33[2J\", 4) = 4");
	CALL("write", 33, 1, PTR, 33);
	capture("012345678901234567890123456789012", 33);
	assert_call("write(1, \"01234567890123456789012345678901\"..., 33) = 33");
	CALL("write", -EFAULT, 1, 8, 5);
	assert_call("write(1, 0x8, 5) = EFAULT");
	CALL("write", 0, 1, PTR, 0);
	assert_call("write(1, \"\", 0) = 0");
	CALL("write", 0, 1, 0, 0);
	assert_call("write(1, NULL, 0) = 0");
}

static void test_send_and_receive(void **state)
{
	(void)state;
	CALL("sendto", 2, 3, PTR, 2, MSG_NOSIGNAL, 0, 0);
	capture("hi", 2);
	assert_call("sendto(3, \"hi\", 2, MSG_NOSIGNAL, NULL, 0) = 2");
	CALL("sendto", 2, 3, PTR, 2, MSG_NOSIGNAL | 0x10000000, PTR, 16);
	capture("hi", 2);
	assert_call(
	    "sendto(3, \"hi\", 2, MSG_NOSIGNAL|0x10000000, 0x7ffd6d3e9810, 16) = 2");
	CALL("sendto", 0, 3, PTR, 0, 0x10000000, 0, 0);
	assert_call("sendto(3, \"\", 0, 0x10000000, NULL, 0) = 0");
	CALL("recvfrom", 2, 3, PTR, 10, MSG_PEEK | MSG_DONTWAIT, 0, 0);
	capture("hi", 2);
	assert_call("recvfrom(3, \"hi\", 10, MSG_PEEK|MSG_DONTWAIT, NULL, NULL) = 2");
	CALL("recvfrom", 2, 3, PTR, 10, 0, PTR, PTR + 16);
	capture("hi", 2);
	assert_call("recvfrom(3, \"hi\", 10, 0, 0x7ffd6d3e9810, 0x7ffd6d3e9820) = 2");
	length_in(112);
	assert_sleeping("recvfrom(3, …, 10, 0, …, [112])");
	/* The address stands behind the room for the buffer. */
	struct {
		u8 data[STRING_CAPTURE];
		struct sockaddr_in from;
	} datagram = {"hi",
	              {.sin_family = AF_INET,
	               .sin_port = htons(80),
	               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};

	CALL("sendto", 2, 3, PTR, 2, 0, PTR, 16);
	capture(&datagram, sizeof(datagram));
	assert_call("sendto(3, \"hi\", 2, 0, {AF_INET, 127.0.0.1:80}, 16) = 2");
	CALL("recvfrom", 2, 3, PTR, 10, 0, PTR, PTR + 16);
	capture(&datagram, sizeof(datagram));
	lengths(112, 16);
	assert_call(
	    "recvfrom(3, \"hi\", 10, 0, {AF_INET, 127.0.0.1:80}, [112 => 16]) = 2");
	/* A datagram of 10 bytes, of which there was room for 4. */
	CALL("recvfrom", 10, 3, PTR, 4, MSG_TRUNC, 0, 0);
	capture("0123", 4);
	assert_call("recvfrom(3, \"0123\", 4, MSG_TRUNC, NULL, NULL) = 10");
}

static void test_fcntl(void **state)
{
	(void)state;
	CALL("fcntl", 2, 3, F_GETFL);
	assert_call("fcntl(3, F_GETFL) = 0x2 (O_RDWR)");
	CALL("fcntl", O_RDWR | O_NONBLOCK, 3, F_GETFL, PTR);
	assert_call("fcntl(3, F_GETFL) = 0x802 (O_RDWR|O_NONBLOCK)");
	CALL("fcntl", 0, 3, F_GETFL);
	assert_call("fcntl(3, F_GETFL) = 0 (O_RDONLY)");
	CALL("fcntl", -EBADF, 99, F_GETFL);
	assert_call("fcntl(99, F_GETFL) = EBADF");
	CALL("fcntl", 0, 3, F_SETFL, O_RDWR | O_NONBLOCK);
	assert_call("fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
	CALL("fcntl", 0, 3, F_SETFL, O_WRONLY | O_APPEND | O_SYNC | 0x40000000);
	assert_call("fcntl(3, F_SETFL, O_WRONLY|O_APPEND|O_SYNC|0x40000000) = 0");
	CALL("fcntl", 0, 3, F_SETFL, O_DSYNC);
	assert_call("fcntl(3, F_SETFL, O_RDONLY|O_DSYNC) = 0");
	CALL("fcntl", 0, 3, F_SETFL, 3);
	assert_call("fcntl(3, F_SETFL, O_ACCMODE) = 0");
	CALL("fcntl", 0, 3, F_SETFD, FD_CLOEXEC);
	assert_call("fcntl(3, F_SETFD, FD_CLOEXEC) = 0");
	CALL("fcntl", 0, 3, F_SETFD, 3);
	assert_call("fcntl(3, F_SETFD, FD_CLOEXEC|0x2) = 0");
	CALL("fcntl", 0, 3, F_SETFD, 0);
	assert_call("fcntl(3, F_SETFD, 0) = 0");
	CALL("fcntl", 1, 3, F_GETFD);
	assert_call("fcntl(3, F_GETFD) = 0x1 (FD_CLOEXEC)");
	CALL("fcntl", 0, 3, F_GETFD);
	assert_call("fcntl(3, F_GETFD) = 0");
	CALL("fcntl", 7, 3, F_DUPFD_CLOEXEC, 7);
	assert_call("fcntl(3, F_DUPFD_CLOEXEC, 7) = 7");
	CALL("fcntl", 0, 3, F_SETLK, PTR);
	assert_call("fcntl(3, F_SETLK, 0x7ffd6d3e9810) = 0");
	CALL("fcntl", -EINVAL, 3, 999, 7);
	assert_call("fcntl(3, 0x3e7 /* F_??? */, 0x7) = EINVAL");
}

static void test_fds(void **state)
{
	int fds[] = {20, 21};

	(void)state;
	CALL("close", 0, 3);
	assert_call("close(3) = 0");
	CALL("close", -EBADF, (u64)-1);
	assert_call("close(-1) = EBADF");
	CALL("dup", 4, 3);
	assert_call("dup(3) = 4");
	CALL("dup2", 4, 3, 4);
	assert_call("dup2(3, 4) = 4");
	CALL("dup3", 4, 3, 4, O_CLOEXEC);
	assert_call("dup3(3, 4, O_CLOEXEC) = 4");
	CALL("dup3", -EINVAL, 3, 4, 1);
	assert_call("dup3(3, 4, 0x1) = EINVAL");
	CALL("pipe", 0, PTR);
	CAPTURE(fds);
	assert_call("pipe([20, 21]) = 0");
	CALL("pipe2", 0, PTR, O_CLOEXEC | O_NONBLOCK);
	CAPTURE(fds);
	assert_call("pipe2([20, 21], O_NONBLOCK|O_CLOEXEC) = 0");
	event.e.caplen = 0;
	assert_call("pipe2(0x7ffd6d3e9810, O_NONBLOCK|O_CLOEXEC) = 0");
	CALL("pipe2", -EINVAL, PTR, 0);
	assert_call("pipe2(0x7ffd6d3e9810, 0) = EINVAL");
}

static void test_openat(void **state)
{
	static const char file[] = "/proc/sys/net/core/somaxconn";
	char longer[SYSCALL_CAPTURE], expected[SYSCALL_CAPTURE + 64];

	(void)state;
	CALL("openat", 3, (u64)AT_FDCWD, PTR, O_RDONLY | O_CLOEXEC);
	CAPTURE(file);
	assert_call(
	    "openat(AT_FDCWD, \"/proc/sys/net/core/somaxconn\", O_RDONLY|O_CLOEXEC) = 3");
	CALL("openat", -ENOENT, 5, PTR, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	CAPTURE("a\33[2J");
	assert_call("openat(5, \"a\\33[2J\", O_WRONLY|O_CREAT|O_TRUNC, 0640) = ENOENT");
	CALL("openat", 3, 5, PTR, O_RDWR | O_CREAT, 01777);
	CAPTURE("");
	assert_call("openat(5, \"\", O_RDWR|O_CREAT, 01777) = 3");
	CALL("openat", -EFAULT, 5, PTR, 0);
	assert_call("openat(5, 0x7ffd6d3e9810, O_RDONLY) = EFAULT");
	/* as much of it as there is room for */
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	CALL("openat", 3, (u64)AT_FDCWD, PTR, 0);
	CAPTURE(longer);
	snprintf(expected, sizeof(expected), "openat(AT_FDCWD, \"%s\"..., O_RDONLY) = 3",
	         longer);
	assert_call(expected);
}

static void test_epoll_create(void **state)
{
	(void)state;
	CALL("epoll_create", 4, 1024);
	assert_call("epoll_create(1024) = 4");
	CALL("epoll_create1", 4, EPOLL_CLOEXEC);
	assert_call("epoll_create1(EPOLL_CLOEXEC) = 4");
	CALL("epoll_create1", -ENOSYS, EPOLL_CLOEXEC);
	event.e.flags = EVENT_NO_ENTER;
	assert_call("epoll_create1(EPOLL_CLOEXEC) = ENOSYS");
	CALL("epoll_create1", -EINVAL, EPOLL_CLOEXEC | 1);
	assert_call("epoll_create1(EPOLL_CLOEXEC|0x1) = EINVAL");
	CALL("epoll_create1", 4, 0);
	assert_call("epoll_create1(0) = 4");
}

static void test_epoll_ctl(void **state)
{
	struct epoll_event ev = poll_event(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, PD);

	(void)state;
	CALL("epoll_ctl", 0, 4, EPOLL_CTL_ADD, 3, PTR);
	CAPTURE(ev);
	assert_call("epoll_ctl(4, EPOLL_CTL_ADD, 3, "
	            "{EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET, data=0x7f8a3c0a1e40}) = 0");
	polldescs_update(pds, &event);
	assert_call("epoll_ctl(4, EPOLL_CTL_ADD, 3, "
	            "{EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET, pollDesc of fd 3}) = 0");
	ev = poll_event(EPOLLIN | 0x1000800, 5);
	CALL("epoll_ctl", -EBADF, 4, EPOLL_CTL_MOD, 3, PTR);
	CAPTURE(ev);
	assert_call(
	    "epoll_ctl(4, EPOLL_CTL_MOD, 3, {EPOLLIN|0x1000800, data=0x5}) = EBADF");
	ev = poll_event(0, 0);
	CALL("epoll_ctl", -EINVAL, 4, 9, 3, PTR);
	CAPTURE(ev);
	assert_call("epoll_ctl(4, 0x9 /* EPOLL_CTL_??? */, 3, {0, data=0x0}) = EINVAL");
	CALL("epoll_ctl", 0, 4, EPOLL_CTL_DEL, 3, PTR);
	CAPTURE(ev);
	assert_call("epoll_ctl(4, EPOLL_CTL_DEL, 3, 0x7ffd6d3e9810) = 0");
	CALL("epoll_ctl", -ENOENT, 4, EPOLL_CTL_DEL, 3, 0);
	assert_call("epoll_ctl(4, EPOLL_CTL_DEL, 3, NULL) = ENOENT");
	CALL("epoll_ctl", -EFAULT, 4, EPOLL_CTL_ADD, 3, 8);
	assert_call("epoll_ctl(4, EPOLL_CTL_ADD, 3, 0x8) = EFAULT");
	capture(&ev, sizeof(ev) - 1);
	assert_call("epoll_ctl(4, EPOLL_CTL_ADD, 3, 0x8) = EFAULT");
}

/* Has epoll instance epfd of process pid learn data for fd, in Go's way. */
static void add(u32 pid, u64 epfd, u64 fd, u64 data)
{
	struct epoll_event ev =
	    poll_event(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, data);

	CALL("epoll_ctl", 0, epfd, EPOLL_CTL_ADD, fd, PTR);
	CAPTURE(ev);
	event.e.pid = pid;
	polldescs_update(pds, &event);
}

static void test_epoll_wait(void **state)
{
	struct epoll_event evs[] = {poll_event(EPOLLOUT, PD),
	                            poll_event(EPOLLIN | EPOLLHUP, 0x7f0000000000),
	                            poll_event(EPOLLIN, 1)};

	(void)state;
	add(PID, 4, 3, PD);
	CALL("epoll_wait", 3, 4, PTR, 128, (u64)-1);
	CAPTURE(evs);
	assert_call("epoll_wait(4, [{EPOLLOUT, pollDesc of fd 3}, "
	            "{EPOLLIN|EPOLLHUP, data=0x7f0000000000}, {EPOLLIN, data=0x1}], "
	            "128, -1) = 3");
	assert_sleeping("epoll_wait(4, …, 128, -1)");
	CALL("epoll_wait", 3, 4, PTR, 128, 0);
	capture(evs, 2 * sizeof(evs[0]) + 1);
	assert_call("epoll_wait(4, [{EPOLLOUT, pollDesc of fd 3}, "
	            "{EPOLLIN|EPOLLHUP, data=0x7f0000000000}, ...], 128, 0) = 3");
	event.e.caplen = 0;
	assert_call("epoll_wait(4, 0x7ffd6d3e9810, 128, 0) = 3");
	CALL("epoll_wait", 0, 4, PTR, 128, 0);
	assert_call("epoll_wait(4, [], 128, 0) = 0");
	CALL("epoll_wait", -EINTR, 4, PTR, 128, (u64)-1);
	assert_call("epoll_wait(4, 0x7ffd6d3e9810, 128, -1) = EINTR");

	CALL("epoll_pwait", 1, 4, PTR, 128, 10, 0, 8);
	CAPTURE(evs[0]);
	assert_call(
	    "epoll_pwait(4, [{EPOLLOUT, pollDesc of fd 3}], 128, 10, NULL, 8) = 1");
	event.e.pid = PID + 1;
	assert_call("epoll_pwait(4, [{EPOLLOUT, data=0x7f8a3c0a1e40}], 128, 10, NULL, 8)"
	            " = 1");
	assert_sleeping("epoll_pwait(4, …, 128, 10, NULL, 8)");
	decode_syscall(&o, &event, NULL);
	o.len = 0;
}

/* A record's capture runs on beyond its array. */
static void test_epoll_wait_long(void **state)
{
	struct epoll_event evs[SYSCALL_CAPTURE / sizeof(struct epoll_event)];
	size_t i, n = sizeof(evs) / sizeof(evs[0]), found = 0;
	const char *p;

	(void)state;
	for (i = 0; i < n; i++) {
		evs[i] = poll_event(EPOLLIN, PD + 256 * i);
		add(PID, 4, 100 + i, PD + 256 * i);
	}
	CALL("epoll_pwait", 100, 4, PTR, 128, (u64)-1, 0, 8);
	CAPTURE(evs);
	decode_syscall(&o, &event, pds);
	out_ch(&o, '\0');
	for (p = o.buf; (p = strstr(p, "{EPOLLIN, pollDesc of fd 1")); p++)
		found++;
	assert_int_equal(found, n);
	assert_non_null(strstr(o.buf, "}, ...], 128, -1, NULL, 8) = 100"));
	o.len = 0;
}

/* A Go string of which a record takes the beginning along. */
static void test_go_string(void **state)
{
	struct call_event c = {.args = {PTR, 3}, .capture = "tcp"};

	(void)state;
	decode_call(&o, "net:S", &c, pds);
	assert_out("(net=\"tcp\")");
	c.args[1] = 8;
	memcpy(c.capture, "unixgram", 8);
	decode_call(&o, "net:S", &c, pds);
	assert_out("(net=\"unixgram\")");
	c.args[1] = 10;
	memcpy(c.capture, "unixpack", 8);
	decode_call(&o, "net:S", &c, pds);
	assert_out("(net=\"unixpack\"...)");
}

/* Go's struct { IP []byte; Port int }: none, without an IP, and with one. */
static void test_go_address(void **state)
{
	static const u64 len = 4, port = 18080;
	struct call_event c = {.args = {0}};
	u8 *address = c.capture + CALL_CAPTURE_1;

	(void)state;
	decode_call(&o, "laddr:A", &c, pds);
	assert_out("(laddr=nil)");
	c.args[0] = PTR;
	memcpy(address + 24, &port, sizeof(port));
	decode_call(&o, "laddr:A", &c, pds);
	assert_out("(laddr=:18080)");
	memcpy(address, "\177\0\0\1", len);
	memcpy(address + 16, &len, sizeof(len));
	decode_call(&o, "laddr:A", &c, pds);
	assert_out("(laddr=127.0.0.1:18080)");
}

/* Lengths are 64 bits wide. */
static void test_long_length(void **state)
{
	const struct call_event c = {.args = {PTR, PTR, 3ull << 30}};

	(void)state;
	decode_call(&o, ",,len:D", &c, pds);
	assert_out("(len=3221225472)");
}

/* It restores the registers that its arguments would be in, had it any. */
static void test_sigreturn(void **state)
{
	(void)state;
	CALL("rt_sigreturn", 7, 1, 2, 3, 4, 5, 6);
	assert_call("rt_sigreturn() = 7");
}

static void test_other_calls(void **state)
{
	(void)state;
	CALL("getpid", 42, 1, 2, 3, 4, 5, PTR);
	assert_call("getpid(0x1, 0x2, 0x3, 0x4, 0x5, 0x7ffd6d3e9810) = 42");
	assert_sleeping("getpid(0x1, 0x2, 0x3, 0x4, 0x5, 0x7ffd6d3e9810)");
	CALL("mmap", PTR, 0);
	assert_call("mmap(0x0, 0x0, 0x0, 0x0, 0x0, 0x0) = 0x7ffd6d3e9810");
	CALL("munmap", -EINVAL, 0);
	assert_call("munmap(0x0, 0x0, 0x0, 0x0, 0x0, 0x0) = EINVAL");
	event.ret = -5000; /* below every errno */
	assert_call("munmap(0x0, 0x0, 0x0, 0x0, 0x0, 0x0) = -5000");
	event.ret = -5000000000;
	assert_call("munmap(0x0, 0x0, 0x0, 0x0, 0x0, 0x0) = 0xfffffffed5fa0e00");
	CALL("getpid", -ENOSYS, 1, 2, 3, 4, 5, 6);
	event.nr = 999;
	assert_call("syscall_999(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = ENOSYS");
}

static void test_names(void **state)
{
	u32 wait = (u32)seccomp_syscall_resolve_name("epoll_pwait");
	u32 getpid = (u32)seccomp_syscall_resolve_name("getpid");

	(void)state;
	assert_string_equal(decode_name(wait), "epoll_pwait");
	assert_true(decode_in_chain(wait));
	assert_int_equal(decode_capture(wait), CAPTURE_EPOLL_WAIT);
	assert_string_equal(decode_name(getpid), "getpid");
	assert_false(decode_in_chain(getpid));
	assert_int_equal(decode_capture(getpid), CAPTURE_NONE);
	assert_string_equal(decode_name(999), "syscall_999");
	assert_string_equal(decode_name(UINT32_MAX), "syscall_4294967295");
	assert_false(decode_in_chain(UINT32_MAX));
	assert_int_equal(decode_capture(UINT32_MAX), CAPTURE_NONE);
}

static void test_errno(void **state)
{
	(void)state;
	assert_string_equal(decode_errno(-EINPROGRESS), "EINPROGRESS");
	assert_string_equal(decode_errno(-1), "EPERM");
	assert_string_equal(decode_errno(-512), "ERESTARTSYS");
	assert_string_equal(decode_errno(-516), "ERESTART_RESTARTBLOCK");
	assert_string_equal(decode_errno(-4095), "errno 4095");
	assert_null(decode_errno(0));
	assert_null(decode_errno(5));
	assert_null(decode_errno(-4096));
}

static int fd_of(u32 pid, u64 data)
{
	return polldescs_fd(pds, pid, data);
}

static void test_polldescs(void **state)
{
	struct epoll_event ev;

	(void)state;
	assert_int_equal(fd_of(PID, PD), -1);
	add(PID, 4, 3, PD);
	assert_int_equal(fd_of(PID, PD), 3);
	assert_int_equal(fd_of(PID + 1, PD), -1);

	/* MOD to another pollDesc */
	ev = poll_event(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, PD + 512);
	CALL("epoll_ctl", 0, 4, EPOLL_CTL_MOD, 3, PTR);
	CAPTURE(ev);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), -1);
	assert_int_equal(fd_of(PID, PD + 512), 3);

	/* DEL at another epoll instance, one that failed, and one that did it */
	CALL("epoll_ctl", 0, 5, EPOLL_CTL_DEL, 3, 0);
	polldescs_update(pds, &event);
	CALL("epoll_ctl", -EBADF, 4, EPOLL_CTL_DEL, 3, 0);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD + 512), 3);
	CALL("epoll_ctl", 0, 4, EPOLL_CTL_DEL, 3, 0);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD + 512), -1);

	/* a pollDesc recycled for another fd before its close was seen */
	add(PID, 4, 6, PD);
	add(PID, 4, 7, PD);
	assert_int_equal(fd_of(PID, PD), 7);
	CALL("close", 0, 6);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), 7);
}

/* What is no pollDesc, and what has not happened. */
static void test_polldescs_not_learnt(void **state)
{
	struct epoll_event ev;

	(void)state;
	ev = poll_event(EPOLLIN, PD); /* Go's own pipe */
	CALL("epoll_ctl", 0, 4, EPOLL_CTL_ADD, 3, PTR);
	CAPTURE(ev);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), -1);
	ev = poll_event(EPOLLOUT | EPOLLET, PD); /* another program's pointer */
	CAPTURE(ev);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), -1);
	ev = poll_event(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
	                3); /* an fd, not an address */
	CAPTURE(ev);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, 3), -1);
	ev = poll_event(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 0);
	CAPTURE(ev);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, 0), -1);

	ev = poll_event(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, PD);
	CAPTURE(ev);
	event.ret = -EEXIST;
	polldescs_update(pds, &event);
	event.ret = 0;
	event.e.type = EVENT_SLEEP;
	polldescs_update(pds, &event);
	event.e.type = EVENT_EXIT;
	event.e.caplen = 3;
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), -1);
}

static void test_polldescs_close(void **state)
{
	(void)state;
	/* one fd with two epoll instances goes from both */
	add(PID, 4, 3, PD);
	add(PID, 5, 3, PD + 512);
	add(PID, 4, 8, PD + 1024);
	add(PID + 1, 4, 3, PD);
	CALL("close", -EINTR, 3);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), -1);
	assert_int_equal(fd_of(PID, PD + 512), -1);
	assert_int_equal(fd_of(PID, PD + 1024), 8);
	assert_int_equal(fd_of(PID + 1, PD), 3);

	CALL("dup3", 8, 1, 8, 0);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD + 1024), -1);
	add(PID, 4, 8, PD);
	CALL("dup3", -EBADF, 77, 8, 0);
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), 8);

	/* The number was in use again before the close had returned. */
	assert_true(polldescs_time(SYS_close));
	assert_true(polldescs_time(SYS_dup3));
	assert_false(polldescs_time(SYS_epoll_ctl));
	add(PID, 4, 9, PD);
	event.e.ts = 1000;
	polldescs_update(pds, &event);
	CALL("close", 0, 9);
	event.e.ts = 1100;
	event.dur = 200;
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), 9);
	event.dur = 50;
	polldescs_update(pds, &event);
	assert_int_equal(fd_of(PID, PD), -1);
}

static void test_polldescs_many(void **state)
{
	const u64 n = 30000; /* over three processes */
	u64 i;

	(void)state;
	for (i = 0; i < n; i++)
		add(PID + (u32)(i % 3), 4, i / 3, PD + 240 * (i / 3));
	for (i = 0; i < n; i++)
		assert_int_equal(fd_of(PID + (u32)(i % 3), PD + 240 * (i / 3)), i / 3);
	/* every other fd of the first, by close and by DEL */
	for (i = 0; i < n / 3; i += 2) {
		if (i % 4)
			CALL("close", 0, i);
		else
			CALL("epoll_ctl", 0, 4, EPOLL_CTL_DEL, i, 0);
		polldescs_update(pds, &event);
	}
	polldescs_forget_process(pds, PID + 1);
	for (i = 0; i < n / 3; i++) {
		assert_int_equal(fd_of(PID, PD + 240 * i), i % 2 ? (int)i : -1);
		assert_int_equal(fd_of(PID + 1, PD + 240 * i), -1);
		assert_int_equal(fd_of(PID + 2, PD + 240 * i), i);
	}
	for (i = 0; i < 3; i++)
		polldescs_forget_process(pds, PID + (u32)i);
	for (i = 0; i < n; i++)
		assert_int_equal(fd_of(PID + (u32)(i % 3), PD + 240 * (i / 3)), -1);
}

/* Against the plainest model: random changes among few keys, so that runs of
 * slots form, wrap around and break up. */
static void test_polldescs_random(void **state)
{
	enum { PDS = 120, FDS = 60 };
	int model[PDS]; /* the fd of each pollDesc */
	u64 fd, k, step, x = 1;

	(void)state;
	memset(model, -1, sizeof(model));
	for (step = 0; step < 20000; step++) {
		x = x * 6364136223846793005 + 1442695040888963407;
		fd = x >> 33 & 63;
		k = (x >> 40) % PDS;
		if (fd >= FDS)
			continue;
		for (u64 j = 0; j < PDS; j++)
			if (model[j] == (int)fd)
				model[j] = -1;
		if (x >> 60) {
			add(PID, 4, fd, PD + 8 * k);
			model[k] = (int)fd;
		} else {
			CALL("close", 0, fd);
			polldescs_update(pds, &event);
		}
		for (k = 0; k < PDS; k++)
			assert_int_equal(fd_of(PID, PD + 8 * k), model[k]);
	}
}

static void test_every_row_was_tested(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; rows[i].name; i++) {
		if (!seen[i])
			print_error("no test calls %s\n", rows[i].name);
		assert_true(seen[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_socket),
	    TEST(test_connect),
	    TEST(test_sockaddr),
	    TEST(test_sockaddr_ipv6),
	    TEST(test_sockaddr_unix),
	    TEST(test_accept),
	    TEST(test_names_of_sockets),
	    TEST(test_setsockopt),
	    TEST(test_getsockopt),
	    TEST(test_shutdown),
	    TEST(test_read),
	    TEST(test_write),
	    TEST(test_send_and_receive),
	    TEST(test_fcntl),
	    TEST(test_fds),
	    TEST(test_openat),
	    TEST(test_epoll_create),
	    TEST(test_epoll_ctl),
	    TEST(test_epoll_wait),
	    TEST(test_epoll_wait_long),
	    TEST(test_go_string),
	    TEST(test_go_address),
	    TEST(test_long_length),
	    TEST(test_sigreturn),
	    TEST(test_other_calls),
	    TEST(test_names),
	    TEST(test_errno),
	    TEST(test_polldescs),
	    TEST(test_polldescs_not_learnt),
	    TEST(test_polldescs_close),
	    TEST(test_polldescs_many),
	    TEST(test_polldescs_random),
	    TEST(test_every_row_was_tested),
	};

	decode_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
