// A goroutine sleeps 200 ms; main, busy at first, then asks for a shorter sleep.
package main

import "time"

func main() {
	go time.Sleep(200 * time.Millisecond)
	for start := time.Now(); time.Since(start) < 20*time.Millisecond; {
	}
	time.Sleep(20 * time.Millisecond)
}
