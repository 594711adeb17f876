-- What the user said afterwards about when a session was. It wins over everything, and an end that is known is an end.
ALTER TABLE coding_sessions
    ADD COLUMN corrected_started_at timestamptz,
    ADD COLUMN corrected_ended_at   timestamptz;

ALTER TABLE coding_sessions
    ALTER COLUMN status SET EXPRESSION AS (
        CASE
            WHEN user_ended_at IS NOT NULL OR corrected_ended_at IS NOT NULL THEN 'ended'
            WHEN stream_status IS NULL THEN coalesce(user_status, 'active')
            WHEN user_status IS NULL OR user_status_at < stream_status_at THEN stream_status
            ELSE user_status
        END),
    ALTER COLUMN started_at SET EXPRESSION AS (
        coalesce(corrected_started_at, user_started_at, first_activity_at, stream_status_at)),
    ALTER COLUMN ended_at SET EXPRESSION AS (
        CASE
            WHEN corrected_ended_at IS NOT NULL OR user_ended_at IS NOT NULL
                THEN greatest(coalesce(corrected_ended_at, user_ended_at), coalesce(corrected_started_at, user_started_at))
            WHEN stream_status = 'ended' AND (user_status IS NULL OR user_status_at < stream_status_at)
                THEN greatest(last_activity_at, coalesce(corrected_started_at, user_started_at))
        END);

CREATE INDEX coding_sessions_current ON coding_sessions (user_id, started_at DESC, session_id DESC) WHERE status <> 'ended';

-- Sessions that their users deleted, one table a projection. Their rows are gone; what the stream still tells of them finds the id here.
CREATE TABLE coding_sessions_deleted (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
CREATE TABLE flow_periods_deleted (LIKE coding_sessions_deleted INCLUDING ALL);
CREATE TABLE flow_minutes_deleted (LIKE coding_sessions_deleted INCLUDING ALL);
