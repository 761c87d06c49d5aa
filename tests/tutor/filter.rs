//! The filter `parlance-chunk`, as a process.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn start() -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_parlance-chunk"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn run(input: &[u8]) -> Output {
    let mut process = start();
    let mut stdin = process.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

fn objects(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_string_is_answered_by_its_chunks() {
    let output = run("\"Hello, Anna! What is **new**?\"\n\"你好。\"\n\"\"\n".as_bytes());
    assert!(output.status.success());
    let lines = objects(&output);
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[0],
        serde_json::json!({"chunks": [
            {"text": "Hello, Anna! ", "spoken_text": "Hello, Anna!", "emotion": "excited", "icon": "wave",
             "pause_after_ms": 250, "emphasis": "none"},
            {"text": "What is **new**?", "spoken_text": "What is new?", "emotion": "curious", "icon": "question",
             "pause_after_ms": 400, "emphasis": "moderate"},
        ]})
    );
    assert_eq!(lines[1]["chunks"][0]["text"], "你好。");
    assert_eq!(lines[2], serde_json::json!({"chunks": []}));
}

#[test]
fn a_bad_line_is_answered_in_its_place_and_remembered_in_the_status() {
    let output = run(b"\"One.\"\n{\"not\": 1}\n\n\"\xFF\"\n\"\\ud800\"\nnonsense\n\"Two.\"");
    assert_eq!(output.status.code(), Some(1));
    let lines = objects(&output);
    let is_error: Vec<bool> = lines.iter().map(|line| line["error"].is_string()).collect();
    assert_eq!(is_error, [false, true, true, true, true, true, false]);
    assert_eq!(lines[6]["chunks"][0]["text"], "Two.");
}

#[test]
fn no_input_is_no_output() {
    let output = run(b"");
    assert!(output.status.success());
    assert!(output.stdout.is_empty());
}

#[test]
fn a_reader_that_goes_away_is_no_error_to_shout_about() {
    let mut process = start();
    drop(process.stdout.take());
    let mut stdin = process.stdin.take().unwrap();
    // The process may be gone before all is written: that is what this is about.
    let _written = stdin.write_all(&b"\"Hello.\"\n".repeat(50_000));
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
