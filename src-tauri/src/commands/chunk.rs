//! Speakable chunks and their sound.

use parlance_speech::AudioKey;
use parlance_storage::{
    ChunkId,
    chunk::{self, Chunk},
};
use specta::{Type, Types, datatype::DataType};
use tauri::{
    State,
    async_runtime::spawn_blocking,
    ipc::{InvokeResponseBody, IpcResponse},
};

use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    input::Input,
    slot::ProfileSlot,
};

/// A WAV file, which goes to the window as bytes and not as JSON.
pub struct Wav(Vec<u8>);

impl IpcResponse for Wav {
    fn body(self) -> tauri::Result<InvokeResponseBody> {
        Ok(InvokeResponseBody::Raw(self.0))
    }
}

impl Type for Wav {
    fn definition(_: &mut Types) -> DataType {
        specta_typescript::define("ArrayBuffer").into()
    }
}

/// The sound of a chunk; `not_found` while it has none.
#[tauri::command]
#[specta::specta]
pub async fn chunk_audio(
    profile: State<'_, ProfileSlot>,
    id: Input<ChunkId>,
) -> CommandResult<Wav> {
    let profile = profile.get()?;
    let Input(id) = id;
    let chunk = profile
        .read(move |tx, user| chunk::get(tx, user, id))
        .await?;
    let Some(key) = chunk.audio_key else {
        return Err(CommandError::new(
            ErrorCode::NotFound,
            "This sentence has no sound yet.",
        ));
    };
    let read = spawn_blocking(move || profile.audio.read(&AudioKey::parse(&key)?)).await;
    match read {
        Ok(Ok(bytes)) => Ok(Wav(bytes)),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(CommandError::internal("reading a sound was broken off")),
    }
}

/// Queues a chunk again whose sound failed.
#[tauri::command]
#[specta::specta]
pub async fn chunk_retry(
    profile: State<'_, ProfileSlot>,
    id: Input<ChunkId>,
) -> CommandResult<Chunk> {
    let Input(id) = id;
    profile
        .get()?
        .write(move |tx, user, _| chunk::retry(tx, user, id))
        .await
}
