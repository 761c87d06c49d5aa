-- What the tutor remembers of a conversation: summaries of what no longer fits, and facts about the learner.

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
) STRICT;

CREATE INDEX conversation_key_facts_conversation ON conversation_key_facts (conversation_id, fact_type);
CREATE INDEX conversation_key_facts_source ON conversation_key_facts (source_message_id)
    WHERE source_message_id IS NOT NULL;
