/* bigwrite SIZE ADDR: more than the socket takes at once. */
#include "common.h"

#include <stdlib.h>

void main_main(void)
{
	static const char bytes[4 << 20];
	net_conn *c = &dial_peer(runtime_argv[2])->conn;
	net_OpError err;
	size_t n;

	net_conn_SetWriteBuffer(c, 4096, &err);
	check(&err);
	n = net_conn_Write(c, bytes, (size_t)atoi(runtime_argv[1]), &err);
	show_write(n, &err);
	close_conn(c);
	finish();
}
