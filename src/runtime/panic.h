/* The end of the program when an invariant is broken (Go 1.7.4 runtime/panic.go). */
#ifndef RUNTIME_PANIC_H
#define RUNTIME_PANIC_H

/* Prints "fatal error: " and s on standard error and exits with status 2.
 * (Go 1.7.4 runtime/panic.go, throw) */
__attribute__((noreturn)) void runtime_throw(const char *s);

/* Prints s and the number n on standard error. (Go's built-in print) */
void runtime_print(const char *s, long n);

/* Prints s and, after a blank, the number n, which end a line, for a throw to follow.
 * (Go's built-in println) */
void runtime_println(const char *s, long n);

#endif
