/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/*
 * The ring of events: memory that the BPF program writes and the tracer has mapped.
 *
 * A position is a count of bytes since the start; a record lies where RING_PART_OF and
 * RING_OFFSET of its position say. It is a word and an event. A writer takes the room for
 * it by moving the head on, fills in the event, and last stores the record's size in the
 * word. The reader takes records from the tail as long as their word is not 0, clears
 * them, and moves the tail on: so a word is 0 from when its room is taken until the
 * record is complete.
 *
 * ring_head.at is written by the BPF program alone, with compare-and-swap; ring_tail.at
 * by the tracer alone, as often as it likes: the BPF program looks at it only when the
 * tail that it has seen last, ring_head.tail, leaves no room. A record is written by
 * whoever took its room, then by the tracer.
 */
#ifndef DIALTRACE_RING_H
#define DIALTRACE_RING_H

#include "event.h"

/* 16 MiB of events: about 100 ms of a program that does nothing but system calls. In
 * parts: before 6.2 a map's value is 4 MiB at most. */
#define RING_PARTS 16
#define RING_PART  (1024 * 1024)
#define RING_SIZE  (RING_PARTS * RING_PART)

struct ring_part {
	u8 data[RING_PART];
	u8 more[4096]; /* for the end of a record that starts in data */
} __attribute__((aligned(8)));

/* On cache lines of their own: two CPUs write them. */
struct ring_head {
	u64 at;
	u64 tail;
	u64 pad[14];
};

struct ring_tail {
	u64 at;
	u64 pad[15];
};

#define RING_PART_OF(position) ((u32)((position) / RING_PART % RING_PARTS))
#define RING_OFFSET(position)  ((position) % RING_PART & ~7ULL)

#endif
