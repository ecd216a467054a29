/* Reading a recording: see recording.h. */
#include "dialtrace/recording.h"

#include <err.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

/* More than the longest line that json.c makes. */
enum { LINE_MAX_LEN = 256 * 1024 };
/* Deeper than any call tree that fits a stack. */
enum { DEPTH_MAX = 10000 };

struct recording {
	FILE *in;
	u64 line_number;
	bool over;     /* there is nothing to read after this line */
	bool begun;    /* there was an object, */
	bool complete; /* and the summary */
	struct json_tokener *tokener;
	struct json_object *object; /* the line read last */
	struct out escaped;
	bool *missing, *inlined; /* the header's */
	char error[160];         /* what is wrong with it; empty: nothing */
	char line[LINE_MAX_LEN];
};

struct recording *recording_new(FILE *in)
{
	struct recording *r = calloc(1, sizeof(*r));

	if (!r)
		err(125, "recording");
	r->in = in;
	r->tokener = json_tokener_new();
	if (!r->tokener)
		errx(125, "recording: out of memory");
	json_tokener_set_flags(r->tokener,
	                       JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	r->missing = calloc(steps_count, sizeof(*r->missing));
	r->inlined = calloc(steps_count, sizeof(*r->inlined));
	if (!r->missing || !r->inlined)
		err(125, "recording");
	out_init(&r->escaped, -1, 256);
	return r;
}

void recording_free(struct recording *r)
{
	json_object_put(r->object);
	json_tokener_free(r->tokener);
	out_free(&r->escaped);
	free(r->missing);
	free(r->inlined);
	free(r);
}

u64 recording_line(const struct recording *r)
{
	return r->line_number;
}

/* Notes what is wrong, in three parts, unless something already is. */
static void wrong(struct recording *r, const char *a, const char *b, const char *c)
{
	if (!*r->error)
		snprintf(r->error, sizeof(r->error), "%s%s%s", a, b, c);
}

/* --- Fields: each returns 0, false or NULL when something is wrong. --- */

/* what: "\" is not", and what it should be. */
static void wrong_field(struct recording *r, const char *key, const char *what)
{
	wrong(r, "the field \"", key, what);
}

static struct json_object *field(struct recording *r, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(r->object, key, &value))
		wrong_field(r, key, "\" is missing");
	return value;
}

static u64 natural(struct recording *r, const char *key, struct json_object *value,
                   u64 most)
{
	u64 n;

	/* What is negative comes out as 0 of get_uint64. */
	if (!json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) < 0 ||
	    (n = json_object_get_uint64(value)) > most) {
		wrong_field(r, key, "\" is not a natural number in its range");
		return 0;
	}
	return n;
}

static u64 natural_field(struct recording *r, const char *key, u64 most)
{
	return natural(r, key, field(r, key), most);
}

static s64 integer_field(struct recording *r, const char *key)
{
	struct json_object *value = field(r, key);

	if (!json_object_is_type(value, json_type_int))
		wrong_field(r, key, "\" is not a whole number");
	return json_object_get_int64(value);
}

static bool bool_field(struct recording *r, const char *key)
{
	struct json_object *value = field(r, key);

	if (!json_object_is_type(value, json_type_boolean))
		wrong_field(r, key, "\" is not true or false");
	return json_object_get_boolean(value);
}

/* Whether s is what the tracer writes: printable ASCII, and the ellipsis. */
static size_t harmless(const char *s, size_t n)
{
	static const char ellipsis[] = "…";
	enum { LEN = sizeof(ellipsis) - 1 };
	size_t i = 0;

	for (;;) {
		if (i < n && s[i] >= ' ' && s[i] <= '~')
			i++;
		else if (n - i >= LEN && memcmp(s + i, ellipsis, LEN) == 0)
			i += LEN;
		else
			return i;
	}
}

/* Replaces what else a string contains by escapes. Nothing of a real recording: the
 * live trace has done so. */
static void escape(struct recording *r, struct json_object *value)
{
	const char *s = json_object_get_string(value);
	size_t n = (size_t)json_object_get_string_len(value), ok = harmless(s, n);

	if (ok == n)
		return;
	r->escaped.len = 0;
	while (n) {
		out_mem(&r->escaped, s, ok);
		s += ok;
		n -= ok;
		if (n) {
			out_escape(&r->escaped, s, 1);
			s++;
			n--;
		}
		ok = harmless(s, n);
	}
	json_object_set_string_len(value, r->escaped.buf, (int)r->escaped.len);
}

static const char *string_field(struct recording *r, const char *key)
{
	struct json_object *value = field(r, key);

	if (!json_object_is_type(value, json_type_string)) {
		wrong_field(r, key, "\" is not a string");
		return NULL;
	}
	escape(r, value);
	return json_object_get_string(value);
}

static const char *string_or_null_field(struct recording *r, const char *key)
{
	struct json_object *value = NULL;

	if (json_object_object_get_ex(r->object, key, &value) && !value)
		return NULL;
	return string_field(r, key);
}

/* --- Objects --- */

/* A name that is not in the table was in that of the dialtrace that recorded it. */
static void mark(bool *rows, const char *func)
{
	for (size_t i = 0; i < steps_count; i++)
		rows[i] |= strcmp(steps[i].func, func) == 0;
}

static const bool *read_functions(struct recording *r, const char *key, bool *rows)
{
	struct json_object *names = field(r, key);

	memset(rows, 0, steps_count * sizeof(*rows));
	if (!json_object_is_type(names, json_type_array)) {
		wrong_field(r, key, "\" is not a list of names");
		return rows;
	}
	for (size_t i = 0; i < json_object_array_length(names); i++) {
		struct json_object *name = json_object_array_get_idx(names, i);

		if (json_object_is_type(name, json_type_string))
			mark(rows, json_object_get_string(name));
		else
			wrong_field(r, key, "\" is not a list of names");
	}
	return rows;
}

static void read_header(struct recording *r, struct header *h)
{
	const char *emulated = string_or_null_field(r, "emulated");

	if (emulated && strcmp(emulated, "2.6.26") != 0)
		wrong(r, "no dialtrace emulates Linux ", emulated, "");
	*h = (struct header){
	    .kernel = string_field(r, "kernel"),
	    .emulate = emulated,
	    .probes = natural_field(r, "probes", UINT32_MAX),
	    .target = string_field(r, "program"),
	    .go = (unsigned)natural_field(r, "go", UINT8_MAX),
	    .note = string_field(r, "note"),
	    .missing = read_functions(r, "missing", r->missing),
	    .inlined = read_functions(r, "inlined", r->inlined),
	    .checklist = string_or_null_field(r, "checklist"),
	};
}

/* Digits up to end, without zeros in front: a number up to 255; else 0. */
static unsigned char step_part(const char **p, char end)
{
	unsigned n = 0;

	if (**p == '0')
		return 0;
	for (; **p >= '0' && **p <= '9' && n <= UINT8_MAX; (*p)++)
		n = 10 * n + (unsigned)(**p - '0');
	if (n > UINT8_MAX || **p != end)
		return 0;
	*p += end != '\0';
	return (unsigned char)n;
}

static void read_step(struct recording *r, struct line *l)
{
	const char *step = string_or_null_field(r, "step");

	if (!step)
		return;
	l->chapter = step_part(&step, '.');
	l->place = step_part(&step, '\0');
	if (!l->chapter || !l->place)
		wrong_field(r, "step", "\" is not a step's number, as 2.3");
}

static void read_args(struct recording *r, struct line *l)
{
	struct json_object *args = field(r, "args");

	if (!json_object_is_type(args, json_type_array) ||
	    json_object_array_length(args) != ARGS) {
		wrong_field(r, "args", "\" is not a list of six numbers");
		return;
	}
	for (size_t i = 0; i < ARGS; i++)
		l->args[i] =
		    natural(r, "args", json_object_array_get_idx(args, i), UINT64_MAX);
}

static void read_exit(struct recording *r, struct line *l)
{
	struct json_object *dur = NULL;

	/* null where nobody knows */
	l->has_dur = !json_object_object_get_ex(r->object, "dur", &dur) || dur;
	if (l->has_dur)
		l->dur = natural_field(r, "dur", UINT64_MAX);
	l->ret = integer_field(r, "ret");
	l->error = string_or_null_field(r, "errno");
	l->refused = bool_field(r, "refused");
	l->slept = bool_field(r, "slept");
}

static void read_line(struct recording *r, struct line *l, enum line_type type)
{
	*l = (struct line){
	    .type = type,
	    .t = natural_field(r, "t", UINT64_MAX),
	    .pid = (u32)natural_field(r, "pid", UINT32_MAX),
	    .tid = (u32)natural_field(r, "tid", UINT32_MAX),
	    .goid = natural_field(r, "g", UINT64_MAX),
	    .m = (u32)natural_field(r, "m", UINT32_MAX),
	    .has_g = bool_field(r, "has_g"),
	    .depth = (unsigned)natural_field(r, "depth", DEPTH_MAX),
	    .text = string_field(r, "text"),
	};
	if (l->text)
		l->text_len = strlen(l->text);
	read_step(r, l);
	if (type == LINE_CALL) {
		l->func = string_field(r, "func");
		l->alias = string_or_null_field(r, "alias");
		if (l->func && l->text && strncmp(l->text, l->func, strlen(l->func)) != 0)
			wrong(r, "the field \"text\" does not begin with \"func\"", "",
			      "");
		return;
	}
	l->func = string_or_null_field(r, "func");
	l->syscall = string_field(r, "syscall");
	l->nr = (u32)natural_field(r, "nr", UINT32_MAX);
	read_args(r, l);
	if (type == LINE_EXIT)
		read_exit(r, l);
}

static void read_object(struct recording *r, struct record *record)
{
	static const char *const line_types[] = {"call", "enter", "exit"};
	const char *type = string_field(r, "type");

	if (!type)
		return;
	for (unsigned i = 0; i < sizeof(line_types) / sizeof(line_types[0]); i++) {
		if (strcmp(type, line_types[i]) == 0) {
			record->type = RECORD_LINE;
			read_line(r, &record->line, i);
			return;
		}
	}
	if (strcmp(type, "header") == 0) {
		record->type = RECORD_HEADER;
		read_header(r, &record->header);
	} else if (strcmp(type, "lost") == 0) {
		record->type = RECORD_LOST;
		record->lost = natural_field(r, "events", UINT64_MAX);
	} else if (strcmp(type, "summary") == 0) {
		record->type = RECORD_SUMMARY;
		record->summary.events = natural_field(r, "events", UINT64_MAX);
		record->summary.lost = natural_field(r, "lost", UINT64_MAX);
	} else {
		wrong(r, "there is no type \"", type, "\"");
	}
}

/* Reads a line into r->line, without its end; false at the end of the file. */
static bool next_line(struct recording *r, size_t *len)
{
	int c = EOF;

	for (*len = 0; *len < sizeof(r->line); ++*len) {
		c = getc_unlocked(r->in);
		if (c == EOF || c == '\n')
			break;
		r->line[*len] = (char)c;
	}
	if (c == EOF && !*len && !ferror(r->in))
		return false;
	r->line_number++;
	r->over = *len == sizeof(r->line) || ferror(r->in);
	if (ferror(r->in))
		wrong(r, "cannot read on: ", strerror(errno), "");
	else if (r->over)
		wrong(r, "the line is too long", "", "");
	return true;
}

static void parse(struct recording *r, size_t len)
{
	enum json_tokener_error e;

	json_tokener_reset(r->tokener);
	r->object = json_tokener_parse_ex(r->tokener, r->line, (int)len);
	e = json_tokener_get_error(r->tokener);
	if (e == json_tokener_continue)
		wrong(r, "the line is no JSON", ": it breaks off", "");
	else if (e != json_tokener_success)
		wrong(r, "the line is no JSON: ", json_tokener_error_desc(e), "");
	else if (json_tokener_get_parse_end(r->tokener) != len)
		wrong(r, "the line is more than one JSON object", "", "");
	else if (!json_object_is_type(r->object, json_type_object))
		wrong(r, "the line is no JSON object", "", "");
}

static const char *misplaced(const struct recording *r, const struct record *record)
{
	if (r->complete)
		return "there is something after the summary";
	if (r->begun && record->type == RECORD_HEADER)
		return "there is a second header: these are two recordings";
	if (!r->begun && record->type != RECORD_HEADER)
		return "the header is missing";
	return NULL;
}

struct record recording_read(struct recording *r)
{
	struct record record = {.type = RECORD_END};
	size_t len;

	json_object_put(r->object);
	r->object = NULL;
	*r->error = '\0';
	if (r->over || !next_line(r, &len))
		return record;
	if (!*r->error)
		parse(r, len);
	if (!*r->error)
		read_object(r, &record);
	if (*r->error)
		return (struct record){.type = RECORD_BAD, .error = r->error};
	record.misplaced = misplaced(r, &record);
	r->begun = true;
	r->complete |= record.type == RECORD_SUMMARY;
	return record;
}
