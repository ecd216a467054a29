/*
 * dialtrace quiz: see quiz.h. A recording is printed as replay prints it, but before each
 * system call that is a step it stops and asks which one comes. The answers offered are
 * the recording's own system calls.
 */
#include "dialtrace/output.h"
#include "dialtrace/quiz.h"
#include "dialtrace/recording.h"

#include <argp.h>
#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, NAMES = 64, CHOICES = 4, CHAPTERS = 32, SEED = 256 };

struct quiz {
	const char *file;
	bool seeded; /* --seed was given */
	unsigned random;
	struct out out;

	char *names[NAMES]; /* the system calls that occur, each once */
	unsigned count;
	bool complete; /* the recording has its end */

	unsigned asked, right;
	unsigned wrong[CHAPTERS]; /* answers, by chapter */
	bool over;                /* q, or the end of the input */
};

static unsigned parse_seed(struct argp_state *state, const char *text)
{
	char *end;
	unsigned long seed = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || seed > UINT_MAX)
		argp_error(state, "--seed wants a number up to %u, not '%s'", UINT_MAX,
		           text);
	return (unsigned)seed;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct quiz *q = state->input;

	switch (key) {
	case SEED:
		q->random = parse_seed(state, arg);
		q->seeded = true;
		break;
	case ARGP_KEY_ARG:
		if (q->file)
			argp_error(state, "quiz takes one recording");
		q->file = arg;
		break;
	case ARGP_KEY_END:
		if (!q->file)
			argp_error(state, "quiz takes a recording, such as "
			                  "walkthrough/recordings/dial-2.6.26.ndjson");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* A number below n. */
static unsigned chance(struct quiz *q, unsigned n)
{
	return (unsigned)rand_r(&q->random) % n;
}

/* A system call that is a step is asked for where it appears: as it falls asleep, or when
 * it returns without having slept. */
static bool is_question(const struct record *r)
{
	const struct line *l = &r->line;

	return r->type == RECORD_LINE && l->chapter != 0 &&
	       (l->type == LINE_ENTER || (l->type == LINE_EXIT && !l->slept));
}

static void remember(struct quiz *q, const char *name)
{
	for (unsigned i = 0; i < q->count; i++)
		if (strcmp(q->names[i], name) == 0)
			return;
	if (q->count == NAMES)
		return;
	q->names[q->count] = strdup(name);
	if (!q->names[q->count++])
		err(125, "quiz");
}

static struct recording *open_recording(const struct quiz *q, FILE **in)
{
	struct stat st;

	*in = fopen(q->file, "re");
	if (!*in || fstat(fileno(*in), &st) < 0)
		err(125, "cannot read %s", q->file);
	if (!S_ISREG(st.st_mode))
		errx(125,
		     "%s is no file: the quiz reads its recording twice, save it in one",
		     q->file);
	return recording_new(*in);
}

/* Calls fn for each object. Exits with the line that is wrong, should one be. */
static void each(struct quiz *q, void (*fn)(struct quiz *, const struct record *))
{
	FILE *in;
	struct recording *r = open_recording(q, &in);
	struct record record;

	while (!q->over && (record = recording_read(r)).type != RECORD_END) {
		if (record.type == RECORD_BAD || record.misplaced)
			errx(125, "%s:%llu: %s", q->file,
			     (unsigned long long)recording_line(r),
			     record.misplaced ? record.misplaced : record.error);
		fn(q, &record);
	}
	recording_free(r);
	fclose(in);
}

static void collect(struct quiz *q, const struct record *r)
{
	if (is_question(r))
		remember(q, r->line.syscall);
	q->complete = r->type == RECORD_SUMMARY;
}

/* Fills choice with the right name and others, in an order of chance. Returns how many.
 */
static unsigned choose(struct quiz *q, const char *right, const char **choice)
{
	unsigned n = q->count < CHOICES ? q->count : CHOICES, have = 0;

	for (unsigned i = 0; i < q->count; i++)
		if (strcmp(q->names[i], right) == 0)
			choice[have++] = q->names[i];
	while (have < n) {
		const char *name = q->names[chance(q, q->count)];
		unsigned i = 0;

		while (i < have && choice[i] != name)
			i++;
		if (i == have)
			choice[have++] = name;
	}
	for (unsigned i = n; i-- > 1;) {
		unsigned j = chance(q, i + 1);
		const char *name = choice[i];

		choice[i] = choice[j];
		choice[j] = name;
	}
	return n;
}

/* Reads answers until one is a choice, its number or its name. Returns its place, or -1
 * at the end. */
static int answer(struct quiz *q, const char *const *choice, unsigned n)
{
	char line[64];

	for (;;) {
		out_str(&q->out, "> ");
		out_flush(&q->out);
		if (!fgets(line, sizeof(line), stdin))
			return -1;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == 'q')
			return -1;
		if (line[0] >= '1' && line[0] < (char)('1' + n) && !line[1])
			return line[0] - '1';
		for (unsigned i = 0; i < n; i++)
			if (strcmp(line, choice[i]) == 0)
				return (int)i;
		out_str(&q->out, "a number from 1 to ");
		out_u64(&q->out, n);
		out_str(&q->out, ", or q to stop\n");
	}
}

static void ask(struct quiz *q, const struct line *l)
{
	const char *choice[CHOICES];
	const struct step *step = step_numbered(l->chapter, l->place);
	unsigned n = choose(q, l->syscall, choice);
	int given;

	out_str(&q->out, "\nWhich system call comes next?\n");
	for (unsigned i = 0; i < n; i++) {
		out_str(&q->out, "  ");
		out_u64(&q->out, i + 1);
		out_ch(&q->out, ' ');
		out_str(&q->out, choice[i]);
		out_ch(&q->out, '\n');
	}
	given = answer(q, choice, n);
	if (given < 0) {
		q->over = true;
		return;
	}
	q->asked++;
	if (strcmp(choice[given], l->syscall) == 0) {
		q->right++;
		out_str(&q->out, "Right");
	} else {
		if (l->chapter < CHAPTERS)
			q->wrong[l->chapter]++;
		out_str(&q->out, "No, it is ");
		out_str(&q->out, l->syscall);
	}
	if (step) {
		out_str(&q->out, ": ");
		out_str(&q->out, step->caption);
	}
	out_str(&q->out, " (chapter ");
	out_u64(&q->out, l->chapter);
	out_str(&q->out, ")\n\n");
}

static void play(struct quiz *q, const struct record *r)
{
	if (r->type == RECORD_HEADER)
		text_writer.header(&q->out, &r->header);
	if (is_question(r))
		ask(q, &r->line);
	if (q->over || r->type != RECORD_LINE)
		return;
	if (r->line.type == LINE_CALL)
		text_writer.call(&q->out, &r->line);
	else
		text_writer.syscall(&q->out, &r->line);
}

static void score(struct quiz *q)
{
	const char *before = "Read again: chapter ";

	out_ch(&q->out, '\n');
	out_u64(&q->out, q->right);
	out_str(&q->out, " of ");
	out_u64(&q->out, q->asked);
	out_str(&q->out, " right.\n");
	for (unsigned i = 0; i < CHAPTERS; i++) {
		if (!q->wrong[i])
			continue;
		out_str(&q->out, before);
		out_u64(&q->out, i);
		before = ", ";
	}
	if (q->right < q->asked)
		out_str(&q->out, ".\n");
}

int quiz(int argc, char **argv)
{
	static char name[] = "dialtrace quiz";
	static const struct argp_option known[] = {
	    {"seed", SEED, "NUMBER", 0, "the same order of answers each time", 0},
	    {0},
	};
	static const struct argp argp = {
	    known,
	    parse,
	    "FILE",
	    "Plays a recording and asks, before each system call, which one comes.",
	    NULL,
	    NULL,
	    NULL};
	struct quiz q = {0};
	bool written;

	argp_err_exit_status = 125;
	argv[0] = name;
	argp_parse(&argp, argc, argv, 0, NULL, &q);
	if (!q.seeded && getrandom(&q.random, sizeof(q.random), 0) < 0)
		err(125, "getrandom");
	each(&q, collect);
	if (!q.complete)
		warnx("%s: it ends without a summary: the rest is missing", q.file);
	if (!q.count)
		errx(125, "%s has no system call that is a step", q.file);
	out_init(&q.out, output_open(NULL), BUFFER);
	text_display(output_color(q.out.fd, COLOR_AUTO), output_width(q.out.fd));
	each(&q, play);
	score(&q);
	output_end(&q.out, NULL);
	written = !q.out.error;
	for (unsigned i = 0; i < q.count; i++)
		free(q.names[i]);
	out_free(&q.out);
	return written && q.complete ? 0 : 125;
}
