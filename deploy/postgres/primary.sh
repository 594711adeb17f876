#!/usr/bin/env bash
# Runs once, on an empty database: the roles of the services, of the registry and of the replica. None is a superuser;
# POSTGRES_USER, the operator's, is in no URL of a service.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v services="$SERVICES_PASSWORD" \
    -v replication="$REPLICATION_PASSWORD" -v registry="$REGISTRY_PASSWORD" <<'SQL'
CREATE ROLE replicator WITH REPLICATION LOGIN PASSWORD :'replication';
SELECT pg_create_physical_replication_slot('replica');
CREATE ROLE registry WITH LOGIN PASSWORD :'registry';
CREATE DATABASE registry OWNER registry;
REVOKE CONNECT ON DATABASE registry FROM PUBLIC;
CREATE ROLE mindful WITH LOGIN PASSWORD :'services';
ALTER DATABASE mindful OWNER TO mindful;
REVOKE CONNECT ON DATABASE mindful FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
-- For the scrub of deleted rows after an erasure: which transactions can still read them, and what the log retains.
GRANT pg_monitor, pg_checkpoint TO mindful;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO mindful;
SQL
echo 'host replication replicator samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
