/* deadline CASE [ADDR]: what a deadline does to Read, Write and Accept. */
#include "common.h"

static const time_Time past = 1 * time_Second;
static const time_Duration soon = 50 * time_Millisecond;
static const time_Duration hour = 3600 * time_Second;
static const net_TCPAddr loopback = {.IP = {4, {127, 0, 0, 1}}};

static void read_in_time(void *conn)
{
	net_OpError err;

	read_conn(conn, &err);
	show_timeout(&err);
}

static void set_listener(net_TCPListener *l, const char *what, time_Time t)
{
	net_OpError err;

	net_TCPListener_SetDeadline(l, t, &err);
	show("%s: %s", what, text(&err));
}

static void accepting(void)
{
	net_TCPListener *l;
	net_OpError err;

	l = net_ListenTCP("tcp", &loopback, &err);
	check(&err);
	set_listener(l, "set", past);
	net_TCPListener_Accept(l, &err);
	show("accept: %s", text(&err));
	set_listener(l, "set", time_Now() + soon);
	net_TCPListener_Accept(l, &err);
	show("accept: %s", text(&err));
	show_timeout(&err);
	close_listener(l);
	set_listener(l, "set after close", past);
}

static void read_from(net_UDPConn *c)
{
	net_UDPAddr from;
	net_OpError err;
	char b[64];

	net_UDPConn_ReadFromUDP(c, b, sizeof(b), &from, &err);
	show("read: %s", text(&err));
}

static void receiving(void)
{
	net_UDPAddr self;
	net_UDPConn *c;
	net_OpError err;

	c = net_ListenUDP("udp", &loopback, &err);
	check(&err);
	net_conn_SetReadDeadline(&c->conn, past, &err);
	read_from(c);
	net_conn_SetReadDeadline(&c->conn, time_Now() + soon, &err);
	read_from(c);
	net_conn_SetWriteDeadline(&c->conn, past, &err);
	net_conn_LocalAddr(&c->conn, &self);
	net_UDPConn_WriteToUDP(c, "", 1, &self, &err);
	show("write to: %s", text(&err));
	close_conn(&c->conn);
}

void main_main(void)
{
	struct task reader;
	net_OpError err;
	net_conn *c;

	if (is_case("accept")) {
		accepting();
		finish();
	}
	if (is_case("udp")) {
		receiving();
		finish();
	}
	c = &dial_peer(runtime_argv[2])->conn;
	if (is_case("parked")) { /* expires while the reader is parked */
		net_conn_SetReadDeadline(c, time_Now() + soon, &err);
		read_in_time(c);
	} else if (is_case("both")) { /* one timer for both directions */
		net_conn_SetDeadline(c, time_Now() + soon, &err);
		read_in_time(c);
		write_conn(c);
	} else if (is_case("past")) { /* is over before Read */
		net_conn_SetReadDeadline(c, past, &err);
		show("set: %s", text(&err));
		read_in_time(c);
		write_conn(c);
	} else if (is_case("cancel")) { /* set to the past by another goroutine */
		start(&reader, read_in_time, c);
		net_conn_SetReadDeadline(c, past, &err);
		wait_for(&reader);
	} else if (is_case("reset")) { /* taken back, the connection goes on */
		net_conn_SetReadDeadline(c, past, &err);
		read_in_time(c);
		net_conn_SetReadDeadline(c, 0, &err);
		read_in_time(c);
	} else if (is_case("extend")) { /* moved while the reader is parked: the old
		                           timer is stale */
		net_conn_SetReadDeadline(c, time_Now() + soon, &err);
		start(&reader, read_in_time, c);
		net_conn_SetReadDeadline(c, time_Now() + hour, &err);
		wait_for(&reader);
	} else if (is_case("met")) { /* data comes first */
		net_conn_SetReadDeadline(c, time_Now() + hour, &err);
		read_in_time(c);
	} else if (is_case("write")) { /* the send buffer is full */
		net_conn_SetWriteBuffer(c, 4096, &err);
		net_conn_SetWriteDeadline(c, time_Now() + soon, &err);
		write_too_much(c);
	}
	close_conn(c);
	net_conn_SetReadDeadline(c, past, &err);
	show("set after close: %s", text(&err));
	finish();
}
