/* Package net's replaceable calls: see hook_unix.h. */
#include "net/hook_unix.h"

syscall_Errno (*net_socketFunc)(int, int, int, int *) = syscall_Socket;
syscall_Errno (*net_closeFunc)(int) = syscall_Close;
syscall_Errno (*net_connectFunc)(int, const syscall_Sockaddr *) = syscall_Connect;
syscall_Errno (*net_listenFunc)(int, int) = syscall_Listen;
syscall_Errno (*net_acceptFunc)(int, int *, syscall_Sockaddr *) = syscall_Accept;
syscall_Errno (*net_accept4Func)(int, int, int *, syscall_Sockaddr *) = syscall_Accept4;
syscall_Errno (*net_getsockoptIntFunc)(int, int, int, int *) = syscall_GetsockoptInt;

error (*net_testHookDialTCP)(context_Context *, const char *, const net_TCPAddr *,
                             const net_TCPAddr *, net_TCPConn **);
void (*net_testHookCanceledDial)(void);
