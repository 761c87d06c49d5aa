//! What a model is told of a long conversation, within a budget of tokens, and what is learnt from what was said.
//!
//! Nothing here reads a database or asks a server. [`build`] makes a [`Context`] of the rows that
//! [`parlance_storage::memory::sources`] read; [`summarise`] and [`extract_facts`] do by rules, and honestly worse, what
//! a model does when it is asked with [`summary_prompt`] and [`facts_prompt`].
//!
//! What was stored may be anybody's words: an imported conversation, a fact that a model made up. It is told as JSON
//! strings, marked as data, in which nothing can end its own quotation, nor be taken for a mark of the model's own.
//!
//! How a shell answers with memory:
//!
//! ```
//! use parlance_storage::memory::{self, Wish};
//! use parlance_storage::{ConversationId, Error, MessageId, ReadTx, UserId, WriteTx};
//! use parlance_tutor::ReplyRequest;
//! use parlance_tutor::memory::{Context, build};
//! use parlance_tutor::model::Setting;
//!
//! /// In one read; the request goes to the engine.
//! fn request(
//!     tx: &ReadTx<'_>,
//!     user: UserId,
//!     talk: ConversationId,
//!     title: &str,
//!     wish: &Wish,
//! ) -> Result<ReplyRequest, Error> {
//!     let sources = memory::sources(tx, user, talk, wish)?;
//!     let setting = Setting { title: Some(title), ..Setting::default() };
//!     let context = build(&sources, &setting, "");
//!     Ok(ReplyRequest { context: Some(context), ..ReplyRequest::default() })
//! }
//!
//! /// In the write that begins the reply.
//! fn log(tx: &WriteTx<'_>, talk: ConversationId, context: &Context, reply: MessageId) -> Result<(), Error> {
//!     let now = parlance_storage::Timestamp::from_millis(0);
//!     memory::record_built(tx, talk, &context.built(reply), now)
//! }
//! ```

mod answers;
mod build;
mod facts;
mod phrases;
mod prompts;
mod quoted;
mod summarise;
mod wanted;

pub use answers::{parse_facts, tidy_summary};
pub use build::{Context, LeftOut, build};
pub use facts::extract_facts;
pub(crate) use phrases::{is_kin_or_pet, is_learning, is_occupation};
pub use prompts::{facts_prompt, summary_prompt};
pub(crate) use quoted::quoted;
pub use summarise::{summarise, summarise_summaries};
