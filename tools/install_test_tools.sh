#!/usr/bin/env bash
# Brings what only tests need and no Python package has: a browser, SIP peers, fonts. Installs by apt when root; otherwise says
# what is missing, and the tests that need it are skipped loudly.
set -euo pipefail
declare -A package_of=([chromium]=chromium [sipp]=sip-tester [baresip]=baresip)
missing=()
for command in "${!package_of[@]}"; do
  command -v "$command" >/dev/null || missing+=("${package_of[$command]}")
done
if ! ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1; then missing+=(fonts-noto-cjk); fi
shell=chromium-headless-shell
if ! command -v "$shell" >/dev/null; then missing+=("$shell"); fi
if [ "${1:-}" = bench ] && ! command -v prosody >/dev/null; then missing+=(prosody); fi
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${missing[*]} ..."
  apt-get update -qq
  # Not every distribution has it; the whole browser does the same in five times the time.
  if ! apt-cache show "$shell" >/dev/null 2>&1; then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vx "$shell")
    [ ${#missing[@]} = 0 ] && exit 0
  fi
  # Debian's prosody starts itself on installation; a test machine does not want that.
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq "${missing[@]}" >/dev/null
else
  echo "MISSING: ${missing[*]}. Tests that need them are skipped. On Debian: sudo apt install ${missing[*]}" >&2
fi
