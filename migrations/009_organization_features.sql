-- Folders for conversations, and notes on them.

CREATE TABLE conversation_folders (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    parent_folder_id INTEGER REFERENCES conversation_folders (id) ON DELETE CASCADE,
    color TEXT CHECK (color GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
    icon TEXT,
    position INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX conversation_folders_user ON conversation_folders (user_id, parent_folder_id, position);
CREATE INDEX conversation_folders_parent ON conversation_folders (parent_folder_id) WHERE parent_folder_id IS NOT NULL;

-- A tree of at most 32 levels within one profile. Walking up from a folder never takes more than 33 steps, so that
-- a loop, however it came about, ends in an error and not in a hanging query.
CREATE TRIGGER conversation_folders_tree_after_insert AFTER INSERT ON conversation_folders
WHEN NEW.parent_folder_id IS NOT NULL BEGIN
    SELECT raise(ABORT, 'a folder lies in a folder of the same profile')
    WHERE NOT EXISTS (
        SELECT 1 FROM conversation_folders WHERE id = NEW.parent_folder_id AND user_id = NEW.user_id
    );
    SELECT raise(ABORT, 'folders nest at most 32 deep and never within themselves')
    WHERE (
        WITH RECURSIVE above (id, depth) AS (
            SELECT NEW.parent_folder_id, 2
            UNION ALL
            SELECT folder.parent_folder_id, above.depth + 1
            FROM above JOIN conversation_folders AS folder ON folder.id = above.id
            WHERE folder.parent_folder_id IS NOT NULL AND above.depth <= 32
        )
        SELECT max(depth) FROM above
    ) > 32;
END;

-- A folder is moved with everything in it, so the deepest folder below it counts as well.
CREATE TRIGGER conversation_folders_tree_after_update AFTER UPDATE OF id, user_id, parent_folder_id
ON conversation_folders BEGIN
    SELECT raise(ABORT, 'a folder lies in a folder of the same profile')
    WHERE EXISTS (
        SELECT 1 FROM conversation_folders
        WHERE id = NEW.parent_folder_id AND user_id <> NEW.user_id
    ) OR EXISTS (
        SELECT 1 FROM conversation_folders
        WHERE parent_folder_id = NEW.id AND user_id <> NEW.user_id
    );
    SELECT raise(ABORT, 'folders nest at most 32 deep and never within themselves')
    WHERE (
        WITH RECURSIVE above (id, depth) AS (
            SELECT NEW.id, 1
            UNION ALL
            SELECT folder.parent_folder_id, above.depth + 1
            FROM above JOIN conversation_folders AS folder ON folder.id = above.id
            WHERE folder.parent_folder_id IS NOT NULL AND above.depth <= 32
        )
        SELECT max(depth) FROM above
    ) + (
        WITH RECURSIVE below (id, depth) AS (
            SELECT NEW.id, 0
            UNION ALL
            SELECT folder.id, below.depth + 1
            FROM below JOIN conversation_folders AS folder ON folder.parent_folder_id = below.id
            WHERE below.depth <= 32
        )
        SELECT max(depth) FROM below
    ) > 32;
END;

-- Deleting a folder takes its folders with it, never its conversations.
ALTER TABLE conversations ADD COLUMN folder_id INTEGER REFERENCES conversation_folders (id) ON DELETE SET NULL;
CREATE INDEX conversations_folder ON conversations (folder_id, coalesce(last_message_at, created_at) DESC, id DESC)
    WHERE folder_id IS NOT NULL;

CREATE TABLE conversation_notes (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL: about the conversation as a whole. The note outlives the message.
    message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    content TEXT NOT NULL CHECK (content <> ''),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX conversation_notes_conversation ON conversation_notes (conversation_id, created_at);
CREATE INDEX conversation_notes_user ON conversation_notes (user_id, created_at);
CREATE INDEX conversation_notes_message ON conversation_notes (message_id) WHERE message_id IS NOT NULL;

-- Search in notes, built like the search in messages (004 gives the reasons).
CREATE VIEW searchable_notes (id, content) AS
SELECT id, content FROM conversation_notes;

CREATE VIEW searchable_notes_unspaced (id, content) AS
SELECT id, content || '  ' FROM searchable_notes
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

CREATE VIRTUAL TABLE note_search_words USING fts5 (
    content,
    content = 'searchable_notes',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE note_search_trigrams USING fts5 (
    content,
    content = 'searchable_notes_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

INSERT INTO note_search_words (note_search_words, rank) VALUES ('secure-delete', 1);
INSERT INTO note_search_trigrams (note_search_trigrams, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER notes_search_after_insert AFTER INSERT ON conversation_notes BEGIN
    INSERT INTO note_search_words (rowid, content)
    SELECT id, content FROM searchable_notes WHERE id = NEW.id;
    INSERT INTO note_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_notes_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER notes_search_before_update BEFORE UPDATE OF id, content ON conversation_notes BEGIN
    INSERT INTO note_search_words (note_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes WHERE id = OLD.id;
    INSERT INTO note_search_trigrams (note_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes_unspaced WHERE id = OLD.id;
END;

CREATE TRIGGER notes_search_after_update AFTER UPDATE OF id, content ON conversation_notes BEGIN
    INSERT INTO note_search_words (rowid, content)
    SELECT id, content FROM searchable_notes WHERE id = NEW.id;
    INSERT INTO note_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_notes_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER notes_search_before_delete BEFORE DELETE ON conversation_notes BEGIN
    INSERT INTO note_search_words (note_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes WHERE id = OLD.id;
    INSERT INTO note_search_trigrams (note_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes_unspaced WHERE id = OLD.id;
END;
