/* What the command prints: see held.h. */
#include "dialtrace/held.h"

#include <err.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE = 256, MOST = 64 * 1024 * 1024 };

struct held held_open(void)
{
	struct held h = {.fd = memfd_create("output", MFD_CLOEXEC)};

	/* So that nobody's offset matters. */
	if (h.fd < 0 || fcntl(h.fd, F_SETFL, O_APPEND) < 0)
		err(125, "cannot hold the command's output");
	return h;
}

static s64 size_of(const struct held *h)
{
	struct stat st;

	return fstat(h->fd, &st) < 0 ? 0 : st.st_size;
}

/* Gives the memory back of what lies before h->at. */
static void forget(const struct held *h)
{
	fallocate(h->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, h->at);
}

bool held_line(struct held *h, struct out *o)
{
	s64 size = size_of(h);
	char text[LINE];
	ssize_t n, start;

	if (size == h->looked)
		return false;
	h->looked = size;
	if (size - h->at > MOST) {
		h->left_out += size - MOST - h->at;
		h->at = size - MOST;
		forget(h);
	}
	n = pread(h->fd, text, LINE, size > LINE ? size - LINE : 0);
	while (n > 0 && text[n - 1] == '\n')
		n--;
	for (start = n; start > 0 && text[start - 1] != '\n'; start--)
		;
	o->len = 0;
	if (n > start)
		out_escape(o, text + start, (size_t)(n - start));
	out_ch(o, '\0');
	return true;
}

void held_print(struct held *h)
{
	char text[65536];
	ssize_t n;

	if (h->left_out)
		warnx(
		    "the command printed much: of what it printed first, %lld bytes are "
		    "left out",
		    (long long)h->left_out);
	h->left_out = 0;
	while ((n = pread(h->fd, text, sizeof(text), h->at)) > 0) {
		struct out o;

		out_init(&o, STDOUT_FILENO, (size_t)n);
		out_mem(&o, text, (size_t)n);
		out_flush(&o);
		out_free(&o);
		h->at += n;
		forget(h);
	}
}
