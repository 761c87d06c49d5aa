//! What can no longer be taken back, since the words that this needs are being erased: found among all that a learner
//! can take back, wherever it was done.

use rusqlite::named_params;

use super::{COLUMNS_WITH_INVERSE, Inverse, Operation, forget};
use crate::id::{ConversationId, KeyFactId, UserId};
use crate::kinds::OperationKind;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, template, text};

/// Removes the operations that cannot be taken back without this conversation, which is about to go for good. Those
/// that are about it go by reference.
pub(crate) fn forget_those_that_need(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
) -> Result<(), Error> {
    for (operation, inverse) in of_learner(tx, conversation)? {
        if inverse.needs(conversation) {
            forget(tx, operation.id)?;
        }
    }
    Ok(())
}

/// Removes what would bring these facts back, in whichever conversation of the same learner it was done.
pub(crate) fn forget_those_of_facts(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    facts: &[KeyFactId],
) -> Result<(), Error> {
    for (operation, inverse) in of_learner(tx, conversation)? {
        if inverse.restores_any(facts) {
            forget(tx, operation.id)?;
        }
    }
    Ok(())
}

/// All operations of whom a conversation belongs to.
fn of_learner(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
) -> Result<Vec<(Operation, Inverse)>, Error> {
    let sql = format!(
        "SELECT {COLUMNS_WITH_INVERSE} FROM operations
         WHERE user_id = (SELECT user_id FROM conversations WHERE id = :conversation)"
    );
    Ok(tx
        .prepare(&sql)?
        .query_map(
            named_params! { ":conversation": conversation },
            Operation::from_row_with_inverse,
        )?
        .collect::<Result<_, _>>()?)
}

/// Removes what would bring a deleted template back that begins with this reply, which is being erased.
pub(crate) fn forget_templates_opening_with(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    reply: &str,
) -> Result<(), Error> {
    let opening = template::opening_of(reply);
    if opening.is_empty() {
        // A template that begins with nothing was not made of this.
        return Ok(());
    }
    tx.prepare(
        "DELETE FROM operations WHERE kind = :kind
             AND user_id = (SELECT user_id FROM conversations WHERE id = :conversation)
             AND json_extract(inverse, '$.openingMessage') = :opening",
    )?
    .execute(named_params! {
        ":kind": OperationKind::TemplateDelete,
        ":conversation": conversation,
        ":opening": opening,
    })?;
    Ok(())
}

/// Removes what could be undone of a tag, which is being erased, also of what it was called before.
pub(crate) fn forget_those_of_tag(tx: &WriteTx<'_>, user: UserId, key: &str) -> Result<(), Error> {
    let sql = format!(
        "SELECT {COLUMNS_WITH_INVERSE} FROM operations WHERE user_id = :user ORDER BY id DESC"
    );
    let operations: Vec<(Operation, Inverse)> = tx
        .prepare(&sql)?
        .query_map(
            named_params! { ":user": user },
            Operation::from_row_with_inverse,
        )?
        .collect::<Result<_, _>>()?;
    let mut names = vec![key.to_owned()];
    for (operation, inverse) in operations {
        let tags: Vec<String> = inverse.tags().into_iter().map(text::name_key).collect();
        if tags.iter().any(|tag| names.contains(tag)) {
            forget(tx, operation.id)?;
            // An earlier operation knows the tag by the name that this one took from it.
            if matches!(inverse, Inverse::RenameTag(_) | Inverse::SplitTag(_)) {
                names.extend(tags);
            }
        }
    }
    Ok(())
}
