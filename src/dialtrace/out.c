#include "dialtrace/out.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

void out_init(struct out *o, int fd, size_t cap)
{
	*o = (struct out){.fd = fd};
	out_grow(o, cap);
}

void out_free(struct out *o)
{
	free(o->buf);
	*o = (struct out){.fd = -1};
}

void out_grow(struct out *o, size_t n)
{
	size_t cap = o->cap ? 2 * o->cap : 64;

	while (cap - o->len < n)
		cap *= 2;
	o->buf = realloc(o->buf, cap);
	if (!o->buf)
		errx(125, "out of memory for %zu bytes of output", cap);
	o->cap = cap;
}

/* Writes it all; false with errno set. */
static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done >= 0) {
			p += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			/* Somebody we share the terminal or pipe with made it
			 * non-blocking. */
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

bool out_flush(struct out *o)
{
	if (!o->error && !write_all(o->fd, o->buf, o->len))
		o->error = errno;
	o->len = 0;
	return !o->error;
}

void out_ms(struct out *o, u64 ns)
{
	unsigned us = (unsigned)(ns / 1000 % 1000);
	char decimals[] = {'.', (char)('0' + us / 100), (char)('0' + us / 10 % 10),
	                   (char)('0' + us % 10)};

	out_u64(o, ns / 1000000);
	out_mem(o, decimals, sizeof(decimals));
}

/* Columns that n bytes take on a terminal. */
static size_t columns(const char *p, size_t n)
{
	const char *end = p + n;
	size_t cols = 0;

	while (p < end) {
		if (end - p >= 2 && p[0] == '\033' && p[1] == '[') {
			while (p < end && *p != 'm')
				p++;
			p += p < end;
			continue;
		}
		cols += (*p++ & 0xc0) != 0x80; /* continuation bytes have no width */
	}
	return cols;
}

void out_pad(struct out *o, size_t from, size_t width)
{
	size_t cols = columns(o->buf + from, o->len - from);

	if (cols >= width)
		return;
	memset(out_room(o, width - cols), ' ', width - cols);
	o->len += width - cols;
}

static bool is_plain(u8 c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* Writes c as an octal escape, of three digits when a digit follows that would
 * otherwise be read as part of it. */
static char *put_octal(char *to, u8 c, bool digit_follows)
{
	*to++ = '\\';
	if (digit_follows || c >= 0100)
		*to++ = (char)('0' + (c >> 6));
	if (digit_follows || c >= 010)
		*to++ = (char)('0' + (c >> 3 & 7));
	*to++ = (char)('0' + (c & 7));
	return to;
}

void out_escape(struct out *o, const void *p, size_t n)
{
	/* The letter after the backslash, by byte. */
	static const char letters[256] = {
	    ['\t'] = 't', ['\n'] = 'n', ['\v'] = 'v', ['\f'] = 'f',
	    ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
	const u8 *from = p, *end = from + n;
	char *to = out_room(o, 4 * n); /* the longest escape is \ooo */

	for (; from < end; from++) {
		if (is_plain(*from)) {
			*to++ = (char)*from;
		} else if (letters[*from]) {
			*to++ = '\\';
			*to++ = letters[*from];
		} else {
			bool digit = from + 1 < end && from[1] >= '0' && from[1] <= '7';

			to = put_octal(to, *from, digit);
		}
	}
	o->len = (size_t)(to - o->buf);
}

/* Returns the length of the UTF-8 sequence at p, of n bytes at most, and sets
 * *ok. When it is not valid, that is the length of what one U+FFFD stands for:
 * the start of a sequence that breaks off, or a single byte. (The Unicode
 * Standard, table 3-7.) */
static size_t utf8_sequence(const u8 *p, size_t n, bool *ok)
{
	u8 low = 0x80, high = 0xbf; /* what the next byte may be */
	size_t i, len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	*ok = false;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 1;
	/* The ends cut off are overlong forms, surrogates, and above U+10FFFF. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	for (i = 1; i < len; i++) {
		if (i >= n || p[i] < low || p[i] > high)
			return i;
		low = 0x80;
		high = 0xbf;
	}
	*ok = true;
	return len;
}

static void json_control(struct out *o, u8 c)
{
	char escape[] = {
	    '\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};

	out_mem(o, escape, sizeof(escape));
}

void out_json_string(struct out *o, const void *p, size_t n)
{
	const u8 *from = p, *end = from + n;

	out_ch(o, '"');
	while (from < end) {
		const u8 *start = from;
		size_t len;
		bool ok;

		while (from < end && is_plain(*from))
			from++;
		out_mem(o, start, (size_t)(from - start));
		if (from == end)
			break;
		if (*from == '"' || *from == '\\') {
			out_ch(o, '\\');
			out_ch(o, (char)*from++);
			continue;
		}
		if (*from < 0x80) {
			json_control(o, *from++);
			continue;
		}
		len = utf8_sequence(from, (size_t)(end - from), &ok);
		if (!ok)
			out_str(o, "\uFFFD");
		else if (from[0] == 0xc2 && from[1] < 0xa0)
			json_control(o, from[1]);
		else
			out_mem(o, from, len);
		from += len;
	}
	out_ch(o, '"');
}

void out_json(struct out *o, const char *s)
{
	if (s)
		out_json_string(o, s, strlen(s));
	else
		out_str(o, "null");
}
