-- Frozen copies of conversations that others may read by link.

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
