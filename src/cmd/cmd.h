/* What the small programs have in common. A goroutine's stack is too small for stdio. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "net/net.h"

/* Writes "PROGRAM: text more" to standard error and ends the process with status. */
_Noreturn void cmd_fail(int status, const char *text, const char *more);

/* Writes text and a newline to standard output. */
void cmd_print(const char *text);

/* The address that text, a "HOST:PORT", stands for; fails with status 2 if it is none. */
net_TCPAddr cmd_resolve(const char *text);

/* Fails with status 1 and err's text unless it is nil. */
void cmd_check(const net_OpError *err);

/* Connects to the address that is the program's only argument. */
net_TCPConn *cmd_dial(void);

#endif
