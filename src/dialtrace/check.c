/*
 * The checklist: see check.h.
 *
 * In order means: each step was seen for the first time after the one before it on the
 * list. A list has parts with an order of their own, for what runs beside something else.
 */
#include "dialtrace/check.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SYSMON = 10 };

struct item {
	const struct step *step;
	unsigned part;
	unsigned seen; /* which first sighting it was, 0: none */
};

struct check {
	bool article;
	unsigned next; /* counts first sightings */
	unsigned total;
	unsigned part;      /* the last item's */
	u32 sysmon;         /* its thread, once it has begun */
	bool *lacks;        /* per row of the table */
	unsigned lacking;   /* how many were taken off the list */
	struct item list[]; /* no step twice: steps_count at most */
};

static struct check *new_list(void)
{
	struct check *c = calloc(1, sizeof(*c) + steps_count * sizeof(c->list[0]));

	if (!c)
		err(125, "checklist");
	c->lacks = calloc(steps_count, sizeof(c->lacks[0]));
	if (!c->lacks)
		err(125, "checklist");
	return c;
}

static bool same(const struct step *a, const struct step *b)
{
	return a->chapter == b->chapter && a->place == b->place;
}

static struct item *find(const struct check *c, const struct step *step)
{
	for (unsigned i = 0; i < c->total; i++)
		if (same(c->list[i].step, step))
			return (struct item *)&c->list[i];
	return NULL;
}

static void add(struct check *c, const struct step *step, unsigned part)
{
	if (!find(c, step))
		c->list[c->total++] = (struct item){.step = step, .part = part};
}

struct check *check_new(bool old)
{
	struct check *c = new_list();

	c->article = true;
	/* sysmon's thread starts before the dial and runs beside it. */
	for (size_t i = 0; i < steps_count; i++)
		if (step_expected(&steps[i], old))
			add(c, &steps[i], steps[i].chapter == SYSMON);
	return c;
}

/* Adds "7.1" or "7.1-7.5". */
static bool add_range(struct check *c, const char *text, bool old)
{
	unsigned chapter, from, to, end_chapter;
	int used = 0;

	if (sscanf(text, "%2u.%2u%n", &chapter, &from, &used) != 2)
		return false;
	to = from;
	if (text[used] == '-') {
		text += used;
		if (sscanf(text, "-%2u.%2u%n", &end_chapter, &to, &used) != 2 ||
		    end_chapter != chapter || to < from)
			return false;
	}
	if (text[used])
		return false;
	for (unsigned place = from; place <= to; place++) {
		const struct step *step = step_numbered(chapter, place);

		if (!step || chapter == 0)
			return false;
		if (old || !(step->flags & STEP_OLD) || from == to)
			add(c, step, c->part);
	}
	return true;
}

struct check *check_parse(const char *text, bool old, char *wrong, size_t size)
{
	struct check *c = new_list();

	while (*text) {
		size_t len = strcspn(text, ",/");

		snprintf(wrong, size, "%.*s", (int)len, text);
		if (!add_range(c, wrong, old)) {
			check_free(c);
			return NULL;
		}
		text += len;
		c->part += *text == '/';
		text += *text != '\0';
	}
	return c;
}

void check_free(struct check *c)
{
	if (c)
		free(c->lacks);
	free(c);
}

void check_lack(struct check *c, const struct step *step)
{
	struct item *item = find(c, step);

	c->lacks[step - steps] = true;
	if (step->syscall || !item || item->step != step)
		return;
	c->total--;
	c->lacking++;
	memmove(item, item + 1, (size_t)(&c->list[c->total] - item) * sizeof(*item));
}

bool check_lacks(const struct check *c, const struct step *step)
{
	return c->lacks[step - steps];
}

unsigned check_lacking(const struct check *c)
{
	return c->lacking;
}

/* Tells whether of its part all before it were seen, and none behind it. */
static bool is_next(const struct check *c, const struct item *item)
{
	for (unsigned i = 0; i < c->total; i++)
		if (c->list[i].part == item->part &&
		    (c->list[i].seen != 0) != (&c->list[i] < item))
			return false;
	return true;
}

void check_see(struct check *c, const struct step *step, u32 tid)
{
	struct item *item = find(c, step);

	if (strcmp(step->func, "runtime.sysmon") == 0)
		c->sysmon = tid;
	if (!item || item->seen)
		return;
	if (tid == c->sysmon && step->chapter != SYSMON && !is_next(c, item))
		return;
	item->seen = ++c->next;
}

bool check_article(const struct check *c)
{
	return c->article;
}

unsigned check_total(const struct check *c)
{
	return c->total;
}

unsigned check_seen(const struct check *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->total; i++)
		n += c->list[i].seen != 0;
	return n;
}

const struct step *check_step(const struct check *c, unsigned i)
{
	return c->list[i].step;
}

bool check_has(const struct check *c, unsigned i)
{
	return c->list[i].seen != 0;
}

bool check_early(const struct check *c, unsigned i)
{
	for (unsigned before = 0; before < i; before++)
		if (c->list[before].part == c->list[i].part &&
		    c->list[before].seen > c->list[i].seen)
			return true;
	return false;
}

/* The first step that is missing or early, NULL if there is none. */
static const struct item *first_wrong(const struct check *c)
{
	for (unsigned i = 0; i < c->total; i++)
		if (!check_has(c, i) || check_early(c, i))
			return &c->list[i];
	return NULL;
}

bool check_ok(const struct check *c)
{
	return !first_wrong(c);
}

bool check_passed(const struct check *c, u64 probes)
{
	char what[64] = "the program has none of the port's functions";
	char number[STEP_NUMBER_LEN];

	if (check_ok(c))
		return true;
	if (probes) {
		const struct item *first = first_wrong(c);

		snprintf(what, sizeof(what), "%s %s", step_number(first->step, number),
		         first->seen ? "came too early" : "is missing");
	}
	warnx("--check: %u of %s %u steps were seen: %s", check_seen(c),
	      check_article(c) ? "the article's" : "the", check_total(c), what);
	return false;
}
