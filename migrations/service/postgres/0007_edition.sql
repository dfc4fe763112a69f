-- On PostgreSQL a decision holds the rows that it rests on until its commit. SQLite counts their changes instead (decision 24); nothing of that is here.

-- A line waits for its place from the moment that it is there.
CREATE FUNCTION event_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unplaced (event_id, tenant_id) VALUES (NEW.id, NEW.tenant_id);
  RETURN NULL;
END
$$;
CREATE TRIGGER event_waits AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_waits();
