-- Minutes have a reason: in the tables in use and in those of other builds. Earlier rows and records have none, so no
-- rebuild is needed.
DO $$
DECLARE
    build text;
BEGIN
    FOR build IN
        SELECT schemaname FROM pg_tables
        WHERE tablename = 'flow_minutes' AND schemaname ~ '^readmodel(_flow_minutes_[0-9]+)?$'
    LOOP
        EXECUTE format('ALTER TABLE %I.flow_minutes ADD COLUMN IF NOT EXISTS reason text', build);
    END LOOP;
END
$$;
