#!/bin/sh
# Writes one file with everything of the database, and beside it the ledger of erasures: deploy/backup.sh FOLDER
# LEADSCAPE_OWNER_URL names the database; pg_dump must not be older than the server. The environment is that of the
# commands, and leadscape is in the PATH or where the guide puts it.
set -eu
folder=${1:?"Say where to: deploy/backup.sh FOLDER"}
: "${LEADSCAPE_OWNER_URL:?"Set LEADSCAPE_OWNER_URL: only the owner sees every row, and a backup without some is none"}"
# The files hold names of people, and what recognises them: for their owner's eyes from the first byte on.
umask 077
mkdir -p "$folder"
start="$folder/leadscape-$(date -u +%Y-%m-%dT%H%M%SZ)"
pg_dump --format=custom --no-owner --file="$start.dump.part" "$LEADSCAPE_OWNER_URL"
# A file that cannot be read back is no backup.
pg_restore --list "$start.dump.part" >/dev/null
mv "$start.dump.part" "$start.dump"
# After the dump, so that whoever was erased meanwhile is in it. A ledger is never written over: that of a database which
# was restored a moment ago knows less than the one before.
PATH="$PATH:/opt/leadscape/bin"
if ! leadscape service export_erasures "$start.erasures.json" >/dev/null; then
  echo "$start.dump is whole, but the ledger of erasures was not written: with this backup alone, people who were erased would come back." >&2
  exit 1
fi
echo "$start.dump"
