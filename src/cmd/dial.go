// The twin of dial.c: the same dial, by Go itself.
package main

import (
	"fmt"
	"net"
	"os"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "dial:", err)
		os.Exit(1)
	}
}

func main() {
	answer := make([]byte, 64)
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	_, err = c.Write([]byte("ping\n"))
	check(err)
	_, err = c.Read(answer)
	check(err)
	check(c.Close())
}
