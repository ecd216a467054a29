/* close CASE [ADDR]: how Read, Write and Accept end. */
#include "common.h"

static void reader(void *conn)
{
	net_OpError err;

	read_conn(conn, &err);
}

static void close_read(net_TCPConn *c)
{
	net_OpError err;

	net_TCPConn_CloseRead(c, &err);
	show("close read: %s", text(&err));
}

static void close_write(net_TCPConn *c)
{
	net_OpError err;

	net_TCPConn_CloseWrite(c, &err);
	show("close write: %s", text(&err));
}

static void accept_conn(void *listener)
{
	net_OpError err;

	net_TCPListener_Accept(listener, &err);
	show("accept: %s", text(&err));
}

/* Close while somebody is parked in Accept. */
static void accepting(void)
{
	net_TCPAddr laddr = {.IP = {4, {127, 0, 0, 1}}};
	struct task acceptor;
	net_TCPListener *l;
	net_OpError err;

	l = net_ListenTCP("tcp", &laddr, &err);
	check(&err);
	start(&acceptor, accept_conn, l);
	close_listener(l);
	wait_for(&acceptor);
	accept_conn(l);
	close_listener(l);
}

static void read_from(void *conn)
{
	net_UDPAddr from;
	net_OpError err;
	char b[64];

	net_UDPConn_ReadFromUDP(conn, b, sizeof(b), &from, &err);
	show("read: %s", text(&err));
}

/* An empty datagram, which is no EOF; then Close while somebody is parked in
 * ReadFromUDP. */
static void receiving(void)
{
	const net_UDPAddr laddr = {.IP = {4, {127, 0, 0, 1}}};
	net_UDPAddr self, from;
	struct task parked;
	net_UDPConn *c;
	net_OpError err;
	char b[64];
	size_t n;

	c = net_ListenUDP("udp", &laddr, &err);
	check(&err);
	net_conn_LocalAddr(&c->conn, &self);
	n = net_UDPConn_WriteToUDP(c, "", 0, &self, &err);
	show("write to: %zu %s", n, text(&err));
	n = net_UDPConn_ReadFromUDP(c, b, sizeof(b), &from, &err);
	show("read: %zu %s", n, text(&err));
	start(&parked, read_from, c);
	close_conn(&c->conn);
	wait_for(&parked);
	read_from(c);
	net_UDPConn_WriteToUDP(c, "", 0, &self, &err);
	show("write to: %s", text(&err));
	close_conn(&c->conn);
}

/* Close while one goroutine is parked in f, and one in g if that is not NULL. */
static void close_during(net_conn *c, void (*f)(void *), void (*g)(void *))
{
	struct task first, second;

	start(&first, f, c);
	if (g)
		start(&second, g, c);
	close_conn(c);
	if (g)
		wait_for(&second);
	wait_for(&first);
}

void main_main(void)
{
	struct task parked;
	net_TCPConn *tcp;
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
	tcp = dial_peer(runtime_argv[2]);
	c = &tcp->conn;
	if (is_case("read")) { /* while a reader is parked */
		close_during(c, reader, NULL);
		read_conn(c, &err);
		write_conn(c);
	} else if (is_case("write")) { /* while a writer is parked */
		net_conn_SetWriteBuffer(c, 4096, &err);
		close_during(c, write_too_much, NULL);
	} else if (is_case("both")) { /* while one of each is parked */
		net_conn_SetWriteBuffer(c, 4096, &err);
		close_during(c, reader, write_too_much);
	} else if (is_case("readers")) { /* the second waits for the lock, not in the
		                            poller */
		close_during(c, reader, reader);
	} else if (is_case("halves")) { /* shutdown */
		close_write(tcp);
		write_conn(c);
		close_read(tcp);
		read_conn(c, &err);
		close_write(tcp);
	} else if (is_case("closeread")) { /* shutdown wakes a parked reader */
		start(&parked, reader, c);
		close_read(tcp);
		wait_for(&parked);
	} else if (is_case("eof")) { /* the peer closes */
		read_conn(c, &err);
		read_conn(c, &err);
	} else if (is_case("reset")) { /* the peer resets while the reader is parked */
		read_conn(c, &err);
		read_conn(c, &err);
		write_conn(c);
	} else if (is_case("epipe")) { /* a write after the peer's reset */
		spin(400 * time_Millisecond);
		write_conn(c);
		write_conn(c);
		read_conn(c, &err);
	} else if (is_case("write-after-eof")) { /* the first gets the reset, the second
		                                    EPIPE */
		read_conn(c, &err);
		write_conn(c);
		spin(100 * time_Millisecond);
		write_conn(c);
	}
	close_conn(c);
	if (is_case("halves")) {
		close_read(tcp);
		close_write(tcp);
	}
	finish();
}
