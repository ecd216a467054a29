/*
 * Where in a Go function its probe belongs. The kernel emulates a few instructions,
 * among them push and the conditional jumps, under 1 µs; others it must single-step,
 * 10 µs. So the probe goes a few bytes into the prologue, where the stack pointer and
 * the arguments still are what they were at the entry.
 */
#ifndef DIALTRACE_GO_PROLOGUE_H
#define DIALTRACE_GO_PROLOGUE_H

#include "dialtrace/elf_image.h"

struct go_probe {
	u64 offset; /* bytes from the entry */
	/* The probe is on the branch of the stack check: when the branch is taken, the
	 * stack grows or the goroutine is preempted, and the function is entered
	 * anew. */
	bool on_branch;
};

/* Places the probe of a function whose code is given. */
struct go_probe go_prologue(u16 machine, struct bytes code);

#endif
