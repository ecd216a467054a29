#!/bin/bash
# The port beside real Go 1.7.4: the same system calls, with the same arguments, in the
# same order, and the same errors told. golden/scenarios says what is run. golden/record
# had strace watch the programs of golden/go, and here strace, which knows nothing of
# dialtrace, watches their namesakes of golden/port. golden/go1.7.4/NAME.txt is what
# Go's called, what it printed is in golden/go/prints.
#
#   tests/test_golden.sh [NAME...]        B=DIRECTORY if not build
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
here=tests/golden
golden=$here/go1.7.4
wanted=" $* "
PROCS=1 # the programs' GOMAXPROCS

# What is compared of the calls. How many writes a socket takes until it is full is the
# kernel's affair, as is the length of each: a row of them is one. With several Ps it
# depends on the machine, in Go as here, who polls, how often, and on which thread a
# goroutine goes on; all else stays the same (measured with Go: PROCS=2 golden/record),
# but how often a writer finds room again before the other side reads.
comparable() {
	if [ "$PROCS" = 1 ]; then
		awk '$0 != last || !/ write\(.*, N\) = N$/; { last = $0 }'
	else
		sed -e '/ epoll_wait(/d' -e 's/^T[0-9]* //' |
			awk '{ long = /^write\(.*, N\) = / } !long || !last; { last = long }'
	fi
}

# What Go called in scenario NAME. The backlog is what the system allows, which was 4096
# where the golden files were made.
expected_calls() {
	sed -E "s/(listen\([0-9]+, )4096/\1$somaxconn/" "$golden/$1.txt" | comparable
}

# What Go printed in scenario NAME.
expected_prints() {
	awk -v name="$1" '/^== / { wanted = $2 == name; next } wanted' "$here/go/prints"
}

# Why scenario NAME cannot be run here; nothing if it can.
obstacle() {
	if ! "${around[@]}" true 2>"$tmp/err"; then
		echo "no network of its own: $(head -n 1 "$tmp/err")"
	elif [ ! -e /proc/net/if_inet6 ] && grep -q AF_INET6 "$golden/$1.txt"; then
		echo "no IPv6 on this machine"
	fi
}

# run NAME ROLE PROGRAM [ARG...]: its calls, beside those of Go's; false if they differ.
run() {
	watch "$B/tests/golden" "$tmp/actual" "${@:2}"
	comparable <"$tmp/actual.txt" >"$tmp/calls"
	expected_calls "$1" | diff -u --label "$golden/$1.txt" --label "the port" \
		- "$tmp/calls" >"$tmp/diff"
}

# agree WHAT: nothing is in $tmp/diff.
agree() {
	cat "$tmp/diff"
	if [ -s "$tmp/diff" ]; then
		not_ok "$1: not as Go 1.7.4"
	else
		ok "$1: as Go 1.7.4"
	fi
}

# Called by the list: scenario NAME ROLE PROGRAM [ARG...]
scenario() {
	local name=$1 reason somaxconn tries=0
	[ "$wanted" = "  " ] || [[ $wanted == *" $name "* ]] || return 0
	# The port's package net has no init: it does these things later, or never.
	[ "$part" = 0 ] || return 0
	reason=$(obstacle "$name")
	if [ -n "$reason" ]; then
		echo "skip - $name: $reason"
		return
	fi
	somaxconn=$("${around[@]}" cat /proc/sys/net/core/somaxconn)
	# On a machine that stalls for 10 ms in the wrong place sysmon gets the readiness
	# first, in Go as here. That is another story than the golden file's: once more.
	while ! run "$@" && [ $((++tries)) -lt 5 ] &&
		grep -q '^+T[0-9]* epoll_wait(.*, 128, 0) = [1-9]' "$tmp/diff"; do
		:
	done
	expected_prints "$name" | diff -u --label "$here/go/prints: $name" \
		--label "the port" - "$tmp/actual.out" >>"$tmp/diff"
	agree "$name"
	# strace counts the calls of each thread, and with two Ps a goroutine may go on on another.
	[ "$procs" = 2 ] && [[ "${options[*]}" != *:when=* ]] || return 0
	PROCS=2 run "$@"
	agree "$name, two Ps"
}

if [ "$(uname -m)" != x86_64 ]; then
	echo "skip - scenarios: the golden files were made on x86_64"
elif ! command -v strace >/dev/null; then
	echo "skip - scenarios: no strace"
elif ! strace -q -o /dev/null true 2>"$tmp/err"; then
	echo "skip - scenarios: strace does not work here: $(head -n 1 "$tmp/err")"
else
	first_socket=1 # nothing in the port makes one before
	# shellcheck source=tests/golden/scenarios
	. tests/golden/scenarios
fi

# Both names of each linkname, and no third, at one address.
nm "$B/dial" >"$tmp/nm" || exit 1
for f in ServerInit Open Close Reset Wait Unblock; do
	address=$(awk -v name="net_runtime_poll$f" '$3 == name { print $1 }' "$tmp/nm")
	names=$(awk -v address="${address:-none}" \
		'$1 == address && $2 == "T" { print $3 }' "$tmp/nm" | LC_ALL=C sort | xargs)
	if [ "$names" = "net_runtime_poll$f runtime_net_runtime_poll$f" ]; then
		ok "net.runtime_poll$f is runtime.net_runtime_poll$f"
	else
		not_ok "net.runtime_poll$f is at ${address:-no address}: ${names:-nothing}"
	fi
done

# The functions of the chain, each once, so that they can be found by their names.
functions="
	net_DialTCP net_dialTCP net_doDialTCP net_internetSocket net_favoriteAddrFamily
	net_socket net_sysSocket net_setDefaultSockopts net_newFD net_newTCPConn
	net_selfConnect net_spuriousENOTAVAIL net_setNoDelay
	net_netFD_dial net_netFD_connect net_netFD_init net_netFD_setAddr net_netFD_Read
	net_netFD_Write net_netFD_Close net_netFD_destroy
	net_netFD_incref net_netFD_decref net_netFD_readLock net_netFD_readUnlock
	net_netFD_writeLock net_netFD_writeUnlock
	net_fdMutex_incref net_fdMutex_increfAndClose net_fdMutex_decref net_fdMutex_rwlock
	net_fdMutex_rwunlock
	net_pollDesc_init net_pollDesc_close net_pollDesc_evict net_pollDesc_prepare
	net_pollDesc_prepareRead net_pollDesc_prepareWrite net_pollDesc_wait
	net_pollDesc_waitRead net_pollDesc_waitWrite
	syscall_CloseOnExec syscall_SetNonblock sync_Once_Do
	runtime_netpollinit runtime_netpollopen runtime_netpollclose runtime_netpoll
	runtime_netpollinited runtime_netpollready runtime_netpollblock
	runtime_netpollblockcommit runtime_netpollunblock runtime_netpollcheckerr
	runtime_pollCache_alloc runtime_pollCache_free
	runtime_epollcreate runtime_epollcreate1 runtime_epollctl runtime_epollwait
	runtime_closeonexec
	runtime_main runtime_systemstack runtime_newm runtime_newosproc runtime_sysmon
	runtime_usleep runtime_nanotime runtime_injectglist runtime_incidlelocked
	runtime_newproc runtime_schedule runtime_execute runtime_findrunnable runtime_gopark
	runtime_park_m runtime_goready runtime_ready runtime_startm runtime_stopm
	runtime_entersyscall runtime_exitsyscall runtime_Semacquire runtime_Semrelease
"
# shellcheck disable=SC2086 # a list of names
printf '%s\n' $functions | LC_ALL=C sort >"$tmp/wanted"
awk '$2 ~ /^[Tt]$/ { print $3 }' "$tmp/nm" | LC_ALL=C sort >"$tmp/defined"
missing=$(LC_ALL=C comm -23 "$tmp/wanted" <(uniq -u "$tmp/defined") | xargs)
if [ -z "$missing" ]; then
	ok "every function of the chain has its name"
else
	not_ok "functions that are missing, or there more than once: $missing"
fi

# And its variables.
variables="net_serverInit net_testHookDialTCP runtime_epfd runtime_mainStarted
	runtime_netpollInited runtime_pollcache runtime_sched runtime_tls_g"
missing=
for v in $variables; do
	grep -q " [BbDd] $v\$" "$tmp/nm" || missing="$missing $v"
done
if [ -z "$missing" ]; then
	ok "every variable of the chain has its name"
else
	not_ok "variables that are missing:$missing"
fi

exit "$failed"
