-- The languages of sessions and when each was set: typing counts for the language set at that time. One row for each
-- STARTED, of which only the first counts, and for each other event that sets a language.
CREATE TABLE session_languages (
    user_id      uuid NOT NULL,
    session_id   uuid NOT NULL,
    event_offset bigint NOT NULL,
    -- started, updated or corrected; a correction replaces all earlier languages.
    kind         text NOT NULL,
    set_at       timestamptz NOT NULL,
    language     text,
    PRIMARY KEY (session_id, event_offset)
);

-- Sessions that users deleted. Their rows are gone; later records of the stream are ignored.
CREATE TABLE session_languages_deleted (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
