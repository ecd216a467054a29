/* Where a probe goes: see go_prologue.h. */
#include "dialtrace/go_prologue.h"

#include <string.h>

/* An instruction of the stack check: its first bytes, and how long it is. */
struct instruction {
	u8 length, known;
	u8 bytes[5];
};

/* The check compares the stack pointer, or where a large frame will end, with g's
 * stackguard. g is in r14 since Go 1.17; before, it is loaded first. */
static const struct instruction load_g[] = {
    {9, 5, {0x64, 0x48, 0x8b, 0x0c, 0x25}}, /* mov %fs:offset,%rcx */
    {7, 3, {0x48, 0xc7, 0xc1}},             /* mov $offset,%rcx */
    {7, 3, {0x48, 0x8b, 0x0d}},             /* mov offset(%rip),%rcx */
};

static const struct instruction load_g_indirect[] = {
    {4, 4, {0x64, 0x48, 0x8b, 0x09}}, /* mov %fs:(%rcx),%rcx */
};

static const struct instruction frame_end[] = {
    {5, 4, {0x48, 0x8d, 0x44, 0x24}}, /* lea -small(%rsp),%rax */
    {8, 4, {0x48, 0x8d, 0x84, 0x24}}, /* lea -large(%rsp),%rax */
    {5, 4, {0x4c, 0x8d, 0x64, 0x24}}, /* lea -small(%rsp),%r12 */
    {8, 4, {0x4c, 0x8d, 0xa4, 0x24}}, /* lea -large(%rsp),%r12 */
};

static const struct instruction compare[] = {
    {4, 4, {0x48, 0x3b, 0x61, 0x10}}, /* cmp stackguard0(%rcx),%rsp */
    {4, 4, {0x48, 0x3b, 0x41, 0x10}}, /* cmp stackguard0(%rcx),%rax */
    {4, 4, {0x49, 0x3b, 0x66, 0x10}}, /* cmp stackguard0(%r14),%rsp */
    {4, 4, {0x4d, 0x3b, 0x66, 0x10}}, /* cmp stackguard0(%r14),%r12 */
    {4, 4, {0x48, 0x3b, 0x61, 0x18}}, /* cmp stackguard1(%rcx),%rsp */
    {4, 4, {0x48, 0x3b, 0x41, 0x18}}, /* cmp stackguard1(%rcx),%rax */
    {4, 4, {0x49, 0x3b, 0x66, 0x18}}, /* cmp stackguard1(%r14),%rsp */
    {4, 4, {0x4d, 0x3b, 0x66, 0x18}}, /* cmp stackguard1(%r14),%r12 */
};

static const struct instruction branch[] = {
    {2, 1, {0x76}},       /* jbe near */
    {6, 2, {0x0f, 0x86}}, /* jbe far */
};

static const struct instruction push_rbp[] = {{1, 1, {0x55}}};

/* What has no frame needs no check. runtime.netpollready begins by looking at its mode;
 */
static const struct instruction compare_mode[] = {
    {3, 3, {0x83, 0xf9, 0x72}}, /* cmp $'r',%ecx */
};

/* runtime.netpollblockcommit is one compare-and-swap of its arguments, and a branch. */
static const struct instruction swap_new[] = {
    {3, 3, {0x48, 0x89, 0xc1}}, /* mov %rax,%rcx */
};

static const struct instruction swap_old[] = {
    {5, 1, {0xb8}}, /* mov $old,%eax */
};

static const struct instruction swap[] = {
    {5, 5, {0xf0, 0x48, 0x0f, 0xb1, 0x0b}}, /* lock cmpxchg %rcx,(%rbx) */
};

static const struct instruction swapped[] = {
    {3, 3, {0x0f, 0x94, 0xc0}}, /* sete %al */
};

static const struct instruction test[] = {
    {2, 2, {0x84, 0xc0}}, /* test %al,%al */
};

static const struct instruction branch_equal[] = {
    {2, 1, {0x74}}, /* je near */
};

/* The length of the instruction at *at if it is one of these, else 0; steps over it. */
static size_t skip(struct bytes code, u64 *at, const struct instruction *set, size_t n)
{
	struct bytes here = bytes_from(code, *at);

	for (size_t i = 0; i < n; i++) {
		if (here.n < set[i].length ||
		    memcmp(here.p, set[i].bytes, set[i].known) != 0)
			continue;
		*at += set[i].length;
		return set[i].length;
	}
	return 0;
}

#define SKIP(set) skip(code, &at, set, sizeof(set) / sizeof((set)[0]))

/* Where a function without a stack check has its first branch, if that is still as
 * good as the entry: nothing jumps there, and the stack pointer and the arguments that
 * are shown are what they were. Else the entry. */
static struct go_probe without_check(struct bytes code)
{
	struct go_probe entry = {0};
	u64 at = 0, to;

	if (!SKIP(compare_mode) && !(SKIP(swap_new) && SKIP(swap_old) && SKIP(swap) &&
	                             SKIP(swapped) && SKIP(test)))
		return entry;
	to = at;
	if (SKIP(branch_equal))
		entry.offset = to;
	return entry;
}

struct go_probe go_prologue(u16 machine, struct bytes code)
{
	struct go_probe entry = {0};
	u64 at = 0;
	size_t length;

	if (machine != EM_X86_64)
		return entry;
	if (SKIP(load_g))
		SKIP(load_g_indirect);
	SKIP(frame_end);
	if (!SKIP(compare))
		return without_check(code);
	length = SKIP(branch);
	if (!length)
		return entry;
	if (SKIP(push_rbp)) /* since Go 1.21; only reached when the stack suffices */
		return (struct go_probe){.offset = at - 1};
	return (struct go_probe){.offset = at - length, .on_branch = true};
}
