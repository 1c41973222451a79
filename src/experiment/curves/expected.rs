//! What queueing theory expects of a side, where a closed form holds, and else why none does.
//!
//! A closed form holds for a side only as it is known to: all settings but those that it speaks of are as they are by
//! default, so what a setting that comes later changes is never passed over. A fixed latency is added to the time that the
//! form gives, since it moves all arrivals alike.
//!
//! *Invariant:* decided from the scenario alone, and never from what a run shows.

use serde_json::Value;

use crate::scenario::{Scenario, value_in};
use crate::theory;
use crate::time::Span;

/// The mean time from when a job is wanted until its work is done, as a closed form has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Kendall's name of the model: `M/M/1`.
    pub model: &'static str,
    /// In microseconds.
    pub finished_us: f64,
}

/// A line, a bound or a number of threads is taken for boundless if it has room for so many times the mean number of jobs.
const ROOMY: f64 = 10.0;

/// What may differ from the defaults on a side, by its protocol. What of it matters is looked at afterwards.
const HTTP: &[&str] = &[
    "caller.id",
    "caller.name",
    "caller.threads",
    "server.id",
    "server.name",
    "server.workers",
    "server.accept_queue",
    "server.when_full",
    "method",
    "path",
    "request_body",
    "response_body",
    "connections",
    "retry",
];
const RABBITMQ: &[&str] = &[
    "publisher.id",
    "publisher.name",
    "publisher.threads",
    "queue.id",
    "queue.name",
    "queue.type",
    "consumers.id",
    "consumers.name",
    "consumers.count",
    "consumers.prefetch",
    "confirm_timeout",
    "retry",
    "label",
    "body",
];

/// What is neither of the protocol nor of a side's own.
const OF_ANY: &[&str] = &["id", "style", "heading"];

/// A law of service or thinking: its mean in seconds and its squared coefficient of variation.
struct Law {
    mean: f64,
    squared_cv: f64,
    is_exponential: bool,
}

/// What a caller does about a job that is turned away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tries {
    Once,
    Again,
}

/// A server and who asks it.
struct Station {
    work: Law,
    workers: u32,
    /// One way, in seconds.
    latency: f64,
}

/// What theory expects of the side at that place.
///
/// # Errors
/// Why it expects nothing, as the end of a sentence that begins with "no closed form:".
pub fn expected(scenario: &Scenario, side: usize) -> Result<Expected, String> {
    let whole = scenario.to_value();
    plain_workload(&whole)?;
    let own = &whole["sides"][side];
    let latency = seconds(&whole["network"]["latency"]).ok_or("the latency is not always the same")?;
    let work = law(&whole["workload"]["work"]).ok_or("the work is a list and not random")?;
    let number = |path: &str| value_in(own, path).and_then(Value::as_u64).unwrap_or(0) as u32;
    match own["protocol"].as_str() {
        Some("http") => {
            like_defaults(own, HTTP)?;
            let threads = number("caller.threads");
            if own["connections"].as_u64().is_some_and(|most| most < u64::from(threads)) {
                return Err("calls wait for a connection".to_owned());
            }
            let station = Station { work, workers: number("server.workers"), latency };
            let room = station.workers + number("server.accept_queue");
            let tries = if number("retry.max_attempts") == 1 { Tries::Once } else { Tries::Again };
            asked(&whole["workload"]["arrivals"], &station, [room, threads], tries)
        }
        Some("rabbitmq") => {
            like_defaults(own, RABBITMQ)?;
            // A confirm takes as long as both ways, and then nothing is published again.
            if seconds(&own["confirm_timeout"]).is_some_and(|patience| patience <= 2.0 * latency) {
                return Err("messages are published again before they can be confirmed".to_owned());
            }
            let station = Station { work, workers: number("consumers.count"), latency };
            // With a prefetch of one, a consumer waits for its next message while its acknowledgement is on its way; and what
            // several consumers hold in advance is in a line of each.
            let shares_one_line = match number("consumers.prefetch") {
                0 => station.workers == 1,
                1 => latency == 0.0,
                _ => false,
            };
            if !shares_one_line {
                return Err(
                    "its prefetch makes the jobs wait in other ways than one line before all workers".to_owned()
                );
            }
            let rate = poisson(&whole["workload"]["arrivals"])?;
            let (model, time, _) = station.open(rate)?;
            Ok(Expected { model, finished_us: (time + 2.0 * latency) * 1e6 })
        }
        other => Err(format!("none is known for the protocol `{}`", other.unwrap_or_default())),
    }
}

/// Whether nothing happens in the workload but that jobs come and are worked on.
fn plain_workload(whole: &Value) -> Result<(), String> {
    let workload = &whole["workload"];
    let faults = whole["changes"].as_array();
    let lasts_no_time = |fault: &Value| seconds(&fault["for"]) == Some(0.0);
    let empty = |value: &Value| value.as_array().is_none_or(Vec::is_empty);
    let reasons = [
        (!faults.is_none_or(|faults| faults.iter().all(lasts_no_time)), "there are faults"),
        (!whole["stop_at"].is_null(), "the run is stopped at a moment"),
        (!empty(&workload["parts"]), "the jobs have several parts"),
        (!empty(&workload["poison"]), "executions fail"),
        (workload["failures"]["probability"] != 0.0 || workload["failures"]["first"] != 0, "executions fail"),
        (whole["network"]["loss"] != 0.0 || whole["network"]["duplication"] != 0.0, "messages are lost or come twice"),
    ];
    match reasons.into_iter().find(|(holds, _)| *holds) {
        Some((_, reason)) => Err(reason.to_owned()),
        None => Ok(()),
    }
}

/// Whether all else of a side is as it is by default.
fn like_defaults(own: &Value, may_differ: &[&str]) -> Result<(), String> {
    let protocol = &own["protocol"];
    let bare =
        serde_json::json!({"version": 2, "name": "x", "sides": [{"protocol": protocol}, {"protocol": protocol}]});
    let bare = Scenario::from_value(bare).map_err(|problem| problem.to_string())?.to_value();
    match difference(own, &bare["sides"][0], "", may_differ) {
        Some(path) => Err(format!("none speaks of its `{path}`")),
        None => Ok(()),
    }
}

/// The first field that differs, unless it may.
fn difference(own: &Value, bare: &Value, path: &str, may_differ: &[&str]) -> Option<String> {
    if own == bare || may_differ.contains(&path) || OF_ANY.contains(&path) {
        return None;
    }
    let (Value::Object(own), Value::Object(bare)) = (own, bare) else { return Some(path.to_owned()) };
    let null = Value::Null;
    own.iter().find_map(|(key, value)| {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        difference(value, bare.get(key).unwrap_or(&null), &below, may_differ)
    })
}

/// The rate of a Poisson process.
fn poisson(arrivals: &Value) -> Result<f64, String> {
    let rate = arrivals["rate_per_s"].as_f64().filter(|_| arrivals["pattern"] == "poisson");
    rate.ok_or_else(|| "the arrivals are no Poisson process".to_owned())
}

/// A server with room for so many at it, asked by so many threads.
fn asked(arrivals: &Value, station: &Station, [room, threads]: [u32; 2], tries: Tries) -> Result<Expected, String> {
    let Station { work, workers, latency } = station;
    let to = |model, time: f64| Ok(Expected { model, finished_us: (time + latency) * 1e6 });
    if arrivals["pattern"] == "users" {
        let users = arrivals["users"].as_u64().unwrap_or(0) as u32;
        let think = law(&arrivals["think"]).ok_or("the thinking is a list and not random")?;
        if threads.min(room) < users || !work.is_exponential {
            return Err("users who think and wait have one where the work is exponential and there is a thread and a place for each".to_owned());
        }
        // Both ways of the network are as thinking to the server, whose law does not matter.
        let away = think.mean + 2.0 * latency;
        if away <= 0.0 || work.mean <= 0.0 {
            return Err("users or workers take no time at all".to_owned());
        }
        return to("M/M/c//N", theory::m_m_c_closed(1.0 / away, 1.0 / work.mean, *workers, users).steady.time);
    }
    let rate = poisson(arrivals)?;
    // On their way to the server and back.
    let under_way = rate * 2.0 * latency;
    if tries == Tries::Once
        && work.is_exponential
        && work.mean > 0.0
        && f64::from(threads) >= f64::from(room) + ROOMY + 2.0 * under_way
    {
        return to("M/M/c/K", theory::m_m_c_k(rate, 1.0 / work.mean, *workers, room).steady.time);
    }
    let (model, time, number) = station.open(rate)?;
    let needed = f64::from(*workers) + ROOMY * number.max(1.0);
    if f64::from(room) < needed {
        return Err("the accept queue is so short that it may turn jobs away".to_owned());
    }
    if f64::from(threads) < needed + ROOMY + 2.0 * under_way {
        return Err("the caller has so few threads that jobs wait for one".to_owned());
    }
    to(model, time)
}

impl Station {
    /// With Poisson arrivals and room for all: the model, the mean time there in seconds, and the mean number there.
    fn open(&self, rate: f64) -> Result<(&'static str, f64, f64), String> {
        let Station { work, workers, .. } = self;
        let load = rate * work.mean / f64::from(*workers);
        if load >= 1.0 {
            return Err(format!("the workers are asked for {} % of what they can do", (load * 100.0).round()));
        }
        let (model, steady) = match (workers, work.is_exponential) {
            (_, true) if work.mean <= 0.0 => return Err("the work takes no time at all".to_owned()),
            (1, true) => ("M/M/1", theory::m_m_c(rate, 1.0 / work.mean, 1)),
            (_, true) => ("M/M/c", theory::m_m_c(rate, 1.0 / work.mean, *workers)),
            (1, false) if work.squared_cv == 0.0 => ("M/D/1", theory::m_d_1(rate, work.mean)),
            (1, false) => ("M/G/1", theory::m_g_1(rate, work.mean, work.squared_cv)),
            _ => return Err("several workers have one only where the work is exponential".to_owned()),
        };
        Ok((model, steady.time, steady.number))
    }
}

/// A span in seconds; a distribution that is written as one has that only.
fn seconds(value: &Value) -> Option<f64> {
    value.as_str()?.parse::<Span>().ok().map(Span::as_seconds)
}

/// The law of a distribution, unless it is a list, which comes in turn.
fn law(value: &Value) -> Option<Law> {
    let of = |mean, squared_cv| Some(Law { mean, squared_cv, is_exponential: false });
    if let Some(mean) = seconds(value) {
        return of(mean, 0.0);
    }
    let (kind, told) = value.as_object()?.iter().next()?;
    let mean = seconds(&told["mean"]);
    match kind.as_str() {
        "exponential" => Some(Law { mean: mean?, squared_cv: 1.0, is_exponential: true }),
        "erlang" => of(mean?, 1.0 / told["shape"].as_f64()?),
        "uniform" => {
            let [min, max] = [seconds(&told["min"])?, seconds(&told["max"])?];
            let mean = (min + max) / 2.0;
            of(mean, if mean > 0.0 { (max - min) * (max - min) / 12.0 / (mean * mean) } else { 0.0 })
        }
        "hyperexponential" | "log_normal" if mean.is_some() => of(mean?, told["squared_cv"].as_f64()?),
        _ => None,
    }
}
