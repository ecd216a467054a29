// The twin of bigwrite.c: writes more than the kernel takes at once.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bigwrite:", err)
		os.Exit(1)
	}
}

var bytes [8 * 1024 * 1024]byte

func main() {
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	_, err = c.Write(bytes[:])
	check(err)
	check(c.CloseWrite())
	// The other side closes when it has had everything.
	if _, err = c.Read(bytes[:1]); err != io.EOF {
		check(fmt.Errorf("the other side did not close: %v", err))
	}
	check(c.Close())
}
