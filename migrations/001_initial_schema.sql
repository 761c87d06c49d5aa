-- The ledger of migrations, the profiles of this computer, and their settings and totals.
--
-- Conventions of every migration:
--   id INTEGER PRIMARY KEY is made by the app (never by SQLite): 42 bits of milliseconds since 2020, 21 random bits.
--   *_at is Unix milliseconds UTC; *_on is a day YYYY-MM-DD in the learner's own calendar.
--   A foreign key has an index that starts with it, since deleting its parent would scan the table otherwise.

-- One row per migration, written in the migration's own transaction. The primary key is also what stops two
-- processes that start at once from applying one migration twice.
CREATE TABLE schema_migrations (
    version INTEGER PRIMARY KEY CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    -- SHA-256 of the file as it was embedded, in hex.
    checksum TEXT NOT NULL CHECK (length(checksum) = 64),
    applied_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
    app_version TEXT NOT NULL
) STRICT;

-- Settings of this installation, whoever uses it. The value is JSON.
CREATE TABLE system_settings (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    value TEXT NOT NULL CHECK (json_valid(value)),
    category TEXT NOT NULL DEFAULT 'general' CHECK (category <> ''),
    description TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The people who learn on this computer.
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
) STRICT;

-- One row per setting that was chosen; an absent one has its default, which the app knows. The value is JSON.
CREATE TABLE user_settings (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key TEXT NOT NULL CHECK (key <> ''),
    value TEXT NOT NULL CHECK (json_valid(value)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;

-- Totals of a learner, kept in the transaction of their cause.
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
