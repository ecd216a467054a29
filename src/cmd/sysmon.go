// The twin of sysmon.c: a goroutine keeps the only P busy while another one's answer
// arrives.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sysmon:", err)
		os.Exit(1)
	}
}

func reader(c *net.TCPConn, done chan<- bool) {
	_, err := c.Read(make([]byte, 64))
	check(err)
	close(done)
}

func busy(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func main() {
	done := make(chan bool)
	raddr, err := net.ResolveTCPAddr("tcp", os.Args[1])
	check(err)
	c, err := net.DialTCP("tcp", nil, raddr)
	check(err)
	_, err = c.Write([]byte("ping\n"))
	check(err)
	go reader(c, done)
	// The reader runs until it parks.
	runtime.Gosched()
	busy(100 * time.Millisecond)
	<-done
	check(c.Close())
}
