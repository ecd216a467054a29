/* The step table: see steps.h. */
#include "dialtrace/steps.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ARTICLE STEP_ARTICLE
#define OLD     (STEP_ARTICLE | STEP_OLD)

/* clang-format off */
const struct step steps[] = {

	/* Chapter 1 DialTCP */
	{1, 1, ARTICLE, .func = "net.DialTCP",
	 .args = "net:s,,raddr:a", .go_args = "net:S,,,raddr:A",
	 .file = "net/tcpsock.go", .caption = "the way in"},
	{1, 2, ARTICLE, .func = "net.dialTCP",
	 .file = "net/tcpsock_posix.go", .caption = "a test hook may take over here"},
	{1, 3, ARTICLE, .func = "net.doDialTCP",
	 .file = "net/tcpsock_posix.go", .caption = "dials, and again after a self-connect"},
	{1, 4, ARTICLE, .func = "net.internetSocket",
	 .file = "net/ipsock_posix.go", .caption = "from addresses to a socket"},
	{1, 5, ARTICLE, .func = "net.favoriteAddrFamily",
	 .file = "net/ipsock_posix.go", .caption = "IPv4 or IPv6"},
	{1, 6, ARTICLE, .func = "net.socket",
	 .args = ",net:s,family:F,sotype:T,proto:d", .go_args = ",,net:S,,family:F,sotype:T",
	 .file = "net/sock_posix.go", .caption = "creates, wraps and connects it"},
	{1, 7, 0, .func = "net.ListenTCP",
	 .args = "net:s,laddr:a", .go_args = "net:S,,laddr:A",
	 .file = "net/tcpsock.go", .caption = "the way in for a server"},
	{1, 8, 0, .func = "net.DialUDP",
	 .args = "net:s,,raddr:a", .go_args = "net:S,,,raddr:A",
	 .file = "net/udpsock.go", .caption = "the way in for UDP"},
	{1, 9, 0, .func = "net.ListenUDP",
	 .args = "net:s,laddr:a", .go_args = "net:S,,laddr:A",
	 .file = "net/udpsock.go", .caption = "and for its other side"},
	{1, 10, 0, .func = "net.(*Dialer).DialContext",
	 .file = "net/dial.go", .caption = "the way in with a time limit"},

	/* Chapter 2 Never block: the socket */
	{2, 1, ARTICLE, .func = "net.sysSocket",
	 .args = "family:F,sotype:T,proto:d",
	 .file = "net/sock_cloexec.go", .caption = "non-blocking from birth, or by hand"},
	{2, 2, ARTICLE, .func = "net.sysSocket", .syscall = "socket",
	 .file = "net/sock_cloexec.go", .caption = "flags in one call since 2.6.27, else by hand"},
	{2, 3, OLD, .func = "syscall.CloseOnExec",
	 .args = "fd:d",
	 .file = "syscall/exec_unix.go", .caption = "by hand: not inherited by exec"},
	{2, 4, OLD, .func = "syscall.CloseOnExec", .syscall = "fcntl",
	 .file = "syscall/exec_unix.go", .caption = "F_SETFD"},
	{2, 5, OLD, .func = "syscall.SetNonblock",
	 .args = "fd:d,nonblocking:b",
	 .file = "syscall/exec_unix.go", .caption = "by hand: calls return, never sleep"},
	{2, 6, OLD, .func = "syscall.SetNonblock", .syscall = "fcntl",
	 .file = "syscall/exec_unix.go", .caption = "F_GETFL, F_SETFL"},

	/* Chapter 3 netFD and connect */
	{3, 1, 0, .func = "net.setDefaultSockopts",
	 .args = "s:d,family:F,sotype:T,ipv6only:b",
	 .file = "net/sockopt_linux.go", .caption = "what every socket gets"},
	{3, 2, 0, .func = "net.setDefaultSockopts", .syscall = "setsockopt",
	 .file = "net/sockopt_linux.go", .caption = "SO_BROADCAST, IPV6_V6ONLY"},
	{3, 3, ARTICLE, .func = "net.newFD",
	 .args = "sysfd:d,family:F,sotype:T",
	 .file = "net/fd_unix.go", .caption = "the descriptor becomes a netFD"},
	{3, 4, ARTICLE, .func = "net.(*netFD).dial",
	 .file = "net/sock_posix.go", .caption = "bind, connect, ask for the addresses"},
	{3, 5, 0, .func = "net.(*netFD).dial", .syscall = "bind",
	 .file = "net/sock_posix.go", .caption = "only with a local address"},
	{3, 6, ARTICLE, .func = "net.(*netFD).connect",
	 .file = "net/fd_unix.go", .caption = "starts the connection and waits for it"},
	{3, 7, ARTICLE, .func = "net.(*netFD).connect", .syscall = "connect",
	 .file = "net/fd_unix.go", .caption = "before fd.init; EINPROGRESS if it takes time"},
	{3, 8, 0, .func = "net.maxListenerBacklog",
	 .file = "net/sock_linux.go", .caption = "how many may wait: somaxconn"},
	{3, 9, 0, .func = "net.(*netFD).listenStream",
	 .file = "net/sock_posix.go", .caption = "or, for a server: bind and listen"},
	{3, 10, 0, .func = "net.setDefaultListenerSockopts",
	 .args = "s:d",
	 .file = "net/sockopt_linux.go", .caption = "a server that restarts gets its port back"},
	{3, 11, 0, .func = "net.setDefaultListenerSockopts", .syscall = "setsockopt",
	 .file = "net/sockopt_linux.go", .caption = "SO_REUSEADDR"},
	{3, 12, 0, .func = "net.(*netFD).listenStream", .syscall = "bind",
	 .file = "net/sock_posix.go", .caption = "the address; of port 0 the kernel makes one"},
	{3, 13, 0, .func = "net.(*netFD).listenStream", .syscall = "listen",
	 .file = "net/sock_posix.go", .caption = "from here on the kernel takes connections"},
	{3, 14, 0, .func = "net.(*netFD).listenDatagram",
	 .file = "net/sock_posix.go", .caption = "or, for UDP: bind alone"},
	{3, 15, 0, .func = "net.(*netFD).listenDatagram", .syscall = "bind",
	 .file = "net/sock_posix.go", .caption = "from here on the kernel takes datagrams"},

	/* Chapter 4 pollDesc.init: once, and across the linkname bridge */
	{4, 1, ARTICLE, .func = "net.(*netFD).init",
	 .file = "net/fd_unix.go", .caption = "ties the netFD to the poller"},
	{4, 2, ARTICLE, .func = "net.(*pollDesc).init",
	 .file = "net/fd_poll_runtime.go", .caption = "first the poller, then this descriptor"},
	{4, 3, ARTICLE, .func = "sync.(*Once).Do", .under = "net.(*pollDesc).init",
	 .file = "sync/once.go", .caption = "serverInit: one epoll per process"},
	{4, 4, ARTICLE, .func = "net.runtime_pollServerInit",
	 .alias = "runtime.net_runtime_pollServerInit",
	 .file = "runtime/netpoll.go", .caption = "no body in net: the linker knows it"},

	/* Chapter 5 epoll_create */
	{5, 1, ARTICLE, .func = "runtime.netpollinit",
	 .file = "runtime/netpoll_epoll.go", .caption = "makes the epoll descriptor"},
	{5, 2, ARTICLE, .func = "runtime.netpollinit", .syscall = "epoll_create1",
	 .file = "runtime/netpoll_epoll.go", .caption = "close-on-exec, since Linux 2.6.27"},
	{5, 3, OLD, .func = "runtime.netpollinit", .syscall = "epoll_create",
	 .file = "runtime/netpoll_epoll.go", .caption = "the older call"},
	{5, 4, OLD, .func = "runtime.closeonexec",
	 .args = "fd:d",
	 .file = "runtime/sys_linux_amd64.s", .caption = "by hand again"},
	{5, 5, OLD, .func = "runtime.closeonexec", .syscall = "fcntl",
	 .file = "runtime/sys_linux_amd64.s", .caption = "F_SETFD"},

	/* Chapter 6 epoll_ctl */
	{6, 1, ARTICLE, .func = "net.runtime_pollOpen",
	 .alias = "runtime.net_runtime_pollOpen",
	 .args = "fd:d",
	 .file = "runtime/netpoll.go", .caption = "a pollDesc for the descriptor"},
	{6, 2, ARTICLE, .func = "runtime.(*pollCache).alloc",
	 .file = "runtime/netpoll.go", .caption = "from a cache, never freed"},
	{6, 3, ARTICLE, .func = "runtime.netpollopen",
	 .args = "fd:d,pd:p",
	 .file = "runtime/netpoll_epoll.go", .caption = "arms it, edge-triggered"},
	{6, 4, ARTICLE, .func = "runtime.netpollopen", .syscall = "epoll_ctl",
	 .file = "runtime/netpoll_epoll.go", .caption = "once for both directions"},

	/* Chapter 7 Parking a goroutine */
	{7, 1, 0, .func = "net.(*pollDesc).wait",
	 .args = ",mode:m",
	 .file = "net/fd_poll_runtime.go", .caption = "the call would block: wait here"},
	{7, 2, 0, .func = "net.runtime_pollWait",
	 .alias = "runtime.net_runtime_pollWait",
	 .args = "pd:p,mode:m",
	 .file = "runtime/netpoll.go", .caption = "across the bridge again"},
	{7, 3, 0, .func = "runtime.netpollblock",
	 .args = "pd:p,mode:m;waitio:b",
	 .file = "runtime/netpoll.go", .caption = "nil to pdWait, or take a pdReady"},
	{7, 4, 0, .func = "runtime.gopark",
	 .file = "runtime/proc.go", .caption = "the goroutine leaves its thread"},
	{7, 5, STEP_LEAF, .func = "runtime.netpollblockcommit",
	 .file = "runtime/netpoll.go", .caption = "pdWait to G: parked"},
	{7, 6, 0, .func = "net.(*pollDesc).prepare",
	 .args = ",mode:m",
	 .file = "net/fd_poll_runtime.go", .caption = "before a try: forget old readiness"},
	{7, 7, 0, .func = "net.runtime_pollReset",
	 .alias = "runtime.net_runtime_pollReset",
	 .args = "pd:p,mode:m",
	 .file = "runtime/netpoll.go", .caption = "pdReady to nil"},

	/* Chapter 8 epoll_wait */
	{8, 1, 0, .func = "runtime.findrunnable",
	 .file = "runtime/proc.go", .caption = "nothing to run: poll, then block"},
	/* Chapter 10 polls too; these must come before chapter 8's. */
	{10, 4, 0, .func = "runtime.netpoll", .under = "runtime.sysmon",
	 .args = "block:b",
	 .file = "runtime/netpoll_epoll.go", .caption = "lastpoll is more than 10 ms old"},
	{10, 5, 0, .func = "runtime.netpoll", .syscall = "epoll_wait", .under = "runtime.sysmon",
	 .newer = "epoll_pwait",
	 .file = "runtime/netpoll_epoll.go", .caption = "never blocks here"},
	{10, 7, 0, .func = "runtime.injectglist", .under = "runtime.sysmon",
	 .file = "runtime/proc.go", .caption = "what sysmon found becomes runnable"},
	/* Chapter 8 again. */
	{8, 2, ARTICLE, .func = "runtime.netpoll",
	 .args = "block:b",
	 .file = "runtime/netpoll_epoll.go", .caption = "to block, or only to look (timeout -1 or 0)"},
	{8, 3, ARTICLE, .func = "runtime.netpoll", .syscall = "epoll_wait",
	 .newer = "epoll_pwait",
	 .file = "runtime/netpoll_epoll.go", .caption = "asks the kernel what is ready"},
	{8, 4, ARTICLE, .func = "runtime.netpollready",
	 .args = ",pd:p,mode:m",
	 .file = "runtime/netpoll.go", .caption = "one event, one pollDesc"},
	{8, 5, 0, .func = "runtime.netpollunblock",
	 .args = "pd:p,mode:m;ioready:b",
	 .file = "runtime/netpoll.go", .caption = "to pdReady or nil; G comes out"},
	{8, 6, 0, .func = "runtime.goready",
	 .args = "gp:g",
	 .file = "runtime/proc.go", .caption = "runnable again, without the poller"},
	{8, 7, 0, .func = "runtime.injectglist",
	 .file = "runtime/proc.go", .caption = "the rest of the list becomes runnable"},
	{8, 8, 0, .func = "runtime.execute",
	 .args = "gp:g",
	 .file = "runtime/proc.go", .caption = "and this one runs"},

	/* Chapter 9 Connected: read and write */
	{9, 1, 0, .func = "net.(*netFD).connect", .syscall = "getsockopt",
	 .file = "net/fd_unix.go", .caption = "SO_ERROR: how connect ended"},
	{9, 2, 0, .func = "net.(*netFD).dial", .syscall = "getsockname",
	 .file = "net/sock_posix.go", .caption = "the local address"},
	{9, 3, 0, .func = "net.(*netFD).dial", .syscall = "getpeername",
	 .file = "net/sock_posix.go", .caption = "the remote address"},
	{9, 3, 0, .func = "net.(*netFD).connect", .syscall = "getpeername",
	 .file = "net/fd_unix.go", .caption = "there in later versions"},
	{9, 4, ARTICLE, .func = "net.newTCPConn",
	 .file = "net/tcpsock.go", .caption = "the netFD becomes a TCPConn"},
	{9, 5, 0, .func = "net.setNoDelay",
	 .args = ",noDelay:b",
	 .file = "net/tcpsockopt_posix.go", .caption = "Nagle off"},
	{9, 6, 0, .func = "net.setNoDelay", .syscall = "setsockopt",
	 .file = "net/tcpsockopt_posix.go", .caption = "TCP_NODELAY"},
	{9, 7, 0, .func = "net.(*netFD).Write",
	 .args = ",,len:D",
	 .file = "net/fd_unix.go", .caption = "write, park while the buffer is full"},
	{9, 8, 0, .func = "net.(*netFD).Write", .syscall = "write",
	 .file = "net/fd_unix.go", .caption = "what the socket's buffer takes"},
	{9, 9, 0, .func = "net.(*netFD).Read",
	 .args = ",,len:D",
	 .file = "net/fd_unix.go", .caption = "read, park while there is nothing"},
	{9, 10, 0, .func = "net.(*netFD).Read", .syscall = "read",
	 .file = "net/fd_unix.go", .caption = "what has arrived; EAGAIN if nothing has"},
	{9, 11, 0, .func = "net.(*netFD).accept",
	 .file = "net/fd_unix.go", .caption = "parks as a read does, in mode r"},
	{9, 12, 0, .func = "net.accept",
	 .args = "s:d",
	 .file = "net/sock_cloexec.go", .caption = "non-blocking from birth, or by hand"},
	{9, 13, 0, .func = "net.accept", .syscall = "accept4",
	 .file = "net/sock_cloexec.go", .caption = "flags in one call since Linux 2.6.28"},
	{9, 14, STEP_OLD, .func = "net.accept", .syscall = "accept",
	 .file = "net/sock_cloexec.go", .caption = "the older call"},
	{9, 15, 0, .func = "net.(*netFD).accept", .syscall = "getsockname",
	 .file = "net/fd_unix.go", .caption = "which of our addresses was dialled"},
	{9, 16, 0, .func = "net.(*netFD).readFrom",
	 .args = ",,len:D",
	 .file = "net/fd_unix.go", .caption = "a datagram, and who sent it"},
	{9, 17, 0, .func = "net.(*netFD).readFrom", .syscall = "recvfrom",
	 .file = "net/fd_unix.go", .caption = "one that has arrived; EAGAIN if none has"},
	{9, 18, 0, .func = "net.(*netFD).writeTo",
	 .args = ",,len:D",
	 .file = "net/fd_unix.go", .caption = "a datagram, and whom to"},
	{9, 19, 0, .func = "net.(*netFD).writeTo", .syscall = "sendto",
	 .file = "net/fd_unix.go", .caption = "all of it or nothing"},

	/* Chapter 10 sysmon */
	{10, 1, ARTICLE, .func = "runtime.main",
	 .file = "runtime/proc.go", .caption = "the first goroutine"},
	{10, 2, ARTICLE, .func = "runtime.newm",
	 .file = "runtime/proc.go", .caption = "a thread for it"},
	{10, 3, ARTICLE, .func = "runtime.sysmon",
	 .file = "runtime/proc.go", .caption = "an M without a P, not a goroutine"},
	{10, 6, 0, .func = "runtime.incidlelocked",
	 .args = "v:d",
	 .file = "runtime/proc.go", .caption = "no false deadlock meanwhile"},

	/* Chapter 11 Deadlines and close */
	{11, 1, 0, .func = "net.(*netFD).Close",
	 .file = "net/fd_unix.go", .caption = "no new operations"},
	{11, 2, 0, .func = "net.(*pollDesc).evict",
	 .file = "net/fd_poll_runtime.go", .caption = "who is parked is woken: errClosing"},
	{11, 3, 0, .func = "net.runtime_pollUnblock",
	 .alias = "runtime.net_runtime_pollUnblock",
	 .args = "pd:p",
	 .file = "runtime/netpoll.go", .caption = "closing, and readies who is parked"},
	{11, 4, 0, .func = "net.(*netFD).destroy",
	 .file = "net/fd_unix.go", .caption = "the last reference is gone"},
	{11, 5, 0, .func = "net.(*pollDesc).close",
	 .file = "net/fd_poll_runtime.go", .caption = "out of the poller first"},
	{11, 6, 0, .func = "net.runtime_pollClose",
	 .alias = "runtime.net_runtime_pollClose",
	 .args = "pd:p",
	 .file = "runtime/netpoll.go", .caption = "back to the cache"},
	{11, 7, 0, .func = "runtime.netpollclose",
	 .args = "fd:d",
	 .file = "runtime/netpoll_epoll.go", .caption = "disarms the descriptor"},
	{11, 8, 0, .func = "runtime.netpollclose", .syscall = "epoll_ctl",
	 .file = "runtime/netpoll_epoll.go", .caption = "EPOLL_CTL_DEL"},
	{11, 9, 0, .func = "runtime.(*pollCache).free",
	 .file = "runtime/netpoll.go", .caption = "kept for the next descriptor"},
	{11, 10, 0, .func = "net.(*netFD).destroy", .syscall = "close",
	 .file = "net/fd_unix.go", .caption = "then the number is free"},
	{11, 11, 0, .func = "net.setDeadlineImpl",
	 .args = ",,mode:m", .go_args = ",,,,mode:m",
	 .file = "net/fd_poll_runtime.go", .caption = "from the wall clock to the runtime's"},
	{11, 12, 0, .func = "net.runtime_pollSetDeadline",
	 .alias = "runtime.net_runtime_pollSetDeadline",
	 .args = "pd:p,,mode:m",
	 .file = "runtime/netpoll.go", .caption = "seq++: older timers are void"},
	{11, 13, 0, .func = "runtime.addtimer",
	 .file = "runtime/time.go", .caption = "into the heap of timers"},
	{11, 14, 0, .func = "runtime.deltimer",
	 .file = "runtime/time.go", .caption = "and out of it"},
	{11, 15, 0, .func = "runtime.timerproc",
	 .file = "runtime/time.go", .caption = "the goroutine of all timers"},
	{11, 16, 0, .func = "runtime.notetsleepg",
	 .file = "runtime/lock_futex.go", .caption = "sleeps until the earliest is due"},
	{11, 17, 0, .func = "runtime.handoffp",
	 .file = "runtime/proc.go", .caption = "and its P goes to another M"},
	{11, 18, 0, .func = "runtime.netpolldeadlineimpl",
	 .args = "pd:p,seq:d,read:b;write:b",
	 .file = "runtime/netpoll.go", .caption = "too late: readies who is parked"},
	{11, 19, 0, .func = "net.(*netFD).connect.func2",
	 .file = "net/fd_unix.go", .caption = "the interrupter of a dial"},
	{11, 20, 0, .func = "net.(*netFD).shutdown",
	 .args = ",how:d",
	 .file = "net/fd_unix.go", .caption = "one direction only"},
	{11, 21, 0, .func = "net.(*netFD).shutdown", .syscall = "shutdown",
	 .file = "net/fd_unix.go", .caption = "SHUT_RD or SHUT_WR"},

	/* Not steps: entered between others, so that the tree knows those have returned. */
	{0, 0, STEP_MCALL, .func = "runtime.park_m",
	 .file = "runtime/proc.go"},
	{0, 0, STEP_MCALL, .func = "runtime.gosched_m",
	 .file = "runtime/proc.go"},
	{0, 0, STEP_MCALL, .func = "runtime.goexit0",
	 .file = "runtime/proc.go"},
	{0, 0, 0, .func = "net.(*pollDesc).waitRead",
	 .file = "net/fd_poll_runtime.go"},
	{0, 0, 0, .func = "net.(*pollDesc).waitWrite",
	 .file = "net/fd_poll_runtime.go"},
	{0, 0, 0, .func = "runtime.epollwait",
	 .file = "runtime/sys_linux_amd64.s"},
	{0, 0, 0, .func = "net.(*conn).Read",
	 .file = "net/net.go"},
	{0, 0, 0, .func = "net.(*conn).Write",
	 .file = "net/net.go"},
	{0, 0, 0, .func = "net.(*conn).Close",
	 .file = "net/net.go"},
	{0, 0, 0, .func = "runtime.selectgo",
	 .file = "runtime/select.go"},
	{0, 0, 0, .func = "runtime.timeSleep",
	 .file = "runtime/time.go"},
	{0, 0, 0, .func = "runtime.goparkunlock",
	 .file = "runtime/proc.go"},
	{0, 0, 0, .func = "runtime.netpollDeadline",
	 .file = "runtime/netpoll.go"},
	{0, 0, 0, .func = "runtime.netpollReadDeadline",
	 .file = "runtime/netpoll.go"},
	{0, 0, 0, .func = "runtime.netpollWriteDeadline",
	 .file = "runtime/netpoll.go"},
	{0, 0, 0, .func = "runtime.goroutineReady",
	 .file = "runtime/time.go"},
	{0, 0, 0, .func = "net.(*netFD).decref",
	 .file = "net/fd_unix.go"},
	{0, 0, 0, .func = "net.(*UDPConn).ReadFromUDP",
	 .file = "net/udpsock.go"},
	{0, 0, 0, .func = "net.(*UDPConn).WriteToUDP",
	 .file = "net/udpsock.go"},
	{0, 0, 0, .func = "net.(*TCPListener).Accept",
	 .file = "net/tcpsock.go"},
	{0, 0, 0, .func = "syscall.Listen",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Recvfrom",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Sendto",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Socket",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Bind",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Connect",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Getsockname",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Getpeername",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.SetsockoptInt",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.GetsockoptInt",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Read",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Write",
	 .file = "syscall/syscall_linux.go"},
	{0, 0, 0, .func = "syscall.Close",
	 .file = "syscall/syscall_linux.go"},
};
/* clang-format on */

const size_t steps_count = sizeof(steps) / sizeof(steps[0]);

const char *step_chapter(unsigned chapter)
{
	static const char *const titles[STEP_CHAPTERS] = {
	    "DialTCP",
	    "Never block: the socket",
	    "netFD and connect",
	    "pollDesc.init: once, and across the linkname bridge",
	    "epoll_create",
	    "epoll_ctl",
	    "Parking a goroutine",
	    "epoll_wait",
	    "Connected: read and write",
	    "sysmon",
	    "Deadlines and close",
	};

	return titles[chapter - 1];
}

char *step_symbol(const char *func, char *buf)
{
	char *p = buf;

	for (; *func && p < buf + STEP_SYMBOL_LEN - 1; func++) {
		if (strchr("(*)", *func))
			continue;
		*p++ = *func == '.' ? '_' : *func;
	}
	*p = '\0';
	return buf;
}

char *step_number(const struct step *step, char *buf)
{
	*buf = '\0';
	if (step && step->chapter)
		snprintf(buf, STEP_NUMBER_LEN, "%u.%u", step->chapter, step->place);
	return buf;
}

bool step_repeats(size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (!steps[before].syscall &&
		    strcmp(steps[before].func, steps[i].func) == 0)
			return true;
	return steps[i].syscall != NULL;
}

/* Of each row the first of the same function, and the next. */
static struct {
	const struct step *first, *next;
} same[sizeof(steps) / sizeof(steps[0])];

static void find_same(void)
{
	for (size_t i = 0; i < steps_count; i++) {
		size_t before = i;

		while (before > 0 && strcmp(steps[before - 1].func, steps[i].func) != 0)
			before--;
		same[i].first = before ? same[before - 1].first : &steps[i];
		if (before)
			same[before - 1].next = &steps[i];
	}
}

const struct step *step_first(size_t i)
{
	if (!same[0].first)
		find_same();
	return i < steps_count ? same[i].first : step_at(i);
}

const struct step *step_next(const struct step *row)
{
	size_t i = ((uintptr_t)row - (uintptr_t)steps) / sizeof(*row);

	return i < steps_count ? same[i].next : NULL;
}

bool step_is_call(const struct step *step, const char *syscall)
{
	return step->syscall && (strcmp(step->syscall, syscall) == 0 ||
	                         (step->newer && strcmp(step->newer, syscall) == 0));
}

const struct step *step_numbered(unsigned chapter, unsigned place)
{
	for (size_t i = 0; i < steps_count; i++)
		if (steps[i].chapter == chapter && steps[i].place == place)
			return &steps[i];
	return NULL;
}

bool step_expected(const struct step *step, bool old)
{
	return (step->flags & STEP_ARTICLE) && (old || !(step->flags & STEP_OLD));
}
