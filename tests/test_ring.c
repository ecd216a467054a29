/* The reading end of the ring: order, records that are not complete, the ends of its
 * parts. The writing end runs in the kernel; the live tests have it. */
#include "dialtrace/ring_reader.h"
#include "ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct ring_head head;
static struct ring_tail tail;
static struct ring ring = {.head = &head, .tail = &tail};

static u64 seen[4096];
static unsigned count;

static void see(void *ctx, const struct event *e)
{
	assert_ptr_equal(ctx, &ring);
	assert_true(count < sizeof(seen) / sizeof(*seen));
	seen[count++] = e->ts;
}

static unsigned read_all(void)
{
	count = 0;
	ring_read(&ring, see, &ring);
	return count;
}

static int setup(void **state)
{
	(void)state;
	ring.parts = calloc(RING_PARTS, sizeof(*ring.parts));
	head.at = tail.at = 0;
	return !ring.parts;
}

static int teardown(void **state)
{
	(void)state;
	free(ring.parts);
	return 0;
}

/* As the BPF program does it. */
static u64 *reserve(u64 size)
{
	u64 at = head.at;

	head.at += size;
	return (u64 *)(ring.parts[RING_PART_OF(at)].data + RING_OFFSET(at));
}

static void complete(u64 *record, u64 size, u64 ts)
{
	memset(record + 1, 0xff, size - 8);
	((struct event *)(record + 1))->ts = ts;
	*record = size;
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(read_all(), 0);
	assert_int_equal(tail.at, 0);
}

/* What comes behind a record that is being filled in waits for it. */
static void test_incomplete(void **state)
{
	u64 *first = reserve(136), *second = reserve(64);

	(void)state;
	complete(second, 64, 2);
	assert_int_equal(read_all(), 0);
	assert_int_equal(tail.at, 0);
	complete(first, 136, 1);
	assert_int_equal(read_all(), 2);
	assert_int_equal(seen[0], 1);
	assert_int_equal(seen[1], 2);
	assert_int_equal(tail.at, 200);
}

/* A word must be 0 when its room is taken again, wherever it then lies. */
static void test_cleared(void **state)
{
	static const struct ring_part zero;

	(void)state;
	for (u64 n = 0; n < 3; n++) {
		u64 *record = reserve(480);

		complete(record, 480, n);
	}
	assert_int_equal(read_all(), 3);
	assert_memory_equal(ring.parts, &zero, sizeof(zero));
}

/* Several times round, with sizes that end nowhere near the end of a part. */
static void test_round(void **state)
{
	static const u64 sizes[] = {56, 144, 144, 488, 136};
	u64 wrote = 0, read = 0;

	(void)state;
	while (head.at < 3ULL * RING_SIZE + 12345) {
		for (unsigned n = 0; n < 1000; n++, wrote++) {
			u64 size = sizes[wrote % 5];

			complete(reserve(size), size, wrote);
		}
		assert_int_equal(read_all(), 1000);
		for (unsigned n = 0; n < 1000; n++, read++)
			assert_int_equal(seen[n], read);
		assert_int_equal(tail.at, head.at);
	}
}

/* The longest record that starts at the last word of a part still fits into it. */
static void test_longest(void **state)
{
	const u64 size = sizeof(struct syscall_event) + 8;
	u64 *record;

	(void)state;
	head.at = tail.at = RING_PART - 8;
	record = reserve(size);
	complete(record, size, 7);
	assert_true((u8 *)record + size <= (u8 *)&ring.parts[1]);
	assert_int_equal(read_all(), 1);
	complete(reserve(56), 56, 8);
	assert_int_equal(read_all(), 1);
	assert_int_equal(seen[0], 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_incomplete, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_cleared, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_round, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_longest, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
