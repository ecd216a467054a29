/* The reading end of the ring of events (bpf/ring.h). */
#ifndef DIALTRACE_RING_READER_H
#define DIALTRACE_RING_READER_H

#include "event.h"

struct ring_part;
struct ring_head;
struct ring_tail;

struct ring {
	struct ring_part *parts;
	const struct ring_head *head;
	struct ring_tail *tail;
};

typedef void ring_handler(void *ctx, const struct event *e);

/* Hands the events that are complete to the handler, in the order in which their room
 * was reserved, and gives the room back. */
void ring_read(struct ring *r, ring_handler *fn, void *ctx);

#endif
