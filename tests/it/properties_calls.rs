//! What holds of every run of the protocols that ask: properties over random valid scenarios, each protocol in turn.
//!
//! 500 scenarios a protocol, always the same; with `COUNTERPOINT_LONG` set 10,000 new ones each time.

use std::collections::{BTreeMap, BTreeSet};

use counterpoint::engine::Limits;
use counterpoint::render::json;
use counterpoint::scenario::{Played, Scenario};
use counterpoint::time::{Moment, Span};
use counterpoint::trace::{
    ActorId, Arrow, CallerOutcome, Fate, Handled, JobId, LevelKind, MessageId, Outcome, PartId, Slot, StayKind, Trace,
    WorkOutcome,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::generate::{failures, link_fault, millis, perhaps};
use crate::properties::{Held, check};
use crate::story::play_within;

fn work() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => millis(0..120),
        1 => (1u32..80).prop_map(|mean| json!({ "exponential": { "mean": format!("{mean}ms") } })),
    ]
}

fn retry() -> impl Strategy<Value = Value> {
    (1u32..4, 1u32..80, prop::sample::select(vec!["none", "full", "equal", "decorrelated"])).prop_map(
        |(attempts, base, jitter)| {
            json!({ "max_attempts": attempts, "base": format!("{base}ms"), "cap": format!("{}ms", base * 4), "jitter": jitter })
        },
    )
}

fn caller() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["threads", "threads", "event-loop"]);
    (kind, 1u32..4, perhaps((1u32..4).prop_map(|n| json!(n))), prop_oneof![Just(json!("0ms")), millis(1..40)])
        .prop_map(|(kind, threads, connections, callback)| {
            json!({ "kind": kind, "threads": threads, "connections": connections, "callback": callback })
        })
}

fn service(id: &'static str) -> impl Strategy<Value = Value> {
    (1u32..4, 0u32..5).prop_map(move |(workers, queue)| {
        json!({ "id": id, "name": id.to_uppercase(), "workers": workers, "accept_queue": queue })
    })
}

/// A side's settings, and how many parts its jobs have.
fn side(protocol: &'static str) -> BoxedStrategy<(Value, usize)> {
    let common = (caller(), perhaps(millis(1..300)), retry());
    let asking =
        common.prop_map(|(caller, timeout, retry)| json!({ "caller": caller, "timeout": timeout, "retry": retry }));
    let with = move |mut side: Value, more: Value| {
        side["protocol"] = json!(protocol);
        side.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        side
    };
    match protocol {
        "rest" => (asking, service("server"), perhaps(millis(0..400)), any::<bool>(), perhaps(millis(1..500)), millis(0..40))
            .prop_map(move |(side, server, age, etag, changes, body)| {
                let cache = if age.is_null() { Value::Null } else { json!({ "max_age": age, "etag": etag }) };
                (with(side, json!({ "server": server, "cache": cache, "changes_every": changes, "body": body, "resources": 2 })), 1)
            })
            .boxed(),
        "soap" => (asking, service("server"), any::<[bool; 3]>(), 1u32..6)
            .prop_map(move |(side, server, [one_way, dares, old], bad)| {
                let version = if old { "1.1" } else { "1.2" };
                (with(side, json!({ "server": server, "one_way": one_way, "retry_after_silence": dares, "version": version,
                    "sender_faults": [bad], "not_understood": [bad + 1] })), 1)
            })
            .boxed(),
        "graphql" => (asking, service("server"), service("source"), any::<[bool; 2]>(), 0u32..8, 1usize..4)
            .prop_map(move |(side, server, source, [loader, mutation], posts, authors)| {
                let operation = if mutation { "mutation" } else { "query" };
                let parts = if mutation { authors } else { 1 + authors };
                (with(side, json!({ "server": server, "source": source, "data_loader": loader, "operation": operation,
                    "posts": posts, "authors": authors, "mutations": authors })), parts)
            })
            .boxed(),
        "postgresql" => (asking, 1u32..4, millis(1..300), any::<[bool; 4]>(), 1u32..5, perhaps(millis(1..60)))
            .prop_map(move |(side, pool, wait, [ping, cancels, extended, writes], backends, remote)| {
                let mut side = side;
                side.as_object_mut().unwrap().remove("retry");
                side["caller"]["connections"] = Value::Null;
                let remote = if remote.is_null() { remote } else { json!({ "takes": remote, "workers": 2 }) };
                (with(side, json!({
                    "pool": { "max_connections": pool, "acquire_timeout": wait, "test_before_acquire": ping },
                    "database": { "id": "server", "max_connections": backends }, "cancels": cancels, "remote": remote,
                    "messages": if extended { "extended" } else { "simple" }, "writes": writes })), 1)
            })
            .boxed(),
        "auth" => (asking, 1u32..3, 0u32..6, service("users"), 0usize..3, millis(1..500), any::<bool>())
            .prop_map(move |(side, cores, queue, users, flow, expires, twice)| {
                (with(side, json!({
                    "server": { "id": "server", "cores": cores, "accept_queue": queue }, "users": users,
                    "flow": (["password", "code", "bearer"][flow]), "expires_in": expires, "wrong_password": [2],
                    "user_takes": "20ms", "redeems_twice": twice })), 1)
            })
            .boxed(),
        _ => {
            let services = prop::collection::vec((1u32..4, 0u32..5), 1..4);
            let order = prop::sample::select(vec!["nested", "nested", "sequence", "parallel"]);
            let breaker = perhaps((1u32..6, 1u32..300, any::<bool>(), any::<bool>()).prop_map(|(size, wait, fail, auto)| {
                json!({ "sliding_window_size": size, "minimum_number_of_calls": size,
                    "wait_duration_in_open_state": format!("{wait}ms"), "permitted_number_of_calls_in_half_open_state": 2,
                    "automatic_transition_from_open_to_half_open": auto,
                    "when_open": if fail { "fail" } else { "retry" } })
            }));
            let bulkhead = perhaps((1u32..3, 0u32..60).prop_map(|(most, wait)| {
                json!({ "max_concurrent_calls": most, "max_wait_duration": format!("{wait}ms") })
            }));
            let deadline = (perhaps(millis(1..400)), any::<[bool; 3]>());
            (asking, services, order, breaker, bulkhead, deadline)
                .prop_map(move |(mut side, services, order, breaker, bulkhead, (deadline, [travels, stops, unseen]))| {
                    if !bulkhead.is_null() {
                        side["caller"]["connections"] = Value::Null;
                    }
                    let count = services.len();
                    let services: Vec<Value> = services.into_iter().enumerate().map(|(index, (workers, queue))| {
                        let id = ["server", "second", "third"][index];
                        json!({ "id": id, "name": id, "workers": workers, "accept_queue": queue })
                    }).collect();
                    (with(side, json!({ "services": services, "order": order, "circuit_breaker": breaker, "bulkhead": bulkhead,
                        "deadline": deadline, "propagates_deadline": travels, "stops_at_deadline": stops,
                        "retry_on": if unseen { "unseen" } else { "any-failure" } })), count)
                })
                .boxed()
        }
    }
}

pub fn scenario(protocol: &'static str) -> impl Strategy<Value = Value> {
    let arrivals = prop_oneof![
        millis(0..100).prop_map(|every| json!({ "pattern": "regular", "every": every })),
        (5u32..60).prop_map(|rate| json!({ "pattern": "poisson", "rate_per_s": rate })),
        (1u32..4, millis(0..60))
            .prop_map(|(users, think)| json!({ "pattern": "users", "users": users, "think": think })),
    ];
    let chance = || prop_oneof![2 => Just(0.0), 1 => (1u32..40).prop_map(|percent| f64::from(percent) / 100.0)];
    let network = (millis(0..20), chance(), chance())
        .prop_map(|(latency, loss, doubled)| json!({ "latency": latency, "loss": loss, "duplication": doubled }));
    let fault = prop::sample::select(vec!["outage", "silent-outage", "crash", "slow-down"]);
    let of_the_server = fault.prop_map(|fault| {
        let mut change = json!({ "fault": fault, "actor": "server" });
        if fault == "slow-down" {
            change["factor"] = json!(2.5);
        }
        change
    });
    let what = prop_oneof![2 => of_the_server, 1 => link_fault(vec![["left.client", "left.server"]])];
    let change = (0u32..400, perhaps(millis(1..300)), what).prop_map(|(at, lasts, mut change)| {
        (change["at"], change["for"]) = (json!(format!("{at}ms")), lasts);
        change
    });
    let workload = (1u32..=8, arrivals, prop::collection::vec(work(), 4), (prop::bool::weighted(0.3), failures()));
    (0u64..1_000_000, workload, network, side(protocol), prop::collection::vec(change, 0..3)).prop_map(
        |(seed, (jobs, arrivals, work, (poison, failures)), network, (side, parts), changes)| {
            let parts: Vec<Value> =
                (0..parts).map(|part| json!({ "id": format!("part-{part}"), "work": work[part] })).collect();
            // It is not looked at, and takes as many parts as there are.
            let other = match parts.len() {
                0 | 1 => json!({ "protocol": "http", "server": { "id": "other" } }),
                _ => json!({ "protocol": "rabbitmq", "consumers": { "id": "other" } }),
            };
            json!({
                "name": "random", "seed": seed, "network": network, "sides": [side, other], "changes": changes,
                "workload": {
                    "jobs": jobs, "arrivals": arrivals, "parts": parts, "poison": if poison { vec![1] } else { vec![] },
                    "failures": failures,
                },
            })
        },
    )
}

fn play(value: &Value) -> Played {
    let scenario = Scenario::from_value(value.clone()).unwrap_or_else(|problem| panic!("{problem}"));
    play_within(scenario, Limits { events: 3_000, span: Span::seconds(3600), ..Limits::default() })
}

fn one_end_each(trace: &Trace) -> Held {
    // A settled run leaves open only what waits for something that was lost and has no time-out.
    let lost = trace.messages.iter().any(|message| message.fate == Fate::Lost);
    for (place, row) in trace.jobs.iter().enumerate() {
        let job = JobId::from_index(place as u32);
        prop_assert_eq!(row.caller == CallerOutcome::Waiting, row.settled == Moment::NEVER, "{:?}", row);
        prop_assert_eq!(row.caller == CallerOutcome::Answered, row.answered != Moment::NEVER, "{:?}", row);
        for part in trace.parts_of_job(job) {
            prop_assert_eq!(part.outcome == WorkOutcome::Done, part.finished != Moment::NEVER, "{:?}", part);
            prop_assert!(part.effects <= part.executions, "{:?}", part);
            let settled = trace.outcome == Outcome::Settled && row.wanted != Moment::NEVER;
            let waits = row.caller == CallerOutcome::Waiting;
            prop_assert!(!settled || waits || lost || part.outcome != WorkOutcome::Unfinished, "{:?} {:?}", row, part);
        }
    }
    let open = trace.stays.iter().any(|stay| {
        stay.end == Moment::NEVER && !matches!(stay.kind, StayKind::Down | StayKind::Slow) && stay.part != PartId::NONE
    });
    prop_assert!(trace.outcome.limit().is_some() || lost || !open, "something is held for ever");
    Ok(())
}

fn sent_before_it_arrives(trace: &Trace) -> Held {
    let mut arrived = BTreeSet::new();
    for step in &trace.steps {
        if let Handled::Arrived(id) = step.handled {
            let message = &trace.messages[id.at()];
            prop_assert!(arrived.insert(id), "{:?} arrives twice", message);
            prop_assert!(step.at == message.arrived && message.sent + message.latency == message.arrived);
        }
    }
    for (place, message) in trace.messages.iter().enumerate() {
        let landed = matches!(message.fate, Fate::Delivered | Fate::Refused | Fate::Late);
        prop_assert_eq!(landed, arrived.contains(&MessageId::from_index(place as u32)), "{:?}", message);
        if let Some(asked) = message.reply_to.known() {
            let asked = &trace.messages[asked.at()];
            prop_assert!(asked.arrived <= message.sent && asked.to == message.from && asked.from == message.to);
        }
    }
    Ok(())
}

/// No call is made more often than allowed, over all layers; what the network doubled was sent once.
fn attempts_are_bounded(trace: &Trace, settings: &Value) -> Held {
    let allowed = settings["retry"]["max_attempts"].as_u64().unwrap_or(1);
    let layers = settings["services"].as_array().map_or(1, Vec::len) as u32;
    for message in trace.messages.iter().filter(|message| trace.kind(message).arrow == Arrow::Call) {
        prop_assert!(u64::from(message.attempt) <= allowed.pow(layers), "{:?}", message);
    }
    Ok(())
}

fn slots_and_levels(trace: &Trace) -> Held {
    let mut last: BTreeMap<(ActorId, Slot, StayKind), Moment> = BTreeMap::new();
    for stay in trace.stays.iter().filter(|stay| matches!(stay.kind, StayKind::Busy | StayKind::Blocked)) {
        prop_assert!(stay.slot.0 < trace.actor(stay.actor).slots, "{:?}", stay);
        let free = last.insert((stay.actor, stay.slot, stay.kind), stay.end).unwrap_or(Moment::START);
        prop_assert!(free <= stay.begin, "{:?} begins before {:?}", stay, free);
    }
    let mut areas: BTreeMap<(ActorId, StayKind), (u64, Moment, u64)> = BTreeMap::new();
    for level in trace.levels.iter().filter(|level| level.slot == Slot::WHOLE) {
        if let LevelKind::Stays(kind) = level.kind {
            let (area, since, value) = areas.entry((level.actor, kind)).or_insert((0, Moment::START, 0));
            *area += *value * level.at.since(*since).as_micros();
            (*since, *value) = (level.at, level.value.into());
        }
    }
    for ((actor, kind), (area, since, value)) in areas {
        let area = area + value * trace.ended.since(since).as_micros();
        let stays = trace.stays.iter().filter(|stay| stay.actor == actor && stay.kind == kind);
        let sum: u64 = stays.map(|stay| stay.end.min(trace.ended).since(stay.begin).as_micros()).sum();
        prop_assert_eq!(area, sum, "Little's law: {:?} at {}", kind, &trace.actor(actor).name);
    }
    Ok(())
}

fn holds(protocol: &'static str) {
    let mut ends = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let seen = std::cell::RefCell::new(&mut ends);
    check(1, &scenario(protocol), |value| {
        let played = play(&value);
        let trace = &played.sides[0].trace;
        one_end_each(trace)?;
        sent_before_it_arrives(trace)?;
        attempts_are_bounded(trace, &value["sides"][0])?;
        slots_and_levels(trace)?;
        prop_assert_eq!(json::report(&played, None), json::report(&play(&value), None), "same seed, same bytes");
        let mut seen = seen.borrow_mut();
        seen.0.extend(trace.jobs.iter().map(|job| job.caller));
        seen.1.extend(trace.parts.iter().map(|part| part.outcome));
        seen.2.extend(trace.messages.iter().map(|message| message.fate.word()));
        Ok(())
    });
    // Without this the properties could hold of nothing.
    assert!(ends.0.len() >= 5 && ends.1.len() >= 2 && ends.2.len() >= 4, "{protocol}: {ends:?}");
}

#[test]
fn properties_hold_of_rest() {
    holds("rest");
}

#[test]
fn properties_hold_of_soap() {
    holds("soap");
}

#[test]
fn properties_hold_of_graphql() {
    holds("graphql");
}

#[test]
fn properties_hold_of_postgresql() {
    holds("postgresql");
}

#[test]
fn properties_hold_of_auth() {
    holds("auth");
}

#[test]
fn properties_hold_of_chain() {
    holds("chain");
}
