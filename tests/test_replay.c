/* Recordings: what replay prints is what was printed live, whatever was recorded; and
 * what is no recording is told from one. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "any.h"
#include "config.h"
#include "dialtrace/decode.h"
#include "dialtrace/recording.h"
#include "dialtrace/trace.h"

enum { PID = 1234, TID = 1235 };

/* The probes of these tests: one for each row of the table. */
size_t probes_row(const struct probes *p, u32 probe)
{
	(void)p;
	return probe;
}

/* One run, written both ways. */
static struct out text, json;
static struct check *text_check, *json_check;
static struct trace *text_trace, *json_trace;

static struct check *new_check(const char *list, bool emulate)
{
	char wrong[32];

	return list ? check_parse(list, emulate, wrong, sizeof(wrong))
	            : check_new(emulate);
}

static void lack(struct check *c, const bool *missing)
{
	for (size_t i = 0; i < steps_count; i++)
		if (missing[i])
			check_lack(c, &steps[i]);
}

static void start(const char *list, bool emulate)
{
	decode_init();
	out_init(&text, -1, 64);
	out_init(&json, -1, 64);
	text_check = new_check(list, emulate);
	json_check = new_check(list, emulate);
	text_trace = trace_new(&text_writer, &text, text_check, emulate);
	json_trace = trace_new(&json_writer, &json, json_check, emulate);
}

static void stop(void)
{
	text_display(false, 0);
	trace_free(text_trace);
	trace_free(json_trace);
	check_free(text_check);
	check_free(json_check);
	out_free(&text);
	out_free(&json);
}

static void write_header(const struct header *h)
{
	text_writer.header(&text, h);
	json_writer.header(&json, h);
}

static void event(const struct event *e)
{
	trace_event(text_trace, e);
	trace_event(json_trace, e);
}

static void write_lost(u64 n)
{
	text_writer.lost(&text, n);
	json_writer.lost(&json, n);
}

static void write_summary(u64 lost)
{
	struct summary t = {trace_count(text_trace), lost, text_check};
	struct summary j = {trace_count(json_trace), lost, json_check};

	text_writer.summary(&text, &t);
	json_writer.summary(&json, &j);
}

/* Reads a recording of n bytes and writes what it says; the checklist is kept as
 * dialtrace replay keeps it. Returns how many objects there were; bad ones fail. */
static size_t rewrite(const char *recording, size_t n, const struct writer *w,
                      struct out *o)
{
	FILE *in = fmemopen((void *)recording, n, "r");
	struct recording *r = recording_new(in);
	struct check *c = check_new(false);
	struct record record;
	size_t count = 0;

	while ((record = recording_read(r)).type != RECORD_END) {
		const struct line *l = &record.line;
		const struct step *step;

		count++;
		assert_int_equal(recording_line(r), count);
		switch (record.type) {
		case RECORD_HEADER:
			check_free(c);
			c = new_check(record.header.checklist, record.header.emulate);
			lack(c, record.header.missing);
			w->header(o, &record.header);
			break;
		case RECORD_LINE:
			step = step_numbered(l->chapter, l->place);
			if (l->chapter && step)
				check_see(c, step, l->tid);
			if (l->type == LINE_CALL)
				w->call(o, l);
			else
				w->syscall(o, l);
			break;
		case RECORD_LOST:
			w->lost(o, record.lost);
			break;
		case RECORD_SUMMARY:
			w->summary(o, &(struct summary){record.summary.events,
			                                record.summary.lost, c});
			break;
		default:
			fail_msg("line %zu: %s", count, record.error);
		}
	}
	check_free(c);
	recording_free(r);
	fclose(in);
	return count;
}

/* Long texts: only the first line that differs is of interest. */
static void assert_lines(const char *a, const char *b)
{
	while (*a && *a == *b && strcmp(a, b) != 0) {
		size_t n = strcspn(a, "\n") + 1;

		if (strncmp(a, b, n) != 0)
			fail_msg("replayed: %.*s\nlive:     %.*s", (int)n, a, (int)n, b);
		a += n;
		b += n;
	}
	assert_string_equal(a, b);
}

/* What has been written both ways: the replay of one is the other, and the recording
 * of the replay is the recording. */
static void assert_same(void)
{
	struct out again;

	out_init(&again, -1, 64);
	rewrite(json.buf, json.len, &text_writer, &again);
	out_ch(&again, '\0');
	out_ch(&text, '\0');
	assert_lines(again.buf, text.buf);
	again.len = 0;
	rewrite(json.buf, json.len, &json_writer, &again);
	out_ch(&again, '\0');
	out_ch(&json, '\0');
	assert_lines(again.buf, json.buf);
	out_free(&again);
}

static void any_base(struct event *e, u64 ts)
{
	e->ts = ts;
	e->pid = PID;
	e->tid = TID + (u32)any() % 3;
	e->g = any() % 3 ? 0xc000000180u + any() % 2 * 64 : 0;
	e->goid = any() % 3;
	e->m = (u32)any() % 3;
	e->sp = 0x7f0000100000u - 64 * (any() % 16);
}

static void any_call(u64 ts)
{
	struct call_event c;

	fill_any(&c, sizeof(c));
	any_base(&c.e, ts);
	c.e.type = EVENT_CALL;
	do
		c.probe = (u32)(any() % steps_count);
	while (steps[c.probe].syscall);
	event(&c.e);
}

static void any_syscall(u64 ts)
{
	static const long known[] = {
	    SYS_socket, SYS_connect, SYS_epoll_ctl,  SYS_epoll_create1, SYS_epoll_pwait,
	    SYS_read,   SYS_write,   SYS_setsockopt, SYS_getsockname,   SYS_close,
	};
	struct syscall_event l;

	fill_any(&l, sizeof(l));
	any_base(&l.e, ts);
	l.e.type = any() % 4 ? EVENT_EXIT : EVENT_SLEEP;
	/* Who slept was seen to enter. */
	l.e.flags &= any() % 2 ? EVENT_NO_ENTER : EVENT_SLEPT;
	l.e.caplen = (u16)(any() % (SYSCALL_CAPTURE + 1));
	l.nr = any() % 2 ? (u32)known[any() % 10] : (u32)any() % 600;
	if (any() % 4)
		l.ret = (s64)(any() % 400) - 200;
	for (int i = 0; i < ARGS; i++)
		if (any() % 2)
			l.args[i] %= 32;
	event(&l.e);
}

/* A run of any events at all, in windows of any width. */
static void any_run(bool emulate, int round)
{
	const char *list = round % 5 ? NULL : "7.1-7.5,2.2/10.4,10.5";
	u64 ts = 1000, lost = 0;
	bool missing[512], lacks = round % 7 == 1;

	start(list, emulate);
	for (size_t i = 0; i < steps_count; i++)
		missing[i] = lacks && strcmp(steps[i].func, "net.dialTCP") == 0;
	lack(text_check, missing);
	lack(json_check, missing);
	text_display(round % 2, round % 3 ? 60 + (unsigned)round : 0);
	write_header(&(struct header){.target = round % 2 ? "build/dial" : "a \\\"b\\33",
	                              .kernel = "6.1",
	                              .checklist = list,
	                              .go = lacks ? 19 : 0,
	                              .note = lacks ? "Go 1.19.8" : "",
	                              .missing = missing,
	                              .inlined = missing,
	                              .probes = round % 4 ? 69 : 0,
	                              .emulate = emulate});
	for (int i = 0; i < 1000; i++) {
		ts += any() % 1000000;
		if (any() % 2)
			any_call(ts);
		else
			any_syscall(ts);
		if (any() % 100 == 0) {
			u64 n = any() % 1000;

			write_lost(n);
			lost += n;
		}
	}
	write_summary(lost);
	assert_same();
	stop();
}

static void test_any_run(void **state)
{
	(void)state;
	for (int round = 0; round < 40; round++)
		any_run(round % 8 < 4, round);
}

/* Nothing happened. */
static void test_empty_run(void **state)
{
	bool missing[512] = {false};

	(void)state;
	start(NULL, false);
	write_header(&(struct header){.target = "true",
	                              .kernel = "6.1",
	                              .note = "",
	                              .missing = missing,
	                              .inlined = missing});
	write_summary(0);
	assert_same();
	stop();
}

/* --- What is no recording --- */

#define CALL(more)                                                                       \
	"{\"t\":1,\"pid\":2,\"tid\":3,\"g\":1,\"m\":0,\"has_g\":true,\"type\":\"call\"," \
	"\"func\":\"net.socket\",\"depth\":0,\"step\":\"1.6\",\"alias\":null,"           \
	"\"text\":\"net.socket\"" more "}\n"
#define EXIT(args, dur)                                                                  \
	"{\"t\":1,\"pid\":2,\"tid\":3,\"g\":1,\"m\":0,\"has_g\":true,\"type\":\"exit\"," \
	"\"syscall\":\"close\",\"nr\":3,\"args\":" args ",\"text\":\"close(3) = 0\","    \
	"\"func\":null,\"depth\":0,\"step\":null,\"dur\":" dur ",\"ret\":0,"             \
	"\"errno\":null,\"refused\":false,\"slept\":false}\n"

/* Reads the first object of n bytes; *copy gets what is to be compared of it. */
static int first(const char *bytes, size_t n, char copy[256])
{
	FILE *in = fmemopen((void *)bytes, n, "r");
	struct recording *r = recording_new(in);
	struct record record = recording_read(r);

	*copy = '\0';
	if (record.type == RECORD_BAD)
		snprintf(copy, 256, "%s", record.error);
	else if (record.type == RECORD_LINE)
		snprintf(copy, 256, "%s", record.line.text);
	else if (record.type == RECORD_HEADER)
		snprintf(copy, 256, "%s", record.header.target);
	recording_free(r);
	fclose(in);
	return (int)record.type;
}

static void assert_bad(const char *line, const char *error)
{
	char copy[256];

	if (first(line, strlen(line), copy) != RECORD_BAD)
		fail_msg("this is read: %s", line);
	assert_string_equal(copy, error);
}

static void assert_reads(const char *line, const char *text_of_it)
{
	char copy[256];

	if (first(line, strlen(line), copy) == RECORD_BAD)
		fail_msg("%s: %s", copy, line);
	assert_string_equal(copy, text_of_it);
}

/* A call with one field in another way: KEY, and everything up to the next one. */
static void assert_bad_field(const char *key, const char *value, const char *error)
{
	char line[512];
	struct json_object *o = json_tokener_parse(CALL(""));

	if (value)
		json_object_object_add(o, key, json_tokener_parse(value));
	else
		json_object_object_del(o, key);
	snprintf(line, sizeof(line), "%s\n", json_object_to_json_string(o));
	assert_bad(line, error);
	json_object_put(o);
}

static void test_bad_json(void **state)
{
	static const char nul[] = "{\"type\":\"lost\",\"events\":1}\0{}\n";
	char copy[256];

	(void)state;
	assert_bad("root:x:0:0:root:/root:/bin/bash\n",
	           "the line is no JSON: unexpected character");
	assert_bad("\n", "the line is no JSON: it breaks off");
	assert_bad("{\"t\":1,\"pid", "the line is no JSON: it breaks off");
	assert_bad("{} {}\n", "the line is no JSON: unexpected character");
	assert_bad("[1]\n", "the line is no JSON object");
	assert_bad("\"\"\n", "the line is no JSON object");
	assert_bad("{\"type\":\"\xff\"}\n", "the line is no JSON: invalid utf-8 string");
	assert_bad("{}\n", "the field \"type\" is missing");
	assert_bad("{\"type\":7}\n", "the field \"type\" is not a string");
	assert_bad("{\"type\":\"x\\u001b[2J\"}\n", "there is no type \"x\\33[2J\"");
	assert_int_equal(first(nul, sizeof(nul) - 1, copy), RECORD_BAD);
	assert_string_equal(copy, "the line is more than one JSON object");
}

static void test_bad_fields(void **state)
{
	static const char natural[] = " is not a natural number in its range";
	static const char *const naturals[] = {"t", "pid", "tid", "g", "m", "depth"};
	static const char *const strings[] = {"func", "text"};
	static const char *const steps_not[] = {"\"1\"",
	                                        "\"1.\"",
	                                        "\".1\"",
	                                        "\"0.1\"",
	                                        "\"1.0\"",
	                                        "\"01.1\"",
	                                        "\"1.1x\"",
	                                        "\"256.1\"",
	                                        "\"1.256\"",
	                                        "\"-1.1\"",
	                                        "\"99999999999.1\"",
	                                        "\"\""};
	char error[100];

	(void)state;
	for (size_t i = 0; i < sizeof(naturals) / sizeof(naturals[0]); i++) {
		snprintf(error, sizeof(error), "the field \"%s\"%s", naturals[i],
		         natural);
		assert_bad_field(naturals[i], "-1", error);
		assert_bad_field(naturals[i], "1.5", error);
		assert_bad_field(naturals[i], "\"1\"", error);
		assert_bad_field(naturals[i], "null", error);
		assert_bad_field(naturals[i], "[]", error);
		snprintf(error, sizeof(error), "the field \"%s\" is missing",
		         naturals[i]);
		assert_bad_field(naturals[i], NULL, error);
	}
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		snprintf(error, sizeof(error), "the field \"%s\" is not a string",
		         strings[i]);
		assert_bad_field(strings[i], "null", error);
		assert_bad_field(strings[i], "1", error);
	}
	assert_bad_field("pid", "4294967296",
	                 "the field \"pid\" is not a natural number in its range");
	assert_bad_field("depth", "10001",
	                 "the field \"depth\" is not a natural number in its range");
	assert_bad_field("has_g", "1", "the field \"has_g\" is not true or false");
	assert_bad_field("alias", "1", "the field \"alias\" is not a string");
	assert_bad_field("alias", NULL, "the field \"alias\" is missing");
	assert_bad_field("step", "1.6", "the field \"step\" is not a string");
	for (size_t i = 0; i < sizeof(steps_not) / sizeof(steps_not[0]); i++)
		assert_bad_field("step", steps_not[i],
		                 "the field \"step\" is not a step's number, as 2.3");
	assert_bad_field("text", "\"net.sock\"",
	                 "the field \"text\" does not begin with \"func\"");
	assert_bad(EXIT("[1,2,3,4,5]", "1"),
	           "the field \"args\" is not a list of six numbers");
	assert_bad(EXIT("[1,2,3,4,5,-6]", "1"),
	           "the field \"args\" is not a natural number in its range");
	assert_bad(EXIT("7", "1"), "the field \"args\" is not a list of six numbers");
	assert_bad(EXIT("[1,2,3,4,5,6]", "\"1\""),
	           "the field \"dur\" is not a natural number in its range");
	assert_bad("{\"type\":\"header\",\"kernel\":\"6.1\",\"emulated\":\"2.4\","
	           "\"probes\":1,\"program\":\"x\",\"go\":0,\"note\":\"\",\"missing\":[],"
	           "\"inlined\":[],"
	           "\"checklist\":null}\n",
	           "no dialtrace emulates Linux 2.4");
	assert_bad("{\"type\":\"lost\",\"events\":null}\n",
	           "the field \"events\" is not a natural number in its range");
	assert_bad("{\"type\":\"summary\",\"events\":1}\n",
	           "the field \"lost\" is missing");
}

/* Unknown fields mean nothing, nor does the order, nor a line end that is missing. */
static void test_tolerant(void **state)
{
	(void)state;
	assert_reads(CALL(""), "net.socket");
	assert_reads(CALL(",\"later\":{\"x\":[1,2]}"), "net.socket");
	assert_reads("{\"step\":null,\"text\":\"f()\",\"func\":\"f\",\"alias\":\"g\","
	             "\"has_g\":false,\"depth\":3,\"m\":0,\"g\":0,\"tid\":3,\"pid\":2,"
	             "\"t\":18446744073709551615,\"type\":\"call\"}",
	             "f()");
	assert_reads(EXIT("[18446744073709551615,2,3,4,5,6]", "null"), "close(3) = 0");
}

/* Whoever made the file: nothing reaches a terminal that could steer it. */
static void test_escapes(void **state)
{
	(void)state;
	assert_reads("{\"type\":\"header\",\"kernel\":\"6.1\",\"emulated\":null,"
	             "\"probes\":1,\"program\":\"a\\u001b["
	             "2J\\n\\u0000\\u009b…\\\"\\\\ü\",\"go\":0,\"note\":\"\",\"missing\":"
	             "[],\"inlined\":[],\"checklist\":null}\n",
	             "a\\33[2J\\n\\0\\302\\233…\"\\\\303\\274");
	assert_reads(CALL(",\"text\":\"net.socket(\\u202e\\u007f)\""),
	             "net.socket(\\342\\200\\256\\177)");
}

/* A file without line ends is not read into memory, nor for ever. */
static void test_endless(void **state)
{
	FILE *in = fopen("/dev/zero", "re");
	struct recording *r = recording_new(in);
	struct record record = recording_read(r);

	(void)state;
	assert_int_equal(record.type, RECORD_BAD);
	assert_string_equal(record.error, "the line is too long");
	assert_int_equal(recording_line(r), 1);
	assert_int_equal(recording_read(r).type, RECORD_END);
	recording_free(r);
	fclose(in);
}

static void test_directory(void **state)
{
	FILE *in = fopen("/", "re");
	struct recording *r = recording_new(in);
	struct record record = recording_read(r);

	(void)state;
	assert_int_equal(record.type, RECORD_BAD);
	assert_string_equal(record.error, "cannot read on: Is a directory");
	assert_int_equal(recording_read(r).type, RECORD_END);
	recording_free(r);
	fclose(in);
}

/* A bad line says nothing about the next. */
static void test_goes_on(void **state)
{
	static const char lines[] = CALL("") "what?\n" CALL("");
	FILE *in = fmemopen((void *)lines, sizeof(lines) - 1, "r");
	struct recording *r = recording_new(in);

	(void)state;
	assert_int_equal(recording_read(r).type, RECORD_LINE);
	assert_int_equal(recording_read(r).type, RECORD_BAD);
	assert_int_equal(recording_line(r), 2);
	assert_int_equal(recording_read(r).type, RECORD_LINE);
	assert_int_equal(recording_read(r).type, RECORD_END);
	assert_int_equal(recording_read(r).type, RECORD_END);
	recording_free(r);
	fclose(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_run),  cmocka_unit_test(test_empty_run),
	    cmocka_unit_test(test_bad_json), cmocka_unit_test(test_bad_fields),
	    cmocka_unit_test(test_tolerant), cmocka_unit_test(test_escapes),
	    cmocka_unit_test(test_endless),  cmocka_unit_test(test_directory),
	    cmocka_unit_test(test_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
