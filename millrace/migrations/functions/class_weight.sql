-- How the classes of one tenant share: interactive 16, job 4, batch 1.
CREATE OR REPLACE FUNCTION class_weight(of_class smallint) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE of_class WHEN 0 THEN 16 WHEN 1 THEN 4 ELSE 1 END::float8
$$;
