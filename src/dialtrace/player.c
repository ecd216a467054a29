/* The player's page: see player.h. */
#include "dialtrace/player.h"
#include "dialtrace/reasons.h"
#include "dialtrace/step_source.h"
#include "dialtrace/steps.h"

#include <err.h>
#include <stdlib.h>

/* The page of src/dialtrace/player, in player_page.S. */
extern const char player_page[];
extern const u64 player_page_size;

/* Where in it the recordings belong. */
static const char place[] = "<!-- recordings -->\n";

struct player {
	struct out recordings; /* their data blocks */
	struct out names;      /* their names, a list in JSON */
	struct out text;       /* the line that is being added */
	unsigned go;           /* of the recording: as in its header */
	struct seen *seen;     /* for each row of the step table */
};

/* Where a row's function, which is in no row before, occurs. */
struct seen {
	bool occurs;
	unsigned go; /* in a program built with Go 1.go; 0: in the port only */
};

struct player *player_new(void)
{
	struct player *p = calloc(1, sizeof(*p));

	if (!p)
		err(125, "player");
	p->seen = calloc(steps_count, sizeof(p->seen[0]));
	if (!p->seen)
		err(125, "player");
	out_init(&p->recordings, -1, 4096);
	out_init(&p->names, -1, 64);
	out_init(&p->text, -1, 4096);
	return p;
}

void player_free(struct player *p)
{
	out_free(&p->recordings);
	out_free(&p->names);
	out_free(&p->text);
	free(p->seen);
	free(p);
}

/* Appends JSON so that neither HTML nor JavaScript finds an end or a line break in it.
 * What is replaced can only stand in strings. */
static void inert(struct out *o, const char *json, size_t n)
{
	static const char separator[] = "\xe2\x80\xa8", paragraph[] = "\xe2\x80\xa9";
	enum { LEN = sizeof(separator) - 1 };
	const char *end = json + n;

	while (json < end) {
		size_t plain = 0, left = (size_t)(end - json);

		while (plain < left && json[plain] != '<' && json[plain] != separator[0])
			plain++;
		out_mem(o, json, plain);
		json += plain;
		left -= plain;
		if (!left)
			return;
		if (*json == '<') {
			out_str(o, "\\u003c");
			json++;
		} else if (left >= LEN && memcmp(json, separator, LEN) == 0) {
			out_str(o, "\\u2028");
			json += LEN;
		} else if (left >= LEN && memcmp(json, paragraph, LEN) == 0) {
			out_str(o, "\\u2029");
			json += LEN;
		} else {
			out_ch(o, *json++);
		}
	}
}

static void add_text(struct player *p)
{
	inert(&p->recordings, p->text.buf, p->text.len);
	p->text.len = 0;
}

static void string(struct out *o, const char *key, const char *value)
{
	out_str(o, key);
	if (value)
		out_json_string(o, value, strlen(value));
	else
		out_str(o, "null");
}

/* Notes that a function occurs, in its first row; func may be NULL. */
static void see(struct player *p, const char *func)
{
	for (size_t i = 0; func && i < steps_count; i++) {
		if (strcmp(step_form(&steps[i], p->go).name, func) == 0) {
			p->seen[i].occurs = true;
			p->seen[i].go = p->go ? p->go : p->seen[i].go;
			return;
		}
	}
}

/* --- What the recordings contain --- */

void player_recording(struct player *p, const char *name)
{
	if (p->names.len)
		out_str(&p->recordings, "</script>\n");
	out_str(&p->recordings, "<script type=\"application/x-ndjson\">\n");
	string(&p->names, p->names.len ? "," : "", name);
}

void player_header(struct player *p, const struct header *h)
{
	p->go = h->go;
	json_writer.header(&p->text, h);
	add_text(p);
}

void player_line(struct player *p, const struct line *l)
{
	if (l->type == LINE_CALL)
		json_writer.call(&p->text, l);
	else
		json_writer.syscall(&p->text, l);
	add_text(p);
	see(p, l->func);
}

void player_lost(struct player *p, u64 events)
{
	json_writer.lost(&p->text, events);
	add_text(p);
}

void player_summary(struct player *p, const struct summary *s)
{
	json_writer.summary(&p->text, s);
	add_text(p);
}

/* --- The page --- */

static void add_chapters(struct out *o)
{
	out_str(o, "{\"chapters\":[null");
	for (unsigned i = 1; i <= STEP_CHAPTERS; i++)
		string(o, ",", step_chapter(i));
	out_ch(o, ']');
}

static void add_steps(struct out *o)
{
	char number[STEP_NUMBER_LEN];

	out_str(o, ",\"steps\":[");
	for (size_t i = 0; i < steps_count; i++) {
		string(o, i ? ",\n{\"step\":" : "{\"step\":",
		       *step_number(&steps[i], number) ? number : NULL);
		string(o, ",\"func\":", steps[i].func);
		string(o, ",\"syscall\":", steps[i].syscall);
		string(o, ",\"file\":", steps[i].file);
		string(o, ",\"caption\":", steps[i].caption);
		out_ch(o, '}');
	}
	out_ch(o, ']');
}

static void add_source(struct out *o, const struct source_text *text)
{
	string(o, ":{\"file\":", text->file);
	out_str(o, ",\"line\":");
	out_u64(o, text->first);
	out_str(o, ",\"lines\":[");
	for (size_t i = 0; i < text->count; i++)
		string(o, i ? "," : "", text->lines[i]);
	out_str(o, "]}");
}

/* The functions that occur, by their names in Go. */
static void add_sources(const struct player *p, struct out *o)
{
	struct source *source = source_new();
	const char *before = "";

	out_str(o, ",\"sources\":{");
	for (size_t i = 0; i < steps_count; i++) {
		const struct source_text *text = NULL;

		if (p->seen[i].occurs)
			text = source_find(source, steps[i].func);
		if (!text)
			continue;
		string(o, before, steps[i].func);
		add_source(o, text);
		before = ",\n";
	}
	out_ch(o, '}');
	source_free(source);
}

/* What functions that occur in Go's recordings are in the table. */
static void add_forms(const struct player *p, struct out *o)
{
	const char *before = "";

	out_str(o, ",\"forms\":{");
	for (size_t i = 0; i < steps_count; i++) {
		struct step_form form;

		if (!p->seen[i].go)
			continue;
		form = step_form(&steps[i], p->seen[i].go);
		string(o, before, form.name);
		string(o, ":{\"func\":", steps[i].func);
		string(o, ",\"differs\":", form.differs);
		out_ch(o, '}');
		before = ",\n";
	}
	out_ch(o, '}');
}

/* Why the port and Go differ. */
static void add_reasons(struct out *o)
{
	out_str(o, ",\"reasons\":[");
	for (size_t i = 0; i < known_reasons_count; i++) {
		const struct known_reason *k = &known_reasons[i];

		out_str(o, i ? ",\n{\"step\":\"" : "{\"step\":\"");
		out_u64(o, k->chapter);
		out_ch(o, '.');
		out_u64(o, k->place);
		string(o, "\",\"syscall\":", k->syscall);
		string(o, ",\"text\":", k->text);
		out_str(o, ",\"chapter\":");
		out_u64(o, k->see);
		out_str(o, ",\"sides\":");
		out_u64(o, k->sides);
		out_ch(o, '}');
	}
	out_str(o, "]}\n");
}

void player_write(struct player *p, struct out *o)
{
	const char *middle =
	    memmem(player_page, player_page_size, place, sizeof(place) - 1);
	const char *end = player_page + player_page_size;
	struct out *guide = &p->text;

	if (!middle)
		errx(125, "player: the page has no place for recordings");
	out_mem(o, player_page, (size_t)(middle - player_page));
	out_mem(o, p->recordings.buf, p->recordings.len);
	out_str(o, "</script>\n<script type=\"application/json\" id=\"names\">[");
	inert(o, p->names.buf, p->names.len);
	out_str(o, "]</script>\n<script type=\"application/json\" id=\"guide\">\n");
	add_chapters(guide);
	add_steps(guide);
	add_sources(p, guide);
	add_forms(p, guide);
	add_reasons(guide);
	inert(o, guide->buf, guide->len);
	out_str(o, "</script>\n");
	middle += sizeof(place) - 1;
	out_mem(o, middle, (size_t)(end - middle));
}
