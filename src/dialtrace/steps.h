/*
 * The step table: what the walkthrough explains, in its order. The probes, the
 * printed numbers and the checklist all come from here; adding a step is adding
 * a row.
 */
#ifndef DIALTRACE_STEPS_H
#define DIALTRACE_STEPS_H

#include <stdbool.h>
#include <stddef.h>

/* step.flags */
enum {
	STEP_ARTICLE = 1, /* the article has it, and a dial takes it */
	STEP_OLD = 2,     /* only where the kernel refuses the newer calls */
	STEP_LEAF = 4,    /* calls nothing that is probed: what comes is not inside */
	STEP_MCALL = 8,   /* entered by mcall: what was on g0's stack is abandoned */
};

/*
 * A row is a function that is entered or, with syscall set, a system call made
 * inside a function. Rows of one function or call stand from the particular to the
 * general: the first that fits is meant.
 */
struct step {
	unsigned char chapter, place; /* 2, 3 is step 2.3; 0, 0 is not a step: */
	                              /* probed for the call tree only */
	unsigned char flags;
	const char *func;    /* Go's name of the function */
	const char *alias;   /* and its other one, by go:linkname */
	const char *syscall; /* NULL: the step is the entry itself */
	const char *newer;   /* a call that has taken that one's place */
	const char *under;   /* only inside this function; NULL: anywhere */
	const char *args;    /* how the function's arguments print, see decode_call.h */
	const char *go_args; /* Go's, where they are not the port's */
	const char *file;    /* where it stands in Go 1.7.4 */
	const char *caption;
};

extern const struct step steps[];
extern const size_t steps_count;

/* What a step's function is in a program. */
struct step_form {
	const char *name;
	const char *alias;   /* or NULL */
	const char *args;    /* or NULL */
	const char *under;   /* as step.under */
	const char *differs; /* from Go 1.7, or NULL */
};

/* Returns what step's function is in a program built with Go 1.go; with 0, in the
 * port. */
struct step_form step_form(const struct step *step, unsigned go);

/* Functions that only Go has, no steps, probed so that the tree knows that those before
 * them have returned. They are numbered on from the table's rows. */
extern const size_t steps_go_count;

/* Returns row i of the table, or beyond it of Go's functions. */
const struct step *step_at(size_t i);

/* The rows of one function, in the table's order: the first, for row i; and the one after
 * row, NULL after the last. */
const struct step *step_first(size_t i);
const struct step *step_next(const struct step *row);

enum { STEP_CHAPTERS = 11 };

/* Returns the title of a chapter, from 1 to STEP_CHAPTERS. */
const char *step_chapter(unsigned chapter);

/* Bytes that step_symbol and step_number need at most. */
enum { STEP_SYMBOL_LEN = 96, STEP_NUMBER_LEN = 8 };

/* Writes the port's symbol for a Go name to buf: net.(*netFD).connect is
 * net_netFD_connect. Returns buf. */
char *step_symbol(const char *func, char *buf);

/* Writes "2.3" to buf and returns it; "" for a row that is no step. */
char *step_number(const struct step *step, char *buf);

/* Tells whether row i of the table is of a function that an earlier row has been about,
 * or of a system call. */
bool step_repeats(size_t i);

/* Tells whether a row is of a system call, under its name or the newer one. */
bool step_is_call(const struct step *step, const char *syscall);

/* Returns the first row of step chapter.place, or NULL if there is none. */
const struct step *step_numbered(unsigned chapter, unsigned place);

/* Tells whether a row is on the checklist: the article's, as far as a kernel that
 * refuses the newer calls (old) or one that knows them takes them. */
bool step_expected(const struct step *step, bool old);

#endif
