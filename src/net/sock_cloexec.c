/* Sockets that are close-on-exec and non-blocking from the start (Go 1.7.4
 * net/sock_cloexec.go). */
#include "net/hook_unix.h"
#include "net/sock_posix.h"
#include "syscall/exec_unix.h"

#include <errno.h>

error net_sysSocket(int family, int sotype, int proto, int *s)
{
	syscall_Errno err =
	    net_socketFunc(family, sotype | SOCK_NONBLOCK | SOCK_CLOEXEC, proto, s);

	switch (err) {
	case 0:
		return nil;
	case EPROTONOSUPPORT:
	case EINVAL:
		break; /* Linux before 2.6.27 does not know the flags */
	default:
		return os_NewSyscallError("socket", err);
	}

	/* Go holds ForkLock here, so that no child is forked before the flag is
	 * set; the port never forks. */
	err = net_socketFunc(family, sotype, proto, s);
	if (err != 0)
		return os_NewSyscallError("socket", err);
	syscall_CloseOnExec(*s);
	err = syscall_SetNonblock(*s, true);
	if (err != 0) {
		net_closeFunc(*s);
		return os_NewSyscallError("setnonblock", err);
	}
	return nil;
}

error net_accept(int s, int *ns, syscall_Sockaddr *sa)
{
	syscall_Errno err = net_accept4Func(s, SOCK_NONBLOCK | SOCK_CLOEXEC, ns, sa);

	switch (err) {
	case 0:
		return nil;
	case ENOSYS: /* Linux before 2.6.28, which says one of these */
	case EINVAL:
	case EACCES:
	case EFAULT:
		break;
	default:
		return os_NewSyscallError("accept4", err);
	}

	err = net_acceptFunc(s, ns, sa);
	if (err != 0)
		return os_NewSyscallError("accept", err);
	syscall_CloseOnExec(*ns);
	err = syscall_SetNonblock(*ns, true);
	if (err != 0) {
		net_closeFunc(*ns);
		return os_NewSyscallError("setnonblock", err);
	}
	return nil;
}
