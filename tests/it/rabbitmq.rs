//! A RabbitMQ work queue: `RMQ-1`, `RMQ-2`, `RMQ-3`, `RMQ-8`, and what failure and repetition do to it.
//!
//! Sources: the RabbitMQ documentation (confirms, consumers, quorum queues), as quoted at each story.

use counterpoint::trace::Trace;
use serde_json::{Value, json};

use crate::story::{play_side, tells};

/// Jobs every 100 ms, 60 ms of work each, 5 ms one way.
fn smooth(settings: Value, jobs: u32) -> Trace {
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "regular", "every": "100ms" }, "work": "60ms" },
        "network": { "latency": "5ms" },
    });
    play_side("rabbitmq", settings, scenario)
}

#[test]
fn a_message_is_published_confirmed_delivered_and_acknowledged() {
    tells(
        &smooth(json!({ "label": "order {job}" }), 1),
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish order 1 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver order 1 [5 → 10 ms]
            server-)queue: ack [70 → 75 ms]",
    );
}

fn burst(settings: Value, jobs: u32, change: Value) -> Trace {
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "burst" }, "work": "60ms" },
        "network": { "latency": "5ms" },
        "changes": [change],
    });
    play_side("rabbitmq", settings, scenario)
}

#[test]
fn rmq_2_what_a_crashed_consumer_held_is_redelivered_first_and_in_original_order() {
    let crash = json!({ "at": "30ms", "for": "50ms", "fault": "crash", "actor": "server" });
    let trace = burst(json!({ "consumers": { "prefetch": 3 } }), 5, crash);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant queue as Queue
            participant server as Server
            client-)queue: publish job 1 [0 → 5 ms]
            client-)queue: publish job 2 [0 → 5 ms]
            client-)queue: publish job 3 [0 → 5 ms]
            client-)queue: publish job 4 [0 → 5 ms]
            client-)queue: publish job 5 [0 → 5 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 1 [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 2 [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)server: deliver job 3 [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            queue-)client: confirm [5 → 10 ms]
            Note over server: out [30 ms to 80]
            Note over server: crashed [30 ms]
            Note over queue: returned (job 1) [35 ms]
            Note over queue: returned (job 2) [35 ms]
            Note over queue: returned (job 3) [35 ms]
            Note over server: back [80 ms]
            queue-)server: redeliver job 1 [85 → 90 ms, no. 2]
            queue-)server: redeliver job 2 [85 → 90 ms, no. 2]
            queue-)server: redeliver job 3 [85 → 90 ms, no. 2]
            server-)queue: ack [150 → 155 ms, no. 2]
            queue-)server: deliver job 4 [155 → 160 ms]
            server-)queue: ack [210 → 215 ms, no. 2]
            queue-)server: deliver job 5 [215 → 220 ms]
            server-)queue: ack [270 → 275 ms, no. 2]
            server-)queue: ack [330 → 335 ms]
            server-)queue: ack [390 → 395 ms]",
    );
}
