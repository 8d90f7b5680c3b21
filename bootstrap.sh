#!/bin/sh
# Make sure the system libraries are there. usage: bootstrap.sh guides|test|conformance|soak
# Or name the Python to work with, on standard output: bootstrap.sh python
# Debian and Ubuntu: installs what is missing, as root or with passwordless sudo. macOS: with brew. NO_SYSTEM=1 forbids.
set -eu
export PYTHONSAFEPATH=1

# A Python built without profile-guided optimization, as version managers build it, takes a quarter longer to lay out.
# It does not tell: taken is the one on PATH when it says that it was built so, or else the system's, if it will do.
optimized() { "$1" -c 'import sysconfig; assert "--enable-optimizations" in sysconfig.get_config_var("CONFIG_ARGS")' 2>/dev/null; }
will_do() { "$1" -c 'import sys, ensurepip, venv; assert sys.version_info >= (3, 11)' 2>/dev/null; }

if [ "${1:-}" = python ]; then
  system=${SYSTEM_PYTHON:-/usr/bin/python3}
  if ! optimized python3 && will_do "$system"; then echo "$system"; else echo python3; fi
  exit 0
fi

python=${PYTHON:-python3}
debian="python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
macos="pango harfbuzz"
tools=""
case ${1:-guides} in
test)
  debian="$debian default-jre-headless qpdf poppler-utils"
  macos="$macos openjdk qpdf poppler"
  tools="java qpdf pdffonts pdftotext pdftoppm"
  ;;
conformance)
  # Node.js from elsewhere brings its own npm, and Debian's refuses to stand beside it.
  node=" nodejs npm"
  if command -v node >/dev/null && command -v npm >/dev/null; then node=""; fi
  debian="$debian default-jre-headless chromium$node qpdf poppler-utils"
  macos="$macos openjdk chromium node qpdf poppler"
  tools="java chromium node npm qpdf pdffonts pdftotext pdftoppm"
  ;;
soak)
  debian="$debian calibre debootstrap gir1.2-webkit2-4.1 python3-gi xvfb"
  tools="ebook-convert debootstrap xvfb-run"
  ;;
esac

loads() { "$python" -c "import ctypes, sys; [ctypes.CDLL(name) for name in sys.argv[1:]]" "$@" 2>/dev/null; }

complete() {
  "$python" -c "import ensurepip, venv" 2>/dev/null || return 1
  if [ "$(uname)" = Darwin ]; then
    brew list $macos >/dev/null 2>&1 || return 1
  else
    loads libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz.so.0 libharfbuzz-subset.so.0 libfontconfig.so.1 || return 1
  fi
  for tool in $tools; do command -v "$tool" >/dev/null || return 1; done
}

complete && exit 0

if [ "$(uname)" = Darwin ]; then
  command="brew install $macos"
elif [ "$(id -u)" = 0 ]; then
  command="apt-get update && apt-get install -y --no-install-recommends $debian"
else
  command="sudo apt-get update && sudo apt-get install -y --no-install-recommends $debian"
fi

may_install=no
if [ -z "${NO_SYSTEM:-}" ]; then
  if [ "$(uname)" = Darwin ]; then
    command -v brew >/dev/null && may_install=yes
  elif command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then may_install=yes; fi
  fi
fi
if [ "$may_install" = no ]; then
  echo "guidepress needs system libraries that are not here. Install them with: $command" >&2
  exit 1
fi
echo "Installing system libraries: $command"
DEBIAN_FRONTEND=noninteractive sh -c "$command" >/dev/null
complete || { echo "System libraries are still missing after: $command" >&2; exit 1; }
