-- A reply as speakable pieces, each on its own way to sound.

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

-- The queue, in its own order: ids of messages grow with time. Work that is done is in neither index.
CREATE INDEX message_chunks_pending ON message_chunks (message_id, chunk_index) WHERE tts_status = 'pending';
CREATE INDEX message_chunks_processing ON message_chunks (lease_expires_at) WHERE tts_status = 'processing';
CREATE INDEX message_chunks_failed ON message_chunks (message_id, chunk_index) WHERE tts_status = 'failed';
CREATE INDEX message_chunks_audio ON message_chunks (audio_key) WHERE audio_key IS NOT NULL;
