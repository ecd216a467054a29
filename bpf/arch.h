/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/*
 * Where an architecture keeps a system call's number and arguments, a function's
 * arguments, and the thread pointer. Nothing else in the BPF program knows which
 * architecture it is on; in the tracer, only symbols.c does.
 */
#ifndef DIALTRACE_ARCH_H
#define DIALTRACE_ARCH_H

#if defined(__TARGET_ARCH_x86)

static __always_inline u64 syscall_nr(struct pt_regs *regs)
{
	return regs->orig_ax;
}

static __always_inline u64 syscall_arg(struct pt_regs *regs, u32 n)
{
	switch (n) {
	case 0:
		return regs->di;
	case 1:
		return regs->si;
	case 2:
		return regs->dx;
	case 3:
		return regs->r10;
	case 4:
		return regs->r8;
	}
	return regs->r9;
}

/* Tells whether the thread is in a system call of 32-bit code, whose numbers are
 * others. */
static __always_inline bool in_32_bit_call(struct task_struct *task)
{
	return task->thread_info.status & 2; /* TS_COMPAT */
}

/* At a function's first instruction; regs is the uprobe's context. */
static __always_inline void call_args(struct pt_regs *regs, u64 *args)
{
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->cx;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

/* The same for a Go function. */
static __always_inline void go_args(struct pt_regs *regs, u64 *args)
{
	args[0] = regs->ax;
	args[1] = regs->bx;
	args[2] = regs->cx;
	args[3] = regs->di;
	args[4] = regs->si;
	args[5] = regs->r8;
}

/* Tells whether a jbe, which the thread is at, will jump: carry or zero is set. */
static __always_inline bool branch_taken(struct pt_regs *regs)
{
	return regs->flags & 0x41;
}

/* Go keeps g in memory here, too. */
static __always_inline u64 register_g(struct task_struct *task)
{
	return 0;
}

static __always_inline u64 thread_pointer(struct task_struct *task)
{
	return task->thread.fsbase;
}

/* Stores are seen in their order. */
static __always_inline void store_release(u64 *p, u64 v)
{
	asm volatile("" ::: "memory");
	*(volatile u64 *)p = v;
}

#elif defined(__TARGET_ARCH_arm64)

static __always_inline u64 syscall_nr(struct pt_regs *regs)
{
	return (u32)regs->syscallno;
}

static __always_inline u64 syscall_arg(struct pt_regs *regs, u32 n)
{
	return n ? regs->regs[n] : regs->orig_x0;
}

static __always_inline bool in_32_bit_call(struct task_struct *task)
{
	return task->thread_info.flags & (1 << 22); /* TIF_32BIT */
}

static __always_inline void call_args(struct pt_regs *regs, u64 *args)
{
	args[0] = regs->regs[0];
	args[1] = regs->regs[1];
	args[2] = regs->regs[2];
	args[3] = regs->regs[3];
	args[4] = regs->regs[4];
	args[5] = regs->regs[5];
}

static __always_inline void go_args(struct pt_regs *regs, u64 *args)
{
	call_args(regs, args);
}

/* No probe is placed on a branch here. */
static __always_inline bool branch_taken(struct pt_regs *regs)
{
	return false;
}

static __always_inline u64 register_g(struct task_struct *task)
{
	return ((struct pt_regs *)bpf_task_pt_regs(task))->regs[28];
}

/* The kernel saves the register when it switches the thread out, not before:
 * right for a sleeping task, stale by at most a program's own change otherwise;
 * libc sets it once per thread. */
static __always_inline u64 thread_pointer(struct task_struct *task)
{
	return task->thread.uw.tp_value;
}

/* BPF has no release store before 6.15, but an exchange is one. */
static __always_inline void store_release(u64 *p, u64 v)
{
	__sync_lock_test_and_set(p, v);
}

#else
#error "dialtrace: this architecture is not supported"
#endif

#endif
