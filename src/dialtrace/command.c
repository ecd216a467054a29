/* The traced command: see command.h. */
#include "dialtrace/command.h"
#include "dialtrace/emulate.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child waits for a byte on go, and reports on failure why it could not. */
static int go[2], failure[2];
static const char *command_path;
static pid_t command_pid;

struct report {
	const char *what; /* a string constant: the same address in both processes */
	int error;
};

static bool executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	if (S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (!S_ISREG(st.st_mode))
		errno = EACCES; /* as execve has it; to open a pipe might wait for ever */
	else if (access(path, X_OK) == 0)
		return true;
	return false;
}

char *command_find(const char *name)
{
	const char *path = getenv("PATH");
	bool denied = false;
	char *file;

	if (strchr(name, '/')) {
		if (!executable(name))
			err(errno == ENOENT || errno == ENOTDIR ? 127 : 126,
			    "cannot run %s", name);
		return strdup(name);
	}
	for (path = path ? path : "/bin:/usr/bin"; *name && path;) {
		size_t len = strcspn(path, ":");

		if (asprintf(&file, "%.*s/%s", len ? (int)len : 1, len ? path : ".",
		             name) < 0)
			err(125, "cannot run %s", name);
		if (executable(file))
			return file;
		denied |= errno == EACCES;
		free(file);
		path = path[len] ? path + len + 1 : NULL;
	}
	if (denied)
		errx(126, "cannot run %s: Permission denied", name);
	errx(127, "cannot run %s: not found in PATH", name);
}

/* The user who called sudo. */
struct caller {
	uid_t uid;
	gid_t gid;
	int ngroups;
	gid_t groups[1024];
	char *name, *home, *shell;
};

/* Fills *c and returns true if the tracer was started through sudo by somebody
 * other than root. Asked before the fork: the filter of --kernel would be in the
 * way of a name service's sockets. */
static bool find_caller(struct caller *c)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	struct passwd *pw;

	if (geteuid() != 0 || !uid || !gid || strtoul(uid, NULL, 10) == 0)
		return false;
	c->uid = (uid_t)strtoul(uid, NULL, 10);
	c->gid = (gid_t)strtoul(gid, NULL, 10);
	c->ngroups = sizeof(c->groups) / sizeof(c->groups[0]);
	pw = getpwuid(c->uid);
	if (!pw || getgrouplist(pw->pw_name, c->gid, c->groups, &c->ngroups) < 0) {
		c->groups[0] = c->gid;
		c->ngroups = 1;
	}
	c->name = pw ? strdup(pw->pw_name) : NULL;
	c->home = pw ? strdup(pw->pw_dir) : NULL;
	c->shell = pw ? strdup(pw->pw_shell) : NULL;
	return true;
}

static const char *become(const struct caller *c)
{
	if (setgroups((size_t)c->ngroups, c->groups) < 0 || setgid(c->gid) < 0 ||
	    setuid(c->uid) < 0)
		return "become the user who called sudo";
	if (c->name) {
		setenv("USER", c->name, 1);
		setenv("LOGNAME", c->name, 1);
		setenv("HOME", c->home, 1);
		setenv("SHELL", c->shell, 1);
	}
	return NULL;
}

/* In a session of its own neither keys nor the shell's job control reach the process, and
 * when the tracer dies the kernel sends it no SIGHUP for being stopped. */
static void leave_terminal(int output)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	if (isatty(STDIN_FILENO))
		dup2(nothing, STDIN_FILENO);
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (isatty(fd))
			dup2(output, fd);
}

static _Noreturn void child(char **argv, bool emulate, int screen,
                            const struct caller *caller)
{
	struct report report = {NULL, 0};
	char byte;

	if (screen >= 0)
		leave_terminal(screen);
	close(go[1]);
	close(failure[0]);
	if (emulate) {
		errno = -emulate_apply();
		if (errno)
			report.what = "install the filter of --kernel=2.6.26, "
			              "which needs CAP_SYS_ADMIN";
	}
	if (!report.what && caller)
		report.what = become(caller);
	report.error = errno;
	if (read(go[0], &byte, 1) != 1)
		_exit(125);
	if (!report.what) {
		execv(command_path, argv);
		report.what = "";
		report.error = errno;
	}
	if (write(failure[1], &report, sizeof(report)) < 0)
		_exit(125);
	_exit(125);
}

pid_t command_start(const char *path, char **argv, bool emulate, int screen)
{
	static struct caller caller;
	bool has_caller = find_caller(&caller);

	command_path = path;
	if (emulate)
		emulate_prepare();
	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(failure, O_CLOEXEC) < 0)
		err(125, "pipe");
	fflush(NULL);
	command_pid = fork();
	if (command_pid < 0)
		err(125, "fork");
	if (command_pid == 0)
		child(argv, emulate, screen, has_caller ? &caller : NULL);
	close(go[0]);
	close(failure[1]);
	return command_pid;
}

void command_go(void)
{
	struct report report;

	if (write(go[1], "", 1) < 0)
		err(125, "cannot start %s", command_path);
	close(go[1]);
	/* A successful exec closes the other end. */
	if (TEMP_FAILURE_RETRY(read(failure[0], &report, sizeof(report))) !=
	    sizeof(report)) {
		close(failure[0]);
		return;
	}
	waitpid(command_pid, NULL, 0);
	errno = report.error;
	if (*report.what)
		err(125, "cannot %s", report.what);
	if (errno == ENOENT && access(command_path, F_OK) == 0)
		errx(127, "cannot run %s: there is no such interpreter as it names",
		     command_path);
	err(errno == ENOENT ? 127 : 126, "cannot run %s", command_path);
}
