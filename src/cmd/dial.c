/*
 * Dials, says "ping", reads the answer, closes: the program whose every step the
 * walkthrough follows.
 *
 *   dial HOST:PORT [LOCALHOST:PORT]
 *
 * Exit status: 0, 1 when the network refused, 2 when it was called wrongly.
 */
#include "cmd/cmd.h"

void main_main(void)
{
	net_TCPAddr raddr, laddr;
	net_TCPConn *c;
	net_OpError err;
	char answer[64];

	if (runtime_argc < 2 || runtime_argc > 3)
		cmd_fail(2, "usage: dial HOST:PORT [LOCALHOST:PORT]", "");
	raddr = cmd_resolve(runtime_argv[1]);
	if (runtime_argc == 3)
		laddr = cmd_resolve(runtime_argv[2]);

	c = net_DialTCP("tcp", runtime_argc == 3 ? &laddr : NULL, &raddr, &err);
	cmd_check(&err);
	net_conn_Write(&c->conn, "ping\n", 5, &err);
	cmd_check(&err);
	net_conn_Read(&c->conn, answer, sizeof(answer), &err);
	cmd_check(&err);
	net_conn_Close(&c->conn, &err);
	cmd_check(&err);
	net_conn_Free(&c->conn);
}
