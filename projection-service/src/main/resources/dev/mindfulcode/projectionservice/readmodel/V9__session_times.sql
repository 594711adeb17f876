-- A session's times never leave out what was typed in it: not where it was started after the first keystroke or ended before the last, by a wrong
-- clock, a correction, or because typing went on after the end.
ALTER TABLE coding_sessions
    ALTER COLUMN started_at SET EXPRESSION AS (
        coalesce(
            least(
                coalesce(corrected_started_at, user_started_at),
                CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0 THEN first_activity_at END),
            first_activity_at,
            stream_status_at)),
    ALTER COLUMN ended_at SET EXPRESSION AS (
        CASE
            WHEN corrected_ended_at IS NOT NULL OR user_ended_at IS NOT NULL
                THEN greatest(
                    coalesce(corrected_ended_at, user_ended_at),
                    coalesce(corrected_started_at, user_started_at),
                    CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0 THEN last_activity_at END)
            WHEN stream_status = 'ended' AND (user_status IS NULL OR user_status_at < stream_status_at)
                THEN greatest(last_activity_at, coalesce(corrected_started_at, user_started_at))
        END);
