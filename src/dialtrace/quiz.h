/* dialtrace quiz: a recording, and before each system call the question which it is. */
#ifndef DIALTRACE_QUIZ_H
#define DIALTRACE_QUIZ_H

/* The whole subcommand; argv starts with the word quiz. Returns the exit status. */
int quiz(int argc, char **argv);

#endif
