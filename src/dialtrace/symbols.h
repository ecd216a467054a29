/* What the tracer needs to know of a program's ELF file. */
#ifndef DIALTRACE_SYMBOLS_H
#define DIALTRACE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"

struct symbols;

/* Reads path's symbol table. Returns NULL for a file that is not ELF (a script)
 * and for one without symbols: there is nothing to probe then. Exits with a
 * message if the file is malformed, which calls it name. */
struct symbols *symbols_open(const char *path, const char *name);
void symbols_close(struct symbols *s);

/* Looks a function up. Returns whether there is one, and where its first
 * instruction is in the file in *offset. */
bool symbols_function(const struct symbols *s, const char *name, u64 *offset);

/* Looks a thread-local variable up. Returns whether there is one, and how far from
 * the thread pointer it lies in *offset (modulo 2^64). */
bool symbols_thread_local(const struct symbols *s, const char *name, u64 *offset);

#endif
