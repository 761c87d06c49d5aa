-- Servers on which models answer. Their keys are in the system's keychain, never here.

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
) STRICT;

CREATE INDEX model_servers_user ON model_servers (user_id, id);
