#include "dialtrace/decode_args.h"

#include <linux/fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "dialtrace/decode_sockaddr.h"
#include "dialtrace/decode_tables.h"

#define ELLIPSIS "…" /* not known yet; "..." is what was left out */

static bool sleeps(const struct call *c)
{
	return c->e->e.type == EVENT_SLEEP;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* --- Arguments --- */

static void arg_int(const struct call *c, unsigned i)
{
	out_i64(c->o, (int)c->e->args[i]);
}

#define arg_fd arg_int

static void arg_size(const struct call *c, unsigned i)
{
	out_u64(c->o, c->e->args[i]);
}

static void arg_pointer(const struct call *c, unsigned i)
{
	if (c->e->args[i])
		out_hex(c->o, c->e->args[i]);
	else
		out_str(c->o, "NULL");
}

/* Argument i points to what the kernel fills in. Appends what stands for it
 * when it did not (the call still sleeps, or failed) and returns true. */
static bool not_filled(const struct call *c, unsigned i)
{
	bool sleeping = sleeps(c);

	if (c->e->args[i] && !sleeping && !is_error(c->e->ret))
		return false;
	if (c->e->args[i] && sleeping)
		out_str(c->o, ELLIPSIS);
	else
		arg_pointer(c, i);
	return true;
}

/* For memory that the kernel fills in and nobody captures. */
static void arg_pointer_out(const struct call *c, unsigned i)
{
	if (!not_filled(c, i))
		arg_pointer(c, i);
}

static void arg_family(const struct call *c, unsigned i)
{
	decode_enum(c->o, &socket_families, (u32)c->e->args[i]);
}

static void arg_socket_type(const struct call *c, unsigned i)
{
	const u32 flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	u32 v = (u32)c->e->args[i];

	if (v & ~flags) {
		decode_enum(c->o, &socket_types, v & ~flags);
		if (!(v & flags))
			return;
		out_ch(c->o, '|');
	}
	decode_flags(c->o, &socket_flags, v & flags);
}

/* What a protocol number means is up to the family, argument 0. */
static void arg_protocol(const struct call *c, unsigned i)
{
	u32 protocol = (u32)c->e->args[i];
	int family = (int)c->e->args[0];

	if (protocol && (family == AF_INET || family == AF_INET6))
		decode_enum(c->o, &inet_protocols, protocol);
	else if (protocol && family == AF_NETLINK)
		decode_enum(c->o, &netlink_protocols, protocol);
	else
		out_u64(c->o, protocol);
}

static void arg_accept_flags(const struct call *c, unsigned i)
{
	decode_flags(c->o, &socket_flags, (u32)c->e->args[i]);
}

static void arg_how(const struct call *c, unsigned i)
{
	decode_enum(c->o, &shutdown_hows, (u32)c->e->args[i]);
}

static void arg_msg_flags(const struct call *c, unsigned i)
{
	decode_flags(c->o, &msg_flags, (u32)c->e->args[i]);
}

/* A length as an argument: the kernel takes none that is negative. */
static size_t length(u64 arg)
{
	return (int)arg < 0 ? 0 : (size_t)(int)arg;
}

/* The first bytes, of total, of the buffer that argument i points to. */
static void buffer(const struct call *c, unsigned i, u64 total)
{
	size_t n = min(min(c->memlen, total), STRING_CAPTURE);

	if (!c->e->args[i] || (total && !n)) {
		arg_pointer(c, i);
		return;
	}
	out_ch(c->o, '"');
	out_escape(c->o, c->mem, n);
	out_ch(c->o, '"');
	if (n < total)
		out_str(c->o, "...");
}

static void arg_buffer_in(const struct call *c, unsigned i)
{
	buffer(c, i, c->e->args[2]);
}

static void arg_buffer_out(const struct call *c, unsigned i)
{
	/* With MSG_TRUNC the result tells more than there was room for. */
	if (!not_filled(c, i))
		buffer(c, i, min((u64)c->e->ret, c->e->args[2]));
}

/* --- Arguments with a length next to them --- */

/* [16], or [112 => 16] when the kernel changed it. */
static void arg_length_out(const struct call *c, unsigned i)
{
	bool in = c->e->e.flags & EVENT_LENGTH_IN, out = c->e->e.flags & EVENT_LENGTH_OUT;

	if (!in && !out) {
		arg_pointer(c, i);
		return;
	}
	if (in && out && c->e->length_in == c->e->length_out)
		in = false;
	out_ch(c->o, '[');
	if (in)
		out_i64(c->o, (int)c->e->length_in);
	if (in && out)
		out_str(c->o, " => ");
	if (out)
		out_i64(c->o, (int)c->e->length_out);
	out_ch(c->o, ']');
}

static void address(const struct call *c, unsigned i, size_t size)
{
	size_t n = min(c->memlen, size);

	if (n < sizeof(sa_family_t))
		arg_pointer(c, i);
	else
		decode_sockaddr(c->o, c->mem, n, size);
}

static void arg_sockaddr_in(const struct call *c, unsigned i)
{
	address(c, i, length(c->e->args[2]));
}

static void arg_sockaddr_out(const struct call *c, unsigned i)
{
	size_t size = c->e->length_out;

	if (not_filled(c, i))
		return;
	/* The kernel says how long the address is, but writes no more than the
	 * caller has room for. */
	if (c->e->e.flags & EVENT_LENGTH_IN)
		size = min(size, c->e->length_in);
	address(c, i, size);
}

/* What is captured of a datagram's address, behind its beginning. */
static struct call of_address(const struct call *c)
{
	struct call a = *c;

	a.mem += STRING_CAPTURE;
	a.memlen = a.memlen > STRING_CAPTURE ? a.memlen - STRING_CAPTURE : 0;
	return a;
}

static void arg_destination(const struct call *c, unsigned i)
{
	struct call a = of_address(c);

	address(&a, i, length(c->e->args[5]));
}

static void arg_source(const struct call *c, unsigned i)
{
	struct call a = of_address(c);

	arg_sockaddr_out(&a, i);
}

static void arg_level(const struct call *c, unsigned i)
{
	decode_enum(c->o, &sockopt_levels, (u32)c->e->args[i]);
}

/* What an option number means is up to the level, argument 1. */
static void arg_option(const struct call *c, unsigned i)
{
	const struct names *names = NULL;

	switch ((int)c->e->args[1]) {
	case SOL_SOCKET:
		names = &socket_options;
		break;
	case SOL_IP:
		names = &ip_options;
		break;
	case SOL_IPV6:
		names = &ipv6_options;
		break;
	case SOL_TCP:
		names = &tcp_options;
		break;
	}
	if (names)
		decode_enum(c->o, names, (u32)c->e->args[i]);
	else
		arg_int(c, i);
}

static void int_value(struct out *o, bool is_errno, int v)
{
	const char *name = is_errno && v > 0 ? strerrorname_np(v) : NULL;

	out_ch(o, '[');
	if (name)
		out_str(o, name);
	else
		out_i64(o, v);
	out_ch(o, ']');
}

/* The value, of size bytes, of the option in arguments 1 and 2. */
static void option_value(const struct call *c, unsigned i, size_t size)
{
	bool socket = (int)c->e->args[1] == SOL_SOCKET;
	int option = (int)c->e->args[2], v;
	struct linger linger;

	if (size == sizeof(v) && c->memlen >= size) {
		memcpy(&v, c->mem, sizeof(v));
		int_value(c->o, socket && option == SO_ERROR, v);
	} else if (socket && option == SO_LINGER && size == sizeof(linger) &&
	           c->memlen >= size) {
		memcpy(&linger, c->mem, sizeof(linger));
		out_str(c->o, "{l_onoff=");
		out_i64(c->o, linger.l_onoff);
		out_str(c->o, ", l_linger=");
		out_i64(c->o, linger.l_linger);
		out_ch(c->o, '}');
	} else if (size) {
		buffer(c, i, size);
	} else {
		arg_pointer(c, i);
	}
}

static void arg_option_value_in(const struct call *c, unsigned i)
{
	option_value(c, i, length(c->e->args[4]));
}

static void arg_option_value_out(const struct call *c, unsigned i)
{
	if (!not_filled(c, i))
		option_value(c, i, c->e->length_out);
}

/* --- Arguments about fds --- */

static void open_mode(struct out *o, u32 v)
{
	decode_enum(o, &access_modes, v & O_ACCMODE);
	if (v & ~(u32)O_ACCMODE) {
		out_ch(o, '|');
		decode_flags(o, &open_flags, v & ~(u32)O_ACCMODE);
	}
}

/* The command and, where it takes one, its argument. */
static void arg_fcntl(const struct call *c, unsigned i)
{
	u32 command = (u32)c->e->args[i];

	decode_enum(c->o, &fcntl_commands, command);
	switch (command) {
	case F_GETFD:
	case F_GETFL:
	case F_GETOWN:
	case F_GETSIG:
	case F_GETLEASE:
	case F_GETPIPE_SZ:
	case F_GET_SEALS:
		return;
	}
	out_str(c->o, ", ");
	switch (command) {
	case F_SETFD:
		decode_flags(c->o, &fd_flags, (u32)c->e->args[i + 1]);
		break;
	case F_SETFL:
		open_mode(c->o, (u32)c->e->args[i + 1]);
		break;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_SETOWN:
	case F_SETPIPE_SZ:
		arg_int(c, i + 1);
		break;
	default:
		out_hex(c->o, c->e->args[i + 1]);
	}
}

static void result_fcntl(const struct call *c)
{
	u32 command = (u32)c->e->args[1], v = (u32)c->e->ret;

	if (command != F_GETFL && (command != F_GETFD || !v)) {
		out_i64(c->o, c->e->ret);
		return;
	}
	if (v)
		out_hex(c->o, v);
	else
		out_ch(c->o, '0');
	out_str(c->o, " (");
	if (command == F_GETFL)
		open_mode(c->o, v);
	else
		decode_flags(c->o, &fd_flags, v);
	out_ch(c->o, ')');
}

static void arg_open_flags(const struct call *c, unsigned i)
{
	decode_flags(c->o, &open_flags, (u32)c->e->args[i]);
}

/* The directory that a relative path starts from. */
static void arg_dirfd(const struct call *c, unsigned i)
{
	if ((int)c->e->args[i] == AT_FDCWD)
		out_str(c->o, "AT_FDCWD");
	else
		arg_fd(c, i);
}

/* Whole, or as much as was taken along, which has no zero byte at its end. */
static void arg_path(const struct call *c, unsigned i)
{
	size_t n = strnlen((const char *)c->mem, c->memlen);

	if (!c->memlen) {
		arg_pointer(c, i);
		return;
	}
	out_ch(c->o, '"');
	out_escape(c->o, c->mem, n);
	out_ch(c->o, '"');
	if (n + 1 == SYSCALL_CAPTURE)
		out_str(c->o, "...");
}

/* The flags and, where a file may be made, its mode. */
static void arg_open(const struct call *c, unsigned i)
{
	u32 flags = (u32)c->e->args[i], mode = (u32)c->e->args[i + 1] & 07777;

	open_mode(c->o, flags);
	if (!(flags & O_CREAT) && (flags & O_TMPFILE) != O_TMPFILE)
		return;
	out_str(c->o, ", 0");
	for (int shift = mode > 0777 ? 9 : 6; shift >= 0; shift -= 3)
		out_ch(c->o, (char)('0' + (mode >> shift & 7)));
}

static void arg_two_fds(const struct call *c, unsigned i)
{
	int fds[2];

	if (not_filled(c, i))
		return;
	if (c->memlen < sizeof(fds)) {
		arg_pointer(c, i);
		return;
	}
	memcpy(fds, c->mem, sizeof(fds));
	out_ch(c->o, '[');
	out_i64(c->o, fds[0]);
	out_str(c->o, ", ");
	out_i64(c->o, fds[1]);
	out_ch(c->o, ']');
}

/* --- Arguments of epoll --- */

static void arg_epoll_create_flags(const struct call *c, unsigned i)
{
	decode_flags(c->o, &epoll_create_flags, (u32)c->e->args[i]);
}

static void arg_epoll_op(const struct call *c, unsigned i)
{
	decode_enum(c->o, &epoll_ops, (u32)c->e->args[i]);
}

static void epoll_event(const struct call *c, const u8 *p)
{
	struct epoll_event ev;
	int fd;

	memcpy(&ev, p, sizeof(ev));
	fd = c->pds ? polldescs_fd(c->pds, c->e->e.pid, ev.data.u64) : -1;
	out_ch(c->o, '{');
	decode_flags(c->o, &epoll_events, ev.events);
	if (fd >= 0) {
		out_str(c->o, ", pollDesc of fd ");
		out_i64(c->o, fd);
	} else {
		out_str(c->o, ", data=");
		out_hex(c->o, ev.data.u64);
	}
	out_ch(c->o, '}');
}

static void arg_epoll_event(const struct call *c, unsigned i)
{
	/* DEL has no use for the event. */
	if ((int)c->e->args[1] == EPOLL_CTL_DEL || !c->e->args[i] ||
	    c->memlen < sizeof(struct epoll_event))
		arg_pointer(c, i);
	else
		epoll_event(c, c->mem);
}

static void arg_epoll_events(const struct call *c, unsigned i)
{
	const size_t size = sizeof(struct epoll_event);
	size_t n, k;

	if (not_filled(c, i))
		return;
	n = min(c->memlen / size, (size_t)c->e->ret);
	if (c->e->ret && !n) {
		arg_pointer(c, i);
		return;
	}
	out_ch(c->o, '[');
	for (k = 0; k < n; k++) {
		if (k)
			out_str(c->o, ", ");
		epoll_event(c, c->mem + k * size);
	}
	if (n < (size_t)c->e->ret)
		out_str(c->o, ", ...");
	out_ch(c->o, ']');
}

/* --- The table --- */

/* One call a row. */
/* clang-format off */
const struct row rows[] = {
	{"socket", CAPTURE_NONE, {arg_family, arg_socket_type, arg_protocol}, NULL},
	{"socketpair", CAPTURE_PAIR,
	 {arg_family, arg_socket_type, arg_protocol, arg_two_fds}, NULL},
	{"bind", CAPTURE_SOCKADDR_IN, {arg_fd, arg_sockaddr_in, arg_int}, NULL},
	{"connect", CAPTURE_SOCKADDR_IN, {arg_fd, arg_sockaddr_in, arg_int}, NULL},
	{"listen", CAPTURE_NONE, {arg_fd, arg_int}, NULL},
	{"accept", CAPTURE_SOCKADDR_OUT, {arg_fd, arg_sockaddr_out, arg_length_out}, NULL},
	{"accept4", CAPTURE_SOCKADDR_OUT,
	 {arg_fd, arg_sockaddr_out, arg_length_out, arg_accept_flags}, NULL},
	{"getsockname", CAPTURE_SOCKADDR_OUT,
	 {arg_fd, arg_sockaddr_out, arg_length_out}, NULL},
	{"getpeername", CAPTURE_SOCKADDR_OUT,
	 {arg_fd, arg_sockaddr_out, arg_length_out}, NULL},
	{"setsockopt", CAPTURE_OPT_IN,
	 {arg_fd, arg_level, arg_option, arg_option_value_in, arg_int}, NULL},
	{"getsockopt", CAPTURE_OPT_OUT,
	 {arg_fd, arg_level, arg_option, arg_option_value_out, arg_length_out}, NULL},
	{"shutdown", CAPTURE_NONE, {arg_fd, arg_how}, NULL},
	{"read", CAPTURE_BUF_OUT, {arg_fd, arg_buffer_out, arg_size}, NULL},
	{"write", CAPTURE_BUF_IN, {arg_fd, arg_buffer_in, arg_size}, NULL},
	{"recvfrom", CAPTURE_DATAGRAM_OUT,
	 {arg_fd, arg_buffer_out, arg_size, arg_msg_flags, arg_source, arg_length_out},
	 NULL},
	{"sendto", CAPTURE_DATAGRAM_IN,
	 {arg_fd, arg_buffer_in, arg_size, arg_msg_flags, arg_destination, arg_int},
	 NULL},
	{"recvmsg", CAPTURE_NONE, {arg_fd, arg_pointer_out, arg_msg_flags}, NULL},
	{"sendmsg", CAPTURE_NONE, {arg_fd, arg_pointer, arg_msg_flags}, NULL},
	{"recvmmsg", CAPTURE_NONE,
	 {arg_fd, arg_pointer_out, arg_int, arg_msg_flags, arg_pointer}, NULL},
	{"sendmmsg", CAPTURE_NONE, {arg_fd, arg_pointer, arg_int, arg_msg_flags}, NULL},
	{"sendfile", CAPTURE_NONE, {arg_fd, arg_fd, arg_pointer, arg_size}, NULL},
	{"splice", CAPTURE_NONE,
	 {arg_fd, arg_pointer, arg_fd, arg_pointer, arg_size, arg_int}, NULL},
	{"openat", CAPTURE_PATH, {arg_dirfd, arg_path, arg_open}, NULL},
	{"close", CAPTURE_NONE, {arg_fd}, NULL},
	{"fcntl", CAPTURE_NONE, {arg_fd, arg_fcntl}, result_fcntl},
	{"dup", CAPTURE_NONE, {arg_fd}, NULL},
	{"dup2", CAPTURE_NONE, {arg_fd, arg_fd}, NULL},
	{"dup3", CAPTURE_NONE, {arg_fd, arg_fd, arg_open_flags}, NULL},
	{"pipe", CAPTURE_PIPE, {arg_two_fds}, NULL},
	{"pipe2", CAPTURE_PIPE, {arg_two_fds, arg_open_flags}, NULL},
	{"epoll_create", CAPTURE_NONE, {arg_int}, NULL},
	{"epoll_create1", CAPTURE_NONE, {arg_epoll_create_flags}, NULL},
	{"epoll_ctl", CAPTURE_EPOLL_CTL,
	 {arg_fd, arg_epoll_op, arg_fd, arg_epoll_event}, NULL},
	{"epoll_wait", CAPTURE_EPOLL_WAIT,
	 {arg_fd, arg_epoll_events, arg_int, arg_int}, NULL},
	{"epoll_pwait", CAPTURE_EPOLL_WAIT,
	 {arg_fd, arg_epoll_events, arg_int, arg_int, arg_pointer, arg_size}, NULL},
	{"epoll_pwait2", CAPTURE_EPOLL_WAIT,
	 {arg_fd, arg_epoll_events, arg_int, arg_pointer, arg_pointer, arg_size}, NULL},
	{NULL, CAPTURE_NONE, {NULL}, NULL},
};
/* clang-format on */
