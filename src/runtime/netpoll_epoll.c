/* The epoll half of the network poller: see netpoll.h. */
#include "runtime/netpoll.h"
#include "runtime/os_linux.h"
#include "runtime/panic.h"

#include <errno.h>

static int32_t runtime_epfd = -1; /* constant after netpollinit */

void runtime_netpollinit(void)
{
	runtime_epfd = runtime_epollcreate1(EPOLL_CLOEXEC);
	if (runtime_epfd >= 0)
		return;
	/* Linux before 2.6.27. The size is a hint that kernels since 2.6.8 ignore. */
	runtime_epfd = runtime_epollcreate(1024);
	if (runtime_epfd >= 0) {
		runtime_closeonexec(runtime_epfd);
		return;
	}
	runtime_println("netpollinit: failed to create epoll descriptor", -runtime_epfd);
	runtime_throw("netpollinit: failed to create descriptor");
}

int32_t runtime_netpollopen(uintptr_t fd, runtime_pollDesc *pd)
{
	/* Edge-triggered and for both directions at once: the descriptor is armed
	 * here, once, and epoll_ctl is not needed again until it is closed. */
	struct epoll_event ev = {
	    .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | (uint32_t)EPOLLET,
	    .data.ptr = pd,
	};

	return -runtime_epollctl(runtime_epfd, EPOLL_CTL_ADD, (int32_t)fd, &ev);
}

int32_t runtime_netpollclose(uintptr_t fd)
{
	struct epoll_event ev;

	return -runtime_epollctl(runtime_epfd, EPOLL_CTL_DEL, (int32_t)fd, &ev);
}

runtime_g *runtime_netpoll(bool block)
{
	struct epoll_event events[128];
	int32_t waitms = block ? -1 : 0;
	runtime_g *gp = NULL;
	int32_t n;

	if (runtime_epfd == -1)
		return NULL;
retry:
	n = runtime_epollwait(runtime_epfd, events, 128, waitms);
	if (n < 0) {
		if (n != -EINTR) {
			runtime_print("runtime: epollwait on fd ", runtime_epfd);
			runtime_println(" failed with", -n);
			runtime_throw("epollwait failed");
		}
		goto retry;
	}
	for (int32_t i = 0; i < n; i++) {
		struct epoll_event *ev = &events[i];
		int32_t mode = 0;

		if (ev->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			mode += 'r';
		if (ev->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
			mode += 'w';
		if (mode != 0)
			runtime_netpollready(&gp, ev->data.ptr, mode);
	}
	/* Readiness that nobody waits for is stored in the pollDesc; go on. */
	if (block && !gp)
		goto retry;
	return gp;
}
