/* Chrome's trace event format: see chrome.h. */
#include "dialtrace/chrome.h"

#include <err.h>
#include <search.h>
#include <stdlib.h>

/* Goroutines' tracks are numbered from here, above every thread's number. */
#define GOROUTINE_TIDS ((u64)1 << 22)

/* A goroutine, or a thread: the g0 of its M, where there are goroutines. */
struct track {
	u32 pid;
	bool goroutine;
	u64 id;  /* goid or thread number */
	u64 tid; /* its number in the output */
	bool is_m;
	u32 m;
	u64 last; /* time of its latest event: no later one gets an earlier time */

	unsigned *open; /* depths of the slices that are open, outermost first */
	size_t open_count, open_cap;
	bool sleeping; /* the innermost is a system call that sleeps */

	int fd;                    /* it waits for this descriptor, if not -1, */
	bool reads;                /* to be readable, else writable */
	const struct track *waker; /* who made it runnable, if somebody did, */
	u64 woken;                 /* and when */
};

/* An event: its time, and in chrome.text what follows the time in the output. */
struct item {
	u64 t;
	size_t at, len;
};

struct chrome {
	void *by_key; /* the tracks, of tsearch(3) */
	struct track **tracks;
	size_t tracks_count, tracks_cap;
	struct item *items;
	size_t items_count, items_cap;
	struct out text;
	char *kernel, *program; /* NULL: there was no header */
	u64 goroutines, arrows, lost;
};

static void *checked(void *p)
{
	if (!p)
		err(125, "Chrome trace");
	return p;
}

struct chrome *chrome_new(void)
{
	struct chrome *c = checked(calloc(1, sizeof(*c)));

	out_init(&c->text, -1, 4096);
	return c;
}

static void free_track(void *p)
{
	struct track *track = p;

	free(track->open);
	free(track);
}

void chrome_free(struct chrome *c)
{
	tdestroy(c->by_key, free_track);
	free(c->tracks);
	free(c->items);
	free(c->kernel);
	free(c->program);
	out_free(&c->text);
	free(c);
}

/* Makes room in array for one more than count. */
static void *room(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 16;
	return checked(reallocarray(array, *cap, size));
}

/* --- Tracks --- */

static int compare_tracks(const void *a, const void *b)
{
	const struct track *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->goroutine != y->goroutine)
		return x->goroutine ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static struct track *find_track(struct chrome *c, u32 pid, bool goroutine, u64 id)
{
	struct track key = {.pid = pid, .goroutine = goroutine, .id = id};
	struct track **found = tfind(&key, &c->by_key, compare_tracks);

	return found ? *found : NULL;
}

static struct track *track_of(struct chrome *c, const struct line *l)
{
	bool goroutine = l->has_g && l->goid;
	u64 id = goroutine ? l->goid : l->tid;
	struct track *track = find_track(c, l->pid, goroutine, id);

	if (!track) {
		track = checked(calloc(1, sizeof(*track)));
		*track = (struct track){
		    .pid = l->pid, .goroutine = goroutine, .id = id, .fd = -1};
		track->tid = goroutine ? GOROUTINE_TIDS + ++c->goroutines : id;
		checked(tsearch(track, &c->by_key, compare_tracks));
		c->tracks = room(c->tracks, c->tracks_count, &c->tracks_cap,
		                 sizeof(struct track *));
		c->tracks[c->tracks_count++] = track;
	}
	if (l->has_g && !goroutine) {
		track->is_m = true; /* a thread, until it has found its g0 */
		track->m = l->m;
	}
	return track;
}

/* --- Events --- */

/* Starts an event of track's; its text goes on until the next one starts. */
static struct out *event(struct chrome *c, const struct track *track, char phase, u64 t)
{
	struct out *o = &c->text;

	c->items = room(c->items, c->items_count, &c->items_cap, sizeof(struct item));
	c->items[c->items_count++] = (struct item){.t = t, .at = o->len};
	out_str(o, ",\"ph\":\"");
	out_ch(o, phase);
	out_str(o, "\",\"pid\":");
	out_u64(o, track->pid);
	out_str(o, ",\"tid\":");
	out_u64(o, track->tid);
	return o;
}

static void string(struct out *o, const char *key, const char *value)
{
	out_str(o, key);
	out_json(o, value);
}

static void end(struct chrome *c, struct track *track, u64 t)
{
	event(c, track, 'E', t);
	track->open_count--;
	track->sleeping = false;
}

/* Begins the slice of l at t, or later if the track is there already, and ends those
 * that have ended by then. */
static void begin(struct chrome *c, struct track *track, const struct line *l, u64 t)
{
	struct out *o;

	if (t < track->last)
		t = track->last;
	while (track->open_count && track->open[track->open_count - 1] >= l->depth)
		end(c, track, t);
	track->open = room(track->open, track->open_count, &track->open_cap,
	                   sizeof(track->open[0]));
	track->open[track->open_count++] = l->depth;
	track->last = t;

	o = event(c, track, 'B', t);
	string(o, ",\"name\":", l->type == LINE_CALL ? l->func : l->syscall);
	string(o, ",\"cat\":", l->type == LINE_CALL ? "call" : "syscall");
	string(o, ",\"args\":{\"text\":", l->text);
	if (l->chapter) {
		out_str(o, ",\"step\":\"");
		out_step(o, l->chapter, l->place);
		out_ch(o, '"');
	}
	if (track->goroutine) {
		out_str(o, ",\"m\":");
		out_u64(o, l->m);
	}
	out_ch(o, '}');
}

static void arrow_end(struct chrome *c, const struct track *track, char phase, u64 t)
{
	struct out *o = event(c, track, phase, t);

	string(o, ",\"name\":", "wakes");
	string(o, ",\"cat\":", "wake");
	out_str(o, ",\"id\":");
	out_u64(o, c->arrows);
	if (phase == 'f')
		out_str(o, ",\"bp\":\"e\"");
}

/* --- Who wakes whom --- */

static bool is(const struct line *l, const char *func)
{
	return l->type == LINE_CALL && strcmp(l->func, func) == 0;
}

/* The descriptor whose pollDesc is among l's arguments, or -1. */
static int polldesc_fd(const struct line *l)
{
	static const char before[] = "pollDesc of fd ";
	const char *p = strstr(l->text, before);

	return p ? atoi(p + strlen(before)) : -1;
}

static void wake(struct track *woken, const struct track *waker)
{
	if (woken == waker || woken->waker)
		return;
	woken->waker = waker;
	woken->woken = waker->last;
}

/* Everybody who waits for what l says is ready now. */
static void wake_waiting(struct chrome *c, const struct track *waker,
                         const struct line *l)
{
	bool reads = strstr(l->text, "'r'"), writes = strstr(l->text, "'w'");
	int fd = polldesc_fd(l);

	for (size_t i = 0; fd >= 0 && i < c->tracks_count; i++) {
		struct track *t = c->tracks[i];

		if (t->pid == waker->pid && t->fd == fd && (t->reads ? reads : writes))
			wake(t, waker);
	}
}

static void wake_named(struct chrome *c, const struct track *waker, const struct line *l)
{
	static const char before[] = "gp=g";
	const char *p = strstr(l->text, before);
	struct track *woken;

	if (!p)
		return;
	woken = find_track(c, waker->pid, true, strtoull(p + strlen(before), NULL, 10));
	if (woken)
		wake(woken, waker);
}

/* After the slice of l has begun: what l tells of who waits, who is woken, and who
 * goes on. */
static void follow(struct chrome *c, struct track *track, const struct line *l)
{
	if (track->waker && track->woken <= track->last) {
		c->arrows++;
		arrow_end(c, track->waker, 's', track->woken);
		arrow_end(c, track, 'f', track->last);
	}
	track->waker = NULL;
	if (is(l, "runtime.netpollblock")) {
		track->fd = polldesc_fd(l);
		track->reads = strstr(l->text, "'r'");
	} else if (!is(l, "runtime.gopark")) {
		track->fd = -1;
	}
	if (is(l, "runtime.netpollready") || is(l, "runtime.netpollunblock"))
		wake_waiting(c, track, l);
	else if (is(l, "runtime.goready"))
		wake_named(c, track, l);
}

/* --- What the recording contains --- */

void chrome_header(struct chrome *c, const struct header *h)
{
	c->kernel = checked(strdup(h->kernel));
	c->program = checked(strdup(h->target));
}

void chrome_line(struct chrome *c, const struct line *l)
{
	struct track *track = track_of(c, l);
	u64 t = l->t;

	if (track->sleeping && l->type == LINE_EXIT &&
	    track->open[track->open_count - 1] == l->depth) {
		struct out *o;

		track->last = t > track->last ? t : track->last;
		end(c, track, track->last);
		o = &c->text;
		string(o, ",\"args\":{\"returned\":", l->text);
		out_ch(o, '}');
		return;
	}
	if (l->type == LINE_EXIT && l->has_dur)
		t -= l->dur < t ? l->dur : t;
	begin(c, track, l, t);
	follow(c, track, l);
	if (l->type == LINE_ENTER)
		track->sleeping = true;
	if (l->type == LINE_EXIT) {
		track->last = l->t > track->last ? l->t : track->last;
		end(c, track, track->last);
	}
}

void chrome_lost(struct chrome *c, u64 events)
{
	const struct track *track;
	struct out *o;

	c->lost += events;
	if (!c->tracks_count)
		return;
	track = c->tracks[c->tracks_count - 1];
	o = event(c, track, 'i', track->last);
	out_str(o, ",\"s\":\"g\",\"name\":\"");
	out_u64(o, events);
	out_str(o, " events lost\"");
}

/* --- Output --- */

static void microseconds(struct out *o, u64 ns)
{
	unsigned part = (unsigned)(ns % 1000);
	char decimals[] = {'.', (char)('0' + part / 100), (char)('0' + part / 10 % 10),
	                   (char)('0' + part % 10)};

	out_u64(o, ns / 1000);
	out_mem(o, decimals, sizeof(decimals));
}

static void metadata(struct out *o, const struct track *track, const char *what)
{
	string(o, "{\"ph\":\"M\",\"name\":", what);
	out_str(o, ",\"pid\":");
	out_u64(o, track->pid);
	out_str(o, ",\"tid\":");
	out_u64(o, track->tid);
	out_str(o, ",\"args\":{");
}

static void name_process(const struct chrome *c, struct out *o, const struct track *track)
{
	metadata(o, track, "process_name");
	string(o, "\"name\":", c->program ? c->program : "process");
	out_str(o, "}},\n");
}

static void name_track(struct out *o, const struct track *track)
{
	const char *kind = track->goroutine ? "g" : track->is_m ? "m" : "thread ";
	/* Goroutines above Ms, both by number. */
	enum { MS = 1000000 };
	u64 place = track->goroutine ? track->id : MS + track->m;

	metadata(o, track, "thread_name");
	out_str(o, "\"name\":\"");
	out_str(o, kind);
	out_u64(o, track->is_m ? track->m : track->id);
	out_str(o, "\"}},\n");
	metadata(o, track, "thread_sort_index");
	out_str(o, "\"sort_index\":");
	out_u64(o, place < INT32_MAX ? place : INT32_MAX);
	out_str(o, "}},\n");
}

static bool first_of_process(const struct chrome *c, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (c->tracks[j]->pid == c->tracks[i]->pid)
			return false;
	return true;
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static void write_events(struct chrome *c, struct out *o)
{
	/* Each text ends where the next begins. */
	for (size_t i = 0; i < c->items_count; i++) {
		size_t next = i + 1 < c->items_count ? c->items[i + 1].at : c->text.len;

		c->items[i].len = next - c->items[i].at;
	}
	if (c->items_count)
		qsort(c->items, c->items_count, sizeof(struct item), compare_items);
	for (size_t i = 0; i < c->items_count; i++) {
		const struct item *e = &c->items[i];

		out_str(o, "{\"ts\":");
		microseconds(o, e->t);
		out_mem(o, c->text.buf + e->at, e->len);
		out_str(o, i + 1 < c->items_count ? "},\n" : "}\n");
	}
}

void chrome_write(struct chrome *c, struct out *o)
{
	out_str(o, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"lost\":");
	out_u64(o, c->lost);
	if (c->kernel) {
		string(o, ",\"kernel\":", c->kernel);
		string(o, ",\"program\":", c->program);
	}
	out_str(o, "},\n\"traceEvents\":[\n");
	for (size_t i = 0; i < c->tracks_count; i++) {
		if (first_of_process(c, i))
			name_process(c, o, c->tracks[i]);
		name_track(o, c->tracks[i]);
	}
	write_events(c, o);
	out_str(o, "]}\n");
}
