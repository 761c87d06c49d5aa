-- What the learner looked for last, to look for it again.

CREATE TABLE recent_searches (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As it was typed, operators and all.
    query TEXT NOT NULL CHECK (length(query) BETWEEN 1 AND 500),
    searched_at INTEGER NOT NULL,
    UNIQUE (user_id, query)
) STRICT;

CREATE INDEX recent_searches_newest ON recent_searches (user_id, searched_at, id);
