/* Linux 2.6.26, by seccomp: see emulate.h. */
#include "dialtrace/emulate.h"

#include <err.h>
#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>

static scmp_filter_ctx filter;

static int refuse_flag(unsigned long flag)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(socket), 1,
	                        SCMP_A1(SCMP_CMP_MASKED_EQ, flag, flag));
}

void emulate_prepare(void)
{
	filter = seccomp_init(SCMP_ACT_ALLOW);
	/* no_new_privs would change how the command runs set-user-id programs, and
	 * other architectures' calls are none of ours. Errors are to be the kernel's. */
	if (!filter || seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) < 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1) < 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW) < 0 ||
	    refuse_flag(SOCK_NONBLOCK) < 0 || refuse_flag(SOCK_CLOEXEC) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(epoll_create1), 0) <
	        0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(accept4), 0) < 0)
		errx(125, "cannot build the seccomp filter of --kernel=2.6.26");
}

bool emulate_answered(const char *syscall, const u64 args[ARGS], s64 ret)
{
	if (strcmp(syscall, "socket") == 0)
		return ret == -EINVAL && args[1] & (SOCK_NONBLOCK | SOCK_CLOEXEC);
	return ret == -ENOSYS &&
	       (strcmp(syscall, "epoll_create1") == 0 || strcmp(syscall, "accept4") == 0);
}

int emulate_apply(void)
{
	return seccomp_load(filter);
}
