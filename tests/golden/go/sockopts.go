// +build ignore

// sockopts ADDR: the options a program can set.
package main

import (
	"net"
	"os"
	"time"
)

func main() {
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	show("nodelay", c.SetNoDelay(false), c.SetNoDelay(true))
	show("keepalive", c.SetKeepAlive(true), c.SetKeepAlive(false))
	show("keepalive period", c.SetKeepAlivePeriod(1500*time.Millisecond))
	show("linger", c.SetLinger(5), c.SetLinger(0), c.SetLinger(-1))
	show("buffers", c.SetReadBuffer(65536), c.SetWriteBuffer(32768))
	show("write buffer -1", c.SetWriteBuffer(-1))
	show("close", c.Close())
	show("nodelay", c.SetNoDelay(true))
	show("keepalive", c.SetKeepAlive(true))
	show("linger", c.SetLinger(0))
	show("read buffer", c.SetReadBuffer(1))
	finish()
}
