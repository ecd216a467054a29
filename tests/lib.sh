# shellcheck shell=bash
# What the test scripts share. Each sources it first:
#
#   . "$(dirname "$0")/lib.sh" || exit 1
#
# and is then in the repository's top directory, and has
#
#   B        where the programs are, an absolute path: build, or what B in the environment
#            names, relative to the top
#   tmp      a directory of its own
#   failed   1 once a test has failed: the script ends with "exit $failed"
#   patience how many seconds to wait for what must come soon: much longer than it takes,
#            for the machine may be busy with something else
#   started  the numbers of the processes in the background that end_started is to end
#
# A test is a command, mostly a function, that fails and says why. What a function does not
# end with must be followed by "|| return": nothing else makes it fail there.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
B=$PWD/${B:-build}
tmp=$(mktemp -d) || exit 1
failed=0
patience=60
started=()
export LC_ALL=C.UTF-8
unset SUDO_UID SUDO_GID # what is traced is root's too, and may write into $tmp

# The descriptors of a program that is run get the numbers that are expected of them only if
# it inherits no others.
. scripts/close-inherited || exit 1

# Ends what the test has left in the background.
end_started() {
	[ ${#started[@]} = 0 ] || { kill -KILL "${started[@]}"; wait "${started[@]}"; } 2>/dev/null
	started=()
}

# Done when the script ends, however it does. A script that has more to clean up sets a trap
# of its own, which ends with this.
clean_up() {
	end_started
	rm -rf "$tmp"
}
trap clean_up EXIT

# --- The lines that tests/run counts ---

# ok NAME
ok() {
	echo "ok - $1"
}

# not_ok NAME
not_ok() {
	echo "not ok - $1"
	failed=1
}

# skip NAME REASON: what could not be tested, which is a failure if CI is set.
skip() {
	if [ "${CI-}" ]; then
		not_ok "$1: skipped though CI is set: $2"
	else
		echo "skip - $1: $2"
	fi
}

# t NAME COMMAND [ARG...]: a test. What it prints says why it failed; what the test before
# has left in $tmp/out and $tmp/err is not there any more.
t() {
	local name=$1
	shift
	rm -f "$tmp/out" "$tmp/err"
	if "$@" >"$tmp/log" 2>&1; then
		ok "$name"
	else
		not_ok "$name"
		head -n 100 "$tmp/log" | indented
	fi
	end_started
}

# Standard input as part of a report. A control character in it is a question mark: the test
# may be of such.
indented() {
	sed 's/[^[:print:][:blank:]]/?/g; s/^/    /'
}

# needs_tracing NAME: ends the script where dialtrace cannot trace. The tests that would
# come, NAME, are skipped if the kernel or the user's rights are to blame, else failed.
needs_tracing() {
	timeout "$patience" "$B/dialtrace" -o /dev/null -- true 2>"$tmp/err" && return
	if grep -q 'eBPF is' "$tmp/err"; then
		skip "$1" "$(head -n 1 "$tmp/err")"
	else
		not_ok "$1: dialtrace -- true"
		indented <"$tmp/err"
	fi
	exit "$failed"
}

# --- What is checked ---

# is WHAT EXPECTED ACTUAL
is() {
	[ "$2" = "$3" ] && return
	echo "$1: $3, expected: $2"
	return 1
}

# within WHAT NUMBER LEAST MOST
within() {
	[ "$2" -ge "$3" ] && [ "$2" -le "$4" ] && return
	echo "$1: $2, expected: $3 to $4"
	return 1
}

# has FILE PATTERN...: each extended regular expression occurs.
has() {
	local file=$1 pattern
	shift
	for pattern; do
		grep -qE -e "$pattern" "$file" && continue
		echo "nothing like '$pattern' in:"
		head -n 60 "$file"
		return 1
	done
}

# has_not FILE PATTERN: there is the file, and the extended regular expression is not in it.
has_not() {
	[ -e "$1" ] && ! grep -E -m 3 -e "$2" "$1" && return
	echo "should not be there: '$2'"
	return 1
}

# exits STATUS COMMAND...: it ends with that status, and soon. What it prints is in $tmp/out
# and $tmp/err.
exits() {
	local expected=$1
	shift
	timeout "$patience" "$@" >"$tmp/out" 2>"$tmp/err"
	is "exit status" "$expected" $? && return
	cat "$tmp/err" "$tmp/out"
	return 1
}

# until_true COMMAND...: waits for it to succeed.
until_true() {
	local deadline=$((SECONDS + patience))
	until "$@"; do
		if [ $SECONDS -gt $deadline ]; then
			echo "waited in vain for: $*"
			return 1
		fi
		sleep 0.02
	done
}

# --- What is run ---

# compile NAME [OPTION...]: makes $tmp/NAME of the C program on standard input.
compile() {
	local name=$1
	shift
	gcc -O1 -w -x c -o "$tmp/$name" - "$@"
}

# The words before a command that somebody without any rights is to run.
# shellcheck disable=SC2034 # for who sources this
as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
