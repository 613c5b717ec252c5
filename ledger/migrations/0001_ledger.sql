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
    next_position bigint NOT NULL CHECK (next_position >= 0),
    appended_at timestamptz NOT NULL,
    incarnation integer NOT NULL CHECK (incarnation > 0)
);

CREATE TABLE ledger.lane_head (
    topic text,
    partition integer CHECK (partition >= 0),
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

CREATE TABLE ledger.event (
    position bigint PRIMARY KEY CHECK (position >= 0),
    stream text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    key text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    lane_position bigint NOT NULL CHECK (lane_position >= 0),
    event_id uuid NOT NULL UNIQUE,
    command_id uuid NOT NULL,
    name text NOT NULL,
    schema_sha256 bytea NOT NULL CHECK (octet_length(schema_sha256) = 32),
    prev_leaf_hash bytea NOT NULL CHECK ((version = 1) = (prev_leaf_hash = '')),
    leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    incarnation integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    appended_at timestamptz NOT NULL,
    traceparent text,
    value bytea NOT NULL CHECK (octet_length(value) BETWEEN 1 AND 65535),
    UNIQUE (stream, version),
    UNIQUE (topic, partition, lane_position)
);
-- Sealed fields are random and Avro is dense: compressing costs time and gains nothing.
ALTER TABLE ledger.event ALTER COLUMN value SET STORAGE EXTERNAL;

-- One row a command, kept for ever: whoever asks again gets the first answer.
CREATE TABLE ledger.command (
    command_id uuid PRIMARY KEY,
    request_hash bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('RECORDED', 'REFUSED', 'NOTHING')),
    first_position bigint,
    last_position bigint,
    code text,
    facts jsonb,
    CHECK ((kind = 'RECORDED') = (first_position IS NOT NULL AND last_position IS NOT NULL)),
    CHECK ((kind = 'REFUSED') = (code IS NOT NULL))
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
GRANT EXECUTE ON FUNCTION ledger.append, ledger.advance_clock, ledger.keep_schema,
    ledger.keep_person_key TO shenguan_append;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO shenguan_audit;
REVOKE SELECT ON ledger.person_key FROM shenguan_audit;  -- keys are read by whoever may open them
