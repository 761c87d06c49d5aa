-- Notes go to the trash as conversations and messages do, and are not found from there.

ALTER TABLE conversation_notes ADD COLUMN deleted_at INTEGER;

CREATE INDEX conversation_notes_trash ON conversation_notes (deleted_at, id) WHERE deleted_at IS NOT NULL;

DROP VIEW searchable_notes;
CREATE VIEW searchable_notes (id, content) AS
SELECT id, content FROM conversation_notes WHERE deleted_at IS NULL;

DROP TRIGGER notes_search_before_update;
DROP TRIGGER notes_search_after_update;

CREATE TRIGGER notes_search_before_update BEFORE UPDATE OF id, content, deleted_at ON conversation_notes BEGIN
    INSERT INTO note_search_words (note_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes WHERE id = OLD.id;
    INSERT INTO note_search_trigrams (note_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes_unspaced WHERE id = OLD.id;
END;

CREATE TRIGGER notes_search_after_update AFTER UPDATE OF id, content, deleted_at ON conversation_notes BEGIN
    INSERT INTO note_search_words (rowid, content)
    SELECT id, content FROM searchable_notes WHERE id = NEW.id;
    INSERT INTO note_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_notes_unspaced WHERE id = NEW.id;
END;
