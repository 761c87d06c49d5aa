//! Conversations that come from outside, one message a line.
//!
//! The form is JSON lines: `{"conversation": title, "role": "user" | "assistant" | "system", "content": text,
//! "created_at": time}`. The time may be left out; it is Unix milliseconds or RFC 3339. A conversation is named by its
//! title: messages go to the end of the one that is called so, or begin it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, Read};

use rusqlite::named_params;
use rusqlite::types::ValueRef;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::chunk::{self, NewChunk};
use crate::conversation::{self, NewConversation};
use crate::id::{ConversationId, UserId};
use crate::kinds::{Emotion, Emphasis, EventType, Role};
use crate::text::{self, LONGEST_MESSAGE};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event, message};

/// In bytes. A longer line cannot be a message that may be stored, however it is escaped.
const LONGEST_LINE: u64 = 2_000_000;

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Conversations that were begun.
    pub conversations: u32,
    /// Messages that were added.
    pub messages: u32,
    /// Messages with a time that were there before, as they are or as they were before they were edited.
    pub known: u32,
    /// Messages among the added ones that had no time: nothing tells that they are the same when the file is imported
    /// again. For people; not on the wire.
    #[serde(skip)]
    pub undated: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    conversation: String,
    role: Role,
    content: String,
    #[serde(default)]
    created_at: Option<Time>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Millis(i64),
    Text(String),
}

/// Adds every message of `lines` to the learner's conversations, in their order. Lines that are blank are passed
/// over. With a time, a message that its conversation held before is not added again; what stands in the lines twice
/// was said twice.
///
/// # Errors
/// `Invalid` with the number of the first line that is no message, or cannot be stored; `Io` if the lines cannot be
/// read. Nothing is stored then.
pub fn jsonl(
    tx: &WriteTx<'_>,
    user: UserId,
    lines: impl BufRead,
    now: Timestamp,
) -> Result<Imported, Error> {
    let mut import = Import {
        tx,
        user,
        now,
        there: by_title(tx, user)?,
        talks: HashMap::new(),
        done: Imported::default(),
    };
    let mut lines = lines;
    for number in 1_u64.. {
        let mut bytes = Vec::new();
        let length = (&mut lines)
            .take(LONGEST_LINE + 1)
            .read_until(b'\n', &mut bytes)?;
        if length == 0 {
            break;
        }
        let at = |reason: &str| {
            Error::invalid(
                "file",
                format!("cannot be imported: line {number} {reason}"),
            )
        };
        if bytes.len() as u64 > LONGEST_LINE {
            return Err(at("is too long for a message"));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let text = std::str::from_utf8(bytes).map_err(|_| at("is not UTF-8 text"))?;
        // serde quotes what it met, and that may be anybody's words.
        let line: Line = serde_json::from_str(text).map_err(|error| {
            let kind = if error.is_data() {
                "lacks a field, or has one that is not known"
            } else {
                "is not JSON"
            };
            at(kind)
        })?;
        import.add(line).map_err(|error| match error {
            Error::Invalid { field, reason } => at(&format!("has a {field} that {reason}")),
            other => other,
        })?;
    }
    import.finish()
}

struct Import<'a, 'c> {
    tx: &'a WriteTx<'c>,
    user: UserId,
    now: Timestamp,
    /// What was there before the import, by title.
    there: HashMap<String, ConversationId>,
    /// What a line has named so far, by title.
    talks: HashMap<String, Talk>,
    done: Imported,
}

struct Talk {
    id: ConversationId,
    added: u32,
    /// What it held before the import.
    known: Known,
}

impl Import<'_, '_> {
    fn add(&mut self, line: Line) -> Result<(), Error> {
        let Line {
            conversation,
            role,
            content,
            created_at,
        } = line;
        text::check_not_blank("content", &content, LONGEST_MESSAGE)?;
        let said_at = created_at.map(Time::read).transpose()?;
        let title = text::title(&conversation)?;
        let (tx, now) = (self.tx, self.now);
        let talk = self.talk(&title)?;
        if let Some(at) = said_at
            && talk.known.take(hash(role, &content, at))
        {
            self.done.known += 1;
            return Ok(());
        }
        talk.added += 1;
        let id =
            message::insert_imported(tx, talk.id, role, &content, said_at.unwrap_or(now), now)?;
        if role == Role::Assistant {
            chunk::insert_all(tx, talk.id, id, &[silent(content)], now)?;
        }
        self.done.messages += 1;
        self.done.undated += u32::from(said_at.is_none());
        Ok(())
    }

    /// The conversation of this title, a new one if there is none.
    fn talk(&mut self, title: &str) -> Result<&mut Talk, Error> {
        if !self.talks.contains_key(title) {
            let talk = match self.there.get(title).copied() {
                Some(id) => Talk {
                    id,
                    added: 0,
                    known: Known::read(self.tx, id)?,
                },
                None => self.begin(title)?,
            };
            self.talks.insert(title.to_owned(), talk);
        }
        self.talks
            .get_mut(title)
            .ok_or_else(|| Error::internal("a conversation that was just put down is gone"))
    }

    fn begin(&mut self, title: &str) -> Result<Talk, Error> {
        let new = NewConversation {
            user_id: self.user,
            template_id: None,
            title: Some(title.to_owned()),
            level: None,
            topic: None,
        };
        let id = conversation::insert(self.tx, new, self.now)?.id;
        self.done.conversations += 1;
        Ok(Talk {
            id,
            added: 0,
            known: Known::default(),
        })
    }

    /// Counts and log, once for each conversation.
    fn finish(self) -> Result<Imported, Error> {
        for talk in self.talks.values().filter(|talk| talk.added > 0) {
            conversation::settled_messages_changed(
                self.tx,
                talk.id,
                i64::from(talk.added),
                self.now,
            )?;
            event::append(
                self.tx,
                talk.id,
                EventType::MessagesImported,
                &json!({ "count": talk.added }),
                self.now,
            )?;
        }
        Ok(self.done)
    }
}

impl Time {
    fn read(self) -> Result<Timestamp, Error> {
        let millis = match self {
            Self::Millis(millis) => Some(millis),
            Self::Text(text) => text
                .parse::<jiff::Timestamp>()
                .ok()
                .map(jiff::Timestamp::as_millisecond),
        };
        millis
            .map(Timestamp::from_millis)
            .filter(|at| !at.is_beyond_the_calendar())
            .ok_or_else(|| {
                Error::invalid("created_at", "is neither Unix milliseconds nor RFC 3339")
            })
    }
}

/// The learner's conversations outside of the trash; the newest of those that are called the same. Read at once, since
/// there is no index of titles: looking each one up would take the square of their number.
fn by_title(tx: &ReadTx<'_>, user: UserId) -> Result<HashMap<String, ConversationId>, Error> {
    let mut statement = tx.prepare(
        "SELECT title, id FROM conversations
         WHERE user_id = :user AND deleted_at IS NULL AND title <> '' ORDER BY id",
    )?;
    let rows = statement.query_map(named_params! { ":user": user }, |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?))
    })?;
    let mut by_title = HashMap::new();
    for row in rows {
        let (stored, id) = row?;
        // An older version may have stored it with control characters.
        let title = text::title(&stored).unwrap_or(stored);
        by_title.insert(title, id);
    }
    Ok(by_title)
}

fn hash(role: Role, content: &str, at: Timestamp) -> u64 {
    let mut hasher = DefaultHasher::new();
    (role, content, at).hash(&mut hasher);
    hasher.finish()
}

/// The messages of a conversation that no line was matched with yet, each by a hash of what it says and when: a
/// million texts would not fit. They are counted, since somebody may say the same twice in one moment.
#[derive(Default)]
struct Known {
    unedited: HashMap<u64, u32>,
    /// By what they said at first and by what they say now: the line may be from before the edit or from after it.
    /// Places in `is_taken`.
    edited: HashMap<u64, Vec<usize>>,
    is_taken: Vec<bool>,
}

impl Known {
    /// Also what lies in the trash.
    fn read(tx: &ReadTx<'_>, id: ConversationId) -> Result<Self, Error> {
        let mut statement = tx.prepare(
            "SELECT role, created_at, content, iif(edit_count > 0, (
                 SELECT previous_content FROM message_edit_history WHERE message_id = messages.id
                 ORDER BY edited_at, id LIMIT 1), NULL)
             FROM messages WHERE conversation_id = :id AND status <> 'streaming'",
        )?;
        let mut rows = statement.query(named_params! { ":id": id })?;
        let mut known = Self::default();
        while let Some(row) = rows.next()? {
            let (role, at) = (row.get(0)?, row.get(1)?);
            let of = |text: ValueRef<'_>| match text.as_str_or_null() {
                Ok(text) => Ok(text.map(|text| hash(role, text, at))),
                Err(_) => Err(Error::corrupt("a message is not valid text")),
            };
            match (of(row.get_ref(2)?)?, of(row.get_ref(3)?)?) {
                (Some(now), Some(first)) => known.add_edited(now, first),
                (Some(now), None) => *known.unedited.entry(now).or_default() += 1,
                (None, _) => {}
            }
        }
        Ok(known)
    }

    fn add_edited(&mut self, now: u64, first: u64) {
        let place = self.is_taken.len();
        self.is_taken.push(false);
        for hash in [now, first] {
            self.edited.entry(hash).or_default().push(place);
        }
    }

    /// Whether there was such a message left. It is not there for another line.
    fn take(&mut self, hash: u64) -> bool {
        if let Some(left @ 1..) = self.unedited.get_mut(&hash) {
            *left -= 1;
            return true;
        }
        let places = self.edited.get(&hash).into_iter().flatten();
        for place in places {
            if let Some(is_taken @ false) = self.is_taken.get_mut(*place) {
                *is_taken = true;
                return true;
            }
        }
        false
    }
}

/// A reply in one piece that nobody has asked to hear: years of old replies are not read out one after the other.
fn silent(content: String) -> NewChunk {
    NewChunk {
        text: content,
        spoken_text: String::new(),
        emotion: Emotion::Neutral,
        icon: None,
        pause_after_ms: 0,
        emphasis: Emphasis::None,
    }
}
