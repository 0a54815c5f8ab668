-- What a job that ended counts against a quota of this unit. A request is one that was answered, or was cut short when some
-- of the answer had been seen (else nobody would let an answer come to its last word). What came from a cache is a request,
-- and no tokens.
CREATE OR REPLACE FUNCTION quota_use(
    unit text, outcome text, cache text, input_tokens bigint, output_tokens bigint, nanos bigint
) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN unit = 'nanos' THEN nanos
        WHEN unit = 'requests' THEN
            (outcome = 'succeeded' OR outcome IN ('cancelled', 'expired') AND output_tokens > 0)::int::bigint
        WHEN cache IS NULL THEN input_tokens + output_tokens
        ELSE 0
    END
$$;
