-- What was said, and what the learner did with it; and the index in which it is found again.

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    content TEXT NOT NULL,
    -- The order of a conversation. Not the time: clocks step back.
    sequence_number INTEGER NOT NULL CHECK (sequence_number > 0),
    status TEXT NOT NULL DEFAULT 'complete' CHECK (status IN ('streaming', 'complete', 'interrupted', 'failed')),
    model TEXT,
    token_count INTEGER CHECK (token_count >= 0),
    input_method TEXT NOT NULL DEFAULT 'text' CHECK (input_method IN ('text', 'voice')),
    -- What the recogniser heard, before the learner put it right.
    stt_transcript TEXT,
    metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    edited_at INTEGER,
    -- Rows in message_edit_history, kept in the transaction of the edit.
    edit_count INTEGER NOT NULL DEFAULT 0 CHECK (edit_count >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (conversation_id, sequence_number),
    CHECK (role = 'assistant' OR status <> 'streaming'),
    CHECK ((edited_at IS NULL) = (edit_count = 0))
) STRICT;

-- At most one reply is being written per conversation; and the few that are, found at once after a crash.
CREATE UNIQUE INDEX messages_streaming ON messages (conversation_id) WHERE status = 'streaming';

CREATE TABLE message_edit_history (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    previous_content TEXT NOT NULL,
    new_content TEXT NOT NULL,
    edited_at INTEGER NOT NULL
) STRICT;

CREATE INDEX message_edit_history_message ON message_edit_history (message_id, edited_at);

CREATE TABLE message_bookmarks (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    note TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (message_id, user_id)
) STRICT;

CREATE INDEX message_bookmarks_user ON message_bookmarks (user_id, created_at DESC);

CREATE TABLE message_reactions (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    reaction TEXT NOT NULL
        CHECK (reaction IN ('helpful', 'confusing', 'incorrect', 'too_easy', 'too_hard', 'perfect')),
    feedback_text TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (message_id, user_id)
) STRICT;

CREATE INDEX message_reactions_user ON message_reactions (user_id, reaction);

-- Search --------------------------------------------------------------------------------------------------------
-- Two full-text tables without content of their own: they read it from the views below, which alone say what is
-- searchable. Hence words that are appended to a streaming reply cost no index work until it is finished, and the
-- full-text integrity check (rank = 1) holds at every moment, also in mid-reply.

CREATE VIEW searchable_messages (id, content) AS
SELECT id, content FROM messages WHERE status <> 'streaming' AND deleted_at IS NULL;

-- Texts with a character of a script that is written without spaces, or (Korean) with particles grown onto words.
-- Only these get trigrams: over everything they would be most of the file. The two spaces at the end let a search
-- for one or two characters, a range of trigrams, find them also as the last ones of a text.
CREATE VIEW searchable_messages_unspaced (id, content) AS
SELECT id, content || '  ' FROM searchable_messages
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

CREATE VIRTUAL TABLE message_search_words USING fts5 (
    content,
    content = 'searchable_messages',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE VIRTUAL TABLE message_search_trigrams USING fts5 (
    content,
    content = 'searchable_messages_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

-- What is deleted leaves no words behind in the index.
INSERT INTO message_search_words (message_search_words, rank) VALUES ('secure-delete', 1);
INSERT INTO message_search_trigrams (message_search_trigrams, rank) VALUES ('secure-delete', 1);

-- Before a change the views still show the old text, after it the new: so the triggers ask the views, and what is
-- searchable is written down once.
CREATE TRIGGER messages_search_after_insert AFTER INSERT ON messages BEGIN
    INSERT INTO message_search_words (rowid, content)
    SELECT id, content FROM searchable_messages WHERE id = NEW.id;
    INSERT INTO message_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_messages_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER messages_search_before_update BEFORE UPDATE OF id, content, status, deleted_at ON messages BEGIN
    INSERT INTO message_search_words (message_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_messages WHERE id = OLD.id;
    INSERT INTO message_search_trigrams (message_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_messages_unspaced WHERE id = OLD.id;
END;

CREATE TRIGGER messages_search_after_update AFTER UPDATE OF id, content, status, deleted_at ON messages BEGIN
    INSERT INTO message_search_words (rowid, content)
    SELECT id, content FROM searchable_messages WHERE id = NEW.id;
    INSERT INTO message_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_messages_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER messages_search_before_delete BEFORE DELETE ON messages BEGIN
    INSERT INTO message_search_words (message_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_messages WHERE id = OLD.id;
    INSERT INTO message_search_trigrams (message_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_messages_unspaced WHERE id = OLD.id;
END;
