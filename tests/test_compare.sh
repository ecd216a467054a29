#!/bin/bash
# dialtrace compare: the port's dial beside Go's, live, and what it makes of differences
# and of files that are none. Needs root for the live part; where eBPF is not permitted it
# is skipped, unless CI is set.
#
#   tests/test_compare.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# compare STATUS ARG...: the output goes to $tmp/out and $tmp/err.
compare() {
	exits "$1" "$B/dialtrace" compare "${@:2}"
}

# record KERNEL NAME PROGRAM
record() {
	GOMAXPROCS=1 timeout "$patience" "$B/peer" "$B/dialtrace" --kernel="$1" -f json -o "$tmp/$2" -- \
		"$3" ADDR 2>"$tmp/err"
}

# --- What differs ---

# A dial that only knows two steps and a system call.
dial() {
	local i=0 line
	echo '{"type":"header","kernel":"6.1","emulated":null,"probes":3,"program":"x","go":0,"note":"","missing":[],"inlined":[],"checklist":null}'
	for line in "$@"; do
		i=$((i + 1))
		case $line in
		[a-z]*)
			echo '{"t":'"$i"',"pid":1,"tid":1,"g":1,"m":0,"has_g":true,"type":"exit","syscall":"'"${line%%(*}"'","nr":1,"args":[0,0,0,0,0,0],"text":"'"$line"'","func":null,"depth":0,"step":'"${step:-null}"',"dur":1,"ret":0,"errno":null,"refused":false,"slept":false}'
			;;
		*)
			echo '{"t":'"$i"',"pid":1,"tid":1,"g":1,"m":0,"has_g":true,"type":"call","func":"'"${line#* }"'","alias":null,"text":"'"${line#* }"'","depth":0,"step":"'"${line%% *}"'"}'
			;;
		esac
	done
	echo '{"type":"summary","events":1,"lost":0,"steps_seen":1,"steps_total":1}'
}

one() {
	dial "1.1 net.DialTCP" "9.7 net.(*netFD).Write" "write(3) = 5" "9.9 net.(*netFD).Read"
}

test_same() {
	one >"$tmp/a"
	compare 0 "$tmp/a" "$tmp/a" &&
		has "$tmp/out" '^4 = the same · 0 ~ moved · 0 < only in the port · 0 > only in Go · 0 unexplained$' \
			'^9\.7 +net\.\(\*netFD\)\.Write += net\.\(\*netFD\)\.Write$'
}

test_only() {
	one >"$tmp/a"
	one | grep -v '"write"' >"$tmp/b"
	compare 1 "$tmp/a" "$tmp/b" && has "$tmp/out" '^ +write\(3\) = 5 +<$' '^ +not explained$' \
		'1 < only in the port · 0 > only in Go · 1 unexplained$' &&
		compare 1 "$tmp/b" "$tmp/a" && has "$tmp/out" '^ +> write\(3\) = 5$' \
		'0 < only in the port · 1 > only in Go · 1 unexplained$'
}

test_moved() {
	one >"$tmp/a"
	dial "1.1 net.DialTCP" "9.9 net.(*netFD).Read" "9.7 net.(*netFD).Write" "write(3) = 5" >"$tmp/b"
	compare 1 "$tmp/a" "$tmp/b" && has "$tmp/out" '^9\.9 .* ~ ' '^3 = the same · 1 ~ moved'
}

# Inlined functions are explained, whichever they are.
test_inlined() {
	one >"$tmp/a"
	one | grep -v '"9.7"' | sed 's/"inlined":\[\]/"inlined":["net.(*netFD).Write"]/' >"$tmp/b"
	compare 0 "$tmp/a" "$tmp/b" && has "$tmp/out" 'the compiler has put it into its caller \(chapter 12\)'
}

test_json() {
	one >"$tmp/a"
	one | grep -v '"write"' >"$tmp/b"
	compare 1 --format=json "$tmp/a" "$tmp/b" && jq -e -s '
		(map(.relation) == ["same", "same", "port", "same", null]) and
		.[2].step == null and .[2].port == "write(3) = 5" and .[2].go == null and
		.[2].reason == null and .[4].unexplained == 1' "$tmp/out"
}

# --- What cannot be compared ---

# refuses PATTERN ARG...: says why.
refuses() {
	compare 125 "${@:2}" && has "$tmp/err" "$1"
}

test_bad() {
	one >"$tmp/a"
	refuses 'takes two recordings' && refuses 'takes two recordings' "$tmp/a" &&
		refuses 'takes two recordings' "$tmp/a" "$tmp/a" "$tmp/a" &&
		refuses "--format cannot be 'xml', only text or json" -f xml "$tmp/a" "$tmp/a" &&
		refuses 'cannot read .*/none: No such file' "$tmp/a" "$tmp/none" || return
	one | grep -v DialTCP >"$tmp/b"
	refuses '/b has no net\.DialTCP \(step 1\.1\)' "$tmp/a" "$tmp/b" || return
	echo "not JSON" >"$tmp/b"
	refuses '/b:1: ' "$tmp/a" "$tmp/b" || return
	one | sed '3i{"t":1,"type":"lost","lost":7}' >"$tmp/b"
	refuses 'b:3: ' "$tmp/a" "$tmp/b" || return
	one | grep -v summary >"$tmp/b"
	refuses '/b:5: it ends without a summary: the rest is missing' "$tmp/a" "$tmp/b" || return
	one | tail -n +2 >"$tmp/b"
	refuses '/b:1: the header is missing' "$tmp/a" "$tmp/b" || return
	{ one; one; } >"$tmp/b"
	refuses '/b:7: there is something after the summary' "$tmp/a" "$tmp/b" || return
	{ one | grep -v summary; one; } >"$tmp/b"
	refuses '/b:6: there is a second header' "$tmp/a" "$tmp/b"
}

# --- Live ---

# live KERNEL SAME: nothing is left to explain, and at least SAME rows are the same.
test_live() {
	local same
	record "$1" port "$B/dial" || return
	record "$1" go "$B/dial-go" || [ "$1" = 2.6.26 ] || return
	compare 0 "$tmp/port" "$tmp/go" && has "$tmp/out" ', 0 unexplained$|· 0 unexplained$' || return
	same=$(sed -nE 's/^([0-9]+) = the same.*/\1/p' "$tmp/out")
	[ "$same" -ge "$2" ] || { echo "only $same rows are the same"; cat "$tmp/out"; return 1; }
}

t "the same" test_same
t "only on one side" test_only
t "moved" test_moved
t "inlined" test_inlined
t "JSON" test_json
t "what cannot be compared" test_bad
needs_tracing "live"
t "live, this kernel" test_live native 60
t "live, as Linux 2.6.26 would answer" test_live 2.6.26 10
exit $failed
