/* Where the trace goes: see output.h. */
#include "dialtrace/output.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int output_open(const char *path)
{
	int fd;

	if (!path)
		return STDOUT_FILENO;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		err(125, "cannot write %s", path);
	return fd;
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
