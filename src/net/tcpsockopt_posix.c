/* TCP's socket options (Go 1.7.4 net/tcpsockopt_posix.go). */
#include "net/sock_posix.h"

#include <netinet/tcp.h>

error net_setNoDelay(net_netFD *fd, bool noDelay)
{
	error err = net_netFD_incref(fd);

	if (!error_nil(err))
		return err;
	err =
	    os_NewSyscallError("setsockopt", syscall_SetsockoptInt(fd->sysfd, IPPROTO_TCP,
	                                                           TCP_NODELAY, noDelay));
	net_netFD_decref(fd);
	return err;
}
