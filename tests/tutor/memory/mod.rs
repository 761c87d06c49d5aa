//! What a model is told of a long conversation, and what is learnt from it.

mod answers;
mod context;
mod facts;
mod long;
mod summaries;

use parlance_storage::key_fact::KeyFact;
use parlance_storage::memory::{MemorySettings, RecallBy, Recalled, Said, Sources};
use parlance_storage::summary::Summary;
use parlance_storage::{
    ConversationId, FactType, KeyFactId, MemoryStrategy, MessageId, Role, SummaryId, Timestamp,
    tokens,
};

const NOON: Timestamp = Timestamp::from_millis(1_709_208_000_000);

fn said(sequence_number: u32, role: Role, content: &str) -> Said {
    Said {
        id: MessageId::new(NOON),
        sequence_number,
        role,
        content: content.to_owned(),
        token_count: tokens::count(content),
        created_at: NOON,
    }
}

/// What the learner said, in order.
fn learner(texts: &[&str]) -> Vec<Said> {
    (1..)
        .zip(texts)
        .map(|(place, text)| said(place, Role::User, text))
        .collect()
}

/// By turns, the learner first, from this place on.
fn talk(first: u32, texts: &[&str]) -> Vec<Said> {
    (first..)
        .zip(texts)
        .enumerate()
        .map(|(number, (place, text))| {
            let role = if number % 2 == 0 {
                Role::User
            } else {
                Role::Assistant
            };
            said(place, role, text)
        })
        .collect()
}

fn fact(text: &str, is_pinned: bool) -> KeyFact {
    KeyFact {
        id: KeyFactId::new(NOON),
        conversation_id: ConversationId::new(NOON),
        fact_type: FactType::Interest,
        text: text.to_owned(),
        confidence: 0.8,
        source_message_id: None,
        is_user_edited: false,
        pinned_at: is_pinned.then_some(NOON),
        created_at: NOON,
        updated_at: NOON,
    }
}

fn summary(from: u32, to: u32, text: &str) -> Summary {
    Summary {
        id: SummaryId::new(NOON),
        conversation_id: ConversationId::new(NOON),
        tier: 1,
        text: text.to_owned(),
        from_sequence: from,
        to_sequence: to,
        token_count: tokens::count(text),
        model: None,
        created_at: NOON,
        updated_at: NOON,
    }
}

fn recalled(place: u32, text: &str) -> Recalled {
    Recalled {
        said: said(place, Role::User, text),
        by: RecallBy::Words,
    }
}

fn sources(budget: u32, recent: Vec<Said>) -> Sources {
    Sources {
        settings: MemorySettings {
            strategy: MemoryStrategy::Hierarchical,
            max_context_tokens: budget,
            ..MemorySettings::default()
        },
        recent,
        has_earlier: false,
        summaries: Vec::new(),
        facts: Vec::new(),
        recalled: Vec::new(),
    }
}
