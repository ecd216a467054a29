/* Calls to be made later (Go 1.7.4 time/sleep.go): see time.h. */
#include "runtime/os_linux.h"
#include "runtime/proc.h"
#include "time/time.h"

/* When a timer that is due d from now is due; an overflow means "never". */
static int64_t time_when(time_Duration d)
{
	int64_t t;

	if (d <= 0)
		return runtime_nanotime();
	return __builtin_add_overflow(runtime_nanotime(), d, &t) ? INT64_MAX : t;
}

/* On timerproc, which must not wait for what f does. */
static void time_goFunc(void *timer, uintptr_t seq)
{
	const time_Timer *t = timer;

	(void)seq;
	runtime_newproc(t->f, t->arg);
}

void time_AfterFunc(time_Timer *t, time_Duration d, void (*f)(void *), void *arg)
{
	*t = (time_Timer){
	    .r = {.when = time_when(d), .f = time_goFunc, .arg = t},
	    .f = f,
	    .arg = arg,
	};
	runtime_addtimer(&t->r);
}

bool time_Timer_Stop(time_Timer *t)
{
	return runtime_deltimer(&t->r);
}
