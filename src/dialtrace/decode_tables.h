/*
 * The names of the kernel's constants, for decode.c: one table for each
 * enumeration or set of flags, and the two ways to print a value with one.
 */
#ifndef DIALTRACE_DECODE_TABLES_H
#define DIALTRACE_DECODE_TABLES_H

#include "dialtrace/out.h"

struct name {
	u32 value;
	const char *name;
};

struct names {
	const char *unknown;     /* what strace calls a value without a name */
	const struct name *list; /* up to a row without a name */
};

extern const struct names socket_families, socket_types, socket_flags;
extern const struct names inet_protocols, netlink_protocols;
extern const struct names sockopt_levels, socket_options, ip_options, ipv6_options,
    tcp_options;
extern const struct names shutdown_hows, msg_flags;
extern const struct names fcntl_commands, fd_flags, access_modes, open_flags;
extern const struct names epoll_ops, epoll_events, epoll_create_flags;

/* Appends the name of v, or 0x63 with what it should have been in a remark. */
void decode_enum(struct out *o, const struct names *names, u32 v);

/* Appends the names of v's bits in the table's order, joined by |, then what no
 * name covers in hex; 0 when there is no bit at all. */
void decode_flags(struct out *o, const struct names *names, u32 v);

#endif
