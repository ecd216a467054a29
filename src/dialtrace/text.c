/* The trace as text for people: see line.h. */
#include "dialtrace/line.h"

static struct {
	bool color;
	unsigned width;
} display;

/* The header's: the functions' names differ with it. */
static unsigned go;

void text_display(bool color, unsigned width)
{
	display.color = color;
	display.width = width;
}

/* Where the name of a step stands in the checklist. */
enum { NAME = 10 };

enum color { PLAIN, DIM, BOLD, RED, GREEN, YELLOW, CYAN };

static void color(struct out *o, enum color c)
{
	static const char *const codes[] = {"\033[m",   "\033[2m",  "\033[1m", "\033[31m",
	                                    "\033[32m", "\033[33m", "\033[36m"};

	if (display.color)
		out_str(o, codes[c]);
}

static size_t columns(const char *s, size_t n)
{
	size_t c = 0;

	for (size_t i = 0; i < n; i++)
		c += (s[i] & 0xc0) != 0x80;
	return c;
}

static void break_line(struct out *o, size_t indent)
{
	out_ch(o, '\n');
	while (indent--)
		out_ch(o, ' ');
}

enum text { CODE, PROSE };

/* How many of the first bytes of s fill at most room columns and end well: in code after
 * a comma or a flag, else after a space, else anywhere. */
static size_t line_part(const char *s, size_t n, size_t room, enum text kind)
{
	size_t comma = 0, space = 0, i = 0;

	for (size_t c = 0; i < n && c < room; i++) {
		if (kind == CODE && (s[i] == '|' || s[i] == ','))
			comma = i + 1;
		if (s[i] == ' ')
			space = i + 1;
		c += (s[i] & 0xc0) != 0x80;
	}
	while (i < n && (s[i] & 0xc0) == 0x80)
		i++;
	return comma ? comma : space ? space : i;
}

/* Breaks the text appended since from, which starts in column indent, so that it
 * ends before the window does. Returns the column after it. */
static size_t wrap(struct out *o, size_t from, size_t indent, enum text kind)
{
	static char copy[4096];
	size_t n = o->len - from, at, column = indent + columns(o->buf + from, n);

	if (!display.width || indent + 30 > display.width || n > sizeof(copy) ||
	    column <= display.width)
		return column;
	memcpy(copy, o->buf + from, n);
	o->len = from;
	for (at = 0; at < n;) {
		size_t start = at && kind == CODE ? indent + 4 : indent;
		size_t room = display.width - start, part = n - at;

		if (columns(copy + at, part) > room)
			part = line_part(copy + at, part, room, kind);
		if (at)
			break_line(o, start);
		out_mem(o, copy + at, part);
		column = start + columns(copy + at, part);
		at += part;
		at += at < n && copy[at] == ' ';
	}
	return column;
}

/* Appends what the kernel does not say, behind the text that ends in column. */
static void note(struct out *o, size_t indent, size_t column, const char *text, u64 ns)
{
	color(o, DIM);
	if (display.width && column + 20 > display.width)
		break_line(o, indent + 2);
	out_str(o, "  ");
	out_str(o, text);
	if (ns) {
		out_ms(o, ns);
		out_str(o, " ms");
	}
	color(o, PLAIN);
}

/* The first line's process: goroutines and Ms of others have their process before them.
 */
static u32 first_pid;

/* What stands before the indented part of each line. */
static size_t margin(struct out *o, const struct line *l)
{
	enum { TIME = 9, WHO = 7, STEP = 6 };
	size_t from;

	color(o, DIM);
	from = o->len;
	out_ms(o, l->t);
	/* Right-aligned: the decimal points stand below each other. */
	if (o->len - from < TIME) {
		size_t n = o->len - from, pad = TIME - n;

		out_room(o, pad);
		memmove(o->buf + from + pad, o->buf + from, n);
		memset(o->buf + from, ' ', pad);
		o->len += pad;
	}
	out_str(o, "  ");
	from = o->len;
	if (!first_pid)
		first_pid = l->pid;
	if (l->has_g) {
		if (l->pid != first_pid) {
			out_u64(o, l->pid);
			out_ch(o, ':');
		}
		out_ch(o, 'g');
		out_u64(o, l->goid);
		out_str(o, " m");
		out_u64(o, l->m);
	} else {
		out_u64(o, l->tid);
	}
	out_pad(o, from, WHO - 1);
	out_ch(o, ' ');
	color(o, PLAIN);
	color(o, YELLOW);
	from = o->len;
	if (l->chapter) {
		out_step(o, l->chapter, l->place);
	}
	out_pad(o, from, STEP - 1);
	out_ch(o, ' ');
	color(o, PLAIN);
	for (unsigned i = 0; i < l->depth; i++)
		out_ch(o, ' ');
	return TIME + 2 + WHO + STEP + l->depth;
}

/* The steps' functions that the program lacks. */
static void not_in_binary(struct out *o, const struct header *h)
{
	/* Before Go 1.9 there is no telling. */
	const char *before = h->go < 9 ? "not in this binary (inlined or not used): "
	                               : "not in this binary (inlined): ";
	size_t from = o->len, unused = 0;

	for (size_t i = 0; i < steps_count; i++) {
		if (!h->missing[i] || !steps[i].chapter || step_repeats(i))
			continue;
		if (!h->inlined[i]) {
			unused++;
			continue;
		}
		out_str(o, before);
		out_str(o, step_form(&steps[i], h->go).name);
		before = ", ";
	}
	if (unused) {
		out_str(o, o->len > from ? "; not used: "
		                         : "not in this binary (not used): ");
		out_u64(o, unused);
		out_str(o, " others of the steps");
	}
	if (o->len == from)
		return;
	wrap(o, from, 0, CODE);
	out_ch(o, '\n');
}

static void text_header(struct out *o, const struct header *h)
{
	size_t from;

	go = h->go;
	first_pid = 0;
	color(o, DIM);
	from = o->len;
	out_str(o, "dialtrace: Linux ");
	out_str(o, h->kernel);
	if (h->emulate)
		out_str(o, ", answering as 2.6.26 would");
	out_str(o, " · ");
	if (*h->note) {
		out_str(o, h->note);
		out_str(o, " · ");
	}
	if (h->probes) {
		out_u64(o, h->probes);
		out_str(o, " functions probed in ");
	} else {
		out_str(o, "system calls only, there is no function of the port in ");
	}
	out_str(o, h->target);
	wrap(o, from, 0, CODE);
	out_ch(o, '\n');
	if (h->go && h->probes)
		not_in_binary(o, h);
	out_str(o, "       ms  who    step\n");
	color(o, PLAIN);
}

static void text_call(struct out *o, const struct line *l)
{
	size_t indent = margin(o, l), from, name = strlen(l->func);

	color(o, BOLD);
	from = o->len;
	out_mem(o, l->text, name);
	if (l->alias) {
		out_str(o, " = ");
		out_str(o, l->alias);
	}
	out_mem(o, l->text + name, l->text_len - name);
	wrap(o, from, indent, CODE);
	color(o, PLAIN);
	out_ch(o, '\n');
}

static void text_syscall(struct out *o, const struct line *l)
{
	size_t indent = margin(o, l), from, column;

	color(o, l->error ? RED : CYAN);
	from = o->len;
	out_mem(o, l->text, l->text_len);
	column = wrap(o, from, indent, CODE);
	color(o, PLAIN);
	if (l->type == LINE_ENTER)
		note(o, indent, column, "waiting", 0);
	else if (l->refused)
		note(o, indent, column, "as Linux 2.6.26", 0);
	else if (l->slept)
		note(o, indent, column, "after ", l->dur);
	out_ch(o, '\n');
}

static void text_lost(struct out *o, u64 n)
{
	color(o, RED);
	out_str(o, "  ... ");
	out_u64(o, n);
	out_str(o, " events lost here: the output is read too slowly\n");
	color(o, PLAIN);
}

/* Goes to where a step's caption starts, behind its name, which stands from column NAME
 * on and ends in column; or in a line of its own, where a window has no room. Returns the
 * caption's column. */
static size_t to_caption(struct out *o, size_t from, size_t column)
{
	enum { CAPTION = 52, LEAST = 40 };

	if (display.width && (column >= CAPTION || display.width < CAPTION + LEAST)) {
		break_line(o, NAME + 2);
		return NAME + 2;
	}
	if (column < CAPTION)
		out_pad(o, from, CAPTION);
	else
		out_str(o, "  ");
	return CAPTION;
}

static void check_line(struct out *o, const struct check *c, unsigned i)
{
	const struct step *step = check_step(c, i);
	struct step_form form = step_form(step, go);
	size_t from = o->len, name, caption, indent;
	bool ok = check_has(c, i) && !check_early(c, i);

	out_str(o, "  ");
	color(o, ok ? GREEN : RED);
	out_str(o, ok ? "✓ " : "✗ ");
	color(o, PLAIN);
	color(o, YELLOW);
	out_step(o, step->chapter, step->place);
	color(o, PLAIN);
	out_pad(o, from, NAME);
	name = o->len;
	out_str(o, step->syscall ? step->syscall : form.name);
	if (step->syscall) {
		out_str(o, " in ");
		out_str(o, form.name);
	}
	indent = to_caption(o, from, NAME + columns(o->buf + name, o->len - name));
	color(o, DIM);
	caption = o->len;
	out_str(o, ok ? step->caption : check_has(c, i) ? "seen too early" : "not seen");
	if (ok && form.differs && !step->syscall) {
		out_str(o, "; ");
		out_str(o, form.differs);
	}
	wrap(o, caption, indent, PROSE);
	color(o, PLAIN);
	out_ch(o, '\n');
}

static void text_summary(struct out *o, const struct summary *s)
{
	size_t from = o->len;
	unsigned early = 0;

	/* The article's list is of no use to who has not dialled. */
	if (check_seen(s->check) &&
	    (!check_article(s->check) || check_has(s->check, 0))) {
		out_ch(o, '\n');
		for (unsigned i = 0; i < check_total(s->check); i++)
			check_line(o, s->check, i);
		out_ch(o, '\n');
		from = o->len;
		out_str(o, check_article(s->check) ? "article: " : "checklist: ");
		out_u64(o, check_seen(s->check));
		out_str(o, " of ");
		out_u64(o, check_total(s->check));
		out_str(o, check_ok(s->check) ? " steps seen, in order" : " steps seen");
		for (unsigned i = 0; i < check_total(s->check); i++)
			early += check_has(s->check, i) && check_early(s->check, i);
		if (early) {
			out_str(o, ", ");
			out_u64(o, early);
			out_str(o, " of them too early");
		}
		out_str(o, " · ");
		if (check_lacking(s->check)) {
			out_u64(o, check_lacking(s->check));
			out_str(o, " not in this binary · ");
		}
	}
	out_u64(o, s->events);
	out_str(o, " events, ");
	out_u64(o, s->lost);
	out_str(o, " lost");
	wrap(o, from, 0, PROSE);
	out_ch(o, '\n');
}

const struct writer text_writer = {
    text_header, text_call, text_syscall, text_lost, text_summary,
};
