// The twin of listen.c: accepts one connection, sends back what it says, closes.
package main

import (
	"fmt"
	"net"
	"os"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "listen:", err)
		os.Exit(1)
	}
}

func main() {
	text := make([]byte, 64)
	laddr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	check(err)
	l, err := net.ListenTCP("tcp", laddr)
	check(err)
	c, err := l.AcceptTCP()
	check(err)
	n, err := c.Read(text)
	check(err)
	_, err = c.Write(text[:n])
	check(err)
	check(c.Close())
	check(l.Close())
}
