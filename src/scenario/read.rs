//! Reading a scenario: text to JSON value to typed fields to a checked whole, with the path in every error.

use std::fmt;

use serde_json::{Map, Value};

use super::check::Findings;
use super::{Head, Scenario, Side, SideText, Style, check};
use crate::protocol::{self, Settings, rabbitmq};
use crate::reading::{self, Faults, Field, MOST_FAULTS, Misread, On, Rule, shown};

/// The longest text that is read: one mebibyte.
pub const MAX_TEXT_BYTES: usize = 1 << 20;

/// The ids of sides that say none.
pub(super) const SIDES: [&str; 2] = ["left", "right"];

/// Why something is not a scenario: the field by its path, and a sentence with the value and what would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Empty when it concerns the text as a whole.
    pub path: String,
    /// One line without a full stop, with the value at fault (its beginning, if it is long) and what would do.
    pub sentence: String,
    /// What of the field is at fault.
    pub(super) on: On,
}

impl Problem {
    pub(crate) fn new(path: impl Into<String>, sentence: impl Into<String>) -> Self {
        // What a scenario's own texts, ids and field names are can stand in both.
        let (path, sentence) = (reading::shown_path(&path.into()), reading::one_line(&sentence.into()));
        Problem { path, sentence, on: On::Value }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.sentence),
            path => write!(f, "{path}: {}", self.sentence),
        }
    }
}

impl std::error::Error for Problem {}

impl From<Misread> for Problem {
    fn from(misread: Misread) -> Self {
        Problem { on: misread.on, ..Problem::new(misread.path, misread.sentence) }
    }
}

impl Scenario {
    /// Reads a scenario from JSON text.
    ///
    /// ```
    /// use counterpoint::scenario::Scenario;
    /// assert_eq!(Scenario::from_json(r#"{"name": "smallest"}"#).unwrap().sides.len(), 2);
    /// let problem = Scenario::from_json(r#"{"name": "x", "workload": {"jobs": -3}}"#).unwrap_err();
    /// assert!(problem.to_string().starts_with("workload.jobs: "));
    /// ```
    ///
    /// # Errors
    /// The first problem found, with the path of its field.
    pub fn from_json(text: &str) -> Result<Self, Problem> {
        bounded(text)?;
        let mut faults = Faults::default();
        let value = reading::parse(text, &mut faults).map_err(Misread::from)?;
        Scenario::read_whole(value, faults).map_err(|mut problems| problems.swap_remove(0))
    }

    /// Reads a scenario from a JSON value.
    ///
    /// # Errors
    /// The first problem found, with the path of its field.
    pub fn from_value(value: Value) -> Result<Self, Problem> {
        Scenario::read_whole(value, Faults::default()).map_err(|mut problems| problems.swap_remove(0))
    }

    /// Reads a scenario from a JSON value in whose text there were `faults` already; or gives all that is wrong.
    pub(super) fn read_whole(value: Value, mut faults: Faults) -> Result<Self, Vec<Problem>> {
        let Value::Object(mut fields) = value else {
            faults.add("a scenario is a JSON object, as in {\"name\": \"my-scenario\"}");
            return Err(faults.all().into_iter().map(Problem::from).collect());
        };
        let sides = fields.remove("sides").unwrap_or_else(default_sides);
        // A scenario that names no version was written when there was one only.
        if fields.get("version").is_none_or(Value::is_null) {
            fields.insert("version".to_owned(), 1.into());
        }
        let mut head = Head::default();
        head.read(Value::Object(fields), &Rule::Any, &mut faults);
        let sides = read_sides(sides, head.version, &mut faults);
        let unread: Vec<Problem> = faults.all().into_iter().map(Problem::from).collect();
        let scenario = Scenario { head, sides };
        let mut findings = Findings { found: Vec::new(), unread: &unread };
        check::check(&scenario, &mut findings);
        let found = findings.found;
        let problems: Vec<Problem> = unread.into_iter().chain(found).take(MOST_FAULTS).collect();
        if problems.is_empty() { Ok(scenario) } else { Err(problems) }
    }

    /// The scenario as a JSON value, every default written out. Its fields are in the order of their names in every build:
    /// one that is linked with another crate which wants the JSON library to keep orders would have another otherwise.
    pub fn to_value(&self) -> Value {
        let mut value = self.head.clone().write();
        let sides = self.sides.iter().map(|side| {
            let mut fields = side.settings.to_value();
            fields["id"] = side.id.clone().into();
            fields["style"] = side.style.word().into();
            fields["protocol"] = side.settings.protocol().into();
            fields["heading"] = side.heading.clone().into();
            fields
        });
        value["sides"] = sides.collect();
        value.sort_all_objects();
        value
    }
}

/// Refuses a text that is too long to be read.
pub(super) fn bounded(text: &str) -> Result<(), Problem> {
    if text.len() <= MAX_TEXT_BYTES {
        return Ok(());
    }
    Err(Problem::new("", format!("the scenario has {} bytes; at most {MAX_TEXT_BYTES} are read", text.len())))
}

fn default_sides() -> Value {
    serde_json::json!([{ "protocol": "http" }, { "protocol": "rabbitmq" }])
}

/// Two sides, whatever is there.
fn read_sides(value: Value, version: u32, faults: &mut Faults) -> Vec<Side> {
    let before = faults.count();
    let mut given = match value {
        Value::Array(sides) => sides,
        _ => {
            faults.add("this must be a list of two sides");
            Vec::new()
        }
    };
    if given.len() != 2 && faults.count() == before {
        faults.add(format!("there are {} sides; a scenario has two", given.len()));
    }
    let is_list = faults.count() == before;
    given.resize(2, Value::Object(Map::new()));
    let sides = given.into_iter().enumerate().map(|(index, side)| match is_list {
        true => read_side(index, side, version, faults),
        false => read_side(index, Value::Object(Map::new()), version, &mut Faults::default()),
    });
    let sides = sides.collect();
    faults.step_out(before, "sides");
    sides
}

fn read_side(index: usize, value: Value, version: u32, faults: &mut Faults) -> Side {
    let before = faults.count();
    let mut said = SideText::default();
    let Value::Object(fields) = value else {
        faults.add("a side is an object, as in {\"protocol\": \"http\"}");
        faults.step_out(before, SIDES[index]);
        return read_side(index, Value::Object(Map::new()), version, &mut Faults::default());
    };
    let names = said.write();
    let (own, mut fields): (Map<_, _>, Map<_, _>) = fields.into_iter().partition(|(name, _)| names.get(name).is_some());
    said.read(Value::Object(own), &Rule::Any, faults);
    let id = said.id.filter(|id| !id.is_empty()).unwrap_or_else(|| SIDES[index].to_owned());
    let protocol = said.protocol.unwrap_or_else(|| ["http", "rabbitmq"][index].to_owned());
    let style = said.style.unwrap_or(match is_queued(index, &fields) {
        true => Style::Queued,
        false => Style::RequestResponse,
    });
    let heading = said.heading.filter(|heading| !heading.is_empty());
    if version == 1 && protocol == "rabbitmq" {
        rabbitmq::name_quorum_queues(&mut fields);
    }
    let settings = Settings::read(&protocol, Value::Object(fields), faults).unwrap_or_else(|| {
        let names = protocol::NAMES.join("`, `");
        let sentence = format!("`{}` is not a protocol; there are `{names}`", shown(&protocol));
        faults.push(Misread::new(sentence).within("protocol"));
        Settings::Http(protocol::http::Settings::default())
    });
    faults.step_out(before, &id);
    Side { id, style, heading, settings }
}

/// Whether a side that does not say its style is queued: as its place is, or, where its parties are the reader's own, if
/// one of them is a broker.
fn is_queued(index: usize, fields: &Map<String, Value>) -> bool {
    match fields.get("parties").and_then(Value::as_array) {
        Some(parties) => parties.iter().any(|party| protocol::NAMES.iter().any(|name| party.get(*name).is_some())),
        None => index == 1,
    }
}
