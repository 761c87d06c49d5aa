//! What an engine is to answer, read from the conversation.

use parlance_storage::{
    CefrLevel, Database, Error, PartnerPace, ReadTx, UserId,
    conversation::{self, Conversation},
    embedding::{self, QueryVector},
    key_fact,
    memory::{self, Said, Sources, Wish},
    settings,
    template::{self, Template},
    vocabulary,
};
use parlance_tutor::{
    Pace, ReplyRequest, Turn, at_level,
    memory::{Context, build},
    model::Setting,
};

use super::Begun;
use crate::{profile::SPOKEN_LANGUAGE, remembering::Remembering};

/// How many messages of a conversation the built-in partner is given to read: it says nothing twice that is among them.
const HISTORY_MESSAGES: u32 = 1_000;

/// More words are not brought in within one conversation.
const DUE_WORDS: u32 = 20;

/// What is to be answered, read from the conversation as far as it stands before the reply. For a model, what it is
/// told is chosen, and put into the log.
pub(super) async fn prepare(
    database: &Database,
    remembering: &Remembering,
    begun: &Begun,
) -> Result<ReplyRequest, Error> {
    if begun.tutor.engine.reads_context() {
        return prepare_for_model(database, remembering, begun).await;
    }
    let (user, conversation) = (begun.user, begun.conversation);
    let (place, words) = (begun.sequence_number, begun.begun.clone());
    let now = database.now();
    database
        .read(move |tx| {
            let conversation = conversation::get(tx, user, conversation)?;
            let said = memory::list_said(tx, user, conversation.id, Some(place), HISTORY_MESSAGES)?;
            let turn = |said: Said| Turn {
                role: said.role,
                content: said.content,
            };
            Ok(ReplyRequest {
                scenario: template_of(tx, user, &conversation)?
                    .and_then(|template| scenario(template, conversation.level)),
                level: conversation.level,
                history: said.into_iter().map(turn).collect(),
                begun: words,
                context: None,
                facts: key_fact::list(tx, user, conversation.id)?
                    .into_iter()
                    .map(|fact| fact.text)
                    .collect(),
                due_words: vocabulary::list_due_words(tx, user, SPOKEN_LANGUAGE, now, DUE_WORDS)?,
                pace: read_pace(tx, user)?,
            })
        })
        .await
}

async fn prepare_for_model(
    database: &Database,
    remembering: &Remembering,
    begun: &Begun,
) -> Result<ReplyRequest, Error> {
    let (user, id, reply) = (begun.user, begun.conversation, begun.reply);
    let embedding_model = match &begun.tutor.model {
        Some(model) => remembering.before_reply(user, id, model).await?,
        None => None,
    };
    let (place, words) = (begun.sequence_number, begun.begun.clone());
    let context = database
        .read(move |tx| {
            let conversation = conversation::get(tx, user, id)?;
            let asked = Asked {
                before_sequence: Some(place),
                begun: &words,
                embedding_model: embedding_model.as_deref(),
            };
            Ok(context_of(tx, user, &conversation, &asked)?.1)
        })
        .await?;
    let (built, now) = (context.built(reply), database.now());
    let recorded = database
        .write(move |tx| memory::record_built(tx, id, &built, now))
        .await;
    match recorded {
        Ok(()) => {}
        // Whoever stores the words that come sees to a disk that takes none, and tells the learner.
        Err(Error::Busy | Error::DiskFull | Error::ReadOnly | Error::Io { .. }) => {
            log::warn!("what a model was told is not in the log: nothing can be written");
        }
        Err(error) => return Err(error),
    }
    Ok(ReplyRequest {
        begun: begun.begun.clone(),
        context: Some(context),
        ..ReplyRequest::default()
    })
}

/// For which reply a model is told something.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    /// Its place, if it has one.
    pub(crate) before_sequence: Option<u32>,
    /// The words that it has already.
    pub(crate) begun: &'a str,
    /// The model that says what messages mean, if there is one.
    pub(crate) embedding_model: Option<&'a str>,
}

/// What a model is told of a conversation, and the rows of which that is made.
pub(crate) fn context_of(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: &Conversation,
    asked: &Asked<'_>,
) -> Result<(Sources, Context), Error> {
    let template = template_of(tx, user, conversation)?;
    let own_prompt = template
        .as_ref()
        .filter(|template| !template.is_built_in)
        .map(|template| template.system_prompt.clone());
    let scenario = template.and_then(|template| scenario(template, conversation.level));
    let setting = Setting {
        scenario: scenario.as_deref(),
        level: conversation.level,
        own_prompt: own_prompt.as_deref(),
        title: Some(&conversation.title)
            .filter(|title| !title.is_empty())
            .map(String::as_str),
    };
    let place = (conversation.id, asked.before_sequence);
    let meaning = match asked.embedding_model {
        Some(model) => meaning_of(embedding::of_last_words(tx, user, place, model))?,
        None => None,
    };
    let wish = Wish {
        before_sequence: asked.before_sequence,
        meaning,
    };
    let sources = memory::sources(tx, user, conversation.id, &wish)?;
    let context = build(&sources, &setting, asked.begun);
    Ok((sources, context))
}

/// A damaged vector is no reason to leave the learner without an answer; the words are looked for.
fn meaning_of(read: Result<Option<QueryVector>, Error>) -> Result<Option<QueryVector>, Error> {
    match read {
        Err(Error::Corrupt { .. }) => {
            log::warn!("what a message means is damaged: found by words");
            Ok(None)
        }
        read => read,
    }
}

fn template_of(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: &Conversation,
) -> Result<Option<Template>, Error> {
    let template = conversation.template_id;
    template.map(|id| template::get(tx, user, id)).transpose()
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
