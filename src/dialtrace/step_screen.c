/* One stop on the screen: see step_screen.h. */
#include "dialtrace/step_screen.h"
#include "dialtrace/step_repo.h"
#include "dialtrace/step_term.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	BESIDE = 120, /* columns from which on the source stands beside the path */
	PATH_MAX_LEN = 64,
	WAITING_MAX = 3,
	LEAST_ROWS = 12, /* and columns, below which nothing can be shown */
	LEAST_COLUMNS = 40,
};

/* A part of the screen. */
struct area {
	int row, column, rows, columns;
};

/* A text of limited length, for one line. */
struct text {
	char s[2048];
};

/* As printf; what is too long is cut off. */
static struct text __attribute__((format(printf, 1, 2))) text(const char *format, ...)
{
	struct text t;
	va_list args;
	size_t n;

	va_start(args, format);
	/* clang-tidy 14 doubts it in every file but its first. */
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
	vsnprintf(t.s, sizeof(t.s), format, args);
	va_end(args);
	/* Not in the middle of a character. */
	n = strlen(t.s);
	if (n + 1 == sizeof(t.s)) {
		while (n && (t.s[n - 1] & 0xc0) == 0x80)
			n--;
		t.s[n ? n - 1 : 0] = '\0';
	}
	return t;
}

/* Writes ns as text.c does: in milliseconds. */
static struct text milliseconds(u64 ns)
{
	return text("%llu.%03llu ms", (unsigned long long)(ns / 1000000),
	            (unsigned long long)(ns / 1000 % 1000));
}

static struct text who(const struct line *l)
{
	return l->has_g ? text("g%llu m%u", (unsigned long long)l->goid, l->m)
	                : text("thread %u", l->tid);
}

/* The row of the table that a line belongs to, or else its function does; or NULL. */
static const struct step *step_of(const struct line *l)
{
	if (l->chapter)
		return step_numbered(l->chapter, l->place);
	for (size_t i = 0; l->func && i < steps_count; i++)
		if (!steps[i].syscall && strcmp(steps[i].func, l->func) == 0)
			return &steps[i];
	return NULL;
}

/* --- The bars --- */

static void draw_title(const struct view *v)
{
	struct text place = text(" %s%s%zu of %zu ", v->state ? v->state : "",
	                         v->state ? ", " : "", v->at + 1, run_count(v->run));
	int width = term_columns(), left = width - (int)strlen(place.s);
	const char *title = run_title(v->run);

	term_fill(0, 0, width, LOOK_BAR);
	term_put(0, 1, left - 2, LOOK_BAR,
	         text("%s%s%s", v->name, *title ? " · " : "", title).s);
	term_put(0, left, width - left, LOOK_BAR, place.s);
}

static void draw_keys(const struct view *v)
{
	const struct {
		const char *key, *what;
		int from; /* columns that the screen must have for it */
	} known[] = {
	    {"space", "next", 0},
	    {"b", "back", 0},
	    {"n", "step", 56},
	    {v->going ? "p" : "c", v->going ? "pause" : "continue", 56},
	    {"/", "search", 72},
	    {"s", "source", 80},
	    {"?", "help", 0},
	    {"q", "quit", 0},
	};
	int row = term_rows() - 1, column = 1, width = term_columns();

	term_fill(row, 0, width, LOOK_BAR);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (width < known[i].from)
			continue;
		column = term_put(row, column, width - column, LOOK_BAR, known[i].key);
		column = term_put(row, column + 1, width - column - 1, LOOK_BAR,
		                  known[i].what);
		column += 2;
	}
}

static void draw_message(const struct view *v)
{
	int row = term_rows() - 2, width = term_columns() - 1;

	if (v->prompt)
		term_put(row, 1, width, LOOK_BOLD,
		         text("search for a step or a text: %s▏", v->prompt).s);
	else if (v->message)
		term_put(row, 1, width, LOOK_BOLD, v->message);
}

/* --- The call path --- */

/* A call is shown under both of its names. */
static struct text call_text(const struct line *l)
{
	int name = l->type == LINE_CALL && l->alias ? (int)strlen(l->func) : 0;

	return name ? text("%.*s = %s%s", name, l->text, l->alias, l->text + name)
	            : text("%s", l->text);
}

static enum look call_look(const struct line *l)
{
	if (l->type == LINE_CALL)
		return LOOK_BOLD;
	if (l->type == LINE_ENTER)
		return LOOK_WAITING;
	return l->error ? LOOK_ERROR : LOOK_SYSCALL;
}

/* Draws the calls around a stop, outermost first, each a column further right, and last
 * the stop itself, marked and whole. If there is too little room, the outermost ones
 * are left out. */
static void draw_path(const struct view *v, struct area a)
{
	enum { MARK = 3, STEP = 7 };
	const struct line *l = &run_at(v->run, v->at)->line;
	struct text whole = call_text(l);
	size_t path[PATH_MAX_LEN], all, shown;
	int indent, need, left = MARK + STEP;

	all = run_path(v->run, v->at, path, PATH_MAX_LEN);
	shown = all < PATH_MAX_LEN ? all : PATH_MAX_LEN;
	indent = (int)all - 1 < a.columns / 3 ? (int)all - 1 : a.columns / 3;
	need = term_wrapped(a.columns - left - indent, whole.s);
	if (need > a.rows - 1)
		need = a.rows - 1;
	/* The line that says how many are left out takes one, too. */
	while (shown > 1 && (int)shown - 1 + (shown < all) + need > a.rows)
		shown--;

	if (shown < all) {
		term_put(a.row++, a.column + left, a.columns - left, LOOK_FAINT,
		         text("… inside %zu more", all - shown).s);
	}
	/* path holds the innermost ones. */
	for (size_t i = (all < PATH_MAX_LEN ? all : PATH_MAX_LEN) - shown, n = shown; n--;
	     i++) {
		const struct line *p = &run_at(v->run, path[i])->line;
		int depth = (int)(all - 1 - n), column;

		depth = depth < a.columns / 3 ? depth : a.columns / 3;
		column = a.column + left + depth;
		if (p->chapter)
			term_put(a.row, a.column + MARK, STEP - 1,
			         n ? LOOK_FAINT : LOOK_STEP,
			         text("%u.%u", p->chapter, p->place).s);
		if (n) {
			term_put(a.row++, column, a.column + a.columns - column,
			         LOOK_PLAIN, call_text(p).s);
			continue;
		}
		term_put(a.row, a.column + 1, 1, LOOK_STEP, "▶");
		term_wrap(a.row, need, column, a.column + a.columns - column,
		          call_look(p), whole.s);
	}
}

/* --- About the stop --- */

static struct text result(const struct view *v, const struct line *l)
{
	struct text took = milliseconds(l->type == LINE_EXIT ? l->dur : v->now - l->t);
	const char *value = NULL;

	if (l->type == LINE_CALL)
		return text("entered");
	if (l->type == LINE_ENTER)
		return text("waiting, for %s now", took.s);
	for (const char *p = l->text; (p = strstr(p, ") = ")); p++)
		value = p + strlen(") = ");
	return text("%s%s%s%s", value ? value : "returned",
	            l->refused ? ", as Linux 2.6.26 answers" : "",
	            !l->has_dur || l->refused ? ""
	            : l->slept                ? ", slept "
	                                      : ", took ",
	            l->has_dur && !l->refused ? took.s : "");
}

/* One line: what it is, and its value. Returns the row below. */
static int draw_fact(struct area a, int row, const char *what, enum look look,
                     const char *value)
{
	enum { WHAT = 10 };

	term_put(row, a.column + 1, WHAT - 1, LOOK_FAINT, what);
	term_put(row, a.column + WHAT, a.columns - WHAT, look, value);
	return row + 1;
}

static int draw_step(struct area a, int row, const struct line *l)
{
	const struct step *step = step_of(l);
	const char *chapter;

	if (!step || !l->chapter)
		return draw_fact(a, row, "step", LOOK_PLAIN, "none of the walkthrough's");
	row = draw_fact(a, row, "step", LOOK_STEP,
	                text("%u.%u  %s", l->chapter, l->place, step->caption).s);
	chapter = repo_chapter(l->chapter);
	return draw_fact(a, row, "chapter", LOOK_PLAIN,
	                 chapter ? text("%u  %s", l->chapter, chapter).s
	                         : text("%u of the walkthrough", l->chapter).s);
}

static const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

/* How many lines draw_facts needs. */
static int facts_rows(const struct view *v)
{
	size_t waiting[WAITING_MAX];
	const struct moment *m = run_at(v->run, v->at);

	return 4 + !!m->line.chapter + !!m->lost + !!v->output +
	       (int)run_waiting(v->run, v->at, waiting, WAITING_MAX);
}

static void draw_facts(const struct view *v, struct area a)
{
	const struct moment *m = run_at(v->run, v->at);
	const struct line *l = &m->line;
	size_t waiting[WAITING_MAX], n;
	u64 before = v->at ? run_at(v->run, v->at - 1)->line.t : l->t;
	int row = a.row;

	term_across(row++, a.column, a.columns);
	row = draw_fact(a, row, "time", LOOK_PLAIN,
	                text("%s, %s after the line before", milliseconds(v->now).s,
	                     milliseconds(l->t > before ? l->t - before : 0).s)
	                    .s);
	if (m->lost)
		row = draw_fact(a, row, "lost", LOOK_ERROR,
		                text("%llu event%s just before this line",
		                     (unsigned long long)m->lost, plural(m->lost))
		                    .s);
	row = draw_fact(a, row, "result", call_look(l), result(v, l).s);
	row = draw_step(a, row, l);
	n = run_waiting(v->run, v->at, waiting, WAITING_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct line *w = &run_at(v->run, waiting[i])->line;

		row = draw_fact(a, row, "waiting", LOOK_WAITING,
		                text("%s  %s  for %s", who(w).s, w->text,
		                     milliseconds(v->now - w->t).s)
		                    .s);
	}
	if (v->output)
		draw_fact(a, row, "output", LOOK_PLAIN, v->output);
}

/* --- The source --- */

/* The first line of a function that makes a system call, or 0. The port's functions for
 * epoll_wait and connect are runtime_epollwait and net_connectFunc. */
static size_t call_line(const struct source_text *found, const char *syscall)
{
	static const char *const ends[] = {"(", "Func(", "Int("};
	char name[32] = "_";
	size_t n = 1;

	for (; *syscall && n + 1 < sizeof(name); syscall++)
		if (*syscall != '_')
			name[n++] = *syscall;
	for (size_t e = 0; e < sizeof(ends) / sizeof(ends[0]); e++) {
		struct text call = text("%s%s", name, ends[e]);

		/* Behind its own name. */
		for (size_t i = 1; i < found->count; i++)
			if (strcasestr(found->lines[i], call.s))
				return i;
	}
	return 0;
}

/* From which of its lines on a function is shown in rows lines: so that the system call
 * is among them. */
static size_t first_shown(const struct source_text *found, const struct line *l, int rows)
{
	size_t room = rows > 0 ? (size_t)rows : 0, at, rest;

	if (l->type == LINE_CALL || found->count <= room)
		return 0;
	at = call_line(found, l->syscall);
	rest = found->count - room;
	if (at + 1 < room)
		return 0;
	return at - room / 2 < rest ? at - room / 2 : rest;
}

static void draw_lines(const struct source_text *found, size_t from, struct area a)
{
	for (int row = 0; row < a.rows && from < found->count; row++, from++) {
		bool more = row + 1 == a.rows && from + 1 < found->count;

		term_put(a.row + row, a.column, a.columns, LOOK_PLAIN,
		         more ? text("… %zu more lines", found->count - from).s
		              : found->lines[from]);
	}
}

static void draw_source(const struct view *v, struct area a)
{
	const struct line *l = &run_at(v->run, v->at)->line;
	const struct step *step = step_of(l);
	const struct source_text *found = source_find(v->source, l->func);
	const char *error = source_error(v->source);
	size_t from;

	a.rows--;
	if (!found) {
		term_put(a.row++, a.column, a.columns, LOOK_FAINT,
		         text("%s%s", step ? "in Go: " : "no function of the port",
		              step ? step->file : "")
		             .s);
		if (error)
			term_wrap(a.row, a.rows, a.column, a.columns, LOOK_PLAIN, error);
		return;
	}
	from = first_shown(found, l, a.rows);
	term_put(a.row++, a.column, a.columns, LOOK_FAINT,
	         text("%s:%zu%s%s", found->file, found->first + from,
	              step ? " · in Go: " : "", step ? step->file : "")
	             .s);
	draw_lines(found, from, a);
}

/* --- All --- */

static void draw_help(const struct view *v, struct area a)
{
	const char *const lines[][2] = {
	    {"space, Enter, →", "next stop"},
	    {"b, Backspace, ←", "back to the stop before"},
	    {"n", "the next step of the walkthrough that has not come yet"},
	    {"c", v->state ? "continue, without stops"
	                   : "continue, in the recording's own timing"},
	    {"p", v->state ? "pause: stop again where the next stop is" : "pause"},
	    {"g, Home", "first stop"},
	    {"G, End", "last stop"},
	    {"/", "search: a step such as 8.3, or a text; nothing: again"},
	    {"s", "show the source of the function, or hide it"},
	    {"?", "this help; any key ends it"},
	    {"q", v->state ? "quit: the program goes on by itself" : "quit"},
	};
	enum { KEY = 17 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		term_put(a.row + (int)i, a.column + 1, KEY, LOOK_STEP, lines[i][0]);
		term_put(a.row + (int)i, a.column + KEY + 2, a.columns - KEY - 2,
		         LOOK_PLAIN, lines[i][1]);
	}
}

/* Draws the source in the lower part of an area, in half of it or what the path does
 * not need. Returns the part above. */
static struct area draw_source_below(const struct view *v, struct area a)
{
	enum { LEAST = 4 };
	const struct line *l = &run_at(v->run, v->at)->line;
	int need =
	    (int)run_path(v->run, v->at, NULL, 0) + term_wrapped(a.columns / 2, l->text);
	int rows = a.rows - need > a.rows / 2 ? a.rows - need : a.rows / 2;
	struct area source = {a.row + a.rows - rows, 1, rows, a.columns - 1};

	if (rows < LEAST)
		return a;
	term_across(source.row++, 0, a.columns);
	source.rows--;
	draw_source(v, source);
	a.rows -= rows;
	return a;
}

/* The path above, the facts below it, and the source on the right or in between. */
static void draw_stop(const struct view *v, struct area a)
{
	bool beside = v->source && a.columns >= BESIDE;
	struct area path, facts;

	if (beside) {
		struct area source = a;

		a.columns /= 2;
		source.column = a.columns + 2;
		source.columns -= source.column;
		term_down(a.row, a.columns, a.rows);
		draw_source(v, source);
	}
	facts = path = a;
	facts.rows = facts_rows(v);
	facts.row = a.row + a.rows - facts.rows;
	term_put(a.row, a.column + 1, a.columns - 1, LOOK_BOLD,
	         who(&run_at(v->run, v->at)->line).s);
	path.row++;
	path.rows -= facts.rows + 1;
	if (v->source && !beside)
		path = draw_source_below(v, path);
	draw_path(v, path);
	draw_facts(v, facts);
}

void screen_draw(const struct view *v)
{
	struct area a = {1, 0, term_rows() - 3, term_columns()};

	term_clear();
	if (term_rows() < LEAST_ROWS || term_columns() < LEAST_COLUMNS) {
		term_put(0, 0, term_columns(), LOOK_PLAIN, "the window is too small");
	} else {
		draw_title(v);
		if (v->help)
			draw_help(v, a);
		else if (v->at == RUN_NONE)
			term_put(a.row, 1, a.columns, LOOK_FAINT,
			         "nothing has happened yet");
		else
			draw_stop(v, a);
		draw_message(v);
		draw_keys(v);
	}
	term_show();
}
