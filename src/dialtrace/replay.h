/* dialtrace replay: a recording printed again. */
#ifndef DIALTRACE_REPLAY_H
#define DIALTRACE_REPLAY_H

/* The whole subcommand; argv starts with the word replay. Returns the exit status. */
int replay(int argc, char **argv);

#endif
