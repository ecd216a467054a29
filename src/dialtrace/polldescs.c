#include "dialtrace/polldescs.h"

#include <err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

/* What netpollopen asks for, in every version of Go. */
#define GO_EVENTS ((u32)EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

/* Below this, data is no pointer: no system maps the first page. */
#define LOWEST_POINTER 4096

struct registration {
	u64 data; /* never 0; 0 marks a free slot */
	u64 ts;   /* when the epoll_ctl returned */
	u32 pid;
	int fd;
	int epfd;
};

/*
 * A hash table with linear probing: a power of two of slots, at most half of
 * them used, and no free slot between an entry and the slot it hashes to. Every
 * registration is in two of them, since epoll_wait asks by data and close by fd.
 */
struct table {
	struct registration *slots;
	size_t mask; /* slots - 1 */
	bool by_fd;  /* the key is (pid, fd), which may occur repeatedly, one for
	              * each epfd; else (pid, data), which is unique */
};

struct polldescs {
	struct table by_data, by_fd;
	size_t used;
	unsigned go;
};

void polldescs_use(struct polldescs *p, unsigned go)
{
	p->go = go;
}

/* What a registration is found by: the pollDesc's address, without the tag that Go has
 * packed with it since 1.21 (runtime/tagptr_64bit.go). An address stays what it is. */
static u64 untagged(const struct polldescs *p, u64 data)
{
	enum { ADDRESS_BITS = 48 };

	if (p->go < 21 || data >> ADDRESS_BITS == 0)
		return data;
	if (p->go < 24)
		return data >> 19 << 3;
#if defined(__x86_64__)
	if (p->go > 24)
		return data >> 24 << 9;
#endif
	return data >> 25 << 9;
}

static u64 key_of(const struct table *t, const struct registration *r)
{
	return t->by_fd ? (u64)r->fd : r->data;
}

/* The slot where the search for (pid, key) starts. */
static size_t home(const struct table *t, u32 pid, u64 key)
{
	/* Multiplying by an odd constant near 2^64/phi spreads the keys, best in
	 * the upper half. */
	return (size_t)((key + ((u64)pid << 32)) * 0x9e3779b97f4a7c15 >> 32) & t->mask;
}

static size_t after(const struct table *t, size_t i)
{
	return (i + 1) & t->mask;
}

static void insert(struct table *t, const struct registration *r)
{
	size_t i = home(t, r->pid, key_of(t, r));

	while (t->slots[i].data)
		i = after(t, i);
	t->slots[i] = *r;
}

static void erase(struct table *t, const struct registration *r)
{
	size_t hole = home(t, r->pid, key_of(t, r)), i;

	while (t->slots[hole].data != r->data || t->slots[hole].pid != r->pid)
		hole = after(t, hole);
	/* Close the gap: move up what the hole would cut off from its home. */
	for (i = after(t, hole); t->slots[i].data; i = after(t, i)) {
		size_t h = home(t, t->slots[i].pid, key_of(t, &t->slots[i]));

		if (((i - h) & t->mask) >= ((i - hole) & t->mask)) {
			t->slots[hole] = t->slots[i];
			hole = i;
		}
	}
	t->slots[hole].data = 0;
}

static void resize(struct table *t, size_t slots)
{
	struct table old = *t;
	size_t i;

	t->slots = calloc(slots, sizeof(*t->slots));
	if (!t->slots)
		errx(125, "out of memory for %zu pollDescs", slots);
	t->mask = slots - 1;
	if (!old.slots)
		return;
	for (i = 0; i <= old.mask; i++)
		if (old.slots[i].data)
			insert(t, &old.slots[i]);
	free(old.slots);
}

struct polldescs *polldescs_new(void)
{
	struct polldescs *p = calloc(1, sizeof(*p));

	if (!p)
		err(125, "pollDescs");
	p->by_fd.by_fd = true;
	resize(&p->by_data, 256);
	resize(&p->by_fd, 256);
	return p;
}

void polldescs_free(struct polldescs *p)
{
	if (!p)
		return;
	free(p->by_data.slots);
	free(p->by_fd.slots);
	free(p);
}

static const struct registration *find(const struct polldescs *p, u32 pid, u64 data)
{
	const struct table *t = &p->by_data;
	size_t i;

	for (i = home(t, pid, data); t->slots[i].data; i = after(t, i))
		if (t->slots[i].data == data && t->slots[i].pid == pid)
			return &t->slots[i];
	return NULL;
}

int polldescs_fd(const struct polldescs *p, u32 pid, u64 data)
{
	const struct registration *r = find(p, pid, untagged(p, data));

	return r ? r->fd : -1;
}

static void forget(struct polldescs *p, struct registration r)
{
	erase(&p->by_data, &r);
	erase(&p->by_fd, &r);
	p->used--;
}

/* Forgets what is registered for fd with epfd, or with anyone when that is -1,
 * and was so at time ts. */
static void forget_fd(struct polldescs *p, u32 pid, int fd, int epfd, u64 ts)
{
	const struct table *t = &p->by_fd;
	size_t i = home(t, pid, (u64)fd);

	while (t->slots[i].data) {
		const struct registration *r = &t->slots[i];

		if (r->pid == pid && r->fd == fd && (epfd < 0 || r->epfd == epfd) &&
		    r->ts <= ts)
			forget(p, *r); /* moves another entry into slot i */
		else
			i = after(t, i);
	}
}

static void learn(struct polldescs *p, const struct registration *r)
{
	const struct registration *old = find(p, r->pid, r->data);

	/* A pollDesc is recycled; we may have missed the end of its last life. */
	if (old)
		forget(p, *old);
	if (2 * (p->used + 1) > p->by_data.mask) {
		resize(&p->by_data, 2 * (p->by_data.mask + 1));
		resize(&p->by_fd, 2 * (p->by_fd.mask + 1));
	}
	insert(&p->by_data, r);
	insert(&p->by_fd, r);
	p->used++;
}

static void update_epoll_ctl(struct polldescs *p, const struct syscall_event *e)
{
	struct registration r = {.ts = e->e.ts,
	                         .pid = e->e.pid,
	                         .fd = (int)e->args[2],
	                         .epfd = (int)e->args[0]};
	struct epoll_event ev;

	if (e->ret != 0)
		return;
	forget_fd(p, r.pid, r.fd, r.epfd, r.ts);
	if ((int)e->args[1] == EPOLL_CTL_DEL || e->e.caplen < sizeof(ev))
		return;
	memcpy(&ev, e->capture, sizeof(ev));
	r.data = untagged(p, ev.data.u64);
	if (ev.events == GO_EVENTS && r.data >= LOWEST_POINTER)
		learn(p, &r);
}

void polldescs_update(struct polldescs *p, const struct syscall_event *e)
{
	if (e->e.type != EVENT_EXIT)
		return;
	switch (e->nr) {
	case SYS_epoll_ctl:
		update_epoll_ctl(p, e);
		break;
	case SYS_close:
		/* Whatever it returns, the fd is gone. By the time it returns
		 * another thread may have got the same number and registered it:
		 * only what is older than the call goes. */
		forget_fd(p, e->e.pid, (int)e->args[0], -1, e->e.ts - e->dur);
		break;
#ifdef SYS_dup2
	case SYS_dup2:
#endif
	case SYS_dup3:
		if (e->ret >= 0 && e->args[0] != e->args[1])
			forget_fd(p, e->e.pid, (int)e->args[1], -1, e->e.ts - e->dur);
		break;
	}
}

bool polldescs_time(u32 nr)
{
#ifdef SYS_dup2
	if (nr == SYS_dup2)
		return true;
#endif
	return nr == SYS_close || nr == SYS_dup3;
}

void polldescs_forget_process(struct polldescs *p, u32 pid)
{
	size_t i = 0;

	while (i <= p->by_data.mask) {
		const struct registration *r = &p->by_data.slots[i];

		if (r->data && r->pid == pid)
			forget(p, *r); /* moves another entry into slot i */
		else
			i++;
	}
}
