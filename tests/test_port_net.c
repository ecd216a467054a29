/*
 * The port's package net. The first half follows every path of a dial with the
 * kernel's answers written down in the test: which calls are made, in which order,
 * and what is closed at the end. The second half talks to real sockets.
 */
#include "port_test.h"

#include "net/fd_unix.h"
#include "net/hook_unix.h"
#include "net/sock_posix.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const net_TCPAddr loopback = {.IP = {4, {127, 0, 0, 1}}, .Port = 80};
static const net_TCPAddr loopback6 = {.IP = {16, {[15] = 1}}, .Port = 80};

static void assert_addr(const net_TCPAddr *a, const char *expected)
{
	char text[net_TCPAddrStrlen];

	assert_string_equal(net_TCPAddr_String(a, text), expected);
}

static void assert_op_error(const net_OpError *e, const char *expected)
{
	char text[net_OpErrorStrlen];

	assert_string_equal(net_OpError_Error(e, text), expected);
}

static void assert_error(error err, const char *expected)
{
	char text[128];

	assert_string_equal(error_Error(err, text, sizeof(text)), expected);
}

/*
 * The script of a dial: for each kind of call, the errno of its first, second, …
 * call. 0 is success; but for connect it is EINPROGRESS, and success is AT_ONCE.
 */
enum { AT_ONCE = -1 };

static struct {
	syscall_Errno socket[8], fcntl[8], setsockopt[8], bind[8], connect[8],
	    epoll_create1[2], epoll_create[2], epoll_ctl[8], wait[8], getsockopt[8],
	    getsockname[8], getpeername[8], read[8], write[8];
	int so_error[8];
	bool self[8];       /* getsockname answers what getpeername does */
	ssize_t got[8];     /* by read */
	ssize_t written[8]; /* by write */
} script;

static bool scripted; /* else the wrapped calls go straight to the kernel */

/* The calls made, a line each; a socket is named a, b, … in order of creation. */
static char calls[4096];
static int sockets[26], nsockets;

static char name(int fd)
{
	for (int i = nsockets; i-- > 0;)
		if (sockets[i] == fd)
			return (char)('a' + i);
	return '?';
}

static void call(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void call(const char *format, ...)
{
	size_t len = strlen(calls);
	va_list ap;

	va_start(ap, format);
	vsnprintf(calls + len, sizeof(calls) - len, format, ap);
	va_end(ap);
}

static void result(syscall_Errno err)
{
	call(err ? " %s\n" : "\n", err ? strerrorname_np(err) : "");
}

/* The next answer of the script, put down as the call's result. */
#define NEXT(kind)                                                                       \
	({                                                                               \
		static size_t n_;                                                        \
		assert_true(n_ < sizeof(script.kind) / sizeof(script.kind[0]));          \
		script.kind[n_++];                                                       \
	})

static syscall_Errno scripted_socket(int family, int sotype, int proto, int *fd)
{
	syscall_Errno err = NEXT(socket);

	call("socket %s%s%s%s %d",
	     family == AF_INET    ? "4"
	     : family == AF_INET6 ? "6"
	                          : "?",
	     (sotype & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) == SOCK_STREAM ? " stream" : " ?",
	     sotype & SOCK_NONBLOCK ? " nonblock" : "",
	     sotype & SOCK_CLOEXEC ? " cloexec" : "", proto);
	*fd = -1;
	if (err == 0)
		err = syscall_Socket(family, sotype, proto, fd);
	if (err == 0) {
		sockets[nsockets++] = *fd;
		call(" = %c", name(*fd));
	}
	result(err);
	return err;
}

static syscall_Errno scripted_close(int fd)
{
	call("close %c\n", name(fd));
	return syscall_Close(fd);
}

static syscall_Errno scripted_connect(int fd, const syscall_Sockaddr *sa)
{
	syscall_Errno err = NEXT(connect);
	net_TCPAddr a;
	char text[net_TCPAddrStrlen];

	net_sockaddrToTCP(sa, &a);
	if (err == 0)
		err = EINPROGRESS;
	call("connect %c %s", name(fd), net_TCPAddr_String(&a, text));
	result(err == AT_ONCE ? 0 : err);
	return err == AT_ONCE ? 0 : err;
}

static syscall_Errno scripted_getsockopt(int fd, int level, int opt, int *value)
{
	syscall_Errno err = NEXT(getsockopt);

	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(opt, SO_ERROR);
	call("SO_ERROR %c", name(fd));
	if (err == 0) {
		*value = NEXT(so_error);
		call(*value ? " = %s" : " = 0", *value ? strerrorname_np(*value) : "");
	}
	result(err);
	return err;
}

#define WRAP(type, fn, ...)                                                              \
	type __real_##fn(__VA_ARGS__);                                                   \
	type __wrap_##fn(__VA_ARGS__);                                                   \
	type __wrap_##fn(__VA_ARGS__)

WRAP(syscall_Errno, syscall_fcntl, int fd, int cmd, int arg, int *val)
{
	syscall_Errno err;

	if (!scripted)
		return __real_syscall_fcntl(fd, cmd, arg, val);
	err = NEXT(fcntl);
	call("fcntl %c %s", name(fd),
	     cmd == F_SETFD   ? arg == FD_CLOEXEC ? "F_SETFD FD_CLOEXEC" : "F_SETFD"
	     : cmd == F_GETFL ? "F_GETFL"
	     : cmd == F_SETFL ? arg & O_NONBLOCK ? "F_SETFL O_NONBLOCK" : "F_SETFL"
	                      : "?");
	result(err);
	return err ? err : __real_syscall_fcntl(fd, cmd, arg, val);
}

WRAP(syscall_Errno, syscall_SetsockoptInt, int fd, int level, int opt, int value)
{
	syscall_Errno err;

	if (!scripted)
		return __real_syscall_SetsockoptInt(fd, level, opt, value);
	err = NEXT(setsockopt);
	call("%s %c %d",
	     level == SOL_SOCKET && opt == SO_BROADCAST    ? "SO_BROADCAST"
	     : level == IPPROTO_IPV6 && opt == IPV6_V6ONLY ? "IPV6_V6ONLY"
	     : level == IPPROTO_TCP && opt == TCP_NODELAY  ? "TCP_NODELAY"
	                                                   : "?",
	     name(fd), value);
	result(err);
	return err ? err : __real_syscall_SetsockoptInt(fd, level, opt, value);
}

WRAP(syscall_Errno, syscall_Bind, int fd, const syscall_Sockaddr *sa)
{
	syscall_Errno err;
	net_TCPAddr a;
	char text[net_TCPAddrStrlen];

	if (!scripted)
		return __real_syscall_Bind(fd, sa);
	err = NEXT(bind);
	net_sockaddrToTCP(sa, &a);
	call("bind %c %s", name(fd), net_TCPAddr_String(&a, text));
	result(err);
	return err;
}

static void scripted_address(syscall_Sockaddr *sa, uint16_t port)
{
	sa->raw.in = (struct sockaddr_in){
	    .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	sa->len = sizeof(sa->raw.in);
}

WRAP(syscall_Errno, syscall_Getsockname, int fd, syscall_Sockaddr *sa)
{
	syscall_Errno err;
	bool self;

	if (!scripted)
		return __real_syscall_Getsockname(fd, sa);
	err = NEXT(getsockname);
	self = NEXT(self);
	call("getsockname %c", name(fd));
	result(err);
	sa->len = 0;
	if (err == 0)
		scripted_address(sa, self ? 80 : 40000);
	return err;
}

WRAP(syscall_Errno, syscall_Getpeername, int fd, syscall_Sockaddr *sa)
{
	syscall_Errno err;

	if (!scripted)
		return __real_syscall_Getpeername(fd, sa);
	err = NEXT(getpeername);
	call("getpeername %c", name(fd));
	result(err);
	sa->len = 0;
	if (err == 0)
		scripted_address(sa, 80);
	return err;
}

WRAP(int32_t, runtime_epollcreate1, int32_t flags)
{
	syscall_Errno err;

	if (!scripted)
		return __real_runtime_epollcreate1(flags);
	err = NEXT(epoll_create1);
	call("epoll_create1");
	result(err);
	return err ? -err : __real_runtime_epollcreate1(flags);
}

WRAP(int32_t, runtime_epollcreate, int32_t size)
{
	syscall_Errno err = NEXT(epoll_create);

	call("epoll_create %d", size);
	result(err);
	return err ? -err : __real_runtime_epollcreate(size);
}

WRAP(void, runtime_closeonexec, int32_t fd)
{
	call("closeonexec\n");
	__real_runtime_closeonexec(fd);
}

WRAP(int32_t, runtime_epollctl, int32_t epfd, int32_t op, int32_t fd,
     struct epoll_event *ev)
{
	syscall_Errno err;

	if (!scripted)
		return __real_runtime_epollctl(epfd, op, fd, ev);
	err = NEXT(epoll_ctl);
	call("%s %c", op == EPOLL_CTL_ADD ? "add" : "del", name(fd));
	result(err);
	return err ? -err : __real_runtime_epollctl(epfd, op, fd, ev);
}

/* wait's script is not an errno but what pollWait returns; with AT_ONCE it returns 0
 * without having waited. */
WRAP(int, net_runtime_pollWait, runtime_pollDesc *pd, int mode)
{
	int res;

	if (!scripted)
		return __real_net_runtime_pollWait(pd, mode);
	res = NEXT(wait);
	call("wait %c\n", mode);
	if (res == AT_ONCE)
		return 0;
	return res ? res : __real_net_runtime_pollWait(pd, mode);
}

WRAP(int, net_runtime_pollReset, runtime_pollDesc *pd, int mode)
{
	if (scripted)
		call("reset %c\n", mode);
	return __real_net_runtime_pollReset(pd, mode);
}

WRAP(syscall_Errno, syscall_Read, int fd, void *p, size_t len, ssize_t *n)
{
	syscall_Errno err;

	if (!scripted)
		return __real_syscall_Read(fd, p, len, n);
	err = NEXT(read);
	*n = NEXT(got);
	memset(p, 'x', *n > 0 ? (size_t)*n : 0);
	call("read %c %zu %zd", name(fd), len, *n);
	result(err);
	return err;
}

WRAP(syscall_Errno, syscall_Write, int fd, const void *p, size_t len, ssize_t *n)
{
	syscall_Errno err;

	if (!scripted)
		return __real_syscall_Write(fd, p, len, n);
	err = NEXT(write);
	*n = NEXT(written);
	call("write %c %.*s %zd", name(fd), (int)len, (const char *)p, *n);
	result(err);
	return err;
}

static net_TCPConn *conn;

/* Dials by the script; conn or the error's text is what came of it. */
static void dial(const char *net, const net_TCPAddr *laddr, const net_TCPAddr *raddr,
                 const char *expected_error, const char *expected_calls)
{
	net_OpError err;

	net_socketFunc = scripted_socket;
	net_closeFunc = scripted_close;
	net_connectFunc = scripted_connect;
	net_getsockoptIntFunc = scripted_getsockopt;
	scripted = true;
	conn = net_DialTCP(net, laddr, raddr, &err);
	assert_string_equal(calls, expected_calls);
	if (*expected_error) {
		assert_null(conn);
		assert_op_error(&err, expected_error);
	} else {
		assert_non_null(conn);
		assert_true(error_nil(err.Err));
	}
	calls[0] = '\0';
}

/* Closes what was dialled: all descriptors but the poller's are gone then. */
static void hang_up(const char *expected_calls)
{
	net_OpError err;

	assert_true(net_conn_Close(&conn->conn, &err));
	net_conn_Free(&conn->conn);
	assert_string_equal(calls, expected_calls);
	scripted = false;
}

/* The calls of a whole dial, for those paths that turn off it late. */
#define SOCKET(s)    "socket 4 stream nonblock cloexec 0 = " s "\nSO_BROADCAST " s " 1\n"
#define CONNECT(s)   "connect " s " 127.0.0.1:80 EINPROGRESS\n"
#define INIT(s)      "epoll_create1\nadd " s "\n"
#define CONNECTED(s) "wait w\nSO_ERROR " s " = 0\n"
#define NAMES(s)     "getsockname " s "\ngetpeername " s "\n"
#define NODELAY(s)   "TCP_NODELAY " s " 1\n"
#define CLOSE(s)     "del " s "\nclose " s "\n"

static int before;

static void count_descriptors(void)
{
	before = port_test_open_descriptors();
}

static void assert_none_left(void)
{
	assert_int_equal(port_test_open_descriptors(), before);
}

/* One more is the poller's. */
static void assert_only_poller_left(void)
{
	assert_int_equal(port_test_open_descriptors(), before + 1);
}

static void connects_later(void)
{
	count_descriptors();
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a") CONNECTED("a") NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
	assert_only_poller_left();
}

/* The poller is set up once. */
static void second_dial(void)
{
	count_descriptors();
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a") CONNECTED("a") NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
	calls[0] = '\0';
	dial("tcp", NULL, &loopback, "",
	     SOCKET("b") CONNECT("b") "add b\n" CONNECTED("b") NAMES("b") NODELAY("b"));
	hang_up(CLOSE("b"));
	assert_only_poller_left();
}

static void connects_at_once(void)
{
	count_descriptors();
	script.connect[0] = AT_ONCE;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") "connect a 127.0.0.1:80\n" INIT("a") NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
	assert_only_poller_left();
}

static void connected_before(void)
{
	script.connect[0] = EISCONN;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") "connect a 127.0.0.1:80 EISCONN\n" INIT("a") NAMES("a")
	         NODELAY("a"));
	hang_up(CLOSE("a"));
}

static void connect_already_under_way(void)
{
	script.connect[0] = EALREADY;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") "connect a 127.0.0.1:80 EALREADY\n" INIT("a") CONNECTED("a")
	         NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
}

static void connect_interrupted(void)
{
	script.connect[0] = EINTR;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") "connect a 127.0.0.1:80 EINTR\n" INIT("a") CONNECTED("a")
	         NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
}

static void connect_fails(void)
{
	count_descriptors();
	script.connect[0] = ENETUNREACH;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: connect: network is unreachable",
	     SOCKET("a") "connect a 127.0.0.1:80 ENETUNREACH\nclose a\n");
	assert_none_left();
}

/* Success on Solaris alone. */
static void connect_invalid(void)
{
	count_descriptors();
	script.connect[0] = EINVAL;
	dial("tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: connect: invalid argument",
	     SOCKET("a") "connect a 127.0.0.1:80 EINVAL\nclose a\n");
	assert_none_left();
}

static void old_kernel(void)
{
	count_descriptors();
	script.socket[0] = EINVAL;
	script.epoll_create1[0] = ENOSYS;
	dial("tcp", NULL, &loopback, "",
	     "socket 4 stream nonblock cloexec 0 EINVAL\n"
	     "socket 4 stream 0 = a\n"
	     "fcntl a F_SETFD FD_CLOEXEC\n"
	     "fcntl a F_GETFL\n"
	     "fcntl a F_SETFL O_NONBLOCK\n"
	     "SO_BROADCAST a 1\n" CONNECT("a") "epoll_create1 ENOSYS\n"
	                                       "epoll_create 1024\n"
	                                       "closeonexec\n"
	                                       "add a\n" CONNECTED("a") NAMES("a")
	                                           NODELAY("a"));
	hang_up(CLOSE("a"));
	assert_only_poller_left();
}

/* FreeBSD's word for unknown flags. */
static void socket_flags_not_supported(void)
{
	script.socket[0] = EPROTONOSUPPORT;
	script.connect[0] = ECONNREFUSED;
	dial("tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: connect: connection refused",
	     "socket 4 stream nonblock cloexec 0 EPROTONOSUPPORT\n"
	     "socket 4 stream 0 = a\n"
	     "fcntl a F_SETFD FD_CLOEXEC\n"
	     "fcntl a F_GETFL\n"
	     "fcntl a F_SETFL O_NONBLOCK\n"
	     "SO_BROADCAST a 1\n"
	     "connect a 127.0.0.1:80 ECONNREFUSED\n"
	     "close a\n");
}

static void socket_fails(void)
{
	count_descriptors();
	script.socket[0] = EMFILE;
	dial("tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: socket: too many open files",
	     "socket 4 stream nonblock cloexec 0 EMFILE\n");
	assert_none_left();
}

static void socket_fails_without_flags(void)
{
	count_descriptors();
	script.socket[0] = EINVAL;
	script.socket[1] = EACCES;
	dial("tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: socket: permission denied",
	     "socket 4 stream nonblock cloexec 0 EINVAL\n"
	     "socket 4 stream 0 EACCES\n");
	assert_none_left();
}

static void close_on_exec_fails(void)
{
	script.socket[0] = EINVAL;
	script.fcntl[0] = EBADF;
	script.connect[0] = ECONNREFUSED;
	dial("tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: connect: connection refused",
	     "socket 4 stream nonblock cloexec 0 EINVAL\n"
	     "socket 4 stream 0 = a\n"
	     "fcntl a F_SETFD FD_CLOEXEC EBADF\n"
	     "fcntl a F_GETFL\n"
	     "fcntl a F_SETFL O_NONBLOCK\n"
	     "SO_BROADCAST a 1\n"
	     "connect a 127.0.0.1:80 ECONNREFUSED\n"
	     "close a\n");
}

static void get_flags_fails(void)
{
	count_descriptors();
	script.socket[0] = EINVAL;
	script.fcntl[1] = EBADF;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: setnonblock: bad file descriptor",
	     "socket 4 stream nonblock cloexec 0 EINVAL\n"
	     "socket 4 stream 0 = a\n"
	     "fcntl a F_SETFD FD_CLOEXEC\n"
	     "fcntl a F_GETFL EBADF\n"
	     "close a\n");
	assert_none_left();
}

static void set_nonblock_fails(void)
{
	count_descriptors();
	script.socket[0] = EINVAL;
	script.fcntl[2] = EPERM;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: setnonblock: operation not permitted",
	     "socket 4 stream nonblock cloexec 0 EINVAL\n"
	     "socket 4 stream 0 = a\n"
	     "fcntl a F_SETFD FD_CLOEXEC\n"
	     "fcntl a F_GETFL\n"
	     "fcntl a F_SETFL O_NONBLOCK EPERM\n"
	     "close a\n");
	assert_none_left();
}

static void broadcast_fails(void)
{
	count_descriptors();
	script.setsockopt[0] = ENOPROTOOPT;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: setsockopt: protocol not available",
	     "socket 4 stream nonblock cloexec 0 = a\n"
	     "SO_BROADCAST a 1 ENOPROTOOPT\n"
	     "close a\n");
	assert_none_left();
}

/* IPv6 sockets need not exist here for these: socket(2) is all they ask for. */
static void need_ipv6_sockets(void)
{
	int s = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (s < 0)
		port_test_skip("no IPv6 in this kernel");
	close(s);
}

static void v6only_for_tcp6(void)
{
	need_ipv6_sockets();
	script.connect[0] = ECONNREFUSED;
	dial("tcp6", NULL, &loopback6, "dial tcp6 [::1]:80: connect: connection refused",
	     "socket 6 stream nonblock cloexec 0 = a\n"
	     "IPV6_V6ONLY a 1\n"
	     "SO_BROADCAST a 1\n"
	     "connect a [::1]:80 ECONNREFUSED\n"
	     "close a\n");
}

/* Off for "tcp"; and that the option fails does not matter. */
static void v6only_fails(void)
{
	need_ipv6_sockets();
	script.setsockopt[0] = ENOPROTOOPT;
	script.connect[0] = ECONNREFUSED;
	dial("tcp", NULL, &loopback6, "dial tcp [::1]:80: connect: connection refused",
	     "socket 6 stream nonblock cloexec 0 = a\n"
	     "IPV6_V6ONLY a 0 ENOPROTOOPT\n"
	     "SO_BROADCAST a 1\n"
	     "connect a [::1]:80 ECONNREFUSED\n"
	     "close a\n");
}

static void broadcast_fails_on_ipv6(void)
{
	need_ipv6_sockets();
	count_descriptors();
	script.setsockopt[1] = EPERM;
	dial("tcp", NULL, &loopback6,
	     "dial tcp [::1]:80: setsockopt: operation not permitted",
	     "socket 6 stream nonblock cloexec 0 = a\n"
	     "IPV6_V6ONLY a 0\n"
	     "SO_BROADCAST a 1 EPERM\n"
	     "close a\n");
	assert_none_left();
}

/* Bound to IPv4, dialling IPv6: a socket that can do both. */
static void families_differ(void)
{
	net_TCPAddr laddr = {.IP = {4, {127, 0, 0, 1}}, .Port = 7};

	need_ipv6_sockets();
	script.connect[0] = ENETUNREACH;
	dial("tcp", &laddr, &loopback6,
	     "dial tcp 127.0.0.1:7->[::1]:80: connect: network is unreachable",
	     "socket 6 stream nonblock cloexec 0 = a\n"
	     "IPV6_V6ONLY a 0\n"
	     "SO_BROADCAST a 1\n"
	     "bind a 127.0.0.1:7\n" /* ::ffff:127.0.0.1 */
	     "connect a [::1]:80 ENETUNREACH\n"
	     "close a\n");
}

static void binds(void)
{
	net_TCPAddr laddr = {.IP = {4, {127, 0, 0, 2}}, .Port = 7};

	dial("tcp", &laddr, &loopback, "",
	     SOCKET("a") "bind a 127.0.0.2:7\n" CONNECT("a") INIT("a") CONNECTED("a")
	         NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
}

static void binds_to_any_address(void)
{
	net_TCPAddr laddr = {.Port = 7};

	dial("tcp", &laddr, &loopback, "",
	     SOCKET("a") "bind a 0.0.0.0:7\n" CONNECT("a") INIT("a") CONNECTED("a")
	         NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
}

static void bind_fails(void)
{
	net_TCPAddr laddr = {.IP = {4, {127, 0, 0, 2}}, .Port = 7};

	count_descriptors();
	script.bind[0] = EADDRINUSE;
	dial("tcp", &laddr, &loopback,
	     "dial tcp 127.0.0.2:7->127.0.0.1:80: bind: address already in use",
	     SOCKET("a") "bind a 127.0.0.2:7 EADDRINUSE\nclose a\n");
	assert_none_left();
}

static void local_address_of_wrong_family(void)
{
	count_descriptors();
	dial("tcp4", &loopback6, &loopback,
	     "dial tcp4 [::1]:80->127.0.0.1:80: non-IPv4 address ::1",
	     SOCKET("a") "close a\n");
	assert_none_left();
}

static void remote_address_of_wrong_family(void)
{
	count_descriptors();
	dial("tcp4", NULL, &loopback6, "dial tcp4 [::1]:80: non-IPv4 address ::1",
	     SOCKET("a") "close a\n");
	assert_none_left();
}

/* The errno of epoll_ctl has no call's name before it, as in Go. */
static void init_fails(void)
{
	count_descriptors();
	script.epoll_ctl[0] = ENOSPC;
	dial("tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: no space left on device",
	     SOCKET("a") CONNECT("a") "epoll_create1\nadd a ENOSPC\nclose a\n");
	assert_only_poller_left();
}

static void init_fails_after_connecting_at_once(void)
{
	count_descriptors();
	script.connect[0] = AT_ONCE;
	script.epoll_ctl[0] = ENOSPC;
	dial(
	    "tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: no space left on device",
	    SOCKET("a") "connect a 127.0.0.1:80\nepoll_create1\nadd a ENOSPC\nclose a\n");
	assert_only_poller_left();
}

static void wait_fails(void)
{
	count_descriptors();
	script.wait[0] = runtime_pollErrClosing;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: use of closed network connection",
	     SOCKET("a") CONNECT("a") INIT("a") "wait w\n" CLOSE("a"));
	assert_only_poller_left();
}

static void wait_returns_nonsense(void)
{
	script.wait[0] = 7;
	dial("tcp", NULL, &loopback, "", "");
}

static void getsockopt_fails(void)
{
	count_descriptors();
	script.getsockopt[0] = ENOTSOCK;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: getsockopt: socket operation on non-socket",
	     SOCKET("a") CONNECT("a")
	         INIT("a") "wait w\nSO_ERROR a ENOTSOCK\n" CLOSE("a"));
	assert_only_poller_left();
}

static void refused(void)
{
	count_descriptors();
	script.so_error[0] = ECONNREFUSED;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: getsockopt: connection refused",
	     SOCKET("a") CONNECT("a")
	         INIT("a") "wait w\nSO_ERROR a = ECONNREFUSED\n" CLOSE("a"));
	assert_only_poller_left();
}

/* Ready, but not decided: wait again. */
static void not_decided(int so_error, const char *name_)
{
	char expected[512];

	script.so_error[0] = so_error;
	script.wait[1] = AT_ONCE;
	snprintf(expected, sizeof(expected),
	         SOCKET("a") CONNECT("a")
	             INIT("a") "wait w\nSO_ERROR a = %s\n" CONNECTED("a") NAMES("a")
	                 NODELAY("a"),
	         name_);
	dial("tcp", NULL, &loopback, "", expected);
	hang_up(CLOSE("a"));
}

static void not_decided_yet(void)
{
	not_decided(EINPROGRESS, "EINPROGRESS");
}

static void not_decided_already(void)
{
	not_decided(EALREADY, "EALREADY");
}

static void not_decided_interrupted(void)
{
	not_decided(EINTR, "EINTR");
}

static void decided_as_connected(void)
{
	script.so_error[0] = EISCONN;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a")
	         INIT("a") "wait w\nSO_ERROR a = EISCONN\n" NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
}

static void nodelay_fails(void)
{
	script.setsockopt[1] = ENOPROTOOPT;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a") CONNECTED("a")
	         NAMES("a") "TCP_NODELAY a 1 ENOPROTOOPT\n");
	hang_up(CLOSE("a"));
}

/* Without its own address a socket may be connected to itself: twice more, then
 * it is taken as it is. */
static void getsockname_fails(void)
{
	net_OpError err;

	count_descriptors();
	for (int i = 0; i < 3; i++)
		script.getsockname[i] = ENOTCONN;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a")
	         CONNECTED("a") "getsockname a ENOTCONN\ngetpeername a\n" CLOSE("a")
	             SOCKET("b") CONNECT("b") "add b\n" CONNECTED(
	                 "b") "getsockname b ENOTCONN\ngetpeername b\n" CLOSE("b")
	                 SOCKET("c") CONNECT("c") "add c\n" CONNECTED(
	                     "c") "getsockname c ENOTCONN\ngetpeername c\n" NODELAY("c"));
	script.read[0] = EIO;
	script.got[0] = -1;
	net_conn_Read(&conn->conn, (char[1]){0}, 1, &err);
	assert_op_error(&err, "read tcp 127.0.0.1:80: read: input/output error");
	hang_up("reset r\nread c 1 -1 EIO\n" CLOSE("c"));
	assert_only_poller_left();
}

/* The address that was dialled stands in for the peer's. */
static void getpeername_fails(void)
{
	net_OpError err;

	script.getpeername[0] = ENOTCONN;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a")
	         CONNECTED("a") "getsockname a\ngetpeername a ENOTCONN\n" NODELAY("a"));
	script.read[0] = EIO;
	script.got[0] = -1;
	net_conn_Read(&conn->conn, (char[1]){0}, 1, &err);
	assert_op_error(
	    &err, "read tcp 127.0.0.1:40000->127.0.0.1:80: read: input/output error");
	hang_up("reset r\nread a 1 -1 EIO\n" CLOSE("a"));
}

static void self_connected_once(void)
{
	count_descriptors();
	script.self[0] = true;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a") CONNECTED("a") NAMES("a") CLOSE("a")
	         SOCKET("b") CONNECT("b") "add b\n" CONNECTED("b") NAMES("b")
	             NODELAY("b"));
	hang_up(CLOSE("b"));
	assert_only_poller_left();
}

static void self_connected_thrice(void)
{
	count_descriptors();
	script.self[0] = script.self[1] = script.self[2] = true;
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a") CONNECTED("a") NAMES("a") CLOSE("a")
	         SOCKET("b") CONNECT("b") "add b\n" CONNECTED("b") NAMES("b") CLOSE("b")
	             SOCKET("c") CONNECT("c") "add c\n" CONNECTED("c") NAMES("c")
	                 NODELAY("c"));
	hang_up(CLOSE("c"));
	assert_only_poller_left();
}

/* With a port of the caller's choice it may be meant. */
static void self_connected_on_purpose(void)
{
	script.self[0] = true;
	dial("tcp", &loopback, &loopback, "",
	     SOCKET("a") "bind a 127.0.0.1:80\n" CONNECT("a") INIT("a") CONNECTED("a")
	         NAMES("a") NODELAY("a"));
	hang_up(CLOSE("a"));
}

static void self_connected_with_port_0(void)
{
	net_TCPAddr laddr = {.IP = loopback.IP};

	script.self[0] = true;
	dial("tcp", &laddr, &loopback, "",
	     SOCKET("a") "bind a 127.0.0.1:0\n" CONNECT("a") INIT("a") CONNECTED("a")
	         NAMES("a") CLOSE("a") SOCKET("b") "bind b 127.0.0.1:0\n" CONNECT(
	             "b") "add b\n" CONNECTED("b") NAMES("b") NODELAY("b"));
	hang_up(CLOSE("b"));
}

static void second_try_fails(void)
{
	count_descriptors();
	script.self[0] = true;
	script.socket[1] = EMFILE;
	dial("tcp", NULL, &loopback, "dial tcp 127.0.0.1:80: socket: too many open files",
	     SOCKET("a") CONNECT("a") INIT("a") CONNECTED("a") NAMES("a")
	         CLOSE("a") "socket 4 stream nonblock cloexec 0 EMFILE\n");
	assert_only_poller_left();
}

#define NOTAVAIL(s) SOCKET(s) "connect " s " 127.0.0.1:80 EADDRNOTAVAIL\nclose " s "\n"

static void port_not_available_once(void)
{
	script.connect[0] = EADDRNOTAVAIL;
	dial("tcp", NULL, &loopback, "",
	     NOTAVAIL("a") SOCKET("b") CONNECT("b") INIT("b") CONNECTED("b") NAMES("b")
	         NODELAY("b"));
	hang_up(CLOSE("b"));
}

static void port_not_available_thrice(void)
{
	count_descriptors();
	for (int i = 0; i < 3; i++)
		script.connect[i] = EADDRNOTAVAIL;
	dial("tcp", NULL, &loopback,
	     "dial tcp 127.0.0.1:80: connect: cannot assign requested address",
	     NOTAVAIL("a") NOTAVAIL("b") NOTAVAIL("c"));
	assert_none_left();
}

/* Also where SO_ERROR says it, and for one that is bound to port 0. */
static void port_not_available_later(void)
{
	net_TCPAddr laddr = {.IP = loopback.IP};

	script.so_error[0] = EADDRNOTAVAIL;
	script.bind[1] = EADDRNOTAVAIL;
	script.connect[1] = ECONNREFUSED;
	dial("tcp", &laddr, &loopback,
	     "dial tcp 127.0.0.1:0->127.0.0.1:80: connect: connection refused",
	     SOCKET("a") "bind a 127.0.0.1:0\n" CONNECT("a")
	         INIT("a") "wait w\nSO_ERROR a = EADDRNOTAVAIL\n" CLOSE("a")
	             SOCKET("b") "bind b 127.0.0.1:0 EADDRNOTAVAIL\nclose b\n" SOCKET(
	                 "c") "bind c 127.0.0.1:0\nconnect c 127.0.0.1:80 ECONNREFUSED\n"
	                      "close c\n");
}

static void port_of_my_own_not_available(void)
{
	net_TCPAddr laddr = {.IP = loopback.IP, .Port = 7};

	script.bind[0] = EADDRNOTAVAIL;
	dial("tcp", &laddr, &loopback,
	     "dial tcp 127.0.0.1:7->127.0.0.1:80: bind: cannot assign requested address",
	     SOCKET("a") "bind a 127.0.0.1:7 EADDRNOTAVAIL\nclose a\n");
}

static void unknown_network(void)
{
	dial("udp", NULL, &loopback, "dial udp 127.0.0.1:80: unknown network udp", "");
	dial("", NULL, &loopback, "dial 127.0.0.1:80: unknown network ", "");
	dial("tcp44", &loopback, &loopback6,
	     "dial tcp44 127.0.0.1:80->[::1]:80: unknown network tcp44", "");
}

static void no_address(void)
{
	dial("tcp", NULL, NULL, "dial tcp: missing address", "");
	dial("tcp6", &loopback, NULL, "dial tcp6 127.0.0.1:80: missing address", "");
}

static const char *hook_net;
static const net_TCPAddr *hook_laddr, *hook_raddr;

static error hook(context_Context *ctx, const char *net, const net_TCPAddr *laddr,
                  const net_TCPAddr *raddr, net_TCPConn **c)
{
	(void)ctx, (void)c;
	hook_net = net;
	hook_laddr = laddr;
	hook_raddr = raddr;
	return os_NewSyscallError("hook", EPERM);
}

static void test_hook(void)
{
	net_testHookDialTCP = hook;
	dial("tcp4", &loopback, &loopback6,
	     "dial tcp4 127.0.0.1:80->[::1]:80: hook: operation not permitted", "");
	assert_string_equal(hook_net, "tcp4");
	assert_ptr_equal(hook_laddr, &loopback);
	assert_ptr_equal(hook_raddr, &loopback6);

	/* It is asked after the arguments were looked at. */
	dial("udp", NULL, &loopback, "dial udp 127.0.0.1:80: unknown network udp", "");
	dial("tcp", NULL, NULL, "dial tcp: missing address", "");
}

/* Reading and writing, by the script. */

static void write_error(const char *bytes, size_t expected_n, const char *expected_error)
{
	net_OpError err;
	size_t n = net_conn_Write(&conn->conn, bytes, strlen(bytes), &err);

	assert_int_equal(n, expected_n);
	if (!expected_error)
		assert_true(error_nil(err.Err));
	else
		assert_error(err.Err, expected_error);
}

static void dial_for_io(void)
{
	dial("tcp", NULL, &loopback, "",
	     SOCKET("a") CONNECT("a") INIT("a") CONNECTED("a") NAMES("a") NODELAY("a"));
}

static void reads(size_t expected_n, const char *expected_error)
{
	char buf[8];
	net_OpError err;

	assert_int_equal(net_conn_Read(&conn->conn, buf, sizeof(buf), &err), expected_n);
	assert_error(err.Err, expected_error);
}

static void reads_later(void)
{
	script.read[0] = script.read[1] = EAGAIN;
	script.got[0] = script.got[1] = -1;
	script.wait[1] = script.wait[2] = AT_ONCE;
	script.got[2] = 5;
	dial_for_io();
	reads(5, "");
	hang_up("reset r\nread a 8 -1 EAGAIN\nwait r\nread a 8 -1 EAGAIN\nwait r\n"
	        "read a 8 5\n" CLOSE("a"));
}

static void read_closed_midway(void)
{
	script.read[0] = EAGAIN;
	script.got[0] = -1;
	script.wait[1] = runtime_pollErrClosing;
	dial_for_io();
	reads(0, "use of closed network connection");
	hang_up("reset r\nread a 8 -1 EAGAIN\nwait r\n" CLOSE("a"));
}

static void read_fails_midway(void)
{
	script.read[0] = EAGAIN;
	script.got[0] = -1;
	script.wait[1] = AT_ONCE;
	script.read[1] = ETIMEDOUT;
	script.got[1] = -1;
	dial_for_io();
	reads(0, "read: connection timed out");
	hang_up(
	    "reset r\nread a 8 -1 EAGAIN\nwait r\nread a 8 -1 ETIMEDOUT\n" CLOSE("a"));
}

static void read_finds_the_end(void)
{
	script.got[0] = 0;
	dial_for_io();
	reads(0, "EOF");
	hang_up("reset r\nread a 8 0\n" CLOSE("a"));
}

static void writes_in_pieces(void)
{
	script.wait[1] = AT_ONCE;
	script.written[0] = 2;
	script.written[1] = -1;
	script.write[1] = EAGAIN;
	script.written[2] = 3;
	dial_for_io();
	write_error("abcde", 5, NULL);
	hang_up("reset w\nwrite a abcde 2\nwrite a cde -1 EAGAIN\nwait w\nwrite a cde "
	        "3\n" CLOSE("a"));
}

static void write_fails_midway(void)
{
	script.written[0] = 2;
	script.written[1] = -1;
	script.write[1] = EPIPE;
	dial_for_io();
	write_error("abcde", 2, "write: broken pipe");
	hang_up("reset w\nwrite a abcde 2\nwrite a cde -1 EPIPE\n" CLOSE("a"));
}

static void write_closed_midway(void)
{
	script.written[0] = 2;
	script.written[1] = -1;
	script.write[1] = EAGAIN;
	script.wait[1] = runtime_pollErrClosing;
	dial_for_io();
	write_error("abcde", 2, "use of closed network connection");
	hang_up("reset w\nwrite a abcde 2\nwrite a cde -1 EAGAIN\nwait w\n" CLOSE("a"));
}

static void write_takes_nothing(void)
{
	dial_for_io();
	write_error("abcde", 0, "unexpected EOF");
	hang_up("reset w\nwrite a abcde 0\n" CLOSE("a"));
}

/* Nothing to write is tried, too; its error counts. */
static void writes_nothing(void)
{
	script.written[1] = -1;
	script.write[1] = EPIPE;
	dial_for_io();
	write_error("", 0, NULL);
	write_error("", 0, "write: broken pipe");
	hang_up("reset w\nwrite a  0\nreset w\nwrite a  -1 EPIPE\n" CLOSE("a"));
}

/* Texts. */

static void addresses_as_text(void)
{
	net_TCPAddr v4 = {.IP = {4, {192, 0, 2, 255}}, .Port = 65535};
	net_TCPAddr mapped = {.IP = {16, {[10] = 0xff, 0xff, 192, 0, 2, 1}}, .Port = 1};
	net_TCPAddr v6 = {.IP = {16, {0x20, 0x01, 0x0d, 0xb8, [12] = 1, [15] = 2}},
	                  .Port = 8080};
	net_TCPAddr zone = {.IP = {16, {0xfe, 0x80, [15] = 1}}, .Port = 80, .Zone = 2};
	net_TCPAddr any6 = {.IP = {16, {0}}};
	net_TCPAddr none = {.Port = 80};

	assert_addr(&v4, "192.0.2.255:65535");
	assert_addr(&mapped, "192.0.2.1:1");
	assert_addr(&v6, "[2001:db8::100:2]:8080");
	assert_addr(&zone, "[fe80::1%2]:80");
	assert_addr(&any6, "[::]:0");
	assert_addr(&none, ":80");
}

static void resolves(const char *net, const char *text, const char *expected)
{
	net_TCPAddr a;
	net_OpError err;

	assert_true(net_ResolveTCPAddr(net, text, &a, &err));
	assert_true(error_nil(err.Err));
	assert_addr(&a, expected);
}

static void resolves_good(void)
{
	resolves("tcp", "127.0.0.1:80", "127.0.0.1:80");
	resolves("tcp4", "0.0.0.0:0", "0.0.0.0:0");
	resolves("tcp", "255.255.255.255:65535", "255.255.255.255:65535");
	resolves("tcp", "127.0.0.1:080", "127.0.0.1:80");
	resolves("", "127.0.0.1:80", "127.0.0.1:80");
	resolves("tcp", "127.0.0.1:4294967376", "127.0.0.1:80");
	resolves("tcp", ":80", ":80");
	resolves("tcp6", ":80", ":80");
	resolves("tcp", "[::1]:80", "[::1]:80");
	resolves("tcp6", "[2001:DB8:0:0:0:0:0:1]:1", "[2001:db8::1]:1");
	resolves("tcp", "[fe80::1%2]:80", "[fe80::1%2]:80");
	resolves("tcp6", "[::ffff:192.0.2.1]:80", "192.0.2.1:80");
	resolves("tcp", "", ":0");
	resolves("tcp", ":", ":0");
	resolves("tcp", "127.0.0.1:", "127.0.0.1:0");
	resolves("tcp", "127.0.0.1:+80", "127.0.0.1:80");
	resolves("tcp", "127.0.0.1:+", "127.0.0.1:0");
	resolves("tcp", "127.0.0.1:-0", "127.0.0.1:0");
	resolves("tcp", "[fe80::1%]:80", "[fe80::1]:80");
	resolves("tcp4", "[::1]:80", "[::1]:80");
	resolves("tcp6", "127.0.0.1:80", "127.0.0.1:80");
}

static void does_not_resolve(const char *net, const char *text, const char *expected)
{
	char reason[net_OpErrorStrlen];
	net_TCPAddr a;
	net_OpError err;

	assert_false(net_ResolveTCPAddr(net, text, &a, &err));
	assert_string_equal(net_OpError_Error(&err, reason), expected);
	assert_false(net_OpError_Temporary(&err));
}

/* reason is said of the whole text. */
static void does_not_split(const char *text, const char *reason)
{
	char expected[net_OpErrorStrlen];

	snprintf(expected, sizeof(expected), "%s %s", reason, text);
	does_not_resolve("tcp", text, expected);
}

static void resolves_bad(void)
{
	static const char missing_port[] = "missing port in address",
	                  colons[] = "too many colons in address";

	does_not_split("127.0.0.1", missing_port);
	does_not_split("[::1]", missing_port);
	does_not_split("[::1]80", missing_port);
	does_not_split("[::1]x:80", missing_port);
	does_not_split("[::1]x:80:80", missing_port);
	does_not_split("[]x]:80", missing_port);
	does_not_split("[::1", "missing ']' in address");
	does_not_split("[:80", "missing ']' in address");
	does_not_split("::1:80", colons);
	does_not_split("127.0.0.1:80:80", colons);
	does_not_split("[::1]:80:80", colons);
	does_not_split("fe80::1%1:80", colons);
	does_not_split("[[::1]:80", "unexpected '[' in address");
	does_not_split("127.0.0.1[:80", "unexpected '[' in address");
	does_not_split("127.0.0.1]:80", "unexpected ']' in address");
	does_not_split("127.0.0.1%1:80", "missing brackets in address");
	does_not_resolve("tcp", "127.0.0.1:65536", "invalid port 65536");
	does_not_resolve("tcp", "127.0.0.1:99999999999999999999",
	                 "invalid port 99999999999999999999");
	does_not_resolve("tcp", "127.0.0.1:-1", "invalid port -1");
	does_not_resolve("tcp", "127.0.0.1:http", "unknown port tcp/http");
	does_not_resolve("tcp4", "127.0.0.1:80x", "unknown port tcp/80x");
	does_not_resolve("tcp6", "127.0.0.1: 80", "unknown port tcp/ 80");
	does_not_resolve("tcp", "127.0.0.1:+-1", "unknown port tcp/+-1");
	does_not_resolve("tcp", "[fe80::1%eth0]:80",
	                 "zone is not an interface's number fe80::1%eth0");
	does_not_resolve("tcp", "[fe80::1%4294967296]:80",
	                 "zone is not an interface's number fe80::1%4294967296");
	does_not_resolve("tcp", "localhost:80", "not a literal IP address localhost");
	does_not_resolve("tcp", "127.0.0:80", "not a literal IP address 127.0.0");
	does_not_resolve("tcp", "[127.0.0.1%1]:80",
	                 "not a literal IP address 127.0.0.1%1");
	does_not_resolve("tcp", "[%1]:80", "not a literal IP address %1");
	/* What it is about is cut. */
	does_not_resolve(
	    "tcp", "1234567890123456789012345678901234567890123456789012345678901234:1",
	    "address too long "
	    "123456789012345678901234567890123456789012345678901234567890123");
	does_not_resolve("udp", "127.0.0.1:80", "unknown network udp");
	does_not_resolve("tcp5", "127.0.0.1:80", "unknown network tcp5");
	does_not_resolve("tcp", "127.0.0.1:99999999999x", "invalid port 99999999999x");
	does_not_resolve("tcp", "127.0.0.1:4294967296x", "invalid port 4294967296x");
}

/* A dial says the same after its own name. */
static void dial_of_no_address(void)
{
	char text[net_OpErrorStrlen];
	net_OpError err;

	assert_null(net_DialTimeout("tcp", "127.0.0.1", 0, &err));
	assert_string_equal(net_OpError_Error(&err, text),
	                    "dial tcp: missing port in address 127.0.0.1");
	assert_null(net_DialTimeout("udp4", "127.0.0.1:x", 0, &err));
	assert_string_equal(net_OpError_Error(&err, text),
	                    "dial udp4: unknown port udp/x");
	assert_null(net_DialTimeout("ip", "127.0.0.1", 0, &err));
	assert_string_equal(net_OpError_Error(&err, text), "dial ip: unknown network ip");
}

static void error_texts(void)
{
	assert_true(error_nil((error){0}));
	assert_true(error_nil(os_NewSyscallError("read", 0)));
	assert_true(error_nil(error_errno(0)));
	assert_false(error_nil(net_EOF));
	assert_error(error_errno(EAGAIN), "resource temporarily unavailable");
	assert_error(error_errno(ECONNRESET), "connection reset by peer");
	assert_error(error_errno(ENOSYS), "function not implemented");
	assert_error(error_errno(EREMCHG), "remote address changed");
	assert_error(error_errno(ELIBSCN), ".lib section in a.out corrupted");
	assert_error(error_errno(ENOANO), "no anode");
	assert_error(error_errno(EDOTDOT), "RFS specific error");
	assert_error(error_errno(41), "errno 41");
	assert_error(os_NewSyscallError("getsockopt", ECONNREFUSED),
	             "getsockopt: connection refused");
	assert_error(net_errClosing, "use of closed network connection");
	assert_error(net_errMissingAddress, "missing address");
	assert_error(net_EOF, "EOF");
	assert_error(net_ErrUnexpectedEOF, "unexpected EOF");
}

/* Connected, and too late: Go says so with the context's error. */
static void late_error(void)
{
	const net_OpError e = {
	    .Op = "dial", .Net = "tcp", .Err = context_DeadlineExceeded};
	char text[net_OpErrorStrlen];

	assert_string_equal(net_OpError_Error(&e, text),
	                    "dial tcp: context deadline exceeded");
	assert_true(net_OpError_Timeout(&e));
	assert_false(net_OpError_Temporary(&e));
}

/* Every part as long as it gets. */
static void long_error(void)
{
	net_TCPAddr a = {.IP = {16, {0}}, .Port = 65535, .Zone = UINT32_MAX};
	net_OpError e = {
	    .Op = "close", .Net = "tcp6", .hasSource = true, .hasAddr = true};

	for (int i = 0; i < 16; i += 2)
		a.IP.byte[i] = 0xab, a.IP.byte[i + 1] = (uint8_t)(0x10 + i);
	e.Source = e.Addr = a;
	e.Err = os_NewSyscallError("setnonblock", ELIBMAX);
#define LONG_ADDR "[ab10:ab12:ab14:ab16:ab18:ab1a:ab1c:ab1e%4294967295]:65535"
	assert_op_error(&e,
	                "close tcp6 " LONG_ADDR "->" LONG_ADDR
	                ": setnonblock: attempting to link in too many shared libraries");
}

static void assert_sockaddr(int family, const net_IP *ip, const char *expected)
{
	syscall_Sockaddr sa;
	net_TCPAddr a;

	assert_error(net_ipToSockaddr(family, ip, 80, 0, &sa), "");
	assert_int_equal(sa.len, family == AF_INET ? 16 : 28);
	assert_int_equal(sa.raw.addr.sa_family, family);
	assert_true(net_sockaddrToTCP(&sa, &a));
	assert_addr(&a, expected);
}

static void kernel_addresses(void)
{
	net_IP none = {0}, any = {4, {0}}, any6 = {16, {0}},
	       mapped_any = {16, {[10] = 0xff, 0xff}},
	       mapped = {16, {[10] = 0xff, 0xff, 192, 0, 2, 1}};
	syscall_Sockaddr sa = {.len = 0};
	net_TCPAddr a;

	assert_sockaddr(AF_INET, &none, "0.0.0.0:80");
	assert_sockaddr(AF_INET, &loopback.IP, "127.0.0.1:80");
	assert_sockaddr(AF_INET, &mapped, "192.0.2.1:80");
	assert_sockaddr(AF_INET6, &none, "[::]:80");
	assert_sockaddr(AF_INET6, &any, "[::]:80");
	assert_sockaddr(AF_INET6, &any6, "[::]:80");
	assert_sockaddr(AF_INET6, &mapped_any, "[::]:80");
	assert_sockaddr(AF_INET6, &loopback6.IP, "[::1]:80");
	assert_sockaddr(AF_INET6, &mapped, "192.0.2.1:80");
	assert_error(net_ipToSockaddr(AF_INET, &any6, 80, 0, &sa), "non-IPv4 address");
	assert_error(net_ipToSockaddr(AF_UNIX, &any, 80, 0, &sa),
	             "invalid address family");
	sa.len = 0;
	assert_false(net_sockaddrToTCP(&sa, &a));
	sa.len = sizeof(sa.raw.in);
	sa.raw.addr.sa_family = AF_UNIX;
	assert_false(net_sockaddrToTCP(&sa, &a));
}

static void equal_addresses(void)
{
	net_IP v4 = {4, {192, 0, 2, 1}}, other = {4, {192, 0, 2, 2}},
	       mapped = {16, {[10] = 0xff, 0xff, 192, 0, 2, 1}},
	       v6 = {16, {[12] = 192, 0, 2, 1}}, none = {0};

	assert_true(net_IP_Equal(&v4, &v4));
	assert_true(net_IP_Equal(&v4, &mapped));
	assert_true(net_IP_Equal(&mapped, &v4));
	assert_true(net_IP_Equal(&v6, &v6));
	assert_true(net_IP_Equal(&none, &none));
	assert_false(net_IP_Equal(&v4, &other));
	assert_false(net_IP_Equal(&other, &mapped));
	assert_false(net_IP_Equal(&v4, &v6));
	assert_false(net_IP_Equal(&v6, &mapped));
	assert_false(net_IP_Equal(&v4, &none));
	assert_false(net_IP_Equal(&none, &v6));
}

/* Real sockets. A server is a thread with blocking calls, and serves one client. */

struct server {
	int listener;
	net_TCPAddr addr;
	pthread_t thread;
	void (*serve)(int client);
	struct sockaddr_in client; /* who dialled, once serve was called; IPv4 */
};

/* False if there is no such address here. */
static bool listen_on(struct server *s, int family)
{
	syscall_Sockaddr sa = {.len = 0};

	s->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listener < 0)
		return false;
	assert_error(net_ipToSockaddr(family,
	                              family == AF_INET ? &loopback.IP : &loopback6.IP, 0,
	                              0, &sa),
	             "");
	if (bind(s->listener, &sa.raw.addr, sa.len) < 0 || listen(s->listener, 16) < 0 ||
	    getsockname(s->listener, &sa.raw.addr, &sa.len) < 0) {
		close(s->listener);
		return false;
	}
	assert_true(net_sockaddrToTCP(&sa, &s->addr));
	return true;
}

static void *server_thread(void *arg)
{
	struct server *s = arg;
	socklen_t len = sizeof(s->client);
	int c = accept(s->listener, (struct sockaddr *)&s->client, &len);

	assert_true(c >= 0);
	s->serve(c);
	return NULL;
}

static void start_server(struct server *s, void (*serve)(int))
{
	if (s->listener == 0)
		assert_true(listen_on(s, AF_INET));
	s->serve = serve;
	assert_int_equal(pthread_create(&s->thread, NULL, server_thread, s), 0);
}

static void stop_server(struct server *s)
{
	pthread_join(s->thread, NULL);
	close(s->listener);
}

static net_TCPConn *dial_server(struct server *s)
{
	net_OpError err;
	net_TCPConn *c = net_DialTCP("tcp", NULL, &s->addr, &err);

	assert_error(err.Err, "");
	assert_non_null(c);
	return c;
}

/* A server, and a connection to it. */
static net_TCPConn *connect_to(struct server *s, void (*serve)(int))
{
	start_server(s, serve);
	return dial_server(s);
}

/* Ends both; c may be closed already. */
static void disconnect(struct server *s, net_TCPConn *c)
{
	net_conn_Free(&c->conn);
	stop_server(s);
}

static void echo(int c)
{
	char buf[512];
	ssize_t n;

	while ((n = read(c, buf, sizeof(buf))) > 0)
		assert_int_equal(send(c, buf, (size_t)n, MSG_NOSIGNAL), n);
	close(c);
}

static void hang_up_at_once(int c)
{
	close(c);
}

/* Closes with a reset instead of an end of the stream, once something has come: a
 * reset that is there too early is the dial's error. */
static void reset(int c)
{
	struct linger hard = {.l_onoff = 1, .l_linger = 0};
	char byte;

	assert_int_equal(read(c, &byte, 1), 1);
	setsockopt(c, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(c);
}

static void wait_for_end(int c)
{
	char buf[64];

	while (read(c, buf, sizeof(buf)) > 0)
		;
	close(c);
}

static void assert_write(net_TCPConn *c, const char *text)
{
	net_OpError err;

	assert_int_equal(net_conn_Write(&c->conn, text, strlen(text), &err),
	                 strlen(text));
	assert_error(err.Err, "");
}

static void assert_read(net_TCPConn *c, const char *text)
{
	char buf[64] = "";
	net_OpError err;

	assert_int_equal(net_conn_Read(&c->conn, buf, sizeof(buf) - 1, &err),
	                 strlen(text));
	assert_error(err.Err, "");
	assert_string_equal(buf, text);
}

/* The read fails; returns why. */
static const net_OpError *read_fails(net_TCPConn *c)
{
	static net_OpError err;
	char buf[64];

	assert_int_equal(net_conn_Read(&c->conn, buf, sizeof(buf), &err), 0);
	assert_false(error_nil(err.Err));
	return &err;
}

static void assert_close(net_TCPConn *c)
{
	net_OpError err;

	assert_true(net_conn_Close(&c->conn, &err));
	assert_error(err.Err, "");
}

static void dials(int family, const char *net, const char *ip)
{
	struct server s = {0};
	net_OpError err;
	char start[64], text[net_OpErrorStrlen];
	net_TCPConn *c;

	if (!listen_on(&s, family))
		port_test_skip("no such address on the loopback interface");
	start_server(&s, echo);
	c = net_DialTCP(net, NULL, &s.addr, &err);
	assert_error(err.Err, "");
	assert_write(c, "ping\n");
	assert_read(c, "ping\n");
	assert_close(c);

	assert_int_equal(net_conn_Read(&c->conn, text, 1, &err), 0);
	snprintf(start, sizeof(start), "read %s %s:", net, ip);
	assert_memory_equal(net_OpError_Error(&err, text), start, strlen(start));
	snprintf(start, sizeof(start), "->%s:%d: use of closed network connection", ip,
	         s.addr.Port);
	assert_non_null(strstr(text, start));
	disconnect(&s, c);
}

static void dials_ipv4(void)
{
	dials(AF_INET, "tcp", "127.0.0.1");
}

static void dials_ipv4_by_name(void)
{
	dials(AF_INET, "tcp4", "127.0.0.1");
}

static void dials_ipv6(void)
{
	dials(AF_INET6, "tcp", "[::1]");
}

static void dials_ipv6_by_name(void)
{
	dials(AF_INET6, "tcp6", "[::1]");
}

/* An IPv6 socket that may only speak IPv6. */
static void dials_ipv4_over_tcp6(void)
{
	net_OpError err;

	need_ipv6_sockets();
	assert_null(net_DialTCP("tcp6", NULL, &loopback, &err));
	assert_op_error(&err, "dial tcp6 127.0.0.1:80: connect: network is unreachable");
}

static void dials_from_an_address(void)
{
	struct server s = {0}, unused = {0};
	net_TCPAddr laddr;
	net_OpError err;
	net_TCPConn *c;

	/* A port that was free a moment ago. */
	assert_true(listen_on(&unused, AF_INET));
	close(unused.listener);
	laddr = unused.addr;
	start_server(&s, wait_for_end);
	c = net_DialTCP("tcp", &laddr, &s.addr, &err);
	assert_error(err.Err, "");
	assert_close(c);
	disconnect(&s, c);
	assert_int_equal(ntohs(s.client.sin_port), laddr.Port);
}

static void dials_from_an_address_in_use(void)
{
	struct server s = {0};
	net_OpError err;
	char expected[128];

	assert_true(listen_on(&s, AF_INET));
	count_descriptors();
	assert_null(net_DialTCP("tcp", &s.addr, &loopback, &err));
	snprintf(expected, sizeof(expected),
	         "dial tcp 127.0.0.1:%d->127.0.0.1:80: bind: address already in use",
	         s.addr.Port);
	assert_op_error(&err, expected);
	assert_none_left();
	close(s.listener);
}

static void dials_nobody(void)
{
	struct server s = {0};
	net_OpError err;
	char expected[128];

	count_descriptors();
	assert_true(listen_on(&s, AF_INET));
	close(s.listener);
	assert_null(net_DialTCP("tcp", NULL, &s.addr, &err));
	snprintf(expected, sizeof(expected),
	         "dial tcp 127.0.0.1:%d: getsockopt: connection refused", s.addr.Port);
	assert_op_error(&err, expected);
	assert_only_poller_left();
}

/* A connected socket on which nothing differs from Go's. */
static void socket_options(void)
{
	struct server s = {0};
	net_netFD *fd;
	int value;
	socklen_t len = sizeof(value);

	start_server(&s, wait_for_end);
	assert_error(net_dialTCP(context_Background(), "tcp", NULL, &s.addr, &conn), "");
	fd = conn->conn.fd;
	assert_true(fd->isConnected);
	assert_int_equal(fd->family, AF_INET);
	assert_int_equal(fd->sotype, SOCK_STREAM);
	assert_string_equal(fd->net, "tcp");
	assert_int_equal(getsockopt(fd->sysfd, IPPROTO_TCP, TCP_NODELAY, &value, &len),
	                 0);
	assert_int_equal(value != 0, 1);
	assert_int_equal(getsockopt(fd->sysfd, SOL_SOCKET, SO_BROADCAST, &value, &len),
	                 0);
	assert_int_equal(value != 0, 1);
	assert_int_equal(fcntl(fd->sysfd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd->sysfd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_close(conn);
	assert_int_equal(fd->sysfd, -1);
	assert_null(fd->pd.runtimeCtx);
	disconnect(&s, conn);
}

static void reads_end_of_stream(void)
{
	struct server s = {0};
	net_TCPConn *c;
	const net_OpError *err;

	c = connect_to(&s, hang_up_at_once);
	for (int i = 0; i < 2; i++) {
		err = read_fails(c);
		assert_ptr_equal(err->Err.text, net_EOF.text);
	}
	assert_close(c);
	disconnect(&s, c);
}

/* Neither waits for bytes nor sees the end of the stream. */
static void reads_nothing(void)
{
	struct server s = {0};
	net_TCPConn *c;
	net_OpError err;

	c = connect_to(&s, hang_up_at_once);
	read_fails(c);
	assert_int_equal(net_conn_Read(&c->conn, NULL, 0, &err), 0);
	assert_error(err.Err, "");
	assert_close(c);
	assert_int_equal(net_conn_Read(&c->conn, NULL, 0, &err), 0);
	assert_error(err.Err, "use of closed network connection");
	disconnect(&s, c);
}

static void reads_reset(void)
{
	struct server s = {0};
	net_TCPConn *c;

	c = connect_to(&s, reset);
	assert_write(c, "x");
	assert_error(read_fails(c)->Err, "read: connection reset by peer");
	assert_close(c);
	disconnect(&s, c);
}

/* Go's runtime has a handler for SIGPIPE, so the program lives on. */
static void writes_to_a_broken_connection(void)
{
	struct server s = {0};
	net_TCPConn *c;
	net_OpError err;

	c = connect_to(&s, reset);
	assert_write(c, "x");
	read_fails(c);
	assert_int_equal(net_conn_Write(&c->conn, "x", 1, &err), 0);
	assert_error(err.Err, "write: broken pipe");
	assert_close(c);
	disconnect(&s, c);
}

/* Goroutines at work on one connection. */

static net_TCPConn *shared;
/* More than both sockets' buffers can hold, a pattern in it. */
enum { LARGE = 32 << 20 };

static char pattern(size_t i)
{
	return (char)(i * 7 + (i >> 8) + (i >> 16));
}

static void check_pattern(int c)
{
	static char buf[64 * 1024];
	size_t at = 0;
	ssize_t n;

	usleep(50 * 1000); /* until the buffers are full and the writer is parked */
	while ((n = read(c, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++, at++)
			if (buf[i] != pattern(at))
				fail_msg("byte %zu is wrong", at);
	assert_int_equal(at, LARGE);
	close(c);
}

static int others_ran;

static void run_beside(void *unused)
{
	(void)unused;
	others_ran++;
	port_test_done();
}

static void large_write_parks(void)
{
	struct server s = {0};
	char *bytes = malloc(LARGE);
	net_TCPConn *c;
	net_OpError err;

	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = pattern(i);
	c = connect_to(&s, check_pattern);
	runtime_newproc(run_beside, NULL);
	assert_int_equal(net_conn_Write(&c->conn, bytes, LARGE, &err), LARGE);
	assert_error(err.Err, "");
	assert_int_equal(others_ran, 1);
	assert_close(c);
	disconnect(&s, c);
	port_test_wait_for(1);
	free(bytes);
}

static int readers_inside;

static void read_one(void *arg)
{
	char *byte = arg;
	net_OpError err;

	readers_inside++;
	assert_int_equal(net_conn_Read(&shared->conn, byte, 1, &err), 1);
	assert_error(err.Err, "");
	port_test_done();
}

static _Atomic bool go_on;

static void send_three(int c)
{
	while (!atomic_load(&go_on))
		usleep(100);
	assert_int_equal(write(c, "123", 3), 3);
	wait_for_end(c);
}

/* One parks in the poller, the others at its lock; each gets one byte, in turn. */
static void readers_take_turns(void)
{
	struct server s = {0};
	char bytes[4] = "";

	shared = connect_to(&s, send_three);
	for (int i = 0; i < 3; i++) {
		runtime_newproc(read_one, &bytes[i]);
		runtime_Gosched();
	}
	assert_int_equal(readers_inside, 3);
	assert_string_equal(bytes, "");
	atomic_store(&go_on, true);
	port_test_wait_for(3);
	assert_string_equal(bytes, "123");
	assert_close(shared);
	disconnect(&s, shared);
}

enum { WRITERS = 4, CHUNK = 8 << 20 };

static char *chunk[WRITERS];

static void write_chunk(void *arg)
{
	net_OpError err;

	assert_int_equal(net_conn_Write(&shared->conn, *(char **)arg, CHUNK, &err),
	                 CHUNK);
	assert_error(err.Err, "");
	port_test_done();
}

static void check_chunks(int c)
{
	static char buf[64 * 1024];
	size_t at = 0;
	ssize_t n;
	char now = 0;

	usleep(20 * 1000);
	while ((n = read(c, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++, at++) {
			if (at % CHUNK == 0)
				now = buf[i];
			if (buf[i] != now)
				fail_msg("'%c' inside the chunk of '%c'", buf[i], now);
		}
	assert_int_equal(at, WRITERS * CHUNK);
	close(c);
}

static void writers_take_turns(void)
{
	struct server s = {0};

	shared = connect_to(&s, check_chunks);
	for (int i = 0; i < WRITERS; i++) {
		chunk[i] = malloc(CHUNK);
		memset(chunk[i], 'a' + i, CHUNK);
		runtime_newproc(write_chunk, &chunk[i]);
	}
	port_test_wait_for(WRITERS);
	assert_close(shared);
	disconnect(&s, shared);
	for (int i = 0; i < WRITERS; i++)
		free(chunk[i]);
}

static int reads_ended;

static void read_until_closed(void *unused)
{
	char byte;
	net_OpError err;

	(void)unused;
	assert_int_equal(net_conn_Read(&shared->conn, &byte, 1, &err), 0);
	assert_error(err.Err, "use of closed network connection");
	reads_ended++;
	port_test_done();
}

/* The one in the poller and the one at its lock. */
static void close_wakes_readers(void)
{
	struct server s = {0};
	net_netFD *fd;

	count_descriptors();
	shared = connect_to(&s, wait_for_end);
	fd = *(net_netFD **)shared;
	runtime_newproc(read_until_closed, NULL);
	runtime_newproc(read_until_closed, NULL);
	runtime_Gosched();
	assert_close(shared);
	assert_int_equal(reads_ended, 0);

	/* Not closed under the reader: it is the last to let go. */
	assert_true(fd->sysfd >= 0);
	port_test_wait_for(2);
	assert_int_equal(reads_ended, 2);
	assert_int_equal(fd->sysfd, -1);
	disconnect(&s, shared);
	assert_only_poller_left();
}

static void write_until_closed(void *bytes)
{
	net_OpError err;
	size_t n = net_conn_Write(&shared->conn, bytes, LARGE, &err);

	assert_error(err.Err, "use of closed network connection");
	assert_in_range(n, 1, LARGE - 1);
	port_test_done();
}

static void do_not_read(int c)
{
	while (!atomic_load(&go_on))
		usleep(100);
	close(c);
}

static void close_wakes_writer(void)
{
	struct server s = {0};
	char *bytes = calloc(1, LARGE);

	shared = connect_to(&s, do_not_read);
	runtime_newproc(write_until_closed, bytes);
	runtime_Gosched();
	assert_close(shared);
	port_test_wait_for(1);
	atomic_store(&go_on, true);
	disconnect(&s, shared);
	free(bytes);
}

static void reset_slowly(int c)
{
	usleep(20 * 1000);
	reset(c);
}

/* The peer goes while the writer is parked: what was written is told. */
static void reset_wakes_writer(void)
{
	struct server s = {0};
	char *bytes = calloc(1, LARGE);
	net_TCPConn *c;
	net_OpError err;
	size_t n;

	c = connect_to(&s, reset_slowly);
	n = net_conn_Write(&c->conn, bytes, LARGE, &err);
	assert_in_range(n, 1, LARGE - 1);
	assert_error(err.Err, "write: connection reset by peer");
	assert_close(c);
	disconnect(&s, c);
	free(bytes);
}

static void after_close(void)
{
	struct server s = {0};
	net_TCPConn *c;
	net_OpError err;

	c = connect_to(&s, wait_for_end);
	assert_close(c);
	assert_false(net_conn_Close(&c->conn, &err));
	assert_error(err.Err, "use of closed network connection");
	assert_ptr_equal(err.Err.text, net_errClosing.text);
	assert_string_equal(err.Op, "close");
	assert_ptr_equal(read_fails(c)->Err.text, net_errClosing.text);
	assert_string_equal(read_fails(c)->Op, "read");
	assert_int_equal(net_conn_Write(&c->conn, "x", 1, &err), 0);
	assert_ptr_equal(err.Err.text, net_errClosing.text);
	assert_string_equal(err.Op, "write");
	disconnect(&s, c);
}

static void free_closes(void)
{
	struct server s = {0};

	count_descriptors();
	disconnect(&s, connect_to(&s, wait_for_end));
	assert_only_poller_left();
}

static void *accept_many(void *arg)
{
	struct server *s = arg;

	for (int i = 0; i < 100; i++) {
		int c = accept(s->listener, NULL, NULL);

		assert_true(c >= 0);
		wait_for_end(c);
	}
	return NULL;
}

static void descriptors_do_not_leak(void)
{
	struct server s = {0}, nobody = {0};
	net_OpError err;

	count_descriptors();
	assert_true(listen_on(&nobody, AF_INET));
	close(nobody.listener);
	assert_true(listen_on(&s, AF_INET));
	assert_int_equal(pthread_create(&s.thread, NULL, accept_many, &s), 0);
	for (int i = 0; i < 100; i++) {
		net_TCPConn *c = dial_server(&s);

		assert_write(c, "ping\n");
		if (i % 2)
			assert_close(c);
		net_conn_Free(&c->conn);
		assert_null(net_DialTCP("tcp", NULL, &nobody.addr, &err));
	}
	stop_server(&s);
	assert_only_poller_left();
}

static const struct port_test tests[] = {
    PORT_TEST(connects_later),
    PORT_TEST(second_dial),
    PORT_TEST(connects_at_once),
    PORT_TEST(connected_before),
    PORT_TEST(connect_already_under_way),
    PORT_TEST(connect_interrupted),
    PORT_TEST(connect_fails),
    PORT_TEST(connect_invalid),
    PORT_TEST(old_kernel),
    PORT_TEST(socket_flags_not_supported),
    PORT_TEST(socket_fails),
    PORT_TEST(socket_fails_without_flags),
    PORT_TEST(close_on_exec_fails),
    PORT_TEST(get_flags_fails),
    PORT_TEST(set_nonblock_fails),
    PORT_TEST(broadcast_fails),
    PORT_TEST(v6only_for_tcp6),
    PORT_TEST(v6only_fails),
    PORT_TEST(broadcast_fails_on_ipv6),
    PORT_TEST(families_differ),
    PORT_TEST(binds),
    PORT_TEST(binds_to_any_address),
    PORT_TEST(bind_fails),
    PORT_TEST(local_address_of_wrong_family),
    PORT_TEST(remote_address_of_wrong_family),
    PORT_TEST(init_fails),
    PORT_TEST(init_fails_after_connecting_at_once),
    PORT_TEST(wait_fails),
    {"wait_returns_nonsense", wait_returns_nonsense, 2,
     "unreachable:  7\nfatal error: unreachable\n", NULL},
    PORT_TEST(getsockopt_fails),
    PORT_TEST(refused),
    PORT_TEST(not_decided_yet),
    PORT_TEST(not_decided_already),
    PORT_TEST(not_decided_interrupted),
    PORT_TEST(decided_as_connected),
    PORT_TEST(nodelay_fails),
    PORT_TEST(getsockname_fails),
    PORT_TEST(getpeername_fails),
    PORT_TEST(self_connected_once),
    PORT_TEST(self_connected_thrice),
    PORT_TEST(self_connected_on_purpose),
    PORT_TEST(self_connected_with_port_0),
    PORT_TEST(second_try_fails),
    PORT_TEST(port_not_available_once),
    PORT_TEST(port_not_available_thrice),
    PORT_TEST(port_not_available_later),
    PORT_TEST(port_of_my_own_not_available),
    PORT_TEST(unknown_network),
    PORT_TEST(no_address),
    PORT_TEST(test_hook),
    PORT_TEST(reads_later),
    PORT_TEST(read_closed_midway),
    PORT_TEST(read_fails_midway),
    PORT_TEST(read_finds_the_end),
    PORT_TEST(writes_in_pieces),
    PORT_TEST(write_fails_midway),
    PORT_TEST(write_closed_midway),
    PORT_TEST(write_takes_nothing),
    PORT_TEST(writes_nothing),
    PORT_TEST(addresses_as_text),
    PORT_TEST(resolves_good),
    PORT_TEST(resolves_bad),
    PORT_TEST(dial_of_no_address),
    PORT_TEST(error_texts),
    PORT_TEST(late_error),
    PORT_TEST(long_error),
    PORT_TEST(kernel_addresses),
    PORT_TEST(equal_addresses),
    PORT_TEST(dials_ipv4),
    PORT_TEST(dials_ipv4_by_name),
    PORT_TEST(dials_ipv6),
    PORT_TEST(dials_ipv6_by_name),
    PORT_TEST(dials_ipv4_over_tcp6),
    PORT_TEST(dials_from_an_address),
    PORT_TEST(dials_from_an_address_in_use),
    PORT_TEST(dials_nobody),
    PORT_TEST(socket_options),
    PORT_TEST(reads_end_of_stream),
    PORT_TEST(reads_nothing),
    PORT_TEST(reads_reset),
    PORT_TEST(writes_to_a_broken_connection),
    PORT_TEST(large_write_parks),
    PORT_TEST(readers_take_turns),
    PORT_TEST(writers_take_turns),
    PORT_TEST(close_wakes_readers),
    PORT_TEST(close_wakes_writer),
    PORT_TEST(reset_wakes_writer),
    PORT_TEST(after_close),
    PORT_TEST(free_closes),
    PORT_TEST(descriptors_do_not_leak),
};

void main_main(void)
{
	port_test_main("net", tests, sizeof(tests) / sizeof(tests[0]));
}
