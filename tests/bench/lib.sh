# shellcheck shell=bash disable=SC2034 # for who sources this
# What the benchmarks share. Each sources it first, and then is in the repository's top
# directory, ends at the first command that fails, and has
#
#   seconds  BENCH_SECONDS, how long one run takes
#   build    BENCH_BUILD, where the programs are
#   tmp      a directory of its own
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export LC_ALL=C

seconds=${BENCH_SECONDS:-1}
build=${BENCH_BUILD:-build}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/dialtrace-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# need PROGRAM...: each has to be there.
need()
{
	local program

	for program; do
		[ -x "$program" ] || { echo "bench: no $program: run make bench" >&2; exit 1; }
	done
}

need_root()
{
	[ "$EUID" = 0 ] || { echo "bench: eBPF is for root: run it through sudo" >&2; exit 1; }
}

# fail WHAT: ends the benchmark: a program of ours has failed, and said why in $tmp/stderr.
fail()
{
	cat "$tmp/stderr"
	echo "FAILED: $*"
	exit 1
}

# --- Who is here ---

# introduce WHAT: the report's first lines: what is measured, and on which machine.
introduce()
{
	echo "$1, $(git rev-parse --short HEAD 2>/dev/null || true), $(date -u +%Y-%m-%d)"
	echo "  $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs," \
		"$(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)," \
		"load $(cut -d" " -f1 /proc/loadavg)," \
		"clock $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
	echo "  $(uname -srm)"
}

# version PROGRAM
version()
{
	"$1" --version 2>/dev/null | head -n 1 | sed -E 's/.* v?([0-9])/\1/'
}

# --- Figures ---

# median [FILE]: of the numbers in a file, or on standard input, one a line.
median()
{
	sort -n "$@" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# quartiles FILE: of the numbers in it, one a line.
quartiles()
{
	sort -n "$1" | awk '{ v[NR] = $1 }
		END { printf "%.2f-%.2f", v[int((NR + 3) / 4)], v[int((3 * NR + 3) / 4)] }'
}

# sum FILE
sum()
{
	awk '{ n += $1 } END { print n + 0 }' "$1"
}

# verdict VALUE MAX: whether a figure is met.
verdict()
{
	awk "BEGIN { print ($1 <= $2) ? \"met\" : \"missed\" }"
}
