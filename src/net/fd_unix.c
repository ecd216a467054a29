/* The network descriptor: see fd_unix.h. */
#include "net/fd_unix.h"
#include "net/hook_unix.h"
#include "net/sock_posix.h"

#include <errno.h>
#include <stdlib.h>

net_netFD *net_newFD(int sysfd, int family, int sotype, const char *net)
{
	net_netFD *fd = calloc(1, sizeof(*fd));

	if (!fd)
		return NULL;
	fd->sysfd = sysfd;
	fd->family = family;
	fd->sotype = sotype;
	fd->net = net;
	return fd;
}

error net_netFD_init(net_netFD *fd)
{
	return net_pollDesc_init(&fd->pd, fd);
}

void net_netFD_setAddr(net_netFD *fd, const net_TCPAddr *laddr, const net_TCPAddr *raddr)
{
	fd->hasLaddr = laddr != NULL;
	fd->hasRaddr = raddr != NULL;
	if (laddr)
		fd->laddr = *laddr;
	if (raddr)
		fd->raddr = *raddr;
}

void net_netFD_setSockaddrs(net_netFD *fd, const syscall_Sockaddr *lsa,
                            const syscall_Sockaddr *rsa, const net_TCPAddr *raddr)
{
	net_TCPAddr local, remote;
	bool hasLocal = net_sockaddrToTCP(lsa, &local);
	bool hasRemote = net_sockaddrToTCP(rsa, &remote);

	net_netFD_setAddr(fd, hasLocal ? &local : NULL, hasRemote ? &remote : raddr);
}

const net_TCPAddr *net_netFD_laddr(const net_netFD *fd)
{
	return fd->hasLaddr ? &fd->laddr : NULL;
}

const net_TCPAddr *net_netFD_raddr(const net_netFD *fd)
{
	return fd->hasRaddr ? &fd->raddr : NULL;
}

/* What connect and its interrupter share. */
struct interrupter {
	net_netFD *fd;
	context_Context *ctx;
	runtime_hchan done; /* closed by connect: it has ended */
	runtime_hchan res;  /* closed by the interrupter: err is set */
	error err;          /* not nil: it has interrupted */
};

/* The interrupter, a goroutine beside a connect that may be cancelled. A write deadline
 * that has passed is what makes the poller let connect go. */
static void net_netFD_connect_func2(void *arg)
{
	static const time_Time aLongTimeAgo = 233431200 * time_Second;
	struct interrupter *in = arg;
	runtime_hchan *const c[] = {context_Done(in->ctx), &in->done};

	if (runtime_selectgo(c, 2) == 0) {
		net_netFD_setWriteDeadline(in->fd, aLongTimeAgo);
		if (net_testHookCanceledDial)
			net_testHookCanceledDial();
		in->err = context_Err(in->ctx);
	}
	runtime_closechan(&in->res);
}

/* Connect has ended with err: waits for the interrupter to end as well. */
static error net_netFD_connect_func1(struct interrupter *in, error err)
{
	runtime_hchan *const res[] = {&in->res};

	runtime_closechan(&in->done);
	runtime_selectgo(res, 1);
	if (!error_nil(err) || error_nil(in->err))
		return err;
	/* Connected, and interrupted right after: the deadline stands, so that nothing
	 * could be written any more. */
	net_netFD_Close(in->fd);
	return in->err;
}

error net_netFD_connect(net_netFD *fd, context_Context *ctx, const syscall_Sockaddr *ra)
{
	struct interrupter in = {.fd = fd, .ctx = ctx};
	time_Time deadline = context_Deadline(ctx);
	/* No lock: nobody else knows fd yet. */
	syscall_Errno errno_ = net_connectFunc(fd->sysfd, ra);
	error err;
	int nerr;

	switch (errno_) {
	case EINPROGRESS:
	case EALREADY:
	case EINTR:
		break;
	case 0:
	case EISCONN:
		if (runtime_chanclosed(context_Done(ctx)))
			return net_mapErr(context_Err(ctx));
		return net_netFD_init(fd);
	default:
		return os_NewSyscallError("connect", errno_);
	}
	err = net_netFD_init(fd);
	if (!error_nil(err))
		return err;
	if (deadline != 0)
		net_netFD_setWriteDeadline(fd, deadline);
	/* The background context is never done. */
	if (ctx != context_Background())
		runtime_newproc(net_netFD_connect_func2, &in);

	for (;;) {
		/* A second connect(2) would not reliably tell how the first one
		 * ended. SO_ERROR does, once the poller says that it has. */
		err = net_pollDesc_waitWrite(&fd->pd);
		if (!error_nil(err)) {
			if (runtime_chanclosed(context_Done(ctx)))
				err = net_mapErr(context_Err(ctx));
			break;
		}
		errno_ = net_getsockoptIntFunc(fd->sysfd, SOL_SOCKET, SO_ERROR, &nerr);
		if (errno_ != 0) {
			err = os_NewSyscallError("getsockopt", errno_);
			break;
		}
		if (nerr == EINPROGRESS || nerr == EALREADY || nerr == EINTR)
			continue;
		if (nerr != EISCONN)
			err = os_NewSyscallError("getsockopt", nerr);
		break;
	}

	if (ctx != context_Background())
		err = net_netFD_connect_func1(&in, err);
	if (deadline != 0)
		net_netFD_setWriteDeadline(fd, 0);
	return err;
}

void net_netFD_destroy(net_netFD *fd)
{
	/* In this order: once closed, the number may be another descriptor's. */
	net_pollDesc_close(&fd->pd);
	net_closeFunc(fd->sysfd);
	fd->sysfd = -1;
}

error net_netFD_Close(net_netFD *fd)
{
	if (!net_fdMutex_increfAndClose(&fd->fdmu))
		return net_errClosing;
	/* Whoever is parked wakes up with an error and drops its reference; the
	 * last to do so closes sysfd. */
	net_pollDesc_evict(&fd->pd);
	net_netFD_decref(fd);
	return nil;
}

void net_netFD_free(net_netFD *fd)
{
	if (fd->sysfd >= 0)
		net_netFD_Close(fd);
	free(fd);
}

static error net_netFD_shutdown(net_netFD *fd, int how)
{
	error err = net_netFD_incref(fd);

	if (!error_nil(err))
		return err;
	err = os_NewSyscallError("shutdown", syscall_Shutdown(fd->sysfd, how));
	net_netFD_decref(fd);
	return err;
}

error net_netFD_closeRead(net_netFD *fd)
{
	return net_netFD_shutdown(fd, SHUT_RD);
}

error net_netFD_closeWrite(net_netFD *fd)
{
	return net_netFD_shutdown(fd, SHUT_WR);
}

/* A stream that ends is an error of its own. (Go 1.7.4 net/fd_posix.go,
 * eofError) */
static error net_netFD_eofError(net_netFD *fd, size_t n, error err)
{
	if (n == 0 && error_nil(err) && fd->sotype != SOCK_DGRAM &&
	    fd->sotype != SOCK_RAW)
		return net_EOF;
	return err;
}

error net_netFD_Read(net_netFD *fd, void *p, size_t len, size_t *n)
{
	error err = net_netFD_readLock(fd);
	ssize_t r;

	*n = 0;
	if (!error_nil(err))
		return err;
	if (len == 0)
		goto out;
	err = net_pollDesc_prepareRead(&fd->pd);
	if (!error_nil(err))
		goto out;
	for (;;) {
		syscall_Errno errno_ = syscall_Read(fd->sysfd, p, len, &r);

		if (errno_ == EAGAIN) {
			err = net_pollDesc_waitRead(&fd->pd);
			if (error_nil(err))
				continue;
			break;
		}
		*n = r > 0 ? (size_t)r : 0;
		err = net_netFD_eofError(fd, *n, os_NewSyscallError("read", errno_));
		break;
	}
out:
	net_netFD_readUnlock(fd);
	return err;
}

error net_netFD_readFrom(net_netFD *fd, void *p, size_t len, size_t *n,
                         syscall_Sockaddr *sa)
{
	error err = net_netFD_readLock(fd);
	ssize_t r;

	*n = 0;
	sa->len = 0;
	if (!error_nil(err))
		return err;
	err = net_pollDesc_prepareRead(&fd->pd);
	if (!error_nil(err))
		goto out;
	for (;;) {
		syscall_Errno errno_ = syscall_Recvfrom(fd->sysfd, p, len, 0, sa, &r);

		if (errno_ == EAGAIN) {
			err = net_pollDesc_waitRead(&fd->pd);
			if (error_nil(err))
				continue;
			break;
		}
		*n = r > 0 && errno_ == 0 ? (size_t)r : 0;
		err = net_netFD_eofError(fd, *n, os_NewSyscallError("recvfrom", errno_));
		break;
	}
out:
	net_netFD_readUnlock(fd);
	return err;
}

error net_netFD_Write(net_netFD *fd, const void *p, size_t len, size_t *nn)
{
	error err = net_netFD_writeLock(fd);
	ssize_t n;

	*nn = 0;
	if (!error_nil(err))
		return err;
	err = net_pollDesc_prepareWrite(&fd->pd);
	if (!error_nil(err))
		goto out;
	for (;;) {
		syscall_Errno errno_ =
		    syscall_Write(fd->sysfd, (const char *)p + *nn, len - *nn, &n);

		if (n > 0)
			*nn += (size_t)n;
		if (*nn == len) {
			/* An error is possible here only where len is 0. */
			err = os_NewSyscallError("write", errno_);
			break;
		}
		if (errno_ == EAGAIN) {
			err = net_pollDesc_waitWrite(&fd->pd);
			if (error_nil(err))
				continue;
			break;
		}
		if (errno_ != 0) {
			err = os_NewSyscallError("write", errno_);
			break;
		}
		if (n == 0) {
			err = net_ErrUnexpectedEOF;
			break;
		}
	}
out:
	net_netFD_writeUnlock(fd);
	return err;
}

error net_netFD_writeTo(net_netFD *fd, const void *p, size_t len,
                        const syscall_Sockaddr *sa, size_t *n)
{
	error err = net_netFD_writeLock(fd);

	*n = 0;
	if (!error_nil(err))
		return err;
	err = net_pollDesc_prepareWrite(&fd->pd);
	if (!error_nil(err))
		goto out;
	for (;;) {
		syscall_Errno errno_ = syscall_Sendto(fd->sysfd, p, len, 0, sa);

		if (errno_ == EAGAIN) {
			err = net_pollDesc_waitWrite(&fd->pd);
			if (error_nil(err))
				continue;
			break;
		}
		err = os_NewSyscallError("sendto", errno_);
		break;
	}
	if (error_nil(err))
		*n = len;
out:
	net_netFD_writeUnlock(fd);
	return err;
}

/* Accepts, parking until there is somebody. */
static error accept_one(net_netFD *fd, int *s, syscall_Sockaddr *rsa)
{
	error err = net_pollDesc_prepareRead(&fd->pd);

	while (error_nil(err)) {
		err = net_accept(fd->sysfd, s, rsa);
		if (err.errno_ == EAGAIN)
			err = net_pollDesc_waitRead(&fd->pd);
		else if (err.errno_ == ECONNABORTED)
			err = nil; /* whoever it was has left already */
		else
			break;
	}
	return err;
}

error net_netFD_accept(net_netFD *fd, net_netFD **netfdp)
{
	error err = net_netFD_readLock(fd);
	syscall_Sockaddr lsa, rsa;
	net_netFD *netfd;
	int s = -1;

	if (!error_nil(err))
		return err;
	err = accept_one(fd, &s, &rsa);
	if (!error_nil(err))
		goto out;
	netfd = net_newFD(s, fd->family, fd->sotype, fd->net);
	if (!netfd) {
		net_closeFunc(s);
		err = error_errno(ENOMEM);
		goto out;
	}
	err = net_netFD_init(netfd);
	if (!error_nil(err)) {
		/* As in Go, it is the listener that is closed here. */
		net_netFD_Close(fd);
		free(netfd);
		goto out;
	}
	syscall_Getsockname(netfd->sysfd, &lsa);
	net_netFD_setSockaddrs(netfd, &lsa, &rsa, NULL);
	*netfdp = netfd;
out:
	net_netFD_readUnlock(fd);
	return err;
}
