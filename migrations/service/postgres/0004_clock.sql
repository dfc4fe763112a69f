-- The highest instant that the service has judged by. One row; it goes up, and down only by a recorded act of an admin.
CREATE TABLE clock (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  mark BIGINT NOT NULL,
  -- How often it was lowered: a process that raises it names the number that it knows, so that none undoes an act that it missed.
  lowered BIGINT NOT NULL
);
INSERT INTO clock (id, mark, lowered) VALUES (1, 0, 0);

-- What is past its use is found without reading what is not.
CREATE INDEX token_by_expiry ON token (expires_at);
CREATE INDEX browser_by_expiry ON browser (expires_at);
CREATE INDEX auth_code_by_expiry ON auth_code (expires_at);
CREATE INDEX proof_by_expiry ON proof (expires_at);
CREATE INDEX refresh_token_by_age ON refresh_token (created_at);
