/* The trace as NDJSON: one object a line, see line.h. By hand and not through a
 * library because a library's objects cost more than everything else in a line
 * together (NOTES.md has the figures). */
#include "dialtrace/line.h"

static void bool_field(struct out *o, const char *key, bool value)
{
	out_str(o, key);
	out_str(o, value ? "true" : "false");
}

static void step_field(struct out *o, const struct line *l)
{
	if (!l->chapter) {
		out_str(o, "null");
		return;
	}
	out_ch(o, '"');
	out_step(o, l->chapter, l->place);
	out_ch(o, '"');
}

static void common(struct out *o, const struct line *l, const char *type)
{
	out_str(o, "{\"t\":");
	out_u64(o, l->t);
	out_str(o, ",\"pid\":");
	out_u64(o, l->pid);
	out_str(o, ",\"tid\":");
	out_u64(o, l->tid);
	out_str(o, ",\"g\":");
	out_u64(o, l->goid);
	out_str(o, ",\"m\":");
	out_u64(o, l->m);
	bool_field(o, ",\"has_g\":", l->has_g);
	out_str(o, ",\"type\":\"");
	out_str(o, type);
	out_ch(o, '"');
}

static void where(struct out *o, const struct line *l)
{
	out_str(o, ",\"func\":");
	out_json(o, l->func);
	out_str(o, ",\"depth\":");
	out_u64(o, l->depth);
	out_str(o, ",\"step\":");
	step_field(o, l);
}

/* The functions that are marked, each once. */
static void functions(struct out *o, const char *key, const bool *rows)
{
	const char *before = "";

	out_str(o, key);
	for (size_t i = 0; i < steps_count; i++) {
		if (!rows[i] || step_repeats(i))
			continue;
		out_str(o, before);
		out_json(o, steps[i].func);
		before = ",";
	}
	out_ch(o, ']');
}

static void json_header(struct out *o, const struct header *h)
{
	out_str(o, "{\"type\":\"header\",\"kernel\":");
	out_json(o, h->kernel);
	out_str(o, ",\"emulated\":");
	out_json(o, h->emulate ? "2.6.26" : NULL);
	out_str(o, ",\"probes\":");
	out_u64(o, h->probes);
	out_str(o, ",\"program\":");
	out_json(o, h->target);
	out_str(o, ",\"go\":");
	out_u64(o, h->go);
	out_str(o, ",\"note\":");
	out_json(o, h->note);
	functions(o, ",\"missing\":[", h->missing);
	functions(o, ",\"inlined\":[", h->inlined);
	out_str(o, ",\"checklist\":");
	out_json(o, h->checklist);
	out_str(o, "}\n");
}

static void json_call(struct out *o, const struct line *l)
{
	common(o, l, "call");
	where(o, l);
	out_str(o, ",\"alias\":");
	out_json(o, l->alias);
	out_str(o, ",\"text\":");
	out_json_string(o, l->text, l->text_len);
	out_str(o, "}\n");
}

static void json_syscall(struct out *o, const struct line *l)
{
	bool exit = l->type == LINE_EXIT;

	common(o, l, exit ? "exit" : "enter");
	out_str(o, ",\"syscall\":");
	out_json(o, l->syscall);
	out_str(o, ",\"nr\":");
	out_u64(o, l->nr);
	out_str(o, ",\"args\":[");
	for (int i = 0; i < ARGS; i++) {
		if (i)
			out_ch(o, ',');
		out_u64(o, l->args[i]);
	}
	out_str(o, "],\"text\":");
	out_json_string(o, l->text, l->text_len);
	where(o, l);
	if (exit) {
		out_str(o, ",\"dur\":");
		if (l->has_dur)
			out_u64(o, l->dur);
		else
			out_str(o, "null");
		out_str(o, ",\"ret\":");
		out_i64(o, l->ret);
		out_str(o, ",\"errno\":");
		out_json(o, l->error);
		bool_field(o, ",\"refused\":", l->refused);
		bool_field(o, ",\"slept\":", l->slept);
	}
	out_str(o, "}\n");
}

static void json_lost(struct out *o, u64 n)
{
	out_str(o, "{\"type\":\"lost\",\"events\":");
	out_u64(o, n);
	out_str(o, "}\n");
}

static void json_summary(struct out *o, const struct summary *s)
{
	out_str(o, "{\"type\":\"summary\",\"events\":");
	out_u64(o, s->events);
	out_str(o, ",\"lost\":");
	out_u64(o, s->lost);
	out_str(o, ",\"steps_seen\":");
	out_u64(o, check_seen(s->check));
	out_str(o, ",\"steps_total\":");
	out_u64(o, check_total(s->check));
	if (check_lacking(s->check)) {
		out_str(o, ",\"steps_inlined\":");
		out_u64(o, check_lacking(s->check));
	}
	out_str(o, "}\n");
}

const struct writer json_writer = {
    json_header, json_call, json_syscall, json_lost, json_summary,
};
