#!/usr/bin/env bash
# The browser tests drive Debian's Chromium. Installs it where that is allowed; elsewhere those tests skip, saying so.
set -u
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests."
  apt-get update -qq && apt-get install -y -qq chromium >/dev/null
else
  echo "No Chromium found: browser tests will be skipped. Install the package chromium to run them." >&2
fi
