# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian 13 build root, for machines with older libraries: made by mmdebstrap, entered with bubblewrap, read-only in use.
# Both work as root and as an ordinary user.

root_suite=trixie
root_cache=${WEIR_CACHE:-$HOME/.cache/weir}
root=$root_cache/debian-13
root_recipe=1   # raise when root_make changes what it makes

# What the root must contain: its stamp, kept inside it so that the last `mv` puts both in place at once.
root_stamp () { { echo "$root_recipe $root_suite"; host_packages ''; } | sha256sum | cut -c1-32; }

# root_ensure: make the root if it is not there or the package list has changed. Safe to interrupt at any moment.
root_ensure () {
  local stamp
  stamp=$(root_stamp)
  [ "$(cat "$root/usr/share/weir-root" 2> /dev/null || true)" != "$stamp" ] || { root_need_bwrap; return 0; }
  root_need_tools
  mkdir -p "$root_cache"
  exec {root_lock}> "$root_cache/lock"
  if ! flock -n "$root_lock"; then
    say "Another dev is making the build root; waiting for it"
    flock "$root_lock"
  fi
  if [ "$(cat "$root/usr/share/weir-root" 2> /dev/null || true)" != "$stamp" ]; then
    root_make "$stamp"
  fi
  exec {root_lock}>&-
}

root_need_bwrap () { command -v bwrap > /dev/null || root_need_tools; }

# The only packages that the build root needs of this machine.
root_need_tools () {
  local needed='' package
  command -v mmdebstrap > /dev/null || needed+=' mmdebstrap'
  command -v bwrap > /dev/null || needed+=' bubblewrap'
  if [ "$(id -u)" != 0 ] && ! command -v newuidmap > /dev/null; then needed+=' uidmap'; fi
  [ -n "$needed" ] || return 0
  if command -v apt-get > /dev/null; then
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || needed+=' debian-archive-keyring'
    set -- apt-get install --yes --no-install-recommends
  elif command -v dnf > /dev/null; then
    needed=${needed/uidmap/shadow-utils-subid}
    set -- dnf install --assumeyes
    needed+=' debian-keyring'
  else
    die "making a build root takes${needed// /, } on this machine, which cannot be installed from here"
  fi
  for package in $needed; do set -- "$@" "$package"; done
  if [ "$(id -u)" = 0 ]; then
    say "Installing on this machine:$needed"
    [ "$1" != apt-get ] || apt-get update || say "Going on with the package lists that are there"
    DEBIAN_FRONTEND=noninteractive "$@" || die "could not install$needed"
  elif [ "$install" = 1 ]; then
    say "Installing on this machine:$needed"
    sudo "$@" || die "could not install$needed"
  else
    say "This machine's libraries are too old, and making a build root takes$needed. Run this once, then again what you ran:"
    hint "  sudo $*"
    exit 1
  fi
}

root_make () { # STAMP
  local new=$root.new free names options
  free=$(df --output=avail -k "$root_cache" | tail -1)
  [ "$free" -gt 4000000 ] || die "a build root takes 4 GB while it is made, but $root_cache has $((free / 1000)) MB left"
  say "Making a Debian 13 build root in $root: once, about 90 seconds, 400 MB to fetch, 2 GB on disk"
  names=$(host_packages '' | paste -sd,)
  options=(--variant=apt
    --aptopt='APT::Install-Recommends "false"'
    --aptopt='Acquire::Retries "3"'
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*'
    --dpkgopt='path-include=/usr/share/doc/*/copyright'
    # places for the files of this machine that root_exec puts over them
    --customize-hook='for f in resolv.conf hosts localtime machine-id; do rm -f "$1/etc/$f"; : > "$1/etc/$f"; done'
    --customize-hook='echo '"$1"' > "$1/usr/share/weir-root"')
  # A machine whose mirror is kept at some past day says so in apt's settings; the same must then hold for the root.
  if command -v apt-config > /dev/null; then
    eval "$(apt-config shell until Acquire::Check-Valid-Until)"
    [ "${until-}" != false ] || options+=(--aptopt='Acquire::Check-Valid-Until "false"')
  fi
  root_delete "$new"
  root_delete "$root.old"
  options+=(--include="$names" "$root_suite")
  if [ "$(id -u)" = 0 ]; then
    mmdebstrap --mode=root "${options[@]}" "$new" ${WEIR_MIRROR:+"$WEIR_MIRROR"} < /dev/null >&2 || root_failed "$new"
  else
    # The ids of a user namespace may not look into a private home: made in /var/tmp, and unpacked as the person's own files.
    mkdir "$new"
    HOME=/ TMPDIR=/var/tmp mmdebstrap --mode=unshare --format=tar "${options[@]}" - ${WEIR_MIRROR:+"$WEIR_MIRROR"} < /dev/null \
      | tar -x --no-same-owner --exclude='./dev/*' -C "$new" || root_failed "$new"
  fi
  [ ! -e "$root" ] || mv "$root" "$root.old"
  mv "$new" "$root"
  root_delete "$root.old"
  say "The build root is ready"
}

root_failed () {
  root_delete "$1"
  die "could not make the build root; what went wrong is said above"
}

root_delete () {
  [ -e "$1" ] || return 0
  rm -rf "$1" 2> /dev/null || { chmod -R u+rwX "$1" && rm -rf "$1"; }
}

# root_exec COMMAND...: go into the root for good and run `dev COMMAND...` there. The person's files are where they are
# outside. Programs to be looked at get the display, the bus and /tmp too; tests get none of it.
root_exec () {
  local args dir runtime kind=private
  case $1 in run | weir | studio | shell) kind=shared ;; esac
  args=(--tmpfs /)
  for dir in usr etc var; do args+=(--ro-bind "$root/$dir" "/$dir"); done
  for dir in bin sbin lib lib32 lib64; do
    [ ! -L "$root/$dir" ] || args+=(--symlink "$(readlink "$root/$dir")" "/$dir")
  done
  args+=(--dev /dev --tmpfs /run --perms 1777 --tmpfs /var/tmp)
  for dir in /*; do
    case ${dir#/} in
    usr | etc | var | bin | sbin | lib | lib[0-9x]* | dev | proc | sys | run | tmp | boot | lost+found) ;;
    *) [ ! -d "$dir" ] || [ -L "$dir" ] || args+=(--bind-try "$dir" "$dir") ;;
    esac
  done
  for dir in resolv.conf hosts localtime machine-id; do
    { [ ! -e "/etc/$dir" ] || [ ! -e "$root/etc/$dir" ]; } || args+=(--ro-bind "$(readlink -f "/etc/$dir")" "/etc/$dir")
  done
  root_add_user
  runtime=/run/user/$(id -u)
  if [ "$kind" = shared ]; then
    args+=(--proc /proc --bind /tmp /tmp)
    for dir in /run/media /run/dbus; do [ ! -d "$dir" ] || args+=(--bind "$dir" "$dir"); done
    # Two calls must meet in one runtime folder, whether or not this machine has one.
    dir=${XDG_RUNTIME_DIR-}
    if [ ! -d "$dir" ]; then
      dir=$root_cache/runtime
      mkdir -p "$dir"
      chmod 700 "$dir"
      args+=(--dir "$runtime" --bind "$dir" "$runtime" --setenv XDG_RUNTIME_DIR "$runtime")
    else
      args+=(--bind "$dir" "$dir")
    fi
    if [ -n "${XAUTHORITY-}" ] && [ -e "$XAUTHORITY" ]; then args+=(--ro-bind "$XAUTHORITY" "$XAUTHORITY"); fi
    [ ! -e /dev/dri ] || args+=(--dev-bind /dev/dri /dev/dri)
  else
    args+=(--proc /proc --unshare-pid --unshare-ipc --perms 1777 --tmpfs /tmp --dir "$runtime" --chmod 0700 "$runtime" --setenv XDG_RUNTIME_DIR "$runtime")
    args+=(--unsetenv DISPLAY --unsetenv WAYLAND_DISPLAY --unsetenv DBUS_SESSION_BUS_ADDRESS --unsetenv AT_SPI_BUS_ADDRESS)
  fi
  # In a checkout below a system folder or /tmp, its own place has to be put back.
  args+=(--bind "$top" "$top")
  dir=$PWD
  [ -d "$dir" ] || dir=$top
  case $dir/ in /usr/* | /etc/* | /var/* | /run/* | /tmp/*) [ "$kind" = shared ] || [ "$dir" = "$top" ] || dir=$top ;; esac
  exec bwrap "${args[@]}" --die-with-parent --setenv WEIR_IN_ROOT 1 --setenv PATH /usr/local/bin:/usr/bin:/usr/sbin:/usr/games \
    --setenv LANG "${LANG_IN_ROOT:-C.UTF-8}" --unsetenv LC_ALL --setenv CCACHE_DIR "${CCACHE_DIR:-$root_cache/ccache}" \
    --chdir "$dir" "$top/dev" "$@"
}

# D-Bus and others look the user up by number: the root knows only its own.
root_add_user () {
  local file
  [ "$(id -u)" != 0 ] || return 0
  for file in passwd group; do
    {
      cat "$root/etc/$file"
      if [ $file = passwd ]; then getent passwd "$(id -u)"; else getent group "$(id -g)"; fi
    } > "$root_cache/$file"
    args+=(--ro-bind "$root_cache/$file" "/etc/$file")
  done
}
