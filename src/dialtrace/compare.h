/* dialtrace compare: the port's recording and Go's, side by side. */
#ifndef DIALTRACE_COMPARE_H
#define DIALTRACE_COMPARE_H

/* The whole subcommand; argv starts with the word compare. Returns the exit status: 0, 1
 * when there is a difference that nothing explains, 125 when something is wrong. */
int compare(int argc, char **argv);

#endif
