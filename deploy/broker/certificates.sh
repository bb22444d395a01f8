#!/usr/bin/env bash
# Makes a private certificate authority and the broker's certificate, and renews the latter.
#
#   certificates.sh FOLDER [NAME…]
#
# NAME: each name and address that stations may reach the broker by; without any, those of the last
# time, else this machine's own. Run it as often as you like: what is good is left alone. The
# broker's certificate is made anew 60 days before it ends, or when the names are others.
#
# Both are valid from 2020 on: a station without a clock of its own may believe that it is long ago
# until it has heard the time, and must not be kept from connecting by that.
set -euo pipefail
umask 077

fail() { echo "certificates.sh: $*" >&2; exit 2; }
[ $# -ge 1 ] || fail "say the folder to write to, and the broker's names: certificates.sh FOLDER NAME…"
command -v openssl >/dev/null || fail "openssl is not installed (apt-get install openssl)."
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift

VALID_FROM=20200101000000Z
CA_YEARS=20
BROKER_DAYS=825
RENEW_DAYS=60

names_file=$folder/broker.names
if [ $# -gt 0 ]; then
    names=("$@")
elif [ -s "$names_file" ]; then
    mapfile -t names <"$names_file"
else
    read -ra names <<<"$(hostname) $(hostname).local $(hostname -I 2>/dev/null || true)"
fi
mapfile -t names < <(printf '%s\n' "${names[@]}" localhost 127.0.0.1 | awk '!seen[$0]++')
alternatives=
for name in "${names[@]}"; do
    [[ $name =~ ^[A-Za-z0-9.:-]+$ ]] || fail "'$name' is no name and no address."
    if [[ $name == *:* || $name =~ ^[0-9.]+$ ]]; then kind=IP; else kind=DNS; fi
    alternatives+="${alternatives:+,}$kind:$name"
done

# All is made in a folder beside the result and moved there whole: a power cut leaves old or new.
part=$(mktemp -d "$folder/.making.XXXXXX")
trap 'rm -rf "$part"' EXIT
: >"$part/index.txt"
cat >"$part/openssl.cnf" <<END
[req]
prompt = no
distinguished_name = name
[name]
[ca]
default_ca = own
[own]
database = $part/index.txt
new_certs_dir = $part
rand_serial = yes
default_md = sha256
policy = policy
unique_subject = no
[policy]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[broker]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $alternatives
END

run() { openssl "$@" 2>"$part/said" || { cat "$part/said" >&2; fail "openssl did not do it."; }; }
request() { # what, common name
    run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$part/$1.key"
    run req -new -batch -config "$part/openssl.cnf" -key "$part/$1.key" -subj "/CN=$2" \
        -out "$part/$1.csr"
}
sign() { # what, extensions, end, more options
    run ca -batch -notext -config "$part/openssl.cnf" -extensions "$2" -startdate "$VALID_FROM" \
        -enddate "$3" -in "$part/$1.csr" -out "$part/$1.pem" "${@:4}"
}
keep() { # what: the key goes first, a certificate without its key is of no use
    sync -d "$part/$1.key" "$part/$1.pem"
    mv "$part/$1.key" "$folder/$1.key"
    mv "$part/$1.pem" "$folder/$1.pem"
    sync "$folder"
}
until_day() { openssl x509 -in "$1" -noout -enddate | sed 's/^notAfter=//'; }
until_in() { date -u -d "$1" +%Y%m%d%H%M%SZ; }

if [ -s "$folder/ca.pem" ] && [ -s "$folder/ca.key" ]; then
    echo "The authority in $folder/ca.pem is there already, until $(until_day "$folder/ca.pem")."
elif [ -e "$folder/ca.pem" ]; then
    fail "$folder/ca.pem is there but its key ca.key is not: put it back, or remove both (each station must then join anew)."
else
    request ca "Hinge Station broker authority $(openssl rand -hex 4)"
    sign ca authority "$(until_in "+$CA_YEARS years")" -selfsign -keyfile "$part/ca.key"
    keep ca
    rm -f "$folder/broker.pem"
    echo "Made a certificate authority: $folder/ca.pem, until $(until_day "$folder/ca.pem")."
fi

why=
if [ ! -s "$folder/broker.pem" ] || [ ! -s "$folder/broker.key" ]; then
    why="there was none"
elif ! openssl verify -no_check_time -CAfile "$folder/ca.pem" "$folder/broker.pem" >/dev/null 2>&1 ||
    ! cmp -s <(openssl pkey -in "$folder/broker.key" -pubout) \
        <(openssl x509 -in "$folder/broker.pem" -noout -pubkey); then
    why="the one there was not the authority's, or not its key's"
elif ! printf '%s\n' "${names[@]}" | cmp -s - "$names_file"; then
    why="its names are others now"
elif ! openssl x509 -in "$folder/broker.pem" -noout -checkend $((RENEW_DAYS * 86400)) >/dev/null; then
    why="the one there ends, or ended, on $(until_day "$folder/broker.pem")"
fi
if [ -z "$why" ]; then
    echo "The broker's certificate is good until $(until_day "$folder/broker.pem"); nothing to do."
    exit 0
fi
request broker "Hinge Station broker"
sign broker broker "$(until_in "+$BROKER_DAYS days")" \
    -cert "$folder/ca.pem" -keyfile "$folder/ca.key"
keep broker
printf '%s\n' "${names[@]}" >"$part/names"
mv "$part/names" "$names_file"
echo "Made the broker's certificate ($why): until $(until_day "$folder/broker.pem"), for ${names[*]}."

pid=$(cat "$folder/mosquitto.pid" 2>/dev/null || true)
if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = mosquitto ]; then
    kill -HUP "$pid"
    echo "Told the running broker to take it."
fi
