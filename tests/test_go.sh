#!/bin/bash
# Real Go programs under the tracer, built here with Debian's Go: every way to link
# and to strip one. Needs root and a kernel that permits eBPF; where it does not, the
# tests are skipped, unless CI is set.
#
#   tests/test_go.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
dialtrace=$B/dialtrace peer=$B/peer
export GOCACHE=$B/go-cache GO111MODULE=off GOFLAGS=''

# build NAME CGO_ENABLED ARG...: what "go build ARG..." makes of the sources.
build() {
	local name=$1 cgo=$2
	shift 2
	CGO_ENABLED=$cgo timeout 250 go build -o "$tmp/$name" "$@"
}

# without_sections FILE: takes the section table's place and size out of the header.
without_sections() {
	dd if=/dev/zero of="$1" bs=1 seek=40 count=8 conv=notrunc status=none &&
		dd if=/dev/zero of="$1" bs=1 seek=60 count=4 conv=notrunc status=none
}

# The tree of one goroutine, from DialTCP to the last call of Close: depth, step, text.
# What varies from run to run is made equal.
tree() {
	jq -r --argjson g "$2" 'select(.g == $g and (.type == "call" or .type == "exit")) |
		"\(.depth) \(.step // "-") \(.text)"' "$1" |
		sed -n '/ net\.DialTCP/,/ close(/p' |
		sed -E -e 's/127\.0\.0\.1:[0-9]+/ADDR/g' -e 's/0x[0-9a-f]{5,}/PTR/g'
}

# --- ---

# dial PROGRAM FILE: traces it, and checks what it printed against the trace: its goroutine
# is the one that dialled, on its thread.
dial() {
	local goid tid answer
	GOMAXPROCS=1 timeout "$patience" "$peer" "$dialtrace" -f json -o "$2" -- "$tmp/$1" ADDR >"$tmp/printed"
	is "exit status" 0 $? || return
	read -r goid tid answer <"$tmp/printed"
	is "answer" ping "$answer" || return
	is "goroutine and thread of the dial" "$goid $tid" \
		"$(jq -r 'select(.func == "net.DialTCP" and .type == "call") | "\(.g) \(.tid)"' "$2")" || return
	[ "$goid" -gt 1 ] || return
	# The other threads have their Ms, one each, the first thread M0.
	is "Ms of a thread" "" "$(jq -r 'select(.tid and .depth > 0) | "\(.tid) \(.m)"' "$2" | sort -u |
		awk '{ if (n[$1]++ || m[$2]++) print }')" || return
	is "M of the first thread" 0 "$(jq -r 'select(.tid and .tid == .pid and .depth > 0) | .m' "$2" | sort -u)" || return
	is "lost" 0 "$(jq 'select(.type == "summary") | .lost' "$2")"
}

test_dial() {
	local try
	# sysmon takes the readiness away from the scheduler if the machine stalls for
	# 10 ms: then the run is compared again.
	for try in 1 2 3; do
		dial "$1" "$tmp/json" || return
		tree "$tmp/json" "$(cut -d' ' -f1 "$tmp/printed")" >"$tmp/tree"
		diff -u tests/expect/go1.19.txt "$tmp/tree" >"$tmp/diff" && return
	done
	echo "not so in $try runs:"
	cat "$tmp/diff"
	return 1
}

test_check() {
	GOMAXPROCS=1 timeout "$patience" "$peer" "$dialtrace" --check --color=never -o "$tmp/out" -- "$tmp/$1" ADDR >/dev/null
	is "exit status" 0 $? && has "$tmp/out" \
		'^dialtrace: Linux [0-9.]+ · Go 1\.19\.[0-9]+ · [0-9]+ functions probed in ' \
		'^not in this binary \(inlined\): .*runtime\.netpollopen.*; not used: [0-9]+ others of the steps$' \
		'^  ✓ 4\.2 +internal/poll\.\(\*pollDesc\)\.init .*; in internal/poll since Go 1\.9$' \
		'^article: ([0-9]+) of \1 steps seen, in order · [0-9]+ not in this binary · ' &&
		is "lines that name it missing" 1 "$(grep -c 'binary (inlined):' "$tmp/out")"
}

# Stacks that grow enter functions again: each call is one, and the program does what it
# does untraced, always. How many calls there were can be told only where the ring, which a
# machine that stalls for 100 ms lets run over, has lost none: three such runs, of nine.
test_stacks() {
	local what calls good=0 tries=0
	calls='net.(*netFD).connect 1000
net.DialTCP 1000'
	while [ "$good" -lt 3 ]; do
		what=$(timeout 60 "$dialtrace" -f json -o "$tmp/json" -- "$tmp/stacks")
		is "exit status" 0 $? && is "output" "120000 20000" "$what" || return
		if [ "$(jq 'select(.type == "summary") | .lost' "$tmp/json")" != 0 ]; then
			[ $((++tries)) -le 6 ] || { echo "events were lost in each run"; return 1; }
			continue
		fi
		good=$((good + 1))
		is "calls" "$calls" "$(jq -r 'select(.type == "call") | .func' "$tmp/json" |
			grep -xE 'net\.DialTCP|net\.\(\*netFD\)\.connect' | sort | uniq -c |
			awk '{ print $2, $1 }')" || return
		# A dial under a goroutine's own frames, however its stack has moved.
		is "depths of connect" 7 "$(jq -r 'select(.type == "exit" and .syscall == "connect") |
			.depth' "$tmp/json" | sort -u | xargs)" || return
	done
}

test_attach() {
	local server port
	"$tmp/server" >"$tmp/port" &
	server=$!
	started+=("$server")
	until_true test -s "$tmp/port" || return
	port=$(cat "$tmp/port")
	timeout "$patience" "$dialtrace" -p "$server" -f json -o "$tmp/attached" &
	started+=($!)
	local tracer=$!
	until_true test -e "$tmp/attached" || return
	exec 9<>"/dev/tcp/127.0.0.1/$port"
	echo hello >&9
	is "answer" hello "$(timeout "$patience" head -n 1 <&9)" || return
	exec 9>&-
	sleep 0.3
	kill "$tracer"
	wait "$tracer"
	kill -0 "$server" || return
	jq -e 'select(.text == "read(4, \"hello\\n\", 32768) = 6" or
		.text == "write(4, \"hello\\n\", 6) = 6") | .step == "9.10" or .step == "9.8"' \
		"$tmp/attached" >"$tmp/steps" || cat "$tmp/attached"
	is "steps of read and write" "true true" "$(xargs <"$tmp/steps")"
}

test_32_bit() {
	GOARCH=386 build small 0 -ldflags='-s -w' tests/go/dial.go || return
	exits 125 "$dialtrace" -- "$tmp/small" && has "$tmp/err" 'small: a 32-bit Go program; dialtrace knows 64-bit ones only$'
}

# Of a Go that is not known the system calls are shown. Here one only says that it is.
test_old_go() {
	sed 's/go1\.19\./go1.06./g' "$tmp/strip" >"$tmp/old" && chmod +x "$tmp/old" || return
	exits 2 "$dialtrace" -o "$tmp/trace" -- "$tmp/old" && # it has no argument
		has "$tmp/err" 'old was built with a Go older than 1\.7, .*: only its system calls are shown$' &&
		has "$tmp/trace" ' openat\(' && has_not "$tmp/trace" 'net\.'
}

# A function table that claims more functions than there is file.
test_broken() {
	local at
	cp "$tmp/strip" "$tmp/broken" || return
	at=$(readelf -SW "$tmp/broken" | sed -nE 's/.* \.gopclntab +PROGBITS +[0-9a-f]+ ([0-9a-f]+) .*/\1/p')
	printf '\377\377\377\377\377\377\377\377' |
		dd of="$tmp/broken" bs=1 seek=$((16#$at + 8)) conv=notrunc status=none
	exits 125 "$dialtrace" -- "$tmp/broken" && has "$tmp/err" 'broken: Go function table is cut off$'
}

# --- ---

if ! command -v go >/dev/null; then
	skip "Go programs" "no Go; scripts/setup test installs it"
	exit $failed
fi
needs_tracing "Go programs"
if ! go version | grep -q 'go1\.19'; then
	skip "Go programs" "$(go version), where the expected tree is Go 1.19's"
	exit $failed
fi
if ! build plain 0 tests/go/dial.go || ! build strip 0 -ldflags='-s -w' tests/go/dial.go ||
	! build stacks 0 tests/go/stacks.go || ! build server 0 -ldflags='-s -w' tests/go/server.go; then
	not_ok "go build"
	exit $failed
fi

# variant TITLE PROGRAM CGO_ENABLED ARG...: a dial by a program built like that.
variant() {
	local title=$1 program=$2
	shift 2
	if build "$program" "$@" 2>"$tmp/err"; then
		t "a dial, $title" test_dial "$program"
	else
		skip "a dial, $title" "go build: $(tail -n 1 "$tmp/err")"
	fi
}

dial=tests/go/dial.go cgo=tests/go/cgo.go
t "a dial" test_dial plain
t "a dial, stripped" test_dial strip
variant "position-independent" pie 0 -buildmode=pie "$dial"
variant "position-independent and stripped" pie-strip 0 -buildmode=pie -ldflags='-s -w' "$dial"
variant "with cgo" cgo 1 "$dial" "$cgo"
variant "with cgo, position-independent and stripped" cgo-pie 1 -buildmode=pie \
	-ldflags='-s -w -linkmode=external' "$dial" "$cgo"
variant "with cgo, static and stripped" cgo-static 1 \
	-ldflags='-s -w -linkmode=external -extldflags=-static' "$dial" "$cgo"
for p in strip pie-strip cgo-pie; do
	[ -e "$tmp/$p" ] || continue
	cp "$tmp/$p" "$tmp/$p-bare" && without_sections "$tmp/$p-bare"
	t "a dial, $p, without a section table" test_dial "$p-bare"
done
t "--check, and what is inlined" test_check strip
t "stacks that grow and shrink" test_stacks
t "attach to a server" test_attach
t "a 32-bit program" test_32_bit
t "a Go that is not known" test_old_go
t "a broken function table" test_broken
exit $failed
