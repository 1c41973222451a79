//! Faults on links: `FLT-9`. What is sent between two lanes is lost, or takes longer.

use counterpoint::scenario::Scenario;
use counterpoint::trace::{CallerOutcome, Fate, MarkKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::faults::losses;
use crate::story::{executions, play, play_side, sent, tells};

const ENDS: [&str; 2] = ["client", "server"];

fn fault(kind: &str, (at, lasts): (u32, u32), between: [&str; 2]) -> Value {
    json!({ "at": format!("{at}ms"), "for": format!("{lasts}ms"), "fault": kind, "between": between })
}

fn cut(span: (u32, u32), between: [&str; 2]) -> Value {
    fault("cut", span, between)
}

fn loss(probability: f64, span: (u32, u32), between: [&str; 2]) -> Value {
    let mut loss = fault("loss", span, between);
    loss["probability"] = json!(probability);
    loss
}

fn delay(by: &str, span: (u32, u32), between: [&str; 2]) -> Value {
    let mut delay = fault("delay", span, between);
    delay["by"] = json!(by);
    delay
}

/// A job every 40 ms, 60 ms of work each, 5 ms one way.
fn struck(protocol: &str, settings: Value, jobs: u32, changes: Value) -> Trace {
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "regular", "every": "40ms" }, "work": "60ms" },
        "network": { "latency": "5ms" },
        "changes": changes,
    });
    play_side(protocol, settings, scenario)
}

/// The first request is lost on its way, the second's answer. The caller hears of neither and finds out by its own clock.
#[test]
fn flt_9_a_call_over_a_way_that_is_cut_is_found_out_by_its_time_out() {
    let settings = json!({
        "caller": { "threads": 2 }, "server": { "workers": 2 }, "method": "PUT", "timeout": "100ms",
        "retry": { "max_attempts": 2, "base": "50ms", "jitter": "none" },
    });
    let trace = struck("http", settings, 2, json!([cut((0, 20), ENDS), cut((104, 20), ENDS)]));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant server as Server
            Note over client: the way to Server is cut [0 ms]
            client-xserver: PUT / [0 ms, lost]
            Note over client: the way to Server is open again [20 ms]
            client->>server: PUT / [40 → 45 ms]
            Note over client: thread 1 timed out (job 1) [100 ms]
            Note over client: thread 1 tries again (job 1) [100 ms]
            Note over client: the way to Server is cut [104 ms]
            server--xclient: 200 OK [105 ms, lost]
            Note over client: the way to Server is open again [124 ms]
            Note over client: thread 2 timed out (job 2) [140 ms]
            Note over client: thread 2 tries again (job 2) [140 ms]
            client->>server: PUT / [150 → 155 ms, no. 2]
            client->>server: PUT / [190 → 195 ms, no. 2]
            server-->>client: 200 OK [215 → 220 ms, no. 2]
            server-->>client: 200 OK [255 → 260 ms, no. 2]",
    );
    assert_eq!(executions(&trace), [1, 2], "the work whose answer was lost is done again");
}

/// A request that never came leaves nothing that anybody could notice.
#[test]
fn flt_9_a_caller_without_a_time_out_waits_for_ever_for_what_a_cut_took() {
    let trace = struck("http", json!({}), 1, json!([cut((0, 20), ENDS)]));
    assert_eq!((trace.jobs[0].caller, trace.parts[0].outcome), (CallerOutcome::Waiting, WorkOutcome::Unfinished));
}

/// The server closes the connection on which it thinks it has answered. What it could not say in the cut it says after
/// it: TCP repeats a segment until it is acknowledged (RFC 9293 §3.8.1).
#[test]
fn flt_9_a_connection_that_is_closed_in_a_cut_is_known_to_be_closed_after_it() {
    let settings = json!({ "server": { "keepalive_timeout": "30ms" } });
    let trace = struck("http", settings, 1, json!([cut((60, 60), ENDS)]));
    let closes: Vec<_> = sent(&trace, "close").iter().map(|row| (row.sent.micros() / 1000, row.fate)).collect();
    assert_eq!(closes, [(95, Fate::Lost), (120, Fate::Delivered)]);
    assert_eq!((trace.jobs[0].caller, trace.jobs[0].settled.micros()), (CallerOutcome::Unknown, 125_000));
}

/// The ack is lost, and what is done after it is not even sent. When the way is open again, both ends know that the
/// connection is not.
#[test]
fn flt_9_what_a_consumer_held_when_the_way_was_cut_is_delivered_again_afterwards() {
    let trace = struck("rabbitmq", json!({ "confirms": "off" }), 2, json!([cut((62, 60), ["queue", "server"])]));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            queue-)server: deliver job 2 [45 → 50 ms]
            Note over queue: the way to Server is cut [62 ms]
            server-xqueue: ack [70 ms, lost]
            Note over queue: the way to Server is open again [122 ms]
            Note over queue: returned (job 1) [122 ms]
            Note over queue: returned (job 2) [122 ms]
            queue-)server: redeliver job 1 [127 → 132 ms, no. 2]
            queue-)server: redeliver job 2 [127 → 132 ms, no. 2]
            server-)queue: ack [192 → 197 ms, no. 2]
            server-)queue: ack [252 → 257 ms, no. 2]",
    );
    assert_eq!(executions(&trace), [2, 2]);
}

/// That its connections broke, the broker could not be told.
#[test]
fn flt_9_what_a_consumer_held_that_died_behind_a_cut_goes_to_another_when_the_broker_knows() {
    let crash = json!({ "at": "30ms", "fault": "crash", "actor": "server-1" });
    let settings = json!({ "consumers": { "count": 2, "lanes": "each", "prefetch": 1 } });
    let trace = struck("rabbitmq", settings, 1, json!([crash, cut((20, 80), ["queue", "server-1"])]));
    let again = trace.messages.iter().filter(|row| row.attempt == 2 && trace.label(row) == "redeliver job 1");
    let again: Vec<_> = again.map(|row| (row.sent.micros() / 1000, trace.actor(row.to).id.as_str())).collect();
    assert_eq!((again, trace.parts[0].outcome), (vec![(100, "server-2")], WorkOutcome::Done));
}

/// The confirm is lost. The publisher has no time-out, and knows of the broken connection all the same.
#[test]
fn flt_9_a_publisher_whose_connection_a_cut_broke_publishes_again() {
    let settings = json!({ "retry": { "max_attempts": 2, "base": "10ms", "jitter": "none" } });
    let trace = struck("rabbitmq", settings, 1, json!([cut((2, 20), ["client", "queue"])]));
    let published: Vec<_> = sent(&trace, "basic.publish").iter().map(|row| row.sent.micros() / 1000).collect();
    assert_eq!((published, trace.jobs[0].caller), (vec![0, 32], CallerOutcome::Accepted));
    assert_eq!(executions(&trace), [2], "it was stored the first time as well");
}

/// Whoever asks Kafka or SQS has a clock of its own for every question.
#[test]
fn flt_9_after_a_cut_every_job_is_done_by_whatever_broker() {
    for (protocol, settings) in [
        ("rabbitmq", json!({ "confirm_timeout": "1s", "retry": { "max_attempts": 9 } })),
        ("kafka", json!({ "request_timeout": "1s", "producer": { "delivery_timeout": "1min" } })),
        ("sqs", json!({ "timeout": "1s", "retry": { "max_attempts": 9 } })),
    ] {
        for between in [["client", "queue"], ["queue", "server"]] {
            for at in [0, 3, 30, 68, 72] {
                let trace = struck(protocol, settings.clone(), 3, json!([cut((at, 2_000), between)]));
                let done = trace.parts.iter().all(|part| part.outcome == WorkOutcome::Done);
                assert!(done, "{protocol} {between:?} {at}: {:?}", trace.parts);
            }
        }
    }
}

/// What every message came to, with its moments.
fn fates(trace: &Trace) -> Vec<(u64, &'static str, u64)> {
    trace.messages.iter().map(|row| (row.sent.micros(), row.fate.word(), row.arrived.micros())).collect()
}

#[test]
fn flt_9_a_loss_of_everything_is_a_cut() {
    for protocol in ["http", "sqs"] {
        let settings = json!({ "timeout": "100ms", "retry": { "max_attempts": 3, "base": "50ms", "jitter": "none" } });
        let ends = if protocol == "http" { ENDS } else { ["client", "queue"] };
        let played = |change: Value| struck(protocol, settings.clone(), 3, json!([change]));
        let (lost, cut_off) = (played(loss(1.0, (30, 90), ends)), played(cut((30, 90), ends)));
        assert_eq!(fates(&lost), fates(&cut_off));
        assert!(lost.messages.iter().any(|row| row.fate == Fate::Lost));
    }
}

/// 400 calls at 10 ms, 1 ms one way; the losses are of the scenario's faults alone.
fn lossy(changes: Value, timeout: &str) -> [Trace; 2] {
    let side = |id: &str, timeout: &str| {
        json!({
            "id": id, "protocol": "http", "caller": { "threads": 400 }, "timeout": timeout,
            "retry": { "max_attempts": 5, "base": "10ms" },
        })
    };
    let played = play(json!({
        "seed": 5,
        "workload": { "jobs": 400, "arrivals": { "pattern": "regular", "every": "10ms" }, "work": "2ms" },
        "network": { "latency": "1ms" },
        "sides": [side("left", timeout), side("right", "75ms")],
        "changes": changes,
    }));
    let [left, right] = <[_; 2]>::try_from(played.sides).unwrap();
    [left.trace, right.trace]
}

/// The share lost of n messages has a standard error of √(p(1−p)/n); 4 of them are allowed.
#[test]
fn flt_9_a_share_is_lost_and_which_depends_on_the_message_only() {
    let changes = json!([loss(0.2, (0, 9_000), ENDS)]);
    let [left, right] = lossy(changes, "50ms");
    let all = left.messages.len() as f64;
    let share = losses(&left).len() as f64 / all;
    assert!((share - 0.2).abs() < 4.0 * (0.2 * 0.8 / all).sqrt(), "{share} of {all}");
    // The other time-out of the other side moves every retry to another moment, and not one loss.
    assert_eq!(losses(&left), losses(&right));
    // Of a shorter window the losses are the same, as far as it goes.
    let [shorter, _] = lossy(json!([loss(0.2, (0, 2_000), ENDS)]), "50ms");
    let until_then = |trace: &Trace| {
        let rows = trace.messages.iter().filter(|row| row.sent.micros() < 2_000_000);
        rows.map(|row| (row.sent.micros(), row.fate)).collect::<Vec<_>>()
    };
    assert_eq!(until_then(&shorter), until_then(&left));
    assert!(shorter.messages.iter().all(|row| row.fate != Fate::Lost || row.sent.micros() < 2_000_000));
}

/// What gets through the first is lost by the second with its own chance: 1 − (1 − 0.5)(1 − 0.4).
#[test]
fn flt_9_losses_that_overlap_act_one_by_one() {
    let changes = json!([loss(0.5, (0, 9_000), ENDS), loss(0.4, (0, 9_000), ENDS)]);
    let [both, _] = lossy(changes, "50ms");
    let all = both.messages.len() as f64;
    let share = losses(&both).len() as f64 / all;
    assert!((share - 0.7).abs() < 4.0 * (0.7 * 0.3 / all).sqrt(), "{share} of {all}");
    let [one, _] = lossy(json!([loss(0.5, (0, 9_000), ENDS)]), "50ms");
    let of_both = losses(&both);
    let first_attempts = losses(&one).into_iter().filter(|(_, _, attempt)| *attempt == 1);
    for lost in first_attempts {
        assert!(lost.1 != "request" || of_both.contains(&lost), "{lost:?}: what one loses, one more does not save");
    }
}

fn answered(changes: Value) -> Vec<u64> {
    struck("http", json!({ "caller": { "threads": 9 }, "server": { "workers": 9 } }), 3, changes)
        .jobs
        .iter()
        .map(|job| job.answered.since(job.wanted).as_micros() / 1000)
        .collect()
}

/// Out, work and back: 5 + 60 + 5 ms. Requests leave at 0, 40 and 80 ms, answers 65 ms later.
#[test]
fn flt_9_a_delay_adds_to_the_latency_of_what_is_sent_while_it_lasts() {
    assert_eq!(answered(json!([])), [70, 70, 70]);
    assert_eq!(answered(json!([delay("30ms", (40, 1), ENDS)])), [70, 100, 70]);
    assert_eq!(answered(json!([delay("30ms", (0, 1_000), ENDS)])), [130, 130, 130], "both ways");
    // The second answer leaves at 135 ms, when one of them is over.
    let overlapping = json!([delay("30ms", (40, 90), ENDS), delay("8ms", (30, 200), ENDS)]);
    assert_eq!(answered(overlapping), [70 + 38, 70 + 38 + 8, 70 + 38 + 8]);
}

/// Job 1 is published into the delay and job 2 after it, over one stream.
#[test]
fn flt_9_a_stream_that_is_delayed_keeps_its_order() {
    let trace = struck("rabbitmq", json!({}), 2, json!([delay("100ms", (0, 20), ["client", "queue"])]));
    let arrived: Vec<_> = sent(&trace, "basic.publish").iter().map(|row| row.arrived.micros() / 1000).collect();
    assert_eq!(arrived, [105, 105]);
}

/// As with outages: the first to begin and the last to end say so.
#[test]
fn flt_9_cuts_that_overlap_end_with_the_last() {
    let changes = json!([cut((10, 100), ENDS), cut((60, 100), ENDS), cut((70, 10), ENDS)]);
    let trace = struck("http", json!({ "caller": { "threads": 4 }, "timeout": "500ms" }), 4, changes);
    let lost = trace.messages.iter().filter(|row| row.fate == Fate::Lost);
    assert!(lost.clone().count() > 2);
    assert!(lost.map(|row| row.sent.micros()).all(|at| (10_000..160_000).contains(&at)));
    let marks = trace.marks.iter().filter(|mark| mark.kind == MarkKind::Switched);
    let marks: Vec<_> = marks.map(|mark| (mark.at.micros() / 1000, trace.mark_label(mark))).collect();
    let is_cut = "the way to Server is cut".to_owned();
    assert_eq!(
        marks,
        [(10, is_cut.clone()), (60, is_cut.clone()), (70, is_cut), (160, "the way to Server is open again".to_owned())]
    );
}

#[test]
fn what_becomes_of_a_way_is_told_with_its_numbers() {
    let changes = json!([loss(0.125, (10, 10), ["server", "client"]), delay("1500ms", (20, 10), ENDS),]);
    let trace = struck("http", json!({ "timeout": "9s" }), 1, changes);
    let told: Vec<String> = counterpoint::story::sentences(&trace).map(|line| line.text).collect();
    for sentence in [
        "Server: the way to Client loses 12.5 %.",
        "Server: the way to Client loses no more.",
        "Client: the way to Server takes 1.5 s more.",
        "Client: the way to Server is fast again.",
    ] {
        assert!(told.iter().any(|line| line == sentence), "{told:#?}");
    }
}

/// One side is left alone, by the id of the other before one lane's.
#[test]
fn a_fault_of_links_can_be_one_sides_alone() {
    for ends in [["left.client", "server"], ["server", "left.client"], ["left.client", "left.server"]] {
        let [left, right] = lossy(json!([cut((0, 100), ends)]), "75ms");
        assert_eq!((losses(&left).is_empty(), losses(&right).is_empty()), (false, true), "{ends:?}");
    }
}

#[test]
fn its_numbers_are_parameters_and_captions_go_with_it() {
    let mut slow = delay("30ms", (0, 1_000), ENDS);
    slow["id"] = json!("slow");
    let mut lossy = loss(0.1, (0, 0), ENDS);
    lossy["id"] = json!("lossy");
    let scenario = Scenario::from_value(json!({
        "name": "x",
        "network": { "latency": "5ms" },
        "changes": [slow, lossy],
        "notes": [{ "when": "slow ends", "side": "left", "text": "As fast as before" }],
        "controls": [
            { "path": "changes.slow.by", "label": "Delay", "min": "0ms", "max": "1s" },
            { "path": "changes.lossy.probability", "label": "Loss", "min": 0, "max": 1 },
        ],
    }))
    .unwrap();
    let set = scenario.with_all([("changes.slow.by", json!("200ms")), ("changes.lossy.probability", json!(0.5))]);
    let played = set.unwrap().play();
    assert_eq!(played.sides[0].trace.jobs[0].answered.micros(), 510_000);
    assert_eq!(played.sides[0].captions[0].at.micros(), 1_000_000);
}

#[test]
fn a_fault_that_strikes_nothing_is_refused_with_what_would_do() {
    let known = r#"`["client", "server"]`, `["client", "queue"]`, `["queue", "server"]`"#;
    for (change, path, sentence) in [
        (
            json!({ "fault": "cut" }),
            "between",
            r#"a cut strikes the links between two lanes; write which, as in `"between": ["client", "server"]`"#.into(),
        ),
        (
            json!({ "fault": "cut", "actor": "server" }),
            "actor",
            r#"a cut strikes the links between two lanes and no actor; write which, as in `"between": ["client", "server"]`"#
                .into(),
        ),
        (
            json!({ "fault": "outage" }),
            "actor",
            r#"an outage strikes an actor; write whom, as in `"actor": "client"`"#.into(),
        ),
        (
            json!({ "fault": "crash", "actor": "server", "between": ENDS }),
            "between",
            r#"a crash strikes an actor and no link; write whom, as in `"actor": "client"`"#.into(),
        ),
        (
            json!({ "fault": "cut", "between": ["client"] }),
            "between",
            "there are 1 entries; write 2".into(),
        ),
        (
            json!({ "fault": "cut", "between": ["client", "moon"] }),
            "between",
            format!("no side has a link between `client` and `moon`; there are links between {known}"),
        ),
        (
            json!({ "fault": "cut", "between": ["left.client", "queue"] }),
            "between",
            format!("no side has a link between `left.client` and `queue`; there are links between {known}"),
        ),
        (
            json!({ "fault": "cut", "between": ["queue", "dead"] }),
            "between",
            format!("no side has a link between `queue` and `dead`; there are links between {known}"),
        ),
        (
            json!({ "fault": "loss", "between": ENDS }),
            "probability",
            "a loss needs a probability, as in `\"probability\": 0.2`".into(),
        ),
        (
            json!({ "fault": "loss", "between": ENDS, "probability": 1.5 }),
            "probability",
            "1.5 would not do; write a number from 0 to 1".into(),
        ),
        (
            json!({ "fault": "delay", "between": ENDS }),
            "by",
            "a delay needs a length, as in `\"by\": \"200ms\"`".into(),
        ),
        (
            json!({ "fault": "cut", "between": ENDS, "by": "1s" }),
            "by",
            "only a delay has a length; leave it out here".into(),
        ),
        (
            json!({ "fault": "cut", "between": ENDS, "probability": 0.5 }),
            "probability",
            "only a loss has a probability; leave it out here".into(),
        ),
    ] {
        let mut change = change;
        (change["id"], change["at"]) = (json!("it"), json!("1s"));
        let right = json!({ "protocol": "rabbitmq", "queue": { "dead_letter": { "id": "dead" } } });
        let scenario = json!({ "name": "x", "sides": [{}, right], "changes": [change] });
        let problem = Scenario::from_value(scenario).unwrap_err();
        assert_eq!((problem.path.as_str(), problem.sentence), (format!("changes.it.{path}").as_str(), sentence));
    }
}

/// Between broker and consumers nothing is said twice: what one message lost would be held for ever, if the connection
/// did not turn out to be broken.
#[test]
fn flt_9_a_delivery_that_was_lost_is_made_again_when_the_loss_is_over() {
    let change = loss(1.0, (0, 50), ["queue", "server"]);
    let trace = struck("rabbitmq", json!({}), 1, json!([change]));
    assert_eq!((trace.parts[0].outcome, executions(&trace)), (WorkOutcome::Done, vec![1]));
    let nothing_sent = loss(1.0, (20, 20), ["queue", "server"]);
    let trace = struck("rabbitmq", json!({}), 1, json!([nothing_sent]));
    assert!(sent(&trace, "basic.consume").is_empty(), "where nothing was lost, no connection broke");
}

/// What the end of one fault tells nobody, the end of the other does.
#[test]
fn flt_9_a_delay_that_ends_within_a_loss_hides_nothing() {
    let ends = ["queue", "server"];
    let trace = struck("rabbitmq", json!({}), 1, json!([loss(1.0, (0, 50), ends), delay("1ms", (0, 20), ends)]));
    assert_eq!(trace.parts[0].outcome, WorkOutcome::Done);
}

/// Of three deliveries the second is lost, while a loss lasts that takes nothing else. In a stream nothing after a gap can
/// be read, so the third is not taken on, and the order is kept.
#[test]
fn flt_9_a_consumer_finds_out_what_was_lost_by_the_next_delivery() {
    let settings = json!({ "confirms": "off", "consumers": { "prefetch": 3 } });
    let ends = ["queue", "server"];
    let trace = struck("rabbitmq", settings, 3, json!([loss(1.0, (44, 2), ends), loss(0.001, (0, 900), ends)]));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            Note over queue: the way to Server loses 0.1 #37; [0 ms]
            client-)queue: publish job 1 [0 → 5 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            client-)queue: publish job 2 [40 → 45 ms]
            Note over queue: the way to Server loses 100 #37; [44 ms]
            queue-xserver: deliver job 2 [45 ms, lost]
            server-)queue: ack [70 → 75 ms]
            client-)queue: publish job 3 [80 → 85 ms]
            queue-)server: deliver job 3 [85 → 90 ms, too late]
            Note over queue: returned (job 2) [95 ms]
            Note over queue: returned (job 3) [95 ms]
            queue-)server: redeliver job 2 [95 → 100 ms, no. 2]
            queue-)server: redeliver job 3 [95 → 100 ms, no. 2]
            server-)queue: ack [160 → 165 ms, no. 2]
            server-)queue: ack [220 → 225 ms, no. 2]",
    );
    assert_eq!(executions(&trace), [1, 1, 1]);
}

/// So that a control can begin at nothing.
#[test]
fn a_loss_or_a_delay_of_nothing_does_not_strike() {
    let trace = struck("http", json!({}), 1, json!([loss(0.0, (0, 90), ENDS), delay("0ms", (0, 90), ENDS)]));
    assert!(trace.marks.is_empty());
}
