/* dialtrace: the phases of a trace, one after the other. */
#include "dialtrace/command.h"
#include "dialtrace/compare.h"
#include "dialtrace/decode.h"
#include "dialtrace/guard.h"
#include "dialtrace/options.h"
#include "dialtrace/output.h"
#include "dialtrace/probes.h"
#include "dialtrace/process.h"
#include "dialtrace/quiz.h"
#include "dialtrace/replay.h"
#include "dialtrace/step.h"
#include "dialtrace/trace.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_US = 5000, BUFFER = 256 * 1024, AGAIN_MS = 200, DESCRIPTORS = 32 };

static volatile sig_atomic_t interrupted; /* a signal asked us to stop */
static volatile pid_t forward_to;         /* the command, until it ends */
static bool forward_all;                  /* it has no terminal */

static void on_signal(int sig, siginfo_t *info, void *unused)
{
	static s64 first;
	struct timespec ts;
	s64 now;

	(void)unused;
	/* The terminal sends to the command itself, if it is the command's. Nobody else
	 * does. */
	if (forward_to && (forward_all || info->si_code != SI_KERNEL))
		kill(forward_to, sig);
	/* Who asks again means it; but timeout(1) sends two at once. */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	if (!interrupted)
		first = now;
	else if (now - first > AGAIN_MS)
		_exit(128 + sig);
	interrupted = 1;
}

static void on_child(int sig)
{
	(void)sig; /* cuts the tick short */
}

static void catch_signals(void)
{
	static const int stop[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
	struct sigaction old;
	struct sigaction child = {.sa_handler = on_child, .sa_flags = SA_RESTART};

	/* Blocked in each other: they share on_signal. What is ignored, by nohup or
	 * for a job in the background, stays so. */
	for (size_t i = 0; i < sizeof(stop) / sizeof(stop[0]); i++)
		sigaddset(&sa.sa_mask, stop[i]);
	for (size_t i = 0; i < sizeof(stop) / sizeof(stop[0]); i++)
		if (sigaction(stop[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(stop[i], &sa, NULL);
	sigaction(SIGCHLD, &child, NULL);
	/* A write is to fail, not to kill. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

struct session {
	const struct options *options;
	const struct writer *writer;
	struct out out;
	struct check *check;
	struct trace *trace;
	struct probes *probes;
	u64 lost;

	/* --step: */
	struct live *live; /* else NULL */
	struct run *run;
	struct held held;
};

/* What header.target is, made in o: text of the command line, like the trace's. */
static const char *target_name(struct out *o, const struct options *options)
{
	if (options->pid) {
		out_str(o, "process ");
		out_u64(o, (u64)options->pid);
	} else {
		out_escape(o, options->command[0], strlen(options->command[0]));
	}
	out_ch(o, '\0');
	return o->buf;
}

/* Starts the output: its header, and how it looks. */
static void write_header(struct session *s)
{
	const struct options *o = s->options;
	const struct program *p = probes_program(s->probes);
	struct header h = {.probes = p->count,
	                   .emulate = o->emulate,
	                   .go = p->go,
	                   .note = p->note,
	                   .missing = p->missing,
	                   .inlined = p->inlined};
	struct out name;
	struct utsname u;

	uname(&u);
	u.release[strcspn(u.release, "-")] = '\0';
	out_init(&name, -1, 64);
	h.kernel = u.release;
	h.checklist = o->steps;
	h.target = target_name(&name, o);
	text_display(output_color(s->out.fd, o->color), output_width(s->out.fd));
	s->writer->header(&s->out, &h);
	out_free(&name);
}

static void on_event(void *ctx, const struct event *e)
{
	struct session *s = ctx;

	if (s->live)
		live_event(s->live, e);
	else
		trace_event(s->trace, e);
	if (s->out.len > BUFFER / 2)
		out_flush(&s->out);
}

/* Writes what has happened by now. */
static void drain(void *ctx)
{
	struct session *s = ctx;
	u64 lost;

	probes_read(s->probes);
	lost = probes_lost(s->probes);

	if (lost != s->lost) {
		s->writer->lost(&s->out, lost - s->lost);
		s->lost = lost;
	}
	out_flush(&s->out);
}

/* Follows the processes until none is left, or until told to stop: the command, or
 * the running process behind pidfd. Returns the command's wait status. */
static int follow(struct session *s, pid_t command, int pidfd)
{
	struct pollfd end = {.fd = pidfd, .events = POLLIN};
	bool running = true;
	int status = 0;

	for (;;) {
		bool stop;

		drain(s);
		/* Even if there was much: a reader at the heels of the writer takes each
		 * cache line of the ring from it, and slows it down. */
		usleep(TICK_US);
		stop = interrupted || s->out.error;
		if (running && command && waitpid(command, &status, WNOHANG) == command) {
			running = false;
			forward_to = 0;
		}
		if (running && !command && (stop || poll(&end, 1, 0) > 0))
			running = false;
		if (!running && (stop || probes_live(s->probes) <= 0))
			break;
	}
	drain(s);
	return status;
}

/* --- Step mode --- */

/* What it takes before the command is started. */
static void prepare_steps(struct session *s)
{
	step_need_terminal();
	s->held = held_open();
	s->run = run_new(true);
	s->writer = live_writer(s->run, s->options->output ? s->writer : NULL);
	forward_all = true;
}

/* What it takes before the command goes; pidfd is its, or that of the running process. */
static void start_steps(struct session *s, pid_t command, int pidfd)
{
	struct live_setup live = {
	    .pidfd = pidfd,
	    .command = command,
	    .held = command ? &s->held : NULL,
	    .run = s->run,
	    .trace = s->trace,
	    .probes = s->probes,
	    .read = drain,
	    .ctx = s,
	};

	s->live = live_new(&live, s->options->step);
}

/* Waits for the command, which is not traced any more. Returns its wait status. */
static int wait_for_command(pid_t command, struct held *held)
{
	int status;

	while (waitpid(command, &status, WNOHANG) != command) {
		held_print(held);
		usleep(TICK_US);
	}
	return status;
}

/* Lets the user step through the process. When he has quit it goes on by itself. Returns
 * the command's wait status. */
static int take_steps(struct session *s, pid_t command)
{
	const struct options *o = s->options;
	bool runs;
	int sig, status;

	sig = step(s->run, &(struct step_options){
	                       .mode = o->step,
	                       .color = output_color(STDOUT_FILENO, o->color),
	                       .source = o->source,
	                       .name = "live",
	                       .live = s->live,
	                   });
	runs = command && live_fd(s->live) >= 0;
	/* It gets it as soon as it goes on. */
	if (sig && runs)
		kill(command, sig);
	live_leave(s->live);
	/* The screen's library has changed what some do. */
	catch_signals();
	status = runs ? wait_for_command(command, &s->held) : live_status(s->live);
	forward_to = 0;
	held_print(&s->held);
	return status;
}

/* On the terminal, which the screen has left. */
static void show_summary(const struct options *options, const struct summary *summary)
{
	struct out o;

	out_init(&o, STDOUT_FILENO, BUFFER);
	text_display(output_color(o.fd, options->color), output_width(o.fd));
	text_writer.summary(&o, summary);
	out_flush(&o);
	out_free(&o);
}

static void end_steps(struct session *s)
{
	live_free(s->live);
	run_free(s->run);
	guard_end();
}

/* --- All --- */

/* Standard descriptors that are closed are to stay so, for us and for the command: what
 * we open must not get their numbers, or a message would go into a pipe or a file of
 * ours. */
static void keep_standard_numbers(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static void need_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS)
		errx(125,
		     "only %llu open files are allowed: dialtrace needs %d (ulimit -n)",
		     (unsigned long long)limit.rlim_cur, DESCRIPTORS);
}

/* argp ends the process after --help, and does not look whether it could print it. */
static void end_standard_output(void)
{
	if (fflush(stdout) != 0) {
		warn("cannot write to standard output");
		_exit(125);
	}
}

static int exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status)
	                                : WEXITSTATUS(wait_status);
}

int main(int argc, char **argv)
{
	struct options o;
	struct session s = {.options = &o, .held.fd = -1};
	struct probes_target target = {0};
	struct summary summary;
	char *path, process[32];
	int pidfd = -1, status;

	keep_standard_numbers();
	atexit(end_standard_output);
	if (argc > 1 && strcmp(argv[1], "replay") == 0)
		return replay(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "compare") == 0)
		return compare(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "quiz") == 0)
		return quiz(argc - 1, argv + 1);
	options_parse(&o, argc, argv);
	need_descriptors();
	decode_init();
	s.writer = o.json ? &json_writer : &text_writer;
	if (o.pid)
		pidfd = process_open(o.pid, &path);
	else
		path = command_find(o.command[0]);
	/* In the end we would let it go on, which is for others to do. */
	if (o.pid && o.step && process_stopped(pidfd))
		errx(125, "process %d is stopped: kill -CONT %d lets it go on", o.pid,
		     o.pid);
	if (o.step)
		prepare_steps(&s);
	s.check = o.list;
	s.trace = trace_new(s.writer, &s.out, s.check, o.emulate);

	snprintf(process, sizeof(process), "process %d", o.pid);
	target.path = path;
	target.name = o.pid ? process : path;
	target.attach = o.pid != 0;
	target.all = o.all;
	target.step = o.step;
	target.time = o.json || o.step;
	target.pid = o.pid ? o.pid : command_start(path, o.command, o.emulate, s.held.fd);
	if (o.step)
		guard_start(target.pid);
	s.probes = probes_open(&target, on_event, &s);
	trace_use(s.trace, s.probes, probes_program(s.probes)->go);
	for (size_t i = 0; i < steps_count; i++)
		if (probes_program(s.probes)->missing[i])
			check_lack(s.check, &steps[i]);
	/* Not earlier: what cannot be traced overwrites no file. */
	out_init(&s.out, output_prepare(o.output), BUFFER);
	write_header(&s);
	if (!o.output)
		out_flush(&s.out); /* before the command writes there */

	if (!o.pid)
		forward_to = target.pid;
	if (o.step)
		start_steps(&s, forward_to, o.pid ? pidfd : pidfd_open(target.pid, 0));
	catch_signals();
	if (!o.pid)
		command_go();
	output_begin(&s.out); /* a command that cannot be executed overwrites no file */
	status = o.step ? take_steps(&s, forward_to) : follow(&s, forward_to, pidfd);
	status = exit_status(status);

	summary = (struct summary){trace_count(s.trace), s.lost, s.check};
	s.writer->summary(&s.out, &summary);
	output_end(&s.out, o.output);
	if (o.step)
		show_summary(&o, &summary);
	if (probes_untraced(s.probes))
		warnx(
		    "%llu threads, and what they started, were not traced: too many ran "
		    "at the same time",
		    (unsigned long long)probes_untraced(s.probes));
	if (s.out.error ||
	    (o.check && !check_passed(s.check, probes_program(s.probes)->count)))
		status = 125;
	probes_close(s.probes);
	trace_free(s.trace);
	check_free(s.check);
	out_free(&s.out);
	if (o.step)
		end_steps(&s);
	free(path);
	return status;
}
