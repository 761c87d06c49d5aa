-- An optional password per profile, and the sessions that it opens.

ALTER TABLE users ADD COLUMN email TEXT COLLATE NOCASE CHECK (email LIKE '%_@_%');
ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
-- An Argon2id string in PHC format, never anything else.
ALTER TABLE users ADD COLUMN password_hash TEXT CHECK (password_hash GLOB '$argon2id$*');
ALTER TABLE users ADD COLUMN last_login_at INTEGER;
-- Kept here, not in memory, so that restarting the app does not clear the delay after wrong passwords.
ALTER TABLE users ADD COLUMN failed_login_count INTEGER NOT NULL DEFAULT 0 CHECK (failed_login_count >= 0);
ALTER TABLE users ADD COLUMN locked_until INTEGER;

CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;

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
