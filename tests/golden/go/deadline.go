// +build ignore

// deadline CASE [ADDR]: what a deadline does to Read, Write and Accept.
package main

import (
	"net"
	"os"
	"runtime"
	"time"
)

// Not allocated: that would start the garbage collector.
var big [8 << 20]byte

var past = time.Unix(1, 0)

func read(c net.Conn) {
	var b [64]byte
	n, err := c.Read(b[:])
	show("read", b[:n], err)
	if nerr, ok := err.(net.Error); ok {
		show("timeout", nerr.Timeout(), nerr.Temporary())
	}
}

func accept() {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	show("set", l.SetDeadline(past))
	_, err = l.Accept()
	show("accept", err)
	show("set", l.SetDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = l.Accept()
	show("accept", err)
	nerr := err.(net.Error)
	show("timeout", nerr.Timeout(), nerr.Temporary())
	show("close", l.Close())
	show("set after close", l.SetDeadline(past))
}

func udp() {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	var b [64]byte
	c.SetReadDeadline(past)
	_, _, err = c.ReadFromUDP(b[:])
	show("read", err)
	c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	_, _, err = c.ReadFromUDP(b[:])
	show("read", err)
	c.SetWriteDeadline(past)
	_, err = c.WriteToUDP(b[:1], c.LocalAddr().(*net.UDPAddr))
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
	case "parked": // expires while the reader is parked
		c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		read(c)
	case "both": // one timer for both directions
		c.SetDeadline(time.Now().Add(50 * time.Millisecond))
		read(c)
		n, err := c.Write([]byte("ping\n"))
		show("write", n, err)
	case "past": // is over before Read
		show("set", c.SetReadDeadline(past))
		read(c)
		n, err := c.Write([]byte("ping\n"))
		show("write", n, err)
	case "cancel": // set to the past by another goroutine
		done := make(chan bool)
		go func() {
			read(c)
			done <- true
		}()
		runtime.Gosched()
		c.SetReadDeadline(past)
		<-done
	case "reset": // taken back, the connection goes on
		c.SetReadDeadline(past)
		read(c)
		c.SetReadDeadline(time.Time{})
		read(c)
	case "extend": // moved while the reader is parked: the old timer is stale
		done := make(chan bool)
		c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		go func() {
			read(c)
			done <- true
		}()
		runtime.Gosched()
		c.SetReadDeadline(time.Now().Add(time.Hour))
		<-done
	case "met": // data comes first
		c.SetReadDeadline(time.Now().Add(time.Hour))
		read(c)
	case "write": // the send buffer is full
		c.SetWriteBuffer(4096)
		c.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		n, err := c.Write(big[:])
		show("write", n < len(big), err)
	}
	show("close", c.Close())
	show("set after close", c.SetReadDeadline(past))
	finish()
}
