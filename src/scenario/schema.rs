//! What can be written in a scenario, for editors: a JSON Schema, walked from the declarations.
//!
//! A side's settings are chosen by its `protocol`, and a step by its first word. A schema says of each field alone what the
//! reader says of it; what has to go together only the reader knows.
//!
//! *Invariant:* what reads as a scenario is valid by it, and what it refuses of a single field the reader refuses too.

use serde_json::{Map, Value, json};

use super::declared::{Declarations, declarations};
use crate::reading::kind::{Choice, Form, Kind, Object, Shape, Shown};
use crate::reading::{Need, Rule, rule};
use crate::time::Span;

/// The JSON Schema of scenarios, by the draft 2020-12.
pub fn schema() -> Value {
    let Declarations { head, side, protocols } = declarations();
    let mut book = Book { definitions: Map::new() };
    let mut scenario = book.object(&head);
    let side = book.side(&side, &protocols);
    book.definitions.insert("Side".to_owned(), side);
    scenario["title"] = "A scenario of Counterpoint".into();
    scenario["description"] = "One workload, and the two sides that do it.".into();
    scenario["properties"]["sides"] = json!({
        "type": "array", "minItems": 2, "maxItems": 2, "items": { "$ref": "#/$defs/Side" },
        "description": "The two runs of the workload, with different ids.",
        "default": [{ "protocol": "http" }, { "protocol": "rabbitmq" }],
        "allOf": [{ "prefixItems": [unsaid("http"), unsaid("rabbitmq")] }],
    });
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    if let Value::Object(fields) = scenario {
        whole.extend(fields);
    }
    whole.insert("$defs".to_owned(), Value::Object(book.definitions));
    Value::Object(whole)
}

/// What was declared, in words: on one line, without the links of the program's own pages.
pub(crate) fn plain(meaning: &str) -> String {
    let before_examples = meaning.split("```").next().unwrap_or_default();
    let words: Vec<&str> = before_examples.split_whitespace().collect();
    words.join(" ").replace("[`", "`").replace("`]", "`")
}

/// The definitions that were needed so far.
struct Book {
    definitions: Map<String, Value>,
}

impl Book {
    /// A reference to the definition of that name, which is made if it is not there.
    fn refer(&mut self, name: &str, define: impl FnOnce(&mut Self) -> Value) -> Value {
        let name = definition(name);
        if !self.definitions.contains_key(&name) {
            // Something is there while it is made, for it may hold others of its kind.
            self.definitions.insert(name.clone(), Value::Null);
            let definition = define(self);
            self.definitions.insert(name.clone(), definition);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn object(&mut self, object: &Object) -> Value {
        let mut described = self.fields((object.fields)());
        described["description"] = plain(object.about).into();
        described
    }

    fn fields(&mut self, fields: Vec<Shown>) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for Shown { declared, kind, default } in fields {
            let mut described = self.value(&kind, &declared.rule);
            let bounds = bounds(&kind, &declared.rule).map(|bounds| format!(" A time, {bounds}.")).unwrap_or_default();
            described["description"] = (plain(declared.meaning) + &bounds).into();
            match declared.need {
                Need::Required => required.push(Value::from(declared.name)),
                // A whole object would be too much for an editor to put in.
                Need::Defaulted if default.is_object() => {}
                Need::Defaulted => described["default"] = default,
            }
            properties.insert(declared.name.to_owned(), described);
        }
        let mut object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        if !required.is_empty() {
            object["required"] = required.into();
        }
        object
    }

    /// What can stand in a field of that kind by that rule.
    fn value(&mut self, kind: &Kind, rule: &Rule) -> Value {
        match kind {
            Kind::Whole(least, most) => {
                let (least, most) = match rule {
                    Rule::Whole(from, to) => (least.max(from), most.min(to)),
                    _ => (least, most),
                };
                json!({ "type": "integer", "minimum": least, "maximum": most })
            }
            Kind::Number => match rule {
                Rule::Number(least, most) => json!({ "type": "number", "minimum": least, "maximum": most }),
                _ => json!({ "type": "number" }),
            },
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Text => text(rule),
            Kind::Time => time(rule),
            Kind::Words { words, .. } => words_of(words),
            Kind::List(of) => {
                let (bounds, of_each) = match rule {
                    Rule::List(least, most, each) => (Some((least, most)), *each),
                    _ => (None, &Rule::Any),
                };
                let mut list = json!({ "type": "array", "items": self.value(of, of_each) });
                if let Some((least, most)) = bounds {
                    list["minItems"] = (*least).into();
                    list["maxItems"] = (*most).into();
                }
                list
            }
            Kind::Maybe(of) => json!({ "anyOf": [self.value(of, rule), { "type": "null" }] }),
            Kind::Anything => json!({}),
            Kind::Object(object) => self.refer(&object.name, |book| book.object(object)),
            Kind::Choice(choice) => self.refer(choice.name, |book| book.choice(choice)),
        }
    }

    fn choice(&mut self, choice: &Choice) -> Value {
        let forms: Vec<Value> = (choice.forms)().into_iter().map(|form| self.form(form)).collect();
        json!({ "description": plain(choice.about), "anyOf": forms })
    }

    fn form(&mut self, Form { word, about, shape }: Form) -> Value {
        let mut form = match shape {
            Shape::Plain(kind) => self.value(&kind, &Rule::Any),
            Shape::Keyed(fields) => self.fields(fields),
            Shape::Said(name, fields) => {
                let mut object = self.fields(fields);
                object["properties"][name] = json!({ "const": word, "description": about });
                let mut required = vec![Value::from(name)];
                required.extend(object["required"].as_array().cloned().unwrap_or_default());
                object["required"] = required.into();
                object
            }
            Shape::Within(fields) => {
                let mut properties = Map::new();
                let mut inner = self.fields(fields);
                inner["description"] = about.into();
                properties.insert(word.to_owned(), inner);
                json!({
                    "type": "object", "properties": properties, "required": [word], "additionalProperties": false
                })
            }
        };
        form["description"] = about.into();
        form
    }

    /// A side: what each has, and by its protocol the rest.
    fn side(&mut self, said: &Object, protocols: &[(&str, Object)]) -> Value {
        let mut side = self.object(said);
        let names: Vec<Value> = protocols
            .iter()
            .map(|(name, settings)| json!({ "const": name, "description": plain(settings.about) }))
            .collect();
        side["properties"]["protocol"]["anyOf"] = names.into();
        let mut chosen = Vec::new();
        for (name, settings) in protocols {
            let rest = self.refer(&settings.name, |book| {
                let mut all = book.object(settings);
                // What every side says is described with it.
                for field in (said.fields)() {
                    all["properties"][field.declared.name] = json!({});
                }
                all
            });
            let says_so = json!({ "properties": { "protocol": { "const": name } }, "required": ["protocol"] });
            chosen.push(json!({ "if": says_so, "then": rest }));
        }
        side["allOf"] = chosen.into();
        if let Some(fields) = side.as_object_mut() {
            fields.remove("additionalProperties");
        }
        side
    }
}

/// What holds of a side that does not say its protocol.
fn unsaid(protocol: &str) -> Value {
    let says_none = json!({ "not": { "required": ["protocol"] } });
    json!({ "if": says_none, "then": { "$ref": format!("#/$defs/{protocol}") } })
}

/// The name of a definition: the last of the room and the type that are its own.
pub(crate) fn definition(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let common = ["counterpoint", "protocol", "settings", "scenario", "system", "within", "party", "call", "Settings"];
    let own: Vec<String> = words
        .filter(|word| !common.contains(word))
        .map(|word| word.trim_end_matches("Settings").trim_end_matches("Text").to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    own.join(".")
}

fn text(rule: &Rule) -> Value {
    match rule {
        Rule::Text(0, most) => json!({ "type": "string", "maxLength": most }),
        Rule::Text(least, most) => json!({ "type": "string", "minLength": least, "maxLength": most, "pattern": "\\S" }),
        Rule::Id(most) => {
            json!({ "type": "string", "pattern": "^[a-z0-9_-]+$", "minLength": 1, "maxLength": most })
        }
        _ => json!({ "type": "string" }),
    }
}

/// The bounds of a time, in words.
pub(crate) fn bounds_of_time(rule: &Rule) -> Option<String> {
    Some(match *rule {
        Rule::Time(1, rule::LONGEST) => "longer than nothing".to_owned(),
        Rule::Time(least, rule::LONGEST) => format!("at least {}", Span::micros(least)),
        Rule::Time(least, most) => format!("from {} to {}", Span::micros(least), Span::micros(most)),
        Rule::Seconds(0) => "in whole seconds".to_owned(),
        Rule::Seconds(least) => format!("in whole seconds, at least {least}s"),
        _ => return None,
    })
}

/// A number and a unit. Bounds are a matter of the unit as well, and of those a pattern can only say that it is more than
/// nothing: the description of the field has them in words.
fn time(rule: &Rule) -> Value {
    let pattern = match rule {
        Rule::Time(1.., _) | Rule::Seconds(1..) => "^\\s*(?=[0-9.]*[1-9])[0-9]+(\\.[0-9]+)?\\s*(h|min|s|ms|us)\\s*$",
        _ => "^\\s*[0-9]+(\\.[0-9]+)?\\s*(h|min|s|ms|us)\\s*$",
    };
    json!({ "type": "string", "pattern": pattern })
}

/// The bounds of the times that can stand there.
fn bounds(kind: &Kind, rule: &Rule) -> Option<String> {
    match (kind, rule) {
        (Kind::Time, _) => bounds_of_time(rule),
        (Kind::Maybe(of), _) => bounds(of, rule),
        (Kind::List(of), Rule::List(_, _, each)) => bounds(of, each),
        _ => None,
    }
}

/// One of some words: each with its meaning, as editors show it.
fn words_of(words: &[(&str, &str)]) -> Value {
    let each: Vec<Value> =
        words.iter().map(|(word, meaning)| json!({ "const": word, "description": plain(meaning) })).collect();
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    json!({ "enum": names, "anyOf": each })
}
