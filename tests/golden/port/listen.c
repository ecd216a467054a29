/* listen NETWORK LADDR: accepts one connection, answers what it says. */
#include "common.h"

void main_main(void)
{
	net_TCPAddr laddr = resolve(runtime_argv[2]);
	net_TCPListener *l;
	net_TCPConn *c;
	net_OpError err;
	char b[64];
	size_t n;

	l = net_ListenTCP(runtime_argv[1], &laddr, &err);
	check(&err);
	net_TCPListener_Addr(l, &laddr);
	announce(&laddr);
	c = net_TCPListener_Accept(l, &err);
	check(&err);
	n = net_conn_Read(&c->conn, b, sizeof(b), &err);
	show_read(b, n, &err);
	net_conn_Write(&c->conn, b, n, &err);
	close_conn(&c->conn);
	close_listener(l);
	finish();
}
