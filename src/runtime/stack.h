/* Goroutine stacks (Go 1.7.4 runtime/stack.go). */
#ifndef RUNTIME_STACK_H
#define RUNTIME_STACK_H

#include "runtime/runtime2.h"

/* Bytes of a goroutine's stack. Go's start at 2 KiB and grow; ours do not, but
 * only the pages a goroutine touches take memory. */
enum { runtime_stackSize = 64 * 1024 };

/* Allocates a g with a stack above a guard page, so that an overflow faults
 * instead of overwriting. Never freed: dead g's are used again. Throws when out
 * of memory. (Go 1.7.4 runtime/proc.go, malg) */
runtime_g *runtime_malg(void);

#endif
