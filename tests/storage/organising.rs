//! What the tests of folders, tags, pins and marks need beyond the common.

use parlance_storage::conversation::{self, ConversationSummary, ListFilter};
use parlance_storage::folder::{self, Folder, FolderPatch, NewFolder};
use parlance_storage::operation::Operation;
use parlance_storage::tag::{self, Tag};
use parlance_storage::{
    ConversationId, ConversationStatus, Error, FolderId, OperationId, Timestamp, UserId, WriteTx,
};

use crate::support::World;

pub fn named(name: &str, parent_folder_id: Option<FolderId>) -> NewFolder {
    NewFolder {
        name: name.to_owned(),
        parent_folder_id,
        color: None,
        icon: None,
    }
}

impl World {
    /// Something that the learner does now.
    pub fn act<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&WriteTx<'_>, UserId, Timestamp) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (user, now) = (self.user, self.now());
        self.write(move |tx| deed(tx, user, now))
    }

    pub fn folder(&self, name: &str, parent: Option<FolderId>) -> Result<FolderId, Error> {
        let new = named(name, parent);
        self.act(move |tx, user, now| folder::insert(tx, user, &new, now))
            .map(|folder| folder.id)
    }

    pub fn update_folder(&self, id: FolderId, patch: FolderPatch) -> Result<Folder, Error> {
        self.act(move |tx, user, now| folder::update(tx, user, id, patch, now))
    }

    pub fn move_folder(
        &self,
        id: FolderId,
        parent: Option<FolderId>,
        before: Option<FolderId>,
    ) -> Result<Folder, Error> {
        self.act(move |tx, user, now| folder::move_to(tx, user, id, parent, before, now))
    }

    pub fn delete_folder(&self, id: FolderId) -> Result<Operation, Error> {
        self.act(move |tx, user, now| folder::delete(tx, user, id, now))
    }

    pub fn folders(&self) -> Vec<Folder> {
        let user = self.user;
        self.read(move |tx| folder::list(tx, user)).unwrap()
    }

    /// The names of the folders in one, in their order.
    pub fn names_in(&self, parent: Option<FolderId>) -> Vec<String> {
        let folders = self.folders().into_iter();
        folders
            .filter(|folder| folder.parent_folder_id == parent)
            .map(|folder| folder.name)
            .collect()
    }

    pub fn file(
        &self,
        ids: &[ConversationId],
        folder: Option<FolderId>,
    ) -> Result<Option<Operation>, Error> {
        let ids = ids.to_vec();
        self.act(move |tx, user, now| conversation::move_to_folder(tx, user, &ids, folder, now))
    }

    pub fn change_tags(
        &self,
        ids: &[ConversationId],
        add: &[&str],
        remove: &[&str],
    ) -> Result<Option<Operation>, Error> {
        let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        let (ids, add, remove) = (ids.to_vec(), owned(add), owned(remove));
        self.act(move |tx, user, now| conversation::change_tags(tx, user, &ids, &add, &remove, now))
    }

    pub fn tags(&self) -> Vec<Tag> {
        let user = self.user;
        self.read(move |tx| tag::list(tx, user)).unwrap()
    }

    pub fn tags_of(&self, id: ConversationId) -> Vec<String> {
        self.summary(id).tags
    }

    pub fn summary(&self, id: ConversationId) -> ConversationSummary {
        let user = self.user;
        self.read(move |tx| conversation::summary(tx, user, id))
            .unwrap()
    }

    pub fn pin(&self, ids: &[ConversationId], is_pinned: bool) -> Result<Option<Operation>, Error> {
        let ids = ids.to_vec();
        self.act(move |tx, user, now| conversation::set_pinned(tx, user, &ids, is_pinned, now))
    }

    pub fn move_pin(
        &self,
        id: ConversationId,
        before: Option<ConversationId>,
    ) -> Result<Option<Operation>, Error> {
        self.act(move |tx, user, now| conversation::move_pin(tx, user, id, before, now))
    }

    pub fn set_status(
        &self,
        ids: &[ConversationId],
        status: ConversationStatus,
    ) -> Result<Option<Operation>, Error> {
        let ids = ids.to_vec();
        self.act(move |tx, user, now| conversation::set_status(tx, user, &ids, status, now))
    }

    pub fn delete_many(&self, ids: &[ConversationId]) -> Result<Operation, Error> {
        let ids = ids.to_vec();
        self.act(move |tx, user, now| conversation::delete_many(tx, user, &ids, now))
    }

    /// Every page of a list, two at a time.
    pub fn list(&self, filter: &ListFilter) -> Vec<ConversationId> {
        let user = self.user;
        let (mut ids, mut cursor) = (Vec::new(), None);
        loop {
            let filter = filter.clone();
            let page = self
                .read(move |tx| conversation::list_page(tx, user, &filter, cursor.as_deref(), 2))
                .unwrap();
            ids.extend(page.items.iter().map(|item| item.id));
            cursor = page.next;
            if cursor.is_none() {
                return ids;
            }
        }
    }

    pub fn undo_newest(&self) -> Result<Operation, Error> {
        self.undo(self.operations()[0].id)
    }

    /// An undo is refused in these words, changes nothing, and stays in the list.
    pub fn assert_refused(&self, id: OperationId, sentence: &str) {
        let before = self.operations();
        let error = self.undo(id).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("conflict", sentence)
        );
        assert_eq!(self.operations(), before);
    }
}

/// What an error says, after its code.
pub fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> (&'static str, String) {
    let error = result.unwrap_err();
    (error.code(), error.to_string())
}
