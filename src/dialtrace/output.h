/* Where the trace goes: a file or standard output, and what fits there. */
#ifndef DIALTRACE_OUTPUT_H
#define DIALTRACE_OUTPUT_H

#include "dialtrace/options.h"
#include "dialtrace/out.h"

/* Opens path for writing, empty; NULL is standard output. On failure prints why and
 * exits with status 125. */
int output_open(const char *path);

/* The same in two steps: a file keeps what it holds until output_begin. One that was not
 * there is removed again if the program exits before. */
int output_prepare(const char *path);
void output_begin(const struct out *o);

/* Tells whether fd gets colours. */
bool output_color(int fd, enum color_when when);

/* Columns of the terminal that fd is; 0 if it is none. */
unsigned output_width(int fd);

/* Writes what is left of o, which leads to path (see output_open). Says so on standard
 * error if that, or an earlier write, failed: o->error tells. */
void output_end(struct out *o, const char *path);

/* Removes path, which o has led to, if it is a file: what it holds is only a part, and of
 * use only as a whole. */
void output_remove(const struct out *o, const char *path);

#endif
