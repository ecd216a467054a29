/* The BPF program, loaded and attached: see probes.h. */
#include "dialtrace/probes.h"
#include "dialtrace/decode.h"
#include "dialtrace/polldescs.h"
#include "dialtrace/process.h"
#include "ring.h"
#include "dialtrace.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

struct probes {
	struct dialtrace_bpf *skel;
	struct ring ring;
	ring_handler *handler;
	void *ctx;
	struct program program;
	int multi;                       /* the one link for all functions, or -1: */
	struct bpf_link *single[PROBES]; /* one for each, or NULL */
	int cpus;
};

/* libbpf explains a failure before it returns it: kept for the message. */
static char libbpf_said[512];

static int keep(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN || *libbpf_said)
		return 0;
	vsnprintf(libbpf_said, sizeof(libbpf_said), format, args);
	libbpf_said[strcspn(libbpf_said, "\n")] = '\0';
	return 0;
}

static int kernel_version(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	return major * 1000 + minor;
}

static void check_kernel(void)
{
	struct utsname u;

	uname(&u);
	if (kernel_version() < 5015)
		errx(125,
		     "this kernel, Linux %s, is too old: dialtrace needs 5.15 or later",
		     u.release);
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		errx(125, "no /sys/kernel/btf/vmlinux: dialtrace needs a kernel with BTF "
		          "(CONFIG_DEBUG_INFO_BTF), and /sys mounted");
}

static _Noreturn void failed(const char *what, int error)
{
	if (error == EPERM || (error == EACCES && geteuid() != 0)) {
		if (geteuid() != 0)
			errx(125,
			     "eBPF is for root here: run it as root or through sudo");
		errx(125, "eBPF is not permitted here, even to root: a container needs "
		          "CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE, or to be privileged");
	}
	errx(125, "cannot %s: %s%s%s", what, strerror(error), *libbpf_said ? ": " : "",
	     libbpf_said);
}

/* How the BPF program is to know the process: one in a container has another number
 * there than here. */
static void find_process(struct config *config, pid_t pid)
{
	int fd = pidfd_open(pid, 0);
	pid_t in_proc, own;
	char path[64];
	struct stat st;

	if (fd < 0)
		err(125, "process %d", pid);
	process_numbers(fd, &in_proc, &own);
	close(fd);
	config->pid = (u32)own;
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", in_proc);
	if (stat(path, &st) < 0)
		err(125, "cannot trace process %d: %s", pid, path);
	/* As the kernel writes it, unlike stat. */
	config->pid_ns_dev = major(st.st_dev) << 20 | minor(st.st_dev);
	config->pid_ns_ino = st.st_ino;
}

static void configure(struct probes *p, const struct probes_target *t)
{
	struct config *config = (struct config *)&p->skel->rodata->config;

	find_process(config, t->pid);
	config->attach = t->attach;
	config->all = t->all;
	config->step = t->step;
	config->epoll_event_size = sizeof(struct epoll_event);
	for (u32 nr = 0; nr < SYSCALLS; nr++) {
		config->wanted[nr] = decode_in_chain(nr);
		config->capture[nr] = (u8)decode_capture(nr);
		config->timed[nr] = t->time || polldescs_time(nr);
	}
	program_read(&p->program, t->path, t->name, config);
}

/*
 * All functions with one link, which detaches at once where single links take 0.1 s
 * each. Linux has it since 6.6, the libbpf of Debian 12 not yet, hence bpf(2) by
 * hand; the numbers and the layout are the kernel's.
 */
static const enum bpf_attach_type uprobe_multi = (enum bpf_attach_type)48;

static int link_multi(const struct probes *p, const char *path)
{
	struct {
		u32 prog_fd, target_fd, attach_type, flags;
		u64 path, offsets, ref_ctr_offsets, cookies;
		u32 cnt, multi_flags, pid, pad;
	} attr = {
	    .prog_fd = (u32)bpf_program__fd(p->skel->progs.call),
	    .attach_type = uprobe_multi,
	    .path = (u64)(uintptr_t)path,
	    .offsets = (u64)(uintptr_t)p->program.offset,
	    .cnt = (u32)p->program.count,
	};
	u64 cookies[PROBES];

	for (size_t i = 0; i < p->program.count; i++)
		cookies[i] = i;
	attr.cookies = (u64)(uintptr_t)cookies;
	return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

static void attach_functions(struct probes *p, const char *path)
{
	if (!p->program.count)
		return;
	if (kernel_version() >= 6006) {
		p->multi = link_multi(p, path);
		if (p->multi < 0)
			failed("attach the function probes", errno);
		return;
	}
	for (size_t i = 0; i < p->program.count; i++) {
		LIBBPF_OPTS(bpf_uprobe_opts, opts, .bpf_cookie = i);

		p->single[i] = bpf_program__attach_uprobe_opts(
		    p->skel->progs.call, -1, path, p->program.offset[i], &opts);
		if (!p->single[i])
			failed("attach a function probe", errno);
	}
}

static void map_ring(struct probes *p)
{
	p->ring.parts =
	    mmap(NULL, sizeof(struct ring_part[RING_PARTS]), PROT_READ | PROT_WRITE,
	         MAP_SHARED, bpf_map__fd(p->skel->maps.ring), 0);
	if (p->ring.parts == MAP_FAILED)
		failed("map the ring of events", errno);
	p->ring.head = &p->skel->bss->ring_head;
	p->ring.tail = &p->skel->bss->ring_tail;
}

struct probes *probes_open(const struct probes_target *t, ring_handler *fn, void *ctx)
{
	struct probes *p = calloc(1, sizeof(*p));

	if (!p)
		err(125, "probes");
	check_kernel();
	libbpf_set_print(keep);
	p->handler = fn;
	p->ctx = ctx;
	p->cpus = libbpf_num_possible_cpus();
	p->multi = -1;
	p->skel = dialtrace_bpf__open();
	if (!p->skel)
		failed("open the BPF program", errno);
	configure(p, t);
	/* The functions' program is attached below, not by its section's name. */
	bpf_program__set_autoattach(p->skel->progs.call, false);
	if (kernel_version() >= 6006)
		bpf_program__set_expected_attach_type(p->skel->progs.call, uprobe_multi);
	if (dialtrace_bpf__load(p->skel) < 0)
		failed("load the BPF program", errno);
	map_ring(p);
	attach_functions(p, t->path);
	if (dialtrace_bpf__attach(p->skel) < 0)
		failed("attach the system call probes", errno);
	return p;
}

void probes_read(struct probes *p)
{
	ring_read(&p->ring, p->handler, p->ctx);
}

long probes_live(const struct probes *p)
{
	return (long)__atomic_load_n(&p->skel->bss->live, __ATOMIC_RELAXED);
}

u64 probes_lost(const struct probes *p)
{
	u64 per_cpu[p->cpus], sum = 0;
	u32 zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.lost), &zero, per_cpu) < 0)
		return 0;
	for (int i = 0; i < p->cpus; i++)
		sum += per_cpu[i];
	return sum;
}

u64 probes_untraced(const struct probes *p)
{
	return __atomic_load_n(&p->skel->bss->untraced, __ATOMIC_RELAXED);
}

const struct program *probes_program(const struct probes *p)
{
	return &p->program;
}

size_t probes_row(const struct probes *p, u32 probe)
{
	return p->program.row[probe];
}

void probes_stop_at_call(struct probes *p, u32 probe, bool stop)
{
	__atomic_store_n(&p->skel->bss->stop_at_call[probe], stop, __ATOMIC_RELAXED);
}

void probes_stop_at_syscall(struct probes *p, u32 nr, bool stop)
{
	__atomic_store_n(&p->skel->bss->stop_at_syscall[nr], stop, __ATOMIC_RELAXED);
}

void probes_detach(struct probes *p)
{
	if (p->multi >= 0)
		close(p->multi);
	p->multi = -1;
	for (size_t i = 0; i < PROBES; i++) {
		bpf_link__destroy(p->single[i]);
		p->single[i] = NULL;
	}
	dialtrace_bpf__detach(p->skel);
}

void probes_close(struct probes *p)
{
	probes_detach(p);
	munmap(p->ring.parts, sizeof(struct ring_part[RING_PARTS]));
	dialtrace_bpf__destroy(p->skel);
	program_free(&p->program);
	free(p);
}
