/* Go's error values: see error.h. */
#include "os/error.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const error nil;

bool error_nil(error err)
{
	return err.errno_ == 0 && !err.text;
}

error error_errno(syscall_Errno err)
{
	return (error){.errno_ = err};
}

error os_NewSyscallError(const char *syscall, syscall_Errno err)
{
	if (err == 0)
		return nil;
	return (error){.errno_ = err, .text = syscall};
}

/* Go's texts are libc's with the first letter made small, but for two that no socket
 * returns: ESTALE and EHWPOISON. */
static void errno_text(syscall_Errno err, char *buf, size_t size)
{
	const char *desc = strerrordesc_np(err);

	if (!desc) {
		snprintf(buf, size, "errno %d", err);
		return;
	}
	snprintf(buf, size, "%s", desc);
	if (size > 1 && islower((unsigned char)desc[1]))
		buf[0] = (char)tolower((unsigned char)desc[0]);
}

char *error_Error(error err, char *buf, size_t size)
{
	char text[64];

	if (err.errno_)
		errno_text(err.errno_, text, sizeof(text));
	snprintf(buf, size, "%s%s%s", err.text ? err.text : "",
	         err.text && err.errno_ ? ": " : "", err.errno_ ? text : "");
	return buf;
}
