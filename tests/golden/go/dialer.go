// +build ignore

// dialer CASE ADDR: dials that end by themselves, by time, or by somebody's hand.
package main

import (
	"context"
	"net"
	"os"
	"runtime"
	"time"
)

func try(what string, f func() (net.Conn, error)) {
	c, err := f()
	show(what, err)
	if nerr, ok := err.(net.Error); ok {
		show("timeout", nerr.Timeout(), nerr.Temporary())
	}
	if err == nil {
		show("close", c.Close())
	}
}

func main() {
	addr := os.Args[2]
	switch os.Args[1] {
	case "dial":
		try("dial", func() (net.Conn, error) { return net.Dial("tcp", addr) })
	case "timeout":
		try("dial", func() (net.Conn, error) {
			return net.DialTimeout("tcp", addr, 50*time.Millisecond)
		})
	case "in-time":
		try("dial", func() (net.Conn, error) {
			return net.DialTimeout("tcp", addr, time.Hour)
		})
	case "keepalive":
		d := net.Dialer{KeepAlive: 3 * time.Second}
		try("dial", func() (net.Conn, error) { return d.Dial("tcp", addr) })
	case "local":
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
		try("dial", func() (net.Conn, error) { return d.Dial("tcp", addr) })
	case "udp":
		try("dial", func() (net.Conn, error) { return net.Dial("udp", addr) })
	case "past":
		d := net.Dialer{Deadline: time.Unix(1, 0)}
		try("dial", func() (net.Conn, error) { return d.Dial("tcp", addr) })
	case "cancel":
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan bool)
		go func() {
			var d net.Dialer
			try("dial", func() (net.Conn, error) {
				return d.DialContext(ctx, "tcp", addr)
			})
			done <- true
		}()
		runtime.Gosched()
		runtime.Gosched()
		cancel()
		<-done
	case "cancelled":
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var d net.Dialer
		try("dial", func() (net.Conn, error) {
			return d.DialContext(ctx, "tcp", addr)
		})
	}
	finish()
}
