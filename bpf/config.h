/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/* What the tracer tells the BPF program, as constants, before it is loaded. */
#ifndef DIALTRACE_CONFIG_H
#define DIALTRACE_CONFIG_H

#include "event.h"

#define THREADS          32768 /* rows of the thread table, a power of two */
#define THREAD_TRIES     4
#define SYSCALLS         512 /* numbers above are never wanted by name */
#define PROBES           160
#define SOCKADDR_CAPTURE 128

/* A call's first capture is a name, its second an address. */
#define CALL_CAPTURE_1 8
#define CALL_CAPTURE_2 (CALL_CAPTURE - CALL_CAPTURE_1)

/* len bytes, offset bytes from the address in argument arg; len 0: nothing. With
 * follow, what is there is a Go slice, and its first 16 bytes come in place of its
 * pointer and length, the length in place of its capacity. */
struct probe_capture {
	u8 arg, len, offset, follow;
};

enum args {
	ARGS_C,            /* in registers, as C has it */
	ARGS_GO_REGISTERS, /* in Go's */
	ARGS_GO_STACK,
};

/* Where runtime.g has the end of its stack. */
#define GO_STACK_HI 8

struct config {
	u32 pid;        /* the command's process, traced from its exec on; */
	u32 pid_ns_dev; /* its number in this PID namespace: its own */
	u64 pid_ns_ino;
	u8 attach; /* or, if set, a process that is running already */
	u8 all;    /* report every system call */
	u8 step;   /* stop the process where stop_at_... say */
	u8 has_g;  /* the probed program has goroutines: */
	u8 epoll_event_size;
	u64 exe_inode; /* its inode, */
	u64 g_tls;     /* where its g is, from the thread pointer, */
	u64 g_goid;    /* and the fields' offsets in it */
	u64 g_m;
	u64 m_id;
	u8 go;            /* it is Go's own: stacks move, */
	u8 g_in_register; /* g is there rather than in memory, */
	u8 args;          /* and arguments are: enum args */
	u8 wanted[SYSCALLS];
	u8 timed[SYSCALLS];   /* from the entry: struct syscall_event's dur */
	u8 capture[SYSCALLS]; /* enum capture */
	struct probe_capture probe_capture[PROBES][2];
	u8 probe_on_branch[PROBES]; /* of the stack check: taken, it is no entry */
};

#endif
