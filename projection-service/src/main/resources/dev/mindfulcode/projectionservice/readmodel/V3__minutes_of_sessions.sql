-- A minute's row is now what one session counts in it, so that a deleted session's share can be taken away. Two sessions of a user at
-- once are two rows: whoever shows minutes adds them up. Rows from before are sums over sessions and stay under the nil id.
ALTER TABLE flow_minutes ADD COLUMN session_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE flow_minutes DROP CONSTRAINT flow_minutes_pkey, ADD PRIMARY KEY (user_id, minute, session_id);
