# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Tests, coverage, layout and lint.

# Ends with "N passed, N failed", and fails if anything did.
command_test () {
  local code=0
  build_ninja test
  say "Running the tests"
  meson test -C "$build_dir" --no-rebuild --print-errorlogs --timeout-multiplier 5 "$@" >&2 || code=$?
  python3 "$top/tools/dev/count-tests.py" "$build_dir/meson-logs/testlog.json" "$code"
}

# What CI does for a minute, for as long as one likes: rounds of each until the time is up. Seeds are in the output; a failure ends it.
command_soak () {
  local until=$((SECONDS + ${1:-60} * 60)) round=0
  build_ninja release src/cli/weir tests/crash/weir-calls.so tests/engine/test-run-model tests/engine/test-run-random tests/engine/test-run-disk
  while [ $SECONDS -lt $until ]; do
    round=$((round + 1))
    say "Round $round, $(((until - SECONDS) / 60)) minutes to go"
    WEIR_COMMANDS=1000000 "$build_dir/tests/engine/test-run-model" || return
    WEIR_RANDOM_RUNS=20000 "$build_dir/tests/engine/test-run-random" || return
    WEIR_DISK_STRIDE=1 "$build_dir/tests/engine/test-run-disk" || return
    # with a number of its own, the crash tests draw another series each time
    WEIR_CRASHES=${WEIR_CRASHES:-100} meson test -C "$build_dir" --no-rebuild --verbose --suite crash >&2 || return
  done
  say "Nothing found in $round rounds"
}

# Less of what is left to chance: both make it some tens of times slower.
seldom () {
  WEIR_COMMANDS=1000 WEIR_RANDOM_RUNS=25 WEIR_DISK_STRIDE=40 "$@"
}

# ThreadSanitizer over the engine and its store. tests/threads/order.c tells it what GLib and libdex order.
command_threads () {
  build_ninja threads
  # shellcheck disable=SC2046
  cc -O1 -g -shared -fPIC $(pkg-config --cflags libdex-1 gio-2.0) "$top/tests/threads/order.c" -o "$build_dir/order.so" -ltsan -ldl
  TSAN_OPTIONS="suppressions=$top/tests/suppressions/tsan.supp exitcode=66 history_size=4" seldom meson test -C "$build_dir" --no-rebuild \
    --print-errorlogs --timeout-multiplier 10 --wrapper "env LD_PRELOAD=$build_dir/order.so" --suite engine --suite store "$@" >&2
}

# valgrind over the engine, its store and the command line: no errors, nothing definitely lost. Fibers have stacks of their own, nearer to
# each other than valgrind takes for granted; and threads that wait for each other must have their turns.
command_memcheck () {
  local check="valgrind -q --fair-sched=yes --max-stackframe=32768 --num-callers=30 --leak-check=full --show-leak-kinds=definite" data
  check+=" --errors-for-leak-kinds=definite --error-exitcode=99 --suppressions=/usr/share/glib-2.0/valgrind/glib.supp"
  build_ninja release
  data=$(mktemp -d -p "$top/_build" memcheck.XXXXXX)
  say "Running an example"
  # shellcheck disable=SC2086
  XDG_DATA_HOME=$data/data XDG_STATE_HOME=$data/state $check "$build_dir/src/cli/weir" run demo:tidy-downloads || return
  rm -rf "$data"
  say "Running the tests"
  seldom meson test -C "$build_dir" --no-rebuild --print-errorlogs --timeout-multiplier 30 --wrapper "$check" --suite engine --suite store "$@" >&2
}

command_coverage () {
  build_ninja coverage
  meson test -C "$build_dir" --no-rebuild --timeout-multiplier 5 --suite engine --suite store --suite blocks --suite cli >&2 || say "Some tests failed; counting all the same"
  gcovr --root "$top" --filter 'engine/' --object-directory "$build_dir" --print-summary --html-details "$build_dir/coverage.html" "$build_dir"
  say "$build_dir/coverage.html"
}

# changed ALL PATTERN...: files of these kinds that git tracks or would track, and that differ from what was last pushed (or, where
# nothing was, from the last commit); all of them if ALL is 1.
changed () {
  local all=$1 base
  shift
  cd "$top" || return
  if [ "$all" = 1 ]; then
    git ls-files -- "$@"
  else
    base=$(git merge-base HEAD origin/main 2> /dev/null || git rev-parse HEAD)
    { git diff --name-only --diff-filter=d "$base" -- "$@"; git ls-files --others --exclude-standard -- "$@"; } | sort -u
  fi
}

command_fmt () {
  local all=0 files
  if [ "${1-}" = --all ]; then all=1; fi
  mapfile -t files < <(changed $all '*.c')
  [ ${#files[@]} = 0 ] || "$top/tools/dev/layout.py" "${files[@]}"
  mapfile -t files < <(changed $all '*.blp')
  [ ${#files[@]} = 0 ] || blueprint-compiler format --fix "${files[@]}"
  "$top/tools/dev/potfiles.py" "$top"
}

command_lint () {
  local all=0 code=0 files
  if [ "${1-}" = --all ]; then all=1; fi
  build_ninja release
  mapfile -t files < <(changed $all '*.c')
  [ ${#files[@]} = 0 ] || "$top/tools/dev/layout.py" --check "${files[@]}" || code=1
  mapfile -t files < <(changed $all '*.blp')
  [ ${#files[@]} = 0 ] || blueprint-compiler format "${files[@]}" || code=1
  mapfile -t files < <(changed $all '*.sh' dev .ci/run)
  [ ${#files[@]} = 0 ] || ! command -v shellcheck > /dev/null || shellcheck --external-sources "${files[@]}" || code=1
  mapfile -t files < <(changed $all '*.c')
  [ ${#files[@]} = 0 ] || printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy --quiet -p "$top/_build" || code=1
  [ $code = 0 ] || die "see above; \`./dev fmt\` mends the layout"
  say "Nothing to complain about"
}
