/* The checklist: what is missing, what came too early, and what does not matter. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dialtrace/check.h"

static struct check *check;

static int setup_old(void **state)
{
	(void)state;
	check = check_new(true);
	return 0;
}

static int setup_native(void **state)
{
	(void)state;
	check = check_new(false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	check_free(check);
	return 0;
}

static const struct step *step(unsigned chapter, unsigned place)
{
	for (size_t i = 0; i < steps_count; i++)
		if (steps[i].chapter == chapter && steps[i].place == place)
			return &steps[i];
	fail_msg("there is no step %u.%u", chapter, place);
	return NULL;
}

/* Its place on the list; -1 if it is not on it. */
static int place(const struct step *s)
{
	for (unsigned i = 0; i < check_total(check); i++)
		if (check_step(check, i)->chapter == s->chapter &&
		    check_step(check, i)->place == s->place)
			return (int)i;
	return -1;
}

/* sysmon has a thread of its own. */
static void see(const struct step *s)
{
	check_see(check, s, s->chapter == 10 ? 11 : 10);
}

static bool is_listed(const struct step *s)
{
	return place(s) >= 0;
}

static bool is_has(const struct step *s)
{
	return is_listed(s) && check_has(check, (unsigned)place(s));
}

static bool is_early(const struct step *s)
{
	return is_listed(s) && check_early(check, (unsigned)place(s));
}

/* Takes every step of a dial on an old kernel, in order, but one. */
static void see_all_but(const struct step *missing)
{
	for (size_t i = 0; i < steps_count; i++)
		if (step_expected(&steps[i], true) && &steps[i] != missing)
			see(&steps[i]);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(check_seen(check), 0);
	assert_false(check_ok(check));
	for (size_t i = 0; i < steps_count; i++) {
		assert_false(is_has(&steps[i]));
		assert_false(is_early(&steps[i]));
	}
}

static void test_all_in_order(void **state)
{
	(void)state;
	see_all_but(NULL);
	assert_true(check_ok(check));
	assert_int_equal(check_seen(check), check_total(check));
	for (size_t i = 0; i < steps_count; i++)
		if (is_has(&steps[i]))
			assert_false(is_early(&steps[i]));
}

/* Tells whether a listed step follows row i in its order. */
static bool followed(size_t i)
{
	for (size_t j = i + 1; j < steps_count; j++)
		if (step_expected(&steps[j], true) &&
		    (steps[j].chapter == 10) == (steps[i].chapter == 10))
			return true;
	return false;
}

/* Each in turn. */
static void test_one_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < steps_count; i++) {
		if (!step_expected(&steps[i], true))
			continue;
		check_free(check);
		check = check_new(true);
		see_all_but(&steps[i]);
		assert_false(check_ok(check));
		assert_false(is_has(&steps[i]));
		assert_int_equal(check_seen(check), check_total(check) - 1);
		/* Late: those that follow it in its order came too early. */
		see(&steps[i]);
		assert_int_equal(check_seen(check), check_total(check));
		assert_int_equal(check_ok(check), !followed(i));
	}
}

static void test_out_of_order(void **state)
{
	(void)state;
	see_all_but(step(3, 3));
	see(step(3, 3));
	assert_false(check_ok(check));
	assert_false(is_early(step(3, 3)));
	assert_false(is_early(step(2, 6)));
	assert_true(is_early(step(3, 4)));
	assert_true(is_early(step(8, 4)));
	assert_true(is_early(step(9, 4)));
	assert_false(is_early(step(10, 1)));
}

/* What sysmon's thread does out of turn is not held against the others. */
static void test_sysmon_polls(void **state)
{
	(void)state;
	see(step(10, 3));
	check_see(check, step(8, 4), 11);
	assert_false(is_has(step(8, 4)));
	see_all_but(step(8, 4));
	assert_false(check_ok(check));
	check_see(check, step(8, 4), 11);
	assert_false(is_has(step(8, 4)));
	see(step(8, 4));
	assert_true(is_has(step(8, 4)));
}

/* What the dial waits for may be found by sysmon's poll: then the others do not find it.
 */
static void test_sysmon_in_turn(void **state)
{
	char wrong[32];

	(void)state;
	check = check_parse("1.1,8.4,9.7/10.3", false, wrong, sizeof(wrong));
	see(step(10, 3));
	see(step(1, 1));
	check_see(check, step(8, 4), 11);
	assert_true(is_has(step(8, 4)));
	see(step(9, 7));
	see(step(8, 4));
	assert_true(check_ok(check));
}

/* A step is where it was first; poll and pollDesc.init come again and again. */
static void test_repeated(void **state)
{
	(void)state;
	see_all_but(NULL);
	for (int again = 0; again < 3; again++)
		for (size_t i = steps_count; i-- > 0;)
			see(&steps[i]);
	assert_true(check_ok(check));
	assert_int_equal(check_seen(check), check_total(check));
}

/* What is not on the list changes nothing, whenever it comes. */
static void test_not_listed(void **state)
{
	(void)state;
	for (size_t i = steps_count; i-- > 0;)
		if (!is_listed(&steps[i]))
			see(&steps[i]);
	assert_int_equal(check_seen(check), 0);
	see_all_but(NULL);
	assert_true(check_ok(check));
}

/* sysmon runs beside the dial: before it, after it, amid it, but in order. */
static void see_dial(unsigned before, unsigned sysmon)
{
	unsigned n = 0;

	for (size_t i = 0; i < steps_count; i++) {
		if (!step_expected(&steps[i], true) || steps[i].chapter == 10)
			continue;
		if (n++ == before)
			for (unsigned place = 1; place <= 3; place++)
				see(step(10, sysmon ? place : 4 - place));
		see(&steps[i]);
	}
}

static void test_sysmon_apart(void **state)
{
	static const unsigned when[] = {0, 1, 17, 30};

	(void)state;
	for (size_t i = 0; i < sizeof(when) / sizeof(when[0]); i++) {
		check_free(check);
		check = check_new(true);
		see_dial(when[i], 1);
		assert_true(check_ok(check));
		check_free(check);
		check = check_new(true);
		see_dial(when[i], 0); /* sysmon before newm before main */
		assert_false(check_ok(check));
		assert_true(is_early(step(10, 3)));
		assert_false(is_early(step(10, 1)));
		assert_false(is_early(step(9, 4)));
	}
}

static void test_old_total(void **state)
{
	(void)state;
	assert_int_equal(check_total(check), 36);
	assert_true(is_listed(step(2, 5)));
	assert_true(is_listed(step(1, 1)));
	assert_false(is_listed(step(7, 1)));
}

static void test_native(void **state)
{
	(void)state;
	assert_int_equal(check_total(check), 29);
	assert_false(is_listed(step(2, 5)));
	assert_false(is_listed(step(5, 3)));
	assert_true(is_listed(step(5, 2)));
	for (size_t i = 0; i < steps_count; i++)
		if (step_expected(&steps[i], false))
			see(&steps[i]);
	assert_true(check_ok(check));
	/* SetNonblock, should a program call it itself, is neither counted nor in
	 * the way. */
	see(step(2, 5));
	assert_true(check_ok(check));
	assert_int_equal(check_seen(check), 29);
}

static int setup_none(void **state)
{
	(void)state;
	check = NULL;
	return 0;
}

static void parse(const char *text, bool old)
{
	char wrong[32] = "";

	check_free(check);
	check = check_parse(text, old, wrong, sizeof(wrong));
	assert_non_null(check);
	assert_false(check_article(check));
}

static void test_list(void **state)
{
	(void)state;
	parse("7.3,1.1-1.3,8.3", false);
	assert_int_equal(check_total(check), 5);
	assert_ptr_equal(check_step(check, 0), step(7, 3));
	assert_ptr_equal(check_step(check, 1), step(1, 1));
	assert_ptr_equal(check_step(check, 4), step(8, 3));
	/* In the order of the list, not of the table. */
	see(step(1, 2));
	see(step(7, 3));
	see(step(1, 1));
	assert_false(check_has(check, 4));
	see(step(1, 3));
	see(step(8, 3));
	assert_true(check_early(check, 2));
	assert_false(check_early(check, 1));
	assert_false(check_early(check, 3));
	assert_false(check_ok(check));
	assert_int_equal(check_seen(check), 5);
}

/* Parts do not wait for each other. */
static void test_parts(void **state)
{
	(void)state;
	parse("7.1,7.2/10.4,10.5", false);
	see(step(10, 4));
	see(step(7, 1));
	see(step(10, 5));
	see(step(7, 2));
	assert_true(check_ok(check));
	parse("7.1,7.2/10.4,10.5", false);
	see(step(10, 5));
	see(step(10, 4));
	see(step(7, 1));
	see(step(7, 2));
	assert_true(check_early(check, 3));
	assert_false(check_ok(check));
}

/* A number may stand for several rows: any of them will do. */
static void test_same_number(void **state)
{
	unsigned rows = 0;

	(void)state;
	for (size_t i = 0; i < steps_count; i++) {
		if (steps[i].chapter != 9 || steps[i].place != 3)
			continue;
		rows++;
		parse("9.3", false);
		assert_int_equal(check_total(check), 1);
		see(&steps[i]);
		assert_true(check_ok(check));
	}
	assert_true(rows > 1);
}

/* The entry of a function that the program lacks is taken off; its calls stay. */
static void test_lacking(void **state)
{
	const struct step *entry = step(6, 3), *call = step(6, 4);

	(void)state;
	assert_string_equal(entry->func, call->func);
	parse("6.2-6.4,7.4", false);
	check_lack(check, entry);
	check_lack(check, call);
	check_lack(check, step(9, 9)); /* not on the list */
	assert_int_equal(check_total(check), 3);
	assert_int_equal(check_lacking(check), 1);
	assert_true(check_lacks(check, entry) && check_lacks(check, call));
	assert_false(check_lacks(check, step(6, 2)));
	see(step(6, 2));
	see(call);
	assert_false(check_ok(check));
	see(step(7, 4));
	assert_true(check_ok(check));
	assert_ptr_equal(check_step(check, 1), call);
}

static void test_list_old(void **state)
{
	(void)state;
	parse("2.1-2.6", true);
	assert_int_equal(check_total(check), 6);
	parse("2.1-2.6", false);
	assert_int_equal(check_total(check), 2);
	/* Asked for by number it stays. */
	parse("2.3", false);
	assert_int_equal(check_total(check), 1);
}

static void test_bad_lists(void **state)
{
	static const char *const bad[][2] = {
	    {"7", "7"},
	    {"x", "x"},
	    {"7.1,", NULL},
	    {"7.99", "7.99"},
	    {"0.0", "0.0"},
	    {"7.1,,7.2", ""},
	    {"7.5-7.1", "7.5-7.1"},
	    {"7.1-8.1", "7.1-8.1"},
	    {"7.1 ", "7.1 "},
	    {"7.1,7.1x", "7.1x"},
	    {"7.1-", "7.1-"},
	    {"7.1-7.3-7.5", "7.1-7.3-7.5"},
	    {"99999999999.1", "99999999999.1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char wrong[32] = "";
		struct check *c = check_parse(bad[i][0], true, wrong, sizeof(wrong));

		if (!bad[i][1]) {
			assert_non_null(c);
			check_free(c);
			continue;
		}
		assert_null(c);
		assert_string_equal(wrong, bad[i][1]);
	}
}

#define OLD(name)    cmocka_unit_test_setup_teardown(name, setup_old, teardown)
#define LIST(name)   cmocka_unit_test_setup_teardown(name, setup_none, teardown)
#define NATIVE(name) cmocka_unit_test_setup_teardown(name, setup_native, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    OLD(test_nothing),         NATIVE(test_nothing),   OLD(test_all_in_order),
	    OLD(test_one_missing),     OLD(test_out_of_order), OLD(test_repeated),
	    OLD(test_sysmon_polls),    OLD(test_not_listed),   OLD(test_sysmon_apart),
	    LIST(test_sysmon_in_turn), OLD(test_old_total),    NATIVE(test_native),
	    LIST(test_list),           LIST(test_parts),       LIST(test_same_number),
	    LIST(test_lacking),        LIST(test_list_old),    LIST(test_bad_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
