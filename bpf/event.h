/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/*
 * What the BPF program writes into the ring (ring.h) and the tracer reads.
 *
 * Every record starts with struct event; event.type tells what more there is. It has the
 * size of its struct but for struct syscall_event, which ends with its capture; all are
 * multiples of 8.
 */
#ifndef DIALTRACE_EVENT_H
#define DIALTRACE_EVENT_H

#ifndef __bpf__
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
#endif

enum event_type {
	EVENT_CALL,  /* a probed function was entered: struct call_event */
	EVENT_SLEEP, /* a syscall went to sleep: struct syscall_event, ret unset */
	EVENT_EXIT,  /* a syscall returned: struct syscall_event */
	EVENT_EXEC,  /* a traced process replaced its program: struct event */
	EVENT_DEATH, /* a traced thread ended: struct event */
	EVENT_END,   /* and with it its process: struct event */
};

struct event {
	u64 ts;   /* CLOCK_MONOTONIC, ns; of the entry for EVENT_CALL, else of now */
	u64 g;    /* address of the running g, 0 where the program has none */
	u64 goid; /* its number; 0 for a g0 */
	u64 sp;   /* the user stack pointer; in Go, where stacks move, less their end */
	u32 pid;
	u32 tid;
	u32 m; /* number of the M the g runs on */
	u8 type;
	u8 flags;   /* EVENT_* below */
	u16 caplen; /* valid bytes of the record's capture */
};

/* event.flags */
#define EVENT_NO_ENTER 1 /* EVENT_EXIT of a call whose entry was not seen */
#define EVENT_SLEPT    2 /* EVENT_EXIT of a call that had an EVENT_SLEEP */
#define EVENT_ON_STACK 4 /* EVENT_CALL whose args are words of the stack */
/* Which lengths of struct syscall_event could be read. */
#define EVENT_LENGTH_IN  8
#define EVENT_LENGTH_OUT 16
#define EVENT_STOPPED    32 /* the process was stopped there */

#define ARGS 6

/* Bytes of user memory that come with a record. */
#define CALL_CAPTURE    40
#define SYSCALL_CAPTURE 384 /* for a long epoll_wait answer, an address or a path */
#define SHORT_CAPTURE   40  /* less work up to here; all that is shown of an option */

/* A function's captures are laid one after the other, each of its fixed size. */
struct call_event {
	struct event e;
	u32 probe; /* index into the tracer's probe list */
	u32 pad;
	u64 args[ARGS];
	u8 capture[CALL_CAPTURE];
};

struct syscall_event {
	struct event e;
	u64 dur; /* ns since the entry or, of a call that is not timed, since it fell */
	         /* asleep; 0 when that was not seen */
	s64 ret; /* as the kernel returned it: -errno on failure */
	u64 args[ARGS];
	u32 nr;
	u32 length_in;  /* *optlen or *addrlen as the caller passed it, */
	u32 length_out; /* and as the kernel left it */
	u32 pad;
	u8 capture[SYSCALL_CAPTURE];
};

/* Which user memory to take along with a syscall. */
enum capture {
	CAPTURE_NONE,
	CAPTURE_BUF_IN,       /* args[1], args[2] bytes: write */
	CAPTURE_BUF_OUT,      /* args[1], ret bytes: read */
	CAPTURE_DATAGRAM_IN,  /* the same and, behind STRING_CAPTURE bytes, the address */
	                      /* args[4], args[5] bytes, if there is one: sendto */
	CAPTURE_DATAGRAM_OUT, /* args[4], *args[5] bytes: recvfrom */
	CAPTURE_SOCKADDR_IN,  /* args[1], args[2] bytes: connect, bind */
	CAPTURE_SOCKADDR_OUT, /* args[1], *args[2] bytes: getsockname, accept */
	CAPTURE_OPT_IN,       /* args[3], args[4] bytes: setsockopt */
	CAPTURE_OPT_OUT,      /* args[3], *args[4] bytes: getsockopt */
	CAPTURE_EPOLL_CTL,    /* args[3], one epoll_event */
	CAPTURE_EPOLL_WAIT,   /* args[1], ret epoll_events */
	CAPTURE_PIPE,         /* args[0], two ints: pipe2 */
	CAPTURE_PAIR,         /* args[3], two ints: socketpair */
	CAPTURE_PATH,         /* args[1], up to a zero byte: openat */
};

#define STRING_CAPTURE 32 /* bytes of a buffer that are shown, as strace does */

#endif
