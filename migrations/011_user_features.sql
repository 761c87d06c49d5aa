-- What the app tells a learner, and what the learner has reached.

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

CREATE INDEX user_notifications_user ON user_notifications (user_id, created_at DESC);
CREATE INDEX user_notifications_unread ON user_notifications (user_id, created_at DESC) WHERE read_at IS NULL;

CREATE TABLE user_achievements (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    achievement_type TEXT NOT NULL CHECK (achievement_type <> ''),
    achievement_name TEXT NOT NULL CHECK (achievement_name <> ''),
    description TEXT NOT NULL DEFAULT '',
    unlocked_at INTEGER NOT NULL,
    UNIQUE (user_id, achievement_type)
) STRICT;
