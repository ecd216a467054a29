// +build ignore

// close CASE [ADDR]: how Read, Write and Accept end.
package main

import (
	"net"
	"os"
	"runtime"
	"time"
)

// Not allocated: that would start the garbage collector.
var big [8 << 20]byte

func read(c net.Conn) {
	var b [64]byte
	n, err := c.Read(b[:])
	show("read", b[:n], err)
}

func write(c net.Conn) {
	n, err := c.Write([]byte("ping\n"))
	show("write", n, err)
}

// during runs f until it parks, then g, then waits for f.
func during(f, g func()) {
	done := make(chan bool)
	go func() {
		f()
		done <- true
	}()
	runtime.Gosched()
	g()
	<-done
}

func accept() {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	during(func() {
		_, err := l.Accept()
		show("accept", err)
	}, func() { show("close", l.Close()) })
	_, err = l.Accept()
	show("accept", err)
	show("close", l.Close())
}

func udp() {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	self := c.LocalAddr().(*net.UDPAddr)
	var b [64]byte
	n, err := c.WriteToUDP(nil, self) // an empty datagram is no EOF
	show("write to", n, err)
	n, _, err = c.ReadFromUDP(b[:])
	show("read", n, err)
	during(func() {
		_, _, err := c.ReadFromUDP(b[:])
		show("read", err)
	}, func() { show("close", c.Close()) })
	_, _, err = c.ReadFromUDP(b[:])
	show("read", err)
	_, err = c.WriteToUDP(nil, self)
	show("write to", err)
	show("close", c.Close())
}

func main() {
	switch os.Args[1] {
	case "accept":
		accept()
		finish()
	case "udp":
		udp()
		finish()
	}
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[2])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	switch os.Args[1] {
	case "read": // while a reader is parked
		during(func() { read(c) }, func() { show("close", c.Close()) })
		read(c)
		write(c)
	case "write": // while a writer is parked
		c.SetWriteBuffer(4096)
		during(func() {
			n, err := c.Write(big[:])
			show("write", n < len(big), err)
		}, func() { show("close", c.Close()) })
	case "both": // while one of each is parked
		c.SetWriteBuffer(4096)
		during(func() { read(c) }, func() {
			during(func() {
				n, err := c.Write(big[:])
				show("write", n < len(big), err)
			}, func() { show("close", c.Close()) })
		})
	case "readers": // the second waits for the lock, not in the poller
		during(func() { read(c) }, func() {
			during(func() { read(c) }, func() { show("close", c.Close()) })
		})
	case "halves": // shutdown
		show("close write", c.CloseWrite())
		write(c)
		show("close read", c.CloseRead())
		read(c)
		show("close write", c.CloseWrite())
	case "closeread": // shutdown wakes a parked reader
		during(func() { read(c) }, func() { show("close read", c.CloseRead()) })
	case "eof": // the peer closes
		read(c)
		read(c)
	case "reset": // the peer resets while the reader is parked
		read(c)
		read(c)
		write(c)
	case "epipe": // a write after the peer's reset
		for t := time.Now(); time.Since(t) < 400*time.Millisecond; {
		}
		write(c)
		write(c)
		read(c)
	case "write-after-eof": // the first gets the reset, the second EPIPE
		read(c)
		write(c)
		for t := time.Now(); time.Since(t) < 100*time.Millisecond; {
		}
		write(c)
	}
	show("close", c.Close())
	if os.Args[1] == "halves" {
		show("close read", c.CloseRead())
		show("close write", c.CloseWrite())
	}
	finish()
}
