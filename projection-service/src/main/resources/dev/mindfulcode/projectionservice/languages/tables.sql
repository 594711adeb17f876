-- The languages of sessions and when each was set: typing counts for the language that it was typed in. Each STARTED is here,
-- as only the first counts; of the other events those that name a language.
CREATE TABLE session_languages (
    user_id      uuid NOT NULL,
    session_id   uuid NOT NULL,
    event_offset bigint NOT NULL,
    -- started, updated or corrected; a correction replaces everything before it.
    kind         text NOT NULL,
    set_at      timestamptz NOT NULL,
    language     text,
    PRIMARY KEY (session_id, event_offset)
);

-- Sessions that their users deleted.
CREATE TABLE session_languages_deleted (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
