/* From events to lines: see trace.h. */
#include "dialtrace/trace.h"
#include "dialtrace/decode.h"
#include "dialtrace/decode_call.h"
#include "dialtrace/emulate.h"
#include "dialtrace/tree.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 4096 };

struct trace {
	const struct writer *writer;
	struct out *out;
	struct check *check;
	const struct probes *probes;
	struct tree *tree;
	struct polldescs *polldescs;
	struct out text; /* of the line being made */
	bool emulate;
	struct step_form *form; /* for each row of the table: what it is in the program */
	u64 start;              /* the first event's time */
	u64 count;
};

static void find_forms(struct trace *t, unsigned go)
{
	for (size_t i = 0; i < steps_count; i++)
		t->form[i] = step_form(&steps[i], go);
}

struct trace *trace_new(const struct writer *w, struct out *o, struct check *c,
                        bool emulate)
{
	struct trace *t = calloc(1, sizeof(*t));

	if (!t)
		err(125, "trace");
	t->writer = w;
	t->out = o;
	t->check = c;
	t->emulate = emulate;
	t->form = calloc(steps_count, sizeof(*t->form));
	if (!t->form)
		err(125, "trace");
	find_forms(t, 0);
	t->tree = tree_new();
	t->polldescs = polldescs_new();
	out_init(&t->text, -1, TEXT);
	return t;
}

void trace_free(struct trace *t)
{
	tree_free(t->tree);
	polldescs_free(t->polldescs);
	out_free(&t->text);
	free(t->form);
	free(t);
}

void trace_use(struct trace *t, const struct probes *p, unsigned go)
{
	find_forms(t, go);
	polldescs_use(t->polldescs, go);
	t->probes = p;
}

u64 trace_count(const struct trace *t)
{
	return t->count;
}

/* The row for entering first's function, or for syscall made in it, at place. */
static const struct step *find_step(const struct trace *t, const struct step *first,
                                    const char *syscall, const struct place *place)
{
	for (const struct step *s = first; s; s = step_next(s)) {
		const char *under;

		if (syscall ? !step_is_call(s, syscall) : s->syscall != NULL)
			continue;
		under = s->chapter ? t->form[s - steps].under : NULL;
		if (!under || place_under(place, under))
			return s;
	}
	return NULL;
}

/*
 * The row for syscall, made at place or in one of the functions around: what they
 * entered before may have returned without our seeing it, if its stack is in use
 * again by the functions that make the call. Then *place is the one around.
 */
static const struct step *find_call(const struct trace *t, const char *syscall,
                                    struct place *place)
{
	unsigned depth = place->depth;

	for (size_t n = place->count; n; n--) {
		const struct frame *f = &place->frames[n - 1];
		const struct step *step;

		if (!f->shown)
			continue;
		step = find_step(t, f->row, syscall, place);
		if (step) {
			*place = (struct place){place->frames, n, depth, f->row};
			return step;
		}
		depth--;
	}
	return NULL;
}

/* The row for syscall where its function is not to be seen, being inlined: in one of
 * the same chapter. */
static const struct step *find_inlined(const struct trace *t, const char *syscall,
                                       const struct place *place)
{
	const struct step *around = find_step(t, place->row, NULL, place);

	for (size_t i = 0; i < steps_count && around; i++) {
		const struct step *s = &steps[i];

		if (s->chapter == around->chapter && step_is_call(s, syscall) &&
		    check_lacks(t->check, s))
			return s;
	}
	return NULL;
}

/* A line of e, without what kinds of events differ in. */
static struct line new_line(const struct trace *t, const struct event *e)
{
	return (struct line){
	    .t = e->ts > t->start ? e->ts - t->start : 0,
	    .has_g = e->g != 0,
	    .goid = e->goid,
	    .m = e->m,
	    .pid = e->pid,
	    .tid = e->tid,
	};
}

static void take_step(struct trace *t, struct line *l, const struct step *step)
{
	l->chapter = step->chapter;
	l->place = step->place;
	check_see(t->check, step, l->tid);
}

static void take_text(struct trace *t, struct line *l)
{
	l->text_len = t->text.len;
	out_ch(&t->text, '\0');
	l->text = t->text.buf;
	t->text.len = 0;
}

static void on_call(struct trace *t, const struct call_event *c)
{
	const struct step *row = step_first(probes_row(t->probes, c->probe));
	struct line l = new_line(t, &c->e);
	const struct step *step;
	const struct step_form *form;
	struct place place;

	if (row->flags & STEP_MCALL)
		tree_restart(t->tree, &c->e);
	place = tree_place(t->tree, &c->e);
	step = find_step(t, row, NULL, &place);
	/* A function that is a step only inside another is not one elsewhere. */
	if (!step || !step->chapter) {
		tree_enter(t->tree, &c->e, row, false);
		return;
	}
	form = &t->form[step - steps];
	l.type = LINE_CALL;
	l.func = form->name;
	l.alias = form->alias;
	l.depth = place.depth;
	if (!(step->flags & STEP_LEAF))
		tree_enter(t->tree, &c->e, row, true);
	take_step(t, &l, step);
	out_str(&t->text, form->name);
	decode_call(&t->text, form->args, c, t->polldescs);
	take_text(t, &l);
	t->writer->call(t->out, &l);
	t->count++;
}

/*
 * Where syscall is made. One made with the stack pointer of a function's entry is
 * that function's own, if it is in assembly and has no frame; or it comes from such a
 * one that was called next.
 */
static struct place place_call(struct trace *t, const struct event *e,
                               const char *syscall)
{
	struct event below = *e;
	struct place place;
	const struct frame *last;

	below.sp--;
	place = tree_place(t->tree, &below);
	last = place.count ? &place.frames[place.count - 1] : NULL;
	if (!last || last->sp != e->sp || find_step(t, last->row, syscall, &place))
		return place;
	return tree_place(t->tree, e);
}

/* A new process or program returns from a call that it never made. On some
 * architectures a new program's has no number. */
static bool never_made(const struct syscall_event *s, const char *name)
{
	static const char *const calls[] = {"clone", "clone3", "fork",
	                                    "vfork", "execve", "execveat"};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (s->ret == 0 && strcmp(name, calls[i]) == 0)
			return true;
	return s->nr == UINT32_MAX;
}

static void on_syscall(struct trace *t, const struct syscall_event *s)
{
	struct line l = new_line(t, &s->e);
	const char *name = decode_name(s->nr);
	struct place place = place_call(t, &s->e, name);
	const struct step *step;

	if (s->e.flags & EVENT_NO_ENTER) {
		/* The filter answers before the entry is traced. */
		l.refused = t->emulate && emulate_answered(name, s->args, s->ret);
		if (never_made(s, name))
			return;
	}
	polldescs_update(t->polldescs, s);
	l.type = s->e.type == EVENT_EXIT ? LINE_EXIT : LINE_ENTER;
	step = find_call(t, name, &place);
	l.depth = place.depth;
	l.syscall = name;
	if (place.row) {
		const struct step *entry = find_step(t, place.row, NULL, &place);

		l.func = entry ? t->form[entry - steps].name : place.row->func;
		if (!step)
			step = find_inlined(t, name, &place);
	}
	if (step)
		take_step(t, &l, step);
	l.nr = s->nr;
	memcpy(l.args, s->args, sizeof(l.args));
	if (l.type == LINE_EXIT) {
		l.has_dur = !(s->e.flags & EVENT_NO_ENTER) || l.refused;
		l.slept = s->e.flags & EVENT_SLEPT;
		l.dur = s->dur;
		l.error = decode_errno(s->ret);
		l.ret = l.error ? -1 : s->ret;
	}
	decode_syscall(&t->text, s, t->polldescs);
	take_text(t, &l);
	t->writer->syscall(t->out, &l);
	t->count++;
}

static void forget_process(struct trace *t, u32 pid)
{
	tree_forget_process(t->tree, pid);
	polldescs_forget_process(t->polldescs, pid);
}

void trace_event(struct trace *t, const struct event *e)
{
	if (!t->start)
		t->start = e->ts;
	switch (e->type) {
	case EVENT_CALL:
		on_call(t, (const struct call_event *)e);
		break;
	case EVENT_SLEEP:
	case EVENT_EXIT:
		on_syscall(t, (const struct syscall_event *)e);
		break;
	case EVENT_EXEC:
	case EVENT_END:
		forget_process(t, e->pid);
		break;
	case EVENT_DEATH:
		tree_forget(t->tree, e);
		break;
	}
}
