/* dialer CASE ADDR: dials that end by themselves, by time, or by somebody's hand. */
#include "common.h"

/* Shows how a dial ended. */
static void show_dial(net_conn *c, const net_OpError *err)
{
	show("dial: %s", text(err));
	show_timeout(err);
	if (c)
		close_conn(c);
}

static void dial(const net_Dialer *d, context_Context *ctx, const char *network)
{
	net_OpError err;
	net_conn *c = net_Dialer_DialContext(d, ctx, network, runtime_argv[2], &err);

	show_dial(c, &err);
}

static void dial_timeout(time_Duration timeout)
{
	net_OpError err;
	net_conn *c = net_DialTimeout("tcp", runtime_argv[2], timeout, &err);

	show_dial(c, &err);
}

static void dial_plainly(void *ctx)
{
	const net_Dialer d = {0};

	dial(&d, ctx, "tcp");
}

void main_main(void)
{
	const net_TCPAddr loopback = {.IP = {4, {127, 0, 0, 1}}};
	const net_Dialer plain = {0}, past = {.Deadline = 1 * time_Second},
	                 local = {.LocalAddr = &loopback},
	                 keepalive = {.KeepAlive = 3 * time_Second};
	context_Context *background = context_Background();
	context_Context *ctx = context_WithCancel(background);
	struct task dialing;

	if (is_case("dial")) {
		dial_plainly(background);
	} else if (is_case("timeout")) {
		dial_timeout(50 * time_Millisecond);
	} else if (is_case("in-time")) {
		dial_timeout(3600 * time_Second);
	} else if (is_case("keepalive")) {
		dial(&keepalive, background, "tcp");
	} else if (is_case("local")) {
		dial(&local, background, "tcp");
	} else if (is_case("udp")) {
		dial(&plain, background, "udp");
	} else if (is_case("past")) {
		dial(&past, background, "tcp");
	} else if (is_case("cancel")) {
		start(&dialing, dial_plainly, ctx);
		runtime_Gosched();
		context_Cancel(ctx);
		wait_for(&dialing);
	} else if (is_case("cancelled")) {
		context_Cancel(ctx);
		dial_plainly(ctx);
	}
	finish();
}
