//! The page "What is modelled" and the tests say the same: every id on the page is tested under its name, and every
//! test named by an id stands on the page.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FAMILIES: &[&str] = &[
    "http", "rty", "flt", "rmq", "cmp", "uml", "get", "gql", "soap", "db", "auth", "chain", "cb", "shed", "evl", "kaf",
    "sqs", "job", "pub", "lrt", "rpc", "obx", "bp", "byte",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// `http_3_a_timeout…` is about `HTTP-3`.
fn id_of(function: &str) -> Option<String> {
    let mut words = function.split('_');
    let family = words.next().filter(|family| FAMILIES.contains(family))?;
    let number: u32 = words.next()?.parse().ok()?;
    Some(format!("{}-{number}", family.to_uppercase()))
}

fn tested() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
    let functions = files.flat_map(|text| {
        let mut is_test = false;
        let mut found = Vec::new();
        for line in text.lines().map(str::trim) {
            match line.strip_prefix("fn ") {
                Some(function) if is_test => found.push(function.to_owned()),
                _ => {}
            }
            is_test = line == "#[test]";
        }
        found
    });
    functions.filter_map(|function| id_of(&function)).collect()
}

fn on_the_page() -> BTreeSet<String> {
    let page = read("static/modelled.html");
    let rows = page.split("<tr id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    rows.map(str::to_owned).collect()
}

#[test]
fn every_rule_on_the_page_is_tested_and_every_tested_rule_is_on_the_page() {
    assert_eq!(on_the_page(), tested());
}

#[test]
fn every_rule_names_its_source() {
    let page = read("static/modelled.html");
    for row in page.split("<tr id=\"").skip(1) {
        let row = row.split("</tr>").next().unwrap();
        let source = row.rsplit("<td>").next().unwrap().split("</td>").next().unwrap().trim();
        assert!(source.len() > 5, "{} has no source", &row[..8]);
    }
}

/// How many named scenarios each family has in the collection of rules that this program is held to.
const REFERENCE: [(&str, u32); 23] = [
    ("AUTH", 4),
    ("BP", 1),
    ("CB", 5),
    ("CHAIN", 4),
    ("CMP", 4),
    ("DB", 5),
    ("EVL", 3),
    ("FLT", 7),
    ("GET", 3),
    ("GQL", 5),
    ("HTTP", 6),
    ("JOB", 3),
    ("KAF", 8),
    ("LRT", 4),
    ("OBX", 3),
    ("PUB", 4),
    ("RMQ", 8),
    ("RPC", 3),
    ("RTY", 4),
    ("SHED", 2),
    ("SOAP", 3),
    ("SQS", 8),
    ("UML", 4),
];

#[test]
fn all_named_scenarios_of_the_reference_are_there() {
    let ids = REFERENCE.iter().flat_map(|(family, count)| (1..=*count).map(move |number| format!("{family}-{number}")));
    let all: BTreeSet<String> = ids.collect();
    assert_eq!(all.len(), 101);
    let tested = tested();
    let missing: Vec<&String> = all.difference(&tested).collect();
    assert!(missing.is_empty(), "no test is named by {missing:?}");
}
