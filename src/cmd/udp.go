// The twin of udp.c: two goroutines talk over UDP.
package main

import (
	"fmt"
	"net"
	"os"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "udp:", err)
		os.Exit(1)
	}
}

func answer(c *net.UDPConn) {
	text := make([]byte, 64)
	n, from, err := c.ReadFromUDP(text)
	check(err)
	_, err = c.WriteToUDP(text[:n], from)
	check(err)
	check(c.Close())
}

func main() {
	text := make([]byte, 64)
	server, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	check(err)
	go answer(server)

	client, err := net.DialUDP("udp", nil, server.LocalAddr().(*net.UDPAddr))
	check(err)
	_, err = client.Write([]byte("ping\n"))
	check(err)
	_, err = client.Read(text)
	check(err)
	check(client.Close())
}
