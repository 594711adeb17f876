#!/usr/bin/env bash
# Runs once, on an empty database: the roles and databases besides the services' own, and access for the replica.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v replication="$REPLICATION_PASSWORD" -v registry="$REGISTRY_PASSWORD" <<'SQL'
CREATE ROLE replicator WITH REPLICATION LOGIN PASSWORD :'replication';
SELECT pg_create_physical_replication_slot('replica');
CREATE ROLE registry WITH LOGIN PASSWORD :'registry';
CREATE DATABASE registry OWNER registry;
REVOKE CONNECT ON DATABASE mindful FROM PUBLIC;
SQL
echo 'host replication replicator samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
