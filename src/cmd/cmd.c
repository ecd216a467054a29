/* What the small programs have in common: see cmd.h. */
#include "cmd/cmd.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct iovec piece(const char *text)
{
	return (struct iovec){(char *)text, strlen(text)};
}

void cmd_fail(int status, const char *text, const char *more)
{
	const char *slash = strrchr(runtime_argv[0], '/');
	const struct iovec line[] = {
	    piece(slash ? slash + 1 : runtime_argv[0]),
	    piece(": "),
	    piece(text),
	    piece(more),
	    piece("\n"),
	};

	_exit(writev(STDERR_FILENO, line, 5) < 0 ? 1 : status);
}

void cmd_print(const char *text)
{
	const struct iovec line[] = {piece(text), piece("\n")};

	if (writev(STDOUT_FILENO, line, 2) < 0)
		cmd_fail(1, "cannot write to standard output", "");
}

net_TCPAddr cmd_resolve(const char *text)
{
	char reason[net_OpErrorStrlen];
	net_TCPAddr addr;
	net_OpError err;

	if (!net_ResolveTCPAddr("tcp", text, &addr, &err))
		cmd_fail(2, "want an address such as 127.0.0.1:80 or [::1]:80: ",
		         net_OpError_Error(&err, reason));
	return addr;
}

void cmd_check(const net_OpError *err)
{
	char text[net_OpErrorStrlen];

	if (!error_nil(err->Err))
		cmd_fail(1, net_OpError_Error(err, text), "");
}

net_TCPConn *cmd_dial(void)
{
	net_TCPAddr raddr;
	net_TCPConn *c;
	net_OpError err;

	if (runtime_argc != 2)
		cmd_fail(2, "usage: HOST:PORT", "");
	raddr = cmd_resolve(runtime_argv[1]);
	c = net_DialTCP("tcp", NULL, &raddr, &err);
	cmd_check(&err);
	return c;
}
