//! The closed sets of values that columns may hold.

use crate::text_enum::text_enum;

text_enum! {
    /// Who said a message.
    Role {
        /// The learner.
        User = "user",
        /// The partner.
        Assistant = "assistant",
        /// The app, to the partner.
        System = "system",
    }
}

text_enum! {
    /// How far the writing of a message has come.
    MessageStatus {
        /// Words are still arriving.
        Streaming = "streaming",
        /// All words are there.
        Complete = "complete",
        /// Stopped by the learner, or by the end of the process; what had come is kept.
        Interrupted = "interrupted",
        /// The engine gave up; what had come is kept.
        Failed = "failed",
    }
}

text_enum! {
    /// Where a chunk stands on its way to sound.
    TtsStatus {
        /// Waiting for a worker.
        Pending = "pending",
        /// A worker holds its lease.
        Processing = "processing",
        /// Done, with a sound or without need of one.
        Completed = "completed",
        /// Given up after three attempts, until asked for again.
        Failed = "failed",
    }
}

text_enum! {
    /// The feeling with which a chunk is to be spoken.
    Emotion {
        /// None in particular.
        Neutral = "neutral",
        /// Glad, as in a greeting.
        Happy = "happy",
        /// Urging on.
        Encouraging = "encouraging",
        /// Carried away.
        Excited = "excited",
        /// Slow and even.
        Calm = "calm",
        /// Wanting to know, as in a question.
        Curious = "curious",
        /// Standing by somebody who has made a mistake.
        Supportive = "supportive",
    }
}

text_enum! {
    /// How strongly a chunk is stressed.
    Emphasis {
        /// Not at all.
        None = "none",
        /// A little.
        Moderate = "moderate",
        /// Much.
        Strong = "strong",
    }
}

text_enum! {
    /// A level of the Common European Framework of Reference for Languages, the easiest being the least.
    #[derive(PartialOrd, Ord)]
    CefrLevel {
        /// Beginner.
        A1 = "A1",
        /// Elementary.
        A2 = "A2",
        /// Intermediate.
        B1 = "B1",
        /// Upper intermediate.
        B2 = "B2",
        /// Advanced.
        C1 = "C1",
        /// Proficient.
        C2 = "C2",
    }
}

text_enum! {
    /// What the learner does with a conversation.
    ConversationStatus {
        /// Going on.
        Active = "active",
        /// To be gone on with.
        Paused = "paused",
        /// At its end.
        Completed = "completed",
        /// Out of the way.
        Archived = "archived",
    }
}

text_enum! {
    /// Who chose a conversation's title; a title of the learner's own is never replaced.
    TitleSource {
        /// The app, from the first message.
        Auto = "auto",
        /// The learner.
        User = "user",
    }
}

text_enum! {
    /// How a message was put in.
    InputMethod {
        /// Typed or pasted.
        Text = "text",
        /// Spoken and recognised.
        Voice = "voice",
    }
}

text_enum! {
    /// How a conversation is cut down to what a model can read.
    MemoryStrategy {
        /// The last messages.
        Sliding = "sliding",
        /// A summary of what came before the last messages.
        Summarization = "summarization",
        /// Summaries of summaries.
        Hierarchical = "hierarchical",
        /// What is nearest in meaning.
        Semantic = "semantic",
    }
}

text_enum! {
    /// What a fact about the learner is about.
    FactType {
        /// How the learner wants things to be, or is called, or lives.
        UserPreference = "user_preference",
        /// What the learner wants to reach.
        LearningGoal = "learning_goal",
        /// What is hard for the learner.
        Weakness = "weakness",
        /// What the learner is good at.
        Strength = "strength",
        /// What the learner likes to talk about.
        Interest = "interest",
    }
}

text_enum! {
    /// The colours of the window.
    Theme {
        /// As the desktop has it.
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

text_enum! {
    /// The language of the window, not the one that is learnt.
    Language {
        /// As the desktop has it.
        System = "system",
        /// English.
        English = "en",
        /// Vietnamese.
        Vietnamese = "vi",
    }
}

text_enum! {
    /// How fast the built-in practice partner writes.
    PartnerPace {
        /// Everything at once.
        Instant = "instant",
        /// Like somebody who types.
        Natural = "natural",
        /// For those who read along.
        Slow = "slow",
    }
}

text_enum! {
    /// What an entry of a conversation's event log reports.
    EventType {
        /// The conversation was begun.
        ConversationCreated = "conversation_created",
        /// The learner gave it a title, or took one back.
        ConversationRenamed = "conversation_renamed",
        /// It was put into the trash.
        ConversationDeleted = "conversation_deleted",
        /// It was taken out of the trash.
        ConversationRestored = "conversation_restored",
        /// The learner sent a message.
        MessageSent = "message_sent",
        /// The partner said something at once, as an opening message does.
        MessageSaid = "message_said",
        /// The partner began to answer.
        ReplyStarted = "reply_started",
        /// A reply ended, one way or another; the event's data holds the status.
        ReplyFinished = "reply_finished",
        /// A reply that had broken off is gone on with.
        ReplyResumed = "reply_resumed",
        /// A message was put into the trash.
        MessageDeleted = "message_deleted",
        /// A message was taken out of the trash.
        MessageRestored = "message_restored",
        /// A message was erased for ever; which one is not said.
        MessageErased = "message_erased",
        /// Messages came from outside; the event's data holds how many.
        MessagesImported = "messages_imported",
        /// The conversation was put into a folder, or taken out of one; the event's data holds which.
        ConversationMoved = "conversation_moved",
        /// Its tags were changed; which is not said.
        ConversationTagged = "conversation_tagged",
        /// It was pinned.
        ConversationPinned = "conversation_pinned",
        /// It is pinned no longer.
        ConversationUnpinned = "conversation_unpinned",
        /// It was given another place among the pinned ones.
        ConversationPinMoved = "conversation_pin_moved",
        /// It was given another status; the event's data holds it.
        ConversationStatusChanged = "conversation_status_changed",
        /// It was given another level; the event's data holds it.
        ConversationLevelChanged = "conversation_level_changed",
        /// Somebody else answers from now on; the event's data holds who.
        ConversationTutorChanged = "conversation_tutor_changed",
        /// It was made as a copy of another conversation; the event's data holds which.
        ConversationDuplicated = "conversation_duplicated",
        /// It was made as a copy of the beginning of another conversation; the event's data holds which.
        ConversationBranched = "conversation_branched",
        /// The end of one conversation became another; the event's data holds both.
        ConversationSplit = "conversation_split",
        /// A split was taken back.
        ConversationSplitUndone = "conversation_split_undone",
        /// One conversation went into another; the event's data holds both.
        ConversationMerged = "conversation_merged",
        /// A merge was taken back.
        ConversationMergeUndone = "conversation_merge_undone",
        /// The learner changed what a message says; the data holds how many later messages were discarded.
        MessageEdited = "message_edited",
        /// An edit was taken back, and what was discarded with it came back.
        MessageEditUndone = "message_edit_undone",
        /// Several messages were put into the trash at once; the event's data holds how many.
        MessagesDeleted = "messages_deleted",
        /// They were taken out again; the event's data holds how many.
        MessagesRestored = "messages_restored",
        /// A message was bookmarked, or its bookmark's note changed.
        MessageBookmarked = "message_bookmarked",
        /// A bookmark was removed.
        BookmarkRemoved = "bookmark_removed",
        /// The learner said what a reply was like.
        ReactionSet = "reaction_set",
        /// The learner took that back.
        ReactionCleared = "reaction_cleared",
        /// A note was written.
        NoteCreated = "note_created",
        /// A note was changed.
        NoteUpdated = "note_updated",
        /// A note was put into the trash.
        NoteDeleted = "note_deleted",
        /// A note was taken out of the trash.
        NoteRestored = "note_restored",
        /// A note was erased for ever; which one is not said.
        NoteErased = "note_erased",
        /// The tutor was given what it is to remember, to answer; the event's data holds how much, and of what.
        MemoryContextBuilt = "memory_context_built",
        /// A stretch of the conversation was summed up; the event's data holds which.
        MemorySummarised = "memory_summarised",
        /// Facts about the learner were learnt from what was said; the event's data holds which.
        MemoryFactsExtracted = "memory_facts_extracted",
        /// The learner chose another way to remember, or other bounds; the event's data holds them.
        MemorySettingsChanged = "memory_settings_changed",
        /// The learner wrote a fact down.
        MemoryFactCreated = "memory_fact_created",
        /// The learner changed a fact, or pinned it, or took its pin off.
        MemoryFactUpdated = "memory_fact_updated",
        /// The learner deleted facts; the event's data holds how many.
        MemoryFactsDeleted = "memory_facts_deleted",
        /// Deleted facts came back; the event's data holds how many.
        MemoryFactsRestored = "memory_facts_restored",
        /// The learner changed a summary.
        MemorySummaryUpdated = "memory_summary_updated",
        /// Summaries were deleted by the learner, or since what they sum up changed; the data holds how many.
        MemorySummariesDeleted = "memory_summaries_deleted",
    }
}

text_enum! {
    /// What a search finds.
    SearchKind {
        /// Something that was said.
        Message = "message",
        /// The title of a conversation.
        Title = "title",
        /// A note on a conversation or a message.
        Note = "note",
        /// A correction of something that the learner said.
        Correction = "correction",
        /// A word of the learner's vocabulary.
        Word = "word",
    }
}

text_enum! {
    /// What lies in the trash.
    TrashKind {
        /// A conversation, with all that was said in it.
        Conversation = "conversation",
        /// One message of a conversation.
        Message = "message",
        /// A note on a conversation or a message.
        Note = "note",
    }
}

text_enum! {
    /// What the learner did and may take back.
    OperationKind {
        /// A conversation was put into the trash.
        ConversationDelete = "conversation_delete",
        /// A conversation was taken out of the trash.
        ConversationRestore = "conversation_restore",
        /// A conversation was given another title.
        ConversationRename = "conversation_rename",
        /// A message was put into the trash.
        MessageDelete = "message_delete",
        /// A message was taken out of the trash.
        MessageRestore = "message_restore",
        /// Conversations were put into a folder, or taken out of theirs.
        ConversationMove = "conversation_move",
        /// Conversations were given tags, or lost some.
        ConversationTag = "conversation_tag",
        /// Conversations were pinned.
        ConversationPin = "conversation_pin",
        /// Conversations are pinned no longer.
        ConversationUnpin = "conversation_unpin",
        /// A pinned conversation was given another place.
        ConversationMovePin = "conversation_move_pin",
        /// Conversations were given another status.
        ConversationSetStatus = "conversation_set_status",
        /// Conversations were given another level.
        ConversationSetLevel = "conversation_set_level",
        /// A folder was made.
        FolderCreate = "folder_create",
        /// A folder was given another name, colour or icon.
        FolderUpdate = "folder_update",
        /// A folder was put elsewhere.
        FolderMove = "folder_move",
        /// A folder was deleted, with the folders in it.
        FolderDelete = "folder_delete",
        /// A tag was given another name.
        TagRename = "tag_rename",
        /// A tag became another one.
        TagMerge = "tag_merge",
        /// A tag was given another colour.
        TagSetColor = "tag_set_color",
        /// A tag was taken off every conversation.
        TagDelete = "tag_delete",
        /// A conversation was copied.
        ConversationDuplicate = "conversation_duplicate",
        /// A conversation was copied up to a message.
        ConversationBranch = "conversation_branch",
        /// The end of a conversation became one of its own.
        ConversationSplit = "conversation_split",
        /// A conversation went into another one.
        ConversationMerge = "conversation_merge",
        /// A message was changed, perhaps with all later ones discarded.
        MessageEdit = "message_edit",
        /// The last reply was put into the trash for another one in its place.
        ReplyReplace = "reply_replace",
        /// Several messages of a conversation were put into the trash at once.
        MessagesDelete = "messages_delete",
        /// A bookmark was removed.
        BookmarkRemove = "bookmark_remove",
        /// A note was put into the trash.
        NoteDelete = "note_delete",
        /// A note was taken out of the trash.
        NoteRestore = "note_restore",
        /// A template of the learner's own was deleted.
        TemplateDelete = "template_delete",
        /// A fact about the learner was deleted.
        FactDelete = "fact_delete",
        /// All facts that a conversation holds about the learner were deleted.
        FactsClear = "facts_clear",
    }
}

text_enum! {
    /// What a reply was like, to the learner.
    Reaction {
        /// It helped.
        Helpful = "helpful",
        /// It could not be followed.
        Confusing = "confusing",
        /// It was wrong.
        Incorrect = "incorrect",
        /// It asked too little.
        TooEasy = "too_easy",
        /// It asked too much.
        TooHard = "too_hard",
        /// It was just right.
        Perfect = "perfect",
    }
}
