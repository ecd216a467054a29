/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/*
 * The few kernel types and fields the BPF program reads. CO-RE relocates each
 * access against the running kernel's BTF, so only names have to be right here:
 * a whole vmlinux.h would add two megabytes and a dependency on the kernel the
 * build runs on.
 */
#ifndef DIALTRACE_KERNEL_H
#define DIALTRACE_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef _Bool bool;

enum { false, true };
#define NULL ((void *)0)

enum bpf_map_type {
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
};

enum { BPF_F_MMAPABLE = 1024 };

enum { SIGSTOP = 19, EINTR = 4, ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };

/* task_struct.jobctl */
#define JOBCTL_STOP_PENDING (1UL << 17)

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_struct {
#if defined(__TARGET_ARCH_x86)
	unsigned long fsbase;
#elif defined(__TARGET_ARCH_arm64)
	struct {
		unsigned long tp_value;
	} uw;
#endif
};

struct thread_info {
#if defined(__TARGET_ARCH_x86)
	unsigned int status;
#elif defined(__TARGET_ARCH_arm64)
	unsigned long flags;
#endif
};

struct inode {
	unsigned long i_ino;
};

struct file {
	struct inode *f_inode;
};

struct mm_struct {
	struct file *exe_file;
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live; /* the process's threads that have not ended */
};

struct task_struct {
	int pid;  /* what user space calls a thread id */
	int tgid; /* and a process id */
	unsigned int __state;
	unsigned long jobctl;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct thread_info thread_info;
	struct thread_struct thread;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long di, si, dx, r10, r8, r9, bx, cx, sp, orig_ax, ax, flags;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	u64 regs[31];
	u64 sp;
	u64 orig_x0;
	__s32 syscallno;
};
#endif

#pragma clang attribute pop

struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

struct bpf_raw_tracepoint_args;
struct linux_binprm;

#endif
