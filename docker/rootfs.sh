#!/usr/bin/env bash
# rootfs.sh PROGRAM DIRECTORY: a root file system that holds PROGRAM, the shared libraries it loads, certificate
# authorities and two users, and nothing else. The image is this directory; tests/deploy runs the program in it.
set -euo pipefail
program=${1:?rootfs.sh PROGRAM DIRECTORY} root=${2:?rootfs.sh PROGRAM DIRECTORY}
uid=65532

mkdir -p "$root"/{usr/bin,etc/ssl/certs,data,tmp,var/lib/dpkg}
install -m 755 "$program" "$root/usr/bin/"
if command -v strip >/dev/null; then strip "$root/usr/bin/$(basename "$program")"; fi

# Each library under the name by which it is looked for, and what the packages say of themselves: scanners read it.
mapfile -t libraries < <(ldd "$program" | grep -oE '/[^ ]+')
for library in "${libraries[@]}"; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
mapfile -t packages < <(dpkg-query -S "${libraries[@]/#/*}" 2>/dev/null | cut -d: -f1 | sort -u)
dpkg-query -s "${packages[@]}" >"$root/var/lib/dpkg/status"

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
cp -L /usr/lib/ssl/openssl.cnf "$root/etc/ssl/" 2>/dev/null || true
mkdir -p "$root/usr/lib/ssl"
ln -sf /etc/ssl/certs "$root/usr/lib/ssl/certs"
ln -sf /etc/ssl/certs/ca-certificates.crt "$root/usr/lib/ssl/cert.pem"
printf 'root:x:0:0::/:/none\nsigma:x:%s:%s::/data:/none\n' $uid $uid >"$root/etc/passwd"
printf 'root:x:0:\nsigma:x:%s:\n' $uid >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
cp /etc/os-release "$root/etc/os-release"
chmod 1777 "$root/tmp"
chmod 700 "$root/data"
if [ "$(id -u)" = 0 ]; then chown $uid:$uid "$root/data"; fi
