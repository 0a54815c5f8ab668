-- The deadline of a job that names none, for the order inside its class only: so that jobs which do name one cannot
-- starve those which do not.
CREATE OR REPLACE FUNCTION implied_deadline(of_class smallint) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE of_class WHEN 0 THEN interval '1 hour' WHEN 1 THEN interval '24 hours' ELSE interval '7 days' END
$$;
