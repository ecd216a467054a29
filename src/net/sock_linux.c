/* What this system allows (Go 1.7.4 net/sock_linux.go). */
#include "net/sock_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Go's syscall.SOMAXCONN, what kernels before 5.4 allowed; libc's has grown since. */
enum { syscall_SOMAXCONN = 128 };

int net_maxListenerBacklog(void)
{
	char text[32] = "";
	int fd = open("/proc/sys/net/core/somaxconn", O_RDONLY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? 0 : syscall_SOMAXCONN;
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = '\0';
	close(fd);
	n = strtol(text, NULL, 10);
	if (n <= 0 || n >= 0xffffff) /* as far as Go's dtoi goes */
		return syscall_SOMAXCONN;
	/* Kernels before 4.1 kept it in 16 bits. */
	return n > 65535 ? 65535 : (int)n;
}
