-- What a job that has not ended has reserved from a quota of this unit.
CREATE OR REPLACE FUNCTION quota_share(unit text, reserved_tokens bigint, reserved_nanos bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE unit WHEN 'requests' THEN 1 WHEN 'tokens' THEN reserved_tokens ELSE reserved_nanos END
$$;
