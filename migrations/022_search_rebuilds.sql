-- Full-text tables that are being made anew while the app is used: newest texts first, a piece at a time. A text
-- whose turn has not come is not searchable, so the triggers leave it alone and the tables agree with their views at
-- every moment.

CREATE TABLE search_rebuilds (
    -- As the view is called, without `searchable_`.
    source TEXT NOT NULL PRIMARY KEY
        CHECK (source IN ('messages', 'notes', 'titles', 'corrections', 'vocabulary')),
    -- Rows with a smaller id are still to come.
    pending_below INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP VIEW searchable_messages;
CREATE VIEW searchable_messages (id, content) AS
SELECT id, content FROM messages WHERE status <> 'streaming' AND deleted_at IS NULL
    AND id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'messages'), 0);

DROP VIEW searchable_notes;
CREATE VIEW searchable_notes (id, content) AS
SELECT id, content FROM conversation_notes WHERE deleted_at IS NULL
    AND id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'notes'), 0);

DROP VIEW searchable_titles;
CREATE VIEW searchable_titles (id, content) AS
SELECT id, title FROM conversations WHERE title <> '' AND deleted_at IS NULL
    AND id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'titles'), 0);

DROP VIEW searchable_corrections;
CREATE VIEW searchable_corrections (id, content) AS
SELECT id, original_text || char(10) || corrected_text || char(10) || coalesce(explanation, '')
FROM grammar_corrections
WHERE id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'corrections'), 0);

DROP VIEW searchable_vocabulary;
CREATE VIEW searchable_vocabulary (id, content) AS
SELECT id, word || char(10) || coalesce(lemma, '') || char(10) || coalesce(translation, '')
    || char(10) || coalesce(definition, '') || char(10) || coalesce(example_sentence, '')
FROM vocabulary_words
WHERE id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'vocabulary'), 0);
