// +build ignore

// many CASE N: as many UDP sockets, and goroutines that take turns.
package main

import (
	"net"
	"os"
	"runtime"
	"strconv"
)

var (
	hub  *net.UDPConn
	to   *net.UDPAddr
	conn []*net.UDPConn
	left int
	done = make(chan bool)
)

func listen() *net.UDPConn {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	return c
}

func say(c *net.UDPConn, what string) {
	c.WriteToUDP([]byte(what), to)
	left--
	if left == 0 {
		close(done)
	}
}

// children reads, and leaves the answers to two others.
func children(c *net.UDPConn) {
	var b [4]byte
	c.ReadFromUDP(b[:])
	go say(c, "1")
	go say(c, "2")
}

// chain starts the next two.
func chain(i int) {
	runtime.Gosched()
	say(conn[i], "x")
	for next := 2*i + 1; next <= 2*i+2 && next < len(conn); next++ {
		go chain(next)
	}
}

func main() {
	n, err := strconv.Atoi(os.Args[2])
	check(err)
	hub = listen()
	to = hub.LocalAddr().(*net.UDPAddr)
	for i := 0; i < n; i++ {
		conn = append(conn, listen())
	}
	left = n
	switch os.Args[1] {
	case "yield":
		for _, c := range conn {
			go func(c *net.UDPConn) {
				runtime.Gosched()
				say(c, "x")
			}(c)
		}
	case "children":
		left = 2 * n
		for _, c := range conn {
			go children(c)
		}
		runtime.Gosched()
		for _, c := range conn {
			hub.WriteToUDP([]byte("y"), c.LocalAddr().(*net.UDPAddr))
		}
	case "chain":
		go chain(0)
	}
	<-done
	show("left", left)
	finish()
}
