#!/usr/bin/env bash
# Sets up a gym's broker in one folder: certificates, the hub's password, the access list and
# mosquitto's configuration. Run it as the user that hub and broker run as.
#
#   set-up.sh FOLDER [NAME…]          PORT=8883 HUB_PORT=1883 set-up.sh FOLDER broker.gym.lan
#
# NAME: see certificates.sh. Run it as often as you like: what is good is left alone, stations that
# have joined stay, and the configuration is written anew.
set -euo pipefail
umask 077

fail() { echo "set-up.sh: $*" >&2; exit 2; }
[ $# -ge 1 ] || fail "say the folder to write to, and the broker's names: set-up.sh FOLDER NAME…"
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/usr/local/sbin
for program in mosquitto mosquitto_passwd openssl; do
    command -v "$program" >/dev/null || fail "$program is not installed (apt-get install mosquitto openssl)."
done
mkdir -p "$1"
chmod 700 "$1"
folder=$(cd "$1" && pwd)
[[ $folder != *[[:space:]]* ]] || fail "$folder: mosquitto takes no path with a space in it."
"$here/certificates.sh" "$@"

part=$(mktemp -d "$folder/.making.XXXXXX")
trap 'rm -rf "$part"' EXIT
touch "$folder/passwords"
if [ ! -s "$folder/hub-password" ] || ! grep -q '^hub:' "$folder/passwords"; then
    openssl rand -base64 32 >"$part/hub-password"
    # The password goes from file to file: arguments of a program are for everybody to read.
    printf 'hub:%s\n' "$(<"$part/hub-password")" >"$part/passwords"
    mosquitto_passwd -U "$part/passwords"
    { grep -v '^hub:' "$folder/passwords" || true; } >>"$part/passwords"
    mv "$part/passwords" "$folder/passwords"
    mv "$part/hub-password" "$folder/hub-password"
    echo "Made the hub's password: $folder/hub-password."
fi
# Without PORT or HUB_PORT those of the last time stay.
last() { sed -n "s/^listener \([0-9]*\)$1\$/\1/p" "$folder/mosquitto.conf" 2>/dev/null || true; }
port=${PORT:-$(last '')} hub_port=${HUB_PORT:-$(last ' 127\.0\.0\.1')}
port=${port:-8883} hub_port=${hub_port:-1883}
cp "$here/access.acl" "$part/access.acl"
text=$(<"$here/mosquitto.conf.in")
text=${text//@FOLDER@/"$folder"}
text=${text//@USER@/"$(id -un)"}
text=${text//@HUB_PORT@/"$hub_port"}
text=${text//@PORT@/"$port"}
printf '%s\n' "$text" >"$part/mosquitto.conf"
mv "$part/access.acl" "$part/mosquitto.conf" "$folder/"

cat <<END
The broker is set up. Start it:
  mosquitto -c $folder/mosquitto.conf
In the hub's settings:
  [broker]
  host = "127.0.0.1"
  port = $hub_port
  username = "hub"
  password_file = "$folder/hub-password"
  [hub]
  bind = "0.0.0.0"
  broker_dir = "$folder"
  stations_port = $port
Then \`station hub join-code rack-1\` at the hub, and \`station join\` at the station.
END
