/* The command line. */
#ifndef DIALTRACE_OPTIONS_H
#define DIALTRACE_OPTIONS_H

#include "dialtrace/check.h"
#include "dialtrace/step_moves.h"

#include <stdbool.h>
#include <sys/types.h>

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	pid_t pid; /* attach to it; 0: run command */
	char **command;
	bool json;
	const char *output; /* NULL: standard output */
	bool emulate;       /* --kernel=2.6.26 */
	bool check;
	const char *steps; /* --check's, NULL: the article's */
	struct check
	    *list; /* what --check says, or the article's; the caller's to free */
	bool all;
	enum step_mode step; /* --step */
	bool source;         /* shown in step mode */
	enum color_when color;
};

/* Fills *o from the command line; on a bad one prints why and exits with status
 * 125. */
void options_parse(struct options *o, int argc, char **argv);

/* dialtrace replay */
struct replay_options {
	const char *file;    /* "-": standard input */
	const char *beside;  /* another to show beside it, if not NULL */
	const char *output;  /* NULL: standard output */
	const char *chrome;  /* write a Chrome trace there instead, if not NULL */
	const char *html;    /* or the player's page */
	enum step_mode step; /* --step */
	bool source;         /* shown in step mode */
	double speed;        /* how many times as fast; 0: --speed was not given */
	double idle;         /* longest pause, in seconds */
	bool check;
	const char *steps; /* --check's; NULL: the recording's */
	enum color_when color;
};

/* The same for "dialtrace replay"; argv starts with the word replay. */
void options_parse_replay(struct replay_options *o, int argc, char **argv);

#endif
