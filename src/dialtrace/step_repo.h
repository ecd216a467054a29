/* The repository that dialtrace was built in, where it is at hand: its chapters, and the
 * source of the port. */
#ifndef DIALTRACE_STEP_REPO_H
#define DIALTRACE_STEP_REPO_H

/* Returns its directory: the one above the program's, or else the current one. NULL if
 * neither is it. */
const char *repo_root(void);

/* Returns the file of a chapter, "walkthrough/05-epoll_create.md", or NULL if it is not
 * there. Valid until the next call. */
const char *repo_chapter(unsigned chapter);

#endif
