-- Rejected records that were sent again, by their position in the log; nothing in it is about a user.
CREATE TABLE redriven_dead_letters (
    topic text NOT NULL,
    log_partition int NOT NULL,
    log_offset bigint NOT NULL,
    redriven_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, log_partition, log_offset)
);
CREATE INDEX redriven_dead_letters_redriven_at ON redriven_dead_letters (redriven_at);
