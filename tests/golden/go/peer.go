// +build ignore

// The other end: it starts the command given to it, and is not traced itself.
//
//	peer ROLE COMMAND [ARG...]
//
// ADDR in the arguments is replaced by the address it listens on. What it does
// later than at once it does after a pause, so that the command has parked by then.
package main

import (
	"bufio"
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const pause = 200 * time.Millisecond

func check(err error) {
	if err != nil {
		log.Fatal("peer: ", err)
	}
}

func echo(c net.Conn) {
	var b [64]byte
	n, err := c.Read(b[:])
	for err == nil {
		time.Sleep(pause)
		c.Write(b[:n])
		n, err = c.Read(b[:])
	}
	c.Close()
}

func say(c net.Conn) {
	time.Sleep(pause)
	c.Write([]byte("pong\n"))
	io.Copy(ioutil.Discard, c)
	c.Close()
}

// silent neither reads nor writes.
func silent(c net.Conn) {
	time.Sleep(time.Hour)
}

func slow(c net.Conn) {
	time.Sleep(pause)
	io.Copy(ioutil.Discard, c)
	c.Close()
}

func hangup(c net.Conn) {
	time.Sleep(pause)
	c.Close()
}

func reset(c net.Conn) {
	time.Sleep(pause)
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

var servers = map[string]func(net.Conn){
	"echo":   echo,
	"say":    say,
	"silent": silent,
	"slow":   slow,
	"hangup": hangup,
	"reset":  reset,
}

func serve(network, addr string, f func(net.Conn)) string {
	l, err := net.Listen(network, addr)
	check(err)
	go func() {
		for {
			c, err := l.Accept()
			check(err)
			go f(c)
		}
	}()
	return l.Addr().String()
}

func serveUDP(addr string) string {
	c, err := net.ListenPacket("udp", addr)
	check(err)
	go func() {
		var b [64]byte
		for {
			n, from, err := c.ReadFrom(b[:])
			check(err)
			time.Sleep(pause)
			c.WriteTo(b[:n], from)
		}
	}()
	return c.LocalAddr().String()
}

// full listens without accepting, its queue filled, so that the kernel drops what
// else comes: a connect that never ends.
func full() string {
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	check(err)
	check(syscall.Bind(s, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	check(syscall.Listen(s, 0))
	sa, err := syscall.Getsockname(s)
	check(err)
	c, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	check(err)
	check(syscall.Connect(c, sa))
	syscall.CloseOnExec(s)
	syscall.CloseOnExec(c)
	return fmt.Sprintf("127.0.0.1:%d", sa.(*syscall.SockaddrInet4).Port)
}

// dial says "ping" to the address the command listens on, and waits for the answer.
func dial(network, addr string) {
	time.Sleep(pause)
	c, err := net.Dial(network, addr)
	check(err)
	time.Sleep(pause)
	c.Write([]byte("ping\n"))
	var b [64]byte
	c.Read(b[:])
	c.Close()
}

// wildcard addresses are dialled on the loopback interface.
func wildcard(addr, loopback string) string {
	addr = strings.Replace(addr, "0.0.0.0:", loopback, 1)
	return strings.Replace(addr, "[::]:", loopback, 1)
}

func main() {
	role, command := os.Args[1], os.Args[2:]
	network := ""
	addr := "127.0.0.1:0"
	if strings.HasSuffix(role, "6") {
		role = strings.TrimSuffix(role, "6")
		addr = "[::1]:0"
	}
	switch role {
	case "none":
	case "dial":
		network = "tcp"
	case "dialudp":
		network = "udp"
	case "udp":
		addr = serveUDP(addr)
	case "full":
		addr = full()
	default:
		f, ok := servers[role]
		if !ok {
			log.Fatal("peer: no such role: ", role)
		}
		addr = serve("tcp", addr, f)
	}
	for i := range command {
		if command[i] == "ADDR" {
			command[i] = addr
		}
	}

	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	check(err)
	check(cmd.Start())
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if network != "" && strings.HasPrefix(lines.Text(), "listening ") {
			go dial(network, wildcard(lines.Text()[len("listening "):], addr[:len(addr)-1]))
		} else {
			fmt.Println(lines.Text())
		}
	}
	if cmd.Wait() != nil {
		os.Exit(1)
	}
}
