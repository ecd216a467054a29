// No socket, no file: it only sleeps.
package main

import "time"

func main() {
	time.Sleep(50 * time.Millisecond)
}
