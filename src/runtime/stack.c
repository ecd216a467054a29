/* Goroutine stacks: see stack.h. */
#include "runtime/stack.h"
#include "runtime/panic.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

runtime_g *runtime_malg(void)
{
	size_t guard = (size_t)sysconf(_SC_PAGESIZE);
	runtime_g *gp = calloc(1, sizeof(*gp));
	char *mem = mmap(NULL, guard + runtime_stackSize, PROT_NONE,
	                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);

	if (!gp || mem == MAP_FAILED ||
	    mprotect(mem + guard, runtime_stackSize, PROT_READ | PROT_WRITE) < 0)
		runtime_throw("runtime: out of memory for a goroutine");
	gp->stack_lo = (uintptr_t)mem + guard;
	gp->stack_hi = gp->stack_lo + runtime_stackSize;
	return gp;
}
