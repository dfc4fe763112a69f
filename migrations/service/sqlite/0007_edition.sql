-- The edition of the facts: a number that every change of a row raises which a decision may rest on. Whoever finds the number in a
-- transaction that they knew before has read nothing since that changed; so a process remembers what it read (decision 24).
CREATE TABLE edition (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  n INTEGER NOT NULL
) STRICT;
INSERT INTO edition (id, n) VALUES (1, 0);

CREATE TRIGGER customer_insert_raises AFTER INSERT ON customer BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER customer_update_raises AFTER UPDATE ON customer BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER customer_delete_raises AFTER DELETE ON customer BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_insert_raises AFTER INSERT ON person BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_update_raises AFTER UPDATE ON person BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_delete_raises AFTER DELETE ON person BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER account_insert_raises AFTER INSERT ON account BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER account_update_raises AFTER UPDATE ON account BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER account_delete_raises AFTER DELETE ON account BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_role_insert_raises AFTER INSERT ON person_role BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_role_update_raises AFTER UPDATE ON person_role BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_role_delete_raises AFTER DELETE ON person_role BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_group_insert_raises AFTER INSERT ON person_group BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_group_update_raises AFTER UPDATE ON person_group BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER person_group_delete_raises AFTER DELETE ON person_group BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER invite_insert_raises AFTER INSERT ON invite BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER invite_update_raises AFTER UPDATE ON invite BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER invite_delete_raises AFTER DELETE ON invite BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER case_file_insert_raises AFTER INSERT ON case_file BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER case_file_update_raises AFTER UPDATE ON case_file BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER case_file_delete_raises AFTER DELETE ON case_file BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER api_insert_raises AFTER INSERT ON api BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER api_update_raises AFTER UPDATE ON api BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER api_delete_raises AFTER DELETE ON api BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER client_insert_raises AFTER INSERT ON client BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER client_update_raises AFTER UPDATE ON client BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER client_delete_raises AFTER DELETE ON client BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER client_secret_insert_raises AFTER INSERT ON client_secret BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER client_secret_update_raises AFTER UPDATE ON client_secret BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER client_secret_delete_raises AFTER DELETE ON client_secret BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER request_insert_raises AFTER INSERT ON request BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER request_update_raises AFTER UPDATE ON request BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER request_delete_raises AFTER DELETE ON request BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER review_insert_raises AFTER INSERT ON review BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER review_update_raises AFTER UPDATE ON review BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER review_delete_raises AFTER DELETE ON review BEGIN UPDATE edition SET n = n + 1; END;

-- How many calls were announced is no fact that a decision rests on, and changes with each of them.
CREATE TRIGGER delegation_insert_raises AFTER INSERT ON delegation BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER delegation_update_raises AFTER UPDATE OF id, tenant_id, request_id, agent_id, customer_id, case_id, api_id, actions, mode, transaction_id,
  started_at, ends_at, ended_at, end_reason, ended_by, session_id, warrant_hash, warrant_jkt, hops ON delegation BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER delegation_delete_raises AFTER DELETE ON delegation BEGIN UPDATE edition SET n = n + 1; END;

-- A sign-in, or a token of one, that is new changes nothing that was found before: they are looked for one at a time, and what was not found is
-- not remembered.
CREATE TRIGGER session_update_raises AFTER UPDATE ON session BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER session_delete_raises AFTER DELETE ON session BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER access_token_update_raises AFTER UPDATE ON access_token BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER access_token_delete_raises AFTER DELETE ON access_token BEGIN UPDATE edition SET n = n + 1; END;

-- A line waits for its place from the moment that it is there.
CREATE TRIGGER event_waits AFTER INSERT ON event BEGIN INSERT INTO unplaced (event_id, tenant_id) VALUES (NEW.id, NEW.tenant_id); END;
