/* Go's error values, as far as the port meets them (Go 1.7.4 os/error.go). */
#ifndef OS_ERROR_H
#define OS_ERROR_H

#include "syscall/syscall_linux.h"

#include <stdbool.h>

/*
 * An error, by value; nil is all zero. With errno_ set it is a syscall.Errno, or an
 * os.SyscallError if text names the call that failed. With text alone it is one of
 * package net's own, known by that pointer.
 */
typedef struct {
	syscall_Errno errno_;
	const char *text;
} error;

/* No error. */
extern const error nil;

/* Tells whether err is nil. */
bool error_nil(error err);

/* A syscall.Errno as an error; nil for 0. */
error error_errno(syscall_Errno err);

/* Writes err's text ("getsockopt: connection refused") to buf, cut to size bytes
 * with the final NUL. Returns buf. (Go 1.7.4: Error methods) */
char *error_Error(error err, char *buf, size_t size);

/* err as the failure of the call named syscall; nil for 0. (Go 1.7.4
 * os/error.go, NewSyscallError) */
error os_NewSyscallError(const char *syscall, syscall_Errno err);

#endif
