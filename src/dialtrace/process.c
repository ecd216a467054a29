/* A running process: see process.h. */
#include "dialtrace/process.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

static _Noreturn void cannot_trace(pid_t pid, const char *why)
{
	errx(125, "cannot trace process %d: %s", pid, why);
}

/* The program that a process runs, as one of its threads tells: the first may have ended
 * before the others. It is held open: that thread may end as well. NULL, with errno set,
 * if none does. */
static char *find_program(pid_t in_proc)
{
	char pattern[64], *program = NULL;
	glob_t threads;

	snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/exe", in_proc);
	errno = ENOENT;
	if (glob(pattern, 0, NULL, &threads) != 0)
		return NULL;
	for (size_t i = 0; i < threads.gl_pathc && !program; i++) {
		int fd = open(threads.gl_pathv[i], O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && asprintf(&program, "/proc/self/fd/%d", fd) < 0)
			program = NULL;
	}
	globfree(&threads);
	return program;
}

int process_open(pid_t pid, char **program)
{
	int fd = pidfd_open(pid, 0), error = errno;
	pid_t in_proc, own;

	if (pid == getpid())
		cannot_trace(pid, "that is dialtrace itself");
	if (fd < 0 && error == ESRCH)
		cannot_trace(pid, "there is none");
	if (fd < 0 && (error == EINVAL || error == ENOENT))
		cannot_trace(pid, "that is a thread of another process, "
		                  "give the number of that");
	if (fd < 0)
		cannot_trace(pid, strerror(error));
	process_numbers(fd, &in_proc, &own);
	*program = find_program(in_proc);
	if (*program)
		return fd;
	if (errno == ENOENT)
		cannot_trace(pid, "it is dead, or the kernel's own");
	if (errno == EACCES)
		cannot_trace(pid,
		             geteuid() != 0
		                 ? "Permission denied: run it as root or through sudo"
		                 : "Permission denied: it takes CAP_SYS_PTRACE and "
		                   "all capabilities that the process has");
	cannot_trace(pid, strerror(errno));
}

void process_numbers(int pidfd, pid_t *in_proc, pid_t *own)
{
	char path[64], line[256];
	FILE *info;

	*in_proc = *own = 0;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	info = fopen(path, "re");
	if (!info)
		err(125, "cannot read %s: dialtrace needs /proc mounted", path);
	while (fgets(line, sizeof(line), info)) {
		sscanf(line, "Pid: %d", in_proc);
		if (strncmp(line, "NSpid:", 6) == 0)
			*own = atoi(strrchr(line, '\t') + 1);
	}
	fclose(info);
}

bool process_stopped(int pidfd)
{
	char path[64], line[256], state = 0;
	pid_t in_proc, own;
	FILE *status;

	process_numbers(pidfd, &in_proc, &own);
	snprintf(path, sizeof(path), "/proc/%d/status", in_proc);
	status = fopen(path, "re");
	if (!status)
		return false;
	while (!state && fgets(line, sizeof(line), status))
		sscanf(line, "State: %c", &state);
	fclose(status);
	return state == 'T' || state == 't';
}
