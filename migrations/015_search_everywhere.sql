-- Search in titles, corrections and words, built like the search in messages (004 gives the reasons).

-- Titles. A conversation in the trash is not found by its own.
CREATE VIEW searchable_titles (id, content) AS
SELECT id, title FROM conversations WHERE title <> '' AND deleted_at IS NULL;

CREATE VIEW searchable_titles_unspaced (id, content) AS
SELECT id, content || '  ' FROM searchable_titles
WHERE content GLOB '*[' ||
    char(0x0E00) || '-' || char(0x0EFF) ||      -- Thai, Lao
    char(0x1000) || '-' || char(0x109F) ||      -- Myanmar
    char(0x1100) || '-' || char(0x11FF) ||      -- Hangul letters
    char(0x1780) || '-' || char(0x17FF) ||      -- Khmer
    char(0x2E80) || '-' || char(0x2FDF) ||      -- Han radicals
    char(0x3005) || '-' || char(0x3007) ||      -- Han iteration marks and zero
    char(0x3040) || '-' || char(0x318F) ||      -- kana, Bopomofo, Hangul letters
    char(0x31A0) || '-' || char(0x31FF) ||      -- Bopomofo, kana
    char(0x3400) || '-' || char(0x4DBF) ||      -- Han
    char(0x4E00) || '-' || char(0x9FFF) ||      -- Han
    char(0xA960) || '-' || char(0xA97F) ||      -- Hangul letters
    char(0xA9E0) || '-' || char(0xA9FF) ||      -- Myanmar
    char(0xAA60) || '-' || char(0xAA7F) ||      -- Myanmar
    char(0xAC00) || '-' || char(0xD7FB) ||      -- Hangul
    char(0xF900) || '-' || char(0xFAFF) ||      -- Han
    char(0xFF66) || '-' || char(0xFFDC) ||      -- half-width kana and Hangul
    char(0x1B000) || '-' || char(0x1B16F) ||    -- kana
    char(0x20000) || '-' || char(0x3FFFD) ||    -- Han
    ']*';

CREATE VIRTUAL TABLE title_search_words USING fts5 (
    content,
    content = 'searchable_titles',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE title_search_trigrams USING fts5 (
    content,
    content = 'searchable_titles_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

INSERT INTO title_search_words (title_search_words, rank) VALUES ('secure-delete', 1);
INSERT INTO title_search_trigrams (title_search_trigrams, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER titles_search_after_insert AFTER INSERT ON conversations BEGIN
    INSERT INTO title_search_words (rowid, content)
    SELECT id, content FROM searchable_titles WHERE id = NEW.id;
    INSERT INTO title_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_titles_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER titles_search_before_update BEFORE UPDATE OF id, title, deleted_at ON conversations BEGIN
    INSERT INTO title_search_words (title_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_titles WHERE id = OLD.id;
    INSERT INTO title_search_trigrams (title_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_titles_unspaced WHERE id = OLD.id;
END;

CREATE TRIGGER titles_search_after_update AFTER UPDATE OF id, title, deleted_at ON conversations BEGIN
    INSERT INTO title_search_words (rowid, content)
    SELECT id, content FROM searchable_titles WHERE id = NEW.id;
    INSERT INTO title_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_titles_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER titles_search_before_delete BEFORE DELETE ON conversations BEGIN
    INSERT INTO title_search_words (title_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_titles WHERE id = OLD.id;
    INSERT INTO title_search_trigrams (title_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_titles_unspaced WHERE id = OLD.id;
END;

INSERT INTO title_search_words (title_search_words) VALUES ('rebuild');
INSERT INTO title_search_trigrams (title_search_trigrams) VALUES ('rebuild');

-- Corrections, also dismissed ones: what was dismissed is looked for as well. The learner's words, the right ones
-- and the reason are one text.
CREATE VIEW searchable_corrections (id, content) AS
SELECT id, original_text || char(10) || corrected_text || char(10) || coalesce(explanation, '')
FROM grammar_corrections;

CREATE VIEW searchable_corrections_unspaced (id, content) AS
SELECT id, content || '  ' FROM searchable_corrections
WHERE content GLOB '*[' ||
    char(0x0E00) || '-' || char(0x0EFF) ||      -- Thai, Lao
    char(0x1000) || '-' || char(0x109F) ||      -- Myanmar
    char(0x1100) || '-' || char(0x11FF) ||      -- Hangul letters
    char(0x1780) || '-' || char(0x17FF) ||      -- Khmer
    char(0x2E80) || '-' || char(0x2FDF) ||      -- Han radicals
    char(0x3005) || '-' || char(0x3007) ||      -- Han iteration marks and zero
    char(0x3040) || '-' || char(0x318F) ||      -- kana, Bopomofo, Hangul letters
    char(0x31A0) || '-' || char(0x31FF) ||      -- Bopomofo, kana
    char(0x3400) || '-' || char(0x4DBF) ||      -- Han
    char(0x4E00) || '-' || char(0x9FFF) ||      -- Han
    char(0xA960) || '-' || char(0xA97F) ||      -- Hangul letters
    char(0xA9E0) || '-' || char(0xA9FF) ||      -- Myanmar
    char(0xAA60) || '-' || char(0xAA7F) ||      -- Myanmar
    char(0xAC00) || '-' || char(0xD7FB) ||      -- Hangul
    char(0xF900) || '-' || char(0xFAFF) ||      -- Han
    char(0xFF66) || '-' || char(0xFFDC) ||      -- half-width kana and Hangul
    char(0x1B000) || '-' || char(0x1B16F) ||    -- kana
    char(0x20000) || '-' || char(0x3FFFD) ||    -- Han
    ']*';

CREATE VIRTUAL TABLE correction_search_words USING fts5 (
    content,
    content = 'searchable_corrections',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE correction_search_trigrams USING fts5 (
    content,
    content = 'searchable_corrections_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

INSERT INTO correction_search_words (correction_search_words, rank) VALUES ('secure-delete', 1);
INSERT INTO correction_search_trigrams (correction_search_trigrams, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER corrections_search_after_insert AFTER INSERT ON grammar_corrections BEGIN
    INSERT INTO correction_search_words (rowid, content)
    SELECT id, content FROM searchable_corrections WHERE id = NEW.id;
    INSERT INTO correction_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_corrections_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER corrections_search_before_update BEFORE UPDATE OF id, original_text, corrected_text, explanation ON grammar_corrections BEGIN
    INSERT INTO correction_search_words (correction_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_corrections WHERE id = OLD.id;
    INSERT INTO correction_search_trigrams (correction_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_corrections_unspaced WHERE id = OLD.id;
END;

CREATE TRIGGER corrections_search_after_update AFTER UPDATE OF id, original_text, corrected_text, explanation ON grammar_corrections BEGIN
    INSERT INTO correction_search_words (rowid, content)
    SELECT id, content FROM searchable_corrections WHERE id = NEW.id;
    INSERT INTO correction_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_corrections_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER corrections_search_before_delete BEFORE DELETE ON grammar_corrections BEGIN
    INSERT INTO correction_search_words (correction_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_corrections WHERE id = OLD.id;
    INSERT INTO correction_search_trigrams (correction_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_corrections_unspaced WHERE id = OLD.id;
END;

INSERT INTO correction_search_words (correction_search_words) VALUES ('rebuild');
INSERT INTO correction_search_trigrams (correction_search_trigrams) VALUES ('rebuild');

-- Words of the vocabulary, with what is noted about them.
CREATE VIEW searchable_vocabulary (id, content) AS
SELECT id, word || char(10) || coalesce(lemma, '') || char(10) || coalesce(translation, '')
    || char(10) || coalesce(definition, '') || char(10) || coalesce(example_sentence, '')
FROM vocabulary_words;

CREATE VIEW searchable_vocabulary_unspaced (id, content) AS
SELECT id, content || '  ' FROM searchable_vocabulary
WHERE content GLOB '*[' ||
    char(0x0E00) || '-' || char(0x0EFF) ||      -- Thai, Lao
    char(0x1000) || '-' || char(0x109F) ||      -- Myanmar
    char(0x1100) || '-' || char(0x11FF) ||      -- Hangul letters
    char(0x1780) || '-' || char(0x17FF) ||      -- Khmer
    char(0x2E80) || '-' || char(0x2FDF) ||      -- Han radicals
    char(0x3005) || '-' || char(0x3007) ||      -- Han iteration marks and zero
    char(0x3040) || '-' || char(0x318F) ||      -- kana, Bopomofo, Hangul letters
    char(0x31A0) || '-' || char(0x31FF) ||      -- Bopomofo, kana
    char(0x3400) || '-' || char(0x4DBF) ||      -- Han
    char(0x4E00) || '-' || char(0x9FFF) ||      -- Han
    char(0xA960) || '-' || char(0xA97F) ||      -- Hangul letters
    char(0xA9E0) || '-' || char(0xA9FF) ||      -- Myanmar
    char(0xAA60) || '-' || char(0xAA7F) ||      -- Myanmar
    char(0xAC00) || '-' || char(0xD7FB) ||      -- Hangul
    char(0xF900) || '-' || char(0xFAFF) ||      -- Han
    char(0xFF66) || '-' || char(0xFFDC) ||      -- half-width kana and Hangul
    char(0x1B000) || '-' || char(0x1B16F) ||    -- kana
    char(0x20000) || '-' || char(0x3FFFD) ||    -- Han
    ']*';

CREATE VIRTUAL TABLE vocabulary_search_words USING fts5 (
    content,
    content = 'searchable_vocabulary',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE vocabulary_search_trigrams USING fts5 (
    content,
    content = 'searchable_vocabulary_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

INSERT INTO vocabulary_search_words (vocabulary_search_words, rank) VALUES ('secure-delete', 1);
INSERT INTO vocabulary_search_trigrams (vocabulary_search_trigrams, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER vocabulary_search_after_insert AFTER INSERT ON vocabulary_words BEGIN
    INSERT INTO vocabulary_search_words (rowid, content)
    SELECT id, content FROM searchable_vocabulary WHERE id = NEW.id;
    INSERT INTO vocabulary_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_vocabulary_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER vocabulary_search_before_update BEFORE UPDATE OF id, word, lemma, translation, definition, example_sentence ON vocabulary_words BEGIN
    INSERT INTO vocabulary_search_words (vocabulary_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_vocabulary WHERE id = OLD.id;
    INSERT INTO vocabulary_search_trigrams (vocabulary_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_vocabulary_unspaced WHERE id = OLD.id;
END;

CREATE TRIGGER vocabulary_search_after_update AFTER UPDATE OF id, word, lemma, translation, definition, example_sentence ON vocabulary_words BEGIN
    INSERT INTO vocabulary_search_words (rowid, content)
    SELECT id, content FROM searchable_vocabulary WHERE id = NEW.id;
    INSERT INTO vocabulary_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_vocabulary_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER vocabulary_search_before_delete BEFORE DELETE ON vocabulary_words BEGIN
    INSERT INTO vocabulary_search_words (vocabulary_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_vocabulary WHERE id = OLD.id;
    INSERT INTO vocabulary_search_trigrams (vocabulary_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_vocabulary_unspaced WHERE id = OLD.id;
END;

INSERT INTO vocabulary_search_words (vocabulary_search_words) VALUES ('rebuild');
INSERT INTO vocabulary_search_trigrams (vocabulary_search_trigrams) VALUES ('rebuild');
