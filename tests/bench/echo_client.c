/*
 * Load for an echo server on 127.0.0.1: one message of SIZE bytes under way on each of N
 * connections, for a time. Every byte that comes back is compared with what was sent.
 *
 *   echo_client 127.0.0.1:PORT CONNECTIONS MILLISECONDS PID
 *
 * PID is the server. Prints one line of numbers:
 *
 *   round trips a second, their median and 99th percentile in us,
 *   CPU us the server took for a round trip, and for a connection: to accept it, answer
 *   once and close it,
 *   percent of a CPU that this program took,
 *   percent of all CPUs that neither this program nor the server took, but others did,
 *   KiB the server had resident after the traffic, all connections open (VmRSS).
 *
 * Exits 1 if the server did not send back what it got, or kept still for TIMEOUT_MS.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	SIZE = 64,
	TIMEOUT_MS = 10000,
	EVENTS = 256,
	BATCH = 64,        /* connections opened at a time: no listen queue overflows */
	PER_SOURCE = 1000, /* connections from one address: it has some 28,000 ports */
	SPARE_FILES = 16
};

struct connection {
	int fd;
	uint32_t round;    /* which message is under way */
	uint32_t got;      /* bytes of it that are back */
	long long sent_at; /* ns */
};

static struct connection *connections;
static int epoll;
static long under_way;

static uint32_t *latencies; /* ns, of each round trip */
static size_t trips, room;

static long long ns(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) < 0)
		errx(1, "the server is gone");
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* The message of a round: no other connection or round has the same. */
static void fill(uint64_t message[SIZE / 8], uint32_t connection, uint32_t round)
{
	for (uint64_t i = 0; i < SIZE / 8; i++)
		message[i] =
		    ((uint64_t)connection << 32 | round) * 0x9e3779b97f4a7c15 + i;
}

static void send_message(struct connection *c, long long at)
{
	uint64_t message[SIZE / 8];
	ssize_t n;

	c->round++;
	c->got = 0;
	c->sent_at = at;
	fill(message, (uint32_t)(c - connections), c->round);
	n = send(c->fd, message, SIZE, MSG_NOSIGNAL);
	if (n < 0)
		err(1, "connection %td, message %u: send", c - connections, c->round);
	if (n != SIZE)
		errx(1, "connection %td, message %u: sent %zd bytes of %d",
		     c - connections, c->round, n, SIZE);
	under_way++;
}

/* Takes what has come back and compares it. True when the message is whole. */
static bool receive(struct connection *c)
{
	uint64_t message[SIZE / 8];
	char back[SIZE];
	ssize_t n = recv(c->fd, back, SIZE - c->got, 0);

	if (n < 0)
		err(1, "connection %td, message %u: recv", c - connections, c->round);
	if (n == 0)
		errx(1, "connection %td, message %u: closed after %u bytes of %d",
		     c - connections, c->round, c->got, SIZE);
	fill(message, (uint32_t)(c - connections), c->round);
	if (memcmp((char *)message + c->got, back, (size_t)n) != 0)
		errx(1, "connection %td, message %u: what came back is not what was sent",
		     c - connections, c->round);
	c->got += (uint32_t)n;
	return c->got == SIZE;
}

static void record(long long latency)
{
	if (trips == room) {
		room = room ? 2 * room : 1 << 16;
		latencies = realloc(latencies, room * sizeof(*latencies));
		if (!latencies)
			err(1, "latencies");
	}
	latencies[trips++] = latency < UINT32_MAX ? (uint32_t)latency : UINT32_MAX;
}

/*
 * Takes the answers until no message is under way. Those before `end` (ns) are followed
 * by the connection's next message.
 */
static void exchange(long long end)
{
	struct epoll_event events[EVENTS];

	while (under_way > 0) {
		int n = epoll_wait(epoll, events, EVENTS, TIMEOUT_MS);

		if (n < 0)
			err(1, "epoll_wait");
		if (n == 0)
			errx(1, "messages not back after %d s: %ld", TIMEOUT_MS / 1000,
			     under_way);
		for (int i = 0; i < n; i++) {
			struct connection *c = &connections[events[i].data.u32];
			long long at;

			if (!receive(c))
				continue;
			at = ns(CLOCK_MONOTONIC);
			under_way--;
			record(at - c->sent_at);
			if (at < end)
				send_message(c, at);
		}
	}
}

static void dial(uint32_t i, const struct sockaddr_in *server)
{
	struct sockaddr_in source = {
	    .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK + i / PER_SOURCE),
	};
	struct timeval timeout = {.tv_sec = TIMEOUT_MS / 1000};
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET, .data.u32 = i};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	/* The port is chosen in connect, for this server: others' do not count. */
	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    bind(fd, (struct sockaddr *)&source, sizeof(source)) < 0 ||
	    connect(fd, (const struct sockaddr *)server, sizeof(*server)) < 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
		err(1, "connection %u", i);
	connections[i].fd = fd;
}

/* A round trip on each new connection makes sure that the server has accepted it. */
static void open_all(uint32_t count, const struct sockaddr_in *server)
{
	for (uint32_t i = 0; i < count; i++) {
		dial(i, server);
		send_message(&connections[i], ns(CLOCK_MONOTONIC));
		if (i % BATCH == BATCH - 1 || i == count - 1)
			exchange(0);
	}
}

/* The server has to close, too, and nothing may come that was not asked for. */
static void close_all(uint32_t count)
{
	char surplus;

	for (uint32_t i = 0; i < count; i++)
		if (shutdown(connections[i].fd, SHUT_WR) < 0)
			err(1, "connection %u: shutdown", i);
	for (uint32_t i = 0; i < count; i++) {
		ssize_t n = recv(connections[i].fd, &surplus, 1, 0);

		if (n < 0 && errno == EAGAIN)
			errx(1, "connection %u: not closed by the server after %d s", i,
			     TIMEOUT_MS / 1000);
		if (n < 0)
			err(1, "connection %u: recv", i);
		if (n > 0)
			errx(1, "connection %u: more came back than was sent", i);
		close(connections[i].fd);
	}
}

/* All CPUs' time since boot, in ns: what was used, and with idleness. */
static void machine_time(long long *used, long long *all)
{
	long long user, nice, system, idle, iowait, irq, softirq, steal;
	long long tick = 1000000000LL / sysconf(_SC_CLK_TCK);
	FILE *f = fopen("/proc/stat", "re");

	if (!f)
		err(1, "/proc/stat");
	if (fscanf(f, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &user, &nice,
	           &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
		errx(1, "/proc/stat: not what was expected");
	fclose(f);
	*used = (user + nice + system + irq + softirq + steal) * tick;
	*all = *used + (idle + iowait) * tick;
}

static long resident_kib(pid_t pid)
{
	char path[32], line[128];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		err(1, "%s", path);
	while (kib < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld kB", &kib) != 1)
			kib = -1;
	fclose(f);
	if (kib < 0)
		errx(1, "%s: no VmRSS", path);
	return kib;
}

static void allow_files(rlim_t need)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		err(1, "getrlimit");
	if (limit.rlim_cur >= need)
		return;
	if (limit.rlim_max < need)
		errx(1,
		     "%ju open files are needed, but the hard limit is %ju: raise it"
		     " (ulimit -Hn), or take fewer connections",
		     (uintmax_t)need, (uintmax_t)limit.rlim_max);
	limit.rlim_cur = need;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		err(1, "setrlimit");
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double percentile_us(size_t percent)
{
	size_t rank = (trips - 1) * percent / 100;

	return latencies[rank] / 1e3;
}

/* A number from 1 to max that is all of s; 0 if it is not. */
static long number(const char *s, long max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(s, &end, 10);
	return errno || end == s || *end || n < 1 || n > max ? 0 : n;
}

static bool parse_address(char *s, struct sockaddr_in *address)
{
	char *colon = strchr(s, ':');
	long port = colon ? number(colon + 1, UINT16_MAX) : 0;

	if (!port)
		return false;
	*colon = '\0';
	*address = (struct sockaddr_in){.sin_family = AF_INET,
	                                .sin_port = htons((uint16_t)port)};
	return inet_pton(AF_INET, s, &address->sin_addr) == 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in server;
	long count = argc == 5 ? number(argv[2], 1000000) : 0;
	long ms = argc == 5 ? number(argv[3], 3600000) : 0;
	long pid = argc == 5 ? number(argv[4], INT32_MAX) : 0;
	long long start, took, before, opened, exchanged, own, used[2], all[2], others;
	clockid_t server_clock;
	long kib;

	if (!count || !ms || !pid || !parse_address(argv[1], &server))
		errx(2, "usage: echo_client 127.0.0.1:PORT CONNECTIONS MILLISECONDS PID");
	errno = clock_getcpuclockid((pid_t)pid, &server_clock);
	if (errno)
		err(1, "process %ld", pid);
	allow_files((rlim_t)count + SPARE_FILES);
	connections = calloc((size_t)count, sizeof(*connections));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!connections || epoll < 0)
		err(1, "setup");

	before = ns(server_clock);
	open_all((uint32_t)count, &server);
	trips = 0;

	machine_time(&used[0], &all[0]);
	opened = ns(server_clock);
	own = ns(CLOCK_PROCESS_CPUTIME_ID);
	start = ns(CLOCK_MONOTONIC);
	for (long i = 0; i < count; i++)
		send_message(&connections[i], ns(CLOCK_MONOTONIC));
	exchange(start + ms * 1000000LL);
	took = ns(CLOCK_MONOTONIC) - start;
	own = ns(CLOCK_PROCESS_CPUTIME_ID) - own;
	exchanged = ns(server_clock);
	machine_time(&used[1], &all[1]);
	kib = resident_kib((pid_t)pid);

	close_all((uint32_t)count);
	before += exchanged - opened; /* what is left is opening and closing */
	qsort(latencies, trips, sizeof(*latencies), ascending);
	others = used[1] - used[0] - own - (exchanged - opened);
	if (others < 0)
		others = 0; /* ticks are coarse */
	printf("%.0f %.1f %.1f %.3f %.3f %.0f %.0f %ld\n",
	       (double)trips / ((double)took / 1e9), percentile_us(50), percentile_us(99),
	       (double)(exchanged - opened) / 1e3 / (double)trips,
	       (double)(ns(server_clock) - before) / 1e3 / (double)count,
	       100.0 * (double)own / (double)took,
	       100.0 * (double)others / (double)(all[1] - all[0]), kib);
}
