/* Package net's side of the poller: see fd_poll_runtime.h. */
#include "net/fd_poll_runtime.h"
#include "net/fd_unix.h"
#include "runtime/panic.h"
#include "sync/once.h"

static sync_Once net_serverInit;

error net_pollDesc_init(net_pollDesc *pd, net_netFD *fd)
{
	runtime_pollDesc *ctx;
	int errno_;

	sync_Once_Do(&net_serverInit, net_runtime_pollServerInit);
	errno_ = net_runtime_pollOpen((uintptr_t)fd->sysfd, &ctx);
	if (errno_ != 0)
		return error_errno(errno_);
	pd->runtimeCtx = ctx;
	return nil;
}

void net_pollDesc_close(net_pollDesc *pd)
{
	if (!pd->runtimeCtx)
		return;
	net_runtime_pollClose(pd->runtimeCtx);
	pd->runtimeCtx = NULL;
}

void net_pollDesc_evict(net_pollDesc *pd)
{
	if (!pd->runtimeCtx)
		return;
	net_runtime_pollUnblock(pd->runtimeCtx);
}

static error net_convertErr(int res)
{
	switch (res) {
	case runtime_pollNoError:
		return nil;
	case runtime_pollErrClosing:
		return net_errClosing;
	case runtime_pollErrTimeout:
		return net_errTimeout;
	}
	runtime_println("unreachable: ", res);
	runtime_throw("unreachable");
}

error net_pollDesc_prepare(net_pollDesc *pd, int mode)
{
	return net_convertErr(net_runtime_pollReset(pd->runtimeCtx, mode));
}

error net_pollDesc_prepareRead(net_pollDesc *pd)
{
	return net_pollDesc_prepare(pd, 'r');
}

error net_pollDesc_prepareWrite(net_pollDesc *pd)
{
	return net_pollDesc_prepare(pd, 'w');
}

error net_pollDesc_wait(net_pollDesc *pd, int mode)
{
	return net_convertErr(net_runtime_pollWait(pd->runtimeCtx, mode));
}

error net_pollDesc_waitRead(net_pollDesc *pd)
{
	return net_pollDesc_wait(pd, 'r');
}

error net_pollDesc_waitWrite(net_pollDesc *pd)
{
	return net_pollDesc_wait(pd, 'w');
}

/* The poller counts from when the machine was started, t from 1970. */
static error net_setDeadlineImpl(net_netFD *fd, time_Time t, int mode)
{
	int64_t diff = time_Time_Sub(t, time_Now()), d;
	error err;

	if (__builtin_add_overflow(net_runtimeNano(), diff, &d))
		d = INT64_MAX;
	if (t == 0)
		d = 0;
	err = net_netFD_incref(fd);
	if (!error_nil(err))
		return err;
	net_runtime_pollSetDeadline(fd->pd.runtimeCtx, d, mode);
	net_netFD_decref(fd);
	return nil;
}

error net_netFD_setDeadline(net_netFD *fd, time_Time t)
{
	return net_setDeadlineImpl(fd, t, 'r' + 'w');
}

error net_netFD_setReadDeadline(net_netFD *fd, time_Time t)
{
	return net_setDeadlineImpl(fd, t, 'r');
}

error net_netFD_setWriteDeadline(net_netFD *fd, time_Time t)
{
	return net_setDeadlineImpl(fd, t, 'w');
}
