/* sysmon ADDR: one goroutine keeps its P busy, and only sysmon looks for data. */
#include "common.h"

static bool done;

static void reader(void *conn)
{
	net_OpError err;

	read_conn(conn, &err);
	done = true;
}

void main_main(void)
{
	net_conn *c = &dial_peer(runtime_argv[1])->conn;

	runtime_newproc(reader, c);
	while (!done) {
		runtime_Gosched();
		spin(500 * time_Millisecond);
	}
	close_conn(c);
	finish();
}
