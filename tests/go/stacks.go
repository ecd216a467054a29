// Hard on a tracer: goroutines whose stacks grow and shrink while they use the network,
// and very many of them. Prints what it has counted: 120000 20000.
package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
)

const rounds, dials, crowd = 20, 50, 20000

func serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			io.Copy(c, c)
			c.Close()
		}()
	}
}

// One byte there and back, n calls deep.
func deep(n int, c net.Conn) int {
	var pad [64]byte
	pad[n%64] = byte(n)
	if n > 0 {
		return deep(n-1, c) + int(pad[(n+1)%64])
	}
	c.Write([]byte("x"))
	c.Read(pad[:1])
	return int(pad[0])
}

func main() {
	var wait sync.WaitGroup
	var lock sync.Mutex
	sum, count := 0, 0

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(l)
	for r := 0; r < rounds; r++ {
		for d := 0; d < dials; d++ {
			wait.Add(1)
			go func(n int) {
				c, err := net.DialTCP("tcp", nil, l.Addr().(*net.TCPAddr))
				if err != nil {
					panic(err)
				}
				got := deep(n, c)
				c.Close()
				lock.Lock()
				sum += got
				lock.Unlock()
				wait.Done()
			}(10 + 200*d)
		}
		wait.Wait()
		runtime.GC() // stacks shrink
	}
	for i := 0; i < crowd; i++ {
		wait.Add(1)
		go func() {
			lock.Lock()
			count++
			lock.Unlock()
			wait.Done()
		}()
	}
	wait.Wait()
	fmt.Println(sum, count)
}
