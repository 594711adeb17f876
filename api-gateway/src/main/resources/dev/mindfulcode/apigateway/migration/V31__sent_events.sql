-- Events that the log has acknowledged, where they are on it, for a day. Those that the log then loses, as in a power loss before they were
-- on its disk, go back to the outbox. Values are the records' own: personal text in them is encrypted with the user's key.
create table sent_events (
    topic text not null,
    log_partition int not null,
    log_offset bigint not null,
    record_key text not null,
    -- Null: a tombstone.
    record_value bytea,
    sent_at timestamptz not null default clock_timestamp(),
    primary key (topic, log_partition, log_offset)
);
create index sent_events_sent_at on sent_events (sent_at);
