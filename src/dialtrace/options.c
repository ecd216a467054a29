/* The command line: see options.h. */
#include "dialtrace/options.h"

#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KERNEL = 256, CHECK, ALL, COLOR, SPEED, IDLE, CHROME, HTML, STEP, SOURCE };

static const struct argp_option known[] = {
    {"pid", 'p', "PID", 0, "attach to a running process instead", 0},
    {"format", 'f', "text|json", 0, "json: one object a line (default text)", 0},
    {"output", 'o', "FILE", 0, "write the trace to FILE (default standard output)", 0},
    {"kernel", KERNEL, "native|2.6.26", 0,
     "answer COMMAND's newer system calls as that kernel would (default native)", 0},
    {"check", CHECK, "STEPS", OPTION_ARG_OPTIONAL,
     "fail unless every step of the article, or of STEPS (such as 7.1-7.5,9.9), was "
     "seen, "
     "in order; behind a slash, steps with an order of their own",
     0},
    {"all", ALL, NULL, 0, "all system calls, not only those that the manual page names",
     0},
    {"step", STEP, "calls|syscalls|steps|all", OPTION_ARG_OPTIONAL,
     "stop the process at calls, system calls or new steps only, or at each line (all, "
     "the default), and let it go on by keys; ? shows them",
     0},
    {"source", SOURCE, NULL, 0, "with --step, show the source of the port, too", 0},
    {"color", COLOR, "WHEN", 0, "auto, always or never (default auto)", 0},
    {0},
};

/* "a, b or c" of words, ended by NULL. Valid until the next call. */
static const char *list(const char *const *words)
{
	static char text[64];
	size_t n = 0;

	for (int i = 0; words[i]; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		                      i == 0         ? ""
		                      : words[i + 1] ? ", "
		                                     : " or ",
		                      words[i]);
	return text;
}

/* Which of the words, ended by NULL, value is. */
static int choose(struct argp_state *state, const char *option, const char *value,
                  const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(value, words[i]) == 0)
			return i;
	argp_error(state, "--%s cannot be '%s', only %s", option, value, list(words));
	return 0;
}

static enum color_when parse_color(struct argp_state *state, const char *text)
{
	static const char *const colors[] = {"auto", "always", "never", NULL};

	return (enum color_when)choose(state, "color", text, colors);
}

static enum step_mode parse_step(struct argp_state *state, const char *text)
{
	static const char *const modes[] = {"calls", "syscalls", "steps", "all", NULL};
	static const enum step_mode meant[] = {STEP_CALLS, STEP_SYSCALLS, STEP_STEPS,
	                                       STEP_LINES};

	return text ? meant[choose(state, "step", text, modes)] : STEP_LINES;
}

static pid_t parse_pid(struct argp_state *state, const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (*end || end == text || pid <= 0 || pid > 1 << 22)
		argp_error(state, "--pid wants a process number, not '%s'", text);
	return (pid_t)pid;
}

static struct check *checklist(struct argp_state *state, const char *list, bool emulate)
{
	char wrong[32];
	struct check *c;

	if (!list)
		return check_new(emulate);
	c = check_parse(list, emulate, wrong, sizeof(wrong));
	if (!c || !check_total(c))
		argp_error(state, "--check wants steps such as 7.1-7.5,9.9, not '%s'",
		           c ? list : wrong);
	return c;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const formats[] = {"text", "json", NULL};
	static const char *const kernels[] = {"native", "2.6.26", NULL};
	struct options *o = state->input;

	switch (key) {
	case 'p':
		if (o->pid)
			argp_error(state, "one process at a time: give --pid once");
		o->pid = parse_pid(state, arg);
		break;
	case 'f':
		o->json = choose(state, "format", arg, formats) == 1;
		break;
	case 'o':
		o->output = arg;
		break;
	case KERNEL:
		o->emulate = choose(state, "kernel", arg, kernels) == 1;
		break;
	case CHECK:
		o->check = true;
		o->steps = arg;
		break;
	case ALL:
		o->all = true;
		break;
	case STEP:
		o->step = parse_step(state, arg);
		break;
	case SOURCE:
		o->source = true;
		break;
	case COLOR:
		o->color = parse_color(state, arg);
		break;
	case ARGP_KEY_ARGS:
		o->command = state->argv + state->next;
		break;
	case ARGP_KEY_END:
		if (o->pid && o->command)
			argp_error(state, "give either --pid or a command, not both");
		if (!o->pid && !o->command)
			argp_error(state, "nothing to trace: give a command or --pid");
		if (o->pid && o->emulate)
			argp_error(state, "--kernel needs a command: a running process "
			                  "cannot be put under a filter");
		if (o->step && o->json && !o->output)
			argp_error(state, "--step is shown on the terminal: give the "
			                  "JSON an --output of its own");
		if (o->source && !o->step)
			argp_error(state, "--source goes with --step only");
		o->list = checklist(state, o->steps, o->emulate);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options_parse(struct options *o, int argc, char **argv)
{
	static const struct argp argp = {
	    known,
	    parse,
	    "[--] COMMAND [ARG...]\n-p PID",
	    "Shows, live, how a program's network calls travel through Go's net package "
	    "and poller to the kernel, each line numbered with its step in the "
	    "walkthrough.\v"
	    "'dialtrace replay FILE' prints again what --format=json has recorded, "
	    "'dialtrace compare PORT GO' puts two recordings of a dial side by side, and "
	    "'dialtrace quiz FILE' asks which system call comes next; each has its "
	    "--help.\n\n"
	    "Exit status: COMMAND's own (128+N after signal N); 125 when dialtrace "
	    "itself "
	    "or --check fails; 126 when COMMAND cannot be executed, 127 when it is not "
	    "found.",
	    NULL,
	    NULL,
	    NULL,
	};

	*o = (struct options){0};
	argp_err_exit_status = 125;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, o);
}

static const struct argp_option replay_known[] = {
    {"step", STEP, "STOPS", OPTION_ARG_OPTIONAL,
     "stand still at calls, syscalls or (new) steps only, or at each line (all, the "
     "default), and go on by keys, forth and back; ? shows them",
     0},
    {"source", SOURCE, NULL, 0, "with --step, show the source of the port, too", 0},
    {"speed", SPEED, "FACTOR", 0,
     "from 0.1 to 100 times as fast as it was (default 1 on a terminal, else at once)",
     0},
    {"idle", IDLE, "SECONDS", 0, "make no pause longer than this", 0},
    {"chrome", CHROME, "OUT.json", 0,
     "write no text, but a trace for Perfetto and chrome://tracing", 0},
    {"html", HTML, "OUT.html", 0,
     "write no text, but a page that plays the recording, or two side by side", 0},
    {"output", 'o', "FILE", 0, "write the text to FILE (default standard output)", 0},
    {"check", CHECK, "STEPS", OPTION_ARG_OPTIONAL,
     "fail unless every step of the list recorded with, or of STEPS, was seen, in order",
     0},
    {"color", COLOR, "WHEN", 0, "auto, always or never (default auto)", 0},
    {0},
};

static double parse_number(struct argp_state *state, const char *option, const char *text,
                           double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (*end || end == text || !(value >= least && value <= most))
		argp_error(state, "--%s wants a number from %g to %g, not '%s'", option,
		           least, most, text);
	return value;
}

static error_t parse_replay(int key, char *arg, struct argp_state *state)
{
	enum { DAY = 24 * 60 * 60 };
	struct replay_options *o = state->input;

	switch (key) {
	case SPEED:
		o->speed = parse_number(state, "speed", arg, 0.1, 100);
		break;
	case IDLE:
		o->idle = parse_number(state, "idle", arg, 0, DAY);
		break;
	case STEP:
		o->step = parse_step(state, arg);
		break;
	case SOURCE:
		o->source = true;
		break;
	case CHROME:
		o->chrome = arg;
		break;
	case HTML:
		o->html = arg;
		break;
	case 'o':
		o->output = arg;
		break;
	case CHECK:
		o->check = true;
		o->steps = arg;
		break;
	case COLOR:
		o->color = parse_color(state, arg);
		break;
	case ARGP_KEY_ARG:
		if (o->beside)
			argp_error(state, "no more than two recordings: not %s", arg);
		if (o->file && strcmp(o->file, "-") == 0 && strcmp(arg, "-") == 0)
			argp_error(state, "standard input is one recording, not two");
		*(o->file ? &o->beside : &o->file) = arg;
		break;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state,
			           "nothing to replay%s: give a recording, made with "
			           "dialtrace --format=json, or - for standard input",
			           o->html ? ", --html's argument being the page to make"
			           : o->chrome ? ", --chrome's being the trace to make"
			                       : "");
		if (o->beside && !o->html)
			argp_error(state,
			           "one recording at a time: %s or %s, but for --html",
			           o->file, o->beside);
		if (o->chrome && (o->output || o->html))
			argp_error(state, "give either --chrome or --%s, not both",
			           o->html ? "html" : "output");
		if (o->html && o->output)
			argp_error(state, "give either --html or --output, not both");
		if (o->step && (o->chrome || o->output || o->check))
			argp_error(state, "--step goes neither with --chrome, --output "
			                  "nor --check");
		if (o->step && o->html)
			argp_error(state, "give either --step or --html, not both");
		if (o->source && !o->step)
			argp_error(state, "--source goes with --step only");
		check_free(checklist(state, o->steps, false));
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options_parse_replay(struct replay_options *o, int argc, char **argv)
{
	static char name[] = "dialtrace replay";
	static const struct argp argp = {
	    replay_known,
	    parse_replay,
	    "FILE\n--html=OUT.html FILE FILE",
	    "Prints a recording, which dialtrace --format=json has made, as it was shown "
	    "live. Needs no rights but to read FILE; - is standard input.\v"
	    "Exit status: 0; 125 when FILE is no recording, or not a whole one, and when "
	    "--check fails.",
	    NULL,
	    NULL,
	    NULL,
	};

	*o = (struct replay_options){.idle = INFINITY};
	argp_err_exit_status = 125;
	argv[0] = name;
	argp_parse(&argp, argc, argv, 0, NULL, o);
}
