/*
 * Feeds anything to the reader of recordings, and what it makes of it to the writers.
 * Beside what the sanitizers find, it is an error if a terminal could be steered, or
 * if the Chrome trace is no JSON.
 */
#include <json-c/json.h>
#include <stdlib.h>

#include "dialtrace/chrome.h"
#include "dialtrace/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_record(const struct record *r, struct out *o, struct chrome *c)
{
	switch (r->type) {
	case RECORD_HEADER:
		text_writer.header(o, &r->header);
		chrome_header(c, &r->header);
		break;
	case RECORD_LINE:
		if (r->line.type == LINE_CALL)
			text_writer.call(o, &r->line);
		else
			text_writer.syscall(o, &r->line);
		chrome_line(c, &r->line);
		break;
	case RECORD_LOST:
		text_writer.lost(o, r->lost);
		chrome_lost(c, r->lost);
		break;
	case RECORD_BAD:
		out_str(o, r->error);
		out_ch(o, '\n');
		break;
	default:
		break;
	}
}

static void check_harmless(const struct out *o)
{
	for (size_t i = 0; i < o->len; i++) {
		u8 byte = (u8)o->buf[i];

		if (byte == 0x7f || (byte < ' ' && byte != '\n'))
			abort();
	}
}

static void check_json(struct out *o)
{
	struct json_object *object;

	out_ch(o, '\0');
	object = json_tokener_parse(o->buf);
	if (!object)
		abort();
	json_object_put(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t none[1];
	FILE *in = fmemopen((void *)(size ? data : none), size, "r");
	struct recording *r = recording_new(in);
	struct chrome *c = chrome_new();
	struct record record;
	struct out o;

	out_init(&o, -1, 4096);
	text_display(false, size % 2 ? 80 : 0);
	while ((record = recording_read(r)).type != RECORD_END) {
		/* A second header ends a replay. */
		if (record.type == RECORD_HEADER && recording_line(r) > 1)
			break;
		write_record(&record, &o, c);
	}
	check_harmless(&o);
	o.len = 0;
	chrome_write(c, &o);
	check_json(&o);
	out_free(&o);
	chrome_free(c);
	recording_free(r);
	fclose(in);
	return 0;
}
