// +build ignore

// listen NETWORK LADDR: accepts one connection, answers what it says.
package main

import (
	"net"
	"os"
)

func main() {
	laddr, err := net.ResolveTCPAddr("tcp", os.Args[2])
	check(err)
	l, err := net.ListenTCP(os.Args[1], laddr)
	check(err)
	announce(l.Addr())
	c, err := l.AcceptTCP()
	check(err)
	var b [64]byte
	n, err := c.Read(b[:])
	show("read", b[:n], err)
	c.Write(b[:n])
	show("close", c.Close())
	show("close", l.Close())
	finish()
}
