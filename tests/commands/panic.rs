//! A tutor that panics in the middle of a reply: told to the window, logged by its place alone, and
//! nothing of what had come is lost.

use std::sync::{Arc, Mutex};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use parlance_lib::{
    error::ErrorCode,
    events::{Notice, Notify},
    log_file::watch_panics,
    remembering::Remembering,
    replies::Replies,
    tutors::{Tutor, Tutors},
};
use parlance_storage::{
    Database, Error, MessageStatus, OpenOptions, ReadTx, TutorChoice, UserId,
    conversation::{self, Conversation, NewConversation},
    message, user, verify,
};
use parlance_tutor::{ReplyEngine, ReplyError, ReplyRequest};

use crate::support::until;

struct PanickingTutor;

/// Nobody else answers, whoever was chosen.
struct Only(Arc<dyn ReplyEngine>);

impl Tutors for Only {
    fn choose(
        &self,
        _: &ReadTx<'_>,
        _: UserId,
        _: &Conversation,
        _: Option<&TutorChoice>,
    ) -> Result<Tutor, Error> {
        Ok(Tutor {
            engine: Arc::clone(&self.0),
            model: None,
        })
    }
}

impl ReplyEngine for PanickingTutor {
    fn name(&self) -> &str {
        "panicking"
    }

    fn reply(&self, _: ReplyRequest) -> BoxStream<'static, Result<String, ReplyError>> {
        let words = ["Good morning! ", "How are you? ", "The rest of"];
        stream::iter(words)
            .map(|words| Ok(words.to_owned()))
            .chain(stream::once(async {
                panic!("secret words of the learner")
            }))
            .boxed()
    }
}

#[test]
fn a_panic_in_mid_reply_is_told_and_keeps_what_had_come() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::open(directory.path(), OpenOptions::new("0.0.0")).unwrap();
    let (user, conversation) = begin(&database);
    let told: Arc<Mutex<Vec<(ErrorCode, String)>>> = Arc::default();
    let notify = collect(Arc::clone(&told));
    watch_panics(Arc::clone(&notify));
    let tutors: Arc<dyn Tutors> = Arc::new(Only(Arc::new(PanickingTutor)));
    let remembering = Remembering::new(database.clone(), Arc::clone(&tutors), Arc::clone(&notify));
    let replies = Arc::new(Replies::new(
        database.clone(),
        tutors,
        Arc::new(remembering),
        notify,
    ));

    let sent = replies.send(user, conversation, "Hello!".into());
    tauri::async_runtime::block_on(sent).unwrap();
    let reply = until("the end of the reply", || {
        let page = database
            .read_blocking(move |tx| message::list_before(tx, user, conversation, None, 10))
            .unwrap();
        let last = page.messages.into_iter().next_back()?;
        (last.status != MessageStatus::Streaming).then_some(last)
    });
    assert_eq!(reply.status, MessageStatus::Failed);
    assert_eq!(reply.content, "Good morning! How are you? The rest of");
    let chunks: String = reply
        .chunks
        .iter()
        .map(|chunk| chunk.text.as_str())
        .collect();
    assert_eq!(chunks, reply.content);

    let told = told.lock().unwrap().clone();
    assert_eq!(told[0].0, ErrorCode::Internal);
    assert!(
        told.iter().all(|(_, message)| !message.contains("secret")),
        "{told:?}"
    );

    let again = replies.send(user, conversation, "Are you still there?".into());
    tauri::async_runtime::block_on(again).unwrap();
    tauri::async_runtime::block_on(replies.stop_all());
    database.close().unwrap();
    let report = verify::run(directory.path()).unwrap().unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
}

fn begin(database: &Database) -> (UserId, parlance_storage::ConversationId) {
    let now = database.now();
    database
        .write_blocking(move |tx| {
            let user = user::ensure_first(tx, now)?.id;
            let new = NewConversation {
                user_id: user,
                template_id: None,
                title: None,
                level: None,
                topic: None,
            };
            Ok((user, conversation::insert(tx, new, now)?.id))
        })
        .unwrap()
}

fn collect(told: Arc<Mutex<Vec<(ErrorCode, String)>>>) -> Notify {
    Arc::new(move |notice| {
        if let Notice::Problem(problem) = notice {
            told.lock()
                .unwrap()
                .push((problem.0.code, problem.0.message));
        }
    })
}
