-- Adds a price, which closes the one before at its begin, and ends where the next one begins; its id. History is not edited:
-- it begins now, or later. No row where a price begins at that very moment already. Bears being sent again.
CREATE OR REPLACE FUNCTION set_price(
    of_id uuid, of_model text, input numeric, output numeric, cached_input numeric, request numeric, since timestamptz
) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('price of ' || of_model, 0));
    IF EXISTS (SELECT 1 FROM prices p WHERE p.id = of_id) THEN
        RETURN QUERY SELECT of_id;
        RETURN;
    END IF;
    start := greatest(since, clock_timestamp());
    UPDATE prices p SET valid_until = start
    WHERE p.model = of_model AND p.valid_from < start AND (p.valid_until IS NULL OR p.valid_until > start);
    RETURN QUERY
    INSERT INTO prices AS n (id, model, input_nanos, output_nanos, cached_input_nanos, request_nanos, valid_from, valid_until)
    SELECT of_id, of_model, input, output, cached_input, request, start, (
        SELECT min(p.valid_from) FROM prices p WHERE p.model = of_model AND p.valid_from > start
    )
    ON CONFLICT DO NOTHING
    RETURNING n.id;
END $$;
