//! Reading a scenario: text to JSON value to typed fields to a checked whole, with the path in every error.

use std::fmt;

use serde_json::{Map, Value};

use super::{Head, Scenario, Side, Style, bounds, check};
use crate::protocol::{self, Settings, rabbitmq};
use crate::reading::{self, Field, Misread, shown};

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
}

impl Problem {
    pub(crate) fn new(path: impl Into<String>, sentence: impl Into<String>) -> Self {
        // What a scenario's own texts, ids and field names are can stand in both.
        let (path, sentence) = (reading::shown_path(&path.into()), reading::one_line(&sentence.into()));
        Problem { path, sentence }
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
        Problem::new(misread.path, misread.sentence)
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
        Scenario::from_value(reading::parse(text).map_err(Misread::from)?)
    }

    /// Reads a scenario from a JSON value.
    ///
    /// # Errors
    /// The first problem found, with the path of its field.
    pub fn from_value(value: Value) -> Result<Self, Problem> {
        let given = value.clone();
        Scenario::read_value(value).map_err(|problem| bounds::of_the_field(given, problem))
    }

    /// Where a whole number would not do, the error may have the bounds of its type.
    pub(super) fn read_value(value: Value) -> Result<Self, Problem> {
        let Value::Object(mut fields) = value else {
            return Err(Problem::new("", "a scenario is a JSON object, as in {\"name\": \"my-scenario\"}"));
        };
        let sides = fields.remove("sides").unwrap_or_else(default_sides);
        // A scenario that names no version was written when there was one only.
        if fields.get("version").is_none_or(Value::is_null) {
            fields.insert("version".to_owned(), 1.into());
        }
        let head: Head = reading::read(Value::Object(fields))?;
        let Value::Array(sides) = sides else {
            return Err(Problem::new("sides", "this must be a list of two sides"));
        };
        if sides.len() != 2 {
            return Err(Problem::new("sides", format!("there are {} sides; a scenario has two", sides.len())));
        }
        let sides = sides.into_iter().enumerate().map(|(index, side)| read_side(index, side, head.version));
        let sides = sides.collect::<Result<_, _>>()?;
        let scenario = Scenario { head, sides };
        check::check(&scenario)?;
        Ok(scenario)
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

fn read_side(index: usize, value: Value, version: u32) -> Result<Side, Problem> {
    let default_id = SIDES[index];
    let Value::Object(mut fields) = value else {
        return Err(Problem::new(format!("sides.{default_id}"), "a side is an object, as in {\"protocol\": \"http\"}"));
    };
    let mut text = |key: &str, default: &str| match fields.remove(key) {
        None | Some(Value::Null) => Ok(default.to_owned()),
        Some(Value::String(text)) => Ok(text),
        Some(other) => {
            Err(Problem::new(format!("sides.{default_id}.{key}"), format!("{} is not a text", shown(other))))
        }
    };
    let id = text("id", default_id)?;
    let heading = text("heading", "")?;
    let heading = (!heading.is_empty()).then_some(heading);
    let protocol = text("protocol", ["http", "rabbitmq"][index])?;
    let style = text("style", "")?;
    let style = match &*style {
        "" if is_queued(index, &fields) => Style::Queued.word(),
        "" => Style::RequestResponse.word(),
        written => written,
    };
    let path = |field: &str| format!("sides.{}.{field}", shown(&id));
    let Some(style) = [Style::RequestResponse, Style::Queued].into_iter().find(|known| known.word() == style) else {
        return Err(Problem::new(
            path("style"),
            format!("`{}` is no style; write `request-response` or `queued`", shown(style)),
        ));
    };
    if version == 1 && protocol == "rabbitmq" {
        rabbitmq::name_quorum_queues(&mut fields);
    }
    let read = Settings::read(&protocol, Value::Object(fields)).ok_or_else(|| {
        let names = protocol::NAMES.join("`, `");
        Problem::new(path("protocol"), format!("`{}` is not a protocol; there are `{names}`", shown(&protocol)))
    })?;
    let settings = read.map_err(|misread| misread.within(&format!("sides.{id}")))?;
    settings.check().map_err(|bad| Problem::new(path(&bad.field), bad.sentence))?;
    Ok(Side { id, style, heading, settings })
}

/// Whether a side that does not say its style is queued: as its place is, or, where its parties are the reader's own, if
/// one of them is a broker.
fn is_queued(index: usize, fields: &Map<String, Value>) -> bool {
    match fields.get("parties").and_then(Value::as_array) {
        Some(parties) => parties.iter().any(|party| protocol::NAMES.iter().any(|name| party.get(*name).is_some())),
        None => index == 1,
    }
}
