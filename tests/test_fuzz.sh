#!/bin/bash
# The known inputs of each fuzzing harness, under its sanitizers. make fuzz looks for new
# ones.
#
#   tests/test_fuzz.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

# It says for each input that it has run it.
test_inputs() { # NAME FILE...
	timeout 120 "$B/fuzz/$1" "${@:2}" >"$tmp/out" 2>&1 &&
		is "inputs" $(($# - 1)) "$(grep -c '^Executed ' "$tmp/out")" && return
	tail -n 50 "$tmp/out"
	return 1
}

for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	inputs=("tests/fuzz/$name"/*)
	t "fuzz: $name, ${#inputs[@]} known inputs" test_inputs "$name" "${inputs[@]}"
done
exit $failed
