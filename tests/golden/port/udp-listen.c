/* udp-listen NETWORK LADDR: answers one datagram. */
#include "common.h"

void main_main(void)
{
	net_UDPAddr laddr = resolve(runtime_argv[2]), from;
	net_UDPConn *c;
	net_OpError err;
	char b[64];
	size_t n;

	c = net_ListenUDP(runtime_argv[1], &laddr, &err);
	check(&err);
	net_conn_LocalAddr(&c->conn, &laddr);
	announce(&laddr);
	n = net_UDPConn_ReadFromUDP(c, b, sizeof(b), &from, &err);
	show("read: %s %d %s", n == 5 ? "\"ping\\n\"" : "something else", from.IP.len,
	     text(&err));
	n = net_UDPConn_WriteToUDP(c, b, n, &from, &err);
	show("write to: %zu %s", n, text(&err));
	write_conn(&c->conn);
	close_conn(&c->conn);
	finish();
}
