// +build ignore

// What all programs share. Each is built as one file beside this one.
package main

import (
	"bytes"
	"fmt"
	"os"
)

var out bytes.Buffer

// show keeps a line for finish: a write in between would be one more system call.
func show(what string, values ...interface{}) {
	fmt.Fprint(&out, what+":")
	for _, v := range values {
		if b, ok := v.([]byte); ok {
			v = fmt.Sprintf("%q", b)
		}
		fmt.Fprint(&out, " ", v)
	}
	fmt.Fprintln(&out)
}

// finish prints what was shown and ends the process.
func finish() {
	os.Stdout.Write(out.Bytes())
	os.Exit(0)
}

// check ends the program when something fails that should not.
func check(err error) {
	if err != nil {
		show("unexpected", err)
		os.Stdout.Write(out.Bytes())
		os.Exit(1)
	}
}

// announce tells the peer whom to talk to.
func announce(addr interface{}) {
	fmt.Println("listening", addr)
}
