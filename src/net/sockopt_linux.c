/* Socket options (Go 1.7.4 net/sockopt_linux.go). */
#include "net/sock_posix.h"

error net_setDefaultSockopts(int s, int family, int sotype, bool ipv6only)
{
	/* Whatever the system's default is; a kernel that refuses is ignored. */
	if (family == AF_INET6 && sotype != SOCK_RAW)
		syscall_SetsockoptInt(s, IPPROTO_IPV6, IPV6_V6ONLY, ipv6only);
	return os_NewSyscallError("setsockopt",
	                          syscall_SetsockoptInt(s, SOL_SOCKET, SO_BROADCAST, 1));
}

error net_setDefaultListenerSockopts(int s)
{
	/* So that a server that restarts gets its port back. */
	return os_NewSyscallError("setsockopt",
	                          syscall_SetsockoptInt(s, SOL_SOCKET, SO_REUSEADDR, 1));
}

error net_setDefaultMulticastSockopts(int s)
{
	return os_NewSyscallError("setsockopt",
	                          syscall_SetsockoptInt(s, SOL_SOCKET, SO_REUSEADDR, 1));
}
