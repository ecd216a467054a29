/* sockopts ADDR: the options a program can set. */
#include "common.h"

void main_main(void)
{
	net_TCPConn *c = dial_peer(runtime_argv[1]);
	net_OpError err[3];

	net_TCPConn_SetNoDelay(c, false, &err[0]);
	net_TCPConn_SetNoDelay(c, true, &err[1]);
	show("nodelay: %s %s", text(&err[0]), text(&err[1]));
	net_TCPConn_SetKeepAlive(c, true, &err[0]);
	net_TCPConn_SetKeepAlive(c, false, &err[1]);
	show("keepalive: %s %s", text(&err[0]), text(&err[1]));
	net_TCPConn_SetKeepAlivePeriod(c, 1500 * time_Millisecond, err);
	show("keepalive period: %s", text(err));
	net_TCPConn_SetLinger(c, 5, &err[0]);
	net_TCPConn_SetLinger(c, 0, &err[1]);
	net_TCPConn_SetLinger(c, -1, &err[2]);
	show("linger: %s %s %s", text(&err[0]), text(&err[1]), text(&err[2]));
	net_conn_SetReadBuffer(&c->conn, 65536, &err[0]);
	net_conn_SetWriteBuffer(&c->conn, 32768, &err[1]);
	show("buffers: %s %s", text(&err[0]), text(&err[1]));
	net_conn_SetWriteBuffer(&c->conn, -1, err);
	show("write buffer -1: %s", text(err));
	close_conn(&c->conn);
	net_TCPConn_SetNoDelay(c, true, err);
	show("nodelay: %s", text(err));
	net_TCPConn_SetKeepAlive(c, true, err);
	show("keepalive: %s", text(err));
	net_TCPConn_SetLinger(c, 0, err);
	show("linger: %s", text(err));
	net_conn_SetReadBuffer(&c->conn, 1, err);
	show("read buffer: %s", text(err));
	finish();
}
