/*
 * Socket addresses as text. They come out of the traced program's memory: of any
 * length, aligned or not.
 */
#ifndef DIALTRACE_DECODE_SOCKADDR_H
#define DIALTRACE_DECODE_SOCKADDR_H

#include <stdbool.h>
#include <stddef.h>

#include "dialtrace/out.h"

/* Appends the socket address of size bytes, of which the first len are at p:
 * {AF_INET, 127.0.0.1:80}, {AF_INET6, [::1]:80}, {AF_UNIX, "path"},
 * {sa_family=AF_NETLINK, …}. */
void decode_sockaddr(struct out *o, const u8 *p, size_t len, size_t size);

/* Appends 127.0.0.1:80, [::1]:80 or [fe80::1%2]:80 and returns true; returns
 * false, having appended nothing, when p is no complete address of AF_INET or
 * AF_INET6. */
bool decode_hostport(struct out *o, const u8 *p, size_t len);

#endif
