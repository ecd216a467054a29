/* Descriptor flags: see exec_unix.h. */
#include "syscall/exec_unix.h"

#include <fcntl.h>

void syscall_CloseOnExec(int fd)
{
	syscall_fcntl(fd, F_SETFD, FD_CLOEXEC, NULL);
}

syscall_Errno syscall_SetNonblock(int fd, bool nonblocking)
{
	int flag;
	syscall_Errno err = syscall_fcntl(fd, F_GETFL, 0, &flag);

	if (err != 0)
		return err;
	if (nonblocking)
		flag |= O_NONBLOCK;
	else
		flag &= ~O_NONBLOCK;
	return syscall_fcntl(fd, F_SETFL, flag, NULL);
}
