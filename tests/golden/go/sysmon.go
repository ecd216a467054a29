// +build ignore

// sysmon ADDR: one goroutine keeps its P busy, and only sysmon looks for data.
package main

import (
	"net"
	"os"
	"runtime"
	"time"
)

func main() {
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	done := false
	go func() {
		var b [64]byte
		n, err := c.Read(b[:])
		show("read", b[:n], err)
		done = true
	}()
	for !done {
		runtime.Gosched()
		for t := time.Now(); time.Since(t) < 500*time.Millisecond; {
		}
	}
	show("close", c.Close())
	finish()
}
