/*
 * Accepts one connection, sends back what it says, closes: the other side of dial.
 *
 *   listen HOST:PORT
 */
#include "cmd/cmd.h"

void main_main(void)
{
	net_TCPAddr laddr;
	net_TCPListener *l;
	net_TCPConn *c;
	net_OpError err;
	char text[64];
	size_t n;

	if (runtime_argc != 2)
		cmd_fail(2, "usage: listen HOST:PORT", "");
	laddr = cmd_resolve(runtime_argv[1]);
	l = net_ListenTCP("tcp", &laddr, &err);
	cmd_check(&err);
	c = net_TCPListener_Accept(l, &err);
	cmd_check(&err);
	n = net_conn_Read(&c->conn, text, sizeof(text), &err);
	cmd_check(&err);
	net_conn_Write(&c->conn, text, n, &err);
	cmd_check(&err);
	net_conn_Free(&c->conn);
	net_TCPListener_Free(l);
}
