/* The end of the program when an invariant is broken (Go 1.7.4 runtime/panic.go). */
#ifndef RUNTIME_PANIC_H
#define RUNTIME_PANIC_H

/* Prints "fatal error: " and s on standard error and exits with status 2.
 * (Go 1.7.4 runtime/panic.go, throw) */
__attribute__((noreturn)) void runtime_throw(const char *s);

/* Prints s and the number n, a line, on standard error, for a throw to follow.
 * (Go 1.7.4 runtime/print.go, println) */
void runtime_println(const char *s, long n);

#endif
