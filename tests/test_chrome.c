/* The Chrome trace: what it says of a run known by heart, and whether it keeps the
 * format's rules for any run at all. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "dialtrace/chrome.h"

static struct chrome *c;
static struct out o;

static int setup(void **state)
{
	(void)state;
	c = chrome_new();
	out_init(&o, -1, 64);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	chrome_free(c);
	out_free(&o);
	return 0;
}

/* A line of goroutine g (0: g0, or with m = -1, a thread without) on thread tid. */
static struct line base(u64 t, u64 g, int m, u32 tid, unsigned depth, const char *text)
{
	return (struct line){.t = t,
	                     .pid = 7,
	                     .tid = tid,
	                     .has_g = m >= 0,
	                     .goid = g,
	                     .m = m >= 0 ? (u32)m : 0,
	                     .depth = depth,
	                     .text = text,
	                     .text_len = strlen(text)};
}

static void call(u64 t, u64 g, unsigned depth, const char *text)
{
	struct line l = base(t, g, 0, 8, depth, text);
	char func[64];

	snprintf(func, sizeof(func), "%.*s", (int)strcspn(text, " "), text);
	if (strchr(func + 1, '(') && func[4] != '(')
		*strchr(func, '(') = '\0';
	l.func = func;
	l.chapter = 1;
	l.place = 2;
	chrome_line(c, &l);
}

static void returned(u64 t, u64 g, unsigned depth, const char *text, u64 dur, bool slept)
{
	struct line l = base(t, g, 0, 8, depth, text);

	l.type = LINE_EXIT;
	l.syscall = "read";
	l.has_dur = true;
	l.dur = dur;
	l.slept = slept;
	chrome_line(c, &l);
}

static void sleeps(u64 t, u64 g, unsigned depth, const char *text)
{
	struct line l = base(t, g, 0, 8, depth, text);

	l.type = LINE_ENTER;
	l.syscall = "epoll_wait";
	chrome_line(c, &l);
}

/* --- The rules --- */

struct rules {
	struct json_object *depth; /* of each "pid/tid": how many slices are open */
	struct json_object *named, *processes; /* threads and processes that are */
	struct json_object *starts, *ends;     /* arrows, by number */
	double last;
};

static int number(struct json_object *of, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(of, key, &value) ? json_object_get_int(value)
	                                                  : 0;
}

static void set(struct json_object *of, const char *key, int value)
{
	json_object_object_add(of, key, json_object_new_int(value));
}

static const char *get(struct json_object *of, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(of, key, &value))
		fail_msg("no %s: %s", key, json_object_to_json_string(of));
	return json_object_get_string(value);
}

static void name(struct rules *r, struct json_object *e, const char *track)
{
	struct json_object *args = json_object_object_get(e, "args");

	if (strcmp(get(e, "name"), "thread_name") == 0)
		set(r->named, track, *get(args, "name") != '\0');
	else if (strcmp(get(e, "name"), "process_name") == 0)
		set(r->processes, get(e, "pid"), *get(args, "name") != '\0');
	else
		assert_string_equal(get(e, "name"), "thread_sort_index");
}

static void keep_rules(struct rules *r, struct json_object *e)
{
	const char *phase = get(e, "ph");
	char track[64];
	double ts;
	int open;

	snprintf(track, sizeof(track), "%s/%s", get(e, "pid"), get(e, "tid"));
	if (*phase == 'M') {
		name(r, e, track);
		return;
	}
	assert_true(number(r->named, track));
	assert_true(number(r->processes, get(e, "pid")));
	ts = strtod(get(e, "ts"), NULL);
	assert_true(ts >= r->last);
	r->last = ts;
	open = number(r->depth, track);
	switch (*phase) {
	case 'B':
		assert_true(*get(e, "name"));
		set(r->depth, track, open + 1);
		break;
	case 'E':
		assert_true(open > 0);
		set(r->depth, track, open - 1);
		break;
	case 's':
		assert_int_equal(number(r->starts, get(e, "id")), 0);
		set(r->starts, get(e, "id"), 1);
		assert_true(open > 0);
		break;
	case 'f':
		/* Not before it has started. */
		assert_int_equal(number(r->starts, get(e, "id")), 1);
		assert_int_equal(number(r->ends, get(e, "id")), 0);
		set(r->ends, get(e, "id"), 1);
		assert_string_equal(get(e, "bp"), "e");
		assert_true(open > 0);
		break;
	default:
		assert_string_equal(phase, "i");
		assert_string_equal(get(e, "s"), "g");
	}
}

/* Writes the trace, holds it to the rules, and returns its events, which the caller
 * puts. *arrows: how many there are. */
static struct json_object *written(int *arrows)
{
	struct rules r = {json_object_new_object(), json_object_new_object(),
	                  json_object_new_object(), json_object_new_object(),
	                  json_object_new_object(), 0};
	struct json_object *all, *events;

	chrome_write(c, &o);
	out_ch(&o, '\0');
	all = json_tokener_parse(o.buf);
	assert_non_null(all);
	events = json_object_get(json_object_object_get(all, "traceEvents"));
	for (size_t i = 0; i < json_object_array_length(events); i++)
		keep_rules(&r, json_object_array_get_idx(events, i));
	*arrows = json_object_object_length(r.starts);
	assert_int_equal(*arrows, json_object_object_length(r.ends));
	json_object_put(r.depth);
	json_object_put(r.named);
	json_object_put(r.processes);
	json_object_put(r.starts);
	json_object_put(r.ends);
	json_object_put(all);
	return events;
}

/* The events but for metadata, one a line: "ts phase track name". */
static void assert_events(const char *expected)
{
	static char actual[8192];
	int arrows, used = 0;
	struct json_object *events = written(&arrows);

	*actual = '\0';
	for (size_t i = 0; i < json_object_array_length(events); i++) {
		struct json_object *e = json_object_array_get_idx(events, i);
		int tid = number(e, "tid");

		if (*get(e, "ph") == 'M')
			continue;
		used += snprintf(actual + used, sizeof(actual) - (size_t)used,
		                 "%s %s %s%d %s\n", get(e, "ts"), get(e, "ph"),
		                 tid > 1 << 22 ? "g" : "t", tid & ((1 << 22) - 1),
		                 *get(e, "ph") == 'E' ? "" : get(e, "name"));
	}
	assert_string_equal(actual, expected);
	json_object_put(events);
}

/* --- A run --- */

/* g1 parks for its descriptor to be readable; the thread waits for it and readies it. */
static void test_wake(void **state)
{
	(void)state;
	chrome_header(c, &(struct header){.target = "x", .kernel = "6.1"});
	call(1000, 1, 0, "net.(*netFD).Read");
	returned(5000, 1, 1, "read(3, …) = EAGAIN", 2000, false);
	call(6000, 1, 1, "runtime.netpollblock(pollDesc of fd 3, mode='r')");
	call(7000, 1, 2, "runtime.gopark");
	call(8000, 0, 0, "runtime.netpoll(block=true)");
	sleeps(9000, 0, 1, "epoll_wait(4, …, 128, -1)");
	returned(50000, 0, 1, "epoll_wait(4, …, 128, -1) = 1", 42000, true);
	call(51000, 0, 1, "runtime.netpollready(pollDesc of fd 3, mode='r'+'w')");
	call(52000, 0, 2, "runtime.netpollunblock(pollDesc of fd 3, mode='r')");
	returned(60500, 1, 1, "read(3, \"x\", 1) = 1", 500, false);
	sleeps(61000, 0, 0, "epoll_wait(4, …, 128, -1)");
	assert_events("1.000 B g1 net.(*netFD).Read\n"
	              "3.000 B g1 read\n"
	              "5.000 E g1 \n"
	              "6.000 B g1 runtime.netpollblock\n"
	              "7.000 B g1 runtime.gopark\n"
	              "8.000 B t8 runtime.netpoll\n"
	              "9.000 B t8 epoll_wait\n"
	              "50.000 E t8 \n"
	              "51.000 B t8 runtime.netpollready\n"
	              "51.000 s t8 wakes\n"
	              "52.000 B t8 runtime.netpollunblock\n"
	              "60.000 E g1 \n"
	              "60.000 E g1 \n"
	              "60.000 B g1 read\n"
	              "60.000 f g1 wakes\n"
	              "60.500 E g1 \n"
	              "61.000 E t8 \n"
	              "61.000 E t8 \n"
	              "61.000 E t8 \n"
	              "61.000 B t8 epoll_wait\n");
	assert_non_null(strstr(o.buf, "\"args\":{\"name\":\"g1\"}"));
	assert_non_null(strstr(o.buf, "\"args\":{\"name\":\"m0\"}"));
	assert_non_null(strstr(o.buf, "\"returned\":\"epoll_wait(4, …, 128, -1) = 1\""));
	assert_non_null(strstr(o.buf, "\"step\":\"1.2\""));
}

/* Only who waits for it is woken: not for the other direction, not for another
 * descriptor, not who has gone on. */
static void test_not_woken(void **state)
{
	int arrows;

	(void)state;
	call(1000, 1, 0, "runtime.netpollblock(pollDesc of fd 3, mode='w')");
	call(1000, 2, 0, "runtime.netpollblock(pollDesc of fd 4, mode='r')");
	call(1000, 3, 0, "runtime.netpollblock(pollDesc of fd 3, mode='r')");
	call(2000, 3, 0, "net.(*netFD).Read");
	call(3000, 0, 0, "runtime.netpollready(pollDesc of fd 3, mode='r')");
	call(4000, 1, 0, "net.(*netFD).Read");
	call(4000, 2, 0, "net.(*netFD).Read");
	call(4000, 3, 0, "net.(*netFD).Read");
	json_object_put(written(&arrows));
	assert_int_equal(arrows, 0);
}

/* One goroutine readies another by name; one that is never heard of again gets no
 * arrow. */
static void test_goready(void **state)
{
	int arrows;

	(void)state;
	call(1000, 2, 0, "runtime.gopark");
	call(1000, 3, 0, "runtime.gopark");
	call(2000, 1, 0, "runtime.goready(gp=g2)");
	call(2500, 1, 0, "runtime.goready(gp=g3)");
	call(3000, 2, 0, "net.(*netFD).Read");
	json_object_put(written(&arrows));
	assert_int_equal(arrows, 1);
}

static void test_lost_and_empty(void **state)
{
	int arrows;

	chrome_lost(c, 5);
	json_object_put(written(&arrows));
	assert_non_null(strstr(o.buf, "\"lost\":5"));
	teardown(state);
	setup(state);
	call(1000, 1, 0, "net.socket");
	chrome_lost(c, 7);
	assert_events("1.000 B g1 net.socket\n1.000 i g1 7 events lost\n");
	assert_non_null(strstr(o.buf, "\"lost\":7"));
}

/* A thread's number before it had a g0. */
static void test_thread(void **state)
{
	struct line l = base(1000, 0, -1, 8, 0, "close(3) = 0");
	int arrows;

	l.type = LINE_EXIT;
	l.syscall = "close";
	chrome_line(c, &l);
	json_object_put(written(&arrows));
	assert_non_null(strstr(o.buf, "\"args\":{\"name\":\"thread 8\"}"));
	teardown(state);
	setup(state);
	chrome_line(c, &l);
	call(2000, 0, 0, "runtime.findrunnable");
	json_object_put(written(&arrows));
	assert_non_null(strstr(o.buf, "\"args\":{\"name\":\"m0\"}"));
}

/* Times that go back, depths that jump, returns of what never slept. */
static void test_any_run(void **state)
{
	static const char *const texts[] = {
	    "runtime.netpollblock(pollDesc of fd 3, mode='r')",
	    "runtime.netpollblock(pollDesc of fd 3, mode='w')",
	    "runtime.gopark",
	    "runtime.netpollready(pollDesc of fd 3, mode='r'+'w')",
	    "runtime.netpollunblock(pollDesc of fd 3, mode='r')",
	    "runtime.goready(gp=g2)",
	    "runtime.goready(gp=g99)",
	    "runtime.goready",
	    "net.socket \"\\\"",
	};
	int arrows, sum = 0;

	for (int round = 0; round < 100; round++) {
		u64 t = 1000;

		for (int i = 0; i < 1000; i++) {
			u64 g = any() % 4, x = any();
			unsigned depth = (unsigned)(any() % 5);

			t += any() % 100;
			if (x % 8 < 4)
				call(t - any() % 50, g, depth, texts[any() % 9]);
			else if (x % 8 == 4)
				sleeps(t, g, depth, "read(3, …)");
			else if (x % 64 == 5)
				chrome_lost(c, x);
			else
				returned(t, g, depth, "read(3) = 1", any() % (2 * t),
				         any() % 2);
		}
		json_object_put(written(&arrows));
		sum += arrows;
		teardown(state);
		setup(state);
	}
	assert_true(sum > 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_wake),           TEST(test_not_woken), TEST(test_goready),
	    TEST(test_lost_and_empty), TEST(test_thread),    TEST(test_any_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
