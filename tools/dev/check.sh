# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Tests, coverage, layout and lint.

# Ends with "N passed, N failed", and fails if anything did.
command_test () {
  local code=0
  build_ninja test
  say "Running the tests"
  meson test -C "$build_dir" --no-rebuild --print-errorlogs "$@" >&2 || code=$?
  python3 "$top/tools/dev/count-tests.py" "$build_dir/meson-logs/testlog.json" "$code"
}

command_coverage () {
  build_ninja coverage
  meson test -C "$build_dir" --no-rebuild --suite engine --suite store --suite blocks --suite cli >&2 || say "Some tests failed; counting all the same"
  gcovr --root "$top" --filter 'engine/' --object-directory "$build_dir" --print-summary --html-details "$build_dir/coverage.html" "$build_dir"
  say "$build_dir/coverage.html"
}

# Files under git of these kinds that differ from the commit this branch left `main` at (on main: from the last commit), or all.
changed () { # ALL PATTERN...
  local all=$1 base
  shift
  cd "$top"
  if [ "$all" = 1 ]; then
    git ls-files -- "$@"
  else
    base=$(git merge-base HEAD origin/main 2> /dev/null || git rev-parse HEAD)
    { git diff --name-only --diff-filter=d "$base" -- "$@"; git ls-files --others --exclude-standard -- "$@"; } | sort -u
  fi
}

command_fmt () {
  local files
  mapfile -t files < <(changed 0 '*.c' '*.h')
  [ ${#files[@]} = 0 ] || clang-format -i "${files[@]}"
  mapfile -t files < <(changed 0 '*.blp')
  [ ${#files[@]} = 0 ] || blueprint-compiler format --fix "${files[@]}"
}

command_lint () {
  local all=0 code=0 files
  if [ "${1-}" = --all ]; then all=1; fi
  build_ninja release
  mapfile -t files < <(changed $all '*.c' '*.h')
  [ ${#files[@]} = 0 ] || clang-format --dry-run --Werror "${files[@]}" || code=1
  mapfile -t files < <(changed $all '*.blp')
  [ ${#files[@]} = 0 ] || blueprint-compiler format "${files[@]}" || code=1
  mapfile -t files < <(changed $all '*.sh' dev .ci/run)
  [ ${#files[@]} = 0 ] || ! command -v shellcheck > /dev/null || shellcheck --external-sources "${files[@]}" || code=1
  mapfile -t files < <(changed $all '*.c')
  [ ${#files[@]} = 0 ] || printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy --quiet -p "$top/_build" || code=1
  [ $code = 0 ] && say "Nothing to complain about" || die "see above; \`./dev fmt\` mends the layout"
}
