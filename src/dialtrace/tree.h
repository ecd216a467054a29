/*
 * Who called whom, from entries alone: a stack of entered functions for each
 * goroutine, kept right by the stack pointer. Whatever was entered at or below the
 * stack pointer of a new event has returned by then.
 */
#ifndef DIALTRACE_TREE_H
#define DIALTRACE_TREE_H

#include "dialtrace/steps.h"
#include "event.h"

struct tree;

/* A function that has been entered and not yet left. */
struct frame {
	u64 sp;
	const struct step *row; /* the table's first of the function: see step_first */
	bool shown;
};

/* Where an event stands. Valid until the tree changes. */
struct place {
	const struct frame *frames; /* outermost first */
	size_t count;
	unsigned depth;         /* how many of them are shown */
	const struct step *row; /* of the innermost that is, or NULL */
};

/* Makes an empty tree; exits when out of memory, as all functions here do. */
struct tree *tree_new(void);
void tree_free(struct tree *t);

/* Returns where e happened: what had been entered by then on its goroutine, or on
 * its thread if it has none. */
struct place tree_place(struct tree *t, const struct event *e);

/* Enters row's function, after tree_place of the same event. shown is false for one that
 * only keeps the tree right. */
void tree_enter(struct tree *t, const struct event *e, const struct step *row,
                bool shown);

/* Forgets what e's goroutine had entered: its stack starts anew. */
void tree_restart(struct tree *t, const struct event *e);

/* Forgets e's goroutine, or its thread if it has none: it has ended. */
void tree_forget(struct tree *t, const struct event *e);

/* Forgets a process: it has ended, or runs another program now. */
void tree_forget_process(struct tree *t, u32 pid);

/* Tells whether func is among the functions around an event. */
bool place_under(const struct place *p, const char *func);

#endif
