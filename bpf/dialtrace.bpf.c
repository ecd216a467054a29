// SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause)
/*
 * The probes. Functions: a uprobe at the entry, never at the return (a return
 * probe would rewrite return addresses on stacks that goroutines share and move).
 * System calls: one event when the call returns, and one more, before it, if it
 * goes to sleep.
 *
 * Nothing here depends on the traced program, nor on the architecture: which
 * calls to report and what memory to take along comes from the tracer as
 * constants.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "event.h"
#include "ring.h"
#include "config.h"
#include "arch.h"

/* Set before the program is loaded. */
const volatile struct config config;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RING_PARTS);
	__type(key, u32);
	__type(value, struct ring_part);
} ring SEC(".maps");

struct ring_head ring_head; /* where the next record goes */
struct ring_tail ring_tail; /* what lies before has been read */

/* How often to try for a place in the ring that other CPUs want too. */
#define RING_TRIES 8

/*
 * The traced threads: a table that each thread finds its own row in by its number,
 * in one of a few places. A hash map or task storage would cost a tenth of
 * everything else here. A row is used by its own thread only, or on its behalf
 * while it is switched out; tid is claimed by compare-and-swap.
 */
static struct thread {
	u64 tid;            /* 0: the row is free */
	u64 enter;          /* when the system call was entered, or fell asleep, or 0 */
	u32 nr;             /* which: rt_sigreturn leaves no trace of it */
	u32 length_in;      /* struct syscall_event's, */
	bool has_length_in; /* if it could be read */
	bool inside;        /* between sys_enter and sys_exit of a wanted call */
	bool slept;         /* and an EVENT_SLEEP was written */
	bool has_g;         /* the thread runs the probed program */
	bool has_m;         /* m is known: an M keeps its thread */
	u32 m;              /* struct event's */
	u64 captured[SHORT_CAPTURE / 8];
} threads[THREADS];

/* The process that the tracer means is not to be looked for any more: it was found, or
 * has ended, and its number may become another's. */
static bool settled;

/* In step mode, where the process is stopped: the tracer's choice, while it runs. */
u8 stop_at_call[PROBES];
u8 stop_at_syscall[SYSCALLS];

/* Threads traced now, those that found no row, and per CPU events that found the ring
 * full: the ring itself does not count them. */
s64 live;
u64 untraced;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} lost SEC(".maps");

static __always_inline void count_lost(void)
{
	u32 zero = 0;
	u64 *n = bpf_map_lookup_elem(&lost, &zero);

	if (n)
		__sync_fetch_and_add(n, 1);
}

/* Whether there is room up to a position. */
static __always_inline bool has_room(u64 end)
{
	if ((s64)(end - *(volatile u64 *)&ring_head.tail) <= RING_SIZE)
		return true;
	ring_head.tail = *(volatile u64 *)&ring_tail.at;
	return (s64)(end - ring_head.tail) <= RING_SIZE;
}

/* Room in the ring for an event of size bytes, to be submitted once it is filled in.
 * NULL, and counted, when there is none. */
static __always_inline void *reserve(u32 size)
{
	size += sizeof(u64);
	for (u32 try = 0; try < RING_TRIES; try++) {
		u64 head = *(volatile u64 *)&ring_head.at;
		u32 index = RING_PART_OF(head);
		struct ring_part *part;

		if (!has_room(head + size))
			break;
		part = bpf_map_lookup_elem(&ring, &index);
		if (!part)
			break;
		if (__sync_val_compare_and_swap(&ring_head.at, head, head + size) == head)
			return &part->data[RING_OFFSET(head)] + sizeof(u64);
	}
	count_lost();
	return NULL;
}

static __always_inline void submit(void *event, u32 size)
{
	store_release((u64 *)event - 1, size + sizeof(u64));
}

/* The probed program's inode, once it has been seen to run. Its number alone may be
 * another file's, in another file system. */
static u64 probed;

/* Tells whether a process runs the probed program: the process that the tracer means is
 * the first that does. */
static __always_inline bool runs_probed_program(struct task_struct *task)
{
	struct inode *inode;

	if (!config.has_g || !task->mm)
		return false;
	inode = task->mm->exe_file->f_inode;
	if (!probed && inode->i_ino == config.exe_inode)
		probed = (u64)inode;
	return probed && (u64)inode == probed;
}

static __always_inline struct thread *row(u32 tid, u32 try)
{
	return &threads[(tid + try) & (THREADS - 1)];
}

/* The row of a thread, NULL if it is not traced. */
static __always_inline struct thread *find_row(u32 tid)
{
	for (u32 try = 0; try < THREAD_TRIES; try++)
		if (row(tid, try)->tid == tid)
			return row(tid, try);
	return NULL;
}

static __always_inline struct thread *find_thread(struct task_struct *task)
{
	return find_row((u32)task->pid);
}

static __always_inline struct thread *trace_thread(struct task_struct *task)
{
	u32 tid = (u32)task->pid;

	for (u32 try = 0; try < THREAD_TRIES; try++) {
		struct thread *t = row(tid, try);

		if (t->tid || __sync_val_compare_and_swap(&t->tid, 0, (u64)tid))
			continue;
		t->inside = t->slept = t->has_g = t->has_m = false;
		__sync_fetch_and_add(&live, 1);
		return t;
	}
	__sync_fetch_and_add(&untraced, 1);
	return NULL;
}

static __always_inline void forget_thread(struct thread *t)
{
	t->tid = 0;
	__sync_fetch_and_add(&live, -1);
}

/* Tells whether the calling process has the number of the one that the tracer means. */
static __always_inline bool has_target_number(void)
{
	struct bpf_pidns_info ns;

	return bpf_get_ns_current_pid_tgid(config.pid_ns_dev, config.pid_ns_ino, &ns,
	                                   sizeof(ns)) == 0 &&
	       ns.tgid == config.pid;
}

/* Tells whether it is to become a traced one for that. */
static __always_inline bool is_target(void)
{
	return !settled && has_target_number();
}

/* The calling thread's state, NULL if it is not traced. A process that was
 * running before we came has its threads taken on as they show up. */
static __always_inline struct thread *current_thread(struct task_struct *task)
{
	struct thread *t = find_thread(task);

	if (t || !config.attach || !is_target())
		return t;
	t = trace_thread(task);
	if (t)
		t->has_g = runs_probed_program(task);
	return t;
}

/*
 * Stops the process before it goes on in its own code, and returns the event's flag for
 * that. Before the event is submitted: the tracer may let the process go as soon as it
 * sees it. Only the target, which the tracer knows to let go.
 */
static __always_inline u8 stop(void)
{
	return has_target_number() && bpf_send_signal(SIGSTOP) == 0 ? EVENT_STOPPED : 0;
}

/* Tells whether a call ended because the process is being stopped. */
static __always_inline bool stopping(struct task_struct *task, s64 ret)
{
	return (ret == -EINTR ||
	        (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK)) &&
	       task->jobctl & JOBCTL_STOP_PENDING;
}

static __always_inline u64 read_word(u64 addr)
{
	u64 word = 0;

	bpf_probe_read_user(&word, sizeof(word), (void *)addr);
	return word;
}

static __always_inline void fill(struct event *e, u8 type, struct task_struct *task,
                                 struct thread *t, u64 ts, u64 sp)
{
	e->ts = ts;
	e->sp = sp;
	e->pid = task->tgid;
	e->tid = task->pid;
	e->type = type;
	e->flags = 0;
	e->caplen = 0;
	e->g = 0;
	e->goid = 0;
	e->m = 0;
	if (!t->has_g)
		return;
	e->g = config.g_in_register ? register_g(task)
	                            : read_word(thread_pointer(task) + config.g_tls);
	if (!e->g)
		return;
	if (config.go)
		e->sp -= read_word(e->g + GO_STACK_HI);
	e->goid = read_word(e->g + config.g_goid);
	if (!t->has_m) {
		u64 m = read_word(e->g + config.g_m);

		t->has_m = m != 0;
		t->m = m ? (u32)read_word(m + config.m_id) : 0;
	}
	e->m = t->m;
}

static __always_inline u8 capture_kind(u64 nr)
{
	return nr < SYSCALLS ? config.capture[nr] : CAPTURE_NONE;
}

/* Whether the thread's call nr is reported. */
static __always_inline bool wanted(struct task_struct *task, u64 nr)
{
	return (config.all || (nr < SYSCALLS && config.wanted[nr])) &&
	       !in_32_bit_call(task);
}

/* Whether it is to be known when call nr was entered. Reading the clock costs more than
 * all else that is done there. */
static __always_inline bool timed(u64 nr)
{
	return nr >= SYSCALLS || config.timed[nr];
}

/* Where the memory to take along lies. */
static __always_inline u64 capture_from(u8 kind, struct pt_regs *regs)
{
	switch (kind) {
	case CAPTURE_BUF_IN:
	case CAPTURE_BUF_OUT:
	case CAPTURE_DATAGRAM_IN:
	case CAPTURE_DATAGRAM_OUT:
	case CAPTURE_SOCKADDR_IN:
	case CAPTURE_SOCKADDR_OUT:
	case CAPTURE_EPOLL_WAIT:
	case CAPTURE_PATH:
		return syscall_arg(regs, 1);
	case CAPTURE_OPT_IN:
	case CAPTURE_OPT_OUT:
	case CAPTURE_EPOLL_CTL:
	case CAPTURE_PAIR:
		return syscall_arg(regs, 3);
	case CAPTURE_PIPE:
		return syscall_arg(regs, 0);
	}
	return 0;
}

static __always_inline u64 at_most(u64 n, u64 max)
{
	return n < max ? n : max;
}

/* Reads the length that the caller passes, and gets back, behind a pointer. Returns
 * whether there is one. */
static __always_inline bool read_length(u8 kind, struct pt_regs *regs, u32 *length)
{
	u64 from = kind == CAPTURE_SOCKADDR_OUT   ? syscall_arg(regs, 2)
	           : kind == CAPTURE_OPT_OUT      ? syscall_arg(regs, 4)
	           : kind == CAPTURE_DATAGRAM_OUT ? syscall_arg(regs, 5)
	                                          : 0;

	return from && !bpf_probe_read_user(length, sizeof(*length), (void *)from);
}

/* How much of a buffer. With MSG_TRUNC the kernel tells more than there was room for. */
static __always_inline u64 buffer_len(bool in, struct pt_regs *regs, bool ok, s64 ret)
{
	if (in)
		return at_most(syscall_arg(regs, 2), STRING_CAPTURE);
	return ok ? at_most(at_most((u64)ret, syscall_arg(regs, 2)), STRING_CAPTURE) : 0;
}

/* How much of a datagram's address. */
static __always_inline u64 address_len(bool in, struct pt_regs *regs, bool ok,
                                       u32 length_out)
{
	if (!syscall_arg(regs, 4) || (!in && !ok))
		return 0;
	return at_most(in ? (u32)syscall_arg(regs, 5) : length_out, SOCKADDR_CAPTURE);
}

/* How much of it. What the kernel writes is there once the call has succeeded. */
static __always_inline u64 capture_len(u8 kind, struct pt_regs *regs, bool ok, s64 ret,
                                       u32 length_out)
{
	switch (kind) {
	case CAPTURE_BUF_IN:
	case CAPTURE_BUF_OUT:
		return buffer_len(kind == CAPTURE_BUF_IN, regs, ok, ret);
	case CAPTURE_DATAGRAM_IN:
	case CAPTURE_DATAGRAM_OUT:
		if (address_len(kind == CAPTURE_DATAGRAM_IN, regs, ok, length_out))
			return STRING_CAPTURE + SOCKADDR_CAPTURE;
		return buffer_len(kind == CAPTURE_DATAGRAM_IN, regs, ok, ret);
	case CAPTURE_SOCKADDR_IN:
		return at_most((u32)syscall_arg(regs, 2), SOCKADDR_CAPTURE);
	case CAPTURE_SOCKADDR_OUT:
		return at_most(length_out, SOCKADDR_CAPTURE);
	case CAPTURE_OPT_IN:
		return at_most((u32)syscall_arg(regs, 4), SHORT_CAPTURE);
	case CAPTURE_OPT_OUT:
		return at_most(length_out, SHORT_CAPTURE);
	case CAPTURE_EPOLL_CTL:
		return config.epoll_event_size;
	case CAPTURE_EPOLL_WAIT:
		return ok ? at_most((u64)ret * config.epoll_event_size, SYSCALL_CAPTURE)
		          : 0;
	case CAPTURE_PIPE:
	case CAPTURE_PAIR:
		return ok ? 2 * sizeof(int) : 0;
	case CAPTURE_PATH:
		return SYSCALL_CAPTURE;
	}
	return 0;
}

struct call {
	struct pt_regs *regs;
	u64 ts;
	s64 ret;
	u64 from, len;
	u64 nr;
	u32 length_out;
	bool has_length_out;
};

/* Whether the process is to be stopped where a call returns. Not because of a call that
 * was interrupted by a stop. */
static __always_inline bool stops_at(struct task_struct *task, struct call *c)
{
	return config.step && c->nr < SYSCALLS && stop_at_syscall[c->nr] &&
	       !stopping(task, c->ret);
}

static __always_inline void fill_syscall(struct syscall_event *s, u8 type,
                                         struct task_struct *task, struct thread *t,
                                         struct call *c)
{
	fill(&s->e, type, task, t, c->ts, c->regs->sp);
	s->dur = t->inside && t->enter ? c->ts - t->enter : 0;
	s->ret = c->ret;
	s->nr = (u32)c->nr;
	s->length_in = t->length_in;
	s->length_out = c->length_out;
	s->pad = 0;
	for (u32 i = 0; i < ARGS; i++)
		s->args[i] = syscall_arg(c->regs, i);
	if (!t->inside)
		s->e.flags |= EVENT_NO_ENTER;
	if (t->slept)
		s->e.flags |= EVENT_SLEPT;
	if (t->inside && t->has_length_in)
		s->e.flags |= EVENT_LENGTH_IN;
	if (c->has_length_out)
		s->e.flags |= EVENT_LENGTH_OUT;
	if (type == EVENT_EXIT && stops_at(task, c))
		s->e.flags |= stop();
}

/*
 * Takes a little memory along, before there is a record for it; returns how much. Through
 * the stack: copying to the ring, which is vmalloc memory, makes a kernel with hardened
 * usercopy look the area up. And in a function of its own: since 6.13 a frame of 64 bytes
 * or more is not on the stack either. Not once the record is being written: the words
 * cannot be loaded before the CPU is done with all stores in front of theirs, and
 * those into the ring take their time.
 */
static __noinline u32 take(struct thread *t, u64 from, u64 len)
{
	u64 word[SHORT_CAPTURE / 8] = {0}; /* before 6.3 it must be initialised */

	if (!len || len > sizeof(word) || bpf_probe_read_user(word, len, (void *)from))
		return 0;
	__builtin_memcpy(t->captured, word, sizeof(word));
	return (u32)len;
}

static __always_inline void put(struct syscall_event *s, const struct thread *t, u32 n)
{
	u64 *words = (u64 *)s->capture;

	for (u32 i = 0; i < SHORT_CAPTURE / 8 && i * 8 < n; i++)
		words[i] = t->captured[i];
}

/* More memory, right into the record. A path ends where it says. */
static __always_inline u32 take_long(struct syscall_event *s, u8 kind, u64 from, u64 len)
{
	long n;

	if (len > SYSCALL_CAPTURE)
		return 0;
	if (kind == CAPTURE_PATH) {
		n = bpf_probe_read_user_str(s->capture, SYSCALL_CAPTURE, (void *)from);
		return n > 0 ? (u32)n : 0;
	}
	return bpf_probe_read_user(s->capture, len, (void *)from) ? 0 : (u32)len;
}

/* A datagram's beginning, and its address behind it. */
static __always_inline u32 take_datagram(struct syscall_event *s, bool in,
                                         const struct call *c)
{
	u64 n = buffer_len(in, c->regs, true, c->ret);
	u64 size = address_len(in, c->regs, true, c->length_out);

	if (bpf_probe_read_user(s->capture, n, (void *)c->from))
		return 0;
	if (bpf_probe_read_user(s->capture + STRING_CAPTURE, size,
	                        (void *)syscall_arg(c->regs, 4)))
		return (u32)n;
	return STRING_CAPTURE + (u32)size;
}

static __always_inline void emit_syscall(u8 type, struct task_struct *task,
                                         struct thread *t, struct pt_regs *regs, u64 nr,
                                         s64 ret)
{
	struct call c = {.ts = bpf_ktime_get_ns(), .nr = nr, .ret = ret, .regs = regs};
	bool ok = type == EVENT_EXIT && ret >= 0;
	u8 kind = capture_kind(nr);
	struct syscall_event *s;
	u32 size, n;

	if (type == EVENT_SLEEP && !t->enter)
		t->enter = c.ts;
	c.has_length_out = ok && read_length(kind, regs, &c.length_out);
	c.from = capture_from(kind, regs);
	c.len = c.from ? capture_len(kind, regs, ok, ret, c.length_out) : 0;
	n = take(t, c.from, c.len);
	size = sizeof(*s) - SYSCALL_CAPTURE + ((u32)c.len + 7) / 8 * 8;
	s = reserve(size);
	if (!s)
		return;
	fill_syscall(s, type, task, t, &c);
	if (c.len <= SHORT_CAPTURE)
		put(s, t, n);
	else if (kind == CAPTURE_DATAGRAM_IN || kind == CAPTURE_DATAGRAM_OUT)
		n = take_datagram(s, kind == CAPTURE_DATAGRAM_IN, &c);
	else
		n = take_long(s, kind, c.from, c.len);
	s->e.caplen = (u16)n;
	submit(s, size);
}

/* An event without more to it than that it happened. */
static __always_inline void emit_event(u8 type, struct task_struct *task,
                                       struct thread *t)
{
	struct event *e = reserve(sizeof(*e));

	if (!e)
		return;
	fill(e, type, task, t, bpf_ktime_get_ns(), 0);
	submit(e, sizeof(*e));
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *t = current_thread(task);

	if (!t)
		return 0;
	t->inside = wanted(task, (u64)id);
	if (!t->inside)
		return 0;
	t->slept = false;
	t->nr = (u32)id;
	t->has_length_in = read_length(capture_kind((u64)id), regs, &t->length_in);
	t->enter = timed((u64)id) ? bpf_ktime_get_ns() : 0;
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *t = current_thread(task);
	u64 nr;

	if (!t)
		return 0;
	nr = t->inside ? t->nr : syscall_nr(regs);
	if (wanted(task, nr))
		emit_syscall(EVENT_EXIT, task, t, regs, nr, ret);
	t->inside = false;
	return 0;
}

/* A thread that gives up its CPU inside a call, not just its turn, sleeps. */
SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev)
{
	struct thread *t = find_thread(prev);
	struct pt_regs *regs;

	if (!t || !t->inside || t->slept || preempt || !prev->__state)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(prev);
	t->slept = true;
	emit_syscall(EVENT_SLEEP, prev, t, regs, syscall_nr(regs), 0);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(sched_process_fork, struct task_struct *parent, struct task_struct *child)
{
	struct thread *p = find_thread(parent);
	struct thread *c;

	if (!p)
		return 0;
	c = trace_thread(child);
	if (c)
		c->has_g = p->has_g;
	return 0;
}

/* The command is traced from here on: what it did before was ours. Of a process
 * with threads the one that executes is left, and gets the process's number. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, int old_pid)
{
	struct thread *old = find_row((u32)old_pid), *t = old;
	bool first = !old && !config.attach && is_target();

	if (first)
		settled = true;
	if (old ? old_pid != task->pid : first)
		t = trace_thread(task);
	if (old && old != t)
		forget_thread(old);
	if (!t)
		return 0;
	t->has_g = runs_probed_program(task);
	t->has_m = false;
	t->inside = false;
	emit_event(EVENT_EXEC, task, t);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *task)
{
	struct thread *t = find_thread(task);
	bool last = task->signal->live.counter == 0;

	if (last && config.attach && is_target())
		settled = true;
	if (!t)
		return 0;
	emit_event(last ? EVENT_END : EVENT_DEATH, task, t);
	forget_thread(t);
	return 0;
}

static __always_inline void capture_arg(struct call_event *c, struct probe_capture want,
                                        u32 at, u32 room)
{
	u64 *slice = (u64 *)(c->capture + at), data;

	if (!want.len || want.len > room || want.arg >= ARGS)
		return;
	bpf_probe_read_user(c->capture + at, want.len,
	                    (void *)(c->args[want.arg] + want.offset));
	if (!want.follow || room < 3 * sizeof(u64))
		return;
	data = slice[0];
	slice[2] = slice[1];
	bpf_probe_read_user(slice, 2 * sizeof(u64), (void *)data);
}

static __always_inline void take_args(struct call_event *c, struct pt_regs *regs)
{
	if (config.args == ARGS_GO_REGISTERS) {
		go_args(regs, c->args);
	} else if (config.args == ARGS_GO_STACK) {
		/* Behind the return address. */
		bpf_probe_read_user(c->args, sizeof(c->args), (void *)(regs->sp + 8));
		c->e.flags |= EVENT_ON_STACK;
	} else {
		call_args(regs, c->args);
	}
}

SEC("uprobe")
int call(struct pt_regs *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread *t = current_thread(task);
	u64 probe = bpf_get_attach_cookie(ctx);
	struct call_event *c;

	if (!t || probe >= PROBES)
		return 0;
	/* Out of stack, or preempted: the function will be entered again. */
	if (config.probe_on_branch[probe] && branch_taken(ctx))
		return 0;
	c = reserve(sizeof(*c));
	if (!c)
		return 0;
	fill(&c->e, EVENT_CALL, task, t, bpf_ktime_get_ns(), ctx->sp);
	c->probe = (u32)probe;
	c->pad = 0;
	take_args(c, ctx);
	capture_arg(c, config.probe_capture[probe][0], 0, CALL_CAPTURE_1);
	capture_arg(c, config.probe_capture[probe][1], CALL_CAPTURE_1, CALL_CAPTURE_2);
	if (config.step && stop_at_call[probe])
		c->e.flags |= stop();
	submit(c, sizeof(*c));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
