// +build ignore

// errors CASE [ADDR]: sockets that cannot be had.
package main

import (
	"net"
	"os"
	"syscall"
	"time"
)

var big [65536]byte

func limit(n uint64) {
	check(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n}))
}

// soften sets the limit, to be raised again.
func soften(n uint64) {
	var l syscall.Rlimit
	check(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l))
	l.Cur = n
	check(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l))
}

func resolve(s string) *net.TCPAddr {
	a, err := net.ResolveTCPAddr("tcp", s)
	check(err)
	return a
}

func dial(network, laddr, raddr string) {
	var l *net.TCPAddr
	if laddr != "" {
		l = resolve(laddr)
	}
	c, err := net.DialTCP(network, l, resolve(raddr))
	show("dial", err)
	if err == nil {
		show("addresses", c.LocalAddr(), c.RemoteAddr())
		show("close", c.Close())
	}
}

func listen(network, laddr string) *net.TCPListener {
	l, err := net.ListenTCP(network, resolve(laddr))
	show("listen", err)
	return l
}

func main() {
	switch os.Args[1] {
	case "dial": // NETWORK LADDR RADDR
		dial(os.Args[2], os.Args[3], os.Args[4])
	case "dialer": // NETWORK LADDR ADDR, with the longest of limits
		d := net.Dialer{Timeout: 1<<63 - 1}
		if os.Args[3] != "" {
			d.LocalAddr = resolve(os.Args[3])
		}
		_, err := d.Dial(os.Args[2], os.Args[4])
		show("dial", err)
	case "listen": // NETWORK LADDR
		if l := listen(os.Args[2], os.Args[3]); l != nil {
			show("address", l.Addr())
			show("close", l.Close())
		}
	case "listen-udp": // NETWORK LADDR
		a, _ := net.ResolveUDPAddr("udp", os.Args[3])
		c, err := net.ListenUDP(os.Args[2], a)
		show("listen", err)
		if err == nil {
			show("address", c.LocalAddr())
			show("close", c.Close())
		}
	case "write-to": // where an IPv4 socket cannot
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		check(err)
		for _, to := range []*net.UDPAddr{
			nil,
			{IP: net.IPv6loopback, Port: 9},
			{IP: net.IPv4(127, 0, 0, 1), Port: 70000},
			{IP: net.IPv4(127, 0, 0, 1)},
		} {
			n, err := c.WriteToUDP([]byte("ping\n"), to)
			show("write to", n, err)
		}
		show("close", c.Close())
	case "ports": // that there are not
		_, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: -1})
		show("listen", err)
		_, err = net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 70000})
		show("dial", err)
	case "emfile-socket":
		limit(3)
		dial("tcp", "", os.Args[2])
		listen("tcp", "127.0.0.1:0")
		c, err := net.ListenUDP("udp", nil)
		show("listen", c == nil, err)
	case "emfile-listen": // as soon as there is one
		soften(3)
		listen("tcp", "127.0.0.1:0")
		soften(64)
		l := listen("tcp", "127.0.0.1:0")
		show("close", l.Close())
	case "emfile-accept":
		l := listen("tcp", "127.0.0.1:0")
		announce(l.Addr())
		limit(5)
		_, err := l.Accept()
		show("accept", err)
		nerr := err.(net.Error)
		show("timeout", nerr.Timeout(), nerr.Temporary())
		show("close", l.Close())
	case "emfile-retry": // who could not be accepted waits
		l := listen("tcp", "127.0.0.1:0")
		announce(l.Addr())
		soften(5)
		_, err := l.Accept()
		show("accept", err)
		soften(64)
		c, err := l.Accept()
		check(err)
		var b [64]byte
		n, err := c.Read(b[:])
		show("read", b[:n], err)
		c.Write(b[:n])
		show("close", c.Close())
		show("close", l.Close())
	case "in-use-local": // dialled from where somebody listens
		l := listen("tcp", "127.0.0.1:0")
		dial("tcp", l.Addr().String(), "127.0.0.1:1")
		show("close", l.Close())
	case "in-use":
		l := listen("tcp", "127.0.0.1:0")
		listen("tcp", l.Addr().String())
		show("close", l.Close())
	case "in-use-udp":
		a, _ := net.ResolveUDPAddr("udp", "127.0.0.1:0")
		c, err := net.ListenUDP("udp", a)
		check(err)
		_, err = net.ListenUDP("udp", c.LocalAddr().(*net.UDPAddr))
		show("listen", err)
		show("close", c.Close())
	case "refused-udp": // seen by the read that follows
		a, _ := net.ResolveUDPAddr("udp", "127.0.0.1:1")
		c, err := net.DialUDP("udp", nil, a)
		check(err)
		n, err := c.Write([]byte("ping\n"))
		show("write", n, err)
		var b [64]byte
		n, err = c.Read(b[:])
		show("read", n, err)
		n, err = c.Write([]byte("ping\n"))
		show("write", n, err)
		show("close", c.Close())
	case "emsgsize": // a datagram that is too long
		a, _ := net.ResolveUDPAddr("udp", "127.0.0.1:1")
		c, err := net.DialUDP("udp", nil, a)
		check(err)
		n, err := c.Write(big[:])
		show("write", n, err)
		show("close", c.Close())
	case "udp-short": // datagrams longer than what they are read into
		c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		check(err)
		for i := 0; i < 2; i++ {
			n, err := c.WriteToUDP([]byte("ping\n"), c.LocalAddr().(*net.UDPAddr))
			show("write to", n, err)
		}
		var b [64]byte
		n, _, err := c.ReadFromUDP(b[:2])
		show("read", n, err)
		n, err = c.Read(b[:0])
		show("read", n, err)
		n, _, err = c.ReadFromUDP(b[:0])
		show("read", n, err)
		show("close", c.Close())
	case "keepalive": // ADDR, periods at the limits
		c, err := net.DialTCP("tcp", nil, resolve(os.Args[2]))
		check(err)
		for _, d := range []time.Duration{
			time.Nanosecond, time.Hour, 0, -time.Second, 1<<63 - 1,
			1 << 24 * time.Second, // where a float64 of seconds rounds up
		} {
			show("period", c.SetKeepAlivePeriod(d))
		}
		show("close", c.Close())
	case "zero": // ADDR, no bytes
		c, err := net.DialTCP("tcp", nil, resolve(os.Args[2]))
		check(err)
		n, err := c.Write(nil)
		show("write", n, err)
		n, err = c.Read(nil)
		show("read", n, err)
		show("close", c.Close())
		n, err = c.Read(nil)
		show("read", n, err)
	case "resolve": // what is no address
		for _, a := range []string{
			"127.0.0.1", "[::1]", "[::1]80", "[::1]x:80", "[::1", "::1:80",
			"127.0.0.1:80:80", "[::1]:80:80", "[[::1]:80", "127.0.0.1]:80",
			"127.0.0.1%1:80", "127.0.0.1:65536", "127.0.0.1:-1",
			"127.0.0.1:80x", "[::1]: 80",
		} {
			_, err := net.ResolveTCPAddr("tcp", a)
			show("resolve", err)
			_, err = net.DialTimeout("udp4", a, time.Second)
			show("dial", err)
		}
		_, err := net.ResolveTCPAddr("udp", "127.0.0.1:1")
		show("resolve", err)
		_, err = net.DialTimeout("tcp5", "127.0.0.1:1", time.Second)
		show("dial", err)
		for _, a := range []string{"127.0.0.1:", "127.0.0.1:+", "127.0.0.1:-0", ":1", ""} {
			addr, err := net.ResolveTCPAddr("tcp6", a)
			show("resolve", addr, err)
		}
	case "nil":
		_, err := net.DialTCP("tcp", nil, nil)
		show("dial", err)
		_, err = net.DialTCP("udp", nil, resolve("127.0.0.1:1"))
		show("dial", err)
		_, err = net.ListenTCP("udp", nil)
		show("listen", err)
		_, err = net.DialUDP("udp", nil, nil)
		show("dial", err)
		_, err = net.ListenUDP("tcp", nil)
		show("listen", err)
		c := &net.TCPConn{}
		_, err = c.Read(nil)
		show("read", err)
		show("close", c.Close())
		show("deadline", c.SetDeadline(time.Time{}))
		l := &net.TCPListener{}
		_, err = l.Accept()
		show("accept", err)
		show("close", l.Close())
	}
	finish()
}
