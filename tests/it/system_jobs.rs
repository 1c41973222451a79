//! Job stores on sides of any parties: Sidekiq's and Celery's rules, `JOB-*`.

use counterpoint::engine::Limits;
use counterpoint::scenario::{Played, Scenario};
use counterpoint::story;
use counterpoint::time::Span;
use counterpoint::trace::{
    CallerOutcome, Ending, Fate, Limit, MarkKind, MessageRow, Outcome, PartId, StayKind, StayRow, Trace, WorkOutcome,
};
use serde_json::{Value, json};

use crate::oracle;
use crate::story::{executions, play_within, sent, tells};
use crate::system_patterns::{callers, ms, scenario, works};

/// The run of these parties, of which everything holds that holds of every run.
fn played(parties: Value, workload: Value) -> Played {
    let scenario = Scenario::from_value(scenario(parties, workload)).unwrap_or_else(|problem| panic!("{problem}"));
    let played = play_within(scenario, Limits::default());
    oracle::sound(&played).unwrap_or_else(|fault| panic!("{fault}"));
    played
}

fn run(parties: Value, workload: Value) -> Trace {
    played(parties, workload).sides.swap_remove(0).trace
}

/// A shop that pushes to this store, and those who take from it.
fn through(store: &str, settings: Value, takes: &str, takers: Value) -> Value {
    let mut takers = takers;
    takers["queue"] = json!("jobs");
    json!([
        { "id": "shop", "caller": { "threads": 2 }, "does": [{ "publish": "jobs" }] },
        { "id": "jobs", store: settings },
        { "id": "worker", takes: takers, "does": [{ "work": "work" }] },
    ])
}

fn sidekiq(process: Value) -> Value {
    through("sidekiq", json!({}), "process", process)
}

fn celery(worker: Value) -> Value {
    through("celery", json!({}), "worker", worker)
}

/// When each execution began, in milliseconds.
fn starts(trace: &Trace) -> Vec<u64> {
    busy(trace).iter().map(|stay| ms(stay.begin)).collect()
}

fn busy(trace: &Trace) -> Vec<&StayRow> {
    trace.stays.iter().filter(|stay| stay.kind == StayKind::Busy && stay.part != PartId::NONE).collect()
}

fn of_kind(trace: &Trace, kind: StayKind) -> Vec<&StayRow> {
    trace.stays.iter().filter(|stay| stay.kind == kind).collect()
}

fn said(trace: &Trace, kind: MarkKind) -> Vec<&str> {
    let marks = trace.marks.iter().filter(|mark| mark.kind == kind);
    marks.map(|mark| trace.labels.text(mark.label)).collect()
}

/// System 4: a job whose first two runs fail, with the schedule that its class has. The set `retry` gives it back at the
/// first look after its time.
#[test]
fn a_job_that_fails_lies_in_the_set_retry_until_somebody_looks_after_its_time() {
    let played = played(
        sidekiq(json!({ "concurrency": 1, "sidekiq_retry_in": ["20s"] })),
        json!({ "parts": [{ "id": "work", "work": "1s" }], "network": { "latency": "10ms" }, "failures": { "first": 1 } }),
    );
    let trace = &played.sides[0].trace;
    tells(
        trace,
        "sequenceDiagram
            participant shop as shop
            participant jobs as jobs
            participant worker as worker
            participant dead-set as Dead set
            shop->>jobs: push job 1 [0 → 10 ms]
            jobs-->>shop: OK [10 → 20 ms]
            jobs-->>worker: job 1 [10 → 20 ms]
            Note over worker: failed (job 1) [1020 ms]
            Note over worker: retries later (job 1) [1020 ms]
            worker->>jobs: retry job 1 [1020 → 1030 ms]
            jobs-->>worker: OK [1030 → 1040 ms]
            Note over jobs: enqueued again (job 1) [28485.296 ms]
            jobs-->>worker: job 1 [28485.296 → 28495.296 ms, no. 2]",
    );
    let told: Vec<String> = story::sentences(trace).map(|line| line.text).collect();
    assert!(told.iter().any(|text| text.contains("is put off in jobs for")), "{told:?}");
}

/// A job that always fails, by Sidekiq's defaults: twenty days.
fn poisoned(process: Value) -> Trace {
    run(sidekiq(process), json!({ "poison": [1], "network": { "latency": "1ms" } }))
}

#[test]
fn job_1_sidekiq_tries_26_times_at_growing_distances_and_then_the_job_is_dead() {
    let trace = poisoned(json!({}));
    assert_eq!(trace.outcome, Outcome::Settled);
    let starts = starts(&trace);
    assert_eq!(starts.len(), 26);
    for (n, gap) in (0..).zip(starts.windows(2).map(|pair| pair[1] - pair[0])) {
        let least: u64 = (u64::pow(n, 4) + 15) * 1000;
        // The ways there and back and the work take some milliseconds.
        let most = least + (10 * (n + 1) - 1) * 1000 + 7500 + 100;
        assert!((least..=most).contains(&gap), "gap {n} is {gap} ms, not from {least} to {most}");
    }
    assert_eq!((executions(&trace), works(&trace)), (vec![26], vec![WorkOutcome::DeadLettered]));
    assert_eq!(callers(&trace), [CallerOutcome::Accepted]);
    assert_eq!(said(&trace, MarkKind::DeadLettered), ["dead: out of retries"]);
    let days = trace.ended.since(counterpoint::time::Moment::START).as_seconds() / 86_400.0;
    assert!((20.4..20.5).contains(&days), "{days}");
    assert!(trace.events < 1000, "what finds nothing is no event: {}", trace.events);
}

/// Each wait is a whole number of seconds from the failure on, and so is the one that ends it: what follows is the wait for
/// a look.
#[test]
fn job_1_a_retry_is_due_at_a_whole_second_and_found_by_the_next_look() {
    let trace = poisoned(json!({}));
    let put_off = of_kind(&trace, StayKind::Scheduled);
    let hidden = of_kind(&trace, StayKind::Hidden);
    assert_eq!((put_off.len(), hidden.len()), (25, 25));
    for (n, (stay, look)) in (0..).zip(put_off.iter().zip(&hidden)) {
        let due = ms(stay.end) - ms(stay.begin) + 1;
        assert_eq!(due % 1000, 0, "from the failure on, one millisecond before");
        let jitter = due / 1000 - (u64::pow(n, 4) + 15);
        assert!(jitter < 10 * (n + 1), "{n}: {jitter}");
        assert_eq!((stay.end, stay.value), (look.begin, n as u32 + 1));
        let late = ms(look.end) - ms(look.begin);
        assert!(late <= 7500, "{n}: {late}");
    }
}

#[test]
fn job_1_the_schedule_of_a_job_s_own_and_the_number_of_its_retries_are_taken() {
    let process = json!({ "retry": 3, "sidekiq_retry_in": ["10s", "60s"], "average_scheduled_poll_interval": "100ms" });
    let starts = starts(&poisoned(process));
    assert_eq!(starts.len(), 4);
    for (n, (wait, gap)) in [10, 60, 60].iter().zip(starts.windows(2)).enumerate() {
        let jitter = (gap[1] - gap[0]) as i64 - wait * 1000;
        // The first look of a process comes up to fifteen seconds after it.
        let first = if n == 0 { 5_000 } else { 0 };
        assert!((0..10_000 * (n as i64 + 1) + first).contains(&jitter), "{n}: {jitter}");
    }
}

#[test]
fn job_1_what_is_out_of_retries_may_be_thrown_away_or_die_at_once() {
    let thrown_away = poisoned(json!({ "retry": 0, "dead": false }));
    assert_eq!((executions(&thrown_away), works(&thrown_away)), (vec![1], vec![WorkOutcome::Lost]));
    assert_eq!(said(&thrown_away, MarkKind::Dropped), ["thrown away: out of retries"]);
    let dead = poisoned(json!({ "retry": 0 }));
    assert_eq!((executions(&dead), works(&dead)), (vec![1], vec![WorkOutcome::DeadLettered]));
}

/// A run that does not come to its end within the time that is simulated says so.
#[test]
fn job_1_a_schedule_that_is_longer_than_what_is_simulated_meets_a_limit_that_is_said() {
    let trace = poisoned(json!({ "retry": 30 }));
    assert_eq!(trace.outcome, Outcome::LimitReached(Limit::SimulatedTime));
    assert_eq!(works(&trace), [WorkOutcome::Unfinished]);
}

/// Many processes look less often each, and together as often.
#[test]
fn the_more_processes_there_are_the_less_often_each_of_them_looks() {
    let late = |processes: usize| {
        let mut parties = sidekiq(json!({ "concurrency": 30, "sidekiq_retry_in": ["60s"] }));
        for number in 1..processes {
            let mut another = parties[2].clone();
            another["id"] = json!(format!("worker-{number}"));
            parties.as_array_mut().unwrap().push(another);
        }
        let failures =
            json!({ "jobs": 40, "arrivals": { "pattern": "regular", "every": "29s" }, "failures": { "first": 1 } });
        let trace = run(parties, failures);
        assert_eq!(trace.outcome, Outcome::Settled);
        let hidden = of_kind(&trace, StayKind::Hidden);
        let late: Vec<u64> = hidden.iter().map(|stay| ms(stay.end) - ms(stay.begin)).collect();
        assert_eq!(late.len(), 40);
        (late.iter().sum::<u64>() / 40, late.into_iter().max().unwrap())
    };
    let (mean, most) = late(1);
    assert!((1500..4500).contains(&mean) && most <= 7500, "{mean} {most}");
    let (mean, most) = late(4);
    assert!((1500..6500).contains(&mean) && most <= 30_000, "{mean} {most}");
    let (mean, _) = late(12);
    assert!((1500..8500).contains(&mean), "{mean}");
}

/// What it had in hand lies nowhere else: neither in the set nor on the list.
#[test]
fn a_process_of_sidekiq_that_is_killed_loses_what_it_has_in_hand() {
    let trace = run(
        sidekiq(json!({ "concurrency": 1 })),
        json!({ "jobs": 2, "arrivals": { "pattern": "burst" }, "parts": [{ "id": "work", "work": "1s" }],
            "changes": [{ "at": "500ms", "for": "1s", "fault": "crash", "actor": "left.worker" }] }),
    );
    assert_eq!((executions(&trace), works(&trace)), (vec![1, 1], vec![WorkOutcome::Lost, WorkOutcome::Done]));
    assert_eq!(callers(&trace), [CallerOutcome::Accepted; 2]);
    assert_eq!(starts(&trace), [0, 1500], "the other one lay in Redis");
}

/// A killed worker had acknowledged, or had not: the task is gone, or comes back by its clock.
fn killed(acks_late: bool) -> Trace {
    run(
        celery(json!({ "acks_late": acks_late })),
        json!({ "parts": [{ "id": "work", "work": "10s" }],
            "changes": [{ "at": "5s", "for": "1s", "fault": "crash", "actor": "left.worker" }] }),
    )
}

#[test]
fn job_2_a_task_that_was_acknowledged_early_is_lost_with_its_worker() {
    let trace = killed(false);
    assert_eq!((executions(&trace), works(&trace)), (vec![1], vec![WorkOutcome::Lost]));
    assert_eq!(ms(sent(&trace, "ZREM unacked")[0].sent), 0, "before it began");
    assert_eq!(busy(&trace)[0].ending, Ending::Interrupted);
    assert_eq!(ms(trace.ended), 5000, "nothing is waited for");
}

#[test]
fn job_2_a_task_that_is_acknowledged_late_begins_twice() {
    let trace = killed(true);
    assert_eq!((executions(&trace), works(&trace)), (vec![2], vec![WorkOutcome::Done]));
    let again = starts(&trace)[1];
    assert!((3_600_000..=3_610_000).contains(&again), "after the visibility timeout, at somebody's next look: {again}");
    assert_eq!(said(&trace, MarkKind::Returned), ["not acknowledged in time"]);
}

/// What fails by Celery's defaults: tries three minutes apart.
#[test]
fn job_3_celery_tries_four_times_and_then_the_task_has_failed() {
    let trace = run(celery(json!({})), json!({ "poison": [1], "network": { "latency": "1ms" } }));
    let starts = starts(&trace);
    assert_eq!(starts.len(), 4);
    for (n, start) in (0..).zip(&starts) {
        assert!(*start >= n * 180_000 && *start < n * 180_000 + 100, "{n}: {start}");
    }
    // A task that is in the state FAILURE lies nowhere: the work is not done, and nobody holds it any more.
    assert_eq!((executions(&trace), works(&trace)), (vec![4], vec![WorkOutcome::Lost]));
    assert_eq!(said(&trace, MarkKind::Dropped), ["FAILURE: out of retries"]);
    assert_eq!(callers(&trace), [CallerOutcome::Accepted]);
    // A task that is to be tried later is with the worker, which keeps it.
    let kept = of_kind(&trace, StayKind::Scheduled);
    assert!(kept.iter().all(|stay| trace.actor(stay.actor).id == "worker"));
    assert_eq!(kept.len(), 3);
}

#[test]
fn job_3_the_waits_double_up_to_their_longest_and_may_be_spread() {
    let waits = |jitter: bool| -> Vec<u64> {
        let worker =
            json!({ "max_retries": 6, "retry_backoff": 10, "retry_backoff_max": "100s", "retry_jitter": jitter });
        let trace = run(celery(worker), json!({ "poison": [1], "parts": [{ "id": "work", "work": "0ms" }] }));
        starts(&trace).windows(2).map(|pair| pair[1] - pair[0]).collect()
    };
    assert_eq!(waits(false), [10_000, 20_000, 40_000, 80_000, 100_000, 100_000]);
    let spread = waits(true);
    assert!(spread.iter().zip(waits(false)).all(|(wait, most)| *wait <= most && wait % 1000 == 0), "{spread:?}");
    assert_ne!(spread, waits(false));
}

/// A countdown that is longer than the visibility timeout: Redis hands the task out again although a worker has it.
#[test]
fn a_countdown_longer_than_the_visibility_timeout_is_handed_out_again_and_again() {
    let parties = through(
        "celery",
        json!({ "visibility_timeout": "60s" }),
        "worker",
        json!({ "max_retries": 1, "default_retry_delay": "200s" }),
    );
    let trace = run(parties, json!({ "failures": { "first": 1 } }));
    assert!(executions(&trace)[0] > 2, "{:?}", executions(&trace));
    assert_eq!(said(&trace, MarkKind::Returned)[0], "not acknowledged in time");
}

/// Four tasks for each process are taken ahead; the rest lies in Redis, for other workers. What is at work counts only where
/// it is acknowledged late.
#[test]
fn a_worker_of_celery_takes_four_tasks_ahead_for_each_process() {
    for (acks_late, ahead) in [(false, 8), (true, 6)] {
        let trace = run(
            celery(json!({ "concurrency": 2, "acks_late": acks_late })),
            json!({ "jobs": 20, "arrivals": { "pattern": "burst" }, "parts": [{ "id": "work", "work": "1s" }] }),
        );
        let waits = of_kind(&trace, StayKind::Queued);
        let at_once = waits.iter().filter(|stay| ms(stay.begin) < 1000).count();
        assert_eq!(at_once, ahead, "{acks_late}");
        assert_eq!(works(&trace), [WorkOutcome::Done; 20]);
    }
}

/// Without an append-only file Redis forgets; with one it has all that it had.
#[test]
fn redis_has_after_a_crash_what_it_wrote_down() {
    for (store, takes) in [("sidekiq", "process"), ("celery", "worker")] {
        for appendonly in [false, true] {
            let parties = through(store, json!({ "appendonly": appendonly }), takes, json!({ "concurrency": 1 }));
            let trace = run(
                parties,
                json!({ "jobs": 3, "arrivals": { "pattern": "burst" }, "parts": [{ "id": "work", "work": "1s" }],
                    "network": { "latency": "1ms" },
                    "changes": [{ "at": "100ms", "for": "100ms", "fault": "crash", "actor": "left.jobs" }] }),
            );
            let done = works(&trace).iter().filter(|outcome| **outcome == WorkOutcome::Done).count();
            // A worker of Celery has taken the others ahead.
            let expected = if appendonly || store == "celery" { 3 } else { 1 };
            assert_eq!(done, expected, "{store} {appendonly}");
            let forgotten = said(&trace, MarkKind::Dropped);
            assert!(forgotten.iter().all(|text| *text == "lost with Redis"), "{forgotten:?}");
            assert_eq!(forgotten.is_empty(), appendonly, "{store}");
        }
    }
}

/// Those who cannot reach Redis ask again, and what fails meanwhile has nowhere to go.
#[test]
fn what_fails_while_redis_is_away_is_lost() {
    let trace = run(
        sidekiq(json!({ "concurrency": 2 })),
        json!({ "jobs": 2, "arrivals": { "pattern": "regular", "every": "3s" }, "network": { "latency": "10ms" },
            "parts": [{ "id": "work", "work": "1s" }], "failures": { "first": 1 },
            "changes": [{ "at": "500ms", "for": "1s", "fault": "outage", "actor": "left.jobs" }] }),
    );
    assert_eq!(works(&trace), [WorkOutcome::Lost, WorkOutcome::Done]);
    assert_eq!(said(&trace, MarkKind::Dropped), ["lost: no answer from Redis"]);
    assert_eq!(
        executions(&trace),
        [1, 2],
        "the second came when Redis was there again, and the process had asked anew"
    );
}

/// A process that is told to be quiet does what it has and asks for no more; what was on its way is laid back.
#[test]
fn a_quiet_process_lays_back_what_was_on_its_way() {
    for (parties, requeues) in [(sidekiq(json!({ "concurrency": 1 })), 1), (celery(json!({ "concurrency": 1 })), 1)] {
        let trace = run(
            parties,
            json!({ "jobs": 1, "network": { "latency": "10ms" },
                "changes": [{ "at": "15ms", "for": "1s", "fault": "outage", "actor": "left.worker" }] }),
        );
        assert_eq!(sent(&trace, "RPUSH").len(), requeues);
        assert_eq!((executions(&trace), works(&trace)), (vec![1], vec![WorkOutcome::Done]));
    }
}

/// Whoever pushes waits for Redis's answer, tries again when none comes, and makes two jobs of one if only that was lost.
#[test]
fn a_push_whose_answer_is_lost_makes_two_jobs() {
    let parties = json!([
        { "id": "shop", "caller": {}, "does": [
            { "publish": "jobs", "timeout": "100ms", "retry": { "max_attempts": 2, "base": "50ms", "jitter": "none" } }] },
        { "id": "jobs", "sidekiq": {} },
        { "id": "worker", "process": { "queue": "jobs" }, "does": [{ "work": "work" }] },
    ]);
    let trace = run(
        parties,
        json!({ "network": { "latency": "10ms" },
            "changes": [{ "at": "15ms", "for": "10ms", "fault": "silent-outage", "actor": "left.shop" }] }),
    );
    let fates: Vec<Fate> = sent(&trace, "LPUSH reply").iter().map(|message: &&MessageRow| message.fate).collect();
    assert_eq!(fates, [Fate::Lost, Fate::Delivered]);
    assert_eq!((executions(&trace), callers(&trace)), (vec![2], vec![CallerOutcome::Accepted]));
}

/// A way that loses what it carries: those who wait ask anew, and what was on its way to them is gone.
#[test]
fn whoever_waits_asks_anew_where_the_way_loses_messages() {
    let celery = through("celery", json!({ "visibility_timeout": "60s" }), "worker", json!({ "concurrency": 2 }));
    for parties in [sidekiq(json!({ "concurrency": 2 })), celery] {
        let mut scenario = scenario(
            parties,
            json!({ "jobs": 50, "arrivals": { "pattern": "regular", "every": "1s" }, "network": { "latency": "5ms" } }),
        );
        scenario["sides"][0]["ways"] = json!([{ "between": ["jobs", "worker"], "loss": 0.2 }]);
        let scenario = Scenario::from_value(scenario).unwrap_or_else(|problem| panic!("{problem}"));
        let limits = Limits { span: Span::seconds(20_000), ..Limits::default() };
        let played = play_within(scenario, limits);
        oracle::sound(&played).unwrap_or_else(|fault| panic!("{fault}"));
        let trace = &played.sides[0].trace;
        assert_eq!(trace.outcome, Outcome::Settled);
        let done = works(trace).iter().filter(|outcome| **outcome == WorkOutcome::Done).count();
        assert!(done >= 30, "{done}");
    }
}

/// Silences and cuts between Redis and its workers end, and then everybody asks anew.
#[test]
fn nobody_waits_for_ever_after_a_silence_or_a_cut() {
    for store in ["sidekiq", "celery"] {
        for fault in [
            json!({ "at": "95ms", "for": "500ms", "fault": "silent-outage", "actor": "left.jobs" }),
            json!({ "at": "95ms", "for": "500ms", "fault": "silent-outage", "actor": "left.worker" }),
            json!({ "at": "95ms", "for": "500ms", "fault": "cut", "between": ["left.jobs", "left.worker"] }),
            json!({ "at": "95ms", "for": "5s", "fault": "outage", "actor": "left.jobs" }),
        ] {
            let parties = if store == "sidekiq" { sidekiq(json!({})) } else { celery(json!({})) };
            let trace = run(
                parties,
                json!({ "jobs": 20, "arrivals": { "pattern": "regular", "every": "100ms" },
                    "network": { "latency": "10ms" }, "changes": [fault] }),
            );
            let last = works(&trace).split_off(15);
            let pushed: Vec<bool> =
                callers(&trace).split_off(15).iter().map(|known| *known == CallerOutcome::Accepted).collect();
            for (work, pushed) in last.iter().zip(pushed) {
                assert!(!pushed || *work == WorkOutcome::Done, "{store} {fault}: {work:?}");
            }
        }
    }
}
