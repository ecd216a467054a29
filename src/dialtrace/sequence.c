/* What one dial did: see sequence.h. */
#include "dialtrace/sequence.h"
#include "dialtrace/recording.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* The alignment takes the product of both lengths. */
enum { MOST = 10000, SYSMON = 10 };

static void *check(void *p)
{
	if (!p)
		err(125, "compare");
	return p;
}

static void add(struct sequence *s, const struct line *l)
{
	if (s->n % 64 == 0)
		s->items = check(reallocarray(s->items, s->n + 64, sizeof(*s->items)));
	s->items[s->n++] = (struct item){
	    .chapter = l->chapter,
	    .place = l->place,
	    .call = l->type == LINE_CALL,
	    .name = check(strdup(l->type == LINE_CALL ? l->func : l->syscall)),
	    .error = check(strdup(l->type == LINE_EXIT && l->error ? l->error : "")),
	    .text = check(strndup(l->text, l->text_len)),
	    .partner = NOWHERE,
	};
}

static bool same(const struct item *a, const struct item *b)
{
	if (a->call != b->call || a->chapter != b->chapter || a->place != b->place)
		return false;
	return strcmp(a->error, b->error) == 0 &&
	       (a->chapter != 0 || strcmp(a->name, b->name) == 0);
}

/* What chapter 10 is about, sysmon's thread above all, starts before the dial and runs
 * beside it: it has no place in the dial's order. Each of its steps counts once, in
 * front. */
static void add_beside(struct sequence *s, const struct line *l)
{
	size_t at = 0;
	struct item item;

	for (; at < s->n && s->items[at].chapter == SYSMON &&
	       s->items[at].place <= l->place;
	     at++)
		if (s->items[at].place == l->place)
			return;
	add(s, l);
	item = s->items[s->n - 1];
	memmove(&s->items[at + 1], &s->items[at], (s->n - 1 - at) * sizeof(item));
	s->items[at] = item;
}

static void take_header(struct sequence *s, const struct header *h)
{
	s->go = h->go;
	memcpy(s->inlined, h->inlined, steps_count * sizeof(*s->inlined));
	memcpy(s->missing, h->missing, steps_count * sizeof(*s->missing));
}

struct sequence sequence_read(const char *path)
{
	struct sequence s = {
	    .inlined = check(calloc(steps_count, sizeof(bool))),
	    .missing = check(calloc(steps_count, sizeof(bool))),
	};
	FILE *in = fopen(path, "re");
	struct recording *r;
	struct record record;
	bool started = false, complete = false;
	u64 dialer = 0;
	u32 sysmon = 0; /* its thread */

	if (!in)
		err(125, "cannot read %s", path);
	r = recording_new(in);
	while ((record = recording_read(r)).type != RECORD_END) {
		const struct line *l = &record.line;

		if (record.type == RECORD_BAD || record.misplaced)
			errx(125, "%s:%llu: %s", path,
			     (unsigned long long)recording_line(r),
			     record.misplaced ? record.misplaced : record.error);
		if (record.type == RECORD_LOST)
			errx(125, "%s:%llu: events were lost here: record it again", path,
			     (unsigned long long)recording_line(r));
		if (record.type == RECORD_HEADER)
			take_header(&s, &record.header);
		complete = record.type == RECORD_SUMMARY;
		if (record.type != RECORD_LINE || l->type == LINE_ENTER)
			continue;
		if (!started && l->type == LINE_CALL && l->chapter == 1 &&
		    l->place == 1) {
			started = true;
			dialer = l->goid;
		}
		if (l->type == LINE_CALL && l->chapter == 0)
			continue;
		if (l->chapter == SYSMON && l->place == 3)
			sysmon = l->tid;
		if (l->chapter == SYSMON)
			add_beside(&s, l);
		else if (started && l->has_g && l->tid != sysmon &&
		         (l->goid == dialer || l->goid == 0))
			add(&s, l);
		if (s.n > MOST)
			errx(125, "%s has more than %d calls: compare is for a dial",
			     path, MOST);
	}
	if (!complete)
		errx(125, "%s:%llu: it ends without a summary: the rest is missing", path,
		     (unsigned long long)recording_line(r));
	if (!started)
		errx(125, "%s has no net.DialTCP (step 1.1)", path);
	recording_free(r);
	fclose(in);
	return s;
}

void sequence_free(struct sequence *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->items[i].name);
		free(s->items[i].error);
		free(s->items[i].text);
	}
	free(s->items);
	free(s->inlined);
	free(s->missing);
}

/* The longest common subsequence: common[i][j] is its length from i and j on. */
static void pair_in_order(struct sequence *a, struct sequence *b)
{
	size_t width = b->n + 1;
	unsigned short *common = check(calloc((a->n + 1) * width, sizeof(*common)));

	for (size_t i = a->n; i-- > 0;) {
		for (size_t j = b->n; j-- > 0;) {
			unsigned short down = common[(i + 1) * width + j];
			unsigned short right = common[i * width + j + 1];

			if (same(&a->items[i], &b->items[j]))
				common[i * width + j] =
				    (unsigned short)(common[(i + 1) * width + j + 1] + 1);
			else
				common[i * width + j] = down > right ? down : right;
		}
	}
	for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
		if (same(&a->items[i], &b->items[j])) {
			a->items[i].partner = j;
			b->items[j].partner = i;
			i++, j++;
		} else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
	free(common);
}

void sequence_align(struct sequence *a, struct sequence *b)
{
	pair_in_order(a, b);
	for (size_t i = 0; i < a->n; i++) {
		for (size_t j = 0; j < b->n && a->items[i].partner == NOWHERE; j++) {
			if (b->items[j].partner != NOWHERE ||
			    !same(&a->items[i], &b->items[j]))
				continue;
			a->items[i].partner = j;
			b->items[j].partner = i;
			a->items[i].moved = b->items[j].moved = true;
		}
	}
}
