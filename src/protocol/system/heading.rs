//! What a side of any parties is called, and what its parties and steps are called where it differs from another one.
//!
//! *Invariant:* all is read off the settings as they are written, so that two sides can be compared field by field. Each of
//! these functions is named in xtask/src/finish.rs.

use serde_json::Value;

use super::steps::VERBS;

/// "Calls to Order API", "2 services and RabbitMQ", "Queued through RabbitMQ".
#[inline(never)]
pub(crate) fn heading(settings: &Value) -> String {
    let parties = || settings["parties"].as_array().into_iter().flatten();
    let services: Vec<&str> = parties().filter(|party| party["service"].is_object()).map(name).collect();
    let services = match services[..] {
        [] => String::new(),
        [only] => only.to_owned(),
        ref several => format!("{} services", several.len()),
    };
    let vendors = [
        ("rabbitmq", "RabbitMQ"),
        ("kafka", "Kafka"),
        ("sqs", "Amazon SQS"),
        ("sidekiq", "Sidekiq"),
        ("celery", "Celery"),
    ];
    let vendor = |party: &Value| vendors.into_iter().find(|(kind, _)| party[*kind].is_object());
    let brokers: Vec<_> = parties().filter_map(vendor).collect();
    let brokers = match brokers[..] {
        [] => return format!("Calls to {services}"),
        [(_, name)] => name.to_owned(),
        ref several => format!("{} brokers", several.len()),
    };
    if services.is_empty() { format!("Queued through {brokers}") } else { format!("{services} and {brokers}") }
}

/// What a party, a request or a step is called; nothing if it has no name.
#[inline(never)]
pub(crate) fn name(of: &Value) -> &str {
    let named = ["name", "request", "id"].iter().filter_map(|key| of[*key].as_str()).find(|name| !name.is_empty());
    // A step that asks has a request as well, and is called by what it does.
    let verb = VERBS.into_iter().find(|verb| of.get(verb).is_some());
    verb.or(named).unwrap_or_default()
}

/// What is called as nothing, or as less, is in the other list, and in which of the two it is: of the shorter one, if there
/// is any, for that says more than that the longer one is longer.
#[inline(never)]
pub(crate) fn only_one_has(lists: [&Vec<Value>; 2]) -> Option<(usize, &str)> {
    let count = |list: &[Value], word: &str| list.iter().filter(|one| name(one) == word).count();
    let shorter = usize::from(lists[0].len() > lists[1].len());
    [shorter, 1 - shorter].into_iter().find_map(|at| {
        let more = |word: &&str| count(lists[at], word) > count(lists[1 - at], word);
        lists[at].iter().map(name).find(more).map(|word| (at, word))
    })
}
