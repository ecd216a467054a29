/* What the programs here share: see common.h. */
#include "common.h"
#include "runtime/os_linux.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char out[4096];
static size_t len;

static _Noreturn void quit(int status)
{
	_exit(write(STDOUT_FILENO, out, len) < 0 ? 1 : status);
}

void show(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	len += (size_t)vsnprintf(out + len, sizeof(out) - len - 1, format, ap);
	va_end(ap);
	out[len++] = '\n';
}

const char *text(const net_OpError *err)
{
	static char buf[4][net_OpErrorStrlen];
	static unsigned next;

	if (error_nil(err->Err))
		return "<nil>";
	return net_OpError_Error(err, buf[next++ % 4]);
}

const char *yes(bool b)
{
	return b ? "true" : "false";
}

/* What is said here is letters and a newline. */
void show_read(const char *p, size_t n, const net_OpError *err)
{
	bool newline = n > 0 && p[n - 1] == '\n';

	show("read: \"%.*s%s\" %s", (int)(n - newline), p, newline ? "\\n" : "",
	     text(err));
}

void show_write(size_t n, const net_OpError *err)
{
	show("write: %zu %s", n, text(err));
}

void show_timeout(const net_OpError *err)
{
	if (!error_nil(err->Err) && err->Err.text != net_EOF.text)
		show("timeout: %s %s", yes(net_OpError_Timeout(err)),
		     yes(net_OpError_Temporary(err)));
}

net_TCPConn *dial_peer(const char *address)
{
	net_TCPAddr raddr = resolve(address);
	net_OpError err;
	net_TCPConn *c = net_DialTCP("tcp", NULL, &raddr, &err);

	check(&err);
	return c;
}

void read_conn(net_conn *c, net_OpError *err)
{
	char b[64];
	size_t n = net_conn_Read(c, b, sizeof(b), err);

	show_read(b, n, err);
}

void write_conn(net_conn *c)
{
	net_OpError err;
	size_t n = net_conn_Write(c, "ping\n", 5, &err);

	show_write(n, &err);
}

void write_too_much(void *conn)
{
	static char bytes[8 << 20]; /* not const: that would make the file as large */
	net_OpError err;
	size_t n = net_conn_Write(conn, bytes, sizeof(bytes), &err);

	show("write: %s %s", yes(n < sizeof(bytes)), text(&err));
}

void close_conn(net_conn *c)
{
	net_OpError err;

	net_conn_Close(c, &err);
	show("close: %s", text(&err));
}

void close_listener(net_TCPListener *l)
{
	net_OpError err;

	net_TCPListener_Close(l, &err);
	show("close: %s", text(&err));
}

void finish(void)
{
	quit(0);
}

void check(const net_OpError *err)
{
	if (!error_nil(err->Err)) {
		show("unexpected: %s", text(err));
		quit(1);
	}
}

void announce(const net_TCPAddr *addr)
{
	char a[net_TCPAddrStrlen], line[net_TCPAddrStrlen + 16];
	int n =
	    snprintf(line, sizeof(line), "listening %s\n", net_TCPAddr_String(addr, a));

	if (write(STDOUT_FILENO, line, (size_t)n) < 0)
		quit(1);
}

net_TCPAddr resolve(const char *address)
{
	net_TCPAddr addr;
	net_OpError err;

	net_ResolveTCPAddr("tcp", address, &addr, &err);
	check(&err);
	return addr;
}

bool is_case(const char *name)
{
	return strcmp(runtime_argv[1], name) == 0;
}

static void run(void *task)
{
	struct task *t = task;

	t->f(t->arg);
	runtime_closechan(&t->done);
}

void start(struct task *t, void (*f)(void *), void *arg)
{
	*t = (struct task){.f = f, .arg = arg};
	runtime_newproc(run, t);
	runtime_Gosched();
}

void wait_for(struct task *t)
{
	runtime_hchan *const done[] = {&t->done};

	runtime_selectgo(done, 1);
}

void spin(time_Duration d)
{
	int64_t end = runtime_nanotime() + d;

	while (runtime_nanotime() < end)
		;
}
