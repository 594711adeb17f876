-- Weekly goals. No row: no goal.
CREATE TABLE goals (
    user_id uuid PRIMARY KEY REFERENCES identity.users ON DELETE CASCADE,
    weekly_flow_minutes int NOT NULL CHECK (weekly_flow_minutes BETWEEN 1 AND 10080)
);
