-- 封账：封账单与砖（满 256 个杂凑的一块），只增不改；见证的附签。
-- What is sealed is computed outside: these tables are its shelf, and whoever doubts it recomputes.

CREATE TABLE ledger.checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note bytea NOT NULL CHECK (octet_length(note) BETWEEN 1 AND 65536),
    old_size bigint NOT NULL CHECK (old_size >= 0 AND old_size < size),
    proof bytea NOT NULL CHECK (octet_length(proof) % 32 = 0),  -- that it continues old_size
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (old_size)  -- one after the other: no second successor
);

CREATE TABLE ledger.tile (
    level smallint CHECK (level BETWEEN 0 AND 7),
    number bigint CHECK (number >= 0),
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (level, number)
);
ALTER TABLE ledger.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE ledger.cosignature (
    size bigint REFERENCES ledger.checkpoint,
    verifier_key text,
    line text NOT NULL,
    cosigned_at timestamptz NOT NULL,  -- by the witness's own clock
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (size, verifier_key)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['checkpoint', 'tile', 'cosignature'] LOOP
        EXECUTE format('CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON ledger.%I
            FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER append_only_table BEFORE TRUNCATE ON ledger.%I
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name);
    END LOOP;
END $$;

-- One checkpoint with the tiles that became full since the one before it. What is there already must
-- be the same: a sealer that died half-way says the same again.
CREATE FUNCTION ledger.seal(
    p_size bigint, p_root bytea, p_note bytea, p_old_size bigint, p_proof bytea,
    p_level smallint[], p_number bigint[], p_hashes bytea[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
BEGIN
    LOCK TABLE ledger.checkpoint IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM ledger.checkpoint c
               WHERE (c.size, c.root, c.note) = (p_size, p_root, p_note)) THEN
        RETURN;
    END IF;
    IF p_old_size <> (SELECT coalesce(max(c.size), 0) FROM ledger.checkpoint c)
        OR p_size > (SELECT c.next_position FROM ledger.counter c) THEN
        RAISE EXCEPTION 'checkpoint of % after % is refused', p_size, p_old_size
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO ledger.tile (level, number, hashes)
        SELECT * FROM unnest(p_level, p_number, p_hashes) ON CONFLICT DO NOTHING;
    IF EXISTS (SELECT FROM unnest(p_level, p_number, p_hashes) AS n(level, number, hashes)
               JOIN ledger.tile t ON (t.level, t.number) = (n.level, n.number)
               WHERE t.hashes <> n.hashes) THEN
        RAISE EXCEPTION 'another tile is there' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO ledger.checkpoint (size, root, note, old_size, proof)
        VALUES (p_size, p_root, p_note, p_old_size, p_proof);
END $$;

CREATE FUNCTION ledger.keep_cosignature(
    p_size bigint, p_verifier_key text, p_line text, p_cosigned_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.cosignature (size, verifier_key, line, cosigned_at)
        VALUES (p_size, p_verifier_key, p_line, p_cosigned_at) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION ledger.seal, ledger.keep_cosignature FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO shenguan_seal;
GRANT SELECT ON ledger.genesis, ledger.head, ledger.event_feed, ledger.schema_text,
    ledger.checkpoint, ledger.tile, ledger.cosignature TO shenguan_seal;
GRANT SELECT ON ledger.checkpoint, ledger.tile, ledger.cosignature TO shenguan_audit;
GRANT EXECUTE ON FUNCTION ledger.seal, ledger.keep_cosignature TO shenguan_seal;
