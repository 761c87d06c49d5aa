-- Conversations, their tags, and the templates that they start from.

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

-- Two indexes, because NULLs are distinct in a UNIQUE one and built-in slugs would not be unique.
CREATE UNIQUE INDEX conversation_templates_own ON conversation_templates (user_id, slug);
CREATE UNIQUE INDEX conversation_templates_built_in ON conversation_templates (slug) WHERE user_id IS NULL;

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
    deleted_at INTEGER,
    CHECK (title <> '' OR title_source = 'auto'),
    CHECK ((pinned_at IS NULL) = (pin_order IS NULL)),
    CHECK ((message_count = 0) = (last_message_at IS NULL)),
    CHECK ((last_message_at IS NULL) = (last_message_preview IS NULL))
) STRICT;

-- The list page, in its own two orders: pinned ones by hand, the others by last activity.
CREATE INDEX conversations_pinned ON conversations (user_id, pin_order, id)
    WHERE pinned_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX conversations_recent ON conversations (user_id, coalesce(last_message_at, created_at) DESC, id DESC)
    WHERE pinned_at IS NULL AND deleted_at IS NULL;
-- The trash, and the foreign key: the partial indexes above do not hold every row.
CREATE INDEX conversations_user ON conversations (user_id, deleted_at);
CREATE INDEX conversations_template ON conversations (template_id) WHERE template_id IS NOT NULL;

CREATE TABLE conversation_tags (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    tag TEXT NOT NULL COLLATE NOCASE CHECK (length(tag) BETWEEN 1 AND 100),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversation_tags_tag ON conversation_tags (tag, conversation_id);
