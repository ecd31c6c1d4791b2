#!/bin/sh
# Writes one file with everything of the database: deploy/backup.sh FOLDER
# LEADSCAPE_OWNER_URL names the database; pg_dump must not be older than the server.
set -eu
folder=${1:?"Say where to: deploy/backup.sh FOLDER"}
: "${LEADSCAPE_OWNER_URL:?"Set LEADSCAPE_OWNER_URL: only the owner sees every row, and a backup without some is none"}"
# The file holds names of people: for its owner's eyes from the first byte on.
umask 077
mkdir -p "$folder"
file="$folder/leadscape-$(date -u +%Y-%m-%dT%H%M%SZ).dump"
pg_dump --format=custom --no-owner --file="$file.part" "$LEADSCAPE_OWNER_URL"
# A file that cannot be read back is no backup.
pg_restore --list "$file.part" >/dev/null
mv "$file.part" "$file"
echo "$file"
