# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What each command of `dev` does, once the libraries are there.

. "$top/tools/dev/build.sh"
. "$top/tools/dev/check.sh"

command_run () {
  build_ninja release
  if [ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
    say "Opening the studio with the example \"Tidy downloads\""
    exec_studio --demo tidy-downloads "$@"
  fi
  say "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): running the example in the terminal"
  exec "$top/_build/src/cli/weir" run demo:tidy-downloads "$@"
}

command_weir () {
  build_ninja release
  exec "$top/_build/src/cli/weir" "$@"
}

command_studio () {
  build_ninja release
  exec_studio "$@"
}

# Where there is a display but no session bus (X11 forwarded over ssh), the studio gets one for itself.
exec_studio () {
  if [ -n "${DBUS_SESSION_BUS_ADDRESS-}" ] || [ -S "${XDG_RUNTIME_DIR-}/bus" ]; then
    exec "$top/_build/src/studio/weir-studio" "$@"
  fi
  exec dbus-run-session -- "$top/_build/src/studio/weir-studio" "$@"
}

command_shell () {
  [ $# = 0 ] || exec "$@"
  say "A shell where the build happens; \`exit\` leaves it"
  PS1='[weir] \w\$ ' exec bash --norc -i
}

# Figures of the engine come from `weir bench`, those of the window from outside it, in a headless display.
command_bench () {
  local name='' word data
  build_ninja release
  for word; do case $word in -*) ;; *) name=$word ;; esac; done
  case $name in
  studio-* | canvas-* | layout-* | palette-* | edit-*) ;;
  *)
    data=$(mktemp -d -p "$top/_build" bench.XXXXXX)   # on a disk, which /tmp need not be
    XDG_DATA_HOME=$data "$top/_build/src/cli/weir" bench "$@"
    rm -rf "$data"
    ;;
  esac
  case $name in '' | studio-*) bench_window "$top/tests/bench/bench-studio.py" "$@" ;; esac
  case $name in '' | canvas-* | layout-* | palette-* | edit-*) bench_canvas "$@" ;; esac
}

# With both renderers of GTK, or the one that GSK_RENDERER names; what is the same with each of them once.
bench_canvas () {
  local bench=$top/_build/tests/bench/bench-canvas
  bench_window "$bench" "$@"
  [ -n "${GSK_RENDERER:-}" ] || GSK_RENDERER=gl bench_window "$bench" --drawn "$@"
}

bench_window () {
  PYTHONPATH=$top/tests/ui WEIR_BUILD=$top/_build HEADLESS_SIZE=1600x900 "$top/tests/ui/headless.sh" x11 "$@" 2> "$top/_build/bench.log" \
    || { cat "$top/_build/bench.log" >&2; return 1; }
}

command_screenshot () {
  [ $# -ge 1 ] || die "screenshot NAME [FILE]: the names are those of tools/dev/scenes: $(scenes)"
  local scene=$top/tools/dev/scenes/$1.py file=${2:-$top/_build/screenshot-$1.png}
  [ -e "$scene" ] || die "there is no scene \"$1\"; there are: $(scenes)"
  build_ninja release
  HEADLESS_SIZE=${HEADLESS_SIZE:-1440x900} PYTHONPATH=$top/tests/ui WEIR_BUILD=$top/_build \
    "$top/tests/ui/headless.sh" sway python3 "$scene" "$file"
  say "$file"
}

scenes () { (cd "$top/tools/dev/scenes" && printf '%s ' *.py | sed 's/\.py//g'); }

command_docs () {
  build_ninja docs docs/weir-1
  say "$build_dir/docs/weir-1/index.html"
}

# What pages of documentation show is done, and their pictures and tables are made anew.
command_pages () {
  build_ninja release src/cli/weir
  python3 "$top/tools/dev/pages.py" --write "$top/_build/src/cli/weir" "$top"/docs/*.md
}
