/* The call tree: what entries alone, and their stack pointers, tell of who called
 * whom. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dialtrace/tree.h"

enum { PID = 7, TID = 70 };

#define G1 0xc000000180u
#define G2 0xc000000300u

/* The top of a goroutine's stack, far from any other's. */
#define STACK1 0x7f0000100000u
#define STACK2 0x7f0000900000u

static struct tree *tree;

static int setup(void **state)
{
	(void)state;
	tree = tree_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_free(tree);
	return 0;
}

static struct event at(u64 g, u64 sp)
{
	return (struct event){.g = g, .sp = sp, .pid = PID, .tid = TID};
}

/* The functions around e, outermost first, those that are not shown in brackets;
 * checks that depth and func agree. */
static const char *around(const struct event *e)
{
	static char text[256];
	struct place p = tree_place(tree, e);
	const struct step *innermost = NULL;
	unsigned shown = 0;
	size_t n = 0;

	*text = '\0';
	for (size_t i = 0; i < p.count; i++) {
		const struct frame *f = &p.frames[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n,
		                      f->shown ? "%s%s" : "%s[%s]", i ? " " : "",
		                      f->row->func);
		if (f->shown) {
			shown++;
			innermost = f->row;
		}
	}
	assert_int_equal(p.depth, shown);
	assert_ptr_equal(p.row, innermost);
	return text;
}

#define assert_around(expected, ...)                                                     \
	do {                                                                             \
		struct event e_ = __VA_ARGS__;                                           \
		assert_string_equal(around(&e_), expected);                              \
	} while (0)

/* What the tracer does for a call. */
static void enter_shown(struct event e, const char *func, bool shown)
{
	static struct step rows[128]; /* a function's name is a letter */
	struct step *row = &rows[*func & 127];

	row->func = func;
	tree_place(tree, &e);
	tree_enter(tree, &e, row, shown);
}

static void enter(struct event e, const char *func)
{
	enter_shown(e, func, true);
}

static void test_empty(void **state)
{
	(void)state;
	assert_around("", at(G1, STACK1));
	assert_around("", at(0, STACK1));
}

static void test_nesting(void **state)
{
	(void)state;
	enter(at(G1, STACK1 - 16), "a");
	enter(at(G1, STACK1 - 64), "b");
	enter(at(G1, STACK1 - 128), "c");
	/* A system call in c, and one in b after c has returned. */
	assert_around("a b c", at(G1, STACK1 - 200));
	assert_around("a b", at(G1, STACK1 - 100));
	assert_around("a", at(G1, STACK1 - 20));
	/* c does not come back. */
	assert_around("a", at(G1, STACK1 - 63));
}

static void test_siblings(void **state)
{
	(void)state;
	enter(at(G1, STACK1 - 16), "a");
	enter(at(G1, STACK1 - 64), "b");
	enter(at(G1, STACK1 - 64), "c"); /* the same sp: b has returned */
	assert_around("a c", at(G1, STACK1 - 100));
	enter(at(G1, STACK1 - 48), "d"); /* higher */
	assert_around("a d", at(G1, STACK1 - 100));
	enter(at(G1, STACK1 - 80), "e"); /* lower: d called it */
	assert_around("a d e", at(G1, STACK1 - 100));
}

/* A frame at exactly the event's sp has returned: a function's own system calls
 * happen below where it was entered. */
static void test_equal_sp(void **state)
{
	(void)state;
	enter(at(G1, STACK1 - 16), "a");
	enter(at(G1, STACK1 - 64), "b");
	assert_around("a", at(G1, STACK1 - 64));
	assert_around("", at(G1, STACK1 - 16));
}

static void test_recursion(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 4; i++)
		enter(at(G1, STACK1 - i * 32), "f");
	assert_around("f f f f", at(G1, STACK1 - 1000));
	assert_around("f f", at(G1, STACK1 - 3 * 32));
}

static void test_goroutines(void **state)
{
	struct event moved;

	(void)state;
	enter(at(G1, STACK1 - 16), "a");
	enter(at(G2, STACK2 - 16), "x");
	enter(at(G1, STACK1 - 64), "b");
	assert_around("x", at(G2, STACK2 - 100));
	assert_around("a b", at(G1, STACK1 - 100));
	/* A goroutine takes its calls along to another thread. */
	moved = at(G1, STACK1 - 100);
	moved.tid = TID + 1;
	assert_string_equal(around(&moved), "a b");
	/* The same address in another process is another goroutine. */
	moved.pid = PID + 1;
	assert_string_equal(around(&moved), "");
}

static void test_threads(void **state)
{
	struct event one = at(0, STACK1 - 16), two = at(0, STACK2 - 16);

	(void)state;
	two.tid = TID + 1;
	enter(one, "a");
	enter(two, "x");
	one.sp = STACK1 - 100;
	two.sp = STACK2 - 100;
	assert_string_equal(around(&one), "a");
	assert_string_equal(around(&two), "x");
	/* With a goroutine on it the thread's own calls are not around. */
	assert_around("", at(G1, STACK1 - 100));
	assert_string_equal(around(&one), "a");
}

static void test_restart(void **state)
{
	struct event e = at(G1, STACK1 - 64);

	(void)state;
	enter(at(G1, STACK1 - 16), "a");
	enter(at(G2, STACK2 - 16), "x");
	tree_restart(tree, &e);
	/* By its sp it would be in a. */
	assert_around("", at(G1, STACK1 - 64));
	assert_around("x", at(G2, STACK2 - 64));
	enter(e, "b");
	assert_around("b", at(G1, STACK1 - 100));
	/* One that has entered nothing can start anew, too. */
	e.g = 0;
	tree_restart(tree, &e);
	assert_string_equal(around(&e), "");
}

/* A stack that grew was copied elsewhere: its frames are not found again, neither
 * below nor above. */
static void test_new_stack(void **state)
{
	(void)state;
	enter(at(G1, STACK2 - 16), "a");
	enter(at(G1, STACK2 - 64), "b");
	assert_around("", at(G1, STACK1 - 16));
	enter(at(G1, STACK1 - 16), "c");
	assert_around("", at(G1, STACK2 - 64));
}

/* A large frame is no new stack. */
static void test_large_frame(void **state)
{
	(void)state;
	enter(at(G1, STACK1 - 16), "a");
	assert_around("a", at(G1, STACK1 - 16 - 256 * 1024));
	assert_around("", at(G1, STACK1 - 16 - 256 * 1024 - 1));
}

static void test_hidden(void **state)
{
	(void)state;
	enter_shown(at(G1, STACK1 - 16), "h", false);
	assert_around("[h]", at(G1, STACK1 - 100));
	enter(at(G1, STACK1 - 32), "a");
	enter_shown(at(G1, STACK1 - 64), "i", false);
	/* Neither indents, and the innermost function is the one that is shown. */
	assert_around("[h] a [i]", at(G1, STACK1 - 100));
	/* What keeps the tree right: i's entry shows that b has returned. */
	enter(at(G1, STACK1 - 64), "b");
	enter_shown(at(G1, STACK1 - 48), "i", false);
	assert_around("[h] a [i]", at(G1, STACK1 - 100));
}

static void test_under(void **state)
{
	struct event e = at(G1, STACK1 - 100);
	struct place p;

	(void)state;
	enter(at(G1, STACK1 - 16), "a");
	enter_shown(at(G1, STACK1 - 32), "h", false);
	enter(at(G1, STACK1 - 64), "b");
	p = tree_place(tree, &e);
	assert_true(place_under(&p, "a"));
	assert_true(place_under(&p, "h")); /* hidden ones count */
	assert_true(place_under(&p, "b"));
	assert_false(place_under(&p, "c"));
	e.sp = STACK1 - 64;
	p = tree_place(tree, &e);
	assert_false(place_under(&p, "b"));
	e.g = G2;
	p = tree_place(tree, &e);
	assert_false(place_under(&p, "a"));
}

static void test_forget(void **state)
{
	struct event e = at(0, STACK1 - 32), other = at(0, STACK1 - 32);

	(void)state;
	other.tid++;
	tree_forget(tree, &e); /* one that never was */
	enter(at(0, STACK1 - 16), "a");
	enter(at(G1, STACK1 - 16), "x");
	enter(other, "b");
	tree_forget(tree, &e);
	assert_around("", at(0, STACK1 - 64));
	assert_around("x", at(G1, STACK1 - 64));
	other.sp -= 32;
	assert_string_equal(around(&other), "b");
}

static void test_forget_process(void **state)
{
	struct event other = at(G1, STACK1 - 16);

	(void)state;
	other.pid = PID + 1;
	enter(other, "o");
	enter(at(G1, STACK1 - 16), "a");
	enter(at(G2, STACK2 - 16), "x");
	enter(at(0, STACK2 - 16), "t");
	tree_forget_process(tree, PID);
	assert_around("", at(G1, STACK1 - 100));
	assert_around("", at(G2, STACK2 - 100));
	assert_around("", at(0, STACK2 - 100));
	other.sp -= 100;
	assert_string_equal(around(&other), "o");
	tree_forget_process(tree, PID + 2); /* one that never was */
	assert_string_equal(around(&other), "o");
}

/* More goroutines than the table has rows, each with more frames than it starts
 * out with; those that share a row stay apart, also when their neighbours go. */
static void test_many(void **state)
{
	enum { MANY = 20000, DEEP = 40 };

	(void)state;
	for (u64 g = 1; g <= MANY; g++)
		for (unsigned i = 0; i < DEEP; i++) {
			struct event e = at(g * 384, STACK1 - 32 * i);

			e.pid = PID + (g & 1);
			enter(e, i ? "f" : g % 3 ? "a" : "b");
		}
	tree_forget_process(tree, PID);
	for (u64 g = 1; g <= MANY; g++) {
		struct event e = at(g * 384, STACK1 - 32 * DEEP);
		struct place p;

		e.pid = PID + (g & 1);
		p = tree_place(tree, &e);
		if (!(g & 1)) {
			assert_int_equal(p.count, 0);
			continue;
		}
		assert_int_equal(p.count, DEEP);
		assert_string_equal(p.frames[0].row->func, g % 3 ? "a" : "b");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_empty),       TEST(test_nesting),        TEST(test_siblings),
	    TEST(test_equal_sp),    TEST(test_recursion),      TEST(test_goroutines),
	    TEST(test_threads),     TEST(test_restart),        TEST(test_new_stack),
	    TEST(test_large_frame), TEST(test_hidden),         TEST(test_under),
	    TEST(test_forget),      TEST(test_forget_process), TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
