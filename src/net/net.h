/*
 * The port's package net: the one header that a program includes (Go 1.7.4 package
 * net).
 *
 * A program defines main_main (runtime/proc.h), which runs on the first goroutine;
 * runtime_newproc starts more of them, time_Sleep lets one sleep. All functions here must
 * be called on a goroutine; they park it where Go's would, and never the thread, but for
 * a Close that lingers (net_TCPConn_SetLinger).
 *
 * Where Go returns an error, a function sets the caller's *err: err->Err is nil if all
 * went well, and the rest of *err means nothing then. What Go leaves to the garbage
 * collector is given back with a Free function.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include "context/context.h"
#include "os/error.h"
#include "runtime/proc.h"
#include "time/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Addresses --- */

/* An IP address: 4 or 16 bytes, or none. (Go 1.7.4 net/ip.go, IP) */
typedef struct {
	uint8_t len; /* 0, 4 or 16 */
	uint8_t byte[16];
} net_IP;

/* A TCP end point. (Go 1.7.4 net/tcpsock.go, TCPAddr) */
typedef struct {
	net_IP IP;
	int Port;
	uint32_t Zone; /* interface index of a link-local IPv6 address, or 0 */
} net_TCPAddr;

/* A UDP end point: in Go another type with the same fields. (Go 1.7.4 net/udpsock.go,
 * UDPAddr) */
typedef net_TCPAddr net_UDPAddr;

/* Bytes that the text of any address fits into whose port is one. */
enum { net_TCPAddrStrlen = 64 };

/* Writes "127.0.0.1:80" or "[::1]:80" to buf of net_TCPAddrStrlen bytes and
 * returns it. (Go 1.7.4 net/tcpsock.go, TCPAddr.String) */
char *net_TCPAddr_String(const net_TCPAddr *a, char *buf);

/* --- Errors --- */

/* What failed, on which addresses, and why. Owns nothing. The addresses are copies; Net
 * is not: the network's name that a function is given is to last as long as the
 * connection that it makes, and the errors of both. Where Go returns Err as it is,
 * without an OpError around it, as net_EOF, Op is empty. (Go 1.7.4 net/net.go, OpError)
 */
typedef struct {
	const char *Op;  /* "dial", "listen", "accept", "read", "write", "close", "set" */
	const char *Net; /* "tcp", "tcp4", "udp6", ... */
	bool hasSource, hasAddr;
	net_TCPAddr Source, Addr;
	error Err;                     /* nil: there was no error */
	char About[net_TCPAddrStrlen]; /* the text that could not be read, cut; or "" */
} net_OpError;

/* Bytes that an error's text fits into; of a network's name that is none and is long it
 * is cut. */
enum { net_OpErrorStrlen = 320 };

/* Writes e's text, "dial tcp 127.0.0.1:1: getsockopt: connection refused", to buf
 * of net_OpErrorStrlen bytes and returns it. (Go 1.7.4 net/net.go,
 * OpError.Error) */
char *net_OpError_Error(const net_OpError *e, char *buf);

/* Tells whether e is a deadline that has passed. (Go 1.7.4 net/net.go,
 * OpError.Timeout) */
bool net_OpError_Timeout(const net_OpError *e);

/* Tells whether trying again later may help: too many open files, a connection that was
 * gone before it was accepted, a deadline. (Go 1.7.4 net/net.go, OpError.Temporary) */
bool net_OpError_Temporary(const net_OpError *e);

/* The errors that are not the kernel's; an error is one of them if their text
 * pointers are the same. (Go 1.7.4 net/net.go, io/io.go) */
extern const error net_errClosing;        /* use of closed network connection */
extern const error net_errTimeout;        /* i/o timeout */
extern const error net_errCanceled;       /* operation was canceled */
extern const error net_errMissingAddress; /* missing address */
extern const error net_errUnknownNetwork; /* unknown network, and which */
extern const error net_errNonIPv4;        /* non-IPv4 address, and which */
extern const error
    net_ErrWriteToConnected; /* use of WriteTo with pre-connected connection */
extern const error net_EOF;  /* EOF (Go: io.EOF) */
extern const error net_ErrUnexpectedEOF; /* unexpected EOF (Go: io.ErrUnexpectedEOF) */

/* --- Addresses from text --- */

/* Reads "HOST:PORT" into *addr. Where Go would also ask the resolver or read a file, HOST
 * must be a literal IP address here, in brackets if IPv6, and PORT a number; without HOST
 * it is "any". net is "tcp", "tcp4" or "tcp6", or "udp" likewise; empty it is "tcp" or
 * "udp". Returns false and sets *err, Op being empty, if that is not possible. (Go 1.7.4
 * net/tcpsock.go, ResolveTCPAddr; net/udpsock.go, ResolveUDPAddr) */
bool net_ResolveTCPAddr(const char *net, const char *text, net_TCPAddr *addr,
                        net_OpError *err);
bool net_ResolveUDPAddr(const char *net, const char *text, net_UDPAddr *addr,
                        net_OpError *err);

/* --- Connections --- */

/*
 * What TCP and UDP connections have in common; each contains one. Several goroutines may
 * use it at the same time: one reads and one writes, the others wait for their turn. On
 * NULL, or one that is all zero, whatever sets *err fails with EINVAL, Op being empty.
 * (Go 1.7.4 net/net.go, conn)
 */
typedef struct {
	struct net_netFD *fd;
} net_conn;

/* Reads up to len bytes into p, parking until there are some. Returns how many; 0
 * with an error in *err, whose Err is net_EOF at the end of a stream. Of a datagram that
 * is longer, the rest is lost. (Go 1.7.4 net/net.go, conn.Read) */
size_t net_conn_Read(net_conn *c, void *p, size_t len, net_OpError *err);

/* Writes all len bytes of p, parking while the socket's buffer is full; as one datagram
 * if that is what the connection carries. Returns how many were written; fewer only with
 * an error in *err. (Go 1.7.4 net/net.go, conn.Write) */
size_t net_conn_Write(net_conn *c, const void *p, size_t len, net_OpError *err);

/* Closes c: operations under way and later ones fail with net_errClosing. Returns
 * false and sets *err if c was closed before. (Go 1.7.4 net/net.go, conn.Close) */
bool net_conn_Close(net_conn *c, net_OpError *err);

/* Store the own address, or the other side's, in *a; false if it is not known. (Go 1.7.4
 * net/net.go, conn.LocalAddr, conn.RemoteAddr) */
bool net_conn_LocalAddr(const net_conn *c, net_TCPAddr *a);
bool net_conn_RemoteAddr(const net_conn *c, net_TCPAddr *a);

/* From t on, reads, writes or both fail with net_errTimeout, those that are parked as
 * well; 0 is never. Stays until it is set again. Returns false and sets *err if c is
 * closed. (Go 1.7.4 net/net.go, conn.SetDeadline, ...) */
bool net_conn_SetDeadline(net_conn *c, time_Time t, net_OpError *err);
bool net_conn_SetReadDeadline(net_conn *c, time_Time t, net_OpError *err);
bool net_conn_SetWriteDeadline(net_conn *c, time_Time t, net_OpError *err);

/* Set the size of the kernel's buffer, bytes. Return false and set *err if that failed.
 * (Go 1.7.4 net/net.go, conn.SetReadBuffer, conn.SetWriteBuffer) */
bool net_conn_SetReadBuffer(net_conn *c, int bytes, net_OpError *err);
bool net_conn_SetWriteBuffer(net_conn *c, int bytes, net_OpError *err);

/* Frees c and the connection it is part of, closing it first if that was forgotten, once
 * no goroutine uses it any more: what the garbage collector and its finalizer do in Go.
 * (Go 1.7.4 net/fd_unix.go, setAddr) */
void net_conn_Free(net_conn *c);

/* --- TCP --- */

/* A TCP connection. (Go 1.7.4 net/tcpsock.go, TCPConn) */
typedef struct {
	net_conn conn;
} net_TCPConn;

/*
 * Connects to raddr, from laddr unless that is NULL. net is "tcp", "tcp4" or
 * "tcp6". Returns the connection, to be given back with net_conn_Free; or
 * NULL, and the reason in *err. (Go 1.7.4 net/tcpsock.go, DialTCP)
 */
net_TCPConn *net_DialTCP(const char *net, const net_TCPAddr *laddr,
                         const net_TCPAddr *raddr, net_OpError *err);

/* Shut down one direction: reads then find the end of the stream, or the other side does.
 * Return false and set *err if that failed. (Go 1.7.4 net/tcpsock.go, CloseRead,
 * CloseWrite) */
bool net_TCPConn_CloseRead(net_TCPConn *c, net_OpError *err);
bool net_TCPConn_CloseWrite(net_TCPConn *c, net_OpError *err);

/* Turns Nagle's algorithm off, as it is from the start, or on; makes the kernel see
 * whether the other side still is there, and after how long a silence (rounded up to
 * seconds); says what happens to data that is not sent yet at Close: sec < 0 sends it in
 * the background, 0 throws it away, more has Close wait in the kernel, that many seconds
 * at most, and its thread and P with it. Each returns false and sets *err if that failed.
 * (Go 1.7.4 net/tcpsock.go, SetNoDelay, SetKeepAlive, SetKeepAlivePeriod, SetLinger) */
bool net_TCPConn_SetNoDelay(net_TCPConn *c, bool noDelay, net_OpError *err);
bool net_TCPConn_SetKeepAlive(net_TCPConn *c, bool keepalive, net_OpError *err);
bool net_TCPConn_SetKeepAlivePeriod(net_TCPConn *c, time_Duration d, net_OpError *err);
bool net_TCPConn_SetLinger(net_TCPConn *c, int sec, net_OpError *err);

/* A socket that connections are accepted from. NULL and all zero are as for a connection;
 * only Addr needs a listener, as in Go. (Go 1.7.4 net/tcpsock.go, TCPListener) */
typedef struct {
	struct net_netFD *fd;
} net_TCPListener;

/* Listens on laddr: with port 0 on one that the kernel chooses, with no IP address (or
 * NULL for laddr) on all, of IPv4 and IPv6 if net is "tcp". Returns the listener, to be
 * given back with net_TCPListener_Free; or NULL, and the reason in *err. (Go 1.7.4
 * net/tcpsock.go, ListenTCP) */
net_TCPListener *net_ListenTCP(const char *net, const net_TCPAddr *laddr,
                               net_OpError *err);

/* Parks until somebody connects. Returns the connection, or NULL and the reason in *err.
 * (Go 1.7.4 net/tcpsock.go, AcceptTCP, Accept) */
net_TCPConn *net_TCPListener_Accept(net_TCPListener *l, net_OpError *err);

/* Stops listening; whoever is parked in Accept gets net_errClosing. Returns false and
 * sets *err if l was closed before. (Go 1.7.4 net/tcpsock.go, TCPListener.Close) */
bool net_TCPListener_Close(net_TCPListener *l, net_OpError *err);

/* Stores the address that l listens on in *a; false if it is not known. (Go 1.7.4
 * net/tcpsock.go, TCPListener.Addr) */
bool net_TCPListener_Addr(const net_TCPListener *l, net_TCPAddr *a);

/* net_conn_SetDeadline for Accept. (Go 1.7.4 net/tcpsock.go, TCPListener.SetDeadline) */
bool net_TCPListener_SetDeadline(net_TCPListener *l, time_Time t, net_OpError *err);

/* net_conn_Free for a listener. */
void net_TCPListener_Free(net_TCPListener *l);

/* --- UDP --- */

/* A UDP socket. (Go 1.7.4 net/udpsock.go, UDPConn) */
typedef struct {
	net_conn conn;
} net_UDPConn;

/* A socket that sends to raddr and receives from there only, from laddr unless that is
 * NULL. net is "udp", "udp4" or "udp6". Returns it, to be given back with net_conn_Free;
 * or NULL, and the reason in *err. (Go 1.7.4 net/udpsock.go, DialUDP) */
net_UDPConn *net_DialUDP(const char *net, const net_UDPAddr *laddr,
                         const net_UDPAddr *raddr, net_OpError *err);

/* A socket that receives what is sent to laddr, which may be as for ListenTCP. Likewise.
 * (Go 1.7.4 net/udpsock.go, ListenUDP) */
net_UDPConn *net_ListenUDP(const char *net, const net_UDPAddr *laddr, net_OpError *err);

/* Receives a datagram into p and stores where it came from in *addr. Returns its length,
 * what does not fit into len bytes being lost; 0 with an error in *err. (Go 1.7.4
 * net/udpsock.go, ReadFromUDP) */
size_t net_UDPConn_ReadFromUDP(net_UDPConn *c, void *p, size_t len, net_UDPAddr *addr,
                               net_OpError *err);

/* Sends a datagram to addr. Returns its length; 0 with an error in *err, which is
 * net_ErrWriteToConnected if c was dialed. (Go 1.7.4 net/udpsock.go, WriteToUDP) */
size_t net_UDPConn_WriteToUDP(net_UDPConn *c, const void *p, size_t len,
                              const net_UDPAddr *addr, net_OpError *err);

/* --- Dialing with limits --- */

/* How to dial; all zero is the plain way. (Go 1.7.4 net/dial.go, Dialer) */
typedef struct {
	time_Duration Timeout;        /* give up after this long; 0 never */
	time_Time Deadline;           /* give up then; 0 never */
	const net_TCPAddr *LocalAddr; /* dial from here; NULL leaves it to the kernel */
	time_Duration KeepAlive;      /* keep-alive period of a TCP connection; 0 none */
} net_Dialer;

/*
 * Connects to address, "HOST:PORT", unless ctx is done first: then it fails with
 * net_errCanceled or net_errTimeout or, if ctx was done in the moment in which the
 * connection was made, with ctx's own reason. network is one of TCP's or UDP's. Returns
 * the connection, to be given back with net_conn_Free, or NULL and the reason in *err.
 * (Go 1.7.4 net/dial.go, DialContext)
 */
net_conn *net_Dialer_DialContext(const net_Dialer *d, context_Context *ctx,
                                 const char *network, const char *address,
                                 net_OpError *err);

/* The same with only a time limit. (Go 1.7.4 net/dial.go, DialTimeout) */
net_conn *net_DialTimeout(const char *network, const char *address, time_Duration timeout,
                          net_OpError *err);

#endif
