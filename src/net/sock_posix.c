/* A socket, from its creation to its connection (Go 1.7.4 net/sock_posix.go). */
#include "net/sock_posix.h"
#include "net/hook_unix.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static error net_netFD_dial(net_netFD *fd, context_Context *ctx, const net_TCPAddr *laddr,
                            const net_TCPAddr *raddr);
static error net_netFD_listenStream(net_netFD *fd, const net_TCPAddr *laddr, int backlog);
static error net_netFD_listenDatagram(net_netFD *fd, const net_TCPAddr *laddr);

/* Asked for before the first socket that listens is made, so that its number is the one
 * that Go's would get, which asks at the start of the process; and again, as long as
 * there was no descriptor to ask with. */
static int net_listenerBacklog(void)
{
	static _Atomic int known;
	int n = atomic_load(&known);

	if (n == 0) {
		n = net_maxListenerBacklog();
		atomic_store(&known, n);
	}
	return n;
}

error net_socket(context_Context *ctx, const char *net, int family, int sotype, int proto,
                 bool ipv6only, const net_TCPAddr *laddr, const net_TCPAddr *raddr,
                 net_netFD **fdp)
{
	net_netFD *fd;
	int s;
	error err;

	if (laddr && !raddr && sotype == SOCK_STREAM)
		net_listenerBacklog();
	err = net_sysSocket(family, sotype, proto, &s);
	if (!error_nil(err))
		return err;
	err = net_setDefaultSockopts(s, family, sotype, ipv6only);
	if (!error_nil(err)) {
		net_closeFunc(s);
		return err;
	}
	fd = net_newFD(s, family, sotype, net);
	if (!fd) {
		net_closeFunc(s);
		return error_errno(ENOMEM);
	}
	/* An own address alone is a listener's. */
	if (laddr && !raddr && sotype == SOCK_STREAM)
		err = net_netFD_listenStream(fd, laddr, net_listenerBacklog());
	else if (laddr && !raddr && sotype == SOCK_DGRAM)
		err = net_netFD_listenDatagram(fd, laddr);
	else
		err = net_netFD_dial(fd, ctx, laddr, raddr);
	if (!error_nil(err)) {
		net_netFD_Close(fd);
		free(fd);
		return err;
	}
	*fdp = fd;
	return nil;
}

static error net_netFD_dial(net_netFD *fd, context_Context *ctx, const net_TCPAddr *laddr,
                            const net_TCPAddr *raddr)
{
	syscall_Sockaddr lsa, rsa;
	error err;

	if (laddr) {
		err = net_TCPAddr_sockaddr(laddr, fd->family, &lsa);
		if (error_nil(err))
			err = os_NewSyscallError("bind", syscall_Bind(fd->sysfd, &lsa));
		if (!error_nil(err))
			return err;
	}
	if (raddr) {
		err = net_TCPAddr_sockaddr(raddr, fd->family, &rsa);
		if (!error_nil(err))
			return err;
		err = net_netFD_connect(fd, ctx, &rsa);
		if (!error_nil(err))
			return err;
		fd->isConnected = true;
	} else {
		err = net_netFD_init(fd);
		if (!error_nil(err))
			return err;
	}
	/* A failure here only leaves an address unknown. */
	syscall_Getsockname(fd->sysfd, &lsa);
	syscall_Getpeername(fd->sysfd, &rsa);
	net_netFD_setSockaddrs(fd, &lsa, &rsa, raddr);
	return nil;
}

static error net_netFD_listenStream(net_netFD *fd, const net_TCPAddr *laddr, int backlog)
{
	const syscall_Sockaddr none = {.len = 0};
	syscall_Sockaddr lsa;
	error err = net_setDefaultListenerSockopts(fd->sysfd);

	if (!error_nil(err))
		return err;
	err = net_TCPAddr_sockaddr(laddr, fd->family, &lsa);
	if (error_nil(err))
		err = os_NewSyscallError("bind", syscall_Bind(fd->sysfd, &lsa));
	if (!error_nil(err))
		return err;
	err = os_NewSyscallError("listen", net_listenFunc(fd->sysfd, backlog));
	if (!error_nil(err))
		return err;
	err = net_netFD_init(fd);
	if (!error_nil(err))
		return err;
	syscall_Getsockname(fd->sysfd, &lsa);
	net_netFD_setSockaddrs(fd, &lsa, &none, NULL);
	return nil;
}

static error net_netFD_listenDatagram(net_netFD *fd, const net_TCPAddr *laddr)
{
	const syscall_Sockaddr none = {.len = 0};
	syscall_Sockaddr lsa;
	net_TCPAddr any = *laddr;
	error err;

	/* Several sockets may receive what is sent to a group: each binds to all
	 * addresses, with the port shared. */
	if (net_IP_IsMulticast(&laddr->IP)) {
		err = net_setDefaultMulticastSockopts(fd->sysfd);
		if (!error_nil(err))
			return err;
		any.IP = (net_IP){.len = fd->family == AF_INET ? 4 : 16};
	}
	err = net_TCPAddr_sockaddr(&any, fd->family, &lsa);
	if (error_nil(err))
		err = os_NewSyscallError("bind", syscall_Bind(fd->sysfd, &lsa));
	if (!error_nil(err))
		return err;
	err = net_netFD_init(fd);
	if (!error_nil(err))
		return err;
	syscall_Getsockname(fd->sysfd, &lsa);
	net_netFD_setSockaddrs(fd, &lsa, &none, NULL);
	return nil;
}
