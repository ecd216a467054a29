#!/bin/bash
# dialtrace quiz: its questions, its answers, and what it makes of bad ones.
#
#   tests/test_quiz.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
recording=walkthrough/recordings/dial-2.6.26.ndjson

# quiz STATUS ARG...: answers from standard input.
quiz() {
	exits "$1" "$B/dialtrace" quiz "${@:2}"
}

# The system calls that are steps, each where it appears first.
calls() {
	jq -r 'select(.step != null and (.type == "enter" or (.type == "exit" and (.slept | not)))) |
		.syscall' "$recording"
}

# What somebody would answer who knows: the right name's number, question by question.
know() {
	awk 'NR == FNR { right[++n] = $1; next }
		/^Which system call/ { q++ }
		/^  [1-4] [a-z0-9_]+$/ && $2 == right[q] { print $1 }' <(calls) "$1"
}

# The right answers, in the order of the questions that the seed 5 leads to.
right() {
	yes 1 | head -n "$(calls | wc -l)" | quiz 0 --seed=5 "$recording" >&2 || return
	know "$tmp/out"
}

test_all_right() {
	local n
	n=$(calls | wc -l)
	right >"$tmp/answers" || return
	is "questions with one right answer" "$n" "$(wc -l <"$tmp/answers")" || return
	quiz 0 --seed=5 "$recording" <"$tmp/answers" && has "$tmp/out" "^$n of $n right\\.\$" && has_not "$tmp/out" "Read again"
}

# By name, too.
test_names() {
	calls >"$tmp/names"
	quiz 0 --seed=5 "$recording" <"$tmp/names" && has "$tmp/out" "^$(wc -l <"$tmp/names") of $(wc -l <"$tmp/names") right\\.\$"
}

test_all_wrong() {
	right | awk '{ print $1 % 4 + 1 }' >"$tmp/answers"
	quiz 0 --seed=5 "$recording" <"$tmp/answers" &&
		has "$tmp/out" '^0 of [1-9][0-9]* right\.$' '^Read again: chapter 2, 3, 5, 6, 8, 9, 11\.$'
}

# Every choice is another one, and the right one is in another place now and then.
test_choices() {
	local seed
	for seed in 1 2 3 4 5 6 7 8; do
		: | quiz 0 --seed="$seed" "$recording" || return
		[ "$(grep -cE '^  [1-4] ' "$tmp/out")" = 4 ] &&
			[ "$(sed -nE 's/^  [1-4] //p' "$tmp/out" | sort -u | wc -l)" = 4 ] || return
		know "$tmp/out"
	done | sort -u | grep -c . | grep -qE '^[234]$'
}

test_bad_answers() {
	printf '0\n5\n1 \n\nx\n12345678901234567890123456789012345678901234567890123456789012345678\nq\n' |
		quiz 0 --seed=1 "$recording" &&
		has "$tmp/out" '^> a number from 1 to 4, or q to stop$' '^0 of 0 right\.$'
}

# refuses PATTERN ARG...: says why.
refuses() {
	quiz 125 "${@:2}" && has "$tmp/err" "$1"
}

test_bad_files() {
	local seed
	for seed in '' x -1 5x 99999999999; do
		refuses "seed wants a number .* not '$seed'" --seed="$seed" "$recording" || return
	done
	refuses 'takes a recording' && refuses 'takes one recording' a b &&
		refuses 'cannot read .*/none: No such file' "$tmp/none" || return
	echo nonsense >"$tmp/bad"
	refuses '/bad:1: ' "$tmp/bad" || return
	head -n 1 "$recording" >"$tmp/bad"
	refuses 'has no system call that is a step' "$tmp/bad" || return
	# What breaks off is played as far as it goes.
	grep -v summary "$recording" >"$tmp/bad"
	: | quiz 125 "$tmp/bad" && has "$tmp/err" '/bad: it ends without a summary: the rest is missing' &&
		has "$tmp/out" 'Which system call' || return
	tail -n +2 "$recording" >"$tmp/bad"
	refuses '/bad:1: the header is missing' "$tmp/bad" || return
	refuses 'is no file: the quiz reads its recording twice' <(cat "$recording")
}

test_full() {
	yes 1 | head -n 1000 >"$tmp/ones"
	"$B/dialtrace" quiz --seed=1 "$recording" <"$tmp/ones" >/dev/full 2>"$tmp/err"
	is "exit status" 125 $? && has "$tmp/err" 'cannot write the trace: No space left'
}

t "every answer right" test_all_right
t "names as answers" test_names
t "every answer wrong" test_all_wrong
t "choices" test_choices
t "answers that are none" test_bad_answers
t "files that are no recordings" test_bad_files
t "a full disk" test_full
exit $failed
