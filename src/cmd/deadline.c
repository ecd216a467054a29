/*
 * Asks, and does not wait for the answer longer than 20 ms; then without a limit.
 *
 *   deadline HOST:PORT
 *
 * Fails if the answer comes within the 20 ms.
 */
#include "cmd/cmd.h"

void main_main(void)
{
	net_TCPConn *c = cmd_dial();
	char answer[64], text[net_OpErrorStrlen];
	net_OpError err;

	net_conn_Write(&c->conn, "ping\n", 5, &err);
	cmd_check(&err);

	net_conn_SetReadDeadline(&c->conn, time_Now() + 20 * time_Millisecond, &err);
	net_conn_Read(&c->conn, answer, sizeof(answer), &err);
	if (!net_OpError_Timeout(&err))
		cmd_fail(1, "the answer was there before the deadline", "");
	cmd_print(net_OpError_Error(&err, text));

	/* It stays passed until another is set: this read does not even try. */
	net_conn_Read(&c->conn, answer, sizeof(answer), &err);
	cmd_print(net_OpError_Error(&err, text));

	net_conn_SetReadDeadline(&c->conn, 0, &err);
	net_conn_Read(&c->conn, answer, sizeof(answer), &err);
	cmd_check(&err);
	net_conn_Free(&c->conn);
}
