# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Build folders: _build (to use), _build-test (sanitizers), _build-coverage. Git ignores all three.

# build_ninja KIND [MESON-OPTION...]: set up if need be, and bring up to date.
build_ninja () {
  local kind=$1 dir options
  shift
  case $kind in
  release) dir=$top/_build options=(-Dbuildtype=debugoptimized -Dwerror=false) ;;
  test) dir=$top/_build-test options=(-Ddebug=true -Doptimization=1 '-Db_sanitize=address,undefined' -Db_lundef=false) ;;
  coverage) dir=$top/_build-coverage options=(-Ddebug=true -Doptimization=0 -Db_coverage=true) ;;
  esac
  options+=("$@")
  mkdir -p "$dir"
  # A folder whose set-up was interrupted, or was made with other compilers' paths, is made anew.
  if ! [ -e "$dir/build.ninja" ] || [ "$(cat "$dir/.place" 2> /dev/null)" != "$(build_place "${options[@]}")" ]; then
    say "Setting up ${dir##*/}"
    [ ! -e "$dir/meson-private/coredata.dat" ] || options+=(--wipe)
    quietly "$dir.log" meson setup "$dir" "$top" "${options[@]}" || die "meson setup failed; its output is above"
    rm -f "$dir.log"
    build_place "${options[@]}" > "$dir/.place"
  fi
  say "Building ${dir##*/}"
  build_show "$dir" || die "the build failed; what the compiler said is above"
  build_dir=$dir
}

# What a build folder is tied to.
build_place () {
  local option
  printf '%s ' "${WEIR_IN_ROOT-host}" "$(cc -dumpfullversion)"
  for option; do [ "$option" = --wipe ] || printf '%s ' "$option"; done
}

# On a terminal ninja's own progress line; piped, only what matters.
build_show () {
  if [ -t 2 ]; then
    ninja -C "$1" >&2
  else
    quietly "$1/.ninja-output" ninja -C "$1"
  fi
}
