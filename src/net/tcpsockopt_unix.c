/* Keep-alive (Go 1.7.4 net/tcpsockopt_unix.go). */
#include "net/sock_posix.h"

#include <netinet/tcp.h>

error net_setKeepAlivePeriod(net_netFD *fd, time_Duration d)
{
	error err = net_netFD_incref(fd);
	time_Duration up, whole;
	int secs;

	if (!error_nil(err))
		return err;
	/* The kernel counts in seconds. An overflow makes the period negative, as in
	 * Go, and the kernel refuses it. Go's Seconds is a double, and no longer exact
	 * after half a year. */
	__builtin_add_overflow(d, time_Second - 1, &up);
	whole = up / time_Second;
	secs = (int)(int64_t)((double)whole + (double)(up % time_Second) * 1e-9);
	err =
	    os_NewSyscallError("setsockopt", syscall_SetsockoptInt(fd->sysfd, IPPROTO_TCP,
	                                                           TCP_KEEPINTVL, secs));
	if (error_nil(err))
		err = os_NewSyscallError(
		    "setsockopt",
		    syscall_SetsockoptInt(fd->sysfd, IPPROTO_TCP, TCP_KEEPIDLE, secs));
	net_netFD_decref(fd);
	return err;
}
