/* Where the trace goes: see output.h. */
#include "dialtrace/output.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file that output_prepare has made, until output_begin. */
static const char *made;

static void remove_made(void)
{
	if (made)
		unlink(made);
}

static int open_path(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);

	if (fd < 0 && !(flags & O_EXCL))
		err(125, "cannot write %s", path);
	return fd;
}

int output_open(const char *path)
{
	return path ? open_path(path, O_TRUNC) : STDOUT_FILENO;
}

int output_prepare(const char *path)
{
	int fd;

	if (!path)
		return STDOUT_FILENO;
	fd = open_path(path, O_EXCL);
	if (fd < 0)
		return open_path(path, 0);
	made = path;
	atexit(remove_made);
	return fd;
}

void output_begin(const struct out *o)
{
	struct stat st;

	made = NULL;
	if (o->fd != STDOUT_FILENO && fstat(o->fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    ftruncate(o->fd, 0) < 0)
		warn("cannot empty the output");
}

bool output_color(int fd, enum color_when when)
{
	return when == COLOR_ALWAYS || (when == COLOR_AUTO && isatty(fd));
}

unsigned output_width(int fd)
{
	struct winsize ws;

	if (!isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col ? ws.ws_col : 100;
}

void output_end(struct out *o, const char *path)
{
	if (out_flush(o))
		return;
	errno = o->error;
	warn("cannot write %s", path ? path : "the trace");
}

void output_remove(const struct out *o, const char *path)
{
	struct stat st;

	if (fstat(o->fd, &st) == 0 && S_ISREG(st.st_mode))
		unlink(path);
}
