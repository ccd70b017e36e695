# Bash completion for heapsum: commands and options as its --help lists them, process ids, files.

_heapsum_options () {
  "$1" "$2" --help 2> /dev/null | sed -n 's/^ *\(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

_heapsum () {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} program=${COMP_WORDS[0]} words
  # Bash takes "--format=json" for three words.
  [[ $before == '=' ]] && before=${COMP_WORDS[COMP_CWORD-2]}
  [[ $word == '=' ]] && word=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words="$("$program" --help 2> /dev/null | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p') --help --version"
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    return
  fi
  case $before in
    --format | -f) words='text json csv tsv' ;;
    --sort | -s) words='size count type abs' ;;
    --order) words='ascending descending' ;;
    --untyped | -u) words='one top all' ;;
    --debug-dir | --sysroot)
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      return
      ;;
    --limit | -n | --without-evidence | --type | -t | --ignore | -i | --size | --fail-if) return ;;
    *)
      if [[ $word == -* ]]; then
        words=$(_heapsum_options "$program" "${COMP_WORDS[1]}")
      elif [[ $word =~ ^[0-9]+$ ]]; then
        words=$(cd /proc && echo [0-9]*)
      fi
      ;;
  esac
  if [[ -n ${words:-} ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}

complete -o filenames -F _heapsum heapsum
