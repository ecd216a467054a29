/* dialtrace compare: see compare.h. */
#include "dialtrace/compare.h"
#include "dialtrace/out.h"
#include "dialtrace/output.h"
#include "dialtrace/reasons.h"
#include "dialtrace/sequence.h"

#include <argp.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 64 * 1024, STEP = 7, MARK = 3 };

/* The columns of the port and of Go: of 100 in all, or what the window has. */
static size_t left = 47, right = 43;

static void fit(unsigned width)
{
	enum { LEAST = 60 };
	size_t both = (width > LEAST ? width : LEAST) - STEP - MARK;

	left = both * left / (left + right);
	right = both - left;
}

struct arguments {
	bool json;
	char *file[2];
	int files;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *o = state->input;

	switch (key) {
	case 'f':
		if (strcmp(arg, "text") != 0 && strcmp(arg, "json") != 0)
			argp_error(state, "--format cannot be '%s', only text or json",
			           arg);
		o->json = strcmp(arg, "json") == 0;
		break;
	case ARGP_KEY_ARG:
		if (o->files == 2)
			argp_error(state, "compare takes two recordings");
		o->file[o->files++] = arg;
		break;
	case ARGP_KEY_END:
		if (o->files != 2)
			argp_error(state,
			           "compare takes two recordings: the port's and Go's");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* A row: what the port does and what Go does at one place; NULL for nothing. */
struct row {
	const struct item *port, *go;
	struct reason reason; /* none where they do the same, or nothing explains it */
	bool moved;
};

struct counts {
	unsigned same, moved, port, go, unexplained;
};

static const char *relation(const struct row *row)
{
	if (row->moved)
		return "moved";
	if (row->port && row->go)
		return "same";
	return row->port ? "port" : "go";
}

static bool differs(const struct row *row)
{
	return row->moved || !row->port || !row->go;
}

/* The length of text up to limit, not inside a character of UTF-8. */
static size_t cut(const char *text, size_t limit)
{
	while (limit > 0 && ((unsigned char)text[limit] & 0xc0) == 0x80)
		limit--;
	return limit;
}

/* text in width columns: cut, so that a result stays, or filled up. */
static void cell(struct out *o, const char *text, size_t width)
{
	size_t len = strlen(text), tail, head;
	const char *result = NULL;

	if (len <= width) {
		out_mem(o, text, len);
		for (; len < width; len++)
			out_ch(o, ' ');
		return;
	}
	for (const char *p = text; (p = strstr(p, ") = ")); p++)
		result = p;
	tail = result ? strlen(result) : 0;
	if (tail > width / 2)
		tail = 0;
	head = cut(text, width - 1 - tail);
	out_mem(o, text, head);
	out_str(o, "…");
	out_mem(o, text + len - tail, tail);
	for (len = head + 1 + tail; len < width; len++)
		out_ch(o, ' ');
}

/* A call's name is enough to know it by; a system call is told by its arguments. */
static const char *shown(const struct item *item)
{
	return !item ? "" : item->call ? item->name : item->text;
}

static void text_row(struct out *o, const struct row *row)
{
	const struct item *item = row->port ? row->port : row->go;
	char number[16] = "";

	if (item->chapter)
		snprintf(number, sizeof(number), "%u.%u", item->chapter, item->place);
	cell(o, number, STEP);
	cell(o, shown(row->port), left);
	cell(o, row->moved ? " ~" : !row->go ? " <" : !row->port ? " >" : " =", MARK);
	cell(o, shown(row->go), right);
	while (o->len > 0 && o->buf[o->len - 1] == ' ')
		o->len--;
	out_ch(o, '\n');
	if (!differs(row))
		return;
	out_str(o, "       ");
	if (row->reason.text) {
		out_str(o, row->reason.text);
		out_str(o, " (chapter ");
		out_u64(o, row->reason.chapter);
		out_str(o, ")\n");
	} else {
		out_str(o, "not explained\n");
	}
}

static void json_text(struct out *o, const char *name, const struct item *item)
{
	out_ch(o, '"');
	out_str(o, name);
	out_str(o, "\":");
	out_json(o, item ? item->text : NULL);
	out_ch(o, ',');
}

static void json_row(struct out *o, const struct row *row)
{
	const struct item *item = row->port ? row->port : row->go;

	out_str(o, "{\"type\":\"row\",\"relation\":\"");
	out_str(o, relation(row));
	out_str(o, "\",\"step\":");
	if (item->chapter) {
		out_ch(o, '"');
		out_step(o, item->chapter, item->place);
		out_str(o, "\",");
	} else {
		out_str(o, "null,");
	}
	json_text(o, "port", row->port);
	json_text(o, "go", row->go);
	out_str(o, "\"reason\":");
	out_json(o, row->reason.text);
	out_str(o, ",\"chapter\":");
	if (row->reason.text)
		out_u64(o, row->reason.chapter);
	else
		out_str(o, "null");
	out_str(o, "}\n");
}

static void count(struct counts *c, const struct row *row)
{
	if (row->moved)
		c->moved++;
	else if (row->port && row->go)
		c->same++;
	else if (row->port)
		c->port++;
	else
		c->go++;
	c->unexplained += differs(row) && !row->reason.text;
}

static void emit(struct out *o, struct counts *c, bool json, const struct sequence *go,
                 struct row row)
{
	if (row.moved)
		row.reason = reason_for(row.go, SIDE_MOVED, go);
	else if (!row.port)
		row.reason = reason_for(row.go, SIDE_GO, go);
	else if (!row.go)
		row.reason = reason_for(row.port, SIDE_PORT, go);
	count(c, &row);
	if (json)
		json_row(o, &row);
	else
		text_row(o, &row);
}

/* All rows, in the port's order, with what only Go does where Go does it. */
static void emit_all(struct out *o, struct counts *c, bool json,
                     const struct sequence *port, const struct sequence *go)
{
	size_t j = 0;

	for (size_t i = 0; i < port->n; i++) {
		const struct item *item = &port->items[i];
		bool paired = item->partner != NOWHERE;

		for (; paired && !item->moved && j < item->partner; j++)
			if (go->items[j].partner == NOWHERE)
				emit(o, c, json, go, (struct row){.go = &go->items[j]});
		emit(o, c, json, go,
		     (struct row){
		         .port = item,
		         .go = paired ? &go->items[item->partner] : NULL,
		         .moved = item->moved,
		     });
		if (paired && !item->moved)
			j++;
	}
	for (; j < go->n; j++)
		if (go->items[j].partner == NOWHERE)
			emit(o, c, json, go, (struct row){.go = &go->items[j]});
}

static void number(struct out *o, const char *before, unsigned n, const char *after)
{
	out_str(o, before);
	out_u64(o, n);
	out_str(o, after);
}

static void summary(struct out *o, const struct counts *c, bool json)
{
	if (json) {
		number(o, "{\"type\":\"summary\",\"same\":", c->same, "");
		number(o, ",\"moved\":", c->moved, "");
		number(o, ",\"port\":", c->port, "");
		number(o, ",\"go\":", c->go, "");
		number(o, ",\"unexplained\":", c->unexplained, "}\n");
		return;
	}
	number(o, "\n", c->same, " = the same · ");
	number(o, "", c->moved, " ~ moved · ");
	number(o, "", c->port, " < only in the port · ");
	number(o, "", c->go, " > only in Go · ");
	number(o, "", c->unexplained, " unexplained\n");
}

int compare(int argc, char **argv)
{
	static char name[] = "dialtrace compare";
	static const struct argp_option known[] = {
	    {"format", 'f', "text|json", 0, "json: one object a row (default text)", 0},
	    {0},
	};
	static const struct argp argp = {
	    known,
	    parse,
	    "PORT.ndjson GO.ndjson",
	    "Puts what the port and Go did in two columns: = the same, ~ moved, < only "
	    "in the "
	    "port, > only in Go, each difference with its reason.\v"
	    "Exit status: 0; 1 when a difference is not explained; 125 when something is "
	    "wrong.",
	    NULL,
	    NULL,
	    NULL};
	struct arguments options = {0};
	struct sequence port, go;
	struct counts counts = {0};
	struct out o;

	argp_err_exit_status = 125;
	argv[0] = name;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	port = sequence_read(options.file[0]);
	go = sequence_read(options.file[1]);
	if (port.go && !go.go)
		errx(125, "%s is Go's and %s is not: name the port's first",
		     options.file[0], options.file[1]);
	sequence_align(&port, &go);
	out_init(&o, output_open(NULL), BUFFER);
	if (!options.json) {
		if (output_width(o.fd))
			fit(output_width(o.fd));
		cell(&o, "step", STEP);
		cell(&o, "the port", left + MARK);
		out_str(&o, "Go\n");
	}
	emit_all(&o, &counts, options.json, &port, &go);
	summary(&o, &counts, options.json);
	output_end(&o, NULL);
	if (o.error)
		exit(125);
	out_free(&o);
	sequence_free(&port);
	sequence_free(&go);
	return counts.unexplained ? 1 : 0;
}
