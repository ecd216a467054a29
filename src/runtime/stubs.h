/*
 * The ground the scheduler stands on: which g runs, and how one gives way to
 * another (Go 1.7.4 runtime/stubs.go and asm_amd64.s).
 */
#ifndef RUNTIME_STUBS_H
#define RUNTIME_STUBS_H

#include "runtime/runtime2.h"

/* The running g, in thread-local storage. The tracer finds it there, by the
 * symbol, so it is set before the stack pointer moves. Only stubs.c writes it. */
extern _Thread_local runtime_g *runtime_tls_g;

/* Returns the running g. A goroutine may wake up on another thread, so this is
 * a call into assembly: a compiler would keep the old thread's address of the
 * variable. (Go 1.7.4 runtime/stubs.go, getg) */
runtime_g *runtime_getg(void);

/* Makes gp the running g of this thread. */
void runtime_setg(runtime_g *gp);

/* Runs fn(arg) on the m's g0 stack and returns; a plain call when already
 * there. (Go 1.7.4 runtime/asm_amd64.s, systemstack) */
void runtime_systemstack(void (*fn)(void *), void *arg);

/* Saves the running goroutine and calls fn(gp) on the m's g0 stack. fn never
 * returns: it ends in schedule. mcall itself returns when somebody gogo()s gp,
 * maybe on another thread. (Go 1.7.4 runtime/asm_amd64.s, mcall) */
void runtime_mcall(void (*fn)(runtime_g *gp));

/* Goes on with gp where it was saved; the current stack is abandoned.
 * (Go 1.7.4 runtime/asm_amd64.s, gogo) */
_Noreturn void runtime_gogo(runtime_g *gp);

/* Lays out gp's empty stack so that gogo(gp) enters fn on it; fn must not
 * return. (Go 1.7.4 runtime/sys_x86.go, gostartcall) */
void runtime_gostartcall(runtime_g *gp, void (*fn)(void));

/* Called first by the function gostartcall set up. */
void runtime_gostarted(void);

/* The three switches in assembly, one file per architecture. */
void runtime_asm_mcall(runtime_gobuf *save, uintptr_t sp, void (*fn)(runtime_g *),
                       runtime_g *gp);
void runtime_asm_systemstack(uintptr_t sp, void (*fn)(void *), void *arg);
_Noreturn void runtime_asm_gogo(const runtime_gobuf *buf);

/* Bytes that asm_mcall leaves at the saved sp, and where in them the address
 * lies at which gogo goes on. */
extern const uintptr_t runtime_asm_framesize, runtime_asm_framepc;

#endif
