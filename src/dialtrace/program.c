/* The traced program: see program.h. */
#include "dialtrace/program.h"
#include "dialtrace/decode_call.h"
#include "dialtrace/gosym.h"
#include "dialtrace/symbols.h"
#include "runtime/runtime2.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Calls fn once for each function of the table, with its first row. */
static void each_function(struct program *p, void (*fn)(struct program *, size_t, void *),
                          void *ctx)
{
	for (size_t row = 0; row < steps_count; row++) {
		size_t first = 0;

		while (steps[first].syscall ||
		       strcmp(steps[first].func, steps[row].func) != 0)
			first++;
		if (first == row)
			fn(p, row, ctx);
	}
}

static void add(struct program *p, struct config *config, size_t row, u64 offset)
{
	const char *args = step_form(step_at(row), p->go).args;

	if (p->count == PROBES)
		return;
	decode_call_captures(args, (u8)config->g_goid, config->probe_capture[p->count]);
	p->row[p->count] = row;
	p->offset[p->count++] = offset;
}

/* --- a program built on the port --- */

struct port {
	const struct symbols *symbols;
	struct config *config;
};

static void look_up_port(struct program *p, size_t row, void *ctx)
{
	const struct port *port = ctx;
	char symbol[STEP_SYMBOL_LEN];
	u64 offset;

	if (symbols_function(port->symbols, step_symbol(steps[row].func, symbol),
	                     &offset))
		add(p, port->config, row, offset);
}

static void read_port(struct program *p, const char *path, const char *name,
                      struct config *config)
{
	struct symbols *s = symbols_open(path, name);
	struct port port = {s, config};

	if (!s)
		return;
	config->g_goid = offsetof(struct runtime_g, goid);
	config->g_m = offsetof(struct runtime_g, m);
	config->m_id = offsetof(struct runtime_m, id);
	config->has_g = symbols_thread_local(s, "runtime_tls_g", &config->g_tls);
	each_function(p, look_up_port, &port);
	symbols_close(s);
}

/* --- a Go program --- */

struct go {
	struct gosym_function *fns;
	size_t *row; /* of each */
	size_t n;
};

static void want(struct program *p, size_t row, void *ctx)
{
	struct go *go = ctx;

	go->row[go->n] = row;
	go->fns[go->n++].name = step_form(step_at(row), p->go).name;
}

static void mark_missing(struct program *p, const char *func, bool inlined)
{
	for (size_t i = 0; i < steps_count; i++) {
		if (strcmp(steps[i].func, func) != 0)
			continue;
		p->missing[i] = true;
		p->inlined[i] = inlined;
	}
}

static void describe(struct program *p, const struct gosym *g)
{
	const struct go_version *v = &g->version;
	char name[sizeof(v->text) + 8];

	if (*v->text)
		snprintf(name, sizeof(name), "Go %s",
		         v->text + (strncmp(v->text, "go", 2) == 0 ? 2 : 0));
	else
		snprintf(name, sizeof(name), "Go 1.%u", v->minor);
	snprintf(p->note, sizeof(p->note), "%s%s", name,
	         v->minor > GO_NEWEST ? ", newer than this dialtrace: best effort"
	         : v->guessed         ? ", by the looks of it"
	                              : "");
}

static void configure_go(const struct gosym *g, struct config *config)
{
	const struct go_layout *layout = go_layout(g->version.minor);

	config->go = true;
	config->g_in_register = g->file.machine == EM_AARCH64;
	config->has_g = gosym_g(g, &config->g_tls) || config->g_in_register;
	config->g_goid = layout->g_goid;
	config->g_m = GO_G_M;
	config->m_id = layout->m_id;
	config->args = gosym_register_arguments(g) ? ARGS_GO_REGISTERS : ARGS_GO_STACK;
}

static const char *find_go(struct program *p, const struct gosym *g,
                           struct config *config)
{
	struct gosym_function fns[steps_count + steps_go_count];
	size_t row[steps_count + steps_go_count];
	struct go go = {.fns = fns, .row = row};
	const char *error;

	memset(fns, 0, sizeof(fns));
	each_function(p, want, &go);
	for (size_t i = 0; i < steps_go_count; i++)
		want(p, steps_count + i, &go);
	error = gosym_find(g, fns, go.n);
	for (size_t i = 0; i < go.n && !error; i++) {
		if (!fns[i].found) {
			mark_missing(p, step_at(row[i])->func, fns[i].inlined);
			continue;
		}
		config->probe_on_branch[p->count] = fns[i].probe.on_branch;
		add(p, config, row[i], fns[i].offset + fns[i].probe.offset);
	}
	return error;
}

/* Returns false if the program is not Go's, or of a Go that is not known. */
static bool read_go(struct program *p, const char *name, int fd, size_t size,
                    struct config *config)
{
	struct bytes file = {.n = size};
	const char *error = NULL;
	struct gosym g;
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (map == MAP_FAILED)
		return false;
	file.p = map;
	if (gosym_open(&g, file, &error)) {
		if (g.version.minor >= GO_OLDEST) {
			p->go = g.version.minor;
			describe(p, &g);
			configure_go(&g, config);
			error = find_go(p, &g, config);
		} else {
			warnx("%s was built with a Go older than 1.%d, or that does not "
			      "tell its version: only its system calls are shown",
			      name, GO_OLDEST);
		}
		gosym_close(&g);
	}
	munmap(map, size);
	if (error)
		errx(125, "%s: %s", name, error);
	return p->go != 0;
}

static bool is_32_bit(int fd)
{
	u8 ident[EI_NIDENT];

	return pread(fd, ident, sizeof(ident), 0) == sizeof(ident) &&
	       memcmp(ident, ELFMAG, SELFMAG) == 0 && ident[EI_CLASS] == ELFCLASS32;
}

void program_read(struct program *p, const char *path, const char *name,
                  struct config *config)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*p = (struct program){0};
	p->row = calloc(steps_count + steps_go_count, sizeof(*p->row));
	p->offset = calloc(steps_count + steps_go_count, sizeof(*p->offset));
	p->missing = calloc(steps_count, sizeof(*p->missing));
	p->inlined = calloc(steps_count, sizeof(*p->inlined));
	if (!p->row || !p->offset || !p->missing || !p->inlined)
		err(125, "%s", name);
	if (fd < 0 || fstat(fd, &st) < 0)
		err(125, "cannot read %s", name);
	config->exe_inode = st.st_ino;
	if (!read_go(p, name, fd, (size_t)st.st_size, config))
		read_port(p, path, name, config);
	if (is_32_bit(fd))
		warnx("%s is a 32-bit program: its system calls are not shown", name);
	close(fd);
}

void program_free(struct program *p)
{
	free(p->row);
	free(p->offset);
	free(p->missing);
	free(p->inlined);
}
