-- A deleted session's id stays claimed: it can be neither read nor used again.
alter table session_owners drop constraint session_owners_status_check;
alter table session_owners
    add constraint session_owners_status_check check (status in ('active', 'paused', 'ended', 'deleted'));
