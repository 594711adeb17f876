#!/usr/bin/env bash
# Starts the streaming replica with the given command; copies the primary first if there is no data yet.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    rm -rf "${PGDATA:?}"/* # of a copy that did not finish
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    pg_basebackup --host postgres --username replicator --pgdata "$PGDATA" --wal-method stream --slot replica \
        --checkpoint fast --write-recovery-conf
fi
exec "$@" -c hot_standby_feedback=on -c listen_addresses='*'
