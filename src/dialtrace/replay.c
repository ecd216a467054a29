/* dialtrace replay: see replay.h. */
#include "dialtrace/chrome.h"
#include "dialtrace/options.h"
#include "dialtrace/output.h"
#include "dialtrace/player.h"
#include "dialtrace/recording.h"
#include "dialtrace/replay.h"
#include "dialtrace/step.h"

#include <err.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, ERRORS_SHOWN = 5 };

struct replay {
	const struct replay_options *options;
	const char *name; /* of the recording, for messages */
	struct recording *in;
	struct out out;
	bool at_once; /* no pauses */
	bool eager;   /* what has been read is written, whatever comes next */
	struct check *check;
	struct chrome *chrome; /* or NULL: */
	struct run *run;       /* of --step, or NULL: */
	struct player *player; /* or NULL: text */
	u64 probes;
	u64 objects;         /* read so far */
	u64 bad;             /* and what is none */
	bool complete;       /* the summary was among them */
	u64 last;            /* when the line before happened */
	struct timespec due; /* and when it was to be shown */
};

static FILE *open_recording(const char *name)
{
	FILE *in = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");

	if (!in)
		err(125, "cannot read %s", name);
	return in;
}

/* Whether writing path would destroy the recording while it is read. */
static bool same_file(FILE *in, const char *path)
{
	struct stat a, b;

	return path && stat(path, &b) == 0 && fstat(fileno(in), &a) == 0 &&
	       S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Waits until the line that happened at t is to be shown. */
static void wait_for(struct replay *r, u64 t)
{
	double speed = r->options->speed != 0 ? r->options->speed : 1;
	double pause = t > r->last ? (double)(t - r->last) / 1e9 / speed : 0;
	struct timespec *due = &r->due;

	if (r->at_once)
		return;
	out_flush(&r->out);
	if (pause > r->options->idle)
		pause = r->options->idle;
	if (!due->tv_sec)
		clock_gettime(CLOCK_MONOTONIC, due);
	due->tv_sec += (time_t)pause;
	due->tv_nsec += (long)(fmod(pause, 1) * 1e9);
	if (due->tv_nsec >= 1000000000) {
		due->tv_nsec -= 1000000000;
		due->tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL) == EINTR)
		;
	if (t > r->last)
		r->last = t;
}

/* Says what is wrong with a line, of the first few that are. */
static void on_bad(struct replay *r, const char *error)
{
	if (++r->bad > ERRORS_SHOWN)
		return;
	/* Behind what precedes it. */
	out_flush(&r->out);
	warnx("%s:%llu: %s", r->name, (unsigned long long)recording_line(r->in), error);
}

/* The checklist that was recorded with, unless there is another. */
static struct check *checklist(struct replay *r, const struct header *h)
{
	const char *list = r->options->steps ? r->options->steps : h->checklist;
	struct check *c = NULL;
	char wrong[32];

	if (list && !(c = check_parse(list, h->emulate, wrong, sizeof(wrong))))
		on_bad(r, "the field \"checklist\" is no list of steps");
	return c ? c : check_new(h->emulate);
}

static void on_header(struct replay *r, const struct header *h)
{
	r->probes = h->probes;
	check_free(r->check);
	r->check = checklist(r, h);
	for (size_t i = 0; i < steps_count; i++)
		if (h->missing[i])
			check_lack(r->check, &steps[i]);
	if (r->chrome)
		chrome_header(r->chrome, h);
	else if (r->run)
		run_header(r->run, h);
	else if (r->player)
		player_header(r->player, h);
	else
		text_writer.header(&r->out, h);
}

static void on_line(struct replay *r, const struct line *l)
{
	const struct step *step = step_numbered(l->chapter, l->place);

	if (l->chapter && step)
		check_see(r->check, step, l->tid);
	if (r->chrome) {
		chrome_line(r->chrome, l);
		return;
	}
	if (r->run) {
		run_line(r->run, l);
		return;
	}
	if (r->player) {
		player_line(r->player, l);
		return;
	}
	wait_for(r, l->t);
	if (l->type == LINE_CALL)
		text_writer.call(&r->out, l);
	else
		text_writer.syscall(&r->out, l);
}

static void on_lost(struct replay *r, u64 n)
{
	if (r->chrome)
		chrome_lost(r->chrome, n);
	else if (r->run)
		run_lost(r->run, n);
	else if (r->player)
		player_lost(r->player, n);
	else
		text_writer.lost(&r->out, n);
}

static void on_summary(struct replay *r, u64 events, u64 lost)
{
	struct summary s = {events, lost, r->check};

	r->complete = true;
	if (r->player)
		player_summary(r->player, &s);
	else if (!r->chrome && !r->run)
		text_writer.summary(&r->out, &s);
}

/* Handles one object; false when there are no more, or it makes no sense to go on. */
static bool handle(struct replay *r, const struct record *record)
{
	if (record->type == RECORD_END)
		return false;
	if (record->misplaced) {
		on_bad(r, record->misplaced);
		/* Without its header it can be read, with another's it cannot. */
		if (r->objects)
			return false;
	}
	switch (record->type) {
	case RECORD_HEADER:
		on_header(r, &record->header);
		break;
	case RECORD_LINE:
		on_line(r, &record->line);
		break;
	case RECORD_LOST:
		on_lost(r, record->lost);
		break;
	case RECORD_SUMMARY:
		on_summary(r, record->summary.events, record->summary.lost);
		break;
	default:
		on_bad(r, record->error);
		if (r->player)
			player_lost(r->player, 0);
		return true; /* the next line may be sound */
	}
	r->objects++;
	return !r->out.error;
}

static void replay_all(struct replay *r, struct record record)
{
	while (handle(r, &record)) {
		if (r->eager || r->out.len > BUFFER / 2)
			out_flush(&r->out);
		record = recording_read(r->in);
	}
}

static void step_through(const struct replay *r)
{
	step(r->run, &(struct step_options){
	                 .mode = r->options->step,
	                 .speed = r->options->speed != 0 ? r->options->speed : 1,
	                 .idle = r->options->idle,
	                 .color = output_color(STDOUT_FILENO, r->options->color),
	                 .source = r->options->source,
	                 .whole = r->complete && !r->bad,
	                 .name = r->name,
	             });
}

/* Whether the recording was whole; if not, says so on standard error. */
static bool was_whole(const struct replay *r)
{
	if (r->bad > ERRORS_SHOWN)
		warnx("%s: %llu more lines that cannot be read", r->name,
		      (unsigned long long)(r->bad - ERRORS_SHOWN));
	if (!r->complete && !r->out.error)
		warnx("%s:%llu: it ends without a summary: the rest is missing", r->name,
		      (unsigned long long)recording_line(r->in));
	return r->complete && !r->bad;
}

/* A recording that is open, and its first object. */
struct input {
	const char *name;
	FILE *file;
	struct recording *recording;
	struct record first;
};

/* Ends the program if the first object is none. */
static void refuse_foreign(const struct input *i)
{
	if (i->first.type == RECORD_BAD)
		warnx("%s:1: %s", i->name, i->first.error);
	if (i->first.type == RECORD_BAD || i->first.type == RECORD_END)
		errx(125,
		     "%s: this is no recording, which dialtrace --format=json makes%s",
		     i->name, i->first.type == RECORD_END ? ": it is empty" : "");
}

/* Opens a recording, before path is opened to be written: what is none overwrites no
 * file. */
static struct input open_input(const char *name, const char *path)
{
	struct input i = {.name = name, .file = open_recording(name)};

	if (same_file(i.file, path))
		errx(125, "%s is the recording itself: it would be overwritten", path);
	if (i.file == stdin)
		i.name = "standard input";
	i.recording = recording_new(i.file);
	i.first = recording_read(i.recording);
	refuse_foreign(&i);
	return i;
}

/* Replays a recording and closes it; whether all was well. */
static bool replay_input(struct replay *r, struct input *i)
{
	bool ok;

	r->name = i->name;
	r->in = i->recording;
	r->check = check_new(false);
	r->objects = r->bad = 0;
	r->complete = false;
	r->eager = !r->chrome && !r->player && lseek(fileno(i->file), 0, SEEK_CUR) < 0;
	if (r->player)
		player_recording(r->player, i->name);

	replay_all(r, i->first);
	if (r->run)
		step_through(r);
	out_flush(&r->out);
	ok = was_whole(r);
	ok = (!r->options->check || check_passed(r->check, r->probes)) && ok;

	check_free(r->check);
	recording_free(r->in);
	fclose(i->file);
	return ok;
}

/* Writes what is written only once everything is known, and frees it. */
static void write_whole(struct replay *r)
{
	if (r->chrome) {
		chrome_write(r->chrome, &r->out);
		chrome_free(r->chrome);
	}
	if (r->player) {
		player_write(r->player, &r->out);
		player_free(r->player);
	}
	if (r->run)
		run_free(r->run);
}

int replay(int argc, char **argv)
{
	struct replay_options o;
	struct replay r = {.options = &o};
	struct input in[2];
	const char *path;
	bool ok = true;
	int n = 0;

	options_parse_replay(&o, argc, argv);
	path = o.chrome ? o.chrome : o.html ? o.html : o.output;
	if (o.step)
		step_need_terminal();
	in[n++] = open_input(o.file, path);
	if (o.beside)
		in[n++] = open_input(o.beside, path);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	r.chrome = o.chrome ? chrome_new() : NULL;
	r.player = o.html ? player_new() : NULL;
	r.run = o.step ? run_new(false) : NULL;
	out_init(&r.out, output_open(path), BUFFER);
	text_display(output_color(r.out.fd, o.color), output_width(r.out.fd));
	r.at_once = o.speed == 0 && !isatty(r.out.fd);

	for (int i = 0; i < n; i++)
		ok = replay_input(&r, &in[i]) && ok;
	write_whole(&r);
	output_end(&r.out, path);
	if (r.out.error && (o.chrome || o.html))
		output_remove(&r.out, path);
	ok = ok && !r.out.error;
	out_free(&r.out);
	return ok ? 0 : 125;
}
