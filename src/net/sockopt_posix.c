/* Options of any socket (Go 1.7.4 net/sockopt_posix.go). */
#include "net/sock_posix.h"

/* An option of fd, whose descriptor cannot be closed meanwhile. */
static error set(net_netFD *fd, int opt, int value)
{
	error err = net_netFD_incref(fd);

	if (!error_nil(err))
		return err;
	err = os_NewSyscallError(
	    "setsockopt", syscall_SetsockoptInt(fd->sysfd, SOL_SOCKET, opt, value));
	net_netFD_decref(fd);
	return err;
}

error net_setReadBuffer(net_netFD *fd, int bytes)
{
	return set(fd, SO_RCVBUF, bytes);
}

error net_setWriteBuffer(net_netFD *fd, int bytes)
{
	return set(fd, SO_SNDBUF, bytes);
}

error net_setKeepAlive(net_netFD *fd, bool keepalive)
{
	return set(fd, SO_KEEPALIVE, keepalive);
}

error net_setLinger(net_netFD *fd, int sec)
{
	struct linger l = {.l_onoff = sec >= 0, .l_linger = sec >= 0 ? sec : 0};
	error err = net_netFD_incref(fd);

	if (!error_nil(err))
		return err;
	err = os_NewSyscallError(
	    "setsockopt", syscall_SetsockoptLinger(fd->sysfd, SOL_SOCKET, SO_LINGER, &l));
	net_netFD_decref(fd);
	return err;
}
