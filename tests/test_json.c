/* The JSON output, from events made by hand to lines. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "any.h"
#include "config.h"
#include "dialtrace/decode.h"
#include "dialtrace/trace.h"
#include "net/net.h"

#define G     0xc000000180u
#define G0    0x7f00aa0000u
#define STACK 0x7f0000100000u
#define PD    0x7f1234567890u

enum { PID = 1234, TID = 1235 };

static struct out o;
static struct check *check;
static struct trace *trace;

/* The probes of these tests: one for each row of the table. */
size_t probes_row(const struct probes *p, u32 probe)
{
	(void)p;
	return probe;
}

static int start(bool emulate)
{
	decode_init();
	out_init(&o, -1, 64);
	check = check_new(emulate);
	trace = trace_new(&json_writer, &o, check, emulate);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return start(false);
}

static int setup_emulate(void **state)
{
	(void)state;
	return start(true);
}

static int teardown(void **state)
{
	(void)state;
	trace_free(trace);
	check_free(check);
	out_free(&o);
	return 0;
}

/* Compares what was written since the last call. %NR in expected stands for nr. */
static void assert_line(const char *expected, long nr)
{
	char text[4096];
	const char *mark = strstr(expected, "%NR");

	if (mark)
		snprintf(text, sizeof(text), "%.*s%ld%s", (int)(mark - expected),
		         expected, nr, mark + 3);
	out_ch(&o, '\0');
	assert_string_equal(o.buf, mark ? text : expected);
	o.len = 0;
}

static void assert_text(const char *expected)
{
	assert_line(expected, 0);
}

static struct event base(u8 type, u64 ts, u64 g, u64 sp)
{
	return (struct event){.ts = ts,
	                      .g = g,
	                      .goid = g == G,
	                      .sp = sp,
	                      .pid = PID,
	                      .tid = TID,
	                      .type = type};
}

static u32 probe_of(const char *func)
{
	for (u32 i = 0; i < steps_count; i++)
		if (!steps[i].syscall && strcmp(steps[i].func, func) == 0)
			return i;
	fail_msg("there is no %s", func);
	return 0;
}

static void call(u64 ts, u64 g, u64 sp, const char *func, u64 arg0, u64 arg1)
{
	struct call_event c = {.e = base(EVENT_CALL, ts, g, sp),
	                       .probe = probe_of(func),
	                       .args = {arg0, arg1}};

	trace_event(trace, &c.e);
}

static struct syscall_event returned(u64 ts, u64 g, u64 sp, long nr, s64 ret)
{
	return (struct syscall_event){
	    .e = base(EVENT_EXIT, ts, g, sp), .nr = (u32)nr, .ret = ret, .dur = 1500};
}

static void test_call(void **state)
{
	struct call_event dial = {.e = base(EVENT_CALL, 5000, G, STACK - 16),
	                          .probe = probe_of("net.DialTCP"),
	                          .args = {STACK, 0, STACK}};
	net_TCPAddr addr = {.IP = {.len = 4, .byte = {127, 0, 0, 1}}, .Port = 4012};

	(void)state;
	memcpy(dial.capture, "tcp", 4);
	memcpy(dial.capture + CALL_CAPTURE_1, &addr, sizeof(addr));
	dial.e.m = 2;
	trace_event(trace, &dial.e);
	assert_text(
	    "{\"t\":0,\"pid\":1234,\"tid\":1235,\"g\":1,\"m\":2,\"has_g\":true,\"type\":"
	    "\"call\","
	    "\"func\":\"net.DialTCP\",\"depth\":0,\"step\":\"1.1\",\"alias\":null,"
	    "\"text\":\"net.DialTCP(net=\\\"tcp\\\", raddr=127.0.0.1:4012)\"}\n");
	call(7000, G, STACK - 64, "net.(*netFD).connect", 0, 0);
	assert_text(
	    "{\"t\":2000,\"pid\":1234,\"tid\":1235,\"g\":1,\"m\":0,\"has_g\":true,"
	    "\"type\":\"call\",\"func\":\"net.(*netFD).connect\",\"depth\":1,"
	    "\"step\":\"3.6\",\"alias\":null,\"text\":\"net.(*netFD).connect\"}\n");
	/* Probed for the tree only: no line, no depth. */
	call(8000, G, STACK - 96, "syscall.Connect", 0, 0);
	assert_text("");
	call(9000, G, STACK - 128, "runtime.netpollopen", 3, PD);
	assert_text(
	    "{\"t\":4000,\"pid\":1234,\"tid\":1235,\"g\":1,\"m\":0,\"has_g\":true,"
	    "\"type\":\"call\",\"func\":\"runtime.netpollopen\",\"depth\":2,"
	    "\"step\":\"6.3\",\"alias\":null,"
	    "\"text\":\"runtime.netpollopen(fd=3, pd=0x7f1234567890)\"}\n");
	assert_int_equal(trace_count(trace), 3);
}

static void test_exit(void **state)
{
	struct syscall_event s =
	    returned(9000, G, STACK - 100, SYS_connect, -EINPROGRESS);
	struct sockaddr_in in = {.sin_family = AF_INET,
	                         .sin_port = htons(80),
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	(void)state;
	call(5000, G, STACK - 64, "net.(*netFD).connect", 0, 0);
	o.len = 0;
	s.args[0] = 3;
	s.args[1] = UINT64_MAX;
	s.args[2] = sizeof(in);
	memcpy(s.capture, &in, sizeof(in));
	s.e.caplen = sizeof(in);
	trace_event(trace, &s.e);
	assert_line(
	    "{\"t\":4000,\"pid\":1234,\"tid\":1235,\"g\":1,\"m\":0,\"has_g\":true,"
	    "\"type\":\"exit\",\"syscall\":\"connect\",\"nr\":%NR,"
	    "\"args\":[3,18446744073709551615,16,0,0,0],"
	    "\"text\":\"connect(3, {AF_INET, 127.0.0.1:80}, 16) = EINPROGRESS\","
	    "\"func\":\"net.(*netFD).connect\",\"depth\":1,\"step\":\"3.7\","
	    "\"dur\":1500,\"ret\":-1,\"errno\":\"EINPROGRESS\",\"refused\":false,"
	    "\"slept\":false}\n",
	    SYS_connect);
	/* Nowhere in the chain, on a thread without goroutine. */
	s = returned(9500, 0, STACK - 100, SYS_close, 0);
	s.args[0] = 3;
	trace_event(trace, &s.e);
	assert_line(
	    "{\"t\":4500,\"pid\":1234,\"tid\":1235,\"g\":0,\"m\":0,\"has_g\":false,"
	    "\"type\":\"exit\",\"syscall\":\"close\",\"nr\":%NR,"
	    "\"args\":[3,0,0,0,0,0],\"text\":\"close(3) = 0\","
	    "\"func\":null,\"depth\":0,\"step\":null,"
	    "\"dur\":1500,\"ret\":0,\"errno\":null,\"refused\":false,\"slept\":false}\n",
	    SYS_close);
}

/* A call that sleeps: once while it does, once when it returns. */
static void test_sleep(void **state)
{
	struct syscall_event s = returned(6000, G0, STACK - 100, SYS_epoll_pwait, 0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT, .data.u64 = PD};
	struct epoll_event add = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
	                          .data.u64 = PD};
	struct syscall_event ctl = returned(5000, G, STACK - 64, SYS_epoll_ctl, 0);

	(void)state;
	ctl.args[0] = 4;
	ctl.args[1] = EPOLL_CTL_ADD;
	ctl.args[2] = 3;
	ctl.args[3] = STACK;
	memcpy(ctl.capture, &add, sizeof(add));
	ctl.e.caplen = sizeof(add);
	trace_event(trace, &ctl.e);
	call(5500, G0, STACK - 64, "runtime.netpoll", 1, 0);
	o.len = 0;

	s.e.type = EVENT_SLEEP;
	s.e.m = 3;
	s.args[0] = 4;
	s.args[1] = STACK;
	s.args[2] = 128;
	s.args[3] = UINT32_MAX;
	trace_event(trace, &s.e);
	assert_line(
	    "{\"t\":1000,\"pid\":1234,\"tid\":1235,\"g\":0,\"m\":3,\"has_g\":true,"
	    "\"type\":\"enter\",\"syscall\":\"epoll_pwait\",\"nr\":%NR,"
	    "\"args\":[4,139637977776128,128,4294967295,0,0],"
	    "\"text\":\"epoll_pwait(4, …, 128, -1, NULL, 0)\","
	    "\"func\":\"runtime.netpoll\",\"depth\":1,\"step\":\"8.3\"}\n",
	    SYS_epoll_pwait);
	s.e.type = EVENT_EXIT;
	s.e.flags = EVENT_SLEPT;
	s.e.ts = 50006000;
	s.dur = 50000000;
	s.ret = 1;
	memcpy(s.capture, &ev, sizeof(ev));
	s.e.caplen = sizeof(ev);
	trace_event(trace, &s.e);
	assert_line(
	    "{\"t\":50001000,\"pid\":1234,\"tid\":1235,\"g\":0,\"m\":3,\"has_g\":true,"
	    "\"type\":\"exit\",\"syscall\":\"epoll_pwait\",\"nr\":%NR,"
	    "\"args\":[4,139637977776128,128,4294967295,0,0],"
	    "\"text\":\"epoll_pwait(4, [{EPOLLIN|EPOLLOUT, pollDesc of fd 3}], "
	    "128, -1, NULL, 0) = 1\","
	    "\"func\":\"runtime.netpoll\",\"depth\":1,\"step\":\"8.3\","
	    "\"dur\":50000000,\"ret\":1,\"errno\":null,\"refused\":false,\"slept\":true}"
	    "\n",
	    SYS_epoll_pwait);
}

static void test_refused(void **state)
{
	struct syscall_event s =
	    returned(5000, G, STACK - 100, SYS_epoll_create1, -ENOSYS);

	(void)state;
	s.args[0] = EPOLL_CLOEXEC;
	s.dur = 0;
	s.e.flags = EVENT_NO_ENTER;
	trace_event(trace, &s.e);
	assert_line("{\"t\":0,\"pid\":1234,\"tid\":1235,\"g\":1,\"m\":0,\"has_g\":true,"
	            "\"type\":\"exit\",\"syscall\":\"epoll_create1\",\"nr\":%NR,"
	            "\"args\":[524288,0,0,0,0,0],"
	            "\"text\":\"epoll_create1(EPOLL_CLOEXEC) = ENOSYS\","
	            "\"func\":null,\"depth\":0,\"step\":null,"
	            "\"dur\":0,\"ret\":-1,\"errno\":\"ENOSYS\",\"refused\":true,"
	            "\"slept\":false}\n",
	            SYS_epoll_create1);
}

/* By a filter of the program's own. */
static void test_refused_by_another(void **state)
{
	struct syscall_event s = returned(5000, G, STACK - 100, SYS_pipe2, -ENOSYS);

	(void)state;
	s.e.flags = EVENT_NO_ENTER;
	trace_event(trace, &s.e);
	s = returned(5000, G, STACK - 100, SYS_socket, -EINVAL);
	s.args[1] = SOCK_STREAM;
	s.e.flags = EVENT_NO_ENTER;
	trace_event(trace, &s.e);
	out_ch(&o, '\0');
	assert_non_null(strstr(o.buf, "\"pipe2\""));
	assert_non_null(strstr(o.buf, "\"socket\""));
	assert_null(strstr(o.buf, "\"refused\":true"));
}

/* Entered before the tracer came: nobody knows how long it took. */
static void test_no_enter(void **state)
{
	struct syscall_event s = returned(5000, G, STACK - 100, SYS_dup, 5);

	(void)state;
	s.args[0] = 1;
	s.dur = 0;
	s.e.flags = EVENT_NO_ENTER;
	trace_event(trace, &s.e);
	assert_line(
	    "{\"t\":0,\"pid\":1234,\"tid\":1235,\"g\":1,\"m\":0,\"has_g\":true,"
	    "\"type\":\"exit\",\"syscall\":\"dup\",\"nr\":%NR,"
	    "\"args\":[1,0,0,0,0,0],\"text\":\"dup(1) = 5\","
	    "\"func\":null,\"depth\":0,\"step\":null,"
	    "\"dur\":null,\"ret\":5,\"errno\":null,\"refused\":false,\"slept\":false}\n",
	    SYS_dup);
	/* A new process returns from a fork that its parent entered. */
	s.nr = SYS_clone;
	s.ret = 0;
	trace_event(trace, &s.e);
	assert_text("");
}

static void test_steps_by_place(void **state)
{
	struct syscall_event s = returned(6000, G0, STACK - 200, SYS_epoll_pwait, 0);

	(void)state;
	/* sysmon polls: chapter 10. Anybody else: chapter 8. */
	call(5000, G0, STACK - 16, "runtime.sysmon", 0, 0);
	call(5000, G0, STACK - 64, "runtime.netpoll", 0, 0);
	o.len = 0;
	call(5000, G0, STACK - 64, "runtime.netpoll", 0, 0);
	assert_non_null(strstr(o.buf, "\"depth\":1,\"step\":\"10.4\""));
	o.len = 0;
	trace_event(trace, &s.e);
	assert_non_null(strstr(o.buf, "\"depth\":2,\"step\":\"10.5\""));
	o.len = 0;
	/* park_m comes by mcall: what was on g0's stack is abandoned, whatever its
	 * stack pointer says. */
	call(6000, G0, STACK - 300, "runtime.park_m", 0, 0);
	call(6000, G0, STACK - 400, "runtime.netpoll", 0, 0);
	out_ch(&o, '\0');
	assert_non_null(strstr(o.buf, "\"depth\":0,\"step\":\"8.2\""));
	o.len = 0;
	/* A program that replaced the first has entered nothing. */
	struct event exec = base(EVENT_EXEC, 7000, G0, 0);

	trace_event(trace, &exec);
	assert_text("");
	s.e.sp = STACK - 500;
	trace_event(trace, &s.e);
	assert_non_null(strstr(o.buf, "\"func\":null,\"depth\":0,\"step\":null"));
	o.len = 0;
}

/* Time starts with the first event; what another CPU wrote later, but saw
 * earlier, is not before it. */
static void test_time(void **state)
{
	struct event exec = base(EVENT_EXEC, 1000000, 0, 0);

	(void)state;
	trace_event(trace, &exec);
	call(1000000 - 300, G, STACK, "runtime.newm", 0, 0);
	assert_int_equal(strncmp(o.buf, "{\"t\":0,", 7), 0);
	o.len = 0;
	call(1000000 + 300, G, STACK, "runtime.newm", 0, 0);
	assert_int_equal(strncmp(o.buf, "{\"t\":300,", 9), 0);
	o.len = 0;
}

static void test_lost_and_summary(void **state)
{
	struct summary s = {12, 34, check};
	bool missing[512] = {false};

	(void)state;
	json_writer.lost(&o, 34);
	assert_text("{\"type\":\"lost\",\"events\":34}\n");
	check_see(check, &steps[0], TID);
	json_writer.summary(&o, &s);
	assert_text("{\"type\":\"summary\",\"events\":12,\"lost\":34,\"steps_seen\":1,"
	            "\"steps_total\":29}\n");
	json_writer.header(&o, &(struct header){.target = "x y",
	                                        .kernel = "6.1",
	                                        .note = "",
	                                        .missing = missing,
	                                        .inlined = missing});
	assert_text("{\"type\":\"header\",\"kernel\":\"6.1\",\"emulated\":null,"
	            "\"probes\":0,\"program\":\"x "
	            "y\",\"go\":0,\"note\":\"\",\"missing\":[],\"inlined\":[],"
	            "\"checklist\":null}\n");
	missing[0] = missing[1] = true;
	json_writer.header(&o, &(struct header){.target = "a\\33\"",
	                                        .kernel = "6.1",
	                                        .probes = 69,
	                                        .emulate = true,
	                                        .checklist = "1.1,2.2",
	                                        .go = 19,
	                                        .note = "Go 1.19.8",
	                                        .missing = missing,
	                                        .inlined = missing});
	assert_text("{\"type\":\"header\",\"kernel\":\"6.1\",\"emulated\":\"2.6.26\","
	            "\"probes\":69,\"program\":\"a\\\\33\\\"\",\"go\":19,\"note\":\"Go "
	            "1.19.8\",\"missing\":[\"net.DialTCP\",\"net.dialTCP\"],\"inlined\":["
	            "\"net.DialTCP\",\"net.dialTCP\"],"
	            "\"checklist\":\"1.1,2.2\"}\n");
}

/* Every byte that a program may write, as C writes it, then as JSON does. */
static void test_control_bytes(void **state)
{
	struct syscall_event s = returned(5000, G, STACK - 100, SYS_write, 11);
	static const char data[] = "a\n\0\033[2J\"\\\x9b\xff";

	(void)state;
	s.args[0] = 1;
	s.args[1] = STACK;
	s.args[2] = sizeof(data) - 1;
	memcpy(s.capture, data, sizeof(data) - 1);
	s.e.caplen = sizeof(data) - 1;
	trace_event(trace, &s.e);
	assert_non_null(strstr(o.buf,
	                       "\"text\":\"write(1, \\\"a\\\\n\\\\0\\\\33[2J\\\\\\\"\\\\"
	                       "\\\\\\\\233\\\\377\\\", 11) = 11\","));
	o.len = 0;
}

/* Nothing that an event may contain makes a line that is not one line of printable
 * UTF-8 with its quotes closed. */
static void check_well_formed(const char *line, size_t n)
{
	bool quoted = false;

	assert_int_equal(line[n - 1], '\n');
	for (size_t i = 0; i + 1 < n; i++) {
		u8 c = (u8)line[i];

		assert_true(c >= ' ' && c != 0x7f);
		/* The only character beyond ASCII is the ellipsis. */
		if (c >= 0x80) {
			assert_true(quoted && memcmp(line + i, "…", 3) == 0);
			i += 2;
		} else if (quoted && c == '\\') {
			assert_non_null(strchr("\"\\u", line[++i]));
		} else if (c == '"') {
			quoted = !quoted;
		}
	}
	assert_false(quoted);
}

static void test_any_event(void **state)
{
	u32 top = 600;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		struct syscall_event l;
		struct call_event c;

		fill_any(&l, sizeof(l));
		l.e.type = round & 1 ? EVENT_EXIT : EVENT_SLEEP;
		l.e.caplen = (u16)(any() % (SYSCALL_CAPTURE + 1));
		l.e.pid = PID;
		l.nr = (u32)any() % top;
		if (any() % 4)
			l.ret = (s64)(any() % 400) - 200;
		for (int i = 0; i < ARGS; i++)
			if (any() % 2)
				l.args[i] %= 32;
		trace_event(trace, &l.e);
		if (o.len)
			check_well_formed(o.buf, o.len);
		o.len = 0;

		fill_any(&c, sizeof(c));
		c.e.type = EVENT_CALL;
		c.e.pid = PID;
		c.e.g = G;
		c.probe = (u32)(any() % steps_count);
		if (steps[c.probe].syscall)
			continue;
		trace_event(trace, &c.e);
		if (o.len)
			check_well_formed(o.buf, o.len);
		o.len = 0;
		if (round % 1000 == 0) {
			struct event end = base(EVENT_END, 0, 0, 0);

			trace_event(trace, &end);
		}
	}
}

#define NATIVE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    NATIVE(test_call),
	    NATIVE(test_exit),
	    NATIVE(test_sleep),
	    cmocka_unit_test_setup_teardown(test_refused, setup_emulate, teardown),
	    cmocka_unit_test_setup_teardown(test_refused_by_another, setup_emulate,
	                                    teardown),
	    NATIVE(test_no_enter),
	    NATIVE(test_steps_by_place),
	    NATIVE(test_time),
	    NATIVE(test_lost_and_summary),
	    NATIVE(test_control_bytes),
	    NATIVE(test_any_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
