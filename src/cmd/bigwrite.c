/*
 * Writes more than the kernel takes at once: the write parks, for mode 'w', until the
 * other side has read.
 *
 *   bigwrite HOST:PORT
 */
#include "cmd/cmd.h"

void main_main(void)
{
	static const char bytes[8 * 1024 * 1024];
	net_TCPConn *c = cmd_dial();
	net_OpError err;
	char byte;

	net_conn_Write(&c->conn, bytes, sizeof(bytes), &err);
	cmd_check(&err);
	net_TCPConn_CloseWrite(c, &err);
	cmd_check(&err);
	/* The other side closes when it has had everything. */
	net_conn_Read(&c->conn, &byte, 1, &err);
	if (err.Err.text != net_EOF.text)
		cmd_fail(1, "the other side did not close", "");
	net_conn_Free(&c->conn);
}
