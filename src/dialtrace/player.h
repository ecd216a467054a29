/*
 * A recording, or two side by side, as one HTML file that needs nothing else: the page
 * of src/dialtrace/player, and in it what it plays. That is the recordings as NDJSON,
 * the step table, and the source of the port's functions that occur, as far as it is at
 * hand.
 *
 * Whatever a recording contains, none of it becomes markup: it stands in data blocks,
 * without a < in them.
 */
#ifndef DIALTRACE_PLAYER_H
#define DIALTRACE_PLAYER_H

#include "dialtrace/line.h"

struct player;

/* Starts a page without recordings; exits when out of memory, as all functions here
 * do. */
struct player *player_new(void);
void player_free(struct player *p);

/* Starts another recording, which the page calls name. */
void player_recording(struct player *p, const char *name);

/* Adds what it contains, in its order. */
void player_header(struct player *p, const struct header *h);
void player_line(struct player *p, const struct line *l);
/* Events that are missing here: so many, or 0, if nobody knows. */
void player_lost(struct player *p, u64 events);
void player_summary(struct player *p, const struct summary *s);

/* Appends the page. Once, and last. */
void player_write(struct player *p, struct out *o);

#endif
