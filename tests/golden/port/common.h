/*
 * What the programs here share. Each is on the port what the Go program of the same name
 * in ../go is on Go: the same cases, the same operations in the same order, and the same
 * lines on standard output.
 */
#ifndef GOLDEN_PORT_COMMON_H
#define GOLDEN_PORT_COMMON_H

#include "net/net.h"

/* Keeps a line for finish: a write in between would be one more system call. */
__attribute__((format(printf, 1, 2))) void show(const char *format, ...);

/* "<nil>", or what err says. Good until the fourth call from now. */
const char *text(const net_OpError *err);

/* "true" or "false". */
const char *yes(bool b);

/* Show what Read, and Write, returned. */
void show_read(const char *p, size_t n, const net_OpError *err);
void show_write(size_t n, const net_OpError *err);

/* A connection to the peer, which listens at "HOST:PORT". */
net_TCPConn *dial_peer(const char *address);

/* Read, and Write of "ping\n", showing how it went. */
void read_conn(net_conn *c, net_OpError *err);
void write_conn(net_conn *c);

/* Write of more than the socket takes, showing whether not all of it went. conn is a
 * net_conn; for start, too. */
void write_too_much(void *conn);

/* Shows whether err, unless it is nil, is a timeout and temporary. */
void show_timeout(const net_OpError *err);

/* Close, showing how it went. */
void close_conn(net_conn *c);
void close_listener(net_TCPListener *l);

/* Prints what was shown and ends the process. */
_Noreturn void finish(void);

/* Ends the program when something fails that should not. */
void check(const net_OpError *err);

/* Tells the peer whom to talk to. */
void announce(const net_TCPAddr *addr);

/* The address that "HOST:PORT" stands for. */
net_TCPAddr resolve(const char *address);

/* Tells whether the program's first argument, the case, is name. */
bool is_case(const char *name);

/* A goroutine that is waited for. */
struct task {
	void (*f)(void *);
	void *arg;
	runtime_hchan done;
};

/* Starts f(arg) as a goroutine and lets it run until it parks. */
void start(struct task *t, void (*f)(void *), void *arg);

/* Parks until it has ended. */
void wait_for(struct task *t);

/* Keeps the P busy. */
void spin(time_Duration d);

#endif
