/* udp-dial NETWORK RADDR [LADDR]: a connected UDP socket. */
#include "common.h"

void main_main(void)
{
	net_UDPAddr raddr = resolve(runtime_argv[2]), laddr;
	net_UDPConn *c;
	net_OpError err;
	size_t n;

	if (runtime_argc > 3)
		laddr = resolve(runtime_argv[3]);
	c = net_DialUDP(runtime_argv[1], runtime_argc > 3 ? &laddr : NULL, &raddr, &err);
	check(&err);
	write_conn(&c->conn);
	read_conn(&c->conn, &err);
	n = net_UDPConn_WriteToUDP(c, "ping\n", 5, &raddr, &err);
	show("write to: %zu %s", n, text(&err));
	close_conn(&c->conn);
	finish();
}
