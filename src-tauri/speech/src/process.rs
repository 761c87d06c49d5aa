//! Runs a program that may misbehave in any way, and always comes back.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::Stop;
use crate::{SpeechError, text, wav};

/// What is kept of each output of a program; the rest is read and dropped, so that it cannot block.
const KEPT_OUTPUT: u64 = 64 * 1024;

/// How long the outputs may stay open after the program's end; a grandchild can hold them for ever.
const OUTPUT_GRACE: Duration = Duration::from_secs(1);

/// A program that ended by itself.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    stderr: String,
}

impl Ended {
    /// The error that an unsuccessful end stands for.
    pub(crate) fn into_error(self) -> SpeechError {
        SpeechError::Failed {
            status: self.status.to_string(),
            said: text::shorten(&self.stderr),
        }
    }
}

/// When to kill a program.
pub(crate) struct Bounds<'a> {
    /// After this time.
    pub(crate) time: Duration,
    /// When this is requested.
    pub(crate) stop: &'a Stop,
    /// When this file has become larger than any audio may be: it would fill the disk.
    pub(crate) output: Option<&'a Path>,
}

impl Bounds<'_> {
    /// Why to kill a program that was started then; `None` if it may go on.
    fn broken(&self, started: Instant) -> Option<SpeechError> {
        let length = self
            .output
            .and_then(|path| fs::metadata(path).ok())
            .map_or(0, |data| data.len());
        if self.stop.is_requested() {
            Some(SpeechError::Stopped)
        } else if started.elapsed() >= self.time {
            Some(SpeechError::TimedOut(self.time))
        } else if length > wav::MAX_BYTES {
            Some(SpeechError::BadAudio(wav::too_large()))
        } else {
            None
        }
    }
}

/// Gives `input` to the program and waits for its end, which comes at the latest at its bounds.
pub(crate) fn run(
    mut command: Command,
    input: String,
    bounds: &Bounds<'_>,
) -> Result<Ended, SpeechError> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    detach(&mut command);
    let mut child = command.spawn().map_err(SpeechError::Start)?;
    // Reading and writing happen beside the waiting: a program that never reads, or writes without
    // end, must run into its bounds and not into a full pipe.
    feed(child.stdin.take(), input);
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let status = wait(&mut child, bounds)?;
    Ok(Ended {
        status,
        stdout: collect(&stdout),
        stderr: collect(&stderr),
    })
}

/// Polls with growing pauses: waiting with a time limit needs either signals or a second thread, and
/// a synthesis takes long enough for a few milliseconds not to matter.
fn wait(child: &mut Child, bounds: &Bounds<'_>) -> Result<ExitStatus, SpeechError> {
    const LONGEST_PAUSE: Duration = Duration::from_millis(20);
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().map_err(SpeechError::Process)? {
            return Ok(status);
        }
        if let Some(reason) = bounds.broken(started) {
            kill(child).map_err(SpeechError::Process)?;
            return Err(reason);
        }
        thread::sleep(pause);
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

/// Puts the program into a group of its own, so that it can be killed with all it has started.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Keeps a console window from flashing up.
#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

/// Ends the program and reaps it. The group is killed before the wait: once the program is reaped,
/// its number may belong to somebody else.
fn kill(child: &mut Child) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let Err(error) = kill_process_group(Pid::from_child(child), Signal::KILL) {
            log::debug!("the engine's process group is already gone: {error}");
        }
    }
    child.kill()?;
    child.wait().map(drop)
}

fn feed(pipe: Option<impl Write + Send + 'static>, input: String) {
    let Some(mut pipe) = pipe else { return };
    thread::spawn(move || {
        // A program that does not read to the end says so by its exit status or by its result.
        if let Err(error) = pipe.write_all(input.as_bytes()) {
            log::debug!(
                "the engine did not read all of its input: {:?}",
                error.kind()
            );
        }
    });
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut pipe) = pipe {
        thread::spawn(move || {
            let mut kept = Vec::new();
            let read = pipe
                .by_ref()
                .take(KEPT_OUTPUT)
                .read_to_end(&mut kept)
                .and_then(|_| io::copy(&mut pipe, &mut io::sink()));
            if let Err(error) = read {
                log::debug!(
                    "an output of the engine could not be read: {:?}",
                    error.kind()
                );
            }
            if sender.send(kept).is_err() {
                log::debug!("nobody waits for the engine's output any more");
            }
        });
    }
    receiver
}

/// What the program wrote, or nothing if something still holds its output open.
fn collect(output: &Receiver<Vec<u8>>) -> String {
    let bytes = output.recv_timeout(OUTPUT_GRACE).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
