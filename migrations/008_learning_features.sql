-- What the learner learns: corrections, words with their review state, days, and figures of a conversation.

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

CREATE INDEX grammar_corrections_message ON grammar_corrections (message_id, start_offset);

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

CREATE INDEX vocabulary_words_due ON vocabulary_words (user_id, due_at, id)
    WHERE due_at IS NOT NULL AND status IN ('new', 'learning', 'review', 'relearning');
CREATE INDEX vocabulary_words_source_message ON vocabulary_words (source_message_id)
    WHERE source_message_id IS NOT NULL;
CREATE INDEX vocabulary_words_source_correction ON vocabulary_words (source_correction_id)
    WHERE source_correction_id IS NOT NULL;

-- One row per learner and day of the learner's own calendar, kept in the transactions of their causes.
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
