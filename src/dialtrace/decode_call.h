/*
 * A function's arguments as text, from its registers and what was captured of its
 * memory.
 *
 * A step's args lists them in order, separated by commas; an empty entry is not
 * shown, others are name:kind with one of these kinds:
 *
 *   d  a number              b  a bool             p  a pointer
 *   m  'r', 'w' or both      F  an address family  T  a socket type
 *   D  a number of 64 bits
 *   s  a string, captured    a  a net_TCPAddr, captured    g  a goroutine, captured
 *   S  a Go string (the next argument is its length)       A  a Go net.TCPAddr
 *
 * A semicolon in place of the comma: where Go passes arguments on the stack, the next
 * one shares its word with this one.
 */
#ifndef DIALTRACE_DECODE_CALL_H
#define DIALTRACE_DECODE_CALL_H

#include "config.h"
#include "dialtrace/out.h"
#include "dialtrace/polldescs.h"

/* Appends (name=value, ...), nothing if args is NULL. A pollDesc whose fd
 * pds knows is shown by that, as in epoll events. */
void decode_call(struct out *o, const char *args, const struct call_event *c,
                 const struct polldescs *pds);

/* Sets what the probe has to capture for args to be shown. goid is the offset of a
 * goroutine's number in its g. */
void decode_call_captures(const char *args, u8 goid, struct probe_capture want[2]);

#endif
