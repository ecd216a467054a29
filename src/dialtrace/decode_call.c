/* A function's arguments as text: see decode_call.h. */
#include "dialtrace/decode_call.h"
#include "dialtrace/decode_sockaddr.h"
#include "net/net.h"

#include <netinet/in.h>
#include <sys/socket.h>

static void family(struct out *o, int v)
{
	if (v == AF_INET)
		out_str(o, "AF_INET");
	else if (v == AF_INET6)
		out_str(o, "AF_INET6");
	else
		out_i64(o, v);
}

static void mode(struct out *o, int v)
{
	if (v == 'r' || v == 'w') {
		out_ch(o, '\'');
		out_ch(o, (char)v);
		out_ch(o, '\'');
	} else if (v == 'r' + 'w') {
		out_str(o, "'r'+'w'");
	} else {
		out_i64(o, v);
	}
}

static void hostport(struct out *o, const u8 *ip, u64 len, u16 port, u32 zone)
{
	static const u8 mapped[12] = {[10] = 0xff, [11] = 0xff}; /* IPv4 in 16 bytes */
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (len == 0) {
		out_ch(o, ':');
		out_u64(o, port);
		return;
	}
	if (len == 16 && memcmp(ip, mapped, sizeof(mapped)) != 0) {
		in6.sin6_port = htons(port);
		in6.sin6_scope_id = zone;
		memcpy(&in6.sin6_addr, ip, 16);
		decode_hostport(o, (const u8 *)&in6, sizeof(in6));
		return;
	}
	in.sin_port = htons(port);
	memcpy(&in.sin_addr, len == 16 ? ip + sizeof(mapped) : ip, 4);
	decode_hostport(o, (const u8 *)&in, sizeof(in));
}

static void tcpaddr(struct out *o, const u8 *capture)
{
	net_TCPAddr a;

	memcpy(&a, capture, sizeof(a));
	hostport(o, a.IP.byte, a.IP.len, (u16)a.Port, a.Zone);
}

/* Go's struct { IP []byte; Port int; … }, IP as probe_capture.follow leaves it. */
static void go_tcpaddr(struct out *o, const u8 *capture)
{
	struct {
		u8 ip[16];
		u64 len, port;
	} a;

	memcpy(&a, capture, sizeof(a));
	hostport(o, a.ip, a.len, (u16)a.port, 0);
}

static void value(struct out *o, char kind, u64 arg, u64 next, const struct call_event *c)
{
	u64 goid;

	switch (kind) {
	case 'b':
		out_str(o, (u8)arg ? "true" : "false");
		break;
	case 'p':
		out_hex(o, arg);
		break;
	case 'm':
		mode(o, (int)arg);
		break;
	case 'F':
		family(o, (int)arg);
		break;
	case 'T':
		if ((int)arg == SOCK_STREAM)
			out_str(o, "SOCK_STREAM");
		else if ((int)arg == SOCK_DGRAM)
			out_str(o, "SOCK_DGRAM");
		else
			out_i64(o, (int)arg);
		break;
	case 's':
		out_ch(o, '"');
		out_escape(o, c->capture,
		           strnlen((const char *)c->capture, CALL_CAPTURE_1));
		out_ch(o, '"');
		break;
	case 'S':
		out_ch(o, '"');
		out_escape(o, c->capture,
		           next < CALL_CAPTURE_1 ? (size_t)next : CALL_CAPTURE_1);
		out_str(o, next > CALL_CAPTURE_1 ? "\"..." : "\"");
		break;
	case 'g':
		memcpy(&goid, c->capture, sizeof(goid));
		out_ch(o, 'g');
		out_u64(o, goid);
		break;
	case 'a':
	case 'A':
		if (!arg)
			out_str(o, "nil");
		else if (kind == 'a')
			tcpaddr(o, c->capture + CALL_CAPTURE_1);
		else
			go_tcpaddr(o, c->capture + CALL_CAPTURE_1);
		break;
	case 'D':
		out_i64(o, (s64)arg);
		break;
	default:
		out_i64(o, (int)arg);
	}
}

/* An entry of args: its name, its kind, which argument it is, and which of the
 * arguments on the stack has it, how many bits up. */
struct entry {
	const char *name;
	size_t len;
	char kind;
	u8 arg, word, shift;
};

/* Calls fn for each entry of args that is shown. */
static void each(const char *args, void (*fn)(void *ctx, const struct entry *e),
                 void *ctx)
{
	struct entry e = {0};

	for (; args && *args && e.arg < ARGS; e.arg++) {
		size_t len = strcspn(args, ",;");
		const char *colon = memchr(args, ':', len);
		bool shared = args[len] == ';';

		if (colon) {
			e.name = args;
			e.len = (size_t)(colon - args);
			e.kind = colon[1];
			fn(ctx, &e);
		}
		e.word += !shared;
		e.shift = !shared ? 0 : (u8)(e.shift + (e.kind == 'b' ? 8 : 32));
		args += len;
		args += *args != '\0';
	}
}

struct print {
	struct out *o;
	const struct call_event *c;
	const struct polldescs *pds;
	const char *before;
};

static void print_one(void *ctx, const struct entry *e)
{
	struct print *p = ctx;
	bool on_stack = p->c->e.flags & EVENT_ON_STACK;
	u8 at = on_stack ? e->word : e->arg;
	u64 arg = on_stack ? p->c->args[at] >> e->shift : p->c->args[at];
	int fd;

	out_str(p->o, p->before);
	p->before = ", ";
	if (e->kind == 'p' && (fd = polldescs_fd(p->pds, p->c->e.pid, arg)) >= 0) {
		out_str(p->o, "pollDesc of fd ");
		out_i64(p->o, fd);
		return;
	}
	out_mem(p->o, e->name, e->len);
	out_ch(p->o, '=');
	value(p->o, e->kind, arg, at + 1 < ARGS ? p->c->args[at + 1] : 0, p->c);
}

void decode_call(struct out *o, const char *args, const struct call_event *c,
                 const struct polldescs *pds)
{
	struct print p = {o, c, pds, "("};

	if (!args)
		return;
	each(args, print_one, &p);
	out_ch(o, ')');
}

struct want {
	struct probe_capture *capture;
	u8 goid;
};

static void want_one(void *ctx, const struct entry *e)
{
	const struct want *w = ctx;

	if (e->kind == 's' || e->kind == 'S')
		w->capture[0] =
		    (struct probe_capture){.arg = e->arg, .len = CALL_CAPTURE_1};
	else if (e->kind == 'g')
		w->capture[0] = (struct probe_capture){
		    .arg = e->arg, .len = CALL_CAPTURE_1, .offset = w->goid};
	else if (e->kind == 'a')
		w->capture[1] =
		    (struct probe_capture){.arg = e->arg, .len = sizeof(net_TCPAddr)};
	else if (e->kind == 'A')
		w->capture[1] = (struct probe_capture){
		    .arg = e->arg, .len = CALL_CAPTURE_2, .follow = true};
}

_Static_assert(sizeof(net_TCPAddr) <= CALL_CAPTURE_2, "an address must fit its capture");
_Static_assert(sizeof(u64) <= CALL_CAPTURE_1, "a goroutine's number must, too");

void decode_call_captures(const char *args, u8 goid, struct probe_capture want[2])
{
	struct want w = {want, goid};

	each(args, want_one, &w);
}
