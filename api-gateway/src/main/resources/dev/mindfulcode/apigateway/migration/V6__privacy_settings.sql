-- What each user allows to be kept. No row: the defaults.
create table privacy_settings (
    user_id uuid primary key references users on delete cascade,
    keep_detections boolean not null
);
