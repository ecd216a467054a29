/*
 * Sends back what it is told, to everybody at the same time: a goroutine for each
 * connection. Says where it listens, and serves until it is killed.
 *
 *   echo HOST:PORT
 */
#include "cmd/cmd.h"

static void serve(void *conn)
{
	net_TCPConn *c = conn;
	net_OpError err;
	char bytes[1024];
	size_t n;

	while ((n = net_conn_Read(&c->conn, bytes, sizeof(bytes), &err)) > 0)
		if (net_conn_Write(&c->conn, bytes, n, &err) < n)
			break;
	net_conn_Free(&c->conn);
}

void main_main(void)
{
	char text[net_TCPAddrStrlen];
	net_TCPAddr laddr;
	net_TCPListener *l;
	net_OpError err;

	if (runtime_argc != 2)
		cmd_fail(2, "usage: echo HOST:PORT", "");
	laddr = cmd_resolve(runtime_argv[1]);
	l = net_ListenTCP("tcp", &laddr, &err);
	cmd_check(&err);
	net_TCPListener_Addr(l, &laddr);
	cmd_print(net_TCPAddr_String(&laddr, text));
	for (;;) {
		net_TCPConn *c = net_TCPListener_Accept(l, &err);

		if (c)
			runtime_newproc(serve, c);
		else if (net_OpError_Temporary(&err))
			time_Sleep(5 * time_Millisecond); /* for descriptors to be free */
		else
			cmd_check(&err);
	}
}
