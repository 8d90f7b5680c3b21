#!/bin/sh
# Build a book in a fresh, minimal Debian root, and compare its files with this machine's. usage: fresh_root.sh [BOOK]
#
# The root holds what debootstrap's minbase holds, make, and what `make guides` installs by itself; the project is a clone of the last
# commit. Packages come from where this machine's apt and pip get theirs: their settings are copied, and folders that pip's settings
# name are lent. The root may have another patch level of Python: the manifest names it, and the guides are the same, byte for byte.
# Wants root, debootstrap, and the virtual environment of `make guides`. Everything is made in a temporary folder and deleted.
set -eu

# A mount namespace of its own: whatever is lent to the root is taken back when this ends, however it ends.
[ "${IN_NAMESPACE:-}" ] || IN_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"

book=${1:-tests/books/small}
clone=$(cd "$(dirname "$0")/../.." && pwd)
place=$(mktemp -d)
case $place in *[!A-Za-z0-9/._-]*) echo "fresh root: TMPDIR has a space or another odd character in it" >&2; exit 1 ;; esac
root=$place/root
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# What is lent must be taken back before anything is deleted: else this machine's own files would be.
clean_up() {
  while lent=$(grep -o " $place[^ ]*" /proc/self/mounts | tail -1) && [ "$lent" ]; do
    umount --lazy "${lent# }" || { say "$lent is still mounted: delete $place by hand"; return; }
  done
  rm -rf --one-file-system "$place"
}

say() { echo "fresh root: $*" >&2; }

# Where apt gets this release from.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' | awk -v suite="$suite" '$2 == suite && $3 == "main" { print $1; exit }')
[ "$mirror" ] || { say "apt has no list of $suite main: run 'apt-get update'"; exit 1; }

say "$suite, by debootstrap"
debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$place/debootstrap.log" || { tail -5 "$place/debootstrap.log" >&2; exit 1; }

# The settings of apt and pip, names of hosts, and certificates. Hooks of apt stay behind: they call programs that are not there.
rm -f "$root/etc/apt/sources.list"
for setting in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/auth.conf.d /etc/apt/keyrings /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d \
  /usr/share/keyrings /etc/resolv.conf /etc/hosts /etc/ssl/certs /usr/share/ca-certificates /usr/local/share/ca-certificates /etc/pip.conf /etc/xdg/pip; do
  [ -e "$setting" ] || continue
  rm -rf "$root$setting"
  mkdir -p "$root$(dirname "$setting")"
  cp -aL "$setting" "$root$setting" 2>/dev/null || cp -a "$setting" "$root$setting"
done
apt-config dump | grep -E '^Acquire::[^ ]+ "' >"$root/etc/apt/apt.conf.d/99host" || true
if [ -d "$HOME/.config/pip" ]; then mkdir -p "$root/root/.config" && cp -a "$HOME/.config/pip" "$root/root/.config/"; fi

# Folders of packages on this machine that pip's settings name; an index's files may stand beside it.
"$clone/.venv/bin/python" -m pip config list | tr "'\" " '\n\n\n' | sed -n 's#^file://\(/.*\)/[^/]*$#\1#p; s#^/.*#&#p' | sort -u | while read -r folder; do
  [ -d "$folder" ] || continue
  mkdir -p "$root$folder"
  mount --bind --make-private -o ro "$folder" "$root$folder"
done
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

git clone --quiet --no-hardlinks "$clone" "$root/press"
case $book in /*) cp -a "$book" "$root/book"; inside=/book ;; *) inside=$book ;; esac

within() {
  settings=$(env | grep -E '^(PIP_[A-Z_]+|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|SOURCE_DATE_EPOCH)=' | grep -v ' ' || true)
  # shellcheck disable=SC2086
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C DEBIAN_FRONTEND=noninteractive $settings "$@"
}

say "make guides BOOK=$inside"
within apt-get update -qq
within apt-get install -y -qq --no-install-recommends make python3 >"$place/apt.log" 2>&1 || { tail -5 "$place/apt.log" >&2; exit 1; }
within make -C /press guides "BOOK=$inside" >"$place/guides.log" 2>&1 || { tail -20 "$place/guides.log" >&2; exit 1; }

say "the same commit here"
git clone --quiet --no-hardlinks "$clone" "$place/here"
(cd "$place/here" && XDG_CACHE_HOME="$place/cache" PYTHONPATH="$place/here" "$clone/.venv/bin/python" -m pipeline.cli build --book "$book" >/dev/null)

here=$place/here/output/guides
there=$root/press/output/guides
for release in "$here" "$there"; do
  python=$(sed -n 's/.*"python": "\(.*\)".*/\1/p' "$release/manifest.json")
  say "Python $python: $(grep -vc manifest.json "$release/SHA256SUMS") files"
done
(cd "$there" && sha256sum --check --quiet --strict SHA256SUMS)
diff "$here/SHA256SUMS" "$there/SHA256SUMS" || { say "the files differ"; exit 1; }
say "the same bytes"
