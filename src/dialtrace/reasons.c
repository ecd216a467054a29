/* Why sequences differ: see reasons.h. */
#include "dialtrace/reasons.h"

#include <string.h>

enum {
	PORT = 1 << SIDE_PORT,
	GO = 1 << SIDE_GO,
	MOVED = 1 << SIDE_MOVED,
	EITHER = PORT | GO,
	ANY = EITHER | MOVED
};
enum { SYSMON = 10 };

static const struct reason inlined = {"the compiler has put it into its caller", 12};
static const struct reason gave_up = {
    "this Go wants Linux 2.6.32: without the flags it gives up at socket", 12};

static const char broadcast[] = "Go of today lets only datagram sockets broadcast";
static const char addresses[] = "Go of today asks for the other side's address first";
static const char wake_up[] = "what wakes an M that is blocked in netpoll, since Go 1.14";
static const char others[] = "the scheduler also runs the runtime's own goroutines";
static const char chance[] = "how often it looks depends on what else is ready just then";
static const char slow[] =
    "sysmon polls when lastpoll is 10 ms old: the machine's speed decides";
static const char late[] = "its thread had not had its first turn when the dial was over";
static const char locked[] =
    "Go's init is tied to its thread, and sysmon takes Ps from long system calls";

/* clang-format off */
const struct known_reason known_reasons[] = {
	{3, 2, NULL, broadcast, PORT, 12},
	{9, 2, NULL, addresses, MOVED, 12},
	{9, 3, NULL, addresses, MOVED, 12},
	{0, 0, "pipe2", wake_up, GO, 12},
	{0, 0, "eventfd2", wake_up, GO, 12},
	{0, 0, "epoll_ctl", wake_up, GO, 12},
	{8, 1, NULL, others, GO, 8},
	{8, 8, NULL, others, GO, 8},
	{7, 5, NULL, chance, ANY, 8},
	{8, 1, NULL, chance, ANY, 8},
	{8, 2, NULL, chance, ANY, 8},
	{8, 3, NULL, chance, ANY, 8},
	{8, 4, NULL, chance, ANY, 8},
	{8, 5, NULL, chance, ANY, 8},
	{8, 7, NULL, chance, ANY, 8},
	{8, 8, NULL, chance, ANY, 8},
	{10, 3, NULL, late, EITHER, 10},
	{10, 4, NULL, slow, EITHER, 10},
	{10, 5, NULL, slow, EITHER, 10},
	{10, 6, NULL, locked, GO, 10},
	{10, 7, NULL, slow, EITHER, 10},
	{11, 17, NULL, locked, GO, 10},
};
/* clang-format on */
const size_t known_reasons_count = sizeof(known_reasons) / sizeof(known_reasons[0]);

/* Its socket was refused, and it did not try again. */
static bool gives_up(const struct sequence *go)
{
	bool refused = false;

	for (size_t i = 0; i < go->n; i++) {
		const struct item *item = &go->items[i];

		if (item->chapter == 3)
			return false;
		refused |= item->chapter == 2 && strcmp(item->error, "EINVAL") == 0;
	}
	return refused;
}

static bool is_inlined(const struct item *item, const struct sequence *go)
{
	for (size_t i = 0; item->call && i < steps_count; i++)
		if (steps[i].chapter == item->chapter && steps[i].place == item->place)
			return go->inlined[i];
	return false;
}

/* What would come behind its socket. sysmon runs beside. */
static bool not_reached(const struct item *item, const struct sequence *go)
{
	return gives_up(go) && item->chapter != 1 && item->chapter != SYSMON &&
	       (item->chapter != 2 || item->place > 1);
}

struct reason reason_for(const struct item *item, enum side side,
                         const struct sequence *go)
{
	if (not_reached(item, go))
		return gave_up;
	if (side == SIDE_PORT && is_inlined(item, go))
		return inlined;
	for (size_t i = 0; i < known_reasons_count; i++) {
		const struct known_reason *k = &known_reasons[i];

		if (k->sides & 1U << side && k->chapter == item->chapter &&
		    k->place == item->place &&
		    (!k->syscall || strcmp(k->syscall, item->name) == 0))
			return (struct reason){k->text, k->see};
	}
	return (struct reason){NULL, 0};
}
