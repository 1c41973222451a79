//! Scenarios that are not built in: in a link, in a file or a page that is made of one, and as a text to go on with.

use counterpoint::desk::Order;
use counterpoint::player::{Action, Player};
use counterpoint::scenario::Scenario;
use counterpoint::studio::Studio;
use counterpoint::studio::taken::{Dress, Place, Wanted, command, made, mine, snippet};
use serde_json::Value;

use crate::desk::Desk;

const FIELD: &str = "own=1q1b4_-";

/// The same name as one that is built in.
const OWN: &str = r#"{ "version": 2, "name": "order-emails", "title": "Ours",
  "workload": { "jobs": 3, "work": "100ms" }, "controls": [{ "path": "workload.jobs", "label": "Jobs", "min": 1, "max": 9 }] }"#;

fn opened(link: &str) -> Desk {
    let mut desk = Desk { player: Player::open_own(OWN.into(), None, link), studio: Studio::default() };
    desk.run();
    desk
}

#[test]
fn a_link_with_a_scenario_in_it_means_that_one_whatever_it_is_called_and_keeps_it() {
    for (link, changed) in [
        ("order-emails&v=1&own=1q1b4_-", ""),
        ("another&v=1&own=1q1b4_-&set=workload.jobs=2", "&set=workload.jobs=2"),
        ("own=1q1b4_-&seed=7", "&seed=7"),
    ] {
        let desk = opened(link);
        assert_eq!((desk.panel().title.as_str(), desk.panel().link_problem.as_deref()), ("Ours", None), "{link}");
        assert_eq!(desk.link(), format!("order-emails&v=1&{FIELD}{changed}"));
    }
    // Of a long one, the link says where it is kept.
    assert_eq!(opened("order-emails&v=1&kept=3k2z").link(), "order-emails&v=1&kept=3k2z");
}

#[test]
fn what_is_built_in_is_meant_by_its_name_also_when_one_of_ones_own_has_the_same() {
    let mut desk = opened(&format!("order-emails&v=1&{FIELD}"));
    desk.order(Order::Follow("order-emails&v=1".into()));
    desk.run();
    assert_eq!((desk.panel().title.as_str(), desk.link().as_str()), ("Order e-mails", "order-emails&v=1"));
}

#[test]
fn another_scenario_of_ones_own_takes_the_place_of_the_first() {
    let mut desk = opened(&format!("order-emails&v=1&{FIELD}"));
    let (link, other) = ("order-emails&v=1&own=1zzz&at=100ms", OWN.replace("Ours", "Theirs"));
    desk.update(Action::Order(Order::keep(other, link)));
    desk.order(Order::Follow(link.into()));
    desk.run();
    assert_eq!((desk.panel().title.as_str(), desk.link().as_str()), ("Theirs", link));
    // A studio that breaks down is told of the one that is shown.
    desk.report(counterpoint::desk::Report::Broke("it trapped".into()));
    let mut desk = Desk { player: desk.player, studio: Studio::default() };
    desk.set("workload.jobs", "2");
    assert_eq!(desk.link(), "order-emails&v=1&own=1zzz&set=workload.jobs=2&at=100ms");
}

#[test]
fn a_link_whose_scenario_is_not_to_be_had_opens_the_nearest_and_says_why() {
    for (link, title, why) in [
        ("order-emails&v=1&own=1zzz", "Order e-mails", "is not whole"),
        ("my-own&v=1&own=1zzz", "GET /user/123", "is not whole"),
        ("order-emails&v=1&kept=9", "Order e-mails", "this browser does not keep it"),
    ] {
        let desk = Desk::open(link);
        assert_eq!(desk.panel().title, title, "{link}");
        let problem = desk.panel().link_problem.clone().unwrap_or_default();
        assert!(problem.contains(why), "{link}: {problem}");
    }
    let link = format!("order-emails&v=1&{FIELD}");
    let unread = Player::open_own(OWN.replace("3,", "-3,"), None, &link);
    let mut desk = Desk { player: unread, studio: Studio::default() };
    desk.run();
    assert_eq!(desk.panel().title, "Order e-mails");
    assert!(desk.panel().link_problem.as_ref().unwrap().starts_with("workload.jobs: "));
}

/// A link holds as much besides its scenario as a link without one.
#[test]
fn a_scenario_in_a_link_leaves_room_for_what_is_changed_of_it() {
    let field = format!("own=1{}", "x".repeat(8_000));
    let link = format!("order-emails&v=1&{field}&set=workload.noun.one={}", "y".repeat(300));
    let (read, problem) = counterpoint::studio::PageLink::read(&link);
    assert_eq!((read.own, problem), (field, None));
    let (_, problem) = counterpoint::studio::PageLink::read(&format!("{link}{}", "y".repeat(8_192)));
    assert!(problem.unwrap().0.contains("bytes"));
}

fn told(link: &str, own: &str) -> Value {
    serde_json::from_str(&mine(link, own)).unwrap()
}

#[test]
fn what_is_shown_becomes_a_text_to_go_on_with_beside_what_was_changed() {
    let link = "order-emails&v=1&seed=7&set=sides.left.timeout=1s";
    let told = told(link, "");
    let text = told["text"].as_str().unwrap();
    assert!(text.starts_with("{\n  \"version\": 1,\n  \"name\": \"order-emails\""), "as it was written: {text}");
    assert_eq!(told["base"], Scenario::from_json(text).unwrap().to_value());
    assert_eq!(told["values"], Desk::open(link).studio.wish().scenario.to_value());
    assert_eq!((&told["values"]["seed"], &told["values"]["sides"][0]["timeout"]), (&7.into(), &"1s".into()));
    assert_eq!(told["problem"], Value::Null);
    let sides = r#"[["shop","Web shop"],["mail","Mail service"]] [["shop","mail"]]"#;
    assert_eq!(format!("{} {}", told["sides"][0]["lanes"], told["sides"][0]["links"]), sides);
}

#[test]
fn the_text_of_ones_own_is_as_it_was_typed() {
    let told = told(&format!("order-emails&v=1&{FIELD}&set=workload.jobs=2"), OWN);
    assert_eq!((told["text"].as_str(), &told["values"]["workload"]["jobs"]), (Some(OWN), &2.into()));
    let broken = self::told("own=", "{ \"name\": 3 }");
    assert!(broken["problem"].as_str().unwrap().starts_with("name: "));
}

#[test]
fn a_file_is_made_of_ones_own_scenario_too_and_its_command_reads_the_file() {
    let link = format!("order-emails&v=1&{FIELD}&set=workload.jobs=2");
    let wanted = Wanted { own: OWN.into(), format: "text".into(), ..Wanted::default() };
    let text = String::from_utf8(made(&link, &wanted).unwrap()).unwrap();
    assert!(text.starts_with("Ours\n"), "{text}");
    let line = command(&link, &wanted, 1, "order-emails.txt");
    let begin = "counterpoint run order-emails.json --set workload.jobs=2 --format text";
    assert_eq!(line, format!("{begin} --output order-emails.txt"));
    let without = made(&link, &Wanted { format: "text".into(), ..Wanted::default() });
    assert!(without.unwrap_err().contains("is not whole"));
}

#[test]
fn a_page_has_ones_own_scenario_in_it() {
    let own = "{ \"name\": \"own\",\n\n  \"title\": \"A </script> in a title\" }";
    let link = "own&v=1&own=1abc&seed=7";
    let told = |place| snippet(place, link, own, &Dress::default(), "https://example.org/");
    let lines = "{ \"name\": \"own\",\n  \"title\": \"A </script> in a title\" }\n";
    assert_eq!(told(Place::MdBook), format!("```counterpoint {{seed=7}}\n{lines}```"));
    assert_eq!(told(Place::MkDocs), format!("```counterpoint seed=\"7\"\n{lines}```"));
    let indented = "   { \"name\": \"own\",\n     \"title\": \"A </script> in a title\" }\n";
    assert_eq!(told(Place::Sphinx), format!(".. counterpoint:: \n   :seed: 7\n\n{indented}"));
    let script = format!("<script type=\"application/json\">\n{}</script>", lines.replace("</", "<\\/"));
    let html = told(Place::Html);
    assert!(html.ends_with(&format!("<counterpoint-diagram seed=\"7\">{script}</counterpoint-diagram>")), "{html}");
    assert!(told(Place::Frame).contains("?embed#own&amp;v=1&amp;own=1abc&amp;seed=7"));
}
