#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# headless.sh x11|sway COMMAND...: COMMAND inside a fresh headless display, session bus and home, all ended when it ends.
# Its exit status is COMMAND's. Any number may run side by side.
#   x11   Xvfb and openbox: for tests, which press real keys and buttons through xdotool
#   sway  Wayland with shadows and round corners, the same bytes each time: for photographs, with grim
#   HEADLESS_SIZE=1280x800   HEADLESS_SCALE=1 (sway)   HEADLESS_FONT="Cantarell 11"
#   ADW_DEBUG_COLOR_SCHEME=prefer-dark for dark   GSK_RENDERER=cairo
#   HEADLESS_SETTINGS=gtk-enable-animations=0   a line of GTK's settings.ini
set -eu
kind=$1
shift
if [ -z "${HEADLESS_DIR-}" ]; then
  HEADLESS_DIR=$(mktemp -d)
  export HEADLESS_DIR
  # A home and runtime folder of its own: nothing of the person's is read or written.
  mkdir -m 700 "$HEADLESS_DIR/run" "$HEADLESS_DIR/home"
  export HOME="$HEADLESS_DIR/home" XDG_RUNTIME_DIR="$HEADLESS_DIR/run"
  unset XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_CONFIG_HOME DISPLAY WAYLAND_DISPLAY AT_SPI_BUS_ADDRESS DBUS_SESSION_BUS_ADDRESS
  # What the daemon and those it starts have to say goes to the log: standard output may be TAP.
  printf '#!/bin/sh\nexec dbus-daemon "$@" >> "%s/log" 2>&1\n' "$HEADLESS_DIR" > "$HEADLESS_DIR/dbus-daemon"
  chmod +x "$HEADLESS_DIR/dbus-daemon"
  code=0
  dbus-run-session --dbus-daemon="$HEADLESS_DIR/dbus-daemon" -- "$0" "$kind" "$@" || code=$?
  # gvfs and the like may still be writing for a moment after their bus has gone
  rm -rf "$HEADLESS_DIR" 2> /dev/null || { sleep 1; rm -rf "$HEADLESS_DIR"; } || true
  exit $code
fi

: "${GSK_RENDERER:=cairo}"
export GSK_RENDERER
# A cairo run needs no Mesa: a quicker start, and Mesa's own leaks stay away.
[ "$GSK_RENDERER" != cairo ] || export GDK_DISABLE=gl,vulkan,dmabuf
# No portal is started behind the program's back, and light or dark is ours to say.
export ADW_DISABLE_PORTAL=1 GDK_DEBUG="${GDK_DEBUG:+$GDK_DEBUG,}no-portals"
export XDG_CURRENT_DESKTOP=GNOME GTK_A11Y="${GTK_A11Y:-atspi}" GSETTINGS_BACKEND=memory LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=0
size=${HEADLESS_SIZE:-1280x800}
# There is no settings daemon here: the font that GNOME would have set.
mkdir -p "$HOME/.config/gtk-4.0"
printf '[Settings]\ngtk-font-name=%s\ngtk-decoration-layout=appmenu:close\n%s\n' "${HEADLESS_FONT:-Cantarell 11}" "${HEADLESS_SETTINGS-}" > "$HOME/.config/gtk-4.0/settings.ini"

pids=
end () {
  # shellcheck disable=SC2086,SC2317 # several words; called by the trap
  [ -z "$pids" ] || kill $pids 2> /dev/null || true
}
trap end EXIT
trap 'exit 143' TERM INT HUP

# The program under test may be built with AddressSanitizer; the display must not be judged with it.
wait_until () { # COMMAND...
  tries=0
  until "$@" > /dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ]; then
      echo "headless.sh: the display did not start:" >&2
      cat "$HEADLESS_DIR/log" >&2
      exit 99
    fi
    sleep .05
  done
}

# Only a window manager says how many desktops there are.
manages () { xdotool get_num_desktops; }

case $kind in
x11)
  export GDK_BACKEND=x11
  mkfifo "$HEADLESS_DIR/number"
  Xvfb -displayfd 3 -screen 0 "${size}x24" -nolisten tcp 3> "$HEADLESS_DIR/number" > "$HEADLESS_DIR/log" 2>&1 &
  pids="$pids $!"
  read -r number < "$HEADLESS_DIR/number" || { cat "$HEADLESS_DIR/log" >&2; exit 99; }
  export DISPLAY=":$number"
  # Of itself it takes Alt and a button for moving windows, which GNOME does not: those presses are the program's.
  printf '%s' '<openbox_config xmlns="http://openbox.org/3.4/rc"><mouse/></openbox_config>' > "$HEADLESS_DIR/openbox.xml"
  openbox --config-file "$HEADLESS_DIR/openbox.xml" >> "$HEADLESS_DIR/log" 2>&1 &
  pids="$pids $!"
  # A window that comes before its manager is moved under the pointer later on.
  wait_until manages
  ;;
sway)
  export GDK_BACKEND=wayland
  printf '%s\n' "output HEADLESS-1 mode $size" "output HEADLESS-1 scale ${HEADLESS_SCALE:-1}" \
    'output * bg #c8ccd2 solid_color' 'default_border none' 'xwayland disable' \
    'for_window [app_id=".*"] floating enable, move position center' > "$HEADLESS_DIR/sway.conf"
  WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 WLR_RENDERER=pixman sway -c "$HEADLESS_DIR/sway.conf" > "$HEADLESS_DIR/log" 2>&1 &
  pids="$pids $!"
  export WAYLAND_DISPLAY=wayland-1
  wait_until test -e "$XDG_RUNTIME_DIR/wayland-1"
  ;;
*)
  echo "headless.sh: x11 or sway, not \"$kind\"" >&2
  exit 2
  ;;
esac
dbus-update-activation-environment DISPLAY WAYLAND_DISPLAY XDG_CURRENT_DESKTOP GDK_BACKEND 2> /dev/null || true
code=0
"$@" || code=$?
exit $code
