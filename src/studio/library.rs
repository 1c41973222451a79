//! The library: the built-in scenarios as people look for them, and what a run of each tells at a glance.
//!
//! A file says in which groups its scenario stands and by which further words it is found. With which protocols it is about,
//! and what goes wrong in it, is found out from its sides and their run, so it cannot be forgotten or become untrue.
//!
//! *Invariant:* whatever is in an entry can be read off the file or its run.

use serde_json::{Value, json};

use crate::metrics::Metrics;
use crate::recording::Tone;
use crate::render::measures::{Detail, Measure, measures};
use crate::render::summary::{Summary, summaries};
use crate::scenario::{FaultText, PRESETS, Played, Side};
use crate::time::Span;
use crate::trace::{Ending, Fate, MarkKind, StayKind, Trace};

/// The protocols by what they are called among people, in the order in which they are offered.
const VENDORS: [(&str, &[&str]); 10] = [
    ("HTTP", &["http", "chain", "auth", "service"]),
    ("REST", &["rest"]),
    ("SOAP", &["soap"]),
    ("GraphQL", &["graphql"]),
    ("PostgreSQL", &["postgresql"]),
    ("RabbitMQ", &["rabbitmq"]),
    ("Kafka", &["kafka"]),
    ("Amazon SQS", &["sqs"]),
    ("Sidekiq", &["sidekiq"]),
    ("Celery", &["celery"]),
];

/// What goes wrong, in the order in which it is offered: how it is called, and how it is seen.
const FAILURES: [(&str, Seen); 19] = [
    ("Outage", Seen::Fault(&[FaultText::Outage, FaultText::SilentOutage])),
    ("Crash", Seen::Mark(MarkKind::Crashed)),
    ("Slow service", Seen::Stay(StayKind::Slow)),
    ("Cut connection", Seen::Fault(&[FaultText::Cut])),
    ("Lost messages", Seen::Fate(Fate::Lost)),
    ("Refused", Seen::Fate(Fate::Refused)),
    ("Time-out", Seen::Mark(MarkKind::TimedOut)),
    ("Exhausted pool", Seen::Ending(StayKind::Pool, Ending::GaveUp)),
    ("Circuit breaker", Seen::Rule("breaker-open")),
    ("Retries", Seen::Mark(MarkKind::Retried)),
    ("Failed work", Seen::Mark(MarkKind::Failed)),
    ("Redelivery", Seen::Mark(MarkKind::Returned)),
    ("Done twice", Seen::Rule("executed-twice")),
    ("Done for nobody", Seen::Rule("done-for-nobody")),
    ("Too late", Seen::Rule("too-late")),
    ("Dead letters", Seen::Mark(MarkKind::DeadLettered)),
    ("Lost work", Seen::Rule("lost")),
    ("Failed jobs", Seen::Rule("failed")),
    ("Degraded", Seen::Rule("excused")),
];

/// By what something that goes wrong is seen.
enum Seen {
    /// A dated fault of the file.
    Fault(&'static [FaultText]),
    Mark(MarkKind),
    Stay(StayKind),
    Ending(StayKind, Ending),
    Fate(Fate),
    /// The rule of a verdict.
    Rule(&'static str),
}

impl Seen {
    fn is_in(&self, played: &Played, summaries: &[Summary]) -> bool {
        let in_a_trace = |seen: &dyn Fn(&Trace) -> bool| played.sides.iter().any(|side| seen(&side.trace));
        match *self {
            Seen::Fault(faults) => {
                let strikes = |lasts: Option<Span>| lasts.is_none_or(|lasts| lasts.as_micros() > 0);
                let changes = &played.scenario.head.changes;
                changes.iter().any(|change| strikes(change.lasts) && faults.contains(&change.fault))
            }
            Seen::Mark(kind) => in_a_trace(&|trace| trace.marks.iter().any(|mark| mark.kind == kind)),
            Seen::Stay(kind) => in_a_trace(&|trace| trace.stays.iter().any(|stay| stay.kind == kind)),
            Seen::Ending(kind, ending) => {
                in_a_trace(&|trace| trace.stays.iter().any(|stay| (stay.kind, stay.ending) == (kind, ending)))
            }
            Seen::Fate(fate) => in_a_trace(&|trace| trace.messages.iter().any(|message| message.fate == fate)),
            Seen::Rule(rule) => {
                summaries.iter().flat_map(|summary| &summary.verdicts).any(|verdict| verdict.rule == rule)
            }
        }
    }
}

/// The index of the library, as JSON: its groups, vendors and failures in the order in which they are offered, and its
/// scenarios.
pub fn index() -> Value {
    let entries: Vec<Value> = PRESETS.iter().map(|preset| entry(&preset.scenario().play())).collect();
    let first_groups = entries.iter().map(|entry| &entry["groups"][0]);
    let other_groups = entries.iter().filter_map(|entry| entry["groups"].as_array()).flatten();
    let mut groups: Vec<&Value> = Vec::new();
    for group in first_groups.chain(other_groups).filter(|group| group.is_string()) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let occur = |name: &str, words: &mut dyn Iterator<Item = &'static str>| -> Value {
        let has = |word: &str| {
            entries.iter().any(|entry| entry[name].as_array().is_some_and(|all| all.iter().any(|one| one == word)))
        };
        words.filter(|word| has(word)).collect()
    };
    json!({
        "groups": groups,
        "vendors": occur("vendors", &mut VENDORS.iter().map(|(word, _)| *word)),
        "failures": occur("failures", &mut FAILURES.iter().map(|(word, _)| *word)),
        "scenarios": entries,
    })
}

/// What the library has of a scenario that was run.
pub fn entry(played: &Played) -> Value {
    let head = &played.scenario.head;
    let summaries = summaries(played);
    let protocols: Vec<String> = played.scenario.sides.iter().flat_map(protocols).collect();
    let among = |(word, known): &(&'static str, &[&str])| {
        protocols.iter().any(|name| known.contains(&name.as_str())).then_some(*word)
    };
    let vendors: Vec<&str> = VENDORS.iter().filter_map(among).collect();
    let failures = FAILURES.iter().filter(|(_, seen)| seen.is_in(played, &summaries)).map(|(word, _)| *word);
    json!({
        "name": head.name,
        "title": head.title_or_name(),
        "look_for": head.look_for,
        "otherwise": head.library.otherwise,
        "groups": head.library.groups,
        "words": head.library.words,
        "vendors": vendors,
        "failures": failures.collect::<Vec<_>>(),
        "headings": played.scenario.headings(),
        "styles": played.sides.iter().map(|side| side.style.word()).collect::<Vec<_>>(),
        "number": telling(&summaries),
    })
}

/// The protocol of a side, or those of the parties that it is put together from.
fn protocols(side: &Side) -> Vec<String> {
    let value = side.settings.to_value();
    let Some(parties) = value["parties"].as_array() else { return vec![side.settings.protocol().to_owned()] };
    let fields = parties.iter().filter_map(Value::as_object).flatten();
    fields.filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone()).collect()
}

/// Reads a number off the metrics, where there is one.
type Number = fn(&Metrics) -> Option<u64>;

/// The numbers among which the one is that tells two sides apart, where neither had trouble.
const NUMBERS: [(&str, Number); 4] = [
    ("handed over, median", |metrics| metrics.time_to_hand_over.map(|spread| spread.p50_us)),
    ("result, median", |metrics| metrics.time_to_result.map(|spread| spread.p50_us)),
    ("result, longest", |metrics| metrics.time_to_result.map(|spread| spread.max_us)),
    ("messages per job", |metrics| Some((metrics.messages_per_job * 10.0).round() as u64)),
];

/// The number by which the sides differ most: a trouble that one has more of, or else the one with the largest ratio.
fn telling(summaries: &[Summary]) -> Value {
    let measures = measures(summaries, Detail::All);
    let differs = |measure: &&Measure| measure.values[0].0 != measure.values[1].0;
    let is_trouble = |measure: &&Measure| measure.values.iter().any(|(_, tone)| *tone == Tone::Bad);
    let found = measures.iter().find(|measure| differs(measure) && is_trouble(measure)).or_else(|| {
        let ratio = |number: Number| {
            let (one, other) = (number(&summaries[0].metrics)?.max(1), number(&summaries[1].metrics)?.max(1));
            Some(one.max(other) * 1_000 / one.min(other))
        };
        let ratios = NUMBERS.iter().filter_map(|(label, number)| Some((ratio(*number)?, label)));
        // Of equal ones the first.
        let (_, label) = ratios.rev().max_by_key(|(ratio, _)| *ratio)?;
        measures.iter().filter(differs).find(|measure| measure.label == *label)
    });
    found.map_or(Value::Null, |measure| {
        let values: Vec<&str> = measure.values.iter().map(|(value, _)| value.as_str()).collect();
        json!({ "label": measure.label, "values": values })
    })
}
