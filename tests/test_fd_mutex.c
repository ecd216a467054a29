/* fdMutex: every state as a literal, waiters, closing, and misuse. */
#include "port_test.h"

#include "net/fd_mutex.h"
#include "runtime/proc.h"
#include "runtime/sema.h"

/* The state's bits, written out once more on purpose: see net/fd_mutex.c. */
#define CLOSED UINT64_C(0x1)
#define RLOCK  UINT64_C(0x2)
#define WLOCK  UINT64_C(0x4)
#define REF    UINT64_C(0x8)
#define REFS   UINT64_C(0x7ffff8)
#define RWAIT  UINT64_C(0x800000)
#define RWAITS UINT64_C(0x7ffff800000)
#define WWAIT  UINT64_C(0x80000000000)
#define WWAITS UINT64_C(0x7ffff80000000000)

#define assert_state(expected) assert_int_equal(atomic_load(&mu.state), expected)

static net_fdMutex mu;

static void references(void)
{
	assert_state(0);
	assert_true(net_fdMutex_incref(&mu));
	assert_state(0x8);
	assert_true(net_fdMutex_incref(&mu));
	assert_state(0x10);
	assert_false(net_fdMutex_decref(&mu));
	assert_state(0x8);
	assert_false(net_fdMutex_decref(&mu));
	assert_state(0);
}

static void locks(void)
{
	assert_true(net_fdMutex_rwlock(&mu, true));
	assert_state(0xa);
	assert_true(net_fdMutex_rwlock(&mu, false));
	assert_state(0x16);
	assert_false(net_fdMutex_rwunlock(&mu, true));
	assert_state(0xc);
	assert_false(net_fdMutex_rwunlock(&mu, false));
	assert_state(0);
}

static void close_without_users(void)
{
	assert_true(net_fdMutex_increfAndClose(&mu));
	assert_state(0x9);
	assert_true(net_fdMutex_decref(&mu));
	assert_state(0x1);
}

static void closed_refuses(void)
{
	assert_true(net_fdMutex_increfAndClose(&mu));
	assert_false(net_fdMutex_increfAndClose(&mu));
	assert_false(net_fdMutex_incref(&mu));
	assert_false(net_fdMutex_rwlock(&mu, true));
	assert_false(net_fdMutex_rwlock(&mu, false));
	assert_state(0x9);
}

/* Whoever drops the last reference of a closed mutex is told so, once. */
static void last_user_is_told(void)
{
	assert_true(net_fdMutex_incref(&mu));
	assert_true(net_fdMutex_rwlock(&mu, true));
	assert_true(net_fdMutex_rwlock(&mu, false));
	assert_true(net_fdMutex_increfAndClose(&mu));
	assert_state(0x27);
	assert_false(net_fdMutex_decref(&mu));
	assert_false(net_fdMutex_rwunlock(&mu, false));
	assert_state(0x13);
	assert_false(net_fdMutex_decref(&mu));
	assert_true(net_fdMutex_rwunlock(&mu, true));
	assert_state(0x1);
}

/* Goroutines that lock; what they got goes to a log, in order. */
static char events[32];
static size_t nevents;
static _Atomic uint32_t done;

static void event(char c)
{
	assert_true(nevents < sizeof(events) - 1);
	events[nevents++] = c;
}

static void lock_for_reading(void *name)
{
	event(net_fdMutex_rwlock(&mu, true) ? *(char *)name : '-');
	runtime_Semrelease(&done);
}

static void lock_for_writing(void *name)
{
	event(net_fdMutex_rwlock(&mu, false) ? *(char *)name : '-');
	runtime_Semrelease(&done);
}

static void wait_for(int goroutines)
{
	while (goroutines-- > 0)
		runtime_Semacquire(&done);
}

static void waiters_are_served_in_order(void)
{
	assert_true(net_fdMutex_rwlock(&mu, true));
	runtime_newproc(lock_for_reading, "1");
	runtime_Gosched();
	runtime_newproc(lock_for_reading, "2");
	runtime_Gosched();
	runtime_newproc(lock_for_reading, "3");
	runtime_Gosched();
	assert_string_equal(events, "");
	assert_state(3 * RWAIT + REF + RLOCK);

	/* The unlock takes the waiter off; the lock itself is free until it runs. */
	assert_false(net_fdMutex_rwunlock(&mu, true));
	assert_state(2 * RWAIT);
	wait_for(1);
	assert_string_equal(events, "1");
	assert_state(2 * RWAIT + REF + RLOCK);

	assert_false(net_fdMutex_rwunlock(&mu, true));
	wait_for(1);
	assert_false(net_fdMutex_rwunlock(&mu, true));
	wait_for(1);
	assert_string_equal(events, "123");
	assert_state(REF + RLOCK);
	assert_false(net_fdMutex_rwunlock(&mu, true));
	assert_state(0);
}

/* A lock that is free goes to whoever comes first; the waiter waits again. */
static void waiter_can_be_overtaken(void)
{
	assert_true(net_fdMutex_rwlock(&mu, true));
	runtime_newproc(lock_for_reading, "1");
	runtime_Gosched();
	assert_false(net_fdMutex_rwunlock(&mu, true));
	assert_true(net_fdMutex_rwlock(&mu, true));
	runtime_Gosched();
	assert_string_equal(events, "");
	assert_state(RWAIT + REF + RLOCK);
	assert_false(net_fdMutex_rwunlock(&mu, true));
	wait_for(1);
	assert_string_equal(events, "1");
}

static void directions_do_not_wait_for_each_other(void)
{
	assert_true(net_fdMutex_rwlock(&mu, true));
	assert_true(net_fdMutex_rwlock(&mu, false));
	runtime_newproc(lock_for_reading, "r");
	runtime_newproc(lock_for_writing, "w");
	runtime_Gosched();
	assert_state(WWAIT + RWAIT + 2 * REF + WLOCK + RLOCK);
	assert_false(net_fdMutex_rwunlock(&mu, false));
	wait_for(1);
	assert_string_equal(events, "w");
	assert_state(RWAIT + 2 * REF + WLOCK + RLOCK);
	assert_false(net_fdMutex_rwunlock(&mu, true));
	wait_for(1);
	assert_string_equal(events, "wr");
}

static void close_sends_waiters_away(void)
{
	assert_true(net_fdMutex_rwlock(&mu, true));
	assert_true(net_fdMutex_rwlock(&mu, false));
	runtime_newproc(lock_for_reading, "1");
	runtime_newproc(lock_for_reading, "2");
	runtime_newproc(lock_for_writing, "3");
	runtime_newproc(lock_for_writing, "4");
	runtime_newproc(lock_for_writing, "5");
	runtime_Gosched();
	assert_state(3 * WWAIT + 2 * RWAIT + 2 * REF + WLOCK + RLOCK);

	assert_true(net_fdMutex_increfAndClose(&mu));
	assert_state(3 * REF + WLOCK + RLOCK + CLOSED);
	wait_for(5);
	assert_string_equal(events, "-----");
	assert_int_equal(atomic_load(&mu.rsema), 0);
	assert_int_equal(atomic_load(&mu.wsema), 0);

	assert_false(net_fdMutex_decref(&mu));
	assert_false(net_fdMutex_rwunlock(&mu, true));
	assert_true(net_fdMutex_rwunlock(&mu, false));
	assert_state(CLOSED);
}

/* 8 goroutines count under the two locks, each count guarded by its own. */
enum { WORKERS = 8, ROUNDS = 1000 };

static int counts[2], inside[2];

static void count(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		int write = i % 3 == 0;

		assert_true(net_fdMutex_rwlock(&mu, !write));
		assert_int_equal(inside[write]++, 0);
		if (i % 7 == 0)
			runtime_Gosched();
		counts[write]++;
		assert_int_equal(--inside[write], 0);
		assert_false(net_fdMutex_rwunlock(&mu, !write));
		if (i % 5 == 0)
			runtime_Gosched();
	}
	runtime_Semrelease(&done);
}

static void one_holder_at_a_time(void)
{
	for (int i = 0; i < WORKERS; i++)
		runtime_newproc(count, NULL);
	wait_for(WORKERS);
	assert_int_equal(counts[0], 8 * 666);
	assert_int_equal(counts[1], 8 * 334);
	assert_state(0);
}

static void decref_without_incref(void)
{
	net_fdMutex_decref(&mu);
}

static void decref_once_too_often(void)
{
	assert_true(net_fdMutex_increfAndClose(&mu));
	assert_true(net_fdMutex_decref(&mu));
	net_fdMutex_decref(&mu);
}

static void unlock_read_without_lock(void)
{
	assert_true(net_fdMutex_rwlock(&mu, false));
	net_fdMutex_rwunlock(&mu, true);
}

static void unlock_write_without_lock(void)
{
	assert_true(net_fdMutex_rwlock(&mu, true));
	net_fdMutex_rwunlock(&mu, false);
}

static void unlock_without_reference(void)
{
	atomic_store(&mu.state, RLOCK);
	net_fdMutex_rwunlock(&mu, true);
}

static void too_many_references(void)
{
	atomic_store(&mu.state, REFS);
	net_fdMutex_incref(&mu);
}

static void too_many_references_to_lock(void)
{
	atomic_store(&mu.state, REFS);
	net_fdMutex_rwlock(&mu, true);
}

static void too_many_references_to_close(void)
{
	atomic_store(&mu.state, REFS);
	net_fdMutex_increfAndClose(&mu);
}

static void too_many_readers(void)
{
	atomic_store(&mu.state, RWAITS + REF + RLOCK);
	net_fdMutex_rwlock(&mu, true);
}

static void too_many_writers(void)
{
	atomic_store(&mu.state, WWAITS + REF + WLOCK);
	net_fdMutex_rwlock(&mu, false);
}

#define MISUSE(fn) PORT_TEST_THROWS(fn, "net: inconsistent fdMutex")

static const struct port_test tests[] = {
    PORT_TEST(references),
    PORT_TEST(locks),
    PORT_TEST(close_without_users),
    PORT_TEST(closed_refuses),
    PORT_TEST(last_user_is_told),
    PORT_TEST(waiters_are_served_in_order),
    PORT_TEST(waiter_can_be_overtaken),
    PORT_TEST(directions_do_not_wait_for_each_other),
    PORT_TEST(close_sends_waiters_away),
    PORT_TEST(one_holder_at_a_time),
    MISUSE(decref_without_incref),
    MISUSE(decref_once_too_often),
    MISUSE(unlock_read_without_lock),
    MISUSE(unlock_write_without_lock),
    MISUSE(unlock_without_reference),
    MISUSE(too_many_references),
    MISUSE(too_many_references_to_lock),
    MISUSE(too_many_references_to_close),
    MISUSE(too_many_readers),
    MISUSE(too_many_writers),
};

void main_main(void)
{
	port_test_main("fd_mutex", tests, sizeof(tests) / sizeof(tests[0]));
}
