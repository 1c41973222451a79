//! A run in sentences: steps, the story of a job, and the text that the command line prints.

use counterpoint::render::story::Window;
use counterpoint::render::text;
use counterpoint::story::{Line, clock, job, sentences};
use counterpoint::time::Moment;
use counterpoint::trace::{JobId, StepId, Trace};
use serde_json::json;

use crate::story;

fn told(trace: &Trace) -> Vec<String> {
    sentences(trace).map(|line| format!("{}: {}", clock(line.at), line.text)).collect()
}

fn story_of(trace: &Trace, number: u32) -> Vec<String> {
    let line = |line: Line| match line.until {
        Some(until) => format!("{} to {}: {}", clock(line.at), clock(until), line.text),
        None => format!("{}: {}", clock(line.at), line.text),
    };
    job(trace, JobId::from_index(number - 1)).into_iter().map(line).collect()
}

fn call() -> Trace {
    story::play_side(
        "http",
        json!({ "path": "/{job}", "caller": { "name": "Web app", "threads": 2 }, "server": { "name": "Mail service" } }),
        json!({ "workload": { "jobs": 2, "arrivals": { "pattern": "burst" }, "work": "40ms" }, "network": { "latency": "13ms" } }),
    )
}

#[test]
fn every_step_that_moves_work_is_one_sentence() {
    assert_eq!(
        told(&call()),
        [
            "0 ms: Job 1 is wanted; Web app (thread 1) takes it on and is blocked until that is over, and sends “GET /1” to Mail service (arrives at 13 ms).",
            "0 ms: Job 2 is wanted; Web app (thread 2) takes it on and is blocked until that is over, and sends “GET /2” to Mail service (arrives at 13 ms).",
            "13 ms: “GET /1” arrives at Mail service, which begins to work on job 1.",
            "13 ms: “GET /2” arrives at Mail service; job 2 waits at Mail service for a free worker.",
            "53 ms: Mail service is done with job 1, begins to work on job 2, and sends “200 OK” to Web app (arrives at 66 ms).",
            "66 ms: “200 OK” arrives at Web app (thread 1); job 1 is answered, 66 ms after it was wanted.",
            "93 ms: Mail service is done with job 2, and sends “200 OK” to Web app (arrives at 106 ms).",
            "106 ms: “200 OK” arrives at Web app (thread 2); job 2 is answered, 106 ms after it was wanted.",
        ]
    );
}

#[test]
fn the_story_of_a_call() {
    assert_eq!(
        story_of(&call(), 2),
        [
            "0 ms: wanted",
            "0 ms to 106 ms: Web app (thread 2) was blocked by it, 106 ms",
            "0 ms to 13 ms: Web app (thread 2) sent “GET /2” to Mail service, 13 ms on its way",
            "13 ms to 53 ms: waited at Mail service for a free worker, 40 ms",
            "53 ms to 93 ms: Mail service worked on it, 40 ms",
            "93 ms to 106 ms: Mail service sent “200 OK” to Web app, 13 ms on its way",
            "93 ms: the work is done, 93 ms after it was wanted",
            "106 ms: answered, 106 ms after it was wanted",
        ]
    );
}

#[test]
fn the_story_of_a_message_whose_consumer_dies() {
    let trace = story::play_side(
        "rabbitmq",
        json!({ "consumers": { "recovery_interval": "10ms" } }),
        json!({
            "workload": { "work": "40ms" }, "network": { "latency": "5ms" },
            "changes": [{ "at": "20ms", "for": "30ms", "fault": "crash", "actor": "server" }],
        }),
    );
    assert_eq!(
        story_of(&trace, 1),
        [
            "0 ms: wanted",
            "0 ms to 10 ms: Client kept a copy until the hand-over was confirmed, 10 ms",
            "0 ms to 5 ms: Client sent “publish job 1” to Queue, 5 ms on its way",
            "5 ms to 25 ms: was delivered by Queue and not yet acknowledged, 20 ms, and it went back",
            "5 ms to 10 ms: Queue sent “confirm” to Client, 5 ms on its way",
            "5 ms to 10 ms: Queue sent “deliver job 1” to Server, 5 ms on its way",
            "10 ms to 20 ms: Server worked on it, 10 ms, cut short",
            "10 ms: off the caller's hands, 10 ms after it was wanted",
            "25 ms to 55 ms: lay ready in Queue, 30 ms",
            "25 ms: Queue: returned",
            "55 ms to 105 ms: was delivered by Queue and not yet acknowledged, 50 ms",
            "55 ms to 60 ms: Queue sent “redeliver job 1” (no. 2) to Server, 5 ms on its way",
            "60 ms to 100 ms: Server worked on it, 40 ms",
            "100 ms to 105 ms: Server sent “ack” (no. 2) to Queue, 5 ms on its way",
            "100 ms: the work is done, 100 ms after it was wanted",
            "105 ms: worked on 2 times in all",
        ]
    );
}

#[test]
fn a_failed_call_is_told_with_its_attempts() {
    let trace = story::play_side(
        "http",
        json!({ "timeout": "30ms", "retry": { "max_attempts": 2, "base": "10ms", "jitter": "none" } }),
        json!({ "workload": { "work": "5ms" }, "changes": [{ "at": "0ms", "fault": "silent-outage", "actor": "server" }] }),
    );
    assert_eq!(
        told(&trace),
        [
            "0 ms: Server goes out of service.",
            "0 ms: Job 1 is wanted; Client takes it on and is blocked until that is over, and sends “GET /” to Server (lost on the way).",
            "30 ms: Client: timed out (job 1); Client waits 10 ms before the next attempt.",
            "40 ms: Client has waited long enough with job 1, and sends “GET /” to Server (no. 2, lost on the way).",
            "70 ms: Client: timed out (job 1), and gave up.",
        ]
    );
    assert_eq!(
        story_of(&trace, 1)[3..],
        [
            "30 ms to 40 ms: Client waited for the next attempt, 10 ms",
            "30 ms: Client: timed out",
            "30 ms: Client: tries again",
            "40 ms: Client sent “GET /” (no. 2) to Server, but it was lost",
            "70 ms: Client: timed out",
            "70 ms: Client: gave up",
            "70 ms: given up; the caller cannot know whether it was done, 70 ms after it was wanted",
            "70 ms: the work is not done, and nobody holds it any more",
        ]
    );
}

#[test]
fn no_sentence_for_a_step_that_moves_no_work() {
    let trace = story::play_side(
        "http",
        json!({ "server": { "keepalive_timeout": "30ms" } }),
        json!({ "workload": { "jobs": 2, "arrivals": { "pattern": "regular", "every": "200ms" } } }),
    );
    let silent = (0..trace.steps.len() as u32).map(StepId::from_index);
    let silent: Vec<_> = silent.filter(|step| story_is_silent(&trace, *step)).collect();
    assert!(!silent.is_empty(), "the close of an idle connection is a step");
    assert!(told(&trace).iter().all(|line| !line.contains("close")));
}

fn story_is_silent(trace: &Trace, step: StepId) -> bool {
    counterpoint::story::sentence(trace, step).is_none()
}

#[test]
fn the_story_has_a_head_sentences_and_notes_and_the_text_verdicts_and_numbers() {
    let played = story::play(json!({
        "title": "A title", "look_for": "Look here.",
        "workload": { "work": "40ms" },
        "notes": [{ "at": "20ms", "side": "left", "text": "It works." }],
        "sides": [{ "protocol": "http" }, { "protocol": "http" }],
    }));
    let told = |window: Window<'_>| {
        let mut bytes = Vec::new();
        counterpoint::render::story::write(&mut bytes, &played, window).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let left = told(Window { side: Some("left"), ..Window::WHOLE });
    let lines: Vec<_> = left.lines().collect();
    assert_eq!(lines[..4], ["A title", "Look here.", "", "left: HTTP calls: left"]);
    let note = lines.iter().position(|line| *line == "       20 ms  — It works.").expect("the note is told");
    assert!(
        lines[note - 1].starts_with("        0 ms  “GET /” arrives") && lines[note + 1].starts_with("       40 ms")
    );
    let mut bytes = Vec::new();
    text::write(&mut bytes, &played, None).unwrap();
    let summary = String::from_utf8(bytes).unwrap();
    let beginning = "A title\nLook here.\n\nBoth sides were as fast: the result of the job took 40 ms.\n";
    assert!(summary.starts_with(beginning), "{summary}");
    assert!(summary.contains("\n* The job was answered after 40 ms.\n"), "{summary}");
    assert!(summary.contains("\nresult, median") && summary.contains(" 40 ms   40 ms\n"), "{summary}");
    assert!(!summary.contains("arrives at"), "the story comes when it is asked for: {summary}");
    let end = told(Window { side: None, from: Moment::from_micros(40_000), to: Moment::NEVER });
    assert!(!end.contains("0 ms  Job 1 is wanted") && end.matches("200 OK” arrives").count() == 2, "{end}");
}

#[test]
fn a_poll_is_told_as_asking_for_work_and_not_as_a_job_that_blocks() {
    let trace = story::play_side(
        "sqs",
        json!({
            "sender": { "name": "Shop" },
            "queue": { "name": "orders", "receive_message_wait_time": "20s" },
            "consumers": { "name": "Worker" },
        }),
        json!({
            "workload": { "arrivals": { "pattern": "listed", "at": ["100ms"] }, "work": "40ms" },
            "network": { "latency": "10ms" }
        }),
    );
    let told = told(&trace);
    assert_eq!(
        told[0],
        "0 ms: Worker asks for work and waits, and sends “ReceiveMessage” to orders (arrives at 10 ms)."
    );
    assert_eq!(
        told[6],
        "160 ms: Worker is done with job 1, is blocked until it is answered, and sends “DeleteMessage” to orders (arrives at 170 ms)."
    );
}

#[test]
fn a_record_is_told_by_its_offset_and_a_commit_by_the_next_one() {
    let trace = story::play_side(
        "kafka",
        json!({ "topic": { "name": "orders" }, "groups": [{ "id": "workers", "name": "Worker", "commit": "after-batch" }] }),
        json!({ "workload": { "work": "40ms" }, "network": { "latency": "10ms" } }),
    );
    let told = told(&trace).join("\n");
    assert!(told.contains("is kept in orders at offset 0"), "{told}");
    assert!(told.contains("orders: committed, the next to read is 1"), "{told}");
    let story = story_of(&trace, 1).join("\n");
    assert!(story.contains("was kept in orders at offset 0"), "{story}");
    assert!(story.contains("was read from orders and not yet committed"), "{story}");
}
