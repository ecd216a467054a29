/* The step table: every row well-formed, in the order of the walkthrough, and what
 * is derived from it. That its functions exist in the port is tested live. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "dialtrace/decode.h"
#include "dialtrace/decode_call.h"
#include "dialtrace/steps.h"

enum { CHAPTERS = 13 };

/* "step 2.3, net.socket": for a message. */
static const char *title(const struct step *s)
{
	static char text[160];

	snprintf(text, sizeof(text), "step %u.%u, %s in %s", s->chapter, s->place,
	         s->syscall ? s->syscall : "entry", s->func);
	return text;
}

#define check_row(s, condition)                                                          \
	do {                                                                             \
		if (!(condition))                                                        \
			fail_msg("%s: not so: %s", title(s), #condition);                \
	} while (0)

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Tells whether name could be Go's: net.DialTCP, net.(*netFD).connect. */
static bool go_name(const char *name)
{
	const char *dot = strchr(name, '.');

	if (!dot || dot == name || !dot[1])
		return false;
	for (const char *p = name; p < dot; p++)
		if (!islower((unsigned char)*p))
			return false;
	if (dot[1] == '(') {
		const char *close = strstr(dot, ").");

		if (dot[2] != '*' || !close || close == dot + 3)
			return false;
	}
	return strspn(dot, ".(*)_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123"
	                   "456789") == strlen(dot);
}

static void test_rows(void **state)
{
	(void)state;
	assert_true(steps_count > 60);
	for (size_t i = 0; i < steps_count; i++) {
		const struct step *s = &steps[i];

		check_row(s, s->func && go_name(s->func));
		check_row(s, !s->alias || go_name(s->alias));
		check_row(s, !s->syscall || !s->alias);
		check_row(s, !s->syscall || !s->args);
		check_row(s, !s->syscall || !(s->flags & STEP_LEAF));
		check_row(s, s->file && strchr(s->file, '/') && strchr(s->file, '.'));
		check_row(s, (s->chapter == 0) == (s->place == 0));
		check_row(s, s->chapter <= CHAPTERS);
		check_row(s, !s->chapter || (s->caption && *s->caption));
		if (!s->chapter) {
			check_row(s, !s->syscall && !(s->flags & STEP_ARTICLE));
			continue;
		}
		check_row(s, !(s->flags & STEP_MCALL));
		if (s->caption) {
			/* One line of the checklist, on 100 columns. */
			check_row(s, *s->caption && strlen(s->caption) <= 48);
			check_row(s, s->caption[strlen(s->caption) - 1] != '.');
		} else {
			check_row(s, !(s->flags & STEP_ARTICLE));
		}
	}
}

static void test_syscalls_known(void **state)
{
	(void)state;
	decode_init();
	for (size_t i = 0; i < steps_count; i++) {
		const struct step *s = &steps[i];
		u32 nr = 0;

		if (!s->syscall)
			continue;
		while (nr < 1024 && strcmp(decode_name(nr), s->syscall) != 0)
			nr++;
#ifdef __aarch64__
		/* One that this architecture never had. */
		if (same(s->syscall, "epoll_create") || same(s->syscall, "epoll_wait"))
			continue;
#endif
		check_row(s, nr < 1024);
		/* Otherwise it is never traced. */
		check_row(s, decode_in_chain(nr));
	}
}

/* Where a step happens is a function that is probed itself. */
static void test_functions_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < steps_count; i++) {
		bool func = !steps[i].syscall, under = !steps[i].under;

		for (size_t j = 0; j < steps_count; j++) {
			func |= !steps[j].syscall && same(steps[j].func, steps[i].func);
			under |= !steps[j].syscall && same(steps[j].func, steps[i].under);
		}
		check_row(&steps[i], func);
		check_row(&steps[i], under);
	}
}

/* Rows that stand for the same thing, in different functions of different versions. */
static bool share_number(const struct step *a, const struct step *b)
{
	return same(a->syscall, "getpeername") && same(b->syscall, "getpeername");
}

static void test_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < steps_count; i++)
		for (size_t j = i + 1; j < steps_count; j++) {
			const struct step *a = &steps[i], *b = &steps[j];

			check_row(b, !(same(a->func, b->func) &&
			               same(a->syscall, b->syscall) &&
			               same(a->under, b->under)));
			if (a->chapter && a->chapter == b->chapter &&
			    a->place == b->place)
				check_row(b, share_number(a, b));
		}
}

/* The first row that fits is meant, so the particular must precede the general. */
static void test_particular_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < steps_count; i++)
		for (size_t j = i + 1; j < steps_count; j++)
			if (same(steps[i].func, steps[j].func) &&
			    same(steps[i].syscall, steps[j].syscall))
				check_row(&steps[j], steps[i].under);
}

/* Chapter by chapter, place by place, none left out. Chapter 10's rows inside
 * another chapter's, see there, have to be in order among themselves. */
static void test_order(void **state)
{
	unsigned last[CHAPTERS + 1] = {0}, chapter = 0;
	bool seen[CHAPTERS + 1][64] = {0};

	(void)state;
	for (size_t i = 0; i < steps_count; i++) {
		const struct step *s = &steps[i];

		if (!s->chapter)
			continue;
		check_row(s, s->place < 64);
		seen[s->chapter][s->place] = true;
		if (s->under)
			continue;
		check_row(s, s->chapter == chapter || s->chapter == chapter + 1);
		chapter = s->chapter;
		check_row(s, s->place >= last[chapter]);
		last[chapter] = s->place;
	}
	assert_int_equal(chapter, 11); /* the last that has steps of its own */
	for (chapter = 1; chapter <= 11; chapter++) {
		unsigned top = 63;

		while (top && !seen[chapter][top])
			top--;
		assert_int_not_equal(top, 0);
		for (unsigned place = 1; place <= top; place++)
			if (!seen[chapter][place])
				fail_msg("there is no step %u.%u", chapter, place);
	}
	/* Those that are not steps come last. */
	for (size_t i = 1; i < steps_count; i++)
		check_row(&steps[i], steps[i - 1].chapter || !steps[i].chapter);
}

/* The kinds of arguments are known, their names are names, and no more are
 * captured than there is room for. */
static void check_args(const struct step *s, const char *text, const char *kinds)
{
	unsigned names = 0, addresses = 0, args = 1;

	for (const char *p = text; *p; p++) {
		args += *p == ',' || *p == ';';
		if (*p != ':')
			continue;
		check_row(s, p > text && isalnum((unsigned char)p[-1]));
		check_row(s, p[1] && strchr(kinds, p[1]));
		check_row(s, !p[2] || p[2] == ',' || p[2] == ';');
		names += strchr("sSg", p[1]) != NULL;
		addresses += strchr("aA", p[1]) != NULL;
	}
	check_row(s, args <= ARGS);
	check_row(s, names <= 1 && addresses <= 1);
	for (const char *p = text; *p; p += strcspn(p, ",;"), p += *p != '\0')
		check_row(s, *p == ',' || memchr(p, ':', strcspn(p, ",;")));
}

static void test_args(void **state)
{
	(void)state;
	for (size_t i = 0; i < steps_count; i++) {
		if (steps[i].args)
			check_args(&steps[i], steps[i].args, "dDbpmFTsag");
		for (unsigned go = 7; go <= 99; go++) {
			struct step_form form = step_form(&steps[i], go);

			if (form.args)
				check_args(&steps[i], form.args, "dbpmFTDSAg");
		}
	}
}

static const struct step *entry(const char *func)
{
	for (size_t i = 0; i < steps_count; i++)
		if (!steps[i].syscall && same(steps[i].func, func))
			return &steps[i];
	fail_msg("no row for %s", func);
	return NULL;
}

static void assert_form(const char *func, unsigned go, const char *name,
                        const char *alias)
{
	struct step_form form = step_form(entry(func), go);

	assert_string_equal(form.name, name);
	if (alias)
		assert_string_equal(form.alias, alias);
	else
		assert_null(form.alias);
}

/* What a row stands for, by Go's version; 0 is the port. */
static void test_forms(void **state)
{
	(void)state;
	assert_form("net.dialTCP", 0, "net.dialTCP", NULL);
	assert_form("net.dialTCP", 10, "net.dialTCP", NULL);
	assert_form("net.dialTCP", 11, "net.(*sysDialer).dialTCP", NULL);
	assert_form("net.(*conn).Read", 0, "net.(*conn).Read", NULL);
	assert_form("net.(*conn).Read", 7, "net.(*conn).Read", NULL);
	assert_form("net.accept", 8, "net.accept", NULL);
	assert_form("net.accept", 9, "internal/poll.accept", NULL);
	assert_form("net.runtime_pollOpen", 8, "net.runtime_pollOpen",
	            "runtime.net_runtime_pollOpen");
	assert_form("net.runtime_pollOpen", 9, "internal/poll.runtime_pollOpen",
	            "runtime.poll_runtime_pollOpen");
	assert_form("sync.(*Once).Do", 12, "sync.(*Once).Do", NULL);
	assert_form("sync.(*Once).Do", 13, "sync.(*Once).doSlow", NULL);
	assert_form("runtime.findrunnable", 18, "runtime.findrunnable", NULL);
	assert_form("runtime.findrunnable", 19, "runtime.findRunnable", NULL);
	assert_form("runtime.netpoll", 14, "runtime.netpoll", NULL);
	assert_string_equal(step_form(entry("runtime.netpoll"), 13).args, "block:b");
	assert_string_equal(step_form(entry("runtime.netpoll"), 14).args, "delay:D");
	assert_string_equal(step_form(entry("net.DialTCP"), 0).args, "net:s,,raddr:a");
	assert_string_equal(step_form(entry("net.DialTCP"), 7).args, "net:S,,,raddr:A");
	/* One that a file's descriptor has, too, is the step in connect only. */
	assert_null(step_form(entry("net.(*netFD).init"), 8).under);
	assert_string_equal(step_form(entry("net.(*netFD).init"), 9).under,
	                    "net.(*netFD).connect");
}

static void test_symbol(void **state)
{
	char buf[STEP_SYMBOL_LEN], longest[2 * STEP_SYMBOL_LEN];

	(void)state;
	assert_string_equal(step_symbol("net.DialTCP", buf), "net_DialTCP");
	assert_string_equal(step_symbol("net.(*netFD).connect", buf),
	                    "net_netFD_connect");
	assert_string_equal(step_symbol("runtime.(*pollCache).alloc", buf),
	                    "runtime_pollCache_alloc");
	assert_string_equal(step_symbol("runtime.net_runtime_pollOpen", buf),
	                    "runtime_net_runtime_pollOpen");
	assert_string_equal(step_symbol("sync.(*Once).Do", buf), "sync_Once_Do");
	assert_string_equal(step_symbol("", buf), "");
	assert_ptr_equal(step_symbol("main.main", buf), buf);
	/* A name that is too long is cut, not written past the end. */
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(strlen(step_symbol(longest, buf)), STEP_SYMBOL_LEN - 1);

	for (size_t i = 0; i < steps_count; i++)
		for (size_t j = 0; j < steps_count; j++) {
			char other[STEP_SYMBOL_LEN];

			if (!same(steps[i].func, steps[j].func))
				assert_string_not_equal(
				    step_symbol(steps[i].func, buf),
				    step_symbol(steps[j].func, other));
		}
}

static void test_number(void **state)
{
	static const struct step none = {.func = "a.b"};
	static const struct step longest = {.chapter = 255, .place = 255};
	char buf[STEP_NUMBER_LEN];

	(void)state;
	assert_string_equal(step_number(&steps[0], buf), "1.1");
	assert_string_equal(step_number(&none, buf), "");
	assert_string_equal(step_number(NULL, buf), "");
	assert_string_equal(step_number(&longest, buf), "255.255");
}

static void test_expected(void **state)
{
	static const struct step plain = {.chapter = 7, .place = 1};
	static const struct step article = {1, 1, .flags = STEP_ARTICLE};
	static const struct step old = {2, 3, .flags = STEP_ARTICLE | STEP_OLD};
	unsigned native = 0, emulated = 0;

	(void)state;
	assert_false(step_expected(&plain, false));
	assert_false(step_expected(&plain, true));
	assert_true(step_expected(&article, false));
	assert_true(step_expected(&article, true));
	assert_false(step_expected(&old, false));
	assert_true(step_expected(&old, true));

	for (size_t i = 0; i < steps_count; i++) {
		native += step_expected(&steps[i], false);
		emulated += step_expected(&steps[i], true);
	}
	/* CloseOnExec, SetNonblock, epoll_create, closeonexec: 4 entries, and the
	 * calls in them, of which epoll_create is one. */
	assert_int_equal(emulated - native, 7);
}

/* What the article names, by DESIGN.md's list, is probed. */
static void test_article(void **state)
{
	static const char *const names[] = {
	    "net.DialTCP",
	    "net.dialTCP",
	    "net.doDialTCP",
	    "net.internetSocket",
	    "net.favoriteAddrFamily",
	    "net.socket",
	    "net.sysSocket",
	    "syscall.SetNonblock",
	    "net.newFD",
	    "net.newTCPConn",
	    "net.(*netFD).dial",
	    "net.(*netFD).connect",
	    "net.(*netFD).init",
	    "net.(*pollDesc).init",
	    "sync.(*Once).Do",
	    "net.runtime_pollServerInit",
	    "net.runtime_pollOpen",
	    "net.runtime_pollClose",
	    "net.runtime_pollWait",
	    "net.runtime_pollReset",
	    "net.runtime_pollUnblock",
	    "runtime.netpollinit",
	    "runtime.closeonexec",
	    "runtime.(*pollCache).alloc",
	    "runtime.netpollopen",
	    "runtime.netpoll",
	    "runtime.netpollready",
	    "runtime.main",
	    "runtime.newm",
	    "runtime.sysmon",
	    "runtime.incidlelocked",
	    "runtime.injectglist",
	    "runtime.findrunnable",
	};

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		size_t i = 0;

		while (i < steps_count && !(steps[i].chapter && !steps[i].syscall &&
		                            same(steps[i].func, names[n])))
			i++;
		if (i == steps_count)
			fail_msg("no step for %s", names[n]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_syscalls_known),
	    cmocka_unit_test(test_functions_known),
	    cmocka_unit_test(test_unique),
	    cmocka_unit_test(test_particular_first),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_args),
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_symbol),
	    cmocka_unit_test(test_number),
	    cmocka_unit_test(test_expected),
	    cmocka_unit_test(test_article),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
