/*
 * Two goroutines talk over UDP: one listens and answers whoever asks, the other dials.
 * With UDP connect(2) returns at once, and so nobody parks in a dial.
 *
 *   udp
 */
#include "cmd/cmd.h"

static void answer(void *conn)
{
	net_UDPConn *c = conn;
	net_UDPAddr from;
	net_OpError err;
	char text[64];
	size_t n = net_UDPConn_ReadFromUDP(c, text, sizeof(text), &from, &err);

	cmd_check(&err);
	net_UDPConn_WriteToUDP(c, text, n, &from, &err);
	cmd_check(&err);
	net_conn_Free(&c->conn);
}

void main_main(void)
{
	const net_UDPAddr loopback = {.IP = {4, {127, 0, 0, 1}}};
	net_UDPConn *server, *client;
	net_UDPAddr addr;
	net_OpError err;
	char text[64];

	server = net_ListenUDP("udp", &loopback, &err);
	cmd_check(&err);
	net_conn_LocalAddr(&server->conn, &addr);
	runtime_newproc(answer, server);

	client = net_DialUDP("udp", NULL, &addr, &err);
	cmd_check(&err);
	net_conn_Write(&client->conn, "ping\n", 5, &err);
	cmd_check(&err);
	net_conn_Read(&client->conn, text, sizeof(text), &err);
	cmd_check(&err);
	net_conn_Free(&client->conn);
}
