// The twin of deadline.c: does not wait for the answer longer than 20 ms; then without a
// limit.
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "deadline:", err)
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

	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = c.Read(answer)
	if e, ok := err.(net.Error); !ok || !e.Timeout() {
		check(fmt.Errorf("the answer was there before the deadline: %v", err))
	}
	fmt.Println(err)

	// It stays passed until another is set: this read does not even try.
	_, err = c.Read(answer)
	fmt.Println(err)

	c.SetReadDeadline(time.Time{})
	_, err = c.Read(answer)
	check(err)
	check(c.Close())
}
