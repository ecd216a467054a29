/* //go:linkname: one body with two names, both visible in nm. */
#ifndef RUNTIME_LINKNAME_H
#define RUNTIME_LINKNAME_H

#define go_linkname(local, remote)                                                       \
	extern __typeof__(local) remote __attribute__((alias(#local)))

#endif
