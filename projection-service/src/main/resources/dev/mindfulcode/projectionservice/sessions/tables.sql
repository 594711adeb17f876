-- Two sources write a session's row, in any order: the user (columns user_*, corrected_*, project*, language, editor,
-- guarded by event_offset) and the stream (columns stream_*, the totals, guarded by version). Neither writes the
-- other's columns; columns derived from both are generated, so that the row does not depend on the order of arrival.
CREATE TABLE coding_sessions (
    session_id           uuid PRIMARY KEY,
    user_id              uuid NOT NULL,

    user_started_at      timestamptz,
    user_ended_at        timestamptz,
    user_status          text CHECK (user_status IN ('active', 'paused')),
    user_status_at       timestamptz,
    -- Encrypted with the user's key; the bytes are those of the event that set them last. Queries find a project by its
    -- blind index.
    project              bytea,
    project_index        bytea,
    language             text,
    editor               bytea,
    event_offset         bigint NOT NULL DEFAULT -1,

    stream_status        text CHECK (stream_status IN ('active', 'paused', 'ended')),
    stream_status_at     timestamptz,
    first_activity_at    timestamptz,
    last_activity_at     timestamptz,
    keystrokes           bigint NOT NULL DEFAULT 0,
    errors               bigint NOT NULL DEFAULT 0,
    context_switches     bigint NOT NULL DEFAULT 0,
    files_modified       bigint NOT NULL DEFAULT 0,
    active_ms            bigint NOT NULL DEFAULT 0,
    flow_ms              bigint NOT NULL DEFAULT 0,
    intensity_ms         double precision NOT NULL DEFAULT 0,
    interruptions        bigint NOT NULL DEFAULT 0,
    version              bigint NOT NULL DEFAULT 0,
    -- The next sequence of the editor's batches, and how many batches reused a sequence.
    next_sequence        bigint NOT NULL DEFAULT 0,
    reused_sequences     bigint NOT NULL DEFAULT 0,

    -- The user's later correction of the times. It overrides earlier events; a corrected end ends the session.
    corrected_started_at timestamptz,
    corrected_ended_at   timestamptz,

    -- The user's ENDED overrides the stream; otherwise the later status counts, the user's if both are of one time.
    status text NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN user_ended_at IS NOT NULL OR corrected_ended_at IS NOT NULL THEN 'ended'
            WHEN stream_status IS NULL THEN coalesce(user_status, 'active')
            WHEN user_status IS NULL OR user_status_at < stream_status_at THEN stream_status
            ELSE user_status
        END) STORED,
    -- A session's times always include its typing, even if a clock or a correction differs.
    started_at timestamptz NOT NULL GENERATED ALWAYS AS (
        coalesce(
            least(
                coalesce(corrected_started_at, user_started_at),
                CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0
                    THEN first_activity_at END),
            first_activity_at,
            stream_status_at)) STORED,
    -- An idle session ended with its last keystroke, not with the timeout. No session ends before it starts.
    ended_at timestamptz GENERATED ALWAYS AS (
        CASE
            WHEN corrected_ended_at IS NOT NULL OR user_ended_at IS NOT NULL
                THEN greatest(
                    coalesce(corrected_ended_at, user_ended_at),
                    coalesce(corrected_started_at, user_started_at),
                    CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0
                        THEN last_activity_at END)
            WHEN stream_status = 'ended' AND (user_status IS NULL OR user_status_at < stream_status_at)
                THEN greatest(last_activity_at, coalesce(corrected_started_at, user_started_at))
        END) STORED
) WITH (fillfactor = 80);
CREATE INDEX coding_sessions_of_user ON coding_sessions (user_id, started_at DESC, session_id DESC);
CREATE INDEX coding_sessions_current ON coding_sessions (user_id, started_at DESC, session_id DESC)
    WHERE status <> 'ended';

-- Sessions that users deleted. Their rows are gone; later records of the stream are ignored.
CREATE TABLE coding_sessions_deleted (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
