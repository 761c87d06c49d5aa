//! The keys of model servers: in the keychain of the system, or in memory until the end of the app.
//!
//! They are nowhere else: not in the database, its backups, the log or an error. A keychain that is not there or
//! refuses costs nothing but that the key is asked for again after the next start.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use keyring::{Entry, Error};
use parlance_storage::ModelServerId;
use parlance_tutor::model::ApiKey;
use serde::Serialize;
use tauri::async_runtime::spawn_blocking;

/// The name of our entries in the keychain; people see it there.
const SERVICE: &str = "Parlance";

/// Where a key was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// In the keychain of the system.
    Keychain,
    /// In memory: it will be asked for again after the next start.
    UntilTheEnd,
}

/// Keeps the keys.
pub struct Keys {
    has_keychain: bool,
    in_memory: Mutex<HashMap<ModelServerId, ApiKey>>,
}

impl Keys {
    /// In the keychain, if there is one.
    #[must_use]
    pub fn in_keychain() -> Self {
        Self {
            has_keychain: true,
            in_memory: Mutex::default(),
        }
    }

    /// In memory alone.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            has_keychain: false,
            in_memory: Mutex::default(),
        }
    }

    /// The key of a server; `None` if it is not known, so that the learner has to be asked. May take as long as the
    /// learner takes to unlock the keychain.
    pub async fn get(&self, server: ModelServerId) -> Option<ApiKey> {
        if let Some(key) = self.memory().get(&server) {
            return Some(key.clone());
        }
        let text = self
            .ask_keychain(server, |entry| entry.get_password())
            .await?;
        let Ok(key) = ApiKey::new(&text) else {
            log::warn!("the keychain holds something else than a key for server {server}");
            return None;
        };
        self.memory().insert(server, key.clone());
        Some(key)
    }

    /// Keeps the key of a server, in place of the one that it had.
    pub async fn put(&self, server: ModelServerId, key: ApiKey) -> KeyPlace {
        self.memory().insert(server, key.clone());
        let put = self
            .ask_keychain(server, move |entry| entry.set_password(key.as_str()))
            .await;
        match put {
            Some(()) => KeyPlace::Keychain,
            None => KeyPlace::UntilTheEnd,
        }
    }

    /// Removes the key of a server, wherever it is.
    pub async fn forget(&self, server: ModelServerId) {
        self.memory().remove(&server);
        self.ask_keychain(server, |entry| entry.delete_credential())
            .await;
    }

    /// `None` if there is no keychain, no such entry, or the keychain refuses.
    async fn ask_keychain<T: Send + 'static>(
        &self,
        server: ModelServerId,
        ask: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Option<T> {
        if !self.has_keychain {
            return None;
        }
        // The keychain may first ask the learner to unlock it: no thread of the runtime waits for that.
        let asked = spawn_blocking(move || {
            Entry::new(SERVICE, &server.to_string()).and_then(|entry| ask(&entry))
        });
        match asked.await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(Error::NoEntry)) => None,
            // Errors of this library may hold what is stored; their kind says enough.
            Ok(Err(error)) => {
                log::warn!("the keychain cannot be used: {}", kind(&error));
                None
            }
            Err(_) => {
                log::error!("asking the keychain broke off");
                None
            }
        }
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<ModelServerId, ApiKey>> {
        // Insertions and removals cannot leave the map half-made.
        self.in_memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::NoDefaultStore => "there is none",
        Error::NoStorageAccess(_) => "it is locked",
        Error::PlatformFailure(_) => "it failed",
        _ => "it does not take or give this",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use parlance_storage::Timestamp;
    use tauri::async_runtime::block_on;

    use super::*;

    fn server() -> ModelServerId {
        ModelServerId::new(Timestamp::from_millis(1_709_208_000_000))
    }

    fn key(text: &str) -> ApiKey {
        ApiKey::new(text).unwrap()
    }

    #[test]
    fn without_a_keychain_a_key_is_known_until_the_end() {
        let (keys, id) = (Keys::in_memory(), server());
        assert!(block_on(keys.get(id)).is_none());
        assert_eq!(block_on(keys.put(id, key("sk-one"))), KeyPlace::UntilTheEnd);
        assert_eq!(block_on(keys.get(id)).unwrap().as_str(), "sk-one");
        block_on(keys.forget(id));
        assert!(block_on(keys.get(id)).is_none());
        assert!(!format!("{keys:?}").contains("sk-"));
    }

    /// By hand, with a keychain of its own, which is thrown away:
    /// `dbus-run-session -- sh -c 'echo | gnome-keyring-daemon --unlock; cargo test -p parlance -- --ignored keychain'`
    #[test]
    #[ignore = "needs a keychain that is unlocked, and changes it"]
    fn a_key_in_the_keychain_is_there_after_the_next_start() {
        let id = server();
        let keys = Keys::in_keychain();
        assert_eq!(block_on(keys.put(id, key("sk-one"))), KeyPlace::Keychain);
        block_on(keys.put(id, key("sk-two")));
        let next = Keys::in_keychain();
        assert_eq!(block_on(next.get(id)).unwrap().as_str(), "sk-two");
        block_on(next.forget(id));
        assert!(block_on(Keys::in_keychain().get(id)).is_none());
    }
}
