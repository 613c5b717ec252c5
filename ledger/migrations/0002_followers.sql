-- 底册与视图：各跟随者（监管消费者、视图）自己的进度、底册和停放件。
-- What a follower does lies in one transaction with its cursor; nothing here is history: every
-- table can be emptied and built again from position 0.

create schema if not exists follower authorization shenguan_owner;
create schema if not exists projection authorization shenguan_owner;

create table follower.cursor (
    name          text primary key,
    kind          text not null check (kind in ('projection', 'supervisor')),
    version       integer not null,
    generation    integer not null default 1,
    next_position bigint not null default 0 check (next_position >= 0),
    offsets       jsonb not null default '{}',  -- hints: {"<topic id>/<partition>": offset}
    feed          text check (feed in ('kafka', 'store')),
    halted        text,                         -- error code; null while it runs
    halted_facts  jsonb not null default '{}',
    updated_at    timestamptz not null default clock_timestamp()
);
comment on table follower.cursor is '各跟随者读到哪里、用哪一路、是否停下';

create table follower.row (
    follower text not null,
    key      text collate "C" not null,
    row      jsonb not null,
    due_at   timestamptz,
    primary key (follower, key)
);
create index row_due on follower.row (follower, due_at) where due_at is not null;
comment on table follower.row is '监管消费者的底册';

create table follower.parked (
    id        bigint generated always as identity primary key,
    follower  text not null,
    keys      text[] not null,
    position  bigint,                           -- of the event; null for a timer
    purpose   text,                             -- of the timer's command; null for an event
    entry     jsonb,                            -- the record itself: Kafka mode may not read it again
    reason    text,                             -- null: only queued behind an earlier one
    facts     jsonb not null default '{}',
    attempts  integer not null default 0,
    parked_at timestamptz not null default clock_timestamp(),
    unique (follower, position),
    unique (follower, purpose),
    check ((position is null) = (entry is null) and (position is null) <> (purpose is null))
);
create index parked_keys on follower.parked using gin (keys);
comment on table follower.parked is '停放的件及排在其后的件，按进入次序';

-- a table of a projection always belongs to shenguan_follow, whoever builds it
grant shenguan_follow to shenguan_project;
grant usage on schema follower to shenguan_follow, shenguan_audit;
grant usage, create on schema projection to shenguan_follow;
grant usage on schema projection to shenguan_audit;
grant select, insert, update, delete on all tables in schema follower to shenguan_follow;
grant usage on all sequences in schema follower to shenguan_follow;
grant select on all tables in schema follower to shenguan_audit;
alter default privileges for role shenguan_follow in schema projection
    grant select on tables to shenguan_audit;
