//! The first difference between what was made of a run before and what is made of it now, in words.
//!
//! *Invariant:* no difference is found where only line endings differ, for version control may change those.

use serde_json::Value;

use super::arguments::Format;
use crate::desk::Cover;
use crate::reading::shown;

/// What differs, unless nothing does.
pub(super) fn difference(format: Format, before: &[u8], now: &[u8]) -> Option<String> {
    if before == now {
        return None;
    }
    match format {
        #[cfg(feature = "png")]
        Format::Png => return Some(bytes(before, now)),
        Format::Recording => {
            let refused = Cover::from_file(before).err().map(str::to_owned);
            return Some(refused.unwrap_or_else(|| bytes(before, now)));
        }
        _ => {}
    }
    let Ok(before) = std::str::from_utf8(before) else {
        return Some("it is no text any more".to_owned());
    };
    let now = String::from_utf8_lossy(now).replace("\r\n", "\n");
    let before = before.replace("\r\n", "\n");
    if before == now {
        return None;
    }
    Some(match format {
        Format::Json => report(&before, &now),
        Format::Svg => picture(&before, &now),
        _ => lines(&before.lines().collect::<Vec<_>>(), &now.lines().collect::<Vec<_>>(), Counted::Lines),
    })
}

fn bytes(before: &[u8], now: &[u8]) -> String {
    let place = before.iter().zip(now).take_while(|(before, now)| before == now).count();
    format!("it differs from byte {} on; it has {} bytes and would have {}", place + 1, before.len(), now.len())
}

/// Whether a person can find a line by its number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Lines,
    Nothing,
}

/// The first line that is gone, new, or another one.
fn lines(before: &[&str], now: &[&str], counted: Counted) -> String {
    let place = before.iter().zip(now).take_while(|(before, now)| before == now).count();
    // A sentence of the summary is one of a side, whose heading stands over it.
    let heading = before[..place].iter().rev().take_while(|line| !line.is_empty()).last();
    let is_sentence = |line: &str| line.starts_with("* ");
    let said = |line: &str| format!("“{}”", line.strip_prefix("* ").unwrap_or(line).trim());
    let whose = match (heading, before.get(place).or(now.get(place))) {
        (Some(heading), Some(line)) if is_sentence(line) => format!("{}: ", shown(heading)),
        _ if counted == Counted::Lines => format!("line {}: ", place + 1),
        _ => String::new(),
    };
    let what = match (before.get(place), now.get(place)) {
        (Some(gone), new) if new.is_none() || before[place + 1..].contains(new.unwrap_or(&"")) => {
            format!("{} is gone", said(gone))
        }
        (gone, Some(new)) if gone.is_none() || now[place + 1..].contains(gone.unwrap_or(&"")) => {
            format!("{} is new", said(new))
        }
        (Some(gone), Some(new)) => format!("{} is now {}", said(gone), said(new)),
        _ => "its line endings differ".to_owned(),
    };
    whose + &what
}

/// The first field of a report that has another value.
fn report(before: &str, now: &str) -> String {
    let read = |text: &str| serde_json::from_str::<Value>(text);
    match (read(before), read(now)) {
        (Ok(before), Ok(now)) => {
            field(String::new(), &before, &now).unwrap_or_else(|| "its white space differs".to_owned())
        }
        _ => "it is not JSON any more".to_owned(),
    }
}

fn field(path: String, before: &Value, now: &Value) -> Option<String> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (before, now) {
        _ if before == now => None,
        (Value::Object(old), Value::Object(new)) => {
            let gone = old.keys().find(|key| !new.contains_key(*key)).map(|key| format!("{} is gone", below(key)));
            let changed = new.iter().find_map(|(key, now)| match old.get(key) {
                Some(before) => field(below(key), before, now),
                None => Some(format!("{} is new", below(key))),
            });
            changed.or(gone)
        }
        (Value::Array(old), Value::Array(new)) => {
            let changed = old.iter().zip(new).enumerate();
            let changed = changed.filter_map(|(place, (before, now))| field(below(&place.to_string()), before, now));
            let length = || format!("{path} had {} entries and has {}", old.len(), new.len());
            changed.into_iter().next().or_else(|| Some(length()))
        }
        _ => Some(format!("{path} was {} and is {}", shown(before), shown(now))),
    }
}

/// What a person would see first: another size, another text; else that shapes have changed.
fn picture(before: &str, now: &str) -> String {
    let [before, now] = [before, now].map(without_prefix);
    if before == now {
        return "only its ids differ".to_owned();
    }
    let texts = |picture: &str| -> Vec<String> {
        let texts = picture.split("<text").skip(1);
        texts.filter_map(|text| Some(text.split_once('>')?.1.split_once("</text>")?.0.to_owned())).collect()
    };
    let [old, new] = [&before, &now].map(|picture| texts(picture));
    if old != new {
        let [old, new] = [&old, &new].map(|texts| texts.iter().map(String::as_str).collect::<Vec<_>>());
        return lines(&old, &new, Counted::Nothing);
    }
    let [old, new] = [&before, &now].map(|picture| attribute(picture, "viewBox"));
    if old != new {
        return format!("its size was {} and is {}", shown(&old), shown(&new));
    }
    "its texts are the same, and its shapes or colours are not".to_owned()
}

/// The picture without the hash of its content, by which all of its classes begin.
fn without_prefix(picture: &str) -> String {
    let prefix = attribute(picture, "class");
    if prefix.is_empty() { picture.to_owned() } else { picture.replace(&prefix, "") }
}

fn attribute(picture: &str, name: &str) -> String {
    let value = picture.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
    value.map_or_else(String::new, |(value, _)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_told_as_gone_new_or_another() {
        let told = |before: &str, now: &str| difference(Format::Text, before.as_bytes(), now.as_bytes());
        let before = "Orders\n\nleft: Asked\n* 2 failed.\n* 3 waited.\n\n  left\n";
        let cases = [
            (before.replace('\n', "\r\n"), None),
            (before.replace("2 failed", "4 failed"), Some("left: Asked: “2 failed.” is now “4 failed.”")),
            (before.replace("* 2 failed.\n", ""), Some("left: Asked: “2 failed.” is gone")),
            (before.replace("* 3", "* 1 was late.\n* 3"), Some("left: Asked: “1 was late.” is new")),
            (before.replace("Orders", "Order"), Some("line 1: “Orders” is now “Order”")),
            (before.to_owned() + "more\n", Some("line 8: “more” is new")),
            ("Orders\n".to_owned(), Some("line 2: “” is gone")),
        ];
        for (now, expected) in cases {
            assert_eq!(told(before, &now).as_deref(), expected);
        }
    }

    #[test]
    fn of_a_report_the_field_is_named() {
        let told = |before: &str, now: &str| difference(Format::Json, before.as_bytes(), now.as_bytes()).unwrap();
        let before = r#"{"sides":[{"verdicts":[{"text":"a"}]}]}"#;
        assert_eq!(told(before, &before.replace("\"a\"", "\"b\"")), "sides.0.verdicts.0.text was \"a\" and is \"b\"");
        assert_eq!(told(before, r#"{"sides":[]}"#), "sides had 1 entries and has 0");
        assert_eq!(told(before, r#"{"sides":[{"verdicts":[{}]}]}"#), "sides.0.verdicts.0.text is gone");
        assert_eq!(told("[", before), "it is not JSON any more");
    }

    #[test]
    fn of_a_picture_its_texts_are_told_before_its_shapes() {
        let told = |before: &str, now: &str| difference(Format::Svg, before.as_bytes(), now.as_bytes()).unwrap();
        let before = r#"<svg class="cp1" viewBox="0 0 2 3"><text class="cp1-a">200 OK</text><path d="M1"/></svg>"#;
        let now = before.replace("cp1", "cp2");
        assert_eq!(told(before, &now.replace("200 OK", "503")), "“200 OK” is now “503”");
        assert_eq!(told(before, &now.replace("0 2 3", "0 2 4")), "its size was 0 0 2 3 and is 0 0 2 4");
        assert!(told(before, &now.replace("M1", "M2")).ends_with("its shapes or colours are not"));
    }
}
