/* errors CASE [ARG...]: sockets that cannot be had. */
#include "common.h"

#include <stdio.h>
#include <sys/resource.h>

static void limit(rlim_t n)
{
	const struct rlimit l = {n, n};

	if (setrlimit(RLIMIT_NOFILE, &l) < 0)
		show("unexpected: setrlimit");
}

/* To be raised again. */
static void soften(rlim_t n)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = n;
	if (setrlimit(RLIMIT_NOFILE, &l) < 0)
		show("unexpected: setrlimit");
}

static void dial(const char *network, const char *laddr, const char *raddr)
{
	char local[net_TCPAddrStrlen] = "<nil>", remote[net_TCPAddrStrlen] = "<nil>";
	net_TCPAddr l, r = resolve(raddr);
	net_TCPConn *c;
	net_OpError err;

	if (*laddr)
		l = resolve(laddr);
	c = net_DialTCP(network, *laddr ? &l : NULL, &r, &err);
	show("dial: %s", text(&err));
	if (!c)
		return;
	if (net_conn_LocalAddr(&c->conn, &l))
		net_TCPAddr_String(&l, local);
	if (net_conn_RemoteAddr(&c->conn, &r))
		net_TCPAddr_String(&r, remote);
	show("addresses: %s %s", local, remote);
	close_conn(&c->conn);
}

/* With the longest of limits. */
static void dial_with_dialer(const char *network, const char *laddr, const char *address)
{
	net_Dialer d = {.Timeout = INT64_MAX};
	net_TCPAddr l;
	net_OpError err;

	if (*laddr) {
		l = resolve(laddr);
		d.LocalAddr = &l;
	}
	net_Dialer_DialContext(&d, context_Background(), network, address, &err);
	show("dial: %s", text(&err));
}

static net_TCPListener *listen_on(const char *network, const net_TCPAddr *laddr)
{
	net_OpError err;
	net_TCPListener *l = net_ListenTCP(network, laddr, &err);

	show("listen: %s", text(&err));
	return l;
}

static void listen_and_close(const char *network, const char *address)
{
	net_TCPAddr laddr = resolve(address);
	net_TCPListener *l = listen_on(network, &laddr);
	char a[net_TCPAddrStrlen];

	if (!l)
		return;
	show("address: %s",
	     net_TCPListener_Addr(l, &laddr) ? net_TCPAddr_String(&laddr, a) : "<nil>");
	close_listener(l);
}

static void listen_udp(const char *network, const char *address)
{
	net_UDPAddr laddr = resolve(address);
	char a[net_TCPAddrStrlen];
	net_UDPConn *c;
	net_OpError err;

	c = net_ListenUDP(network, &laddr, &err);
	show("listen: %s", text(&err));
	if (!c)
		return;
	net_conn_LocalAddr(&c->conn, &laddr);
	show("address: %s", net_TCPAddr_String(&laddr, a));
	close_conn(&c->conn);
}

/* Where an IPv4 socket cannot. */
static void write_to(void)
{
	const net_UDPAddr laddr = resolve("127.0.0.1:0"), ipv6 = resolve("[::1]:9"),
	                  high = {.IP = laddr.IP, .Port = 70000}, zero = laddr;
	const net_UDPAddr *const to[] = {NULL, &ipv6, &high, &zero};
	net_UDPConn *c;
	net_OpError err;

	c = net_ListenUDP("udp4", &laddr, &err);
	check(&err);
	for (int i = 0; i < 4; i++) {
		size_t n = net_UDPConn_WriteToUDP(c, "ping\n", 5, to[i], &err);

		show("write to: %zu %s", n, text(&err));
	}
	close_conn(&c->conn);
}

/* That there are not. */
static void ports(void)
{
	const net_TCPAddr high = {.IP = {4, {127, 0, 0, 1}}, .Port = 70000},
	                  low = {.IP = {4, {127, 0, 0, 1}}, .Port = -1};
	net_OpError err;

	listen_on("tcp", &low);
	net_DialTCP("tcp", NULL, &high, &err);
	show("dial: %s", text(&err));
}

static void emfile_socket(void)
{
	const net_TCPAddr loopback = resolve("127.0.0.1:0");
	net_UDPConn *c;
	net_OpError err;

	limit(3);
	dial("tcp", "", runtime_argv[2]);
	listen_on("tcp", &loopback);
	c = net_ListenUDP("udp", NULL, &err);
	show("listen: %s %s", yes(!c), text(&err));
}

/* As soon as there is one. */
static void emfile_listen(void)
{
	const net_TCPAddr loopback = resolve("127.0.0.1:0");

	soften(3);
	listen_on("tcp", &loopback);
	soften(64);
	close_listener(listen_on("tcp", &loopback));
}

static void emfile_accept(void)
{
	net_TCPAddr laddr = resolve("127.0.0.1:0");
	net_TCPListener *l = listen_on("tcp", &laddr);
	net_OpError err;

	net_TCPListener_Addr(l, &laddr);
	announce(&laddr);
	limit(5);
	net_TCPListener_Accept(l, &err);
	show("accept: %s", text(&err));
	show_timeout(&err);
	close_listener(l);
}

/* Who could not be accepted waits. */
static void emfile_retry(void)
{
	net_TCPAddr laddr = resolve("127.0.0.1:0");
	net_TCPListener *l = listen_on("tcp", &laddr);
	net_TCPConn *c;
	net_OpError err;
	char b[64];
	size_t n;

	net_TCPListener_Addr(l, &laddr);
	announce(&laddr);
	soften(5);
	net_TCPListener_Accept(l, &err);
	show("accept: %s", text(&err));
	soften(64);
	c = net_TCPListener_Accept(l, &err);
	check(&err);
	n = net_conn_Read(&c->conn, b, sizeof(b), &err);
	show_read(b, n, &err);
	net_conn_Write(&c->conn, b, n, &err);
	close_conn(&c->conn);
	close_listener(l);
}

/* Dialled from where somebody listens. */
static void in_use_local(void)
{
	net_TCPAddr laddr = resolve("127.0.0.1:0");
	net_TCPListener *l = listen_on("tcp", &laddr);
	char a[net_TCPAddrStrlen];

	net_TCPListener_Addr(l, &laddr);
	dial("tcp", net_TCPAddr_String(&laddr, a), "127.0.0.1:1");
	close_listener(l);
}

static void in_use(void)
{
	net_TCPAddr laddr = resolve("127.0.0.1:0");
	net_TCPListener *l = listen_on("tcp", &laddr);

	net_TCPListener_Addr(l, &laddr);
	listen_on("tcp", &laddr);
	close_listener(l);
}

static void in_use_udp(void)
{
	net_UDPAddr laddr = resolve("127.0.0.1:0");
	net_UDPConn *c;
	net_OpError err;

	c = net_ListenUDP("udp", &laddr, &err);
	check(&err);
	net_conn_LocalAddr(&c->conn, &laddr);
	net_ListenUDP("udp", &laddr, &err);
	show("listen: %s", text(&err));
	close_conn(&c->conn);
}

static net_conn *dial_udp(void)
{
	const net_UDPAddr raddr = resolve("127.0.0.1:1");
	net_OpError err;
	net_UDPConn *c = net_DialUDP("udp", NULL, &raddr, &err);

	check(&err);
	return &c->conn;
}

/* Seen by the read that follows. */
static void refused_udp(void)
{
	net_conn *c = dial_udp();
	net_OpError err;
	char b[64];
	size_t n;

	write_conn(c);
	n = net_conn_Read(c, b, sizeof(b), &err);
	show("read: %zu %s", n, text(&err));
	write_conn(c);
	close_conn(c);
}

/* A datagram that is too long. */
static void emsgsize(void)
{
	static const char bytes[65536];
	net_conn *c = dial_udp();
	net_OpError err;
	size_t n = net_conn_Write(c, bytes, sizeof(bytes), &err);

	show_write(n, &err);
	close_conn(c);
}

/* Datagrams longer than what they are read into. */
static void udp_short(void)
{
	net_UDPAddr self = resolve("127.0.0.1:0"), from;
	net_UDPConn *c;
	net_OpError err;
	char b[64];
	size_t n;

	c = net_ListenUDP("udp", &self, &err);
	check(&err);
	net_conn_LocalAddr(&c->conn, &self);
	for (int i = 0; i < 2; i++) {
		n = net_UDPConn_WriteToUDP(c, "ping\n", 5, &self, &err);
		show("write to: %zu %s", n, text(&err));
	}
	n = net_UDPConn_ReadFromUDP(c, b, 2, &from, &err);
	show("read: %zu %s", n, text(&err));
	n = net_conn_Read(&c->conn, b, 0, &err);
	show("read: %zu %s", n, text(&err));
	n = net_UDPConn_ReadFromUDP(c, b, 0, &from, &err);
	show("read: %zu %s", n, text(&err));
	close_conn(&c->conn);
}

/* Periods at the limits. */
static void keepalive(const char *address)
{
	static const time_Duration periods[] = {
	    1, 3600 * time_Second, 0, -time_Second, INT64_MAX, (1LL << 24) * time_Second};
	const net_TCPAddr raddr = resolve(address);
	net_OpError err;
	net_TCPConn *c = net_DialTCP("tcp", NULL, &raddr, &err);

	check(&err);
	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
		net_TCPConn_SetKeepAlivePeriod(c, periods[i], &err);
		show("period: %s", text(&err));
	}
	close_conn(&c->conn);
}

static void read_nothing(net_conn *c)
{
	net_OpError err;
	size_t n = net_conn_Read(c, NULL, 0, &err);

	show("read: %zu %s", n, text(&err));
}

/* No bytes. */
static void zero(const char *address)
{
	net_conn *c = &dial_peer(address)->conn;
	net_OpError err;
	size_t n = net_conn_Write(c, NULL, 0, &err);

	show_write(n, &err);
	read_nothing(c);
	close_conn(c);
	read_nothing(c);
}

static void show_resolve(const char *network, const char *address)
{
	char a[net_TCPAddrStrlen];
	net_TCPAddr addr;
	net_OpError err;

	if (net_ResolveTCPAddr(network, address, &addr, &err))
		show("resolve: %s %s", net_TCPAddr_String(&addr, a), text(&err));
	else
		show("resolve: %s", text(&err));
}

static void show_dial(const char *network, const char *address)
{
	net_OpError err;

	net_DialTimeout(network, address, time_Second, &err);
	show("dial: %s", text(&err));
}

/* What is no address. */
static void no_address(void)
{
	static const char *const bad[] = {
	    "127.0.0.1",    "[::1]",         "[::1]80",         "[::1]x:80",
	    "[::1",         "::1:80",        "127.0.0.1:80:80", "[::1]:80:80",
	    "[[::1]:80",    "127.0.0.1]:80", "127.0.0.1%1:80",  "127.0.0.1:65536",
	    "127.0.0.1:-1", "127.0.0.1:80x", "[::1]: 80",
	};
	static const char *const good[] = {"127.0.0.1:", "127.0.0.1:+", "127.0.0.1:-0",
	                                   ":1", ""};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		show_resolve("tcp", bad[i]);
		show_dial("udp4", bad[i]);
	}
	show_resolve("udp", "127.0.0.1:1");
	show_dial("tcp5", "127.0.0.1:1");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		show_resolve("tcp6", good[i]);
}

/* No address, another protocol's network, and methods of no connection. */
static void nothing(void)
{
	const net_TCPAddr raddr = resolve("127.0.0.1:1");
	net_TCPListener l = {NULL};
	net_TCPConn c = {{NULL}};
	net_OpError err;

	net_DialTCP("tcp", NULL, NULL, &err);
	show("dial: %s", text(&err));
	net_DialTCP("udp", NULL, &raddr, &err);
	show("dial: %s", text(&err));
	net_ListenTCP("udp", NULL, &err);
	show("listen: %s", text(&err));
	net_DialUDP("udp", NULL, NULL, &err);
	show("dial: %s", text(&err));
	net_ListenUDP("tcp", NULL, &err);
	show("listen: %s", text(&err));
	net_conn_Read(&c.conn, NULL, 0, &err);
	show("read: %s", text(&err));
	close_conn(&c.conn);
	net_conn_SetDeadline(&c.conn, 0, &err);
	show("deadline: %s", text(&err));
	net_TCPListener_Accept(&l, &err);
	show("accept: %s", text(&err));
	close_listener(&l);
}

void main_main(void)
{
	if (is_case("dial")) /* NETWORK LADDR RADDR */
		dial(runtime_argv[2], runtime_argv[3], runtime_argv[4]);
	else if (is_case("dialer")) /* NETWORK LADDR ADDR */
		dial_with_dialer(runtime_argv[2], runtime_argv[3], runtime_argv[4]);
	else if (is_case("listen")) /* NETWORK LADDR */
		listen_and_close(runtime_argv[2], runtime_argv[3]);
	else if (is_case("listen-udp")) /* NETWORK LADDR */
		listen_udp(runtime_argv[2], runtime_argv[3]);
	else if (is_case("write-to"))
		write_to();
	else if (is_case("ports"))
		ports();
	else if (is_case("emfile-socket"))
		emfile_socket();
	else if (is_case("emfile-listen"))
		emfile_listen();
	else if (is_case("emfile-accept"))
		emfile_accept();
	else if (is_case("in-use"))
		in_use();
	else if (is_case("in-use-udp"))
		in_use_udp();
	else if (is_case("refused-udp"))
		refused_udp();
	else if (is_case("emsgsize"))
		emsgsize();
	else if (is_case("emfile-retry"))
		emfile_retry();
	else if (is_case("in-use-local"))
		in_use_local();
	else if (is_case("udp-short"))
		udp_short();
	else if (is_case("keepalive")) /* ADDR */
		keepalive(runtime_argv[2]);
	else if (is_case("zero")) /* ADDR */
		zero(runtime_argv[2]);
	else if (is_case("resolve"))
		no_address();
	else if (is_case("nil"))
		nothing();
	finish();
}
