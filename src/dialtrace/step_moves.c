/* From line to line: see step_moves.h. */
#include "dialtrace/step_moves.h"

#include <stdio.h>

bool moves_is_stop(const struct run *r, size_t at, enum step_mode mode)
{
	const struct moment *m = run_at(r, at);

	if (run_live(r) && m->line.type == LINE_ENTER)
		return false;
	switch (mode) {
	case STEP_OFF:
		return false;
	case STEP_CALLS:
		return m->line.type == LINE_CALL;
	case STEP_SYSCALLS:
		return m->line.type != LINE_CALL;
	case STEP_STEPS:
		return m->new_step;
	default:
		return true;
	}
}

/* The first stop from line at on. */
static size_t stop_from(const struct run *r, size_t at, enum step_mode mode)
{
	for (; at < run_count(r); at++)
		if (moves_is_stop(r, at, mode))
			return at;
	return RUN_NONE;
}

size_t moves_first(const struct run *r, enum step_mode mode)
{
	return stop_from(r, 0, mode);
}

size_t moves_last(const struct run *r, enum step_mode mode)
{
	return moves_back(r, run_count(r), mode);
}

size_t moves_next(const struct run *r, size_t at, enum step_mode mode)
{
	return stop_from(r, at + 1, mode);
}

size_t moves_back(const struct run *r, size_t at, enum step_mode mode)
{
	while (at--)
		if (moves_is_stop(r, at, mode))
			return at;
	return RUN_NONE;
}

/* Whether text is a step's number, and which. */
static bool parse_step(const char *text, unsigned *chapter, unsigned *place)
{
	int end = 0;

	return sscanf(text, "%3u.%3u%n", chapter, place, &end) == 2 && !text[end];
}

size_t moves_search(const struct run *r, size_t at, const char *what)
{
	size_t count = run_count(r);
	unsigned chapter, place;
	bool step = parse_step(what, &chapter, &place);

	for (size_t i = 1; i <= count; i++) {
		size_t candidate = (at + i) % count;
		const struct line *l = &run_at(r, candidate)->line;

		if (step ? l->chapter == chapter && l->place == place
		         : strcasestr(l->text, what) ||
		               (l->alias && strcasestr(l->alias, what)))
			return candidate;
	}
	return RUN_NONE;
}
