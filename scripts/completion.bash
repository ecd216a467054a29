# shellcheck shell=bash disable=SC2207 # words without spaces
# bash completion for dialtrace(1)

# What fits to the current word, of the words given.
_dialtrace_offer() {
	COMPREPLY=($(compgen -W "$*" -- "$cur"))
	# After --option= nothing follows but the value.
	[[ ${COMPREPLY-} != *= ]] || compopt -o nospace
}

# File names that fit to the current word; with -c commands, too.
_dialtrace_files() {
	mapfile -t COMPREPLY < <(compgen "$@" -f -- "$cur")
}

# The value of an option, whether after a space or a =.
_dialtrace_value() {
	case $1 in
	-f | --format) _dialtrace_offer text json ;;
	--kernel) _dialtrace_offer native 2.6.26 ;;
	--color) _dialtrace_offer auto always never ;;
	--speed) _dialtrace_offer 0.1 0.5 1 2 10 100 ;;
	-p | --pid) _dialtrace_offer "$(ps -eo pid=)" ;;
	-o | --output | --chrome | --html) _dialtrace_files ;;
	--step=) _dialtrace_offer calls syscalls steps all ;; # never after a space
	--idle) ;;
	*) return 1 ;;
	esac
}

# Where the command begins among the words, or 0.
_dialtrace_command() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--) echo $((i + 1)) && return ;;
		-f | -o | -p) ((i++)) ;;
		--format | --output | --pid | --kernel | --color)
			((i++))
			[ "${COMP_WORDS[i]}" != = ] || ((i++))
			;;
		-*) [ "${COMP_WORDS[i + 1]}" != = ] || ((i += 2)) ;;
		*) echo "$i" && return ;;
		esac
	done
	echo 0
}

_dialtrace() {
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command
	COMPREPLY=()
	# Bash takes --format=json for three words.
	if [ "$cur" = = ]; then
		cur=""
		[ "$previous" != --step ] || previous=--step=
	elif [ "$previous" = = ]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
		[ "$previous" != --step ] || previous=--step=
	fi

	if [ "${COMP_WORDS[1]}" = replay ] && [ "$COMP_CWORD" -gt 1 ]; then
		_dialtrace_value "$previous" && return
		if [[ $cur = -* ]]; then
			_dialtrace_offer --step --source --speed= --idle= --chrome= --html= --output= --check --color= --help --usage
		else
			_dialtrace_files
		fi
		return
	fi
	command=$(_dialtrace_command)
	if [ "$command" != 0 ]; then
		if declare -F _command_offset >/dev/null; then
			_command_offset "$command"
		elif [ "$command" = "$COMP_CWORD" ]; then
			_dialtrace_files -c
		else
			_dialtrace_files
		fi
		return
	fi
	_dialtrace_value "$previous" && return
	if [[ $cur = -* ]]; then
		_dialtrace_offer --pid= --format= --output= --kernel= --check --all --step --source --color= --help --usage
	else
		_dialtrace_files -c
		[ "$COMP_CWORD" != 1 ] || COMPREPLY+=($(compgen -W "replay compare quiz" -- "$cur"))
	fi
}

complete -o filenames -F _dialtrace dialtrace
