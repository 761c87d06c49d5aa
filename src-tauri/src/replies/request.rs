//! What an engine is to answer, read from the conversation.

use parlance_storage::{
    CefrLevel, Error, PartnerPace, ReadTx, UserId,
    conversation::Conversation,
    memory::{self, Sources, Wish},
    message, settings,
    template::{self, Template},
};
use parlance_tutor::{
    Pace, ReplyRequest, Turn, at_level,
    memory::{Context, build},
    model::Setting,
};

/// How many messages of a conversation an engine is given to read.
const HISTORY_MESSAGES: u32 = 100;

/// What was said so far in a conversation, or before the place of a reply that is gone on with, and how it is to be
/// answered.
pub(super) fn read(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: &Conversation,
    before_sequence: Option<u32>,
) -> Result<ReplyRequest, Error> {
    let page = message::list_before(tx, user, conversation.id, before_sequence, HISTORY_MESSAGES)?;
    let history = page
        .messages
        .into_iter()
        .map(|message| Turn {
            role: message.role,
            content: message.content,
        })
        .collect();
    Ok(ReplyRequest {
        scenario: scenario_of(tx, user, conversation)?,
        level: conversation.level,
        history,
        begun: String::new(),
        context: None,
        facts: Vec::new(),
        due_words: Vec::new(),
        pace: read_pace(tx, user)?,
    })
}

/// What a model is told of a conversation, and the rows of which that is made. A reply that is gone on with has its
/// place and the words that it has already.
pub(crate) fn context_of(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: &Conversation,
    before_sequence: Option<u32>,
    begun: &str,
) -> Result<(Sources, Context), Error> {
    let scenario = scenario_of(tx, user, conversation)?;
    let setting = Setting {
        scenario: scenario.as_deref(),
        level: conversation.level,
        title: Some(&conversation.title)
            .filter(|title| !title.is_empty())
            .map(String::as_str),
    };
    let wish = Wish {
        before_sequence,
        meaning: None,
    };
    let sources = memory::sources(tx, user, conversation.id, &wish)?;
    let context = build(&sources, &setting, begun);
    Ok((sources, context))
}

fn scenario_of(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: &Conversation,
) -> Result<Option<String>, Error> {
    let Some(template) = conversation.template_id else {
        return Ok(None);
    };
    Ok(scenario(
        template::get(tx, user, template)?,
        conversation.level,
    ))
}

/// The tutor knows the built-in templates by name, and the learner's own by what they were made after.
fn scenario(template: Template, level: Option<CefrLevel>) -> Option<String> {
    if template.is_built_in {
        return Some(template.slug);
    }
    let situation = template.situation?;
    at_level(&situation, level).map(|row| row.slug.clone())
}

/// A damaged setting is said where settings are read. How fast words appear is no reason to refuse them.
fn read_pace(tx: &ReadTx<'_>, user: UserId) -> Result<Pace, Error> {
    match settings::get(tx, user) {
        Ok(settings) => Ok(pace(settings.partner_pace)),
        Err(Error::Corrupt { .. }) => {
            log::warn!("a setting is damaged: the tutor speaks at its natural pace");
            Ok(Pace::Natural)
        }
        Err(error) => Err(error),
    }
}

fn pace(pace: PartnerPace) -> Pace {
    match pace {
        PartnerPace::Instant => Pace::Instant,
        PartnerPace::Natural => Pace::Natural,
        PartnerPace::Slow => Pace::Slow,
    }
}
