//! A profile with a life in it, made without the window: that takes a second instead of minutes.

use std::path::Path;

use parlance_storage::{
    Clock, Database, Emotion, Emphasis, InputMethod, OpenOptions, SystemClock, Timestamp, Watch,
    backup::{self, BackupReason, NewBackup},
    chunk::NewChunk,
    conversation::{self, NewConversation},
    message::{self, NewMessage},
    user,
};

/// The version of the app that is said to have made it all.
const VERSION: &str = "0.1.0";

/// Makes a profile with one conversation of so many remarks, each with its answer, and gives what was said, in
/// order.
pub async fn live_in(data_dir: &Path, remarks: usize) -> Vec<String> {
    let database = Database::open(data_dir, OpenOptions::new(VERSION)).unwrap();
    let said = database
        .write(move |tx| {
            let now = SystemClock.now();
            let learner = user::ensure_first(tx, now)?.id;
            let new = NewConversation {
                user_id: learner,
                template_id: None,
                title: Some("The year in words".into()),
                level: None,
                topic: None,
            };
            let conversation = conversation::insert(tx, new, now)?.id;
            let mut said = Vec::new();
            for day in 2..remarks + 2 {
                let remark = NewMessage {
                    content: format!("On day {day} I walked along the river and saw {day} boats."),
                    input_method: InputMethod::Text,
                };
                let answer = format!("That sounds lovely. What did the {day} boats look like?");
                said.extend([remark.content.clone(), answer.clone()]);
                message::send(tx, learner, conversation, remark, now)?;
                let chunks = [without_sound(&answer)];
                message::say(tx, conversation, &answer, &chunks, "practice-partner", now)?;
            }
            Ok(said)
        })
        .await
        .unwrap();
    database.close().unwrap();
    said
}

/// Nothing to say aloud, so that no speech engine is kept busy beside the test.
fn without_sound(text: &str) -> NewChunk {
    NewChunk {
        text: text.into(),
        spoken_text: String::new(),
        emotion: Emotion::Neutral,
        icon: None,
        pause_after_ms: 0,
        emphasis: Emphasis::None,
    }
}

/// Makes a backup of what is there, as if it had been made so many minutes ago.
pub fn back_up(data_dir: &Path, reason: BackupReason, minutes_ago: i64) {
    let now = SystemClock.now().as_millis() - minutes_ago * 60_000;
    let new = NewBackup {
        reason,
        app_version: VERSION.into(),
        now: Timestamp::from_millis(now),
    };
    backup::create(data_dir, &new, &Watch::nobody()).unwrap();
}
