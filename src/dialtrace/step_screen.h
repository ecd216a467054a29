/* What step mode shows: one stop, on the whole terminal (step_term.h). Knows neither the
 * meaning of keys nor where the run comes from. */
#ifndef DIALTRACE_STEP_SCREEN_H
#define DIALTRACE_STEP_SCREEN_H

#include "dialtrace/step_run.h"
#include "dialtrace/step_source.h"

struct view {
	const struct run *run;
	size_t at;             /* RUN_NONE: before the first line */
	u64 now;               /* the run's time, ns: at's, or later if it goes on */
	const char *name;      /* of the recording, as out_escape leaves it */
	const char *state;     /* of a live run: "stopped" */
	const char *output;    /* and what the program has printed last, or NULL */
	bool going;            /* it goes on by itself */
	bool help;             /* the keys are shown instead of the stop */
	const char *prompt;    /* what is typed to be searched for, or NULL */
	const char *message;   /* one line about the last key, or NULL */
	struct source *source; /* NULL: not shown */
};

void screen_draw(const struct view *v);

#endif
