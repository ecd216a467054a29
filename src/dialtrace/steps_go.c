/* What the table's functions are in later versions of Go: see steps.h. */
#include "dialtrace/steps.h"

#include <string.h>

/* clang-format off */
/* How functions of the table have changed since Go 1.7; of one function in order. */
static const struct change {
	const char *func;
	unsigned char since; /* Go 1.since */
	struct step_form now; /* NULL: as in the table */
} changes[] = {
	{"net.(*pollDesc).waitRead", 9, {.name = "internal/poll.(*pollDesc).waitRead"}},
	{"net.(*pollDesc).waitWrite", 9, {.name = "internal/poll.(*FD).WaitWrite"}},
	{"net.dialTCP", 11, {.name = "net.(*sysDialer).dialTCP",
	 .differs = "a method since Go 1.11"}},
	{"net.doDialTCP", 11, {.name = "net.(*sysDialer).doDialTCP",
	 .differs = "a method since Go 1.11"}},
	{"net.(*netFD).init", 9, {.name = "internal/poll.(*FD).Init",
	 .under = "net.(*netFD).connect", /* files have one, too */
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.(*pollDesc).init", 9, {.name = "internal/poll.(*pollDesc).init",
	 .differs = "in internal/poll since Go 1.9"}},
	{"sync.(*Once).Do", 13, {.name = "sync.(*Once).doSlow",
	 .differs = "the first call's half of Do since Go 1.13"}},
	{"net.runtime_pollServerInit", 9, {.name = "internal/poll.runtime_pollServerInit",
	 .alias = "runtime.poll_runtime_pollServerInit",
	 .differs = "in internal/poll since Go 1.9"}},
	{"runtime.netpollinit", 14, {.differs = "with a descriptor to wake the poller by since Go 1.14"}},
	{"net.runtime_pollOpen", 9, {.name = "internal/poll.runtime_pollOpen",
	 .alias = "runtime.poll_runtime_pollOpen",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.(*pollDesc).wait", 9, {.name = "internal/poll.(*pollDesc).wait",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.runtime_pollWait", 9, {.name = "internal/poll.runtime_pollWait",
	 .alias = "runtime.poll_runtime_pollWait",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.(*pollDesc).prepare", 9, {.name = "internal/poll.(*pollDesc).prepare",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.runtime_pollReset", 9, {.name = "internal/poll.runtime_pollReset",
	 .alias = "runtime.poll_runtime_pollReset",
	 .differs = "in internal/poll since Go 1.9"}},
	{"runtime.findrunnable", 19, {.name = "runtime.findRunnable"}},
	{"runtime.netpoll", 14, {.args = "delay:D",
	 .differs = "given a time in ns since Go 1.14"}},
	{"net.(*netFD).Read", 9, {.differs = "through internal/poll.(*FD).Read since Go 1.9"}},
	{"net.(*netFD).Write", 9, {.differs = "through internal/poll.(*FD).Write since Go 1.9"}},
	{"net.accept", 9, {.name = "internal/poll.accept",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.(*netFD).readFrom", 18, {.name = "net.(*netFD).readFromInet4",
	 .differs = "for IPv4, since Go 1.18"}},
	{"net.(*netFD).writeTo", 18, {.name = "net.(*netFD).writeToInet4",
	 .differs = "for IPv4, since Go 1.18"}},
	{"net.setDeadlineImpl", 9, {.name = "internal/poll.setDeadlineImpl",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.runtime_pollSetDeadline", 9, {.name = "internal/poll.runtime_pollSetDeadline",
	 .alias = "runtime.poll_runtime_pollSetDeadline",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.(*pollDesc).evict", 9, {.name = "internal/poll.(*pollDesc).evict",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.runtime_pollUnblock", 9, {.name = "internal/poll.runtime_pollUnblock",
	 .alias = "runtime.poll_runtime_pollUnblock",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.(*netFD).destroy", 9, {.name = "internal/poll.(*FD).destroy",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.(*pollDesc).close", 9, {.name = "internal/poll.(*pollDesc).close",
	 .differs = "in internal/poll since Go 1.9"}},
	{"net.runtime_pollClose", 9, {.name = "internal/poll.runtime_pollClose",
	 .alias = "runtime.poll_runtime_pollClose",
	 .differs = "in internal/poll since Go 1.9"}},
};

/* Called by functions that have called one of a step, and then make a system call. */
static const struct step go_only[] = {
	{.func = "internal/poll.ignoringEINTRIO"},
	{.func = "internal/poll.(*FD).decref"},
	{.func = "internal/poll.(*FD).readUnlock"},
	{.func = "internal/poll.(*FD).writeUnlock"},
	{.func = "net.(*TCPListener).AcceptTCP"},
	{.func = "net.(*UDPConn).ReadFrom"},
	{.func = "net.(*UDPConn).readFromUDP"},
	{.func = "net.(*UDPConn).WriteTo"},
	{.func = "runtime.retake"},
	{.func = "os.(*File).Write"},
	{.func = "fmt.Fprint"},
	{.func = "fmt.Fprintf"},
	{.func = "fmt.Fprintln"},
	{.func = "bufio.(*Reader).ReadString"},
	{.func = "bufio.(*Reader).ReadBytes"},
	{.func = "bufio.(*Reader).ReadLine"},
	{.func = "bufio.(*Scanner).Scan"},
	{.func = "bufio.(*Writer).Flush"},
	{.func = "io.ReadAtLeast"},
	{.func = "io.copyBuffer"},
	{.func = "net.(*ListenConfig).Listen"},
	{.func = "net.(*conn).SetDeadline"},
	{.func = "net.(*conn).SetReadDeadline"},
	{.func = "net.(*conn).SetWriteDeadline"},
	{.func = "net.setKeepAlive"},
	{.func = "net.setKeepAlivePeriod"},
	{.func = "net.setKeepAliveIdle"},
	{.func = "net.setKeepAliveInterval"},
	{.func = "net.setKeepAliveCount"},
	{.func = "net.(*TCPConn).SetKeepAliveConfig"}, /* since Go 1.23 those are inlined in it */
};
/* clang-format on */

const size_t steps_go_count = sizeof(go_only) / sizeof(go_only[0]);

const struct step *step_at(size_t i)
{
	return i < steps_count ? &steps[i] : &go_only[i - steps_count];
}

struct step_form step_form(const struct step *step, unsigned go)
{
	struct step_form form = {.name = step->func,
	                         .alias = step->alias,
	                         .under = step->under,
	                         .args =
	                             go && step->go_args ? step->go_args : step->args};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];

		if (c->since > go || strcmp(c->func, step->func) != 0)
			continue;
		form.name = c->now.name ? c->now.name : form.name;
		form.alias = c->now.alias ? c->now.alias : form.alias;
		form.args = c->now.args ? c->now.args : form.args;
		form.under = c->now.under ? c->now.under : form.under;
		form.differs = c->now.differs;
	}
	return form;
}
