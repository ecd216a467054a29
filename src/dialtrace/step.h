/* Step mode: a run, recorded or live, that stands still at each stop. */
#ifndef DIALTRACE_STEP_H
#define DIALTRACE_STEP_H

#include "dialtrace/live.h"
#include "dialtrace/step_moves.h"

struct step_options {
	enum step_mode mode;
	double speed; /* of "continue": how many times as fast */
	double idle;  /* its longest pause, in seconds */
	bool color;
	bool source;      /* shown from the start */
	bool whole;       /* the recording is */
	const char *name; /* its */
	struct live
	    *live; /* NULL: the run is a recording, else speed to whole mean nothing */
};

/* Ends the program with a message if there is no terminal to step on, or it cannot be
 * used. */
void step_need_terminal(void);

/* Lets the user go through a run, until he quits. A signal that would end the program
 * does so, after the terminal has been given back; in a live run it is returned. Else
 * returns 0. */
int step(const struct run *run, const struct step_options *o);

#endif
