//! What can be searched: five kinds of texts, each with its two full-text tables.

use std::ops::Range;

use rusqlite::{Row, ToSql};

use super::filter::Conditions;
use super::matching::Matching;
use crate::columns::Columns;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{Role, SearchKind};
use crate::time::Timestamp;
use crate::tx::ReadTx;
use crate::{Error, id};

/// A kind of text, and where it is indexed.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) kind: SearchKind,
    pub(super) words: &'static str,
    pub(super) trigrams: &'static str,
    view: &'static str,
    pub(super) table: &'static str,
    /// Id of the conversation, id of the message, title, role, time, place: of the row `thing`.
    columns: &'static str,
    joins: &'static str,
    /// Which rows are this learner's to find.
    is_theirs: &'static str,
}

pub(super) const MESSAGES: Source = Source {
    kind: SearchKind::Message,
    words: "message_search_words",
    trigrams: "message_search_trigrams",
    view: "searchable_messages",
    table: "messages",
    columns: "c.id AS conversation_id, thing.id AS message_id, c.title AS title, m.role AS role,
        thing.created_at AS at, m.sequence_number AS sequence_number",
    // The message itself goes by two names, so that all kinds share their conditions.
    joins: "LEFT JOIN messages AS m ON m.id = thing.id LEFT JOIN conversations AS c ON c.id = m.conversation_id",
    is_theirs: "c.user_id = :user AND c.deleted_at IS NULL",
};

pub(super) const TITLES: Source = Source {
    kind: SearchKind::Title,
    words: "title_search_words",
    trigrams: "title_search_trigrams",
    view: "searchable_titles",
    table: "conversations",
    columns: "c.id AS conversation_id, NULL AS message_id, c.title AS title, NULL AS role,
        coalesce(c.last_message_at, c.created_at) AS at, NULL AS sequence_number",
    joins: "LEFT JOIN conversations AS c ON c.id = thing.id LEFT JOIN messages AS m ON FALSE",
    is_theirs: "c.user_id = :user",
};

pub(super) const NOTES: Source = Source {
    kind: SearchKind::Note,
    words: "note_search_words",
    trigrams: "note_search_trigrams",
    view: "searchable_notes",
    table: "conversation_notes",
    columns: "c.id AS conversation_id, m.id AS message_id, c.title AS title, NULL AS role,
        thing.created_at AS at, m.sequence_number AS sequence_number",
    joins: "LEFT JOIN conversations AS c ON c.id = thing.conversation_id
        LEFT JOIN messages AS m ON m.id = thing.message_id AND m.deleted_at IS NULL",
    is_theirs: "thing.user_id = :user AND c.deleted_at IS NULL",
};

pub(super) const CORRECTIONS: Source = Source {
    kind: SearchKind::Correction,
    words: "correction_search_words",
    trigrams: "correction_search_trigrams",
    view: "searchable_corrections",
    table: "grammar_corrections",
    columns: "c.id AS conversation_id, m.id AS message_id, c.title AS title, m.role AS role,
        thing.created_at AS at, m.sequence_number AS sequence_number",
    joins: "LEFT JOIN messages AS m ON m.id = thing.message_id
        LEFT JOIN conversations AS c ON c.id = m.conversation_id",
    is_theirs: "c.user_id = :user AND c.deleted_at IS NULL AND m.deleted_at IS NULL",
};

pub(super) const WORDS: Source = Source {
    kind: SearchKind::Word,
    words: "vocabulary_search_words",
    trigrams: "vocabulary_search_trigrams",
    view: "searchable_vocabulary",
    table: "vocabulary_words",
    columns: "c.id AS conversation_id, iif(c.id IS NULL, NULL, m.id) AS message_id, thing.word AS title, NULL AS role,
        thing.created_at AS at, m.sequence_number AS sequence_number",
    joins: "LEFT JOIN messages AS m ON m.id = thing.source_message_id AND m.deleted_at IS NULL
        LEFT JOIN conversations AS c ON c.id = m.conversation_id AND c.deleted_at IS NULL",
    is_theirs: "thing.user_id = :user",
};

/// A full-text table, the view that it reads, the table behind that, and how it takes texts apart.
pub(crate) struct Index {
    pub(crate) name: &'static str,
    pub(crate) view: String,
    pub(crate) table: &'static str,
    pub(crate) tokenizer: &'static str,
}

/// Every full-text table.
pub(crate) fn all_indexes() -> Vec<Index> {
    let of = |kind: &SearchKind| {
        let source = Source::of(*kind);
        let [(words, all), (trigrams, unspaced)] = source.indexes();
        let index = |name, view, tokenizer| Index {
            name,
            view,
            table: source.table,
            tokenizer,
        };
        [
            index(words, all, "porter unicode61 remove_diacritics 2"),
            index(trigrams, unspaced, "trigram"),
        ]
    };
    SearchKind::ALL.iter().flat_map(of).collect()
}

/// A row that an index led to, with its text if it is one to be found.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) id: i64,
    pub(super) conversation_id: Option<ConversationId>,
    pub(super) message_id: Option<MessageId>,
    pub(super) title: Option<String>,
    pub(super) role: Option<Role>,
    pub(super) at: Option<Timestamp>,
    pub(super) sequence_number: Option<u32>,
    pub(super) text: Option<String>,
}

impl Candidate {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            conversation_id: columns.get("conversation_id")?,
            message_id: columns.get("message_id")?,
            title: columns.get("title")?,
            role: columns.get("role")?,
            at: columns.get("at")?,
            sequence_number: columns.get("sequence_number")?,
            text: columns.get("text")?,
        })
    }

    /// The id of the thing itself, as it is written.
    pub(super) fn name(&self) -> String {
        id::encode(self.id)
    }
}

impl Source {
    pub(super) const fn of(kind: SearchKind) -> &'static Self {
        match kind {
            SearchKind::Message => &MESSAGES,
            SearchKind::Title => &TITLES,
            SearchKind::Note => &NOTES,
            SearchKind::Correction => &CORRECTIONS,
            SearchKind::Word => &WORDS,
        }
    }

    /// Its name in `search_rebuilds`.
    pub(super) fn name(&self) -> &'static str {
        self.view.trim_start_matches("searchable_")
    }

    /// Each full-text table with the view that it reads.
    pub(super) fn indexes(&self) -> [(&'static str, String); 2] {
        let Self { view, .. } = self;
        [
            (self.words, (*view).to_owned()),
            (self.trigrams, format!("{view}_unspaced")),
        ]
    }

    /// Opens the lists of terms of both indexes, on this connection.
    pub(super) fn make_terms(&self, tx: &ReadTx<'_>) -> Result<(), Error> {
        for index in [self.words, self.trigrams] {
            tx.prepare(&format!(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.{index}_terms USING fts5vocab ('main', '{index}', 'row')"
            ))?
            .execute([])?;
        }
        Ok(())
    }

    /// The newest `most` of these rows to which the indexes lead, newest first. A row that the conditions leave out is
    /// there without its text.
    pub(super) fn look(
        &self,
        tx: &ReadTx<'_>,
        user: UserId,
        (matching, conditions): (&Matching, &Conditions),
        rows: Range<i64>,
        most: usize,
    ) -> Result<Vec<Candidate>, Error> {
        let sql = self.sql(matching, conditions);
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut parameters: Vec<(&str, &dyn ToSql)> = vec![
            (":user", &user),
            (":from", &rows.start),
            (":before", &rows.end),
            (":most", &most),
        ];
        for (name, value) in [
            (":words", &matching.words),
            (":trigrams", &matching.trigrams),
            (":without", &matching.without),
        ] {
            if let Some(value) = value {
                parameters.push((name, value));
            }
        }
        parameters.extend(conditions.parameters());
        let mut statement = tx.prepare(&sql)?;
        let rows = statement.query_map(&parameters[..], Candidate::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn sql(&self, matching: &Matching, conditions: &Conditions) -> String {
        let Self {
            words,
            trigrams,
            view,
            table,
            columns,
            joins,
            is_theirs,
            ..
        } = self;
        let (driver, id) = match (&matching.words, &matching.trigrams) {
            (Some(_), _) => (format!("{words} WHERE {words} MATCH :words"), "rowid"),
            (None, Some(_)) => (
                format!("{trigrams} WHERE {trigrams} MATCH :trigrams"),
                "rowid",
            ),
            (None, None) => (format!("{table} WHERE TRUE"), "id"),
        };
        let mut also = String::new();
        if matching.words.is_some() && matching.trigrams.is_some() {
            also.push_str(&format!(
                " AND {id} IN (SELECT rowid FROM {trigrams} WHERE {trigrams} MATCH :trigrams)"
            ));
        }
        if matching.without.is_some() {
            also.push_str(&format!(
                " AND {id} NOT IN (SELECT rowid FROM {words} WHERE {words} MATCH :without)"
            ));
        }
        let conditions = conditions.sql();
        // The order is fixed: along the index, then to each row.
        format!(
            "WITH hits AS (SELECT {id} AS id FROM {driver} AND {id} >= :from AND {id} < :before{also}
                 ORDER BY {id} DESC LIMIT :most)
             SELECT hits.id AS id, {columns},
                 CASE WHEN {is_theirs}{conditions} THEN (SELECT content FROM {view} WHERE id = hits.id) END AS text
             FROM hits CROSS JOIN {table} AS thing ON thing.id = hits.id {joins}
             ORDER BY hits.id DESC"
        )
    }
}
