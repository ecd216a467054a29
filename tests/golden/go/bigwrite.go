// +build ignore

// bigwrite SIZE ADDR: more than the socket takes at once.
package main

import (
	"net"
	"os"
	"strconv"
)

// Not allocated: that would start the garbage collector.
var big [4 << 20]byte

func main() {
	size, err := strconv.Atoi(os.Args[1])
	check(err)
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[2])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	check(c.SetWriteBuffer(4096))
	n, err := c.Write(big[:size])
	show("write", n, err)
	show("close", c.Close())
	finish()
}
