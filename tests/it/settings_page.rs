//! The page "Settings" says of every field what the schema says of it, and its links lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use counterpoint::render::settings::settings;
use counterpoint::scenario::schema;
use serde_json::Value;

/// A row: the name of its field, and all that it says.
fn rows(page: &str) -> BTreeMap<String, Vec<String>> {
    let mut rows = BTreeMap::<String, Vec<String>>::new();
    for row in page.split("<tr id=\"").skip(1) {
        let (id, rest) = row.split_once('"').unwrap();
        let name = id.rsplit('.').next().unwrap();
        rows.entry(name.to_owned()).or_default().push(read(rest.split("</tr>").next().unwrap()));
    }
    rows
}

/// As it is read: without its marks.
fn read(markup: &str) -> String {
    let without_tags: String =
        markup.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
    without_tags.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Calls `each` with every name and what is said of it, wherever the schema has properties.
fn walk(value: &Value, each: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                properties.iter().for_each(|(name, property)| each(name, property));
            }
            fields.values().for_each(|inner| walk(inner, each));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, each)),
        _ => {}
    }
}

#[test]
fn every_field_has_a_row_with_its_meaning_and_its_words() {
    let rows = rows(&settings());
    let mut fields = 0;
    walk(&schema(), &mut |name, property| {
        // What is described elsewhere, a word that chooses a form, and what such a word holds have no row of their own.
        let Some(meaning) = property["description"].as_str() else { return };
        if property.get("const").is_some() || property.get("properties").is_some() || name == "sides" {
            return;
        }
        let said = |text: &str| {
            let text = text.replace('`', "");
            // What can stand there has a cell of its own.
            let text = text.split(" A time, ").next().unwrap();
            rows.get(name).is_some_and(|rows| rows.iter().any(|row| row.contains(text)))
        };
        assert!(said(meaning), "{name}: {meaning}");
        let words = property["anyOf"].as_array().filter(|_| property.get("enum").is_some());
        for word in words.into_iter().flatten() {
            let (word, meaning) = (word["const"].as_str().unwrap(), word["description"].as_str().unwrap());
            assert!(said(&format!("{word}: {meaning}")), "{name}: {word}: {meaning}");
        }
        fields += 1;
    });
    assert!(fields > 300, "{fields}");
}

#[test]
fn each_form_of_a_choice_has_a_heading() {
    let page = read(&settings());
    let schema = schema();
    for choice in ["Arrivals", "Distribution", "Step"] {
        let forms = schema["$defs"][choice]["anyOf"].as_array().unwrap();
        assert!(forms.len() > 3, "{choice}");
        for form in forms {
            let about = form["description"].as_str().unwrap().replace('`', "");
            assert!(page.contains(&about), "{choice}: {about}");
        }
    }
}

#[test]
fn every_link_leads_somewhere_and_no_two_places_have_one_id() {
    let ids = |page: &str| -> Vec<String> {
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let page = settings();
    let own = ids(&page);
    let alone: BTreeSet<&String> = own.iter().collect();
    let twice: Vec<&String> =
        alone.iter().copied().filter(|id| own.iter().filter(|own| own == id).count() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let sisters =
        ["modelled.html", "systems.html"].map(|name| (name, fs::read_to_string(format!("static/{name}")).unwrap()));
    let links: Vec<&str> = page.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() > 300, "{}", links.len());
    for link in links {
        let (file, id) = link.split_once('#').unwrap_or((link, ""));
        let there = match sisters.iter().find(|(name, _)| *name == file) {
            Some((_, sister)) => id.is_empty() || ids(sister).iter().any(|there| there == id),
            None => link == "./" || (file.is_empty() && alone.contains(&id.to_owned())),
        };
        assert!(there, "{link}");
    }
    for (name, sister) in sisters {
        assert!(sister.contains("href=\"settings.html\""), "{name} does not lead to the settings");
    }
}
