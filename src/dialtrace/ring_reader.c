#include "dialtrace/ring_reader.h"

#include "ring.h"

#include <string.h>

void ring_read(struct ring *r, ring_handler *fn, void *ctx)
{
	u64 at = r->tail->at; /* only the reader writes it */
	u64 end = __atomic_load_n(&r->head->at, __ATOMIC_RELAXED);

	while (at != end) {
		u64 *record = (u64 *)(r->parts[RING_PART_OF(at)].data + RING_OFFSET(at));
		u64 size = __atomic_load_n(record, __ATOMIC_ACQUIRE);

		/* Its writer is at it still: it and those behind it come next time. */
		if (!size)
			break;
		fn(ctx, (const struct event *)(record + 1));
		memset(record, 0, size);
		at += size;
		__atomic_store_n(&r->tail->at, at, __ATOMIC_RELEASE);
	}
}
