-- Who wants to be asked about their flow, and when they were. No row: not asked.
create table feedback_prompts (
    user_id uuid primary key references users on delete cascade,
    per_day int not null check (per_day between 0 and 6),
    asked_at timestamptz,
    -- The moment that the latest was about: a break is asked about once, however often it is ended.
    asked_about timestamptz,
    -- The user's own day of the latest prompt, and how many there were on it.
    asked_on date,
    asked_times int not null default 0
);
