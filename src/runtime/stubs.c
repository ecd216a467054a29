/* Which g runs, and giving way to another: see stubs.h. */
#include "runtime/stubs.h"

#include <string.h>

_Thread_local runtime_g *runtime_tls_g;

void runtime_setg(runtime_g *gp)
{
	runtime_tls_g = gp;
}

struct call {
	runtime_g *from;
	void (*fn)(void *);
	void *arg;
};

static void systemstack_g0(void *arg)
{
	struct call *call = arg;
	runtime_g *g0 = runtime_getg();

	sanitizer_arrive(&g0->fiber);
	call->fn(call->arg);
	sanitizer_leave(&g0->fiber, &call->from->fiber);
}

void runtime_systemstack(void (*fn)(void *), void *arg)
{
	runtime_g *gp = runtime_getg();
	runtime_g *g0 = gp->m->g0;
	struct call call = {gp, fn, arg};

	if (gp == g0) {
		fn(arg);
		return;
	}
	sanitizer_leave(&gp->fiber, &g0->fiber);
	runtime_setg(g0);
	runtime_asm_systemstack(g0->sched.sp, systemstack_g0, &call);
	runtime_setg(gp);
	sanitizer_arrive(&gp->fiber);
}

static void mcall_g0(runtime_g *gp)
{
	runtime_g *g0 = runtime_getg();

	sanitizer_arrive(&g0->fiber);
	g0->mcallfn(gp);
}

void runtime_mcall(void (*fn)(runtime_g *))
{
	runtime_g *gp = runtime_getg();
	runtime_g *g0 = gp->m->g0;

	g0->mcallfn = fn;
	sanitizer_leave(&gp->fiber, &g0->fiber);
	runtime_setg(g0);
	runtime_asm_mcall(&gp->sched, g0->sched.sp, mcall_g0, gp);
	sanitizer_arrive(&gp->fiber);
}

void runtime_gogo(runtime_g *gp)
{
	sanitizer_abandon(&runtime_getg()->fiber, &gp->fiber);
	runtime_setg(gp);
	runtime_asm_gogo(&gp->sched);
}

void runtime_gostartcall(runtime_g *gp, void (*fn)(void))
{
	uintptr_t sp = gp->stack_hi - runtime_asm_framesize;

	memset((void *)sp, 0, runtime_asm_framesize);
	*(uintptr_t *)(sp + runtime_asm_framepc) = (uintptr_t)fn;
	gp->sched.sp = sp;
}

void runtime_gostarted(void)
{
	sanitizer_arrive(&runtime_getg()->fiber);
}
