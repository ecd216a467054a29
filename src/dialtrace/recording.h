/*
 * Reading a recording: the NDJSON that --format=json writes (json.c), one object a
 * line. Nothing in a file is believed: types and ranges are checked, unknown fields
 * ignored, and strings come out with everything escaped that could steer a terminal.
 */
#ifndef DIALTRACE_RECORDING_H
#define DIALTRACE_RECORDING_H

#include <stdio.h>

#include "dialtrace/line.h"

struct recording;

/* One object. */
struct record {
	enum {
		RECORD_HEADER,
		RECORD_LINE,
		RECORD_LOST,
		RECORD_SUMMARY,
		RECORD_BAD, /* not one of dialtrace's */
		RECORD_END, /* there are no more */
	} type;
	/* What is wrong with its place among the others, or NULL: the first is the
	 * header, there is no second one, and nothing follows the summary. */
	const char *misplaced;
	union {
		struct header header;
		struct line line;
		u64 lost;
		struct {
			u64 events, lost;
		} summary;
		const char *error; /* RECORD_BAD: what is wrong with it */
	};
};

/* Starts reading in, which stays the caller's to close. Exits when out of memory. */
struct recording *recording_new(FILE *in);
void recording_free(struct recording *r);

/* Reads the next object. Its strings are r's, and hold until the next is read. */
struct record recording_read(struct recording *r);

/* Number of the line that was read last, from 1. */
u64 recording_line(const struct recording *r);

#endif
