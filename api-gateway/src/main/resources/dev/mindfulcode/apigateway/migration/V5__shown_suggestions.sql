-- Which suggestions a user was given on which of their days, kept for 60 days: what was given lately rests. Places bound a day.
create table shown_suggestions (
    user_id uuid not null references users on delete cascade,
    shown_on date not null,
    place int not null check (place in (0, 1)),
    suggestion text not null,
    primary key (user_id, shown_on, place),
    unique (user_id, shown_on, suggestion)
);
