//! `parlance-db doctor` on databases in every state: one clear sentence, the right exit status, the file as it was.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use parlance_storage::verify;

use crate::sick::{PAGE, Sick};
use crate::support::{json, parlance_db};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A way to fall ill, and what the doctor must say of it.
type Case = (&'static str, fn(&Sick), &'static str, &'static str);

const CASES: &[Case] = &[
    (
        "truncated",
        |sick| fs::write(sick.file(), &sick.bytes()[..sick.bytes().len() / 2]).unwrap(),
        "damaged",
        "something is wrong with it",
    ),
    (
        "zeroed",
        |sick| fs::write(sick.file(), vec![0; sick.bytes().len()]).unwrap(),
        "not_sqlite",
        "nothing of Parlance can be recognised in it",
    ),
    (
        "bit-flipped",
        |sick| {
            let page = sick.pages("messages", "leaf")[2];
            let offset = page * PAGE - 200;
            sick.overwrite(offset, &[sick.bytes()[offset] ^ 0x04]);
        },
        "damaged",
        "something is wrong with it",
    ),
    (
        "empty",
        |sick| fs::write(sick.file(), "").unwrap(),
        "empty",
        "is empty",
    ),
    (
        "foreign",
        |sick| {
            fs::remove_file(sick.file()).unwrap();
            sick.raw().execute_batch("CREATE TABLE theirs (x)").unwrap();
        },
        "foreign",
        "is the database of another program",
    ),
    (
        "newer",
        |sick| {
            sick.damage(
                "INSERT INTO schema_migrations VALUES (99, 'x', replace(hex(zeroblob(32)), '0', 'a'), 0, 0, '9.9');
                 PRAGMA user_version = 99",
            );
        },
        "newer",
        "was written by a newer version of Parlance, 9.9",
    ),
    (
        "missing",
        |sick| fs::remove_file(sick.file()).unwrap(),
        "missing",
        "There is no database",
    ),
];

#[test]
fn the_state_is_said_in_one_clear_sentence_and_nothing_is_touched() {
    for (name, fall_ill, state, sentence) in CASES {
        let sick = Sick::new();
        fall_ill(&sick);
        let before = fs::read(sick.file()).ok();
        let said = parlance_db(sick.path(), &["doctor"]);
        assert_eq!(said.status.code(), Some(1), "{name}: {said:?}");
        let said = text(&said.stdout);
        let first = said.lines().next().unwrap();
        assert!(
            first.contains(sentence) && first.ends_with('.'),
            "{name}: {said}"
        );
        assert!(!said.contains("delete"), "{name}: {said}");
        let report = json(&parlance_db(sick.path(), &["doctor", "--json"]));
        assert_eq!(
            (&report["state"], &report["ok"]),
            (&(*state).into(), &false.into()),
            "{name}"
        );
        assert_eq!(report["can_repair"], *state == "damaged", "{name}");
        assert!(fs::read(sick.file()).ok() == before, "{name}");
        assert!(
            !sick
                .listing()
                .iter()
                .any(|name| name.starts_with(".repair"))
        );
    }
}

#[test]
fn repair_repairs_what_can_be_repaired_and_refuses_the_rest_in_one_sentence() {
    for (name, fall_ill, state, _) in CASES {
        let sick = Sick::new();
        fall_ill(&sick);
        let before = fs::read(sick.file()).ok();
        let output = parlance_db(sick.path(), &["doctor", "--repair"]);
        if *state == "damaged" {
            assert!(output.status.success(), "{name}: {output:?}");
            assert!(
                text(&output.stdout).contains("is kept for 30 days in"),
                "{name}"
            );
            assert_eq!(text(&output.stderr), "", "progress is for terminals");
            assert!(
                parlance_db(sick.path(), &["doctor"]).status.success(),
                "{name}"
            );
        } else {
            assert_eq!(output.status.code(), Some(1), "{name}: {output:?}");
            let said = text(&output.stderr);
            assert_eq!(said.trim_end().lines().count(), 1, "{name}: {said}");
            assert!(
                said.starts_with("parlance-db: ") && !said.contains("delete"),
                "{name}: {said}"
            );
            assert!(fs::read(sick.file()).ok() == before, "{name}");
            let again = parlance_db(sick.path(), &["doctor", "--repair", "--json"]);
            assert!(json(&again)["error"]["message"].is_string(), "{name}");
        }
    }
}

/// Runs a program that the modes of our own files bind. They do not bind root's, unless it gives that right up.
#[cfg(unix)]
fn run_bound(ours: &Path, program: &str, arguments: &[&OsStr]) -> Output {
    use std::os::unix::fs::MetadataExt;
    let is_root = fs::metadata(ours).unwrap().uid() == 0;
    let mut command = if is_root {
        let without = "-dac_override,-dac_read_search";
        let mut command = Command::new("setpriv");
        command
            .args(["--bounding-set", without, "--inh-caps", without])
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    command
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_database_that_cannot_be_written_can_still_be_looked_at_and_written_out() {
    use std::os::unix::fs::PermissionsExt;
    let sick = Sick::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().join("out");
    let before = sick.bytes();
    let permit = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    permit(&sick.file(), 0o400);
    permit(sick.path(), 0o500);
    let run = |program: &str, arguments: &[&OsStr]| run_bound(sick.path(), program, arguments);
    let tool = |arguments: &[&str]| {
        let mut all = vec!["--data-dir".as_ref(), sick.path().as_os_str()];
        all.extend(arguments.iter().map(OsStr::new));
        run(env!("CARGO_BIN_EXE_parlance-db"), &all)
    };
    for written in [sick.file(), sick.path().join("new")] {
        let refused = run("tee", &["-a".as_ref(), written.as_os_str()]);
        assert_eq!(refused.status.code(), Some(1), "it is written: {refused:?}");
    }
    let looked = tool(&["doctor", "--json"]);
    let rescued = tool(&["doctor", "--rescue", folder.to_str().unwrap()]);
    permit(sick.path(), 0o700);
    assert!(looked.status.success(), "{looked:?}");
    assert!(rescued.status.success(), "{rescued:?}");
    assert!(folder.join("everything.jsonl").exists());
    assert!(sick.bytes() == before);
}

#[test]
fn rescue_writes_a_folder_and_says_what_is_in_it() {
    let sick = Sick::new();
    sick.overwrite(0, &[0; 100]);
    let folder = sick.path().join("out put 文");
    let output = parlance_db(
        sick.path(),
        &["doctor", "--json", "--rescue", folder.to_str().unwrap()],
    );
    assert!(output.status.success(), "{output:?}");
    let outcome = json(&output);
    assert_eq!(
        (&outcome["conversations"], &outcome["messages"]),
        (&4.into(), &650.into())
    );
    assert_eq!(outcome["folder"], folder.to_str().unwrap());
    let again = parlance_db(
        sick.path(),
        &["doctor", "--rescue", folder.to_str().unwrap()],
    );
    assert_eq!(again.status.code(), Some(1));
    let both = parlance_db(sick.path(), &["doctor", "--repair", "--rescue", "x"]);
    assert_eq!(both.status.code(), Some(2));
}

/// Repairs that must have been killed in the middle, from their beginning to near their end.
const KILLS: u32 = 8;
/// Kills that came too late, before the repair is given up as one that cannot be met.
const MOST_MISSES: u32 = 40;
/// No repair takes so long to begin; one that does, hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ill in so many rows that a repair has a middle.
fn ill_in_many_rows() -> Sick {
    let sick = Sick::new();
    sick.damage("UPDATE messages SET role = 'robot' WHERE sequence_number = 2");
    sick
}

fn is_at_work(sick: &Sick) -> bool {
    let names = sick.listing();
    names.iter().any(|name| name.starts_with(".repair"))
}

/// Whether a repair is past the point of no return: done, or to be finished by the next start.
fn is_decided(sick: &Sick) -> bool {
    // The rejects of one that is not may lie there.
    let is_undo_copy = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.unwrap().file_name();
        Path::new(&name).extension() == Some("db".as_ref())
    };
    let kept = fs::read_dir(sick.path().join("replaced"));
    sick.path().join("parlance.intent").exists()
        || kept.is_ok_and(|mut kept| kept.any(is_undo_copy))
}

/// Starts a repair and waits until it is at work, or has ended already.
fn begin_repair(sick: &Sick) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlance-db"))
        .arg("--data-dir")
        .arg(sick.path())
        .args(["doctor", "--repair"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !is_at_work(sick) && child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "the repair does not begin");
        thread::sleep(Duration::from_millis(1));
    }
    child
}

fn time_of_a_repair() -> Duration {
    let sick = ill_in_many_rows();
    let mut child = begin_repair(&sick);
    let begun = Instant::now();
    assert!(child.wait().unwrap().success());
    begun.elapsed()
}

#[test]
fn a_repair_that_is_killed_leaves_the_database_and_the_next_one_succeeds() {
    let mut longest = time_of_a_repair();
    let (mut killed, mut missed) = (0, 0);
    while killed < KILLS {
        let sick = ill_in_many_rows();
        let before = sick.bytes();
        let pause = longest * (killed + 1) / (KILLS + 1);
        let mut child = begin_repair(&sick);
        // The kill is to meet it wherever it is by then.
        thread::sleep(pause);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        if is_decided(&sick) {
            // It takes less time than that. Whoever comes next finishes it and clears up.
            missed += 1;
            assert!(missed < MOST_MISSES, "it cannot be met");
            longest = longest * 4 / 5;
            assert!(parlance_db(sick.path(), &["migrate"]).status.success());
            assert!(verify::run(sick.path()).unwrap().unwrap().ok);
        } else {
            assert!(
                !status.success() && is_at_work(&sick),
                "{status} after {pause:?}"
            );
            assert!(sick.bytes() == before, "killed after {pause:?}");
            assert!(verify::run(sick.path()).unwrap().is_some());
            killed += 1;
            sick.repaired();
        }
        assert!(
            !is_at_work(&sick),
            "what the killed one left is cleared away"
        );
    }
}
