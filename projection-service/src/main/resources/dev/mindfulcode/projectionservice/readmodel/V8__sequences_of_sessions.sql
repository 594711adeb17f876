-- Where an editor goes on counting its batches, and how many came under a sequence used before. In every build that there is: the fold
-- writes them into whichever is in use.
DO $$
DECLARE
    build record;
BEGIN
    FOR build IN SELECT schemaname FROM pg_tables
                 WHERE tablename = 'coding_sessions' AND (schemaname = 'readmodel' OR schemaname LIKE 'readmodel\_%') LOOP
        EXECUTE format('ALTER TABLE %I.coding_sessions ADD COLUMN next_sequence bigint NOT NULL DEFAULT 0,
                        ADD COLUMN reused_sequences bigint NOT NULL DEFAULT 0', build.schemaname);
    END LOOP;
END
$$;
