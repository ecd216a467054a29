// +build ignore

// udp-listen NETWORK LADDR: answers one datagram.
package main

import (
	"net"
	"os"
)

func main() {
	laddr, err := net.ResolveUDPAddr("udp", os.Args[2])
	check(err)
	c, err := net.ListenUDP(os.Args[1], laddr)
	check(err)
	announce(c.LocalAddr())
	var b [64]byte
	n, from, err := c.ReadFromUDP(b[:])
	show("read", b[:n], len(from.IP), err)
	n, err = c.WriteToUDP(b[:n], from)
	show("write to", n, err)
	n, err = c.Write([]byte("ping\n"))
	show("write", n, err)
	show("close", c.Close())
	finish()
}
