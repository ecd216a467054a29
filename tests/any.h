/* Input that nobody thought of: random, and the same in each run of a test. */
#ifndef TESTS_ANY_H
#define TESTS_ANY_H

#include <stddef.h>

#include "event.h"

static inline u64 any(void)
{
	static u64 x = 0x9e3779b97f4a7c15;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static inline void fill_any(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((u8 *)p)[i] = (u8)any();
}

#endif
