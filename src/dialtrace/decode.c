#include "dialtrace/decode.h"

#include <seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "dialtrace/decode_args.h"

/* By number; larger than any architecture's table. */
#define CALLS 1024

static struct {
	const char *name; /* NULL when there is no such call */
	const struct row *row;
} calls[CALLS];

void decode_init(void)
{
	u32 arch = seccomp_arch_native();
	size_t i;
	int nr;

	for (nr = 0; nr < CALLS; nr++)
		if (!calls[nr].name)
			calls[nr].name = seccomp_syscall_resolve_num_arch(arch, nr);
	for (i = 0; rows[i].name; i++) {
		nr = seccomp_syscall_resolve_name(rows[i].name);
		if (nr >= 0 && nr < CALLS) /* else this architecture has it not */
			calls[nr].row = &rows[i];
	}
}

static const struct row *row_of(u32 nr)
{
	return nr < CALLS ? calls[nr].row : NULL;
}

const char *decode_name(u32 nr)
{
	static char unnamed[sizeof("syscall_4294967295")];

	if (nr < CALLS && calls[nr].name)
		return calls[nr].name;
	snprintf(unnamed, sizeof(unnamed), "syscall_%u", nr);
	return unnamed;
}

bool decode_in_chain(u32 nr)
{
	return row_of(nr) != NULL;
}

enum capture decode_capture(u32 nr)
{
	const struct row *row = row_of(nr);

	return row ? row->capture : CAPTURE_NONE;
}

const char *decode_errno(s64 ret)
{
	/* What the kernel tells itself to restart a call that a signal
	 * interrupted; the program never sees these. */
	static const char *const restarts[] = {"ERESTARTSYS", "ERESTARTNOINTR",
	                                       "ERESTARTNOHAND", "ENOIOCTLCMD",
	                                       "ERESTART_RESTARTBLOCK"};
	static char unnamed[sizeof("errno 4095")];
	const char *name;

	if (!is_error(ret))
		return NULL;
	if (ret <= -512 && ret >= -516)
		return restarts[-ret - 512];
	name = strerrorname_np((int)-ret);
	if (name)
		return name;
	snprintf(unnamed, sizeof(unnamed), "errno %d", (int)-ret);
	return unnamed;
}

static void arguments(const struct call *c, const struct row *row)
{
	unsigned i;

	/* It has none: it has restored those of whatever was interrupted. */
	if (c->e->nr == SYS_rt_sigreturn)
		return;
	for (i = 0; i < ARGS && (!row || row->args[i]); i++) {
		if (i)
			out_str(c->o, ", ");
		if (row)
			row->args[i](c, i);
		else
			out_hex(c->o, c->e->args[i]);
	}
}

static void result(const struct call *c, const struct row *row)
{
	s64 ret = c->e->ret;

	out_str(c->o, " = ");
	if (is_error(ret))
		out_str(c->o, decode_errno(ret));
	else if (row && row->result)
		row->result(c);
	else if (ret < INT32_MIN || ret > INT32_MAX)
		out_hex(c->o, (u64)ret); /* an address: mmap, brk */
	else
		out_i64(c->o, ret);
}

void decode_syscall(struct out *o, const struct syscall_event *e,
                    const struct polldescs *pds)
{
	const struct call c = {
	    .o = o,
	    .e = e,
	    .pds = pds,
	    .mem = e->capture,
	    .memlen = e->e.caplen,
	};
	const struct row *row = row_of(e->nr);

	out_str(o, decode_name(e->nr));
	out_ch(o, '(');
	arguments(&c, row);
	out_ch(o, ')');
	if (e->e.type != EVENT_SLEEP)
		result(&c, row);
}
