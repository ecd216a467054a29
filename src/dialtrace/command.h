/* The traced command: found, started, held back until the probes are in place. */
#ifndef DIALTRACE_COMMAND_H
#define DIALTRACE_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

/* Finds the file that name means, along PATH as the shell would. Returns it, to be
 * freed by the caller. Exits with status 127 if there is none, 126 if it cannot
 * be executed. */
char *command_find(const char *name);

/* Starts a process that will execute path with argv once command_go is called. When
 * the tracer was started through sudo it runs as the user who called sudo; with
 * emulate, under emulate.h's filter. With screen, what would go to the terminal goes to
 * that file descriptor instead, and there is no terminal to read from; -1: all is left as
 * it is. If the tracer ends before command_go, so does
 * the process, without having run anything. */
pid_t command_start(const char *path, char **argv, bool emulate, int screen);

/* Lets it go. Exits with status 126 or 127 if path cannot be executed after
 * all. */
void command_go(void);

#endif
