-- Two sources write a session's row, and either may come first: the user (columns user_*, corrected_*, project, language, editor,
-- guarded by event_offset) and the stream (columns stream_*, the totals, guarded by version). Neither writes the other's columns;
-- what follows from both is generated, so that the order of arrival cannot show in the row.
CREATE TABLE coding_sessions (
    session_id           uuid PRIMARY KEY,
    user_id              uuid NOT NULL,

    user_started_at      timestamptz,
    user_ended_at        timestamptz,
    user_status          text CHECK (user_status IN ('active', 'paused')),
    user_status_at       timestamptz,
    project              text,
    language             text,
    editor               text,
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
    -- Where an editor goes on counting its batches, and how many came under a sequence used before.
    next_sequence        bigint NOT NULL DEFAULT 0,
    reused_sequences     bigint NOT NULL DEFAULT 0,

    -- What the user said afterwards about when the session was. It wins over what was said before, and an end that is known is an end.
    corrected_started_at timestamptz,
    corrected_ended_at   timestamptz,

    -- The user's ENDED wins over what the stream says; otherwise whoever spoke of the later moment, the user where they are equal.
    status text NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN user_ended_at IS NOT NULL OR corrected_ended_at IS NOT NULL THEN 'ended'
            WHEN stream_status IS NULL THEN coalesce(user_status, 'active')
            WHEN user_status IS NULL OR user_status_at < stream_status_at THEN stream_status
            ELSE user_status
        END) STORED,
    -- A session's times never leave out what was typed in it, whatever clocks and users say.
    started_at timestamptz NOT NULL GENERATED ALWAYS AS (
        coalesce(
            least(
                coalesce(corrected_started_at, user_started_at),
                CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0 THEN first_activity_at END),
            first_activity_at,
            stream_status_at)) STORED,
    -- A session that idled out ended when its user stopped typing, not when somebody noticed; and no session ends before it starts.
    ended_at timestamptz GENERATED ALWAYS AS (
        CASE
            WHEN corrected_ended_at IS NOT NULL OR user_ended_at IS NOT NULL
                THEN greatest(
                    coalesce(corrected_ended_at, user_ended_at),
                    coalesce(corrected_started_at, user_started_at),
                    CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0 THEN last_activity_at END)
            WHEN stream_status = 'ended' AND (user_status IS NULL OR user_status_at < stream_status_at)
                THEN greatest(last_activity_at, coalesce(corrected_started_at, user_started_at))
        END) STORED
) WITH (fillfactor = 80);
CREATE INDEX coding_sessions_of_user ON coding_sessions (user_id, started_at DESC, session_id DESC);
CREATE INDEX coding_sessions_current ON coding_sessions (user_id, started_at DESC, session_id DESC) WHERE status <> 'ended';

-- Sessions that their users deleted. Their rows are gone; what the stream still tells of them finds the id here.
CREATE TABLE coding_sessions_deleted (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
