# Roots of other Debians: what makes them and runs commands in them. Sourced behind lib.sh, by scripts that root runs.

# Roots are below build. What saves time, compilers' caches, is outside of the checkout.
ROOTS=$PWD/build/roots
CACHES=${ROLLCALL_CACHE:-$HOME/.cache/rollcall}

# make_root SUITE ROOT: a minimal Debian, once. One that was not finished is begun again.
make_root() {
  local suite=$1 root=$2 mirror file
  [ "$(id -u)" -eq 0 ] || die "only root can enter a root"
  [ ! -e "$root/.made" ] || return 0
  command -v debootstrap >/dev/null \
    || apt-get install -q -y -o Dpkg::Use-Pty=0 --no-install-recommends debootstrap
  mkdir -p "$ROOTS"
  rm -rf --one-file-system "$root"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep -v security | sort -u | sed -n 1p)
  mirror=${mirror:-http://deb.debian.org/debian}
  say "debootstrap $suite from $mirror"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 \
    || { tail -20 "$root.log" >&2; die "debootstrap $suite failed"; }
  for file in /etc/apt/apt.conf.d/*prox*; do [ ! -e "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"; done
  touch "$root/.made"
}

# fresh_root SUITE ROOT: the same, each time as if it had just been made.
fresh_root() {
  local suite=$1 root=$2 pristine=$ROOTS/$1-pristine
  make_root "$suite" "$pristine"
  rm -rf --one-file-system "$root"
  cp -a --reflink=auto "$pristine" "$root"
}

# make_switches SUITE PACKAGE...: a root SUITE-switches that has these packages, whose services are never started. One that has
# them all is left as it is; one that was not finished, or was to have others, gets what is missing.
make_switches() {
  local suite=$1 root=$ROOTS/$1-switches
  shift
  [ "$(cat "$root/.switches" 2>/dev/null)" != "$*" ] || return 0
  make_root "$suite" "$root"
  say "$* on $suite, after $SECONDS s"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io" # nothing in it is worth waiting for the disk
  in_root "$root" -- env DEBIAN_FRONTEND=noninteractive bash -euc '
    # The Release files of old suites are not signed anew; those of a mirror may be late.
    apt() { apt-get -q -y -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o Acquire::Check-Valid-Until=false "$@" >/dev/null; }
    dpkg --configure -a
    apt update
    apt install --fix-broken
    apt install --no-install-recommends "$@"
    apt clean
    rm -rf /var/lib/apt/lists/*' switches "$@" >"$root.log" 2>&1 \
    || { tail -20 "$root.log" >&2; die "the packages on $suite could not be installed: $root.log"; }
  printf '%s\n' "$*" >"$root/.switches"
}

# in_root [--alone] ROOT [FROM:TO...] -- COMMAND...: runs it there, with the folders FROM mounted at TO. The mounts end with
# it. --alone: in a network of its own, which is loopback.
in_root() {
  local bind alone=()
  if [ "$1" = --alone ]; then alone=(--net); shift; fi
  local root=$1
  shift
  for bind in "$@"; do
    [ "$bind" != -- ] || break
    mkdir -p "${bind%%:*}" "$root${bind#*:}"
  done
  [ ! -e /etc/resolv.conf ] || cp /etc/resolv.conf "$root/etc/resolv.conf"
  ALONE=${alone[*]} unshare "${alone[@]}" --mount --propagation private bash -euc '
    root=$1
    [ -z "$ALONE" ] || ip link set lo up
    shift
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    while [ "$1" != -- ]; do
      mount --bind "${1%%:*}" "$root${1#*:}"
      shift
    done
    shift
    exec chroot "$root" env -u ALONE HOME=/root "$@"
  ' in_root "$root" "$@"
}
