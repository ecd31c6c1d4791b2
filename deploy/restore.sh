#!/bin/sh
# Fills an empty database from a backup: deploy/restore.sh FILE
# LEADSCAPE_OWNER_URL names the database; the two roles must be there (deploy/roles.sql). Then run the migrations.
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
echo "Restored. Now: leadscape service migrate (it also puts the protection of this release in force)."
