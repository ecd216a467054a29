/* The port's connections between its own goroutines: listeners, dials with limits,
 * deadlines, half-closed connections, UDP. */
#include "port_test.h"

#include "net/fd_unix.h"
#include "net/hook_unix.h"
#include "net/net.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const net_TCPAddr loopback = {.IP = {4, {127, 0, 0, 1}}};

static time_Time in(int milliseconds)
{
	return time_Now() + milliseconds * time_Millisecond;
}

/* The end of e's text: what precedes it are addresses. */
static void assert_error_ends(const net_OpError *e, const char *expected)
{
	char text[net_OpErrorStrlen];
	size_t len = strlen(net_OpError_Error(e, text)), n = strlen(expected);

	assert_true(len >= n);
	assert_string_equal(text + len - n, expected);
}

static void assert_timeout(const net_OpError *e)
{
	assert_ptr_equal(e->Err.text, net_errTimeout.text);
	assert_true(net_OpError_Timeout(e));
	assert_true(net_OpError_Temporary(e));
	assert_error_ends(e, ": i/o timeout");
}

static void assert_final(const net_OpError *e, error why)
{
	assert_ptr_equal(e->Err.text, why.text);
	assert_false(net_OpError_Timeout(e));
	assert_false(net_OpError_Temporary(e));
}

static net_TCPListener *listener;
static net_TCPAddr addr;
static char addr_text[net_TCPAddrStrlen];

static void open_listener(void)
{
	net_OpError err;

	listener = net_ListenTCP("tcp", &loopback, &err);
	assert_non_null(listener);
	assert_true(net_TCPListener_Addr(listener, &addr));
	net_TCPAddr_String(&addr, addr_text);
}

/* Both ends of a connection. */
static net_conn *near, *far;

static void open_connection(void)
{
	net_OpError err;

	open_listener();
	near = &net_DialTCP("tcp", NULL, &addr, &err)->conn;
	assert_non_null(near);
	far = &net_TCPListener_Accept(listener, &err)->conn;
	assert_non_null(far);
}

static void close_all(void)
{
	net_conn_Free(near);
	net_conn_Free(far);
	net_TCPListener_Free(listener);
}

static void assert_carries(net_conn *from, net_conn *to, const char *text)
{
	char buf[64] = "";
	net_OpError err;

	assert_int_equal(net_conn_Write(from, text, strlen(text), &err), strlen(text));
	assert_int_equal(net_conn_Read(to, buf, sizeof(buf), &err), strlen(text));
	assert_string_equal(buf, text);
}

/* Dialing with limits. */

/* Somebody who does not answer: as many connections as fit wait to be accepted, and the
 * kernel does not even look at more. */
static int deaf, waiting[2];

static void open_deaf_listener(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sa);

	deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(deaf, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(deaf, 0), 0);
	assert_int_equal(getsockname(deaf, (struct sockaddr *)&sa, &len), 0);
	for (int i = 0; i < 2; i++) {
		waiting[i] =
		    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		connect(waiting[i], (struct sockaddr *)&sa, sizeof(sa));
	}
	snprintf(addr_text, sizeof(addr_text), "127.0.0.1:%d", ntohs(sa.sin_port));
}

static void close_deaf_listener(void)
{
	close(deaf);
	close(waiting[0]);
	close(waiting[1]);
}

static void dial_times_out(void)
{
	int before = port_test_open_descriptors();
	time_Time start = time_Now();
	net_OpError err;
	char expected[128];

	open_deaf_listener();
	assert_null(net_DialTimeout("tcp", addr_text, 50 * time_Millisecond, &err));
	assert_true(time_Now() - start >= 50 * time_Millisecond);
	assert_true(time_Now() - start < 20 * time_Second);
	assert_timeout(&err);
	snprintf(expected, sizeof(expected), "dial tcp %s: i/o timeout", addr_text);
	assert_error_ends(&err, expected);
	close_deaf_listener();
	assert_int_equal(port_test_open_descriptors(), before + 1); /* the poller's */
}

static void dial_in_time(void)
{
	net_OpError err;

	open_listener();
	near = net_DialTimeout("tcp", addr_text, 200 * time_Millisecond, &err);
	assert_non_null(near);
	far = &net_TCPListener_Accept(listener, &err)->conn;
	time_Sleep(300 * time_Millisecond);
	/* The time was the dial's only. */
	assert_carries(near, far, "ping");
	assert_carries(far, near, "pong");
	close_all();
}

static void dial_with_all_the_time(void)
{
	net_OpError err;

	open_listener();
	near = net_DialTimeout("tcp", addr_text, INT64_MAX, &err);
	assert_non_null(near);
	far = &net_TCPListener_Accept(listener, &err)->conn;
	assert_carries(near, far, "ping");
	close_all();
}

static void dial_without_any_time(void)
{
	net_Dialer past = {.Deadline = 1};
	int before = port_test_open_descriptors();
	net_OpError err;

	assert_null(net_DialTimeout("tcp", "127.0.0.1:1", -1, &err));
	assert_timeout(&err);
	assert_null(net_Dialer_DialContext(&past, context_Background(), "tcp",
	                                   "127.0.0.1:1", &err));
	assert_timeout(&err);
	assert_int_equal(port_test_open_descriptors(), before); /* not even tried */
}

static void cancel_later(void *ctx)
{
	time_Sleep(20 * time_Millisecond);
	context_Cancel(ctx);
	port_test_done();
}

static void dial_is_cancelled(void)
{
	context_Context *ctx = context_WithCancel(context_Background());
	int before = port_test_open_descriptors();
	net_Dialer d = {.Timeout = 60 * time_Second};
	net_OpError err;

	open_deaf_listener();
	runtime_newproc(cancel_later, ctx);
	assert_null(net_Dialer_DialContext(&d, ctx, "tcp", addr_text, &err));
	assert_final(&err, net_errCanceled);
	assert_error_ends(&err, ": operation was canceled");
	port_test_wait_for(1);
	/* And once more: there is nothing left to wait for. */
	assert_null(net_Dialer_DialContext(&d, ctx, "tcp", addr_text, &err));
	assert_final(&err, net_errCanceled);
	context_Free(ctx);
	close_deaf_listener();
	assert_int_equal(port_test_open_descriptors(), before + 1);
}

static void context_ends_before_the_dialer(void)
{
	context_Context *ctx =
	    context_WithTimeout(context_Background(), 30 * time_Millisecond);
	net_Dialer d = {.Timeout = 60 * time_Second};
	net_OpError err;

	open_deaf_listener();
	assert_null(net_Dialer_DialContext(&d, ctx, "tcp", addr_text, &err));
	assert_timeout(&err);
	context_Free(ctx);
	close_deaf_listener();
}

static int option(const net_conn *c, int level, int opt)
{
	int value = -1;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(c->fd->sysfd, level, opt, &value, &len), 0);
	return value;
}

static void dialer_options(void)
{
	static const net_TCPAddr from = {.IP = {4, {127, 0, 0, 2}}};
	net_Dialer d = {.LocalAddr = &from, .KeepAlive = 2500 * time_Millisecond};
	net_TCPAddr local;
	net_OpError err;

	open_listener();
	near = net_Dialer_DialContext(&d, context_Background(), "tcp", addr_text, &err);
	assert_non_null(near);
	assert_true(net_conn_LocalAddr(near, &local));
	assert_memory_equal(&local.IP, &from.IP, sizeof(from.IP));
	assert_int_equal(option(near, SOL_SOCKET, SO_KEEPALIVE), 1);
	assert_int_equal(option(near, IPPROTO_TCP, TCP_KEEPINTVL), 3);
	assert_int_equal(option(near, IPPROTO_TCP, TCP_KEEPIDLE), 3);
	far = &net_TCPListener_Accept(listener, &err)->conn;
	assert_int_equal(option(far, SOL_SOCKET, SO_KEEPALIVE), 0);
	close_all();
}

/* Accepting. */

static syscall_Errno accept_errors[4]; /* of the first calls; then the kernel's */
static int accepts;

static syscall_Errno failing_accept4(int fd, int flags, int *nfd, syscall_Sockaddr *sa)
{
	syscall_Errno err = accepts < 4 ? accept_errors[accepts] : 0;

	accepts++;
	return err ? err : syscall_Accept4(fd, flags, nfd, sa);
}

static void accept_goes_on_after_an_aborted_one(void)
{
	net_accept4Func = failing_accept4;
	accept_errors[0] = accept_errors[1] = ECONNABORTED;
	open_connection();
	assert_int_equal(accepts, 3);
	assert_carries(near, far, "ping");
	close_all();
}

static void accept_without_descriptors(void)
{
	net_OpError err;

	net_accept4Func = failing_accept4;
	accept_errors[0] = EMFILE;
	open_listener();
	assert_null(net_TCPListener_Accept(listener, &err));
	assert_int_equal(err.Err.errno_, EMFILE);
	assert_error_ends(&err, ": accept4: too many open files");
	assert_true(net_OpError_Temporary(&err));
	assert_false(net_OpError_Timeout(&err));
	/* The listener still listens. */
	near = &net_DialTCP("tcp", NULL, &addr, &err)->conn;
	far = &net_TCPListener_Accept(listener, &err)->conn;
	assert_carries(near, far, "ping");
	close_all();
}

static void accept_on_an_old_kernel(void)
{
	net_accept4Func = failing_accept4;
	accept_errors[0] = ENOSYS;
	open_connection();
	assert_true(fcntl(far->fd->sysfd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(fcntl(far->fd->sysfd, F_GETFD), FD_CLOEXEC);
	assert_carries(near, far, "ping");
	close_all();
}

static void accept_deadline(void)
{
	net_OpError err;
	time_Time t;

	open_listener();
	t = in(20);
	assert_true(net_TCPListener_SetDeadline(listener, t, &err));
	assert_null(net_TCPListener_Accept(listener, &err));
	assert_true(time_Now() >= t);
	assert_timeout(&err);
	near = &net_DialTCP("tcp", NULL, &addr, &err)->conn;
	/* It has passed, even if somebody is there. */
	assert_null(net_TCPListener_Accept(listener, &err));
	assert_timeout(&err);
	assert_true(net_TCPListener_SetDeadline(listener, 0, &err));
	far = &net_TCPListener_Accept(listener, &err)->conn;
	/* It is the listener's alone. */
	assert_carries(near, far, "ping");
	close_all();
}

static void accept_until_closed(void *unused)
{
	net_OpError err;

	(void)unused;
	assert_null(net_TCPListener_Accept(listener, &err));
	assert_final(&err, net_errClosing);
	port_test_done();
}

static void close_wakes_accept(void)
{
	net_OpError err;

	open_listener();
	for (int i = 0; i < 3; i++)
		runtime_newproc(accept_until_closed, NULL);
	time_Sleep(10 * time_Millisecond);
	assert_true(net_TCPListener_Close(listener, &err));
	port_test_wait_for(3);
	assert_null(net_TCPListener_Accept(listener, &err));
	assert_final(&err, net_errClosing);
	assert_false(net_TCPListener_Close(listener, &err));
	assert_final(&err, net_errClosing);
	assert_false(net_TCPListener_SetDeadline(listener, in(1), &err));
	assert_final(&err, net_errClosing);
	assert_null(net_DialTCP("tcp", NULL, &addr, &err));
	assert_int_equal(err.Err.errno_, ECONNREFUSED);
	net_TCPListener_Free(listener);
}

/* Deadlines of a connection. */

static void assert_read_timeout(net_conn *c)
{
	net_OpError err;
	char byte;

	assert_int_equal(net_conn_Read(c, &byte, 1, &err), 0);
	assert_timeout(&err);
}

static void read_deadline(void)
{
	net_OpError err;
	time_Time t;
	char buf[8];

	open_connection();
	t = in(20);
	assert_true(net_conn_SetReadDeadline(near, t, &err));
	assert_read_timeout(near);
	assert_true(time_Now() >= t);
	assert_read_timeout(near);
	assert_carries(near, far, "writes go on");
	assert_int_equal(net_conn_Write(far, "there", 5, &err), 5);
	assert_read_timeout(near); /* even if there is something */
	assert_true(net_conn_SetReadDeadline(near, in(60 * 1000), &err));
	assert_int_equal(net_conn_Read(near, buf, sizeof(buf), &err), 5);
	close_all();
}

static void deadlines_at_the_ends_of_time(void)
{
	net_OpError err;

	open_connection();
	assert_true(net_conn_SetDeadline(near, INT64_MIN, &err));
	assert_read_timeout(near);
	assert_int_equal(net_conn_Write(near, "x", 1, &err), 0);
	assert_timeout(&err);
	assert_true(net_conn_SetDeadline(near, INT64_MAX, &err));
	time_Sleep(10 * time_Millisecond);
	assert_carries(near, far, "ping");
	assert_carries(far, near, "pong");
	close_all();
}

static void set_past_later(void *unused)
{
	net_OpError err;

	(void)unused;
	time_Sleep(10 * time_Millisecond);
	assert_true(net_conn_SetReadDeadline(near, 1, &err));
	port_test_done();
}

static void deadline_from_beside(void)
{
	open_connection();
	runtime_newproc(set_past_later, NULL);
	assert_read_timeout(near);
	port_test_wait_for(1);
	close_all();
}

enum { LARGE = 16 * 1024 * 1024 };

static _Atomic size_t received;

static void count_bytes(void *unused)
{
	static char buf[64 * 1024];
	net_OpError err;
	size_t n;

	(void)unused;
	while ((n = net_conn_Read(far, buf, sizeof(buf), &err)) > 0)
		atomic_fetch_add(&received, n);
	assert_ptr_equal(err.Err.text, net_EOF.text);
	port_test_done();
}

/* What was written before the deadline is not lost, nor counted twice. */
static void write_deadline(void)
{
	char *bytes = calloc(1, LARGE);
	net_OpError err;
	time_Time t;
	size_t n;

	open_connection();
	t = in(50);
	assert_true(net_conn_SetWriteDeadline(near, t, &err));
	n = net_conn_Write(near, bytes, LARGE, &err);
	assert_true(time_Now() >= t);
	assert_in_range(n, 1, LARGE - 1);
	assert_timeout(&err);
	assert_int_equal(net_conn_Write(near, "x", 1, &err), 0);
	assert_timeout(&err);
	assert_carries(far, near, "reads go on");
	runtime_newproc(count_bytes, NULL);
	assert_true(net_conn_SetWriteDeadline(near, 0, &err));
	assert_int_equal(net_conn_Write(near, bytes, LARGE, &err), LARGE);
	assert_true(net_conn_Close(near, &err));
	port_test_wait_for(1);
	assert_int_equal(atomic_load(&received), n + LARGE);
	free(bytes);
	close_all();
}

static void deadline_after_close(void)
{
	net_OpError err;

	open_connection();
	assert_true(net_conn_Close(near, &err));
	assert_false(net_conn_SetDeadline(near, in(1), &err));
	assert_final(&err, net_errClosing);
	assert_error_ends(&err, ": use of closed network connection");
	close_all();
}

/* A descriptor that is used again has none of the old one's deadlines. */
static void deadline_of_the_one_before(void)
{
	net_OpError err;

	open_connection();
	assert_true(net_conn_SetDeadline(near, in(20), &err));
	close_all();
	open_connection();
	time_Sleep(50 * time_Millisecond);
	assert_carries(near, far, "ping");
	assert_carries(far, near, "pong");
	close_all();
}

/* One direction. */

static void assert_end(net_conn *c)
{
	net_OpError err;
	char byte;

	assert_int_equal(net_conn_Read(c, &byte, 1, &err), 0);
	assert_ptr_equal(err.Err.text, net_EOF.text);
}

static void close_write(void)
{
	net_OpError err;

	open_connection();
	assert_carries(near, far, "ping");
	assert_true(net_TCPConn_CloseWrite((net_TCPConn *)near, &err));
	assert_end(far);
	assert_end(far);
	assert_carries(far, near, "still");
	assert_int_equal(net_conn_Write(near, "x", 1, &err), 0);
	assert_int_equal(err.Err.errno_, EPIPE);
	assert_true(net_TCPConn_CloseWrite((net_TCPConn *)far, &err));
	assert_end(near);
	close_all();
}

static void read_end(void *unused)
{
	(void)unused;
	assert_end(near);
	port_test_done();
}

static void close_read(void)
{
	net_OpError err;

	open_connection();
	runtime_newproc(read_end, NULL);
	time_Sleep(10 * time_Millisecond);
	assert_true(net_TCPConn_CloseRead((net_TCPConn *)near, &err));
	port_test_wait_for(1);
	assert_carries(near, far, "ping");
	assert_true(net_conn_Close(near, &err));
	assert_false(net_TCPConn_CloseRead((net_TCPConn *)near, &err));
	assert_final(&err, net_errClosing);
	assert_false(net_TCPConn_CloseWrite((net_TCPConn *)near, &err));
	assert_final(&err, net_errClosing);
	close_all();
}

/* UDP. */

static net_UDPConn *server, *client;
static net_UDPAddr server_addr, client_addr;

static void open_udp(void)
{
	net_OpError err;

	server = net_ListenUDP("udp", &loopback, &err);
	assert_non_null(server);
	assert_true(net_conn_LocalAddr(&server->conn, &server_addr));
	client = net_DialUDP("udp", NULL, &server_addr, &err);
	assert_non_null(client);
	assert_true(net_conn_LocalAddr(&client->conn, &client_addr));
}

static void close_udp(void)
{
	net_conn_Free(&server->conn);
	net_conn_Free(&client->conn);
}

static void answer_datagram(void *unused)
{
	net_UDPAddr from;
	net_OpError err;
	char buf[64];
	size_t n = net_UDPConn_ReadFromUDP(server, buf, sizeof(buf), &from, &err);

	(void)unused;
	assert_int_equal(n, 4);
	assert_memory_equal(buf, "ping", 4);
	assert_int_equal(from.Port, client_addr.Port);
	assert_int_equal(net_UDPConn_WriteToUDP(server, "pong!", 5, &from, &err), 5);
	port_test_done();
}

static void datagrams_go_both_ways(void)
{
	net_OpError err;
	char buf[64];

	open_udp();
	runtime_newproc(answer_datagram, NULL);
	runtime_Gosched(); /* it parks */
	assert_int_equal(net_conn_Write(&client->conn, "ping", 4, &err), 4);
	assert_int_equal(net_conn_Read(&client->conn, buf, sizeof(buf), &err), 5);
	assert_memory_equal(buf, "pong!", 5);
	port_test_wait_for(1);
	close_udp();
}

static void datagrams_keep_their_bounds(void)
{
	net_UDPAddr from;
	net_OpError err;
	char buf[3];

	open_udp();
	net_conn_Write(&client->conn, "too long", 8, &err);
	net_conn_Write(&client->conn, "", 0, &err);
	net_conn_Write(&client->conn, "ab", 2, &err);
	assert_int_equal(net_UDPConn_ReadFromUDP(server, buf, 3, &from, &err), 3);
	assert_memory_equal(buf, "too", 3);
	/* An empty one is not the end of anything. */
	assert_int_equal(net_conn_Read(&server->conn, buf, 3, &err), 0);
	assert_true(error_nil(err.Err));
	assert_int_equal(net_conn_Read(&server->conn, buf, 3, &err), 2);
	close_udp();
}

static void datagrams_to_the_wrong_place(void)
{
	net_OpError err;

	open_udp();
	assert_int_equal(net_UDPConn_WriteToUDP(client, "x", 1, &server_addr, &err), 0);
	assert_final(&err, net_ErrWriteToConnected);
	assert_int_equal(net_UDPConn_WriteToUDP(server, "x", 1, NULL, &err), 0);
	assert_final(&err, net_errMissingAddress);
	assert_int_equal(net_conn_Write(&server->conn, "x", 1, &err), 0);
	assert_int_equal(err.Err.errno_, EDESTADDRREQ);
	close_udp();
}

static void datagram_refused(void)
{
	net_OpError err;
	char byte;

	open_udp();
	assert_true(net_conn_Close(&server->conn, &err));
	assert_int_equal(net_conn_Write(&client->conn, "x", 1, &err), 1);
	assert_int_equal(net_conn_Read(&client->conn, &byte, 1, &err), 0);
	assert_int_equal(err.Err.errno_, ECONNREFUSED);
	close_udp();
}

static void datagram_deadline(void)
{
	net_UDPAddr from;
	net_OpError err;
	char byte;

	open_udp();
	assert_true(net_conn_SetReadDeadline(&server->conn, in(10), &err));
	assert_int_equal(net_UDPConn_ReadFromUDP(server, &byte, 1, &from, &err), 0);
	assert_timeout(&err);
	close_udp();
}

static void longest_keepalive_period(void)
{
	net_OpError err;

	open_connection();
	assert_false(
	    net_TCPConn_SetKeepAlivePeriod((net_TCPConn *)near, INT64_MAX, &err));
	assert_int_equal(err.Err.errno_, EINVAL);
	close_all();
}

static void assert_invalid(const net_OpError *e)
{
	char text[net_OpErrorStrlen];

	assert_int_equal(e->Err.errno_, EINVAL);
	assert_string_equal(net_OpError_Error(e, text), "invalid argument");
	assert_false(net_OpError_Timeout(e));
	assert_false(net_OpError_Temporary(e));
}

static void use_no_conn(net_conn *c)
{
	net_TCPAddr a;
	net_OpError err;
	char byte = 0;

	assert_int_equal(net_conn_Read(c, &byte, 1, &err), 0);
	assert_invalid(&err);
	assert_int_equal(net_conn_Write(c, &byte, 1, &err), 0);
	assert_invalid(&err);
	assert_false(net_conn_Close(c, &err));
	assert_invalid(&err);
	assert_false(net_conn_LocalAddr(c, &a));
	assert_false(net_conn_RemoteAddr(c, &a));
	assert_false(net_conn_SetDeadline(c, 0, &err));
	assert_invalid(&err);
	assert_false(net_conn_SetReadDeadline(c, 0, &err));
	assert_invalid(&err);
	assert_false(net_conn_SetWriteDeadline(c, 0, &err));
	assert_invalid(&err);
	assert_false(net_conn_SetReadBuffer(c, 1, &err));
	assert_invalid(&err);
	assert_false(net_conn_SetWriteBuffer(c, 1, &err));
	assert_invalid(&err);
}

static void use_no_TCPConn(net_TCPConn *c)
{
	net_OpError err;

	assert_false(net_TCPConn_CloseRead(c, &err));
	assert_invalid(&err);
	assert_false(net_TCPConn_CloseWrite(c, &err));
	assert_invalid(&err);
	assert_false(net_TCPConn_SetNoDelay(c, true, &err));
	assert_invalid(&err);
	assert_false(net_TCPConn_SetKeepAlive(c, true, &err));
	assert_invalid(&err);
	assert_false(net_TCPConn_SetKeepAlivePeriod(c, 1, &err));
	assert_invalid(&err);
	assert_false(net_TCPConn_SetLinger(c, 1, &err));
	assert_invalid(&err);
}

static void use_no_listener(net_TCPListener *l)
{
	net_OpError err;

	assert_null(net_TCPListener_Accept(l, &err));
	assert_invalid(&err);
	assert_false(net_TCPListener_SetDeadline(l, 0, &err));
	assert_invalid(&err);
	assert_false(net_TCPListener_Close(l, &err));
	assert_invalid(&err);
}

static void use_no_UDPConn(net_UDPConn *c)
{
	net_UDPAddr a;
	net_OpError err;
	char byte = 0;

	assert_int_equal(net_UDPConn_ReadFromUDP(c, &byte, 1, &a, &err), 0);
	assert_invalid(&err);
	assert_int_equal(net_UDPConn_WriteToUDP(c, &byte, 1, &loopback, &err), 0);
	assert_invalid(&err);
}

/* What Go's methods say when they are called on nil. */
static void methods_of_null(void)
{
	use_no_conn(NULL);
	use_no_TCPConn(NULL);
	use_no_listener(NULL);
	use_no_UDPConn(NULL);
}

/* And on a new(TCPConn). */
static void methods_of_an_empty_connection(void)
{
	use_no_conn(&(net_conn){NULL});
	use_no_TCPConn(&(net_TCPConn){{NULL}});
	use_no_listener(&(net_TCPListener){NULL});
	use_no_UDPConn(&(net_UDPConn){{NULL}});
}

#define WITH_FOUR_PROCS(fn)                                                              \
	{                                                                                \
#fn "_4", fn, 0, "", "4"                                                 \
	}

static const struct port_test tests[] = {
    PORT_TEST(dial_times_out),
    WITH_FOUR_PROCS(dial_times_out),
    PORT_TEST(dial_in_time),
    PORT_TEST(dial_with_all_the_time),
    PORT_TEST(dial_without_any_time),
    PORT_TEST(dial_is_cancelled),
    WITH_FOUR_PROCS(dial_is_cancelled),
    PORT_TEST(context_ends_before_the_dialer),
    PORT_TEST(dialer_options),
    PORT_TEST(accept_goes_on_after_an_aborted_one),
    PORT_TEST(accept_without_descriptors),
    PORT_TEST(accept_on_an_old_kernel),
    PORT_TEST(accept_deadline),
    PORT_TEST(close_wakes_accept),
    WITH_FOUR_PROCS(close_wakes_accept),
    PORT_TEST(read_deadline),
    WITH_FOUR_PROCS(read_deadline),
    PORT_TEST(deadlines_at_the_ends_of_time),
    PORT_TEST(deadline_from_beside),
    WITH_FOUR_PROCS(deadline_from_beside),
    PORT_TEST(write_deadline),
    WITH_FOUR_PROCS(write_deadline),
    PORT_TEST(deadline_after_close),
    PORT_TEST(deadline_of_the_one_before),
    PORT_TEST(close_write),
    PORT_TEST(close_read),
    WITH_FOUR_PROCS(close_read),
    PORT_TEST(datagrams_go_both_ways),
    WITH_FOUR_PROCS(datagrams_go_both_ways),
    PORT_TEST(datagrams_keep_their_bounds),
    PORT_TEST(datagrams_to_the_wrong_place),
    PORT_TEST(datagram_refused),
    PORT_TEST(datagram_deadline),
    PORT_TEST(longest_keepalive_period),
    PORT_TEST(methods_of_null),
    PORT_TEST(methods_of_an_empty_connection),
};

void main_main(void)
{
	port_test_main("conn", tests, sizeof(tests) / sizeof(tests[0]));
}
