# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Where the work is done: with this machine's own libraries if they are new enough, else in a Debian 13 build root.

. "$top/tools/dev/host.sh"
. "$top/tools/dev/root.sh"

# place_enter COMMAND...: return if we are where the libraries are, else go there and run `dev COMMAND...` again.
place_enter () {
  [ -z "${WEIR_IN_ROOT-}" ] || return 0
  if [ "$force_root" != 1 ]; then
    host_missing
    [ -n "$missing" ] || return 0
    if host_is_new_enough; then
      if host_install; then
        host_missing
        [ -n "$missing" ] || return 0
        say "Still missing or too old here: $missing. Using a Debian 13 build root"
      else
        say "This machine's packages do not do. Using a Debian 13 build root"
      fi
    fi
  fi
  root_ensure
  root_exec "$@"
}
