#!/bin/sh
# Fills an empty database from a backup: deploy/restore.sh FILE
# LEADSCAPE_OWNER_URL names the database; the two roles must be there (deploy/roles.sql). Then run the migrations, and
# replay the newest ledger of erasures before anybody is let in.
set -eu
file=${1:?"Say what: deploy/restore.sh FILE"}
: "${LEADSCAPE_OWNER_URL:?"Set LEADSCAPE_OWNER_URL to the empty database, as the owner"}"
if [ "$(psql --no-psqlrc -At -d "$LEADSCAPE_OWNER_URL" -c "select count(*) from pg_tables where schemaname = 'public'")" != 0 ]; then
  echo "The database is not empty. A restore never writes over what is there: make a new database and name that." >&2
  exit 1
fi
# All or nothing; whoever may do what comes with it.
pg_restore --exit-on-error --single-transaction --no-owner --dbname="$LEADSCAPE_OWNER_URL" "$file"
psql --no-psqlrc -q -d "$LEADSCAPE_OWNER_URL" -c "analyze"
# The names of ledgers sort by time.
newest=$(find "$(dirname "$file")" -maxdepth 1 -name 'leadscape-*.erasures.json' | sort | tail -n 1)
echo "Restored. People who were erased since are in it again: let nobody in yet. Now:"
echo "  leadscape service migrate    (it also puts the protection of this release in force)"
echo "  leadscape service replay_erasures ${newest:-LEDGER}"
