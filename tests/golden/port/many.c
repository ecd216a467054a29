/* many CASE N: as many UDP sockets, and goroutines that take turns. */
#include "common.h"

#include <stdlib.h>

static net_UDPConn *hub, *conn[1000];
static net_UDPAddr to;
static size_t n, left;
static runtime_hchan done;

static net_UDPConn *listen_udp(void)
{
	const net_UDPAddr laddr = resolve("127.0.0.1:0");
	net_OpError err;
	net_UDPConn *c = net_ListenUDP("udp", &laddr, &err);

	check(&err);
	return c;
}

static void say(net_UDPConn *c, const char *what)
{
	net_OpError err;

	net_UDPConn_WriteToUDP(c, what, 1, &to, &err);
	if (--left == 0)
		runtime_closechan(&done);
}

static void say_1(void *c)
{
	say(c, "1");
}

static void say_2(void *c)
{
	say(c, "2");
}

static void yield(void *c)
{
	runtime_Gosched();
	say(c, "x");
}

/* Reads, and leaves the answers to two others. */
static void children(void *c)
{
	net_UDPAddr from;
	net_OpError err;
	char b[4];

	net_UDPConn_ReadFromUDP(c, b, sizeof(b), &from, &err);
	runtime_newproc(say_1, c);
	runtime_newproc(say_2, c);
}

/* Starts the next two. */
static void chain(void *c)
{
	net_UDPConn **p = c;
	size_t next = 2 * (size_t)(p - conn) + 1;

	runtime_Gosched();
	say(*p, "x");
	for (size_t i = next; i <= next + 1 && i < n; i++)
		runtime_newproc(chain, &conn[i]);
}

static void start_all(void (*f)(void *))
{
	for (size_t i = 0; i < n; i++)
		runtime_newproc(f, conn[i]);
}

static void start_children(void)
{
	net_UDPAddr addr;
	net_OpError err;

	left = 2 * n;
	start_all(children);
	runtime_Gosched();
	for (size_t i = 0; i < n; i++) {
		net_conn_LocalAddr(&conn[i]->conn, &addr);
		net_UDPConn_WriteToUDP(hub, "y", 1, &addr, &err);
	}
}

void main_main(void)
{
	runtime_hchan *const c[] = {&done};

	n = strtoul(runtime_argv[2], NULL, 10);
	hub = listen_udp();
	net_conn_LocalAddr(&hub->conn, &to);
	for (size_t i = 0; i < n; i++)
		conn[i] = listen_udp();
	left = n;
	if (is_case("yield"))
		start_all(yield);
	else if (is_case("children"))
		start_children();
	else if (is_case("chain"))
		runtime_newproc(chain, &conn[0]);
	runtime_selectgo(c, 1);
	show("left: %zu", left);
	finish();
}
