/* The source of a function: see step_source.h. */
#include "dialtrace/step_source.h"
#include "dialtrace/out.h"
#include "dialtrace/step_repo.h"
#include "dialtrace/steps.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a function stands. */
struct tag {
	char *name, *file;
	unsigned first, last; /* lines */
};

struct source {
	struct tag *tags;
	size_t count, cap;
	const char *error;
	struct source_text text; /* what was found last: */
	struct out bytes;        /* its lines, each ended by NUL */
	const char **lines;
};

static void *checked(void *p)
{
	if (!p)
		err(125, "source");
	return p;
}

/* --- The list of functions --- */

/* Starts ctags in dir and returns the end of the pipe that it writes to; -1 if it
 * cannot be started. */
static int start_ctags(const char *dir, pid_t *pid)
{
	static char *const argv[] = {"ctags",
	                             "--languages=C",
	                             "--langmap=C:.c",
	                             "--kinds-C=f",
	                             "--fields=ne",
	                             "--sort=no",
	                             "-R",
	                             "-o",
	                             "-",
	                             "src/net",
	                             "src/runtime",
	                             "src/context",
	                             "src/os",
	                             "src/sync",
	                             "src/syscall",
	                             "src/time",
	                             NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int fd[2], error;

	if (pipe2(fd, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, dir);
	posix_spawn_file_actions_adddup2(&actions, fd[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
	                                 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attributes, &none);
	error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(fd[1]);
	if (error) {
		close(fd[0]);
		return -1;
	}
	return fd[0];
}

/* Adds what a line of ctags says: NAME, FILE, PATTERN, kind, line:N, end:N, with tabs
 * between them. */
static void add_tag(struct source *s, const char *line)
{
	const char *first = strstr(line, "\tline:"), *last = strstr(line, "\tend:");
	struct tag tag;

	if (!first || !last ||
	    sscanf(line, "%m[^\t]\t%m[^\t]", &tag.name, &tag.file) != 2)
		return;
	tag.first = (unsigned)strtoul(first + strlen("\tline:"), NULL, 10);
	tag.last = (unsigned)strtoul(last + strlen("\tend:"), NULL, 10);
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 256;
		s->tags = checked(reallocarray(s->tags, s->cap, sizeof(s->tags[0])));
	}
	s->tags[s->count++] = tag;
}

static void list_functions(struct source *s, const char *root)
{
	char *line = NULL;
	size_t size = 0;
	pid_t pid;
	int fd = start_ctags(root, &pid);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");

	while (in && getline(&line, &size, in) > 0)
		add_tag(s, line);
	free(line);
	if (in) {
		fclose(in);
		waitpid(pid, NULL, 0);
	}
	if (!s->count)
		s->error = "install universal-ctags to see the source";
}

struct source *source_new(void)
{
	struct source *s = checked(calloc(1, sizeof(*s)));
	const char *root = repo_root();

	out_init(&s->bytes, -1, 4096);
	if (root)
		list_functions(s, root);
	else
		s->error = "start dialtrace in its repository to see the source";
	return s;
}

void source_free(struct source *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->tags[i].name);
		free(s->tags[i].file);
	}
	free(s->tags);
	free(s->lines);
	out_free(&s->bytes);
	free(s);
}

const char *source_error(const struct source *s)
{
	return s->error;
}

/* --- A function --- */

static const struct tag *find_symbol(const struct source *s, const char *func)
{
	char symbol[STEP_SYMBOL_LEN];

	if (!func || strlen(func) >= sizeof(symbol))
		return NULL;
	step_symbol(func, symbol);
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->tags[i].name, symbol) == 0)
			return &s->tags[i];
	return NULL;
}

/* A name by go:linkname has its body under the other one. */
static const char *other_name(const char *func)
{
	for (size_t i = 0; i < steps_count; i++)
		if (strcmp(steps[i].func, func) == 0 && steps[i].alias)
			return steps[i].alias;
	return NULL;
}

static void add_line(struct out *o, const char *line)
{
	enum { TAB = 4 };

	for (; *line && *line != '\n'; line++) {
		if (*line == '\t')
			out_mem(o, "        ", TAB);
		else if ((unsigned char)*line >= ' ' && *line != '\177')
			out_ch(o, *line);
	}
	out_ch(o, '\0');
}

static void read_lines(struct source *s, FILE *in, const struct tag *tag)
{
	char *line = NULL;
	size_t size = 0;

	s->bytes.len = 0;
	s->text.count = 0;
	for (unsigned n = 1; n <= tag->last && getline(&line, &size, in) > 0; n++) {
		if (n < tag->first)
			continue;
		add_line(&s->bytes, line);
		s->text.count++;
	}
	free(line);
}

const struct source_text *source_find(struct source *s, const char *func)
{
	const struct tag *tag = find_symbol(s, func);
	const char *line;
	char *path;
	FILE *in;

	if (!tag && func)
		tag = find_symbol(s, other_name(func));
	if (!tag || asprintf(&path, "%s/%s", repo_root(), tag->file) < 0)
		return NULL;
	in = fopen(path, "re");
	free(path);
	if (!in)
		return NULL;
	read_lines(s, in, tag);
	fclose(in);

	s->lines =
	    checked(reallocarray(s->lines, s->text.count + 1, sizeof(s->lines[0])));
	line = s->bytes.buf;
	for (size_t i = 0; i < s->text.count; i++, line += strlen(line) + 1)
		s->lines[i] = line;
	s->text.file = tag->file;
	s->text.first = tag->first;
	s->text.lines = s->lines;
	return &s->text;
}
