//! espeak-ng, run as one process per text.
//!
//! It is GPL software, so it is called as a program and never linked. The text goes in through
//! standard input, never as an argument: a sentence that begins with a dash must not become an option.
//! SSML stays off (its `<audio>` and `<mark>` have no business in a chat), and so does the phoneme
//! notation `[[…]]`, which espeak-ng reads by itself.
//!
//! # How a feeling sounds
//!
//! Each row starts from espeak-ng's own defaults (175 words a minute, pitch 50 of 99, volume 100 of
//! 200). The steps are small on purpose: a learner must still recognise the words.
//!
//! | emotion     | rate | pitch | volume |   | emphasis | rate  | pitch | volume |
//! |-------------|------|-------|--------|---|----------|-------|-------|--------|
//! | neutral     | 175  | 50    | 100    |   | none     |   0   |  0    |   0    |
//! | happy       | 182  | 60    | 105    |   | moderate |  −8   | +2    | +12    |
//! | encouraging | 170  | 56    | 105    |   | strong   | −18   | +5    | +25    |
//! | excited     | 192  | 66    | 115    |   |          |       |       |        |
//! | calm        | 155  | 44    |  90    |   |          |       |       |        |
//! | curious     | 168  | 58    | 100    |   |          |       |       |        |
//! | supportive  | 162  | 47    |  95    |   |          |       |       |        |

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use parlance_storage::{Emotion, Emphasis};

use crate::engine::{Delivery, SpeechEngine, SpeechRequest, Stop, Voice};
use crate::process::{self, Bounds};
use crate::{SpeechError, text};

const PROGRAM: &str = if cfg!(windows) {
    "espeak-ng.exe"
} else {
    "espeak-ng"
};

/// The slowest text of the allowed length takes 6 s on a slow core; what takes five times as long
/// hangs.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Asking for the version or the voices is a matter of milliseconds, and the app's start waits for it.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// Speech by the program `espeak-ng`.
#[derive(Debug)]
pub struct EspeakEngine {
    program: PathBuf,
    version: String,
    voices: Vec<Voice>,
    time_limit: Duration,
}

impl EspeakEngine {
    /// Asks the program at this path for its version and voices.
    ///
    /// # Errors
    /// [`SpeechError::Start`] if it cannot be run, [`SpeechError::UnknownEngine`] if it is something
    /// else, [`SpeechError::TimedOut`] if it hangs.
    pub fn open(program: &Path) -> Result<Self, SpeechError> {
        let version = parse_version(&probe(program, "--version")?)?;
        let voices = parse_voices(&probe(program, "--voices")?);
        Ok(Self {
            program: program.to_owned(),
            version,
            voices,
            time_limit: TIME_LIMIT,
        })
    }

    /// The same engine with another limit on the time for one text (30 s unless told).
    #[must_use]
    pub fn with_time_limit(self, time_limit: Duration) -> Self {
        Self { time_limit, ..self }
    }
}

impl SpeechEngine for EspeakEngine {
    fn id(&self) -> &str {
        "espeak-ng"
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn voices(&self) -> &[Voice] {
        &self.voices
    }

    fn settings(&self, delivery: Delivery) -> String {
        let Prosody {
            rate,
            pitch,
            volume,
        } = Prosody::of(delivery);
        format!("rate={rate} pitch={pitch} volume={volume}")
    }

    fn synthesize(
        &self,
        request: &SpeechRequest,
        out: &Path,
        stop: &Stop,
    ) -> Result<(), SpeechError> {
        let Prosody {
            rate,
            pitch,
            volume,
        } = Prosody::of(request.delivery());
        let mut command = Command::new(&self.program);
        command
            // UTF-8 whatever the locale says, and no pause at the end: pauses are the player's.
            .args(["--stdin", "-b", "1", "-z"])
            .args(["-v", &request.voice().id])
            .args(["-s", &rate.to_string()])
            .args(["-p", &pitch.to_string()])
            .args(["-a", &volume.to_string()])
            .arg("-w")
            .arg(out);
        let input = without_phoneme_notation(request.text());
        let bounds = Bounds {
            time: self.time_limit,
            stop,
            output: Some(out),
        };
        let ended = process::run(command, input, &bounds)?;
        if ended.status.success() {
            Ok(())
        } else {
            Err(ended.into_error())
        }
    }
}

/// The numbers that espeak-ng is given; the table is in the module's documentation.
struct Prosody {
    rate: u32,
    pitch: u32,
    volume: u32,
}

impl Prosody {
    fn of(delivery: Delivery) -> Self {
        let (rate, pitch, volume) = match delivery.emotion {
            Emotion::Neutral => (175, 50, 100),
            Emotion::Happy => (182, 60, 105),
            Emotion::Encouraging => (170, 56, 105),
            Emotion::Excited => (192, 66, 115),
            Emotion::Calm => (155, 44, 90),
            Emotion::Curious => (168, 58, 100),
            Emotion::Supportive => (162, 47, 95),
        };
        let (slower, higher, louder) = match delivery.emphasis {
            Emphasis::None => (0, 0, 0),
            Emphasis::Moderate => (8, 2, 12),
            Emphasis::Strong => (18, 5, 25),
        };
        Self {
            rate: rate - slower,
            pitch: pitch + higher,
            volume: volume + louder,
        }
    }
}

/// `[[` switches espeak-ng to phoneme codes; with a space between, it is read as two brackets.
fn without_phoneme_notation(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '[' && safe.ends_with('[') {
            safe.push(' ');
        }
        safe.push(c);
    }
    safe
}

fn probe(program: &Path, option: &str) -> Result<String, SpeechError> {
    let mut command = Command::new(program);
    command.arg(option);
    // The app's start asks, and nothing can ask it to stop; the time limit is enough.
    let (_asker, never) = Stop::channel();
    let bounds = Bounds {
        time: PROBE_LIMIT,
        stop: &never,
        output: None,
    };
    let ended = process::run(command, String::new(), &bounds)?;
    if ended.status.success() {
        Ok(ended.stdout)
    } else {
        Err(ended.into_error())
    }
}

/// Takes `1.51` out of `eSpeak NG text-to-speech: 1.51  Data at: /usr/lib/…`.
fn parse_version(answer: &str) -> Result<String, SpeechError> {
    answer
        .strip_prefix("eSpeak NG text-to-speech:")
        .and_then(|rest| rest.split_whitespace().next())
        .map(str::to_owned)
        .ok_or_else(|| SpeechError::UnknownEngine(text::shorten(answer)))
}

/// Reads the table that `--voices` prints: rank, language, age/gender, name, file, then the other
/// languages as `(zh-cmn 5)(zh 5)`. Lines that are not of this form are passed over, the heading among them.
fn parse_voices(table: &str) -> Vec<Voice> {
    table.lines().filter_map(parse_voice).collect()
}

fn parse_voice(line: &str) -> Option<Voice> {
    let mut columns = line.split_whitespace();
    let rank = columns.next()?.parse().ok()?;
    let language = columns.next()?.to_ascii_lowercase();
    let _age_and_gender = columns.next()?;
    let name = columns.next()?.replace('_', " ");
    let id = columns.next()?.to_owned();
    // Voices of another program that may be missing, and variants that are no voices by themselves.
    if id.starts_with("mb/") || id.starts_with("!v/") {
        return None;
    }
    let others = columns.collect::<Vec<_>>().join(" ");
    let also = others.split(')').filter_map(parse_other_language).collect();
    Some(Voice {
        id,
        name,
        language,
        also,
        rank,
    })
}

/// Reads `(en 3`, the closing bracket being gone.
fn parse_other_language(entry: &str) -> Option<(String, u32)> {
    let (language, rank) = entry.trim().trim_start_matches('(').split_once(' ')?;
    Some((language.to_ascii_lowercase(), rank.parse().ok()?))
}

/// The folders in which programs are looked for: PATH, then the usual places of the installers,
/// since an app started from a desktop often has a shorter PATH than a terminal.
pub(crate) fn search_path() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    let usual: &[&str] = if cfg!(windows) {
        &[r"C:\Program Files\eSpeak NG"]
    } else {
        &["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"]
    };
    folders.extend(usual.iter().map(PathBuf::from));
    folders
}

/// The first espeak-ng in these folders.
pub(crate) fn find_program<P: AsRef<Path>>(folders: &[P]) -> Option<PathBuf> {
    folders
        .iter()
        .map(AsRef::as_ref)
        // A relative entry would start whatever lies in the current folder.
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(PROGRAM))
        .find(|program| is_executable(program))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.is_file())
}
