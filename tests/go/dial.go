// Dials the address given, sends a line, reads the answer, closes, as build/dial does;
// not on the first goroutine, so that a number that is always 1 is found out. Prints
// the goroutine's number, its thread's, and the answer.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
)

func goid() string {
	text := make([]byte, 64)
	return strings.Fields(string(text[:runtime.Stack(text, false)]))[1]
}

func dial(addr *net.TCPAddr, done chan error) {
	runtime.LockOSThread()
	answer := make([]byte, 64)
	c, err := net.DialTCP("tcp", nil, addr)
	if err != nil {
		done <- err
		return
	}
	c.Write([]byte("ping\n"))
	n, err := c.Read(answer)
	c.Close()
	fmt.Printf("%s %d %s", goid(), syscall.Gettid(), answer[:n])
	done <- err
}

func main() {
	addr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	if err == nil {
		done := make(chan error)
		go dial(addr, done)
		err = <-done
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
