/* The repository: see step_repo.h. */
#include "dialtrace/step_repo.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether dir is it. */
static bool is_root(const char *dir)
{
	char path[PATH_MAX];

	return (size_t)snprintf(path, sizeof(path), "%s/src/net/fd_unix.c", dir) <
	           sizeof(path) &&
	       access(path, R_OK) == 0;
}

/* Cuts the last name off a path. */
static bool up(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
	return slash;
}

const char *repo_root(void)
{
	static char root[PATH_MAX];

	if (*root)
		return root;
	if (realpath("/proc/self/exe", root) && up(root) && up(root) && is_root(root))
		return root;
	if (realpath(".", root) && is_root(root))
		return root;
	*root = '\0';
	return NULL;
}

const char *repo_chapter(unsigned chapter)
{
	static char path[PATH_MAX];
	const char *root = repo_root();
	glob_t found;

	if (!root)
		return NULL;

	snprintf(path, sizeof(path), "%s/walkthrough/%02u-*.md", root, chapter);
	if (glob(path, 0, NULL, &found) != 0)
		return NULL;
	snprintf(path, sizeof(path), "%s", found.gl_pathv[0] + strlen(root) + 1);
	globfree(&found);
	return path;
}
