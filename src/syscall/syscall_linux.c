/* System calls as package net makes them: see syscall_linux.h. */
#include "syscall/syscall_linux.h"
#include "runtime/proc.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A call that may sleep, bracketed for the scheduler. (Go 1.7.4
 * syscall/asm_linux_amd64.s, Syscall) */
#define Syscall(...)                                                                     \
	({                                                                               \
		long r_;                                                                 \
		runtime_entersyscall();                                                  \
		r_ = syscall(__VA_ARGS__);                                               \
		if (r_ < 0)                                                              \
			r_ = -errno;                                                     \
		runtime_exitsyscall();                                                   \
		r_;                                                                      \
	})

/* One that does not. (Go 1.7.4 syscall/asm_linux_amd64.s, RawSyscall) */
#define RawSyscall(...)                                                                  \
	({                                                                               \
		long r_ = syscall(__VA_ARGS__);                                          \
		r_ < 0 ? -errno : r_;                                                    \
	})

static syscall_Errno Errno(long r)
{
	return r < 0 ? (syscall_Errno)-r : 0;
}

/* An address that the kernel is to fill in: the family tells whether it has. */
static void blank(syscall_Sockaddr *sa)
{
	*sa = (syscall_Sockaddr){.len = sizeof(sa->raw)};
}

/* An address of a family that nobody knows is none. (Go 1.7.4 syscall/syscall_linux.go,
 * anyToSockaddr) */
static syscall_Errno syscall_anyToSockaddr(syscall_Sockaddr *sa)
{
	switch (sa->raw.addr.sa_family) {
	case AF_INET:
	case AF_INET6:
	case AF_UNIX:
	case AF_NETLINK:
	case AF_PACKET:
		return 0;
	}
	sa->len = 0;
	return EAFNOSUPPORT;
}

/* What an empty buffer points to, as an empty slice points nowhere. (Go 1.7.4
 * syscall/syscall_unix.go, _zero) */
static char syscall_zero;

static const void *start_of(const void *p, size_t len)
{
	return len > 0 ? p : &syscall_zero;
}

syscall_Errno syscall_Socket(int domain, int typ, int proto, int *fd)
{
	long r = RawSyscall(SYS_socket, domain, typ, proto);

	*fd = (int)(r < 0 ? -1 : r);
	return Errno(r);
}

/* (Go 1.7.4 syscall/syscall_linux.go, SockaddrInet4.sockaddr) */
static bool valid(const syscall_Sockaddr *sa)
{
	return sa->port >= 0 && sa->port <= 0xffff;
}

syscall_Errno syscall_Bind(int fd, const syscall_Sockaddr *sa)
{
	if (!valid(sa))
		return EINVAL;
	return Errno(Syscall(SYS_bind, fd, &sa->raw, sa->len));
}

syscall_Errno syscall_Connect(int fd, const syscall_Sockaddr *sa)
{
	if (!valid(sa))
		return EINVAL;
	return Errno(Syscall(SYS_connect, fd, &sa->raw, sa->len));
}

syscall_Errno syscall_Listen(int fd, int backlog)
{
	return Errno(Syscall(SYS_listen, fd, backlog));
}

/* What accept has returned, nfd or -errno. */
static syscall_Errno accepted(long r, int *nfd, syscall_Sockaddr *sa)
{
	syscall_Errno err = Errno(r);

	*nfd = (int)(r < 0 ? -1 : r);
	if (err != 0)
		return err;
	err = syscall_anyToSockaddr(sa);
	if (err != 0) {
		syscall_Close(*nfd);
		*nfd = 0;
	}
	return err;
}

syscall_Errno syscall_Accept(int fd, int *nfd, syscall_Sockaddr *sa)
{
	long r;

	blank(sa);
	r = Syscall(SYS_accept, fd, &sa->raw, &sa->len);
	return accepted(r, nfd, sa);
}

syscall_Errno syscall_Accept4(int fd, int flags, int *nfd, syscall_Sockaddr *sa)
{
	long r;

	blank(sa);
	r = Syscall(SYS_accept4, fd, &sa->raw, &sa->len, flags);
	return accepted(r, nfd, sa);
}

syscall_Errno syscall_Shutdown(int fd, int how)
{
	return Errno(Syscall(SYS_shutdown, fd, how));
}

syscall_Errno syscall_Getsockname(int fd, syscall_Sockaddr *sa)
{
	long r;

	blank(sa);
	r = RawSyscall(SYS_getsockname, fd, &sa->raw, &sa->len);
	if (r < 0) {
		sa->len = 0;
		return Errno(r);
	}
	return syscall_anyToSockaddr(sa);
}

syscall_Errno syscall_Getpeername(int fd, syscall_Sockaddr *sa)
{
	long r;

	blank(sa);
	r = RawSyscall(SYS_getpeername, fd, &sa->raw, &sa->len);
	if (r < 0) {
		sa->len = 0;
		return Errno(r);
	}
	return syscall_anyToSockaddr(sa);
}

syscall_Errno syscall_SetsockoptInt(int fd, int level, int opt, int value)
{
	return Errno(Syscall(SYS_setsockopt, fd, level, opt, &value, sizeof(value)));
}

syscall_Errno syscall_SetsockoptLinger(int fd, int level, int opt, const struct linger *l)
{
	return Errno(Syscall(SYS_setsockopt, fd, level, opt, l, sizeof(*l)));
}

syscall_Errno syscall_GetsockoptInt(int fd, int level, int opt, int *value)
{
	socklen_t len = sizeof(*value);

	*value = 0;
	return Errno(Syscall(SYS_getsockopt, fd, level, opt, value, &len));
}

syscall_Errno syscall_Read(int fd, void *p, size_t len, ssize_t *n)
{
	long r = Syscall(SYS_read, fd, start_of(p, len), len);

	*n = r < 0 ? -1 : r;
	return Errno(r);
}

syscall_Errno syscall_Write(int fd, const void *p, size_t len, ssize_t *n)
{
	long r = Syscall(SYS_write, fd, start_of(p, len), len);

	*n = r < 0 ? -1 : r;
	return Errno(r);
}

syscall_Errno syscall_Recvfrom(int fd, void *p, size_t len, int flags,
                               syscall_Sockaddr *sa, ssize_t *n)
{
	long r;

	blank(sa);
	r = Syscall(SYS_recvfrom, fd, start_of(p, len), len, flags, &sa->raw, &sa->len);
	*n = r < 0 ? -1 : r;
	if (r < 0 || sa->raw.addr.sa_family == AF_UNSPEC) {
		sa->len = 0;
		return Errno(r);
	}
	return syscall_anyToSockaddr(sa);
}

syscall_Errno syscall_Sendto(int fd, const void *p, size_t len, int flags,
                             const syscall_Sockaddr *sa)
{
	if (!valid(sa))
		return EINVAL;
	return Errno(
	    Syscall(SYS_sendto, fd, start_of(p, len), len, flags, &sa->raw, sa->len));
}

syscall_Errno syscall_Close(int fd)
{
	return Errno(Syscall(SYS_close, fd));
}

syscall_Errno syscall_fcntl(int fd, int cmd, int arg, int *val)
{
	long r = Syscall(SYS_fcntl, fd, cmd, arg);

	if (val)
		*val = (int)r;
	return Errno(r);
}
