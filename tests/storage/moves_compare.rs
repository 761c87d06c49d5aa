//! Whether the database holds what the model of [`crate::moves_model`] holds, and nothing else.

use std::collections::BTreeMap;

use parlance_storage::{ConversationId, MessageId, NoteId, Role, message};
use rusqlite::Connection;

use crate::moves_model::{Life, Noted, Places};

pub fn stored_order(raw: &Connection, id: ConversationId) -> Places {
    raw.prepare("SELECT id, sequence_number FROM messages WHERE conversation_id = ?1 ORDER BY sequence_number")
        .unwrap()
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

pub fn stored_notes(raw: &Connection) -> BTreeMap<NoteId, Noted> {
    raw.prepare(
        "SELECT id, conversation_id, message_id, content, deleted_at FROM conversation_notes",
    )
    .unwrap()
    .query_map([], |row| {
        let note = Noted {
            talk: row.get(1)?,
            message: row.get(2)?,
            content: row.get(3)?,
            deleted_at: row.get(4)?,
        };
        Ok((row.get(0)?, note))
    })
    .unwrap()
    .collect::<Result<_, _>>()
    .unwrap()
}

impl Life {
    pub fn compare(&self) {
        let raw = self.world.raw();
        assert_eq!(stored_notes(&raw), self.notes);
        self.compare_talks(&raw);
        self.compare_messages(&raw);
        for id in self.order.iter().filter(|id| self.is_open(**id)) {
            self.compare_shown(*id);
        }
    }

    fn compare_talks(&self, raw: &Connection) {
        let mut statement = raw
            .prepare(
                "SELECT id, deleted_at, folder_id, (SELECT content FROM message_drafts WHERE conversation_id = id),
                     (SELECT json_group_array(tag) FROM conversation_tags WHERE conversation_id = id)
                 FROM conversations",
            )
            .unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut count = 0;
        while let Some(row) = rows.next().unwrap() {
            count += 1;
            let id: ConversationId = row.get(0).unwrap();
            let talk = &self.talks[&id];
            assert_eq!(row.get::<_, Option<i64>>(1).unwrap(), talk.deleted_at);
            assert_eq!(row.get::<_, Option<_>>(2).unwrap(), talk.folder);
            assert_eq!(row.get::<_, Option<String>>(3).unwrap(), talk.draft);
            let mut tags: Vec<String> =
                serde_json::from_str(&row.get::<_, String>(4).unwrap()).unwrap();
            tags.sort();
            assert_eq!(tags, talk.tags.iter().cloned().collect::<Vec<_>>());
            assert_eq!(stored_order(raw, id), talk.messages, "each in its place");
        }
        assert_eq!(count, self.talks.len());
    }

    fn compare_messages(&self, raw: &Connection) {
        let mut statement = raw
            .prepare(
                "SELECT id, role, content, created_at, status = 'streaming', deleted_at, edit_count,
                     (SELECT json_group_array(note) FROM message_bookmarks WHERE message_id = messages.id)
                 FROM messages",
            )
            .unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut count = 0;
        while let Some(row) = rows.next().unwrap() {
            count += 1;
            let said = &self.said[&row.get::<_, MessageId>(0).unwrap()];
            assert_eq!(row.get::<_, Role>(1).unwrap(), said.role);
            assert_eq!(row.get::<_, String>(2).unwrap(), said.content());
            assert_eq!(row.get::<_, i64>(3).unwrap(), said.at);
            assert_eq!(row.get::<_, bool>(4).unwrap(), said.is_streaming);
            assert_eq!(row.get::<_, Option<i64>>(5).unwrap(), said.deleted_at);
            assert_eq!(
                row.get::<_, u32>(6).unwrap() as usize,
                said.versions.len() - 1
            );
            let bookmarks: Vec<String> =
                serde_json::from_str(&row.get::<_, String>(7).unwrap()).unwrap();
            assert_eq!(bookmarks, said.bookmark.iter().cloned().collect::<Vec<_>>());
        }
        assert_eq!(count, self.said.len());
    }

    /// What the learner sees of a conversation outside of the trash.
    fn compare_shown(&self, id: ConversationId) {
        let (talk, shown) = (&self.talks[&id], self.world.summary(id));
        let settled = self.settled_among(&talk.ids());
        assert_eq!(shown.message_count as usize, settled.len());
        let last = settled.last().map(|last| &self.said[last]);
        assert_eq!(
            shown.last_message_at.map(|at| at.as_millis()),
            last.map(|last| last.at)
        );
        assert_eq!(
            shown.last_message_preview.as_deref(),
            last.map(|last| last.content())
        );
        let is_unread = talk
            .read_until
            .zip(last)
            .is_some_and(|(mark, last)| last.at > mark);
        assert_eq!(shown.is_unread, is_unread, "unread");
        let user = self.world.user;
        let messages = self
            .world
            .read(move |tx| message::list_before(tx, user, id, None, 200))
            .unwrap()
            .messages;
        let seen: Vec<MessageId> = talk
            .ids()
            .into_iter()
            .filter(|id| self.said[id].deleted_at.is_none())
            .collect();
        assert_eq!(messages.iter().map(|one| one.id).collect::<Vec<_>>(), seen);
        for one in messages {
            let on_it = self.notes.values();
            let on_it =
                on_it.filter(|note| note.message == Some(one.id) && note.deleted_at.is_none());
            assert_eq!(one.note_count as usize, on_it.count());
            assert_eq!(one.is_bookmarked, self.said[&one.id].bookmark.is_some());
        }
    }
}
