/* The terminal of step mode: taken, given back, and text put somewhere on it. */
#ifndef DIALTRACE_STEP_TERM_H
#define DIALTRACE_STEP_TERM_H

#include <stdbool.h>

/* How text looks. */
enum look {
	LOOK_PLAIN,
	LOOK_BOLD,
	LOOK_FAINT,
	LOOK_STEP,    /* a step's number */
	LOOK_SYSCALL, /* a system call */
	LOOK_ERROR,   /* one that failed */
	LOOK_WAITING, /* one that sleeps */
	LOOK_BAR,     /* the first line and the last */
};

/* Whether TERM names a terminal that can be used. */
bool term_known(void);

/* Takes the terminal of standard output, keys being read from the file descriptor
 * keyboard. false, and the terminal is as it was, if it cannot be used. */
bool term_start(int keyboard, bool color);

/* Gives it back as it was, until the next term_show. Does nothing if it was not taken. */
void term_end(void);

/* Its size. */
int term_rows(void);
int term_columns(void);

/* Takes note of its new size. */
void term_resize(void);

/* The next term_show draws all, whatever somebody else has left on it. */
void term_spoilt(void);

/* Returns the next key that was typed: a character, or KEY_... of curses.h; -1 if there
 * is none. Never waits. */
int term_key(void);

/* Empties the picture; shows what has been put on it. */
void term_clear(void);
void term_show(void);

/* Put text, printable UTF-8, in a line at most width columns wide; the last becomes an
 * ellipsis if there is more. Returns the column behind it. */
int term_put(int row, int column, int width, enum look look, const char *text);

/* The same on up to rows lines, all but the first being indented by four columns.
 * Returns how many there are. */
int term_wrap(int row, int rows, int column, int width, enum look look, const char *text);

/* How many lines that takes. */
int term_wrapped(int width, const char *text);

/* Fills a line from column on. */
void term_fill(int row, int column, int width, enum look look);

/* Draws a line between two parts, across or down. */
void term_across(int row, int column, int width);
void term_down(int row, int column, int rows);

#endif
