//! One broker in the place of another: the same jobs and the same workers, by another's rules.
//!
//! Setting a side's `protocol` from one broker to another, on the command line, in a link or on the page, writes its block
//! anew: who sends, where it waits, who works and how many, what is given up and where it is laid. All else is the new
//! broker's own default, save where that would hide its rule: a work queue has a prefetch of one, a partition a reader, a
//! long poll. Only work queues can be carried over; what another broker has no word for is refused.
//!
//! *Invariant:* the workload, the network and the other side stay as they are. What is rewritten here is the JSON of a
//! scenario that was checked, with every default written out.

use serde_json::{Map, Value};

use super::Problem;
use super::path::find;
use crate::protocol::Settings;
use crate::reading::Faults;

/// A broker that others can stand in for.
#[derive(Clone, Copy, Debug)]
pub struct Broker {
    /// The protocol, as scenarios write it.
    pub protocol: &'static str,
    /// Its name, as its vendor writes it.
    pub title: &'static str,
    /// What to look for in it.
    rule: &'static str,
    /// Its place in each row of [`CARRIED`].
    column: usize,
    /// What a work queue has beside the broker's defaults: path and JSON.
    own: (&'static str, &'static str),
    /// The parameter that makes its rule felt: path within the side, and label.
    dial: (&'static str, &'static str),
}

/// There is one of each.
impl PartialEq for Broker {
    fn eq(&self, other: &Self) -> bool {
        self.column == other.column
    }
}

/// All of them, in the order in which they are offered.
pub const BROKERS: [Broker; 3] = [
    Broker {
        protocol: "rabbitmq",
        title: "RabbitMQ",
        rule: "The broker pushes each message to a consumer that has room. It is gone once it is acknowledged, and goes back \
               to the head of the queue if its consumer dies with it.",
        column: 0,
        own: ("consumers.prefetch", "1"),
        dial: ("consumers.prefetch", "Prefetch"),
    },
    Broker {
        protocol: "kafka",
        title: "Kafka",
        rule: "A record's key decides its partition, and a partition has one reader, so a free worker cannot help another. \
               Reading takes nothing out of the log: the committed place moves, and its distance from the end is the lag.",
        column: 1,
        own: ("groups.0.commit", "\"after-batch\""),
        dial: ("topic.partitions", "Partitions"),
    },
    Broker {
        protocol: "sqs",
        title: "Amazon SQS",
        rule: "The workers ask for messages, and wait in a long poll until there are some. What is received is hidden for a \
               while: it is deleted when its work is done, or comes back when its visibility timeout is over.",
        column: 2,
        own: ("queue.receive_message_wait_time", "\"20s\""),
        dial: ("consumers.max_number_of_messages", "Messages per receive"),
    },
];

/// What means the same to each of them: who sends, where it waits, who works.
const CARRIED: [[&str; 3]; 13] = [
    ["label"; 3],
    ["body"; 3],
    ["publisher.id", "producer.id", "sender.id"],
    ["publisher.name", "producer.name", "sender.name"],
    ["publisher.threads", "producer.threads", "sender.threads"],
    ["queue.id", "topic.id", "queue.id"],
    ["queue.name", "topic.name", "queue.name"],
    ["consumers.id", "groups.0.id", "consumers.id"],
    ["consumers.name", "groups.0.name", "consumers.name"],
    ["consumers.count", "groups.0.consumers", "consumers.count"],
    ["consumers.lanes", "groups.0.lanes", "consumers.lanes"],
    ["consumers.deduplicates", "groups.0.deduplicates", "consumers.deduplicates"],
    ["consumers.factors", "groups.0.factors", "consumers.factors"],
];

/// The broker of that protocol, if it is one.
pub fn broker(protocol: &str) -> Option<&'static Broker> {
    BROKERS.iter().find(|broker| broker.protocol == protocol)
}

/// What a path on the side with this id is called when the broker is another one; nothing if that has no such parameter.
pub fn path_in(path: &str, side: &str, from: &Broker, to: &Broker) -> Option<String> {
    let inner = path.strip_prefix("sides.")?.strip_prefix(side)?.strip_prefix('.')?;
    // A group is found by its id as well.
    let steps: Vec<&str> = inner.split('.').collect();
    let same = |row: &&[&str; 3]| match steps.as_slice() {
        ["groups", _, field] => row[from.column].strip_prefix("groups.0.") == Some(*field),
        _ => row[from.column] == inner,
    };
    let row = CARRIED.iter().find(same)?;
    Some(["sides", side, row[to.column]].join("."))
}

/// The place of the side whose protocol `path` names.
pub(super) fn side_of(whole: &Value, path: &str) -> Option<usize> {
    let id = path.strip_prefix("sides.")?.strip_suffix(".protocol")?;
    let sides = whole["sides"].as_array()?;
    sides.iter().position(|side| side["id"] == id).or_else(|| id.parse().ok().filter(|place| *place < sides.len()))
}

/// Puts a value where a path leads, if it leads anywhere. By itself, so that its code is there once.
#[inline(never)]
fn lay(side: &mut Value, path: &str, value: Value) {
    if let Ok(place) = find(side, path) {
        *place = value;
    }
}

/// What is where a path leads.
#[inline(never)]
fn found(side: &mut Value, path: &str) -> Value {
    find(side, path).map_or(Value::Null, |value| value.clone())
}

/// Puts `to` in the place of `from` on the side at `place`.
#[inline(never)]
pub(super) fn put(whole: &mut Value, place: usize, from: &Broker, to: &Broker) -> Result<(), Problem> {
    let mut old = whole["sides"][place].take();
    let id = old["id"].as_str().unwrap_or_default().to_owned();
    let refused = |sentence: String| Err(Problem::new(format!("sides.{id}.protocol"), sentence));
    if let Some(sentence) = what_cannot_be_carried(&old, from, to) {
        return refused(sentence);
    }
    // With every default written out, so that each path finds its field.
    let Some(defaults) = Settings::read(to.protocol, Map::new().into(), &mut Faults::default()) else {
        return refused(format!("`{}` has no defaults", to.protocol));
    };
    let mut side = defaults.to_value();
    for row in &CARRIED {
        lay(&mut side, row[to.column], found(&mut old, row[from.column]));
    }
    if to.protocol == "kafka" {
        // Kafka keeps the order of a key, SQS that of a group; without groups, each job has a key of its own.
        let in_groups = old["queue"]["type"] == "fifo";
        let keys = if in_groups { old["message_group_ids"].take() } else { Value::Array(vec![old["label"].clone()]) };
        lay(&mut side, "keys", keys);
        // A partition a reader.
        let readers = found(&mut side, "groups.0.consumers");
        lay(&mut side, "topic.partitions", readers);
    }
    lay(&mut side, to.own.0, serde_json::from_str(to.own.1).unwrap_or(Value::Null));
    let workload = &whole["workload"];
    let fails = workload["poison"].as_array().is_some_and(|poison| !poison.is_empty())
        || ["probability", "first"].iter().any(|name| workload["failures"][*name].as_f64() > Some(0.0));
    let patience = Patience::of(&mut old, from);
    // Where nothing fails, SQS needs no dead-letter queue that only a crash could fill.
    if fails || !patience.dead.is_null() || to.protocol != "sqs" {
        patience.write(&mut side, to);
    }
    for kept in ["id", "style"] {
        side[kept] = old[kept].take();
    }
    side["protocol"] = to.protocol.into();
    // What was written over the side named the other broker.
    side["heading"] = Value::Null;
    whole["sides"][place] = side;
    tell(whole, from, to);
    offer(whole, &id, from, to);
    if let Some(notes) = whole["notes"].as_array_mut() {
        // They speak of the other broker, by its words.
        notes.retain(|note| note["side"] != id.as_str());
    }
    Ok(())
}

/// What a work queue of `to` has no word for.
fn what_cannot_be_carried(old: &Value, from: &Broker, to: &Broker) -> Option<String> {
    let groups = old["groups"].as_array().map_or(1, Vec::len);
    let (what, without) = if groups > 1 {
        ("several groups each read every record, and what one takes from a queue nobody else gets", "one group")
    } else if from.protocol == "rabbitmq" && !old["exchange"].is_null() {
        ("an exchange chooses the queues of each message, and there is none", "no exchange")
    } else {
        return None;
    };
    Some(format!("`{}` cannot stand in here: {what}; with {without} it could", to.protocol))
}

/// How often a message is tried, and where it is laid then.
struct Patience {
    /// Without a number, for ever.
    attempts: Option<u64>,
    dead: Value,
}

impl Patience {
    fn of(old: &mut Value, from: &Broker) -> Patience {
        let path = ["queue.dead_letter", "groups.0.dead_letter", "queue.redrive_policy"][from.column];
        let mut dead = found(old, path);
        let attempts = match from.protocol {
            "rabbitmq" => {
                let limit = old["queue"]["delivery_limit"].as_i64().unwrap_or(20);
                let endless = limit < 0 || old["queue"]["type"] == "classic";
                let put_back = old["consumers"]["requeue"] == true;
                if put_back { (!endless).then_some(limit as u64 + 1) } else { Some(1) }
            }
            "kafka" => found(old, "groups.0.retry.max_attempts").as_u64(),
            _ => dead["max_receive_count"].as_u64(),
        };
        if let Some(fields) = dead.as_object_mut() {
            fields.remove("max_receive_count");
        }
        Patience { attempts, dead }
    }

    /// Writes it into the block of `to`.
    fn write(self, side: &mut Value, to: &Broker) {
        let Patience { attempts, mut dead } = self;
        match to.protocol {
            "rabbitmq" => {
                // The only type with a delivery limit.
                lay(side, "queue.type", "quorum".into());
                let limit = attempts.map_or(-1, |attempts| attempts.saturating_sub(1).min(1000) as i64);
                lay(side, "consumers.requeue", (attempts != Some(1)).into());
                lay(side, "queue.delivery_limit", limit.into());
                lay(side, "queue.dead_letter", dead);
            }
            "kafka" => {
                lay(side, "groups.0.retry.max_attempts", attempts.unwrap_or(100).min(100).into());
                lay(side, "groups.0.dead_letter", dead);
            }
            _ => {
                // Without a dead-letter queue SQS would hand out for days what another broker drops.
                let Some(attempts) = attempts else { return };
                if dead.is_null() {
                    dead = Map::new().into();
                }
                dead["max_receive_count"] = attempts.min(1000).into();
                lay(side, "queue.redrive_policy", dead);
            }
        }
    }
}

/// The scenario's words are about the other broker.
fn tell(whole: &mut Value, from: &Broker, to: &Broker) {
    if let Some(title) = whole["title"].as_str().filter(|title| !title.is_empty()) {
        whole["title"] = title_with(title, from, to).into();
    }
    let begins = ["The same jobs and as many workers, with ", to.title, " in the place of ", from.title, ". ", to.rule];
    whole["look_for"] = begins.concat().into();
    whole["library"] = Map::new().into();
}

/// The title with the name of the new broker behind it, in the place of the old one's if that stands there. Of a title that
/// would become too long the end is left out.
fn title_with(title: &str, from: &Broker, to: &Broker) -> String {
    let behind = |broker: &Broker| [", with ", broker.title].concat();
    let title = title.strip_suffix(behind(from).as_str()).unwrap_or(title);
    let behind = behind(to);
    let room = super::MAX_TITLE - behind.chars().count();
    if title.chars().count() <= room {
        return [title, &behind].concat();
    }
    let beginning: String = title.chars().take(room - 1).collect();
    [beginning.trim_end(), "…", &behind].concat()
}

/// What can be set of the new broker takes the place of what could be set of the old one.
fn offer(whole: &mut Value, side: &str, from: &Broker, to: &Broker) {
    let Some(controls) = whole["controls"].as_array_mut() else { return };
    let its = ["sides.", side, "."].concat();
    controls.retain_mut(|control| {
        let path = control["path"].as_str().unwrap_or_default();
        if !path.starts_with(&its) {
            return true;
        }
        let renamed = path_in(path, side, from, to);
        renamed.map(|path| control["path"] = path.into()).is_some()
    });
    if controls.len() < super::MAX_CONTROLS {
        let path = [&its, to.dial.0].concat();
        let mut control = Value::Null;
        control["path"] = path.into();
        control["label"] = to.dial.1.into();
        control["min"] = 1.into();
        control["max"] = 10.into();
        controls.push(control);
    }
}
