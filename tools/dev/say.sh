# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Words to the person at the terminal. All on standard error: a command's own output stays clean.

if [ -t 2 ] && [ -z "${NO_COLOR-}" ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[m'; else bold='' red='' plain=''; fi

say () { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }
hint () { printf '    %s\n' "$*" >&2; }
die () { printf '%sdev: %s%s\n' "$red" "$*" "$plain" >&2; exit 1; }

# quietly COMMAND...: show the command's output only if it fails.
quietly () {
  local log code=0
  log=$(mktemp)
  "$@" > "$log" 2>&1 || code=$?
  [ "$code" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$code"
}
