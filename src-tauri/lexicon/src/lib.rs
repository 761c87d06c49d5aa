//! What Parlance knows of words: so far the level at which a learner of English meets each.
//!
//! The words are in the folder `words`, a list for each level, and are part of the program; `NOTICE.md` beside them
//! says where they come from and under which terms. `cargo xtask lexicon` makes the lists anew.
//!
//! The crate only reads what was made before. It opens no database, and takes nothing but the levels themselves from
//! `parlance_storage`.

mod forms;
mod level;
mod list;

pub use forms::{Base, bases, is_compared};
pub use level::level_of;
