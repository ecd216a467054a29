/* Step mode: see step.h. */
#include "dialtrace/step.h"
#include "dialtrace/step_screen.h"
#include "dialtrace/step_term.h"

#include <curses.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How often what goes on is drawn, and a running process looked after, in ms. */
enum { TICK = 100, LIVE_TICK = 2 };

struct stepper {
	const struct run *run;
	const struct step_options *options;
	struct view view;
	struct source *source; /* NULL: not looked for yet */
	double shown;          /* when view.at was due, s of the monotonic clock */
	struct live *live;     /* or NULL */
	bool following;        /* it, to its last line, as long as it runs */
	bool typing;
	char typed[64], searched[64];
	char ended[64]; /* in which way the live process has */
	int signals, keyboard;
	int ended_by; /* signal */
	bool over;
};

static double clock_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static u64 time_of(const struct stepper *s, size_t at)
{
	return run_at(s->run, at)->line.t;
}

/* --- Moves --- */

static void stand(struct stepper *s, size_t at)
{
	s->view.at = at;
	s->view.now = time_of(s, at);
}

/* Goes to a stop, if there is one, else says why not. */
static void go(struct stepper *s, size_t at, const char *otherwise)
{
	s->view.going = s->following = false;
	if (at == RUN_NONE)
		s->view.message = otherwise;
	else
		stand(s, at);
}

static const char *at_end(const struct stepper *s)
{
	return s->options->whole ? "this is the last stop"
	                         : "this is the last stop: the rest is missing";
}

static void search(struct stepper *s)
{
	size_t found;

	if (*s->typed)
		memcpy(s->searched, s->typed, sizeof(s->searched));
	if (!*s->searched)
		return;
	found = moves_search(s->run, s->view.at, s->searched);
	if (found != RUN_NONE && found <= s->view.at)
		s->view.message = "the search went on from the first line";
	go(s, found, "not found");
}

/* Lets the live process go to a stop. */
static void resume(struct stepper *s, enum step_mode until)
{
	live_go(s->live, until);
	s->following = true;
	if (live_state(s->live) == LIVE_ENDED)
		s->view.message = s->ended;
}

static void go_next(struct stepper *s, enum step_mode mode, const char *otherwise)
{
	size_t next = moves_next(s->run, s->view.at, mode);
	/* Of what follows its last stop the process has done no more than to fall asleep,
	 * or to be woken up by the stop. */
	bool last =
	    s->live && live_state(s->live) == LIVE_STANDS && next > live_stop(s->live);

	if (s->live && (last || next == RUN_NONE))
		resume(s, mode);
	else
		go(s, next, otherwise);
}

/* --- Going on by itself --- */

/* How long after the stop before it the next one is due, in seconds. */
static double pause_before(const struct stepper *s, size_t next)
{
	u64 from = time_of(s, s->view.at), to = time_of(s, next);
	double pause = to > from ? (double)(to - from) / 1e9 / s->options->speed : 0;

	return pause < s->options->idle ? pause : s->options->idle;
}

/* Shows what is due by now. */
static void advance(struct stepper *s)
{
	double now = clock_seconds();
	size_t next;

	while ((next = moves_next(s->run, s->view.at, s->options->mode)) != RUN_NONE) {
		double pause = pause_before(s, next);

		if (s->shown + pause > now) {
			u64 t = time_of(s, s->view.at) +
			        (u64)((now - s->shown) * s->options->speed * 1e9);

			s->view.now = t < time_of(s, next) ? t : time_of(s, next);
			return;
		}
		s->shown += pause;
		stand(s, next);
	}
	s->view.going = false;
	s->view.message = at_end(s);
}

static void on_end(struct stepper *s)
{
	int status = live_status(s->live);

	if (WIFSIGNALED(status))
		snprintf(s->ended, sizeof(s->ended), "the program was ended by SIG%s",
		         sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		snprintf(s->ended, sizeof(s->ended),
		         "the program has ended with status %d", WEXITSTATUS(status));
	else
		snprintf(s->ended, sizeof(s->ended), "the program has ended");
	s->view.message = s->ended;
}

/* Goes to the last line that is a stop, or would be if the process stopped there, or from
 * which on a thread sleeps. */
static void go_to_last(struct stepper *s)
{
	size_t from = s->view.at == RUN_NONE ? 0 : s->view.at + 1;

	for (size_t at = run_count(s->run); at-- > from;) {
		if (moves_is_stop(s->run, at, s->options->mode) ||
		    run_at(s->run, at)->line.type == LINE_ENTER) {
			stand(s, at);
			return;
		}
	}
}

/* Shows what the live process has done by now. Returns whether it has come to a stop, or
 * to its end. */
static bool follow(struct stepper *s)
{
	static const char *const states[] = {
	    [LIVE_RUNS] = "running", [LIVE_STANDS] = "stopped", [LIVE_ENDED] = "ended"};
	enum live_state before = live_state(s->live), state;
	size_t stop = live_update(s->live);
	struct view *v = &s->view;

	state = live_state(s->live);
	v->going = state == LIVE_RUNS;
	v->state = states[state];
	v->output = live_output(s->live);
	if (s->following)
		go_to_last(s);
	if (stop != RUN_NONE)
		go(s, stop, NULL);
	else if (s->following && v->going && v->at != RUN_NONE)
		v->now = live_now(s->live);
	if (state == LIVE_ENDED && before != LIVE_ENDED)
		on_end(s);
	return state != before;
}

/* How long nothing changes, in ms; -1: until there is a key. */
static int quiet_for(const struct stepper *s)
{
	size_t next;
	double rest;

	if (s->live)
		return s->view.going ? LIVE_TICK : TICK;
	if (!s->view.going)
		return -1;
	next = moves_next(s->run, s->view.at, s->options->mode);
	if (next == RUN_NONE)
		return 0;
	rest = (s->shown + pause_before(s, next) - clock_seconds()) * 1000;
	return rest < 0 ? 0 : rest < TICK ? (int)rest + 1 : TICK;
}

/* --- Keys --- */

static void type(struct stepper *s, int key)
{
	size_t n = strlen(s->typed);

	if (key == '\r' || key == '\n' || key == KEY_ENTER) {
		s->typing = false;
		search(s);
	} else if (key == '\033') {
		s->typing = false;
	} else if ((key == KEY_BACKSPACE || key == '\b' || key == 127) && n) {
		s->typed[n - 1] = '\0';
	} else if (key >= ' ' && key <= '~' && n + 1 < sizeof(s->typed)) {
		s->typed[n] = (char)key;
		s->typed[n + 1] = '\0';
	}
	s->view.prompt = s->typing ? s->typed : NULL;
}

static void toggle_source(struct stepper *s)
{
	if (!s->source)
		s->source = source_new();
	s->view.source = s->view.source ? NULL : s->source;
}

/* The keys that go to another stop. */
static void walk(struct stepper *s, int key)
{
	enum step_mode mode = s->options->mode;
	size_t at = s->view.at;

	switch (key) {
	case ' ':
	case '\r':
	case '\n':
	case KEY_ENTER:
	case KEY_RIGHT:
		go_next(s, mode, at_end(s));
		break;
	case 'b':
	case '\b':
	case 127:
	case KEY_BACKSPACE:
	case KEY_LEFT:
		if (at != RUN_NONE)
			go(s, moves_back(s->run, at, mode), "this is the first stop");
		break;
	case 'n':
		go_next(s, STEP_STEPS, "no other step comes after this");
		break;
	case 'g':
	case KEY_HOME:
		go(s, moves_first(s->run, mode), NULL);
		break;
	case 'G':
	case KEY_END:
		go(s, moves_last(s->run, mode), NULL);
		break;
	default:
		break;
	}
}

static void press(struct stepper *s, int key)
{
	struct view *v = &s->view;

	v->message = NULL;
	if (s->typing) {
		type(s, key);
		return;
	}
	if (v->help) {
		v->help = false;
		return;
	}
	switch (key) {
	case 'q':
		s->over = true;
		break;
	case '?':
		v->going = false;
		v->help = true;
		break;
	case 's':
		toggle_source(s);
		break;
	case '/':
		v->going = false;
		s->typing = true;
		*s->typed = '\0';
		v->prompt = s->typed;
		break;
	case 'c':
		if (s->live)
			resume(s, STEP_OFF);
		v->going = true;
		s->shown = clock_seconds();
		break;
	case 'p':
		if (s->live && v->going)
			resume(s, s->options->mode);
		v->going = false;
		break;
	default:
		walk(s, key);
	}
}

/* --- Signals --- */

/* Stops the program, as the shell expects, with the terminal given back. */
static void suspend(void)
{
	sigset_t stop;

	term_end();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	sigprocmask(SIG_BLOCK, &stop, NULL);
}

static void on_signal(struct stepper *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGWINCH:
		term_resize();
		break;
	case SIGTSTP:
		suspend();
		term_resize();
		break;
	case SIGCONT:
		term_spoilt();
		break;
	default:
		s->ended_by = (int)info.ssi_signo;
		s->over = true;
	}
}

/* --- All --- */

static int open_keyboard(void)
{
	return open("/dev/tty", O_RDONLY | O_CLOEXEC);
}

void step_need_terminal(void)
{
	int keyboard = open_keyboard();

	if (!isatty(STDOUT_FILENO) || keyboard < 0)
		errx(125, "--step needs a terminal: to show on, and to read keys from");
	if (!term_known())
		errx(125, "--step cannot use this terminal: is TERM right?");
	close(keyboard);
}

/* Waits for a key, a signal, the time of the next stop, or what the live process does. */
static void wait_for_something(struct stepper *s)
{
	struct pollfd fds[] = {{s->signals, POLLIN, 0},
	                       {s->keyboard, POLLIN, 0},
	                       {s->live ? live_fd(s->live) : -1, POLLIN, 0}};
	double drawn = clock_seconds();
	int key;

	while (poll(fds, 3, quiet_for(s)) == 0 && s->live)
		if (follow(s) || clock_seconds() > drawn + TICK / 1000.0)
			break;
	if (fds[0].revents & POLLIN)
		on_signal(s);
	if (fds[1].revents & ~POLLIN)
		s->over = true; /* the terminal is gone */
	/* Another thread may have come to a stop of its own, which a key would undo. */
	if (s->live && live_state(s->live) == LIVE_STANDS)
		follow(s);
	while (!s->over && (fds[1].revents & POLLIN) && (key = term_key()) != ERR)
		press(s, key);
	if (s->live)
		follow(s);
	else if (s->view.going)
		advance(s);
}

static void run_it(struct stepper *s)
{
	while (!s->over) {
		screen_draw(&s->view);
		wait_for_something(s);
	}
}

int step(const struct run *run, const struct step_options *o)
{
	static const int known[] = {SIGINT,  SIGTERM,  SIGHUP, SIGQUIT,
	                            SIGTSTP, SIGWINCH, SIGCONT};
	struct stepper s = {.run = run, .options = o, .live = o->live};
	struct out name;
	sigset_t signals, before;

	if (!o->live && moves_first(run, o->mode) == RUN_NONE)
		errx(125, "%s: there is nothing in it to stop at", o->name);
	out_init(&name, -1, 64);
	out_escape(&name, basename(o->name), strlen(basename(o->name)));
	out_ch(&name, '\0');
	s.view.run = run;
	s.view.name = name.buf;
	s.view.at = RUN_NONE;
	s.following = o->live;
	if (!o->live)
		stand(&s, moves_first(run, o->mode));

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		sigaddset(&signals, known[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	s.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	s.keyboard = open_keyboard();
	if (s.signals < 0 || s.keyboard < 0)
		err(125, "--step");
	if (o->source)
		toggle_source(&s);
	if (!term_start(s.keyboard, o->color))
		errx(125, "--step cannot use this terminal");
	run_it(&s);
	term_end();

	if (s.ended_by && !s.live)
		raise(s.ended_by);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (s.source)
		source_free(s.source);
	out_free(&name);
	close(s.keyboard);
	close(s.signals);
	return s.ended_by;
}
