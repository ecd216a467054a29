/* The source of the port's functions, found by name with Universal Ctags. */
#ifndef DIALTRACE_STEP_SOURCE_H
#define DIALTRACE_STEP_SOURCE_H

#include <stddef.h>

struct source;

/* A function. */
struct source_text {
	const char *file; /* "src/net/fd_unix.c" */
	unsigned first;   /* the number of the first of its lines */
	size_t count;
	const char *const *lines; /* tabs are four spaces, nothing steers a terminal */
};

/* Lists the port's functions. Exits when out of memory. */
struct source *source_new(void);
void source_free(struct source *s);

/* Returns the function that Go calls func, which may be NULL; NULL if it is not found.
 * Valid until the next call. */
const struct source_text *source_find(struct source *s, const char *func);

/* Why none is found, or NULL if there are functions. */
const char *source_error(const struct source *s);

#endif
