//! The closed sets of values that columns may hold.

use crate::text_enum::text_enum;

text_enum! {
    /// Who said a message.
    Role { User = "user", Assistant = "assistant", System = "system" }
}

text_enum! {
    /// How far the writing of a message has come.
    MessageStatus {
        /// Words are still arriving.
        Streaming = "streaming",
        /// All words are there.
        Complete = "complete",
        /// Stopped by the learner, or by the end of the process; what had come is kept.
        Interrupted = "interrupted",
        /// The engine gave up; what had come is kept.
        Failed = "failed",
    }
}

text_enum! {
    /// Where a chunk stands on its way to sound.
    TtsStatus {
        Pending = "pending",
        Processing = "processing",
        Completed = "completed",
        Failed = "failed",
    }
}

text_enum! {
    /// The feeling with which a chunk is to be spoken.
    Emotion {
        Neutral = "neutral",
        Happy = "happy",
        Encouraging = "encouraging",
        Excited = "excited",
        Calm = "calm",
        Curious = "curious",
        Supportive = "supportive",
    }
}

text_enum! {
    /// How strongly a chunk is stressed.
    Emphasis { None = "none", Moderate = "moderate", Strong = "strong" }
}

text_enum! {
    /// A level of the Common European Framework of Reference for Languages.
    CefrLevel { A1 = "A1", A2 = "A2", B1 = "B1", B2 = "B2", C1 = "C1", C2 = "C2" }
}

text_enum! {
    /// What the learner does with a conversation.
    ConversationStatus {
        Active = "active",
        Paused = "paused",
        Completed = "completed",
        Archived = "archived",
    }
}

text_enum! {
    /// Who chose a conversation's title; a title of the learner's own is never replaced.
    TitleSource { Auto = "auto", User = "user" }
}

text_enum! {
    /// How a message was put in.
    InputMethod { Text = "text", Voice = "voice" }
}

text_enum! {
    /// How a conversation is cut down to what a model can read.
    MemoryStrategy {
        Sliding = "sliding",
        Summarization = "summarization",
        Hierarchical = "hierarchical",
        Semantic = "semantic",
    }
}

text_enum! {
    /// The colours of the window.
    Theme {
        /// As the desktop has it.
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

text_enum! {
    /// The language of the window, not the one that is learnt.
    Language {
        /// As the desktop has it.
        System = "system",
        English = "en",
        Vietnamese = "vi",
    }
}

text_enum! {
    /// How fast the built-in practice partner writes.
    PartnerPace {
        /// Everything at once.
        Instant = "instant",
        /// Like somebody who types.
        Natural = "natural",
        /// For those who read along.
        Slow = "slow",
    }
}

text_enum! {
    /// What an entry of a conversation's event log reports.
    EventType {
        ConversationCreated = "conversation_created",
        ConversationRenamed = "conversation_renamed",
        /// The learner sent a message.
        MessageSent = "message_sent",
        /// The partner said something at once, as an opening message does.
        MessageSaid = "message_said",
        ReplyStarted = "reply_started",
        /// A reply ended, one way or another; the event's data holds the status.
        ReplyFinished = "reply_finished",
    }
}
