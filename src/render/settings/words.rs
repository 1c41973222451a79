//! What can stand in a field, what it has when it is left out, and what it means, in words for people.
//!
//! *Invariant:* whatever comes from a declaration is escaped here.

use serde_json::Value;

use crate::reading::Rule;
use crate::reading::kind::Kind;
use crate::scenario::{bounds_of_time, definition, plain};
use crate::scene::markup::escaped;

/// How a time is written.
pub const TIME: &str = "A number and a unit, in quotes: <code>\"170ms\"</code>, <code>\"1.5s\"</code>. The units are \
    <code>us</code>, <code>ms</code>, <code>s</code>, <code>min</code> and <code>h</code>; the longest time is 366 days. Where \
    a field is a moment, it is counted from the beginning of the run.";

/// A table of rows.
pub fn table(rows: &str) -> String {
    let heads = ["Field", "What it means", "What can stand there"].map(|head| format!("<th scope=\"col\">{head}</th>"));
    format!("<table class=\"fields\"><thead><tr>{}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n", heads.concat())
}

/// What was declared, with code where it has code, and a link where that is a rule of the page "What is modelled".
pub fn words(meaning: &str) -> String {
    let meaning = plain(meaning);
    let pieces = meaning.split('`').enumerate().map(|(place, piece)| match (place % 2, escaped(piece)) {
        (0, words) => words,
        (_, rule) if is_rule(piece) => format!("<a href=\"modelled.html#{rule}\">{rule}</a>"),
        (_, code) => format!("<code>{code}</code>"),
    });
    pieces.collect()
}

/// As in `RTY-4`.
fn is_rule(code: &str) -> bool {
    code.split_once('-').is_some_and(|(letters, number)| {
        letters.bytes().all(|letter| letter.is_ascii_uppercase()) && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// The words that can stand in a field, each with its meaning.
pub fn meanings(kind: &Kind) -> String {
    match kind {
        Kind::List(of) | Kind::Maybe(of) => meanings(of),
        Kind::Words { words: all, .. } => {
            let each = all.iter().map(|(word, meaning)| format!("<li><code>{word}</code>: {}</li>", words(meaning)));
            format!("<ul>{}</ul>", each.collect::<String>())
        }
        _ => String::new(),
    }
}

/// What can stand in a field that holds no fields.
pub fn simple(kind: &Kind, rule: &Rule) -> String {
    match (kind, rule) {
        (Kind::Whole(..), Rule::Whole(least, most)) | (Kind::Whole(least, most), _) => {
            format!("a whole number from {} to {}", grouped(*least), grouped(*most))
        }
        (Kind::Number, Rule::Number(least, most)) => format!("a number from {least} to {most}"),
        (Kind::Number, _) => "a number".to_owned(),
        (Kind::Flag, _) => "<code>true</code> or <code>false</code>".to_owned(),
        (Kind::Text, Rule::Text(0, most)) => format!("a text of at most {} characters", grouped(*most as i64)),
        (Kind::Text, Rule::Text(least, most)) => format!("a text of {least} to {} characters", grouped(*most as i64)),
        (Kind::Text, Rule::Id(most)) => {
            format!("an id: at most {most} of a–z, 0–9, <code>-</code> and <code>_</code>")
        }
        (Kind::Text, _) => "a text".to_owned(),
        (Kind::Time, rule) => {
            let bounds = bounds_of_time(rule).map(|bounds| format!(", {bounds}")).unwrap_or_default();
            format!("a <a href=\"#time\">time</a>{bounds}")
        }
        (Kind::Words { words, .. }, _) => {
            let words: Vec<String> = words.iter().map(|(word, _)| format!("<code>\"{word}\"</code>")).collect();
            words.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

/// How many entries a list has.
pub fn entries(least: usize, most: usize) -> String {
    let (is_fixed, most) = (least == most, grouped(most as i64));
    match least {
        0 => format!(" of at most {most}"),
        _ if is_fixed => format!(" of {most}"),
        _ => format!(" of {least} to {most}"),
    }
}

/// What a field has when it is left out.
pub fn default_of(default: &Value, has_fields: bool) -> String {
    match default {
        // Too much for a cell, and each of its fields has a row.
        Value::Object(fields) if has_fields && fields.len() > 1 => {
            "Default: its fields as they are by default.".to_owned()
        }
        default => format!("Default: <code>{}</code>", escaped(&default.to_string())),
    }
}

/// "200,000".
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{}{}", if number < 0 { "−" } else { "" }, groups.join(","))
}

/// An id for what several sections have, from the name of its definition: `kafka.DeadLetter` is `kafka-dead-letter`.
pub fn id(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for piece in definition(name).split('.') {
        for letter in piece.chars() {
            match words.last_mut() {
                Some(word) if !letter.is_uppercase() && !word.is_empty() => word.push(letter),
                _ => words.push(letter.to_lowercase().collect()),
            }
        }
        words.push(String::new());
    }
    words.retain(|word| !word.is_empty());
    words.dedup();
    words.join("-")
}
