/* The port's timers, and what is built of them: sleep, channels that are closed,
 * contexts. With one P, so that a test knows who runs next. */
#include "port_test.h"

#include "context/context.h"
#include "runtime/chan.h"
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "runtime/stubs.h"
#include "runtime/time.h"
#include "time/time.h"

#include <stdlib.h>
#include <string.h>

/* Timers. */

static runtime_timer timers[16];
static int64_t base; /* when they are due after, ns */

/* Timer i is called 'a' + i when it fires. */
static void fire(void *timer, uintptr_t seq)
{
	const runtime_timer *t = timer;

	assert_true(runtime_nanotime() >= t->when);
	assert_int_equal(seq, 7);
	port_test_event((char)('a' + (t - timers)));
}

/* Timer i is due at base + milliseconds. */
static void set(int i, int milliseconds)
{
	timers[i] = (runtime_timer){
	    .when = base + milliseconds * time_Millisecond,
	    .f = fire,
	    .arg = &timers[i],
	    .seq = 7,
	};
	runtime_addtimer(&timers[i]);
}

/* Far enough ahead that all are set before the first one fires. */
static void set_all(const int *milliseconds, int n)
{
	base = runtime_nanotime() + 100 * time_Millisecond;
	for (int i = 0; i < n; i++)
		set(i, milliseconds[i]);
}

static void timers_fire_in_order(void)
{
	set_all((int[]){5, 1, 9, 3, 7, 2, 8, 4, 6, 0}, 10);
	time_Sleep(150 * time_Millisecond);
	assert_string_equal(port_test_events, "jbfdhaiegc");
}

static void timers_of_one_time(void)
{
	set_all((int[]){2, 2, 2, 2, 2, 2}, 6);
	time_Sleep(150 * time_Millisecond);
	assert_int_equal(strlen(port_test_events), 6);
	for (char c = 'a'; c <= 'f'; c++)
		assert_non_null(strchr(port_test_events, c));
}

/* Ten timers in order, without the i-th: the last one takes its place in the heap. */
static void deletes(int i)
{
	char expected[] = "abcdefghij";

	set_all((int[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10);
	assert_true(runtime_deltimer(&timers[i]));
	assert_false(runtime_deltimer(&timers[i]));
	time_Sleep(150 * time_Millisecond);
	memmove(&expected[i], &expected[i + 1], sizeof(expected) - (size_t)i - 1);
	assert_string_equal(port_test_events, expected);
}

static void deletes_first(void)
{
	deletes(0);
}

static void deletes_middle(void)
{
	deletes(2);
}

static void deletes_last(void)
{
	deletes(9);
}

static void deletes_all(void)
{
	set_all((int[]){3, 1, 2}, 3);
	for (int i = 0; i < 3; i++)
		assert_true(runtime_deltimer(&timers[i]));
	time_Sleep(150 * time_Millisecond);
	assert_string_equal(port_test_events, "");
}

static void deletes_nothing(void)
{
	set_all((int[]){0}, 1);
	assert_false(runtime_deltimer(&timers[1])); /* was never set */
	time_Sleep(150 * time_Millisecond);
	assert_string_equal(port_test_events, "a");
	assert_false(runtime_deltimer(&timers[0])); /* has fired */
}

static void set_again(void *timer, uintptr_t seq)
{
	runtime_timer *t = timer;

	port_test_event((char)('0' + seq));
	t->seq++;
	t->when += time_Millisecond;
	if (t->seq < 4)
		runtime_addtimer(t);
}

static void timer_sets_itself_again(void)
{
	timers[0] = (runtime_timer){
	    .when = runtime_nanotime(),
	    .f = set_again,
	    .arg = &timers[0],
	};
	runtime_addtimer(&timers[0]);
	time_Sleep(30 * time_Millisecond);
	assert_string_equal(port_test_events, "0123");
}

static void timer_overflows(void)
{
	set_all((int[]){0}, 1);
	timers[1] = (runtime_timer){.when = -1, .f = fire, .arg = &timers[1]};
	runtime_addtimer(&timers[1]);
	time_Sleep(150 * time_Millisecond);
	assert_string_equal(port_test_events, "a");
	assert_true(runtime_deltimer(&timers[1]));
}

static void earlier_timer_comes_first(void)
{
	base = runtime_nanotime();
	set(0, 50 * 1000);
	runtime_Gosched(); /* timerproc falls asleep for it */
	set(1, 1);
	time_Sleep(20 * time_Millisecond);
	assert_string_equal(port_test_events, "b");
	assert_true(runtime_deltimer(&timers[0]));
}

static void timers_go_on_after_a_rest(void)
{
	set_all((int[]){0}, 1);
	time_Sleep(150 * time_Millisecond); /* and timerproc parks: no timer is left */
	runtime_Gosched();
	set_all((int[]){0}, 1);
	time_Sleep(150 * time_Millisecond);
	assert_string_equal(port_test_events, "aa");
}

enum { MANY = 5000 };

static int64_t last_due;
static int fired;

static void fire_many(void *timer, uintptr_t seq)
{
	const runtime_timer *t = timer;

	assert_int_not_equal(seq % 3, 0); /* these were deleted */
	assert_true(t->when >= last_due);
	last_due = t->when;
	fired++;
}

static void thousands_of_timers(void)
{
	static runtime_timer many[MANY];
	uint32_t random = 1;
	int deleted = 0;

	base = runtime_nanotime() + 500 * time_Millisecond;
	for (uintptr_t i = 0; i < MANY; i++) {
		random = random * 1664525 + 1013904223;
		many[i] = (runtime_timer){
		    .when = base + random % 64 * 100 * time_Microsecond,
		    .f = fire_many,
		    .arg = &many[i],
		    .seq = i,
		};
		runtime_addtimer(&many[i]);
	}
	for (int i = 0; i < MANY; i += 3, deleted++)
		assert_true(runtime_deltimer(&many[i]));
	assert_true(runtime_nanotime() <
	            base); /* else the machine is too slow for this */
	while (fired < MANY - deleted)
		time_Sleep(10 * time_Millisecond);
	assert_int_equal(fired, MANY - deleted);
}

/* AfterFunc and Stop. */

static void sleep_and_note(void *name)
{
	time_Sleep(5 * time_Millisecond);
	port_test_event_of(name);
}

static void calls_on_goroutines_of_their_own(void)
{
	time_Timer a, b;

	time_AfterFunc(&a, time_Millisecond, sleep_and_note, "a");
	time_AfterFunc(&b, 2 * time_Millisecond, port_test_event_of, "b");
	time_Sleep(30 * time_Millisecond);
	assert_string_equal(port_test_events, "ba");
	assert_false(time_Timer_Stop(&a));
}

static void stops_a_call(void)
{
	time_Timer t;

	time_AfterFunc(&t, time_Millisecond, port_test_event_of, "a");
	assert_true(time_Timer_Stop(&t));
	assert_false(time_Timer_Stop(&t));
	time_Sleep(10 * time_Millisecond);
	assert_string_equal(port_test_events, "");
}

static void calls_at_once(void)
{
	time_Timer a, b;

	time_AfterFunc(&a, 0, port_test_event_of, "a");
	time_AfterFunc(&b, INT64_MIN, port_test_event_of, "b");
	time_Sleep(10 * time_Millisecond);
	assert_int_equal(strlen(port_test_events), 2);
}

static void calls_never(void)
{
	time_Timer t;

	time_AfterFunc(&t, INT64_MAX, port_test_event_of, "a");
	time_Sleep(10 * time_Millisecond);
	assert_string_equal(port_test_events, "");
	assert_true(time_Timer_Stop(&t));
}

/* Sleep. */

static void sleeps_not_at_all(void)
{
	runtime_newproc(port_test_event_of, "x");
	time_Sleep(0);
	time_Sleep(-1);
	time_Sleep(INT64_MIN);
	assert_string_equal(port_test_events, ""); /* nobody else had a turn */
}

struct sleeper {
	time_Duration d;
	const char *name;
	runtime_g *gp; /* LeakSanitizer does not look for it on its own stack */
};

static void sleeper(void *arg)
{
	struct sleeper *s = arg;
	int64_t start = runtime_nanotime();

	s->gp = runtime_getg();
	time_Sleep(s->d);
	assert_true(runtime_nanotime() - start >= s->d);
	port_test_event_of((void *)s->name);
	port_test_done();
}

static void sleepers_wake_in_order(void)
{
	static struct sleeper s[] = {
	    {300 * time_Millisecond, "c", NULL},
	    {100 * time_Millisecond, "a", NULL},
	    {200 * time_Millisecond, "b", NULL},
	};

	for (int i = 0; i < 3; i++)
		runtime_newproc(sleeper, &s[i]);
	port_test_wait_for(3);
	assert_string_equal(port_test_events, "abc");
}

static void sleeps_for_ever(void)
{
	static struct sleeper s = {INT64_MAX, "never", NULL};

	runtime_newproc(sleeper, &s);
	time_Sleep(10 * time_Millisecond);
	assert_string_equal(port_test_events, "");
}

static void times_add_up(void)
{
	assert_int_equal(time_Time_Add(5, -7), -2);
	assert_true(time_Time_Add(1, INT64_MAX) == INT64_MAX);
	assert_true(time_Time_Add(-2, INT64_MIN) == INT64_MIN);
	assert_int_equal(time_Time_Sub(5, 7), -2);
	assert_true(time_Time_Sub(INT64_MIN, 1) == INT64_MIN);
	assert_true(time_Time_Sub(1, INT64_MIN) == INT64_MAX);
}

/* Channels. */

static runtime_hchan chan_a, chan_b;

struct selecter {
	runtime_hchan *c[2];
	int n;
	int chosen, woken;
	runtime_g *gp;
};

static void select_one(void *arg)
{
	struct selecter *s = arg;

	s->gp = runtime_getg();
	s->chosen = runtime_selectgo(s->c, s->n);
	s->woken++;
	port_test_done();
}

static void start_selecter(struct selecter *s, runtime_hchan *a, runtime_hchan *b)
{
	*s = (struct selecter){.c = {a, b}, .n = b ? 2 : 1, .chosen = -1};
	runtime_newproc(select_one, s);
	runtime_Gosched();
	assert_int_equal(atomic_load(&s->gp->atomicstatus), _Gwaiting);
	assert_string_equal(s->gp->waitreason, "select");
}

static void closed_before(void)
{
	runtime_hchan *const c[] = {&chan_a, &chan_b};

	runtime_newproc(port_test_event_of, "x");
	assert_false(runtime_chanclosed(&chan_b));
	runtime_closechan(&chan_b);
	assert_true(runtime_chanclosed(&chan_b));
	assert_false(runtime_chanclosed(&chan_a));
	assert_int_equal(runtime_selectgo(c, 2), 1);
	runtime_closechan(&chan_a);
	assert_int_equal(runtime_selectgo(c, 2), 0); /* the first, if both are */
	assert_string_equal(port_test_events, "");   /* without parking */
}

static void closed_after(void)
{
	struct selecter s;

	start_selecter(&s, &chan_a, &chan_b);
	runtime_closechan(&chan_b);
	port_test_wait_for(1);
	assert_int_equal(s.chosen, 1);
	/* It is gone from the other's list: its stack serves somebody else. */
	assert_null(chan_a.recvq);
	runtime_closechan(&chan_a);
	assert_int_equal(s.woken, 1);
}

static void both_closed_at_once(void)
{
	struct selecter s;

	start_selecter(&s, &chan_a, &chan_b);
	runtime_closechan(&chan_b);
	runtime_closechan(&chan_a); /* must not ready it once more */
	port_test_wait_for(1);
	assert_int_equal(s.chosen, 0);
	assert_int_equal(s.woken, 1);
}

static void close_wakes_all(void)
{
	struct selecter s[4];

	start_selecter(&s[0], &chan_a, NULL);
	start_selecter(&s[1], &chan_a, &chan_b);
	start_selecter(&s[2], &chan_b, &chan_a);
	start_selecter(&s[3], &chan_b, NULL);
	runtime_closechan(&chan_a);
	port_test_wait_for(3);
	assert_int_equal(s[0].chosen, 0);
	assert_int_equal(s[1].chosen, 0);
	assert_int_equal(s[2].chosen, 1);
	runtime_Gosched();
	assert_int_equal(s[3].woken, 0);
	runtime_closechan(&chan_b);
	port_test_wait_for(1);
	assert_int_equal(s[3].chosen, 0);
}

static void same_channel_twice(void)
{
	struct selecter s;

	start_selecter(&s, &chan_a, &chan_a);
	runtime_closechan(&chan_a);
	port_test_wait_for(1);
	assert_int_equal(s.chosen, 0);
}

static void closed_twice(void)
{
	runtime_closechan(&chan_a);
	runtime_closechan(&chan_a);
}

/* Contexts. */

static bool is_done(context_Context *ctx)
{
	return runtime_chanclosed(context_Done(ctx));
}

static void assert_open(context_Context *ctx)
{
	assert_false(is_done(ctx));
	assert_true(error_nil(context_Err(ctx)));
}

static void assert_ended(context_Context *ctx, error why)
{
	assert_true(is_done(ctx));
	assert_ptr_equal(context_Err(ctx).text, why.text);
}

static void assert_text(error err, const char *expected)
{
	char text[64];

	assert_string_equal(error_Error(err, text, sizeof(text)), expected);
}

static void background_is_never_done(void)
{
	assert_open(context_Background());
	assert_int_equal(context_Deadline(context_Background()), 0);
	assert_text(context_Canceled, "context canceled");
	assert_text(context_DeadlineExceeded, "context deadline exceeded");
}

static void cancels(void)
{
	context_Context *ctx = context_WithCancel(context_Background());

	assert_open(ctx);
	assert_int_equal(context_Deadline(ctx), 0);
	context_Cancel(ctx);
	assert_ended(ctx, context_Canceled);
	context_Cancel(ctx);
	assert_ended(ctx, context_Canceled);
	context_Free(ctx);
	assert_open(context_Background());
}

static void cancel_goes_down_only(void)
{
	context_Context *top = context_WithCancel(context_Background());
	context_Context *left = context_WithCancel(top), *right = context_WithCancel(top);
	context_Context *below = context_WithTimeout(left, time_Second * 60);

	context_Cancel(left);
	assert_ended(left, context_Canceled);
	assert_ended(below, context_Canceled);
	assert_open(top);
	assert_open(right);
	context_Cancel(top);
	assert_ended(right, context_Canceled);
	context_Free(below);
	context_Free(right);
	context_Free(left);
	context_Free(top);
}

static void wait_for_end(void *arg)
{
	context_Context **ctx = arg;
	runtime_hchan *const c[] = {context_Done(*ctx)};
	static context_Context **first;

	if (!first)
		first = ctx;
	runtime_selectgo(c, 1);
	port_test_event((char)('0' + (ctx - first)));
	port_test_done();
}

/* The oldest first. Who is readied last runs next, before the others. */
static void children_are_cancelled_in_order(void)
{
	context_Context *top = context_WithCancel(context_Background()), *child[4];

	for (int i = 0; i < 4; i++) {
		child[i] = context_WithCancel(top);
		runtime_newproc(wait_for_end, &child[i]);
		runtime_Gosched();
	}
	context_Cancel(top);
	port_test_wait_for(4);
	assert_string_equal(port_test_events, "3012");
	for (int i = 0; i < 4; i++)
		context_Free(child[i]);
	context_Free(top);
}

static void child_of_a_done_context(void)
{
	context_Context *top = context_WithCancel(context_Background()), *a, *b;

	context_Cancel(top);
	a = context_WithCancel(top);
	b = context_WithTimeout(top, time_Second);
	assert_ended(a, context_Canceled);
	assert_ended(b, context_Canceled);
	context_Free(b);
	context_Free(a);
	context_Free(top);
}

static void freed_child_is_forgotten(void)
{
	context_Context *top = context_WithCancel(context_Background());
	context_Context *a = context_WithCancel(top), *b = context_WithCancel(top),
	                *c = context_WithCancel(top);

	context_Free(b);
	context_Free(c);
	assert_open(top);
	context_Cancel(top);
	assert_ended(a, context_Canceled);
	context_Free(a);
	context_Free(top);
}

static void deadline_in_the_past(void)
{
	time_Time t = time_Now() - 1;
	context_Context *ctx = context_WithDeadline(context_Background(), t);
	context_Context *child = context_WithCancel(ctx);

	assert_ended(ctx, context_DeadlineExceeded);
	assert_true(context_Deadline(ctx) == t);
	assert_ended(child, context_DeadlineExceeded);
	context_Free(child);
	context_Free(ctx);
}

static void deadline_passes(void)
{
	context_Context *top =
	    context_WithTimeout(context_Background(), 5 * time_Millisecond);
	context_Context *child = context_WithCancel(top);
	runtime_hchan *const c[] = {context_Done(child)};

	assert_open(child);
	assert_int_equal(runtime_selectgo(c, 1), 0);
	assert_true(time_Now() >= context_Deadline(top));
	assert_ended(top, context_DeadlineExceeded);
	assert_ended(child, context_DeadlineExceeded);
	context_Cancel(top);
	assert_ended(top, context_DeadlineExceeded); /* the first reason stands */
	context_Free(child);
	context_Free(top);
}

static void earlier_deadline_of_the_parent(void)
{
	time_Time now = time_Now();
	context_Context *top =
	    context_WithDeadline(context_Background(), now + 10 * time_Millisecond);
	context_Context *later = context_WithDeadline(top, now + 60 * time_Second);
	context_Context *sooner = context_WithDeadline(top, now + 5 * time_Millisecond);
	context_Context *none = context_WithCancel(top);
	runtime_hchan *const c[] = {context_Done(sooner)};

	assert_true(context_Deadline(later) == context_Deadline(top));
	assert_true(context_Deadline(none) == context_Deadline(top));
	assert_true(context_Deadline(sooner) == now + 5 * time_Millisecond);
	runtime_selectgo(c, 1);
	time_Sleep(20 * time_Millisecond);
	assert_ended(later, context_DeadlineExceeded);
	context_Free(none);
	context_Free(sooner);
	context_Free(later);
	context_Free(top);
}

static void deadlines_beyond_time(void)
{
	context_Context *never = context_WithTimeout(context_Background(), INT64_MAX);
	context_Context *long_ago = context_WithDeadline(context_Background(), INT64_MIN);

	time_Sleep(10 * time_Millisecond);
	assert_open(never);
	assert_ended(long_ago, context_DeadlineExceeded);
	context_Free(never);
	context_Free(long_ago);
}

static void freed_before_its_deadline(void)
{
	context_Free(context_WithTimeout(context_Background(), 2 * time_Millisecond));
	time_Sleep(10 * time_Millisecond);
}

/* The timer fires, but the goroutine that it starts has not run yet. */

static _Atomic bool hold_next;
static void (*held_fn)(void *);
static void *held_arg;

void __real_runtime_newproc(void (*fn)(void *), void *arg);
void __wrap_runtime_newproc(void (*fn)(void *), void *arg);

void __wrap_runtime_newproc(void (*fn)(void *), void *arg)
{
	if (!atomic_exchange(&hold_next, false)) {
		__real_runtime_newproc(fn, arg);
		return;
	}
	held_fn = fn;
	held_arg = arg;
}

static void freed_at_its_deadline(void)
{
	context_Context *ctx;

	time_Sleep(1); /* starts timerproc */
	ctx = context_WithTimeout(context_Background(), time_Millisecond);
	atomic_store(&hold_next, true);
	time_Sleep(20 * time_Millisecond);
	assert_false(atomic_load(&hold_next));
	assert_open(ctx);
	context_Free(ctx);
	runtime_newproc(held_fn, held_arg);
	runtime_Gosched();
}

/* The timer goes with the context: no goroutine is started for it. */
static void cancelled_before_its_deadline(void)
{
	context_Context *top = context_WithCancel(context_Background());
	context_Context *ctx = context_WithTimeout(top, 200 * time_Millisecond);
	context_Context *child = context_WithTimeout(top, 200 * time_Millisecond);

	time_Sleep(1); /* starts timerproc */
	context_Cancel(ctx);
	context_Cancel(top);
	atomic_store(&hold_next, true);
	time_Sleep(250 * time_Millisecond);
	assert_true(atomic_exchange(&hold_next, false));
	assert_ended(ctx, context_Canceled);
	assert_ended(child, context_Canceled);
	context_Free(child);
	context_Free(ctx);
	context_Free(top);
}

static const struct port_test tests[] = {
    PORT_TEST(timers_fire_in_order),
    PORT_TEST(timers_of_one_time),
    PORT_TEST(deletes_first),
    PORT_TEST(deletes_middle),
    PORT_TEST(deletes_last),
    PORT_TEST(deletes_all),
    PORT_TEST(deletes_nothing),
    PORT_TEST(timer_sets_itself_again),
    PORT_TEST(timer_overflows),
    PORT_TEST(earlier_timer_comes_first),
    PORT_TEST(timers_go_on_after_a_rest),
    PORT_TEST(thousands_of_timers),
    PORT_TEST(calls_on_goroutines_of_their_own),
    PORT_TEST(stops_a_call),
    PORT_TEST(calls_at_once),
    PORT_TEST(calls_never),
    PORT_TEST(sleeps_not_at_all),
    PORT_TEST(sleepers_wake_in_order),
    PORT_TEST(sleeps_for_ever),
    PORT_TEST(times_add_up),
    PORT_TEST(closed_before),
    PORT_TEST(closed_after),
    PORT_TEST(both_closed_at_once),
    PORT_TEST(close_wakes_all),
    PORT_TEST(same_channel_twice),
    PORT_TEST_THROWS(closed_twice, "close of closed channel"),
    PORT_TEST(background_is_never_done),
    PORT_TEST(cancels),
    PORT_TEST(cancel_goes_down_only),
    PORT_TEST(children_are_cancelled_in_order),
    PORT_TEST(child_of_a_done_context),
    PORT_TEST(freed_child_is_forgotten),
    PORT_TEST(deadline_in_the_past),
    PORT_TEST(deadline_passes),
    PORT_TEST(cancelled_before_its_deadline),
    PORT_TEST(earlier_deadline_of_the_parent),
    PORT_TEST(deadlines_beyond_time),
    PORT_TEST(freed_before_its_deadline),
    PORT_TEST(freed_at_its_deadline),
};

void main_main(void)
{
	port_test_main("time", tests, sizeof(tests) / sizeof(tests[0]));
}
