# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Build folders: _build (to use), _build-test (sanitizers), _build-threads, _build-coverage, _build-docs. Git ignores them all.

# build_ninja KIND [TARGET...]: set up if need be, and bring up to date. Sets $build_dir.
build_ninja () {
  local dir options
  case $1 in
  release) dir=$top/_build options=(-Dbuildtype=debugoptimized -Dwerror=false) ;;
  test) dir=$top/_build-test options=(-Ddebug=true -Doptimization=1 '-Db_sanitize=address,undefined' -Db_lundef=false) ;;
  coverage) dir=$top/_build-coverage options=(-Ddebug=true -Doptimization=0 -Db_coverage=true) ;;
  threads) dir=$top/_build-threads options=(-Ddebug=true -Doptimization=1 -Db_sanitize=thread -Db_lundef=false -Dstudio=disabled -Dintrospection=disabled) ;;
  docs) dir=$top/_build-docs options=(-Dwerror=false -Dintrospection=enabled -Dreference=enabled) ;;
  esac
  shift
  # A folder whose set-up was interrupted, or that belongs to another compiler, is made anew; ccache makes that quick.
  if ! [ -e "$dir/build.ninja" ] || [ "$(cat "$dir/.place" 2> /dev/null)" != "$(build_place "${options[@]}")" ]; then
    say "Setting up ${dir##*/}"
    rm -rf "$dir"
    quietly meson setup "$dir" "$top" "${options[@]}" || die "meson setup failed; its output is above"
    build_place "${options[@]}" > "$dir/.place"
  fi
  say "Building ${dir##*/}"
  build_show "$dir" "$@" || die "the build failed; what the compiler said is above"
  build_dir=$dir
}

# What a build folder is tied to.
build_place () {
  printf '%s ' "${WEIR_IN_ROOT-host}" "$(cc -dumpfullversion)" "$@"
}

# On a terminal ninja's own progress line; piped, only what matters.
build_show () {
  if [ -t 2 ]; then
    ninja -C "$@" >&2
  else
    quietly ninja -C "$@"
  fi
}
