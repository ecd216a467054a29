// +build ignore

// dial NETWORK RADDR [LADDR]: dials, says "ping", reads the answer, closes.
package main

import (
	"net"
	"os"
)

func main() {
	network := os.Args[1]
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[2])
	check(err)
	var laddr *net.TCPAddr
	if len(os.Args) > 3 {
		laddr, err = net.ResolveTCPAddr("tcp", os.Args[3])
		check(err)
	}
	c, err := net.DialTCP(network, laddr, raddr)
	show("dial", err)
	if err != nil {
		finish()
	}
	c.Write([]byte("ping\n"))
	var b [64]byte
	n, err := c.Read(b[:])
	show("read", b[:n], err)
	show("close", c.Close())
	finish()
}
