/* The call tree: see tree.h. */
#include "dialtrace/tree.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* Further than any frame: the goroutine is on another stack now. */
#define NEW_STACK (256ULL * 1024)

enum { BUCKETS = 4096 };

/* One goroutine's stack, or one thread's that has no goroutine. */
struct stack {
	struct stack *next; /* in its bucket */
	u32 pid;
	u64 id, goid; /* Go uses a g again for another goroutine */
	struct frame *frames;
	size_t count, cap;
};

struct tree {
	struct stack *bucket[BUCKETS];
};

struct tree *tree_new(void)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		err(125, "call tree");
	return t;
}

static void free_stack(struct stack **p)
{
	struct stack *s = *p;

	*p = s->next;
	free(s->frames);
	free(s);
}

static u64 id_of(const struct event *e)
{
	return e->g ? e->g : e->tid;
}

static struct stack **bucket(struct tree *t, const struct event *e)
{
	size_t hash = (id_of(e) * 0x9e3779b97f4a7c15u ^ e->pid) >> 40;

	return &t->bucket[hash % BUCKETS];
}

void tree_free(struct tree *t)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->bucket[i])
			free_stack(&t->bucket[i]);
	free(t);
}

void tree_forget(struct tree *t, const struct event *e)
{
	struct stack **p = bucket(t, e);

	while (*p && ((*p)->id != id_of(e) || (*p)->pid != e->pid))
		p = &(*p)->next;
	if (*p)
		free_stack(p);
}

void tree_forget_process(struct tree *t, u32 pid)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct stack **p = &t->bucket[i];

		while (*p) {
			if ((*p)->pid == pid)
				free_stack(p);
			else
				p = &(*p)->next;
		}
	}
}

static struct stack *find(struct tree *t, const struct event *e)
{
	struct stack **p = bucket(t, e);

	for (struct stack *s = *p; s; s = s->next)
		if (s->id == id_of(e) && s->pid == e->pid) {
			if (s->goid != e->goid)
				s->count = 0;
			s->goid = e->goid;
			return s;
		}
	struct stack *s = calloc(1, sizeof(*s));

	if (!s)
		err(125, "call tree");
	s->pid = e->pid;
	s->id = id_of(e);
	s->goid = e->goid;
	s->next = *p;
	*p = s;
	return s;
}

struct place tree_place(struct tree *t, const struct event *e)
{
	struct stack *s = find(t, e);
	struct place place = {0};

	while (s->count && (s->frames[s->count - 1].sp <= e->sp ||
	                    s->frames[s->count - 1].sp - e->sp > NEW_STACK))
		s->count--;
	place.frames = s->frames;
	place.count = s->count;
	for (size_t i = 0; i < s->count; i++) {
		if (!s->frames[i].shown)
			continue;
		place.depth++;
		place.row = s->frames[i].row;
	}
	return place;
}

void tree_enter(struct tree *t, const struct event *e, const struct step *row, bool shown)
{
	struct stack *s = find(t, e);

	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		s->frames = reallocarray(s->frames, s->cap, sizeof(*s->frames));
		if (!s->frames)
			err(125, "call tree");
	}
	s->frames[s->count++] = (struct frame){e->sp, row, shown};
}

void tree_restart(struct tree *t, const struct event *e)
{
	find(t, e)->count = 0;
}

bool place_under(const struct place *p, const char *func)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->frames[i].row->func, func) == 0)
			return true;
	return false;
}
