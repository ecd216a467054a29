/*
 * The scheduler (Go 1.7.4 runtime/proc.go), with one lock for all run queues: which
 * goroutine runs next, who polls the network, what an idle thread does.
 */
#ifndef RUNTIME_PROC_H
#define RUNTIME_PROC_H

#include "runtime/runtime2.h"

/* The program's arguments; constant once main_main runs. (Go 1.7.4
 * runtime/runtime1.go, args) */
extern int32_t runtime_argc;
extern char **runtime_argv;

/* The program's own main, called on the first goroutine; defined by the program.
 * When it returns, the process exits with status 0. (Go: main.main) */
void main_main(void);

/* Set once runtime_main runs: from then on a new goroutine may wake a thread.
 * (Go 1.10 runtime/proc.go, mainStarted) */
extern bool runtime_mainStarted;

/* Starts fn(arg) as a new goroutine, on a stack of 64 KiB that does not grow; it ends
 * when fn returns. (Go 1.7.4 runtime/proc.go, newproc: the go statement) */
void runtime_newproc(void (*fn)(void *), void *arg);

/* Sets how many threads may run goroutines at the same time and returns how many
 * could before; n below that only asks. At the start it is the environment's GOMAXPROCS,
 * else 1, where Go takes the number of CPUs. (Go 1.7.4 runtime/debug.go, GOMAXPROCS) */
int runtime_GOMAXPROCS(int n);

/* Lets other goroutines run. (Go 1.7.4 runtime/proc.go, Gosched) */
void runtime_Gosched(void);

/*
 * Parks the running goroutine until goready. Once it is off its stack,
 * unlockf(gp, lock) is called on g0 to publish it to whoever will ready it; if
 * that returns false the goroutine goes on at once. reason is a constant.
 * (Go 1.7.4 runtime/proc.go, gopark)
 */
void runtime_gopark(bool (*unlockf)(runtime_g *, void *), void *lock, const char *reason);

/* Parks and unlocks lock. (Go 1.7.4 runtime/proc.go, goparkunlock) */
void runtime_goparkunlock(runtime_mutex *lock, const char *reason);

/* Makes the parked gp runnable; the caller must hold the only pointer to it.
 * (Go 1.7.4 runtime/proc.go, goready) */
void runtime_goready(runtime_g *gp);

/* Bracket a system call that may take long: the goroutine is _Gsyscall and
 * sysmon is awake meanwhile. (Go 1.7.4 runtime/proc.go, entersyscall,
 * exitsyscall) */
void runtime_entersyscall(void);
void runtime_exitsyscall(void);

/* entersyscall for a call that is sure to sleep: gives the p away first, so that other
 * goroutines run meanwhile. (Go 1.7.4 runtime/proc.go, entersyscallblock) */
void runtime_entersyscallblock(void);

/* A new thread's life: adopts mp and schedules. (Go 1.7.4 runtime/proc.go,
 * mstart) */
_Noreturn void runtime_mstart(runtime_m *mp);

#endif
