/*
 * A goroutine keeps the only P busy while another one's answer arrives: nobody polls the
 * network but sysmon, which makes the reader runnable. It runs when the P is free.
 *
 *   sysmon HOST:PORT
 */
#include "cmd/cmd.h"
#include "runtime/os_linux.h"

static net_TCPConn *c;
static runtime_hchan done;

static void reader(void *unused)
{
	char answer[64];
	net_OpError err;

	(void)unused;
	net_conn_Read(&c->conn, answer, sizeof(answer), &err);
	cmd_check(&err);
	runtime_closechan(&done);
}

static void busy(time_Duration d)
{
	int64_t end = runtime_nanotime() + d;

	while (runtime_nanotime() < end)
		;
}

void main_main(void)
{
	runtime_hchan *const wait[] = {&done};
	net_OpError err;

	c = cmd_dial();
	net_conn_Write(&c->conn, "ping\n", 5, &err);
	cmd_check(&err);
	runtime_newproc(reader, NULL);
	/* The reader runs until it parks. */
	runtime_Gosched();
	busy(100 * time_Millisecond);
	runtime_selectgo(wait, 1);
	net_conn_Free(&c->conn);
}
