-- 账本（ledger）: the write side. Everything belongs to shenguan_owner, who cannot log in; the service
-- reads through views and writes through functions. PostgreSQL 15 or later.

CREATE TABLE ledger.genesis (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    origin text NOT NULL CHECK (origin ~ '^[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?$'),
    mode text NOT NULL CHECK (mode IN ('DEMO', 'FORMAL')),
    hash text NOT NULL CHECK (hash IN ('SHA256', 'SM3')),
    topics jsonb NOT NULL  -- {"case": 2, …}: partition counts, fixed for ever
);

-- The authority over positions: whoever holds this row appends.
CREATE TABLE ledger.counter (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    next_position bigint NOT NULL,
    appended_at timestamptz NOT NULL,
    incarnation integer NOT NULL
);

CREATE TABLE ledger.lane_head (
    topic text,
    partition integer,
    next_lane_position bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
);

CREATE TABLE ledger.stream_head (
    stream text COLLATE "C" PRIMARY KEY CHECK (stream ~ '^[a-z]+/[!-~]{1,120}$'),
    version bigint NOT NULL,
    leaf_hash bytea NOT NULL,
    key text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE ledger.schema (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    name text NOT NULL,
    text bytea NOT NULL CHECK (sha256(text) = sha256)
);

-- One check for all: a check is compiled anew by every statement.
CREATE TABLE ledger.event (
    position bigint PRIMARY KEY,
    stream text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    key text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    lane_position bigint NOT NULL,
    event_id uuid NOT NULL UNIQUE,
    command_id uuid NOT NULL,
    name text NOT NULL,
    schema_sha256 bytea NOT NULL,
    prev_leaf_hash bytea NOT NULL,
    leaf_hash bytea NOT NULL,
    incarnation integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    appended_at timestamptz NOT NULL,
    traceparent text,
    value bytea NOT NULL,
    CHECK (octet_length(value) BETWEEN 1 AND 65535 AND octet_length(leaf_hash) = 32
        AND octet_length(schema_sha256) = 32 AND (version = 1) = (prev_leaf_hash = '')
        AND position >= 0 AND lane_position >= 0 AND version > 0),
    UNIQUE (stream, version),
    UNIQUE (topic, partition, lane_position)
);
-- Sealed fields are random and Avro is dense: compressing costs time and gains nothing.
ALTER TABLE ledger.event ALTER COLUMN value SET STORAGE EXTERNAL;

-- One row a command, kept for ever: whoever asks again gets the first answer.
CREATE TABLE ledger.command (
    command_id uuid PRIMARY KEY,
    request_hash bytea NOT NULL,
    kind text NOT NULL,
    first_position bigint,
    last_position bigint,
    code text,
    facts jsonb,
    CHECK (CASE kind WHEN 'RECORDED' THEN code IS NULL AND first_position <= last_position
        WHEN 'REFUSED' THEN code IS NOT NULL AND first_position IS NULL
        WHEN 'NOTHING' THEN code IS NULL AND first_position IS NULL ELSE false END)
);

CREATE TABLE ledger.claim (
    kind text,
    value text,
    holder text NOT NULL,
    PRIMARY KEY (kind, value)
);

CREATE TABLE ledger.person_key (
    holder text PRIMARY KEY,
    key_id bytea NOT NULL UNIQUE CHECK (octet_length(key_id) = 16),
    commitment bytea NOT NULL,
    wrapped bytea NOT NULL,
    kek_id text NOT NULL
);

CREATE TABLE ledger.clock (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    now timestamptz
);

CREATE TABLE ledger.topic_identity (
    topic text PRIMARY KEY,
    topic_id text NOT NULL
);

-- -- append only ---------------------------------------------------------------------------------

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'append only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['event', 'command', 'schema', 'genesis'] LOOP
        EXECUTE format('CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON ledger.%I
            FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER append_only_table BEFORE TRUNCATE ON ledger.%I
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name);
    END LOOP;
END $$;

-- -- what the roles read -------------------------------------------------------------------------

CREATE VIEW ledger.event_feed AS
    SELECT position, stream, version, key, topic, partition, lane_position, event_id::text, name,
           schema_sha256, prev_leaf_hash, leaf_hash, incarnation, recorded_at, traceparent, value
    FROM ledger.event;
CREATE VIEW ledger.leaf_feed AS SELECT position, leaf_hash FROM ledger.event;
CREATE VIEW ledger.head AS SELECT next_position, incarnation FROM ledger.counter;
CREATE VIEW ledger.schema_text AS SELECT sha256, name, text FROM ledger.schema;

-- -- functions -----------------------------------------------------------------------------------

CREATE TYPE ledger.answer AS (
    kind text,              -- RECORDED REFUSED NOTHING | CONFLICT REUSED: not recorded
    first_position bigint,
    last_position bigint,
    code text,
    facts jsonb,
    repeated boolean
);

-- One command, all its consequences or none. Failures are values, so that one command of a batch
-- can fail alone; nothing is written before every check has passed. Written streams come as
-- parallel arrays (expected head, lane, number of new events), new events as parallel arrays in the
-- order of their streams.
CREATE FUNCTION ledger.append(
    p_command uuid, p_request bytea, p_kind text, p_code text, p_facts jsonb,
    p_read_stream text[], p_read_leaf bytea[],
    p_stream text[], p_key text[], p_topic text[], p_partition integer[],
    p_version bigint[], p_leaf bytea[], p_count integer[],
    p_event_id uuid[], p_name text[], p_schema bytea[], p_leaf_hash bytea[], p_value bytea[],
    p_recorded_at timestamptz, p_incarnation integer, p_traceparent text,
    p_claim_kind text[] DEFAULT NULL, p_claim_value text[] DEFAULT NULL,
    p_claim_holder text[] DEFAULT NULL, p_release_kind text[] DEFAULT NULL,
    p_release_value text[] DEFAULT NULL, p_release_holder text[] DEFAULT NULL
) RETURNS ledger.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off  -- a plan made while a table was small must not survive its growth
AS $$
DECLARE
    v_events constant integer := coalesce(cardinality(p_value), 0);
    v_first bigint;
    v_at timestamptz;
    v_incarnation integer;
    v_answer ledger.answer;
    v_known ledger.command;
    v_head ledger.stream_head;
    v_code text;
    v_facts jsonb;
    v_lane bigint;
    v_leaf bytea;
    n integer := 0;
BEGIN
    -- The row of the counter is the authority; this lock only keeps the queue before it short.
    v_code := nullif(pg_advisory_xact_lock(5391840617)::text, '');  -- an expression: no statement
    UPDATE ledger.counter c
        SET next_position = c.next_position + v_events,
            appended_at = greatest(c.appended_at, clock_timestamp())
        WHERE c.one
        RETURNING c.next_position - v_events, c.appended_at, c.incarnation
        INTO STRICT v_first, v_at, v_incarnation;

    -- (1) asked before?
    SELECT * INTO v_known FROM ledger.command c WHERE c.command_id = p_command;
    IF FOUND AND v_known.request_hash = p_request THEN
        v_answer := ROW(v_known.kind, v_known.first_position, v_known.last_position, v_known.code,
                        v_known.facts, true);
    ELSIF FOUND THEN
        v_answer := ROW('REUSED', NULL, NULL, 'ledger.command_reused',
                        jsonb_build_object('command_id', p_command), true);
    ELSE
        -- (2) are the streams still as the decision saw them?
        IF p_incarnation <> v_incarnation THEN
            v_code := 'ledger.incarnation';
            v_facts := jsonb_build_object('incarnation', v_incarnation::text);
        END IF;
        FOR w IN 1 .. coalesce(cardinality(p_stream), 0) LOOP
            SELECT * INTO v_head FROM ledger.stream_head h WHERE h.stream = p_stream[w];
            v_code := CASE
                WHEN coalesce(v_head.version, 0) <> p_version[w] THEN 'ledger.version'
                WHEN coalesce(v_head.leaf_hash, '') <> p_leaf[w] THEN 'ledger.prev_leaf'
                WHEN v_head.key <> p_key[w] OR v_head.topic <> p_topic[w]
                    OR v_head.partition <> p_partition[w] THEN 'ledger.lane'
                ELSE v_code END;
            EXIT WHEN v_code IS NOT NULL;
        END LOOP;
        FOR r IN 1 .. coalesce(cardinality(p_read_stream), 0) LOOP
            EXIT WHEN v_code IS NOT NULL;
            SELECT * INTO v_head FROM ledger.stream_head h WHERE h.stream = p_read_stream[r];
            IF coalesce(v_head.leaf_hash, '') <> p_read_leaf[r] THEN
                v_code := 'ledger.read';
                v_facts := jsonb_build_object('stream', p_read_stream[r]);
            END IF;
        END LOOP;
        IF v_code IS NOT NULL THEN
            v_answer := ROW('CONFLICT', NULL, NULL, v_code,
                            coalesce(v_facts, jsonb_build_object('stream', v_head.stream)), false);
        ELSIF p_claim_kind IS NOT NULL THEN
            -- (3) does another stream hold what is claimed (and is not given up just now)?
            SELECT jsonb_build_object('kind', c.kind, 'value', c.value, 'holder', c.holder)
                INTO v_facts
                FROM unnest(p_claim_kind, p_claim_value, p_claim_holder) AS n(kind, value, holder)
                JOIN ledger.claim c ON c.kind = n.kind AND c.value = n.value
                WHERE c.holder <> n.holder AND NOT EXISTS (
                    SELECT FROM unnest(p_release_kind, p_release_value, p_release_holder)
                        AS r(kind, value, holder)
                    WHERE r.kind = c.kind AND r.value = c.value AND r.holder = c.holder)
                LIMIT 1;
            IF FOUND THEN
                v_answer := ROW('REFUSED', NULL, NULL, 'ledger.claim_taken', v_facts, false);
                INSERT INTO ledger.command (command_id, request_hash, kind, code, facts)
                    VALUES (p_command, p_request, 'REFUSED', 'ledger.claim_taken', v_facts);
            END IF;
        END IF;
    END IF;
    IF v_answer.kind IS NOT NULL THEN  -- no position was taken
        UPDATE ledger.counter c SET next_position = c.next_position - v_events WHERE c.one;
        RETURN v_answer;
    END IF;

    -- (4) write
    IF p_release_kind IS NOT NULL THEN
        DELETE FROM ledger.claim c
            USING unnest(p_release_kind, p_release_value, p_release_holder)
                AS r(kind, value, holder)
            WHERE c.kind = r.kind AND c.value = r.value AND c.holder = r.holder;
    END IF;
    IF p_claim_kind IS NOT NULL THEN
        INSERT INTO ledger.claim (kind, value, holder)
            SELECT * FROM unnest(p_claim_kind, p_claim_value, p_claim_holder)
            ON CONFLICT DO NOTHING;
    END IF;
    FOR w IN 1 .. coalesce(cardinality(p_stream), 0) LOOP
        UPDATE ledger.lane_head l SET next_lane_position = l.next_lane_position + p_count[w]
            WHERE l.topic = p_topic[w] AND l.partition = p_partition[w]
            RETURNING l.next_lane_position - p_count[w] INTO STRICT v_lane;
        v_leaf := p_leaf[w];
        FOR k IN 1 .. p_count[w] LOOP
            n := n + 1;
            INSERT INTO ledger.event (
                position, stream, version, key, topic, partition, lane_position, event_id,
                command_id, name, schema_sha256, prev_leaf_hash, leaf_hash, incarnation,
                recorded_at, appended_at, traceparent, value)
            VALUES (
                v_first + n - 1, p_stream[w], p_version[w] + k, p_key[w], p_topic[w],
                p_partition[w], v_lane + k - 1, p_event_id[n], p_command, p_name[n], p_schema[n],
                v_leaf, p_leaf_hash[n], v_incarnation, p_recorded_at, v_at, p_traceparent,
                p_value[n]);
            v_leaf := p_leaf_hash[n];
        END LOOP;
        INSERT INTO ledger.stream_head AS h (stream, version, leaf_hash, key, topic, partition)
            VALUES (p_stream[w], p_version[w] + p_count[w], v_leaf, p_key[w], p_topic[w],
                    p_partition[w])
            ON CONFLICT (stream) DO UPDATE
                SET version = excluded.version, leaf_hash = excluded.leaf_hash;
    END LOOP;
    IF n <> v_events THEN
        RAISE EXCEPTION 'event of no stream';
    END IF;
    IF n > 0 THEN
        v_answer := ROW('RECORDED', v_first, v_first + n - 1, NULL, NULL, false);
    ELSE
        v_answer := ROW(p_kind, NULL, NULL, p_code, p_facts, false);
    END IF;
    INSERT INTO ledger.command
        (command_id, request_hash, kind, first_position, last_position, code, facts)
        VALUES (p_command, p_request, v_answer.kind, v_answer.first_position,
                v_answer.last_position, v_answer.code, v_answer.facts);
    RETURN v_answer;
END $$;

-- Commands, with what they read, write, claim and release, as parallel arrays; all numbering is
-- from 1. `call` is a command; `last` the last new event of a written stream (`last_event`: of a
-- command), `count` (`events`) how many there are up to it; `prior` the earlier write here to the
-- same stream, else 0; `lane` one of the lanes, `lane_before` how many events go before into it.
CREATE TYPE ledger.batch AS (
    command uuid[], request bytea[], kind text[], code text[], facts jsonb[],
    recorded_at timestamptz[], incarnation integer[], traceparent text[],
    events integer[], last_event integer[],
    read_stream text[], read_leaf bytea[], read_prior integer[],
    lane_topic text[], lane_partition integer[], lane_count integer[],
    call integer[], stream text[], key text[], version bigint[], leaf bytea[], count integer[],
    last integer[], prior integer[], lane integer[], lane_before integer[],
    event_id uuid[], name text[], schema bytea[], leaf_hash bytea[], value bytea[],
    claim_call integer[], claim_kind text[], claim_value text[], claim_holder text[],
    release_call integer[], release_kind text[], release_value text[], release_holder text[]
);

-- Several commands at once, where nothing keeps any of them from being recorded; the same rules as
-- ledger.append, and one answer each in their order. Otherwise nothing is written and there is no
-- answer: then ledger.append is asked one by one. Sets cost a fraction of so many single calls.
CREATE FUNCTION ledger.append_many(p_batch json) RETURNS SETOF ledger.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off  -- a plan made while a table was small must not survive its growth
AS $$
DECLARE
    b constant ledger.batch := json_populate_record(NULL::ledger.batch, p_batch);
    v_events constant integer := cardinality(b.value);
    v_counter ledger.counter;
    v_written bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(5391840617);
    SELECT * INTO STRICT v_counter FROM ledger.counter c WHERE c.one;
    IF v_counter.incarnation <> ANY (b.incarnation)
        -- (1) asked before?
        OR (SELECT count(DISTINCT n) < cardinality(b.command) FROM unnest(b.command) AS n)
        OR EXISTS (SELECT FROM ledger.command c WHERE c.command_id = ANY (b.command))
        -- (2) are the streams as the decisions saw them, or as earlier commands here leave them?
        OR EXISTS (
            SELECT FROM unnest(b.stream, b.key, b.version, b.leaf, b.prior, b.lane)
                AS w(stream, key, version, leaf, prior, lane)
            LEFT JOIN ledger.stream_head h ON h.stream = w.stream
            WHERE w.version <> coalesce(b.version[w.prior] + b.count[w.prior], h.version, 0)
                OR w.leaf <> coalesce(b.leaf_hash[b.last[w.prior]], h.leaf_hash, '')
                OR w.key <> coalesce(b.key[w.prior], h.key) OR w.lane <> b.lane[w.prior]
                OR h.topic <> b.lane_topic[w.lane] OR h.partition <> b.lane_partition[w.lane])
        OR EXISTS (
            SELECT FROM unnest(b.read_stream, b.read_leaf, b.read_prior) AS r(stream, leaf, prior)
            LEFT JOIN ledger.stream_head h ON h.stream = r.stream
            WHERE r.leaf <> coalesce(b.leaf_hash[b.last[r.prior]], h.leaf_hash, ''))
        -- (3) is anything claimed that is held, or that two commands here are about?
        OR EXISTS (
            SELECT FROM unnest(b.claim_kind, b.claim_value, b.claim_holder) AS n(kind, value, holder)
            JOIN ledger.claim c ON c.kind = n.kind AND c.value = n.value
            WHERE c.holder <> n.holder)
        OR EXISTS (
            SELECT FROM unnest(b.claim_call || b.release_call, b.claim_kind || b.release_kind,
                b.claim_value || b.release_value) AS n(call, kind, value)
            GROUP BY n.kind, n.value HAVING count(DISTINCT n.call) > 1)
    THEN
        RETURN;
    END IF;

    -- Write, as ledger.append does.
    UPDATE ledger.counter c SET next_position = c.next_position + v_events,
            appended_at = greatest(c.appended_at, clock_timestamp())
        WHERE c.one AND c.next_position = v_counter.next_position
        RETURNING c.appended_at INTO STRICT v_counter.appended_at;  -- the row is the authority
    IF cardinality(b.release_call) > 0 THEN
        DELETE FROM ledger.claim c
            USING unnest(b.release_kind, b.release_value, b.release_holder)
                AS r(kind, value, holder)
            WHERE c.kind = r.kind AND c.value = r.value AND c.holder = r.holder;
    END IF;
    IF cardinality(b.claim_call) > 0 THEN
        INSERT INTO ledger.claim (kind, value, holder)
            SELECT * FROM unnest(b.claim_kind, b.claim_value, b.claim_holder)
            ON CONFLICT DO NOTHING;
    END IF;
    IF v_events > 0 THEN
        WITH lane AS (
            UPDATE ledger.lane_head l SET next_lane_position = l.next_lane_position + n.count
            FROM unnest(b.lane_topic, b.lane_partition, b.lane_count)
                WITH ORDINALITY AS n(topic, partition, count, number)
            WHERE l.topic = n.topic AND l.partition = n.partition
            RETURNING n.number, n.count, l.topic, l.partition, l.next_lane_position - n.count AS next
        )
        INSERT INTO ledger.event (
            position, stream, version, key, topic, partition, lane_position, event_id, command_id,
            name, schema_sha256, prev_leaf_hash, leaf_hash, incarnation, recorded_at, appended_at,
            traceparent, value)
        SELECT v_counter.next_position + n - 1, w.stream, w.version + n - w.before, w.key,
            lane.topic, lane.partition, lane.next + w.lane_before + n - w.before - 1, b.event_id[n],
            b.command[w.call], b.name[n], b.schema[n],
            CASE n WHEN w.before + 1 THEN w.leaf ELSE b.leaf_hash[n - 1] END, b.leaf_hash[n],
            v_counter.incarnation, b.recorded_at[w.call], v_counter.appended_at,
            b.traceparent[w.call], b.value[n]
        FROM (
            SELECT *, last - count AS before
            FROM unnest(b.call, b.stream, b.key, b.version, b.leaf, b.count, b.last, b.lane,
                        b.lane_before)
                AS w(call, stream, key, version, leaf, count, last, lane, lane_before)
        ) w
        JOIN lane ON lane.number = w.lane AND w.lane_before + w.count <= lane.count
        CROSS JOIN generate_series(w.before + 1, w.last) AS n;
        GET DIAGNOSTICS v_written = ROW_COUNT;
        -- With the unique keys this leaves no hole: not in the positions, not in a lane.
        IF v_written <> v_events OR v_written <> (SELECT sum(n) FROM unnest(b.lane_count) AS n) THEN
            RAISE EXCEPTION '% events of %', v_written, v_events;
        END IF;
        INSERT INTO ledger.stream_head AS h (stream, version, leaf_hash, key, topic, partition)
            SELECT w.stream, w.version + w.count, b.leaf_hash[w.last], w.key,
                b.lane_topic[w.lane], b.lane_partition[w.lane]
            FROM unnest(b.stream, b.key, b.version, b.count, b.last, b.lane)
                WITH ORDINALITY AS w(stream, key, version, count, last, lane, number)
            WHERE w.number <> ALL (b.prior)
            ON CONFLICT (stream) DO UPDATE
                SET version = excluded.version, leaf_hash = excluded.leaf_hash;
    END IF;
    RETURN QUERY
        INSERT INTO ledger.command AS c
            (command_id, request_hash, kind, first_position, last_position, code, facts)
        SELECT n.command, n.request, CASE WHEN n.events > 0 THEN 'RECORDED' ELSE n.kind END,
            CASE WHEN n.events > 0 THEN v_counter.next_position + n.last - n.events END,
            CASE WHEN n.events > 0 THEN v_counter.next_position + n.last - 1 END, n.code, n.facts
        FROM unnest(b.command, b.request, b.kind, b.code, b.facts, b.events, b.last_event)
            AS n(command, request, kind, code, facts, events, last)
        RETURNING c.kind, c.first_position, c.last_position, c.code, c.facts, false;
END $$;

-- 建账: the frame of a ledger, once; run by whoever administers the database.
CREATE FUNCTION ledger.establish(
    p_origin text, p_mode text, p_hash text, p_topics jsonb, p_now timestamptz
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger.genesis) THEN
        RETURN false;
    END IF;
    INSERT INTO ledger.genesis (origin, mode, hash, topics)
        VALUES (p_origin, p_mode, p_hash, p_topics);
    INSERT INTO ledger.lane_head (topic, partition)
        SELECT key, generate_series(0, value::integer - 1) FROM jsonb_each_text(p_topics);
    INSERT INTO ledger.counter (next_position, appended_at, incarnation)
        VALUES (0, clock_timestamp(), 1);
    IF p_mode = 'DEMO' THEN
        INSERT INTO ledger.clock (now) VALUES (p_now);
    END IF;
    RETURN true;
END $$;

-- 演练时钟: only a demo ledger has the row; it never goes back.
CREATE FUNCTION ledger.advance_clock(p_to timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE ledger.clock SET now = p_to WHERE now IS NULL OR now <= p_to;
    IF FOUND THEN
        RETURN NULL;
    ELSIF EXISTS (SELECT FROM ledger.clock) THEN
        RETURN 'ledger.clock_backwards';
    END IF;
    RETURN 'ledger.clock_formal';
END $$;

CREATE FUNCTION ledger.keep_schema(p_name text, p_text bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.schema (sha256, name, text) VALUES (sha256(p_text), p_name, p_text)
        ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

CREATE FUNCTION ledger.keep_person_key(
    p_holder text, p_key_id bytea, p_commitment bytea, p_wrapped bytea, p_kek_id text
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.person_key (holder, key_id, commitment, wrapped, kek_id)
        VALUES (p_holder, p_key_id, p_commitment, p_wrapped, p_kek_id) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- -- rights --------------------------------------------------------------------------------------

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO shenguan_append, shenguan_relay, shenguan_follow, shenguan_project,
    shenguan_audit;
GRANT SELECT ON ledger.genesis, ledger.head, ledger.lane_head, ledger.schema_text, ledger.clock
    TO shenguan_append, shenguan_relay, shenguan_follow, shenguan_project;
GRANT SELECT ON ledger.leaf_feed TO shenguan_append, shenguan_follow, shenguan_project;
GRANT SELECT ON ledger.event_feed TO shenguan_append, shenguan_relay, shenguan_project;
GRANT SELECT ON ledger.topic_identity TO shenguan_relay, shenguan_follow, shenguan_project;
GRANT SELECT ON ledger.stream_head, ledger.command, ledger.person_key TO shenguan_append;
GRANT EXECUTE ON FUNCTION ledger.append, ledger.append_many, ledger.advance_clock,
    ledger.keep_schema, ledger.keep_person_key TO shenguan_append;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO shenguan_audit;
REVOKE SELECT ON ledger.person_key FROM shenguan_audit;  -- keys are read by whoever may open them
