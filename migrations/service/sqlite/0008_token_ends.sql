-- Tokens that were minted are remembered as well. A new one changes nothing that was found before; the end of one does.
CREATE TRIGGER token_update_raises AFTER UPDATE ON token BEGIN UPDATE edition SET n = n + 1; END;
CREATE TRIGGER token_delete_raises AFTER DELETE ON token BEGIN UPDATE edition SET n = n + 1; END;
