/* Fatal errors: see panic.h. No stdio: what happened may have left it locked. */
#include "runtime/panic.h"
#include "runtime/os_linux.h"

#include <string.h>

static void print(const char *s)
{
	runtime_write(2, s, strlen(s));
}

void runtime_throw(const char *s)
{
	print("fatal error: ");
	print(s);
	print("\n");
	runtime_exit(2);
}

void runtime_print(const char *s, long n)
{
	char digits[24], *p = digits + sizeof(digits);
	unsigned long u = n < 0 ? 0UL - (unsigned long)n : (unsigned long)n;

	*--p = '\0';
	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) != 0);
	if (n < 0)
		*--p = '-';
	print(s);
	print(p);
}

void runtime_println(const char *s, long n)
{
	print(s);
	runtime_print(" ", n);
	print("\n");
}
