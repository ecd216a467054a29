/* dial NETWORK RADDR [LADDR]: dials, says "ping", reads the answer, closes. */
#include "common.h"

void main_main(void)
{
	net_TCPAddr raddr = resolve(runtime_argv[2]), laddr;
	net_TCPConn *c;
	net_OpError err;

	if (runtime_argc > 3)
		laddr = resolve(runtime_argv[3]);
	c = net_DialTCP(runtime_argv[1], runtime_argc > 3 ? &laddr : NULL, &raddr, &err);
	show("dial: %s", text(&err));
	if (!c)
		finish();
	net_conn_Write(&c->conn, "ping\n", 5, &err);
	read_conn(&c->conn, &err);
	close_conn(&c->conn);
	finish();
}
