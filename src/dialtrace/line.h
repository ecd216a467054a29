/*
 * One line of the trace, and the two ways to write it. A live trace makes lines of
 * events (trace.c), a replay of a recording (recording.c); the writers see no
 * difference. A writer appends to the output buffer; who flushes it is the caller's
 * business.
 */
#ifndef DIALTRACE_LINE_H
#define DIALTRACE_LINE_H

#include "dialtrace/check.h"
#include "dialtrace/out.h"

enum line_type {
	LINE_CALL,  /* a function was entered */
	LINE_ENTER, /* a system call went to sleep */
	LINE_EXIT,  /* a system call returned */
};

/* Strings belong to whoever made the line, and hold until the next one is made. */
struct line {
	enum line_type type;
	bool has_g; /* the program has goroutines; else goid and m mean nothing */
	unsigned char chapter, place; /* its step; 0, 0: none */
	unsigned depth;
	u32 pid, tid, m;
	u64 goid; /* 0 for a g0 */
	u64 t;    /* ns since the first event */

	const char *func;  /* innermost function, or NULL; of a call, the one entered */
	const char *alias; /* LINE_CALL: its name by go:linkname, or NULL */
	const char *text;  /* func(arguments), or the call as strace writes it */
	size_t text_len;   /* of it, without the NUL */

	/* LINE_ENTER and LINE_EXIT */
	const char *syscall;
	u32 nr;
	u64 args[ARGS];

	/* LINE_EXIT */
	bool has_dur;      /* its entry was seen, or it had none */
	bool slept;        /* it had a LINE_ENTER */
	bool refused;      /* the emulated kernel answered */
	u64 dur;           /* ns; a live text knows only for how long a call slept */
	s64 ret;           /* -1 when there is an error */
	const char *error; /* "EAGAIN", or NULL */
};

struct header {
	const char *target; /* "build/dial", or "process 123"; as out_escape leaves it */
	const char *kernel; /* "6.1" */
	const char *checklist; /* as --check has it; NULL: the article's steps */
	u64 probes;
	bool emulate;
	unsigned go;         /* see struct program: the program's, */
	const char *note;    /* and what is known of it, as out_escape leaves it, */
	const bool *missing; /* and per row of the table: it lacks the function, */
	const bool *inlined; /* having it inlined */
};

struct summary {
	u64 events, lost;
	const struct check *check;
};

struct writer {
	/* Starts the output. */
	void (*header)(struct out *o, const struct header *h);
	/* LINE_CALL. */
	void (*call)(struct out *o, const struct line *l);
	/* LINE_ENTER and LINE_EXIT. */
	void (*syscall)(struct out *o, const struct line *l);
	/* n more events were lost just here. */
	void (*lost)(struct out *o, u64 n);
	/* Ends it. */
	void (*summary)(struct out *o, const struct summary *s);
};

extern const struct writer text_writer, json_writer;

/* How the text looks from here on: coloured or not, lines broken at width columns
 * (0: not). Neither, until this is called. */
void text_display(bool color, unsigned width);

#endif
