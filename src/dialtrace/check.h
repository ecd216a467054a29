/* The checklist: which steps were seen of those that should be, and whether in order. */
#ifndef DIALTRACE_CHECK_H
#define DIALTRACE_CHECK_H

#include "dialtrace/steps.h"
#include "event.h"

struct check;

/* The article's steps; old tells whether those of a kernel without the newer calls are on
 * the list. Exits when out of memory. */
struct check *check_new(bool old);

/* The steps that text lists, "7.1-7.5,9.9/10.4": numbers and ranges in the order in which
 * they are expected, and behind a slash others that have an order of their own. Steps of
 * an old kernel are left out of ranges unless old. NULL, and what is wrong in
 * wrong[size], if text is no such list. */
struct check *check_parse(const char *text, bool old, char *wrong, size_t size);
void check_free(struct check *c);

/* Thread tid took a step. sysmon's thread runs beside all others, and polls whenever
 * nobody has for 10 ms: of what it does outside its own chapter only that counts which is
 * the next on the list. */
void check_see(struct check *c, const struct step *step, u32 tid);

/* The program lacks the function of step, a row of the table: its entry cannot be seen,
 * and is taken off the list. Before the first step. */
void check_lack(struct check *c, const struct step *step);
bool check_lacks(const struct check *c, const struct step *step);

/* How many steps were taken off. */
unsigned check_lacking(const struct check *c);

/* Tells whether it is the article's list. */
bool check_article(const struct check *c);

/* How many steps are on the list, and how many of them were seen. */
unsigned check_total(const struct check *c);
unsigned check_seen(const struct check *c);

/* The i-th step on the list, from 0; whether it was seen; whether it was seen for the
 * first time before one that precedes it. */
const struct step *check_step(const struct check *c, unsigned i);
bool check_has(const struct check *c, unsigned i);
bool check_early(const struct check *c, unsigned i);

/* Tells whether every step was seen, in order. */
bool check_ok(const struct check *c);

/* The same for --check: where not, says what is missing on standard error. probes is
 * how many functions were probed. */
bool check_passed(const struct check *c, u64 probes);

#endif
