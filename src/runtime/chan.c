/* Channels that are only closed: see chan.h. */
#include "runtime/chan.h"
#include "runtime/lock_futex.h"
#include "runtime/panic.h"
#include "runtime/proc.h"
#include "runtime/stubs.h"

/* One for all channels, where Go's have one each: they are few, and a select need not
 * take several in the right order. */
static runtime_mutex lock;

void runtime_closechan(runtime_hchan *c)
{
	runtime_sudog *list = NULL, **tail = &list, *s, *next;

	runtime_lock(&lock);
	if (c->closed)
		runtime_throw("close of closed channel");
	c->closed = true;
	for (s = c->recvq; s; s = next) {
		next = s->next;
		/* Another channel of the same select may have been first. */
		if (*s->selectdone)
			continue;
		*s->selectdone = true;
		*tail = s;
		tail = &s->next;
	}
	*tail = NULL;
	c->recvq = NULL;
	runtime_unlock(&lock);
	/* The last to come first, so that the first to come is the next to run. */
	for (; list; list = next) {
		/* Once it is ready, its stack is not ours to look at. */
		next = list->next;
		runtime_goready(list->g);
	}
}

bool runtime_chanclosed(runtime_hchan *c)
{
	bool closed;

	runtime_lock(&lock);
	closed = c->closed;
	runtime_unlock(&lock);
	return closed;
}

static int first_closed(runtime_hchan *const *c, int n)
{
	for (int i = 0; i < n; i++)
		if (c[i]->closed)
			return i;
	return -1;
}

static void dequeue(runtime_hchan *c, const runtime_sudog *s)
{
	for (runtime_sudog **p = &c->recvq; *p; p = &(*p)->next) {
		if (*p == s) {
			*p = s->next;
			return;
		}
	}
}

int runtime_selectgo(runtime_hchan *const *c, int n)
{
	runtime_sudog s[2];
	bool selectdone = false;
	int i;

	runtime_lock(&lock);
	i = first_closed(c, n);
	if (i >= 0) {
		runtime_unlock(&lock);
		return i;
	}
	for (i = 0; i < n; i++) {
		s[i] = (runtime_sudog){
		    .next = c[i]->recvq,
		    .g = runtime_getg(),
		    .selectdone = &selectdone,
		};
		c[i]->recvq = &s[i];
	}
	runtime_goparkunlock(&lock, "select");
	runtime_lock(&lock);
	for (i = 0; i < n; i++)
		dequeue(c[i], &s[i]);
	i = first_closed(c, n);
	runtime_unlock(&lock);
	return i;
}
