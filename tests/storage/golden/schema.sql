CREATE TABLE conversation_analytics (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    metric_category TEXT NOT NULL CHECK (metric_category <> ''),
    metric_name TEXT NOT NULL CHECK (metric_name <> ''),
    metric_value REAL NOT NULL,
    metric_unit TEXT,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX conversation_analytics_metric
    ON conversation_analytics (conversation_id, metric_category, metric_name, recorded_at);

CREATE TABLE conversation_events (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    event_type TEXT NOT NULL CHECK (event_type <> ''),
    -- Ids and kinds, never what was said: erasing a message must erase its words.
    event_data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(event_data)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX conversation_events_conversation ON conversation_events (conversation_id, id);

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

CREATE INDEX conversation_folders_parent ON conversation_folders (parent_folder_id) WHERE parent_folder_id IS NOT NULL;

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

CREATE INDEX conversation_folders_user ON conversation_folders (user_id, parent_folder_id, position);

CREATE TABLE conversation_key_facts (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    fact_type TEXT NOT NULL
        CHECK (fact_type IN ('user_preference', 'learning_goal', 'weakness', 'strength', 'interest')),
    fact_text TEXT NOT NULL CHECK (fact_text <> ''),
    confidence REAL NOT NULL DEFAULT 1.0 CHECK (confidence BETWEEN 0.0 AND 1.0),
    source_message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    -- What the learner wrote or put right is not replaced by what a model guesses.
    is_user_edited INTEGER NOT NULL DEFAULT 0 CHECK (is_user_edited IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
, pinned_at INTEGER) STRICT;

CREATE INDEX conversation_key_facts_conversation ON conversation_key_facts (conversation_id, fact_type);

CREATE INDEX conversation_key_facts_source ON conversation_key_facts (source_message_id)
    WHERE source_message_id IS NOT NULL;

CREATE TABLE conversation_notes (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL: about the conversation as a whole. The note outlives the message.
    message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    content TEXT NOT NULL CHECK (content <> ''),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
, deleted_at INTEGER) STRICT;

CREATE INDEX conversation_notes_conversation ON conversation_notes (conversation_id, created_at);

CREATE INDEX conversation_notes_message ON conversation_notes (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX conversation_notes_trash ON conversation_notes (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE INDEX conversation_notes_user ON conversation_notes (user_id, created_at);

CREATE TRIGGER notes_search_after_insert AFTER INSERT ON conversation_notes BEGIN
    INSERT INTO note_search_words (rowid, content)
    SELECT id, content FROM searchable_notes WHERE id = NEW.id;
    INSERT INTO note_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_notes_unspaced WHERE id = NEW.id;
END;

CREATE TRIGGER notes_search_after_update AFTER UPDATE OF id, content, deleted_at ON conversation_notes BEGIN
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

CREATE TRIGGER notes_search_before_update BEFORE UPDATE OF id, content, deleted_at ON conversation_notes BEGIN
    INSERT INTO note_search_words (note_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes WHERE id = OLD.id;
    INSERT INTO note_search_trigrams (note_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_notes_unspaced WHERE id = OLD.id;
END;

CREATE TABLE conversation_shares (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    created_by INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the token in hex; the token itself is in the link and stored nowhere.
    token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
    password_hash TEXT CHECK (password_hash GLOB '$argon2id$*'),
    -- What readers see, frozen when it was shared: no reader causes a query of the living conversation.
    snapshot TEXT NOT NULL CHECK (json_valid(snapshot)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    max_views INTEGER CHECK (max_views > 0),
    view_count INTEGER NOT NULL DEFAULT 0 CHECK (view_count >= 0),
    last_viewed_at INTEGER,
    revoked_at INTEGER,
    CHECK (max_views IS NULL OR view_count <= max_views)
) STRICT;

CREATE INDEX conversation_shares_conversation ON conversation_shares (conversation_id, created_at);

CREATE INDEX conversation_shares_creator ON conversation_shares (created_by, created_at);

CREATE TABLE conversation_summaries (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- 1 sums up messages, 2 sums up summaries of tier 1, and so on.
    tier INTEGER NOT NULL DEFAULT 1 CHECK (tier > 0),
    summary_text TEXT NOT NULL CHECK (summary_text <> ''),
    from_sequence INTEGER NOT NULL CHECK (from_sequence > 0),
    to_sequence INTEGER NOT NULL,
    token_count INTEGER NOT NULL DEFAULT 0 CHECK (token_count >= 0),
    model TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (from_sequence <= to_sequence)
) STRICT;

CREATE INDEX conversation_summaries_conversation ON conversation_summaries (conversation_id, tier, from_sequence);

CREATE TABLE conversation_tags (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    tag TEXT NOT NULL COLLATE NOCASE CHECK (length(tag) BETWEEN 1 AND 100),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversation_tags_tag ON conversation_tags (tag, conversation_id);

CREATE TABLE conversation_templates (
    id INTEGER PRIMARY KEY,
    -- NULL: built in, offered to everybody and kept in step with the app.
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    slug TEXT NOT NULL CHECK (slug GLOB '[a-z0-9]*' AND slug NOT GLOB '*[^a-z0-9-]*' AND length(slug) <= 100),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description TEXT NOT NULL DEFAULT '',
    level TEXT CHECK (level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
    system_prompt TEXT NOT NULL DEFAULT '',
    opening_message TEXT NOT NULL DEFAULT '',
    metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX conversation_templates_built_in ON conversation_templates (slug) WHERE user_id IS NULL;

CREATE UNIQUE INDEX conversation_templates_own ON conversation_templates (user_id, slug);

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    template_id INTEGER REFERENCES conversation_templates (id) ON DELETE SET NULL,
    -- Empty only while nobody has named it; the window then shows its own words for "untitled".
    title TEXT NOT NULL DEFAULT '' CHECK (length(title) <= 200),
    -- A title that the learner chose is never replaced by an automatic one.
    title_source TEXT NOT NULL DEFAULT 'auto' CHECK (title_source IN ('auto', 'user')),
    level TEXT CHECK (level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'completed', 'archived')),
    topic TEXT,
    metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    ai_settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(ai_settings)),
    memory_strategy TEXT NOT NULL DEFAULT 'sliding'
        CHECK (memory_strategy IN ('sliding', 'summarization', 'hierarchical', 'semantic')),
    max_context_messages INTEGER NOT NULL DEFAULT 20 CHECK (max_context_messages > 0),
    max_context_tokens INTEGER NOT NULL DEFAULT 4000 CHECK (max_context_tokens > 0),
    auto_summarize INTEGER NOT NULL DEFAULT 1 CHECK (auto_summarize IN (0, 1)),
    summarize_threshold INTEGER NOT NULL DEFAULT 50 CHECK (summarize_threshold > 0),
    pinned_at INTEGER,
    pin_order INTEGER,
    -- About the settled messages: neither streaming nor in the trash. Kept in the transaction of their cause.
    message_count INTEGER NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    last_message_at INTEGER,
    last_message_preview TEXT,
    last_read_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER, folder_id INTEGER REFERENCES conversation_folders (id) ON DELETE SET NULL, origin_conversation_id INTEGER
    REFERENCES conversations (id) ON DELETE SET NULL, origin_message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    CHECK (title <> '' OR title_source = 'auto'),
    CHECK ((pinned_at IS NULL) = (pin_order IS NULL)),
    CHECK ((message_count = 0) = (last_message_at IS NULL)),
    CHECK ((last_message_at IS NULL) = (last_message_preview IS NULL))
) STRICT;

CREATE INDEX conversations_folder ON conversations (folder_id, coalesce(last_message_at, created_at) DESC, id DESC)
    WHERE folder_id IS NOT NULL;

CREATE INDEX conversations_origin ON conversations (origin_conversation_id) WHERE origin_conversation_id IS NOT NULL;

CREATE INDEX conversations_origin_message ON conversations (origin_message_id) WHERE origin_message_id IS NOT NULL;

CREATE INDEX conversations_pinned ON conversations (user_id, pin_order, id)
    WHERE pinned_at IS NOT NULL AND deleted_at IS NULL;

CREATE INDEX conversations_recent ON conversations (user_id, coalesce(last_message_at, created_at) DESC, id DESC)
    WHERE pinned_at IS NULL AND deleted_at IS NULL;

CREATE INDEX conversations_template ON conversations (template_id) WHERE template_id IS NOT NULL;

CREATE INDEX conversations_trash ON conversations (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE INDEX conversations_unread ON conversations (user_id, id)
    WHERE deleted_at IS NULL AND last_message_at > last_read_at;

CREATE INDEX conversations_user ON conversations (user_id, deleted_at);

CREATE TRIGGER titles_search_after_insert AFTER INSERT ON conversations BEGIN
    INSERT INTO title_search_words (rowid, content)
    SELECT id, content FROM searchable_titles WHERE id = NEW.id;
    INSERT INTO title_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_titles_unspaced WHERE id = NEW.id;
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

CREATE TRIGGER titles_search_before_update BEFORE UPDATE OF id, title, deleted_at ON conversations BEGIN
    INSERT INTO title_search_words (title_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_titles WHERE id = OLD.id;
    INSERT INTO title_search_trigrams (title_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_titles_unspaced WHERE id = OLD.id;
END;

CREATE VIRTUAL TABLE correction_search_trigrams USING fts5 (
    content,
    content = 'searchable_corrections_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

CREATE VIRTUAL TABLE correction_search_words USING fts5 (
    content,
    content = 'searchable_corrections',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TABLE daily_progress (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day_on TEXT NOT NULL CHECK (day_on IS date(day_on)),
    -- East of UTC, as it was when the day began: a traveller's days are not moved afterwards.
    utc_offset_minutes INTEGER NOT NULL CHECK (utc_offset_minutes BETWEEN -1080 AND 1080),
    conversations_count INTEGER NOT NULL DEFAULT 0 CHECK (conversations_count >= 0),
    messages_count INTEGER NOT NULL DEFAULT 0 CHECK (messages_count >= 0),
    words_learned_count INTEGER NOT NULL DEFAULT 0 CHECK (words_learned_count >= 0),
    reviews_count INTEGER NOT NULL DEFAULT 0 CHECK (reviews_count >= 0),
    corrections_count INTEGER NOT NULL DEFAULT 0 CHECK (corrections_count >= 0),
    time_spent_ms INTEGER NOT NULL DEFAULT 0 CHECK (time_spent_ms >= 0),
    xp INTEGER NOT NULL DEFAULT 0 CHECK (xp >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (user_id, day_on)
) STRICT;

CREATE TABLE grammar_corrections (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    original_text TEXT NOT NULL,
    corrected_text TEXT NOT NULL,
    -- A half-open span of code points of the message's content.
    start_offset INTEGER NOT NULL CHECK (start_offset >= 0),
    end_offset INTEGER NOT NULL,
    error_type TEXT NOT NULL CHECK (error_type <> ''),
    rule TEXT,
    explanation TEXT,
    engine TEXT NOT NULL CHECK (engine <> ''),
    created_at INTEGER NOT NULL,
    dismissed_at INTEGER,
    CHECK (start_offset <= end_offset)
) STRICT;

CREATE TRIGGER corrections_search_after_insert AFTER INSERT ON grammar_corrections BEGIN
    INSERT INTO correction_search_words (rowid, content)
    SELECT id, content FROM searchable_corrections WHERE id = NEW.id;
    INSERT INTO correction_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_corrections_unspaced WHERE id = NEW.id;
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

CREATE TRIGGER corrections_search_before_update BEFORE UPDATE OF id, original_text, corrected_text, explanation ON grammar_corrections BEGIN
    INSERT INTO correction_search_words (correction_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_corrections WHERE id = OLD.id;
    INSERT INTO correction_search_trigrams (correction_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_corrections_unspaced WHERE id = OLD.id;
END;

CREATE INDEX grammar_corrections_message ON grammar_corrections (message_id, start_offset);

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

CREATE TABLE message_chunks (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    chunk_index INTEGER NOT NULL CHECK (chunk_index >= 0),
    -- The chunks of a finished reply, put together, are its content to the letter.
    text TEXT NOT NULL CHECK (text <> ''),
    -- What the voice says: text without markup and emoji. Empty when there is nothing to say.
    spoken_text TEXT NOT NULL,
    emotion TEXT NOT NULL DEFAULT 'neutral'
        CHECK (emotion IN ('neutral', 'happy', 'encouraging', 'excited', 'calm', 'curious', 'supportive')),
    icon TEXT,
    pause_after_ms INTEGER NOT NULL DEFAULT 0 CHECK (pause_after_ms BETWEEN 0 AND 60000),
    emphasis TEXT NOT NULL DEFAULT 'none' CHECK (emphasis IN ('none', 'moderate', 'strong')),
    tts_status TEXT NOT NULL DEFAULT 'pending' CHECK (tts_status IN ('pending', 'processing', 'completed', 'failed')),
    attempt_count INTEGER NOT NULL DEFAULT 0 CHECK (attempt_count >= 0),
    last_error TEXT,
    -- Who is making the sound, and until when nobody else may.
    lease_owner TEXT,
    lease_expires_at INTEGER,
    -- Names the sound by its content; NULL and 0 ms when there was nothing to say.
    audio_key TEXT,
    audio_duration_ms INTEGER CHECK (audio_duration_ms >= 0),
    UNIQUE (message_id, chunk_index),
    CHECK ((tts_status = 'processing') = (lease_owner IS NOT NULL)),
    CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL)),
    CHECK ((tts_status = 'completed') = (audio_duration_ms IS NOT NULL)),
    CHECK (audio_key IS NULL OR tts_status = 'completed'),
    CHECK (audio_key IS NOT NULL OR tts_status <> 'completed' OR (spoken_text = '' AND audio_duration_ms = 0)),
    CHECK (tts_status <> 'failed' OR last_error IS NOT NULL)
) STRICT;

CREATE INDEX message_chunks_audio ON message_chunks (audio_key) WHERE audio_key IS NOT NULL;

CREATE INDEX message_chunks_failed ON message_chunks (message_id, chunk_index) WHERE tts_status = 'failed';

CREATE INDEX message_chunks_pending ON message_chunks (message_id, chunk_index) WHERE tts_status = 'pending';

CREATE INDEX message_chunks_processing ON message_chunks (lease_expires_at) WHERE tts_status = 'processing';

CREATE TABLE message_drafts (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    content TEXT NOT NULL CHECK (content <> ''),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE message_edit_history (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    previous_content TEXT NOT NULL,
    new_content TEXT NOT NULL,
    edited_at INTEGER NOT NULL
) STRICT;

CREATE INDEX message_edit_history_message ON message_edit_history (message_id, edited_at);

CREATE TABLE message_embeddings (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    model TEXT NOT NULL CHECK (length(model) BETWEEN 1 AND 256),
    -- Numbers of four bytes, little end first.
    vector BLOB NOT NULL CHECK (length(vector) BETWEEN 4 AND 32768 AND length(vector) % 4 = 0),
    created_at INTEGER NOT NULL
) STRICT;

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

CREATE VIRTUAL TABLE message_search_trigrams USING fts5 (
    content,
    content = 'searchable_messages_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

CREATE VIRTUAL TABLE message_search_words USING fts5 (
    content,
    content = 'searchable_messages',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

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
    deleted_at INTEGER, failure_code TEXT
    CHECK (failure_code GLOB '[a-z]*' AND failure_code NOT GLOB '*[^a-z_]*' AND length(failure_code) <= 60),
    UNIQUE (conversation_id, sequence_number),
    CHECK (role = 'assistant' OR status <> 'streaming'),
    CHECK ((edited_at IS NULL) = (edit_count = 0))
) STRICT;

CREATE TRIGGER messages_search_after_insert AFTER INSERT ON messages BEGIN
    INSERT INTO message_search_words (rowid, content)
    SELECT id, content FROM searchable_messages WHERE id = NEW.id;
    INSERT INTO message_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_messages_unspaced WHERE id = NEW.id;
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

CREATE TRIGGER messages_search_before_update BEFORE UPDATE OF id, content, status, deleted_at ON messages BEGIN
    INSERT INTO message_search_words (message_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_messages WHERE id = OLD.id;
    INSERT INTO message_search_trigrams (message_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_messages_unspaced WHERE id = OLD.id;
END;

CREATE UNIQUE INDEX messages_streaming ON messages (conversation_id) WHERE status = 'streaming';

CREATE INDEX messages_trash ON messages (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE TABLE model_servers (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- With the path of the service and without a slash at its end, such as http://127.0.0.1:11434/v1.
    address TEXT NOT NULL CHECK (length(address) BETWEEN 1 AND 2000),
    -- The learner was warned that words travel to it unencrypted, and wants it all the same.
    allows_plain_http INTEGER NOT NULL DEFAULT 0 CHECK (allows_plain_http IN (0, 1)),
    uses_key INTEGER NOT NULL DEFAULT 0 CHECK (uses_key IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
, embedding_model TEXT CHECK (length(embedding_model) BETWEEN 1 AND 256)) STRICT;

CREATE INDEX model_servers_user ON model_servers (user_id, id);

CREATE VIRTUAL TABLE note_search_trigrams USING fts5 (
    content,
    content = 'searchable_notes_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

CREATE VIRTUAL TABLE note_search_words USING fts5 (
    content,
    content = 'searchable_notes',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TABLE operation_message_places (
    operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    sequence_number INTEGER NOT NULL CHECK (sequence_number > 0),
    PRIMARY KEY (operation_id, message_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX operation_message_places_conversation ON operation_message_places (conversation_id);

CREATE INDEX operation_message_places_message ON operation_message_places (message_id);

CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Which verb, open as in conversation_events: a list here would have to be rebuilt for each new one.
    kind TEXT NOT NULL CHECK (kind <> ''),
    -- What it was done to, as the learner called it then; empty if it had no name.
    subject TEXT NOT NULL CHECK (length(subject) <= 200),
    -- How it is taken back, and what must still be so for that.
    inverse TEXT NOT NULL CHECK (json_valid(inverse)),
    -- What it is about. Erasing that erases the words that stand here as well.
    conversation_id INTEGER REFERENCES conversations (id) ON DELETE CASCADE,
    message_id INTEGER REFERENCES messages (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX operations_conversation ON operations (conversation_id) WHERE conversation_id IS NOT NULL;

CREATE INDEX operations_message ON operations (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX operations_user ON operations (user_id, id);

CREATE TABLE recent_searches (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As it was typed, operators and all.
    query TEXT NOT NULL CHECK (length(query) BETWEEN 1 AND 500),
    searched_at INTEGER NOT NULL,
    UNIQUE (user_id, query)
) STRICT;

CREATE INDEX recent_searches_newest ON recent_searches (user_id, searched_at, id);

CREATE TABLE schema_migrations (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    -- SHA-256 of the file as it was embedded, in hex.
    checksum TEXT NOT NULL CHECK (length(checksum) = 64),
    applied_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
    app_version TEXT NOT NULL
) STRICT;

CREATE TABLE search_rebuilds (
    -- As the view is called, without `searchable_`.
    source TEXT NOT NULL PRIMARY KEY
        CHECK (source IN ('messages', 'notes', 'titles', 'corrections', 'vocabulary')),
    -- Rows with a smaller id are still to come.
    pending_below INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW searchable_corrections (id, content) AS
SELECT id, original_text || char(10) || corrected_text || char(10) || coalesce(explanation, '')
FROM grammar_corrections
WHERE id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'corrections'), 0);

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

CREATE VIEW searchable_messages (id, content) AS
SELECT id, content FROM messages WHERE status <> 'streaming' AND deleted_at IS NULL
    AND id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'messages'), 0);

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

CREATE VIEW searchable_notes (id, content) AS
SELECT id, content FROM conversation_notes WHERE deleted_at IS NULL
    AND id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'notes'), 0);

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

CREATE VIEW searchable_titles (id, content) AS
SELECT id, title FROM conversations WHERE title <> '' AND deleted_at IS NULL
    AND id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'titles'), 0);

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

CREATE VIEW searchable_vocabulary (id, content) AS
SELECT id, word || char(10) || coalesce(lemma, '') || char(10) || coalesce(translation, '')
    || char(10) || coalesce(definition, '') || char(10) || coalesce(example_sentence, '')
FROM vocabulary_words
WHERE id >= coalesce((SELECT pending_below FROM search_rebuilds WHERE source = 'vocabulary'), 0);

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

CREATE TABLE system_settings (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    value TEXT NOT NULL CHECK (json_valid(value)),
    category TEXT NOT NULL DEFAULT 'general' CHECK (category <> ''),
    description TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tag_colors (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tag TEXT NOT NULL COLLATE NOCASE CHECK (length(tag) BETWEEN 1 AND 100),
    color TEXT NOT NULL CHECK (color GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, tag)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE title_search_trigrams USING fts5 (
    content,
    content = 'searchable_titles_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

CREATE VIRTUAL TABLE title_search_words USING fts5 (
    content,
    content = 'searchable_titles',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TABLE unsaved_texts (
    id INTEGER PRIMARY KEY,
    -- The message that is being changed.
    message_id INTEGER UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
    -- The conversation on which a note is being written.
    conversation_id INTEGER UNIQUE REFERENCES conversations (id) ON DELETE CASCADE,
    -- The note that is being changed.
    note_id INTEGER UNIQUE REFERENCES conversation_notes (id) ON DELETE CASCADE,
    content TEXT NOT NULL CHECK (content <> ''),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK ((message_id IS NOT NULL) + (conversation_id IS NOT NULL) + (note_id IS NOT NULL) = 1)
) STRICT;

CREATE TABLE user_achievements (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    achievement_type TEXT NOT NULL CHECK (achievement_type <> ''),
    achievement_name TEXT NOT NULL CHECK (achievement_name <> ''),
    description TEXT NOT NULL DEFAULT '',
    unlocked_at INTEGER NOT NULL,
    UNIQUE (user_id, achievement_type)
) STRICT;

CREATE TABLE user_notifications (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type <> ''),
    title TEXT NOT NULL CHECK (title <> ''),
    message TEXT NOT NULL DEFAULT '',
    -- A place within the app.
    link TEXT,
    created_at INTEGER NOT NULL,
    read_at INTEGER
) STRICT;

CREATE INDEX user_notifications_unread ON user_notifications (user_id, created_at DESC) WHERE read_at IS NULL;

CREATE INDEX user_notifications_user ON user_notifications (user_id, created_at DESC);

CREATE TABLE user_progress (
    user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    xp INTEGER NOT NULL DEFAULT 0 CHECK (xp >= 0),
    messages_count INTEGER NOT NULL DEFAULT 0 CHECK (messages_count >= 0),
    words_learned_count INTEGER NOT NULL DEFAULT 0 CHECK (words_learned_count >= 0),
    time_spent_ms INTEGER NOT NULL DEFAULT 0 CHECK (time_spent_ms >= 0),
    current_streak_days INTEGER NOT NULL DEFAULT 0 CHECK (current_streak_days >= 0),
    longest_streak_days INTEGER NOT NULL DEFAULT 0,
    last_active_on TEXT CHECK (last_active_on IS date(last_active_on)),
    streak_freezes_count INTEGER NOT NULL DEFAULT 0 CHECK (streak_freezes_count >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (longest_streak_days >= current_streak_days)
) STRICT;

CREATE TABLE user_sessions (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the token in hex; the token itself is stored nowhere.
    token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
    device TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE INDEX user_sessions_user ON user_sessions (user_id, expires_at);

CREATE TABLE user_settings (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key TEXT NOT NULL CHECK (key <> ''),
    value TEXT NOT NULL CHECK (json_valid(value)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(username) BETWEEN 1 AND 100),
    display_name TEXT NOT NULL CHECK (length(display_name) BETWEEN 1 AND 200),
    -- BCP 47 tags.
    native_language TEXT CHECK (native_language <> ''),
    target_language TEXT NOT NULL DEFAULT 'en' CHECK (target_language <> ''),
    level TEXT CHECK (level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
    -- IANA name; NULL follows the computer.
    time_zone TEXT CHECK (time_zone <> ''),
    -- A late learner's day may end after midnight.
    day_starts_at_minute INTEGER NOT NULL DEFAULT 0 CHECK (day_starts_at_minute BETWEEN 0 AND 1439),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
, email TEXT COLLATE NOCASE CHECK (email LIKE '%_@_%'), email_verified_at INTEGER, password_hash TEXT CHECK (password_hash GLOB '$argon2id$*'), last_login_at INTEGER, failed_login_count INTEGER NOT NULL DEFAULT 0 CHECK (failed_login_count >= 0), locked_until INTEGER) STRICT;

CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;

CREATE VIRTUAL TABLE vocabulary_search_trigrams USING fts5 (
    content,
    content = 'searchable_vocabulary_unspaced',
    content_rowid = 'id',
    tokenize = 'trigram'
);

CREATE VIRTUAL TABLE vocabulary_search_words USING fts5 (
    content,
    content = 'searchable_vocabulary',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TABLE vocabulary_words (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    language TEXT NOT NULL CHECK (language <> ''),
    word TEXT NOT NULL CHECK (word <> ''),
    lemma TEXT,
    kind TEXT NOT NULL DEFAULT 'word' CHECK (kind IN ('word', 'phrase', 'correction')),
    part_of_speech TEXT,
    pronunciation TEXT,
    definition TEXT,
    translation TEXT,
    example_sentence TEXT,
    difficulty_level TEXT CHECK (difficulty_level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
    -- Where it was met; the word outlives the place.
    source_message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    source_correction_id INTEGER REFERENCES grammar_corrections (id) ON DELETE SET NULL,
    status TEXT NOT NULL DEFAULT 'new'
        CHECK (status IN ('new', 'learning', 'review', 'relearning', 'known', 'ignored')),
    -- FSRS state: days until recall falls to 90 %, and 1 (easy) to 10 (hard). NULL before the first review.
    stability REAL CHECK (stability > 0.0),
    difficulty REAL CHECK (difficulty BETWEEN 1.0 AND 10.0),
    due_at INTEGER,
    review_count INTEGER NOT NULL DEFAULT 0 CHECK (review_count >= 0),
    lapse_count INTEGER NOT NULL DEFAULT 0 CHECK (lapse_count >= 0),
    mastery_level INTEGER NOT NULL DEFAULT 0 CHECK (mastery_level BETWEEN 0 AND 100),
    encounter_count INTEGER NOT NULL DEFAULT 1 CHECK (encounter_count >= 0),
    first_encountered_at INTEGER NOT NULL,
    last_reviewed_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (user_id, language, kind, word)
) STRICT;

CREATE TRIGGER vocabulary_search_after_insert AFTER INSERT ON vocabulary_words BEGIN
    INSERT INTO vocabulary_search_words (rowid, content)
    SELECT id, content FROM searchable_vocabulary WHERE id = NEW.id;
    INSERT INTO vocabulary_search_trigrams (rowid, content)
    SELECT id, content FROM searchable_vocabulary_unspaced WHERE id = NEW.id;
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

CREATE TRIGGER vocabulary_search_before_update BEFORE UPDATE OF id, word, lemma, translation, definition, example_sentence ON vocabulary_words BEGIN
    INSERT INTO vocabulary_search_words (vocabulary_search_words, rowid, content)
    SELECT 'delete', id, content FROM searchable_vocabulary WHERE id = OLD.id;
    INSERT INTO vocabulary_search_trigrams (vocabulary_search_trigrams, rowid, content)
    SELECT 'delete', id, content FROM searchable_vocabulary_unspaced WHERE id = OLD.id;
END;

CREATE INDEX vocabulary_words_due ON vocabulary_words (user_id, due_at, id)
    WHERE due_at IS NOT NULL AND status IN ('new', 'learning', 'review', 'relearning');

CREATE INDEX vocabulary_words_source_correction ON vocabulary_words (source_correction_id)
    WHERE source_correction_id IS NOT NULL;

CREATE INDEX vocabulary_words_source_message ON vocabulary_words (source_message_id)
    WHERE source_message_id IS NOT NULL;