/* A recording in memory: see step_run.h. */
#include "dialtrace/step_run.h"

#include <err.h>
#include <search.h>
#include <stdlib.h>

/* A goroutine, or a thread: the g0 of its M, where there are goroutines. */
struct track {
	u32 pid;
	bool goroutine;
	u64 id;
	size_t inner;  /* its innermost call, or RUN_NONE */
	size_t asleep; /* its LINE_ENTER that nothing has followed yet, or RUN_NONE */
};

struct run {
	struct moment *moments;
	size_t count, cap;
	bool live;
	u64 lost; /* since the last line */
	struct out title;
	void *tracks;                            /* of tsearch(3) */
	bool seen[UINT8_MAX + 1][UINT8_MAX + 1]; /* steps, by chapter and place */
};

static void *checked(void *p)
{
	if (!p)
		err(125, "recording");
	return p;
}

struct run *run_new(bool live)
{
	struct run *r = checked(calloc(1, sizeof(*r)));

	r->live = live;
	out_init(&r->title, -1, 64);
	return r;
}

void run_free(struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		free((char *)r->moments[i].line.text);
	free(r->moments);
	tdestroy(r->tracks, free);
	out_free(&r->title);
	free(r);
}

void run_header(struct run *r, const struct header *h)
{
	out_str(&r->title, h->target);
	out_str(&r->title, " · Linux ");
	out_str(&r->title, h->kernel);
	if (h->emulate)
		out_str(&r->title, " as 2.6.26");
	out_ch(&r->title, '\0');
}

/* Makes l's strings the run's: all in one block, which text begins. */
static void own(struct line *l)
{
	const char **strings[] = {&l->text, &l->func, &l->alias, &l->syscall, &l->error};
	enum { STRINGS = sizeof(strings) / sizeof(strings[0]) };
	size_t len[STRINGS], sum = 0;
	char *to;

	for (size_t i = 0; i < STRINGS; i++)
		sum += len[i] = *strings[i] ? strlen(*strings[i]) + 1 : 0;
	to = checked(malloc(sum));
	for (size_t i = 0; i < STRINGS; i++) {
		if (!len[i])
			continue;
		*strings[i] = memcpy(to, *strings[i], len[i]);
		to += len[i];
	}
}

static int compare_tracks(const void *a, const void *b)
{
	const struct track *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->goroutine != y->goroutine)
		return x->goroutine ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static struct track *track_of(struct run *r, const struct line *l)
{
	bool goroutine = l->has_g && l->goid;
	struct track key = {l->pid, goroutine, goroutine ? l->goid : l->tid, RUN_NONE,
	                    RUN_NONE};
	struct track **found = tfind(&key, &r->tracks, compare_tracks), *track;

	if (found)
		return *found;
	track = checked(malloc(sizeof(*track)));
	*track = key;
	checked(tsearch(track, &r->tracks, compare_tracks));
	return track;
}

void run_line(struct run *r, const struct line *l)
{
	size_t at = r->count++;
	struct track *track = track_of(r, l);
	struct moment *m;

	if (at == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 256;
		r->moments =
		    checked(reallocarray(r->moments, r->cap, sizeof(r->moments[0])));
	}
	/* What stands no deeper has returned by now. */
	while (track->inner != RUN_NONE &&
	       r->moments[track->inner].line.depth >= l->depth)
		track->inner = r->moments[track->inner].caller;
	if (track->asleep != RUN_NONE)
		r->moments[track->asleep].woken = at;

	m = &r->moments[at];
	*m = (struct moment){*l, track->inner, RUN_NONE, false, r->lost};
	own(&m->line);
	if (!r->live || l->type != LINE_ENTER) {
		m->new_step = l->chapter && !r->seen[l->chapter][l->place];
		r->seen[l->chapter][l->place] = true;
	}
	r->lost = 0;
	if (l->type == LINE_CALL)
		track->inner = at;
	track->asleep = l->type == LINE_ENTER ? at : RUN_NONE;
}

void run_lost(struct run *r, u64 events)
{
	r->lost += events;
}

size_t run_count(const struct run *r)
{
	return r->count;
}

const struct moment *run_at(const struct run *r, size_t at)
{
	return &r->moments[at];
}

bool run_live(const struct run *r)
{
	return r->live;
}

bool run_seen(const struct run *r, unsigned char chapter, unsigned char place)
{
	return r->seen[chapter][place];
}

const char *run_title(const struct run *r)
{
	return r->title.len ? r->title.buf : "";
}

size_t run_path(const struct run *r, size_t at, size_t *path, size_t size)
{
	size_t count = 0, kept;

	for (size_t i = at; i != RUN_NONE; i = r->moments[i].caller)
		count++;
	kept = count < size ? count : size;
	for (size_t i = at, n = kept; n--; i = r->moments[i].caller)
		path[n] = i;
	return count;
}

size_t run_waiting(const struct run *r, size_t at, size_t *list, size_t size)
{
	size_t n = 0;

	for (size_t i = at; i-- && n < size;)
		if (r->moments[i].line.type == LINE_ENTER && r->moments[i].woken > at)
			list[n++] = i;
	return n;
}
