/*
 * Closes a connection that another goroutine is parked on: it is sent on its way with an
 * error, and takes the descriptor with it.
 *
 *   close HOST:PORT
 */
#include "cmd/cmd.h"

static net_TCPConn *c;
static runtime_hchan done;

static void reader(void *unused)
{
	char answer[64], text[net_OpErrorStrlen];
	net_OpError err;

	(void)unused;
	net_conn_Read(&c->conn, answer, sizeof(answer), &err);
	cmd_print(net_OpError_Error(&err, text));
	runtime_closechan(&done);
}

void main_main(void)
{
	runtime_hchan *const wait[] = {&done};
	net_OpError err;

	c = cmd_dial();
	runtime_newproc(reader, NULL);
	/* The reader runs until it parks. */
	runtime_Gosched();
	net_conn_Close(&c->conn, &err);
	cmd_check(&err);
	runtime_selectgo(wait, 1);
	net_conn_Free(&c->conn);
}
