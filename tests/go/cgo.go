// Makes a program one with C in it, which has thread-local storage beside Go's g.
package main

/*
static __thread int count;

static int next(void)
{
	return ++count;
}
*/
import "C"

func init() {
	C.next()
}
