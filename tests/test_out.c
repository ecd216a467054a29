/* The output buffer: every appender, and what happens when writing fails. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "dialtrace/out.h"

/* The length of a literal that may contain NULs. */
#define LITERAL(s) (s), sizeof(s) - 1

static struct out o;

static int setup(void **state)
{
	(void)state;
	out_init(&o, -1, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	out_free(&o);
	return 0;
}

/* Compares what was appended since the last call. */
static void assert_out(const char *expected)
{
	out_ch(&o, '\0');
	assert_string_equal(o.buf, expected);
	o.len = 0;
}

static void test_strings(void **state)
{
	(void)state;
	out_str(&o, "");
	out_str(&o, "ab");
	out_ch(&o, 'c');
	out_mem(&o, "def", 2);
	assert_out("abcde");
}

static void test_numbers(void **state)
{
	(void)state;
	out_u64(&o, 0);
	assert_out("0");
	out_u64(&o, 1234567890);
	assert_out("1234567890");
	out_u64(&o, UINT64_MAX);
	assert_out("18446744073709551615");
	out_i64(&o, -42);
	assert_out("-42");
	out_i64(&o, 7);
	assert_out("7");
	out_i64(&o, INT64_MIN);
	assert_out("-9223372036854775808");
	out_hex(&o, 0);
	assert_out("0x0");
	out_hex(&o, 0x7f00deadbeef);
	assert_out("0x7f00deadbeef");
	out_hex(&o, UINT64_MAX);
	assert_out("0xffffffffffffffff");
	out_hex_digits(&o, 0x1f);
	assert_out("1f");
}

static void test_step(void **state)
{
	(void)state;
	out_step(&o, 10, 7);
	assert_out("10.7");
}

static void test_ms(void **state)
{
	(void)state;
	out_ms(&o, 0);
	assert_out("0.000");
	out_ms(&o, 999);
	assert_out("0.000");
	out_ms(&o, 21999);
	assert_out("0.021");
	out_ms(&o, 58402000);
	assert_out("58.402");
	out_ms(&o, 3600000000000 + 7000);
	assert_out("3600000.007");
}

static void test_growth(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		out_ch(&o, (char)('a' + i % 26));
	assert_int_equal(o.len, 100000);
	assert_true(o.cap >= o.len);
	for (i = 0; i < 100000; i++)
		assert_int_equal(o.buf[i], 'a' + (int)(i % 26));
}

static void test_pad(void **state)
{
	size_t from;

	(void)state;
	out_str(&o, "before");
	from = o.len;
	out_str(&o, "g1");
	out_pad(&o, from, 5);
	out_ch(&o, '|');
	assert_out("beforeg1   |");

	out_pad(&o, 0, 3);
	assert_out("   ");
	out_str(&o, "wider");
	out_pad(&o, 0, 3);
	assert_out("wider");
	out_str(&o, "exact");
	out_pad(&o, 0, 5);
	assert_out("exact");
	/* Two, three and four bytes, one column each. */
	out_str(&o, "é…\U0001F41F");
	out_pad(&o, 0, 4);
	assert_out("é…\U0001F41F ");
	out_str(&o, "\033[1;32mok\033[0m");
	out_pad(&o, 0, 4);
	assert_out("\033[1;32mok\033[0m  ");
	/* A sequence without its end takes the rest. */
	out_str(&o, "a\033[1");
	out_pad(&o, 0, 3);
	assert_out("a\033[1  ");
	/* An escape alone is no sequence. */
	out_str(&o, "\033");
	out_pad(&o, 0, 2);
	assert_out("\033 ");
}

static void test_escape(void **state)
{
	char every[256];
	size_t i;

	(void)state;
	out_escape(&o, LITERAL("ping\n"));
	assert_out("ping\\n");
	out_escape(&o, LITERAL("\t\n\v\f\r\"\\ ~"));
	assert_out("\\t\\n\\v\\f\\r\\\"\\\\ ~");
	/* What strace 6.1 prints for the same bytes. */
	out_escape(&o, LITERAL("\0001\0018\0019\033[0m\a\b\177\200\377a\00012\0"));
	assert_out("\\0001\\18\\19\\33[0m\\7\\10\\177\\200\\377a\\00012\\0");
	out_escape(&o, NULL, 0);
	assert_out("");

	for (i = 0; i < sizeof(every); i++)
		every[i] = (char)i;
	out_escape(&o, every, sizeof(every));
	for (i = 0; i < o.len; i++)
		assert_in_range((u8)o.buf[i], ' ', '~');
	o.len = 0;
}

static void test_json_string(void **state)
{
	(void)state;
	out_json_string(&o, LITERAL(""));
	assert_out("\"\"");
	out_json_string(&o, NULL, 0);
	assert_out("\"\"");
	out_json_string(&o, LITERAL("write(1, \"\\n\")"));
	assert_out("\"write(1, \\\"\\\\n\\\")\"");
	out_json_string(&o, LITERAL("a\n\0\033[0m\177z"));
	assert_out("\"a\\u000a\\u0000\\u001b[0m\\u007fz\"");
	/* C1 controls, and the first character after them. */
	out_json_string(&o, LITERAL("\xc2\x80\xc2\x9b\u00a0"));
	assert_out("\"\\u0080\\u009b\u00a0\"");
	out_json_string(&o, LITERAL("é…\U0001F41F\U0010FFFF"));
	assert_out("\"é…\U0001F41F\U0010FFFF\"");
	out_json(&o, "as \"that\"");
	assert_out("\"as \\\"that\\\"\"");
	out_json(&o, NULL);
	assert_out("null");
}

static void test_json_string_invalid(void **state)
{
#define BAD "\uFFFD"
	(void)state;
	/* a stray continuation byte, and bytes that never occur */
	out_json_string(&o, LITERAL("a\x80z\xc0\xff"));
	assert_out("\"a" BAD "z" BAD BAD "\"");
	/* overlong, surrogate, above U+10FFFF: no byte of them stands */
	out_json_string(&o, LITERAL("\xe0\x80\x80"));
	assert_out("\"" BAD BAD BAD "\"");
	out_json_string(&o, LITERAL("\xed\xa0\x80"));
	assert_out("\"" BAD BAD BAD "\"");
	out_json_string(&o, LITERAL("\xf4\x90\x80\x80"));
	assert_out("\"" BAD BAD BAD BAD "\"");
	out_json_string(&o, LITERAL("\xf0\x8f\xbf\xbf"));
	assert_out("\"" BAD BAD BAD BAD "\"");
	/* broken off by another character, and by the end */
	out_json_string(&o, LITERAL("\xe2\x80z\xf0\x9f\x90"));
	assert_out("\"" BAD "z" BAD "\"");
	out_json_string(&o, LITERAL("\xc3"));
	assert_out("\"" BAD "\"");
}

static void test_flush(void **state)
{
	char got[16] = "";
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	o.fd = fds[1];
	assert_true(out_flush(&o));
	out_str(&o, "line 1\n");
	assert_true(out_flush(&o));
	assert_int_equal(o.len, 0);
	out_str(&o, "line 2\n");
	assert_true(out_flush(&o));
	assert_int_equal(read(fds[0], got, sizeof(got) - 1), 14);
	assert_string_equal(got, "line 1\nline 2\n");
	close(fds[0]);
	close(fds[1]);
}

#define MUCH ((size_t)1 << 20)

static void *read_much(void *fd)
{
	char *got = malloc(MUCH);
	size_t n = 0;
	ssize_t more;

	while (n < MUCH && (more = read(*(int *)fd, got + n, MUCH - n)) > 0)
		n += (size_t)more;
	while (n && got[n - 1] == (char)(n - 1))
		n--;
	free(got);
	return n ? "wrong" : NULL;
}

/* A pipe holds less than this: writes come out short, and a non-blocking one
 * says EAGAIN. */
static void test_flush_short_writes(void **state)
{
	int flags, fds[2];
	pthread_t reader;
	void *error;
	size_t i;

	(void)state;
	for (flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		assert_int_equal(pipe(fds), 0);
		assert_int_equal(fcntl(fds[1], F_SETFL, flags), 0);
		o.fd = fds[1];
		for (i = 0; i < MUCH; i++)
			out_ch(&o, (char)i);
		assert_int_equal(pthread_create(&reader, NULL, read_much, &fds[0]), 0);
		assert_true(out_flush(&o));
		assert_int_equal(pthread_join(reader, &error), 0);
		assert_null(error);
		close(fds[0]);
		close(fds[1]);
	}
}

static void test_flush_failure(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), fds[2];
	char c;

	(void)state;
	assert_true(full >= 0);
	o.fd = full;
	out_str(&o, "lost");
	assert_false(out_flush(&o));
	assert_int_equal(o.error, ENOSPC);
	assert_int_equal(o.len, 0);
	close(full);

	/* Nothing is written any more, wherever the fd leads. */
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	o.fd = fds[1];
	out_str(&o, "lost, too");
	assert_false(out_flush(&o));
	assert_int_equal(o.error, ENOSPC);
	assert_int_equal(o.len, 0);
	assert_int_equal(read(fds[0], &c, 1), -1);
	assert_int_equal(errno, EAGAIN);
	close(fds[0]);
	close(fds[1]);
}

static void test_flush_bad_fd(void **state)
{
	(void)state;
	out_ch(&o, 'x');
	assert_false(out_flush(&o));
	assert_int_equal(o.error, EBADF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_strings),
	    TEST(test_numbers),
	    TEST(test_step),
	    TEST(test_ms),
	    TEST(test_growth),
	    TEST(test_pad),
	    TEST(test_escape),
	    TEST(test_json_string),
	    TEST(test_json_string_invalid),
	    TEST(test_flush),
	    TEST(test_flush_short_writes),
	    TEST(test_flush_failure),
	    TEST(test_flush_bad_fd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
