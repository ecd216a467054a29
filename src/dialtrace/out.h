/*
 * The output buffer: lines are put together here and leave in large writes.
 *
 * Appending cannot fail for the caller: the buffer grows, and the program ends
 * with a message when memory runs out. Only out_flush meets the outside world.
 * Lines come at more than a million a second, hence the inline appenders, and
 * nothing here goes through printf.
 */
#ifndef DIALTRACE_OUT_H
#define DIALTRACE_OUT_H

#include <stdbool.h>
#include <string.h>

#include "event.h"

struct out {
	char *buf;
	size_t len, cap;
	int fd;
	int error; /* errno of the write that failed; nothing is written after it */
};

/* Starts an empty buffer of cap bytes (it grows when that is too small) in
 * front of fd, which stays the caller's to close. */
void out_init(struct out *o, int fd, size_t cap);

/* Frees the buffer; what was not flushed is gone. */
void out_free(struct out *o);

/* Writes everything appended so far, however many writes that takes, and waits
 * for a non-blocking fd. On failure it keeps errno in o->error, drops the
 * content and returns false, and so does every later call, without trying
 * again. Callers who may write to a pipe ignore SIGPIPE and get EPIPE. */
bool out_flush(struct out *o);

/* Makes room for n more bytes than there is; out_room is the one to call. */
void out_grow(struct out *o, size_t n);

/* Returns where the next n bytes go; the caller adds to o->len what it used.
 * Valid until anything else is appended. */
static inline char *out_room(struct out *o, size_t n)
{
	if (o->cap - o->len < n)
		out_grow(o, n);
	return o->buf + o->len;
}

/* Appends one byte. */
static inline void out_ch(struct out *o, char c)
{
	*out_room(o, 1) = c;
	o->len++;
}

/* Appends n bytes as they are. */
static inline void out_mem(struct out *o, const void *p, size_t n)
{
	memcpy(out_room(o, n), p, n);
	o->len += n;
}

/* Appends a string as it is. */
static inline void out_str(struct out *o, const char *s)
{
	out_mem(o, s, strlen(s));
}

/* Appends v in decimal. */
static inline void out_u64(struct out *o, u64 v)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	out_mem(o, p, (size_t)(digits + sizeof(digits) - p));
}

/* Appends v in decimal, with a minus sign where there is one. */
static inline void out_i64(struct out *o, s64 v)
{
	if (v < 0)
		out_ch(o, '-');
	out_u64(o, v < 0 ? 0 - (u64)v : (u64)v);
}

/* Appends v in lower-case hexadecimal, bare: 7f10. */
static inline void out_hex_digits(struct out *o, u64 v)
{
	char digits[16], *p = digits + sizeof(digits);

	do
		*--p = "0123456789abcdef"[v & 15];
	while (v >>= 4);
	out_mem(o, p, (size_t)(digits + sizeof(digits) - p));
}

/* Appends v in hexadecimal with 0x in front: 0x7f10. */
static inline void out_hex(struct out *o, u64 v)
{
	out_str(o, "0x");
	out_hex_digits(o, v);
}

/* Appends the number of a step: 6.3. */
static inline void out_step(struct out *o, unsigned chapter, unsigned place)
{
	out_u64(o, chapter);
	out_ch(o, '.');
	out_u64(o, place);
}

/* Appends ns nanoseconds as milliseconds with three decimals: 58.402. Rounds
 * down, like a clock. */
void out_ms(struct out *o, u64 ns);

/* Appends spaces until what was appended since offset from (an earlier o->len,
 * with no flush in between) is width columns wide. A UTF-8 code point counts as
 * one column, a colour sequence (ESC[...m) as none. */
void out_pad(struct out *o, size_t from, size_t width);

/* Appends n bytes of the traced program's memory the way C and strace write
 * them between quotes (\n, \", \33); the quotes are the caller's. Only
 * printable ASCII gets through as it is, so nothing can steer a terminal. */
void out_escape(struct out *o, const void *p, size_t n);

/* Appends n bytes as a JSON string, quotes included. Bytes that are not UTF-8
 * become U+FFFD; control characters (C0, DEL and C1) become \u00xx. */
void out_json_string(struct out *o, const void *p, size_t n);

/* Appends s as a JSON string, or null if it is NULL. */
void out_json(struct out *o, const char *s);

#endif
