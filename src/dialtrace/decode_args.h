/*
 * The table of the system calls that the chain makes: what their arguments are,
 * and how each kind of argument is written. decode.c's own business.
 */
#ifndef DIALTRACE_DECODE_ARGS_H
#define DIALTRACE_DECODE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "dialtrace/out.h"
#include "dialtrace/polldescs.h"
#include "event.h"

/* One call being written. */
struct call {
	struct out *o;
	const struct syscall_event *e;
	const struct polldescs *pds; /* or NULL */
	const u8 *mem;               /* the captured memory */
	size_t memlen;
};

/* Appends argument i. */
typedef void arg_fn(const struct call *c, unsigned i);

struct row {
	const char *name;
	enum capture capture;
	arg_fn *args[ARGS];                   /* up to a NULL */
	void (*result)(const struct call *c); /* of a success; NULL: a number */
};

/* Up to a row without a name. */
extern const struct row rows[];

/* Tells whether a result is -errno. */
static inline bool is_error(s64 ret)
{
	return ret < 0 && ret >= -4095;
}

#endif
