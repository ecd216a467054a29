/* Step mode without its screen: the call path of a line, where to go from it, and the
 * source of a function. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dialtrace/step_moves.h"
#include "dialtrace/step_source.h"

#include <stdio.h>

static struct run *run;

static int setup(void **state)
{
	(void)state;
	run = run_new(false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	run_free(run);
	return 0;
}

/* Adds a line of goroutine goid, or of g0 of thread tid; its strings are overwritten as
 * soon as it is added. */
static void add(enum line_type type, u64 goid, u32 tid, unsigned depth, const char *text_,
                unsigned chapter, unsigned place)
{
	char text[64], func[64];
	struct line l = {
	    .type = type,
	    .has_g = true,
	    .goid = goid,
	    .pid = 1,
	    .tid = tid,
	    .depth = depth,
	    .chapter = (unsigned char)chapter,
	    .place = (unsigned char)place,
	    .text = text,
	    .func = func,
	    .syscall = type == LINE_CALL ? NULL : func,
	};

	snprintf(text, sizeof(text), "%s", text_);
	snprintf(func, sizeof(func), "%s", text_);
	l.text_len = strlen(text);
	run_line(run, &l);
	memset(text, '#', sizeof(text));
	memset(func, '#', sizeof(func));
}

static void call(u64 goid, unsigned depth, const char *text, unsigned chapter,
                 unsigned place)
{
	add(LINE_CALL, goid, 7, depth, text, chapter, place);
}

/* The path of a line, as "a b c". */
static void assert_path(size_t at, const char *expected)
{
	size_t path[16], n = run_path(run, at, path, 16);
	char got[256] = "";

	assert_true(n <= 16);
	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s",
		         i ? " " : "", run_at(run, path[i])->line.text);
	assert_string_equal(got, expected);
}

static void test_path(void **state)
{
	size_t path[2];

	(void)state;
	call(1, 0, "a", 0, 0);
	call(1, 1, "b", 0, 0);
	add(LINE_EXIT, 1, 7, 2, "read", 0, 0);
	call(2, 0, "other", 0, 0);              /* a goroutine of its own */
	add(LINE_EXIT, 1, 8, 2, "write", 0, 0); /* on another thread */
	call(1, 1, "c", 0, 0);                  /* b has returned */
	call(1, 0, "d", 0, 0);                  /* and a */
	call(0, 1, "on g0", 0, 0);
	add(LINE_CALL, 0, 8, 2, "on another g0", 0, 0);

	assert_path(0, "a");
	assert_path(2, "a b read");
	assert_path(3, "other");
	assert_path(4, "a b write");
	assert_path(5, "a c");
	assert_path(6, "d");
	assert_path(7, "on g0");
	assert_path(8, "on another g0");
	/* The innermost, where there is no room for all. */
	assert_int_equal(run_path(run, 4, path, 2), 3);
	assert_int_equal(path[0], 1);
	assert_int_equal(path[1], 4);
	assert_int_equal(run_path(run, 4, NULL, 0), 3);
}

static void test_waiting(void **state)
{
	size_t list[4];

	(void)state;
	add(LINE_ENTER, 1, 7, 0, "read", 0, 0);
	add(LINE_ENTER, 0, 8, 0, "futex", 0, 0);
	call(2, 0, "a", 0, 0);
	add(LINE_EXIT, 1, 7, 0, "read", 0, 0);
	call(2, 0, "b", 0, 0);
	/* Its exit was lost: what it does next tells that it has returned. */
	add(LINE_CALL, 0, 8, 0, "c", 0, 0);

	assert_int_equal(run_waiting(run, 0, list, 4), 0); /* not itself */
	assert_int_equal(run_waiting(run, 1, list, 4), 1);
	assert_int_equal(list[0], 0);
	assert_int_equal(run_waiting(run, 2, list, 4), 2);
	assert_int_equal(list[0], 1);
	assert_int_equal(list[1], 0);
	assert_int_equal(run_waiting(run, 2, list, 1), 1);
	assert_int_equal(list[0], 1);
	assert_int_equal(run_waiting(run, 3, list, 4), 1);
	assert_int_equal(list[0], 1);
	assert_int_equal(run_waiting(run, 4, list, 4), 1);
	assert_int_equal(run_waiting(run, 5, list, 4), 0);
}

static void test_lost(void **state)
{
	(void)state;
	call(1, 0, "a", 0, 0);
	run_lost(run, 2);
	run_lost(run, 3);
	call(1, 0, "b", 0, 0);
	call(1, 0, "c", 0, 0);
	assert_int_equal(run_at(run, 0)->lost, 0);
	assert_int_equal(run_at(run, 1)->lost, 5);
	assert_int_equal(run_at(run, 2)->lost, 0);
}

/* Two goroutines that take the same steps. */
static void add_steps(void)
{
	call(1, 0, "net.DialTCP(net=\"tcp\")", 1, 1);        /* 0 */
	add(LINE_EXIT, 1, 7, 1, "socket() = 3", 2, 2);       /* 1 */
	call(2, 0, "net.DialTCP(net=\"tcp4\")", 1, 1);       /* 2 */
	call(2, 1, "main.f", 0, 0);                          /* 3 */
	add(LINE_ENTER, 2, 7, 1, "read(3, …)", 9, 10);       /* 4 */
	add(LINE_EXIT, 2, 7, 1, "read(3, \"x\") = 1", 9, 1); /* 5 */
}

static void test_moves(void **state)
{
	(void)state;
	add_steps();
	assert_int_equal(moves_first(run, STEP_LINES), 0);
	assert_int_equal(moves_last(run, STEP_LINES), 5);
	assert_int_equal(moves_next(run, 0, STEP_LINES), 1);
	assert_int_equal(moves_next(run, 5, STEP_LINES), RUN_NONE);
	assert_int_equal(moves_back(run, 0, STEP_LINES), RUN_NONE);

	assert_int_equal(moves_next(run, 0, STEP_CALLS), 2);
	assert_int_equal(moves_next(run, 3, STEP_CALLS), RUN_NONE);
	assert_int_equal(moves_last(run, STEP_CALLS), 3);
	assert_int_equal(moves_back(run, 2, STEP_CALLS), 0);

	assert_int_equal(moves_first(run, STEP_SYSCALLS), 1);
	assert_int_equal(moves_next(run, 1, STEP_SYSCALLS), 4);
	assert_int_equal(moves_next(run, 4, STEP_SYSCALLS), 5);
	assert_int_equal(moves_back(run, 1, STEP_SYSCALLS), RUN_NONE);

	/* 1.1 has come before, 0.0 is none. */
	assert_int_equal(moves_next(run, 0, STEP_STEPS), 1);
	assert_int_equal(moves_next(run, 1, STEP_STEPS), 4);
	assert_int_equal(moves_next(run, 4, STEP_STEPS), 5);
	assert_int_equal(moves_back(run, 4, STEP_STEPS), 1);
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(moves_first(run, STEP_LINES), RUN_NONE);
	assert_int_equal(moves_last(run, STEP_LINES), RUN_NONE);
}

static void test_search(void **state)
{
	(void)state;
	add_steps();
	assert_int_equal(moves_search(run, 0, "1.1"), 2);
	assert_int_equal(moves_search(run, 2, "1.1"), 0); /* from the first again */
	assert_int_equal(moves_search(run, 0, "9.1"), 5); /* not 9.10 */
	assert_int_equal(moves_search(run, 0, "9.10"), 4);
	assert_int_equal(moves_search(run, 4, "9.10"), 4); /* no other */
	assert_int_equal(moves_search(run, 0, "7.1"), RUN_NONE);
	assert_int_equal(moves_search(run, 0, "0.0x"), RUN_NONE);
	assert_int_equal(moves_search(run, 0, "dialtcp"), 2);
	assert_int_equal(moves_search(run, 0, "= 3"), 1);
	assert_int_equal(moves_search(run, 0, "nothing"), RUN_NONE);
}

/* In a live run nobody stops where a call goes to sleep: its step comes with the result.
 */
static void test_live(void **state)
{
	(void)state;
	run_free(run);
	run = run_new(true);
	call(1, 0, "f", 1, 1);
	add(LINE_ENTER, 0, 7, 0, "epoll_wait", 8, 3);
	assert_false(run_seen(run, 8, 3));
	call(2, 0, "g", 0, 0);
	add(LINE_EXIT, 0, 7, 0, "epoll_wait = 1", 8, 3);
	assert_true(run_seen(run, 8, 3));
	assert_false(run_seen(run, 8, 4));
	assert_int_equal(moves_next(run, RUN_NONE, STEP_LINES), 0);
	assert_int_equal(moves_next(run, 0, STEP_LINES), 2);
	assert_int_equal(moves_next(run, 2, STEP_LINES), 3);
	assert_int_equal(moves_next(run, 0, STEP_SYSCALLS), 3);
	assert_int_equal(moves_next(run, 0, STEP_STEPS), 3);
	assert_int_equal(moves_back(run, 3, STEP_STEPS), 0);
	assert_false(moves_is_stop(run, 0, STEP_OFF));
}

/* In the source that this test is compiled from. */
static void test_source(void **state)
{
	struct source *s = source_new();
	const struct source_text *found;

	(void)state;
	if (source_error(s))
		fail_msg("%s", source_error(s));
	found = source_find(s, "net.(*pollDesc).init");
	assert_non_null(found);
	assert_string_equal(found->file, "src/net/fd_poll_runtime.c");
	assert_true(found->count > 3);
	assert_non_null(strstr(found->lines[0], "net_pollDesc_init("));
	assert_string_equal(found->lines[1], "{");
	assert_memory_equal(found->lines[2], "    ", 4);
	assert_string_equal(found->lines[found->count - 1], "}");
	/* Its body has its other name. */
	found = source_find(s, "net.runtime_pollOpen");
	assert_non_null(found);
	assert_string_equal(found->file, "src/runtime/netpoll.c");
	assert_null(source_find(s, "net.none"));
	assert_null(source_find(s, NULL));
	source_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_path, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_waiting, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_moves, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_search, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_live, setup, teardown),
	    cmocka_unit_test(test_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
