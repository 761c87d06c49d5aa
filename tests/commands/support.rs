//! The app without a window: real commands, real profile, notices collected.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use parlance_lib::{commands, error::ErrorCode, events::Notice, keys::Keys, slot::ProfileSlot};
use serde_json::{Value, json};
use tauri::{
    App, Manager, WebviewWindow, WebviewWindowBuilder,
    ipc::{CallbackFn, InvokeBody, InvokeResponseBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets},
    webview::InvokeRequest,
};
use tempfile::TempDir;

pub struct TestApp {
    // The window goes before its app.
    window: WebviewWindow<MockRuntime>,
    app: App<MockRuntime>,
    notices: Arc<Mutex<Vec<Notice>>>,
    data_dir: PathBuf,
    _directory: TempDir,
}

impl TestApp {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = directory.path().join("profile");
        Self::open(directory, data_dir)
    }

    /// With the profile at `data_dir`, somewhere in `directory`.
    pub fn open(directory: TempDir, data_dir: PathBuf) -> Self {
        Self::open_with(directory, data_dir, |_| {})
    }

    /// Tells `on_notice` of every notice, on the thread that gives it.
    pub fn open_with(
        directory: TempDir,
        data_dir: PathBuf,
        on_notice: impl Fn(&Notice) + Send + Sync + 'static,
    ) -> Self {
        let bindings = commands::bindings::<MockRuntime>();
        let app = mock_builder()
            .invoke_handler(commands::invoke_handler(&bindings))
            .build(mock_context(noop_assets()))
            .unwrap();
        let notices: Arc<Mutex<Vec<Notice>>> = Arc::default();
        let sink = Arc::clone(&notices);
        app.manage(ProfileSlot::open(
            data_dir.clone(),
            Arc::new(move |notice| {
                on_notice(&notice);
                sink.lock().unwrap().push(notice);
            }),
            Keys::in_memory(),
        ));
        let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
            .build()
            .unwrap();
        Self {
            window,
            app,
            notices,
            data_dir,
            _directory: directory,
        }
    }

    pub fn slot(&self) -> tauri::State<'_, ProfileSlot> {
        self.app.state()
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// What a command answers: its value, or its error as the window gets it.
    pub fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.invoke(command, arguments)
            .map(|body| body.deserialize().unwrap())
    }

    /// The bytes a command answers.
    pub fn bytes(&self, command: &str, arguments: Value) -> Result<Vec<u8>, Value> {
        self.invoke(command, arguments).map(|body| match body {
            InvokeResponseBody::Raw(bytes) => bytes,
            InvokeResponseBody::Json(json) => panic!("{command} answered JSON: {json}"),
        })
    }

    fn invoke(&self, command: &str, arguments: Value) -> Result<InvokeResponseBody, Value> {
        get_ipc_response(
            &self.window,
            InvokeRequest {
                cmd: command.into(),
                callback: CallbackFn(0),
                error: CallbackFn(1),
                url: "tauri://localhost".parse().unwrap(),
                body: InvokeBody::Json(arguments),
                headers: tauri::http::HeaderMap::default(),
                invoke_key: INVOKE_KEY.to_string(),
            },
        )
    }

    /// A free-talk conversation's id.
    pub fn conversation(&self) -> String {
        let conversation = self
            .call("conversation_create", json!({ "request": {} }))
            .unwrap();
        conversation["id"].as_str().unwrap().to_owned()
    }

    pub fn messages(&self, conversation: &str) -> Vec<Value> {
        let arguments =
            json!({ "conversationId": conversation, "beforeSequence": null, "limit": 50 });
        let page = self.call("message_list", arguments).unwrap();
        page["messages"].as_array().unwrap().clone()
    }

    pub fn set(&self, setting: &str, value: impl Into<Value>) {
        let mut patch = serde_json::Map::new();
        patch.insert(setting.into(), value.into());
        self.call("settings_update", json!({ "patch": patch }))
            .unwrap();
    }

    /// The codes of the problems the window was told of.
    pub fn problems_told(&self) -> Vec<ErrorCode> {
        let notices = self.notices.lock().unwrap();
        notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::Problem(problem) => Some(problem.0.code),
                Notice::Changed(_) | Notice::Progress(_) | Notice::Remembering(_) => None,
            })
            .collect()
    }

    /// How many times the window was told of a change.
    pub fn changes_told(&self) -> usize {
        let notices = self.notices.lock().unwrap();
        notices
            .iter()
            .filter(|notice| matches!(notice, Notice::Changed(_)))
            .count()
    }

    /// Ends the app in order; what answers afterwards is the window's last moment.
    pub fn close(&self) {
        self.slot().close();
    }

    /// Ends the app in order and gives its directory back.
    pub fn quit(self) -> (TempDir, PathBuf) {
        self.close();
        (self._directory, self.data_dir)
    }
}

/// Asks again and again until there is an answer, for a minute at most.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "waited in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The error has this code, a sentence to read, and exactly the fields the window relies on.
pub fn assert_error(error: &Value, code: &str) {
    assert_eq!(error["code"], code, "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.ends_with('.') && message.contains(' '),
        "not a sentence: {message:?}"
    );
    assert!(error["details"].is_object(), "{error}");
}
