# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# This machine's own libraries and packages.

# Libraries by pkg-config name and least version, and programs. What a program is for is in tools/packages.txt.
host_libraries='gio-unix-2.0:2.84 libdex-1:0.10 sqlite3:3.40 yaml-0.1:0.2 yyjson:0.10 libsoup-3.0:3.4
  gtk4:4.18 libadwaita-1:1.7 gtksourceview-5:5.12 gobject-introspection-1.0:1.80'
host_programs='cc meson ninja msgfmt blueprint-compiler xmllint python3'
host_test_programs='Xvfb xdotool openbox dbus-run-session desktop-file-validate appstreamcli bwrap'

# host_missing: set $missing to what is not here or too old, one line.
host_missing () {
  local item
  missing=
  if ! command -v pkg-config > /dev/null; then
    missing='pkg-config'
    return
  fi
  for item in $host_libraries; do
    pkg-config --exists "${item%:*} >= ${item#*:}" || missing+="${missing:+, }${item%:*} ≥ ${item#*:}"
  done
  for item in $host_programs $host_test_programs; do
    command -v "$item" > /dev/null || missing+="${missing:+, }$item"
  done
  [ -e /usr/include/quickjs/quickjs.h ] || missing+="${missing:+, }quickjs"
}

host_release () { # KEY of /etc/os-release
  (unset "$1"; . /etc/os-release 2> /dev/null && eval "printf %s \"\${$1-}\"")
}

# At least GNOME 48. Debian testing and unstable have no VERSION_ID.
host_is_new_enough () {
  local version
  version=$(host_release VERSION_ID)
  case $(host_release ID) in
  debian) [ -z "$version" ] || [ "${version%%.*}" -ge 13 ] ;;
  ubuntu) [ "${version%%.*}" -ge 25 ] ;;
  fedora) [ "${version%%.*}" -ge 42 ] ;;
  arch | cachyos | endeavouros | manjaro) true ;;
  *) false ;;
  esac
}

host_packages () { grep -v '^#' "$top/tools/packages$1.txt" | grep .; }

host_install_command () {
  case $(host_release ID) in
  debian | ubuntu) echo "apt-get install --no-install-recommends $(host_packages '' | paste -sd' ')" ;;
  fedora) echo "dnf install $(host_packages .fedora | paste -sd' ')" ;;
  *) echo "pacman -S --needed $(host_packages .arch | paste -sd' ')" ;;
  esac
}

# host_install: run the one package command as root, or when asked to; otherwise say it and end.
host_install () {
  local line
  line=$(host_install_command)
  say "Missing or too old on this machine: $missing"
  if [ "$(id -u)" = 0 ]; then
    say "Installing: $line"
    case $line in apt-get*) apt-get update || say "Going on with the package lists that are there" ;; esac
    run_as_given "$line"
  elif [ "$install" = 1 ]; then
    say "Installing: sudo $line"
    run_as_given "sudo $line"
  else
    hint "This installs what is needed:"
    hint "  sudo $line"
    hint "Run it, or \`./dev --install $command\` to have it run, or \`./dev --root $command\` to leave this machine's"
    hint "packages alone and work in a Debian 13 build root below ~/.cache/weir."
    exit 1
  fi
}

run_as_given () { # a command line without quoting in it
  local words
  read -ra words <<< "$1"
  case " $1 " in
  *' apt-get install '*) words+=(--yes) ;;
  *' dnf install '*) words+=(--assumeyes) ;;
  *' pacman '*) words+=(--noconfirm) ;;
  esac
  DEBIAN_FRONTEND=noninteractive "${words[@]}"
}
