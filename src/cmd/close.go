// The twin of close.c: closes a connection that another goroutine is parked on.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "close:", err)
		os.Exit(1)
	}
}

func reader(c *net.TCPConn, done chan<- bool) {
	_, err := c.Read(make([]byte, 64))
	fmt.Println(err)
	close(done)
}

func main() {
	done := make(chan bool)
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	go reader(c, done)
	// The reader runs until it parks.
	runtime.Gosched()
	check(c.Close())
	<-done
}
