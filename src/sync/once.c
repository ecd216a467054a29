/* Something done exactly once: see once.h. */
#include "sync/once.h"
#include "runtime/lock_futex.h"

void sync_Once_Do(sync_Once *o, void (*f)(void))
{
	if (atomic_load(&o->done) == 1)
		return;
	runtime_lock(&o->m);
	if (atomic_load(&o->done) == 0) {
		f();
		atomic_store(&o->done, 1);
	}
	runtime_unlock(&o->m);
}
