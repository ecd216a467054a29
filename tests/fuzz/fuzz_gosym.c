/* Any bytes as a Go program: an answer or an error, and nothing read outside. */
#include "dialtrace/go_prologue.h"
#include "dialtrace/gosym.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct gosym_function fns[] = {{.name = "runtime.main"},
	                               {.name = "net.(*netFD).connect"},
	                               {.name = "internal/poll.runtime_pollOpen"}};
	struct bytes file = {.p = data, .n = size};
	const char *error = NULL;
	struct gosym g;
	u64 offset;

	go_prologue(EM_X86_64, file);
	if (!gosym_open(&g, file, &error))
		return 0;
	if (error)
		abort(); /* open, and yet wrong */
	error = gosym_find(&g, fns, sizeof(fns) / sizeof(fns[0]));
	for (size_t i = 0; i < sizeof(fns) / sizeof(fns[0]) && !error; i++)
		if (fns[i].found && fns[i].offset >= size)
			abort(); /* a probe outside of the file */
	gosym_g(&g, &offset);
	gosym_close(&g);
	return 0;
}
