// +build ignore

// udp-dial NETWORK RADDR [LADDR]: a connected UDP socket.
package main

import (
	"net"
	"os"
)

func main() {
	raddr, err := net.ResolveUDPAddr("udp", os.Args[2])
	check(err)
	var laddr *net.UDPAddr
	if len(os.Args) > 3 {
		laddr, err = net.ResolveUDPAddr("udp", os.Args[3])
		check(err)
	}
	c, err := net.DialUDP(os.Args[1], laddr, raddr)
	check(err)
	n, err := c.Write([]byte("ping\n"))
	show("write", n, err)
	var b [64]byte
	n, err = c.Read(b[:])
	show("read", b[:n], err)
	n, err = c.WriteToUDP([]byte("ping\n"), raddr)
	show("write to", n, err)
	show("close", c.Close())
	finish()
}
