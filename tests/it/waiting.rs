//! Where the jobs of a run were over time.

use counterpoint::chart;
use counterpoint::metrics::{Metrics, OverTime, Whereabouts, measure};
use counterpoint::render::summary::yardstick;
use counterpoint::render::svg::Theme;
use counterpoint::render::waiting::Waiting;
use counterpoint::scenario::{PRESETS, Played, Scenario};
use proptest::prelude::*;
use roxmltree::{Document, Node};
use serde_json::Value;

use crate::properties::{check, generate, play};
use crate::sweep::two_orders;

fn two_orders_played() -> Played {
    Scenario::from_value(two_orders()).unwrap().play()
}

/// By hand: asked, the first order is on its way until 10 ms, at work until 110 ms, and its answer is there at 120 ms; the
/// second is wanted at 50 ms, waits until then for the thread, and is on its way until 130 ms. Queued, the second is at the
/// queue from 60 ms on, until the acknowledgement of the first is there at 130 ms. In steps of 50 ms.
#[test]
fn two_orders_are_where_they_are_by_hand() {
    let told = Waiting::of(&two_orders_played(), 5).to_text();
    assert_eq!(
        told,
        "\
walk: where the jobs were

left: HTTP calls
from                       0 ms  50 ms  100 ms  150 ms  200 ms
Client: for a free thread     0      1     0.4       0       0
on the way                  0.2      0     0.4       0     0.2
Server: at work             0.8      1     0.6       1     0.6
* 23 % of the time that the jobs took was spent waiting, all of it at “Client: for a free thread”, where most were from 50 ms to \
100 ms: 1 on average.

right: Queued through RabbitMQ
from             0 ms  50 ms  100 ms  150 ms  200 ms
on the way        0.4    0.2     0.2       0       0
Queue: ready        0    0.8     0.6       0       0
Server: at work   0.6      1     0.6       1     0.8
* 23 % of the time that the jobs took was spent waiting, all of it at “Queue: ready”, where most were from 50 ms to 100 ms: 0.8 \
on average.
"
    );
}

/// The job time of a side by where it was spent, as its metrics have it.
fn spent(metrics: &Metrics, there: Whereabouts) -> u64 {
    match there {
        Whereabouts::Working => metrics.working_us,
        Whereabouts::Backlog => metrics.backlog_us,
        Whereabouts::Pool => metrics.pool_us,
        Whereabouts::AcceptQueue => metrics.accept_queue_us,
        Whereabouts::Ready | Whereabouts::Hidden | Whereabouts::Delivered => metrics.broker_us,
        Whereabouts::Network => metrics.network_us,
        Whereabouts::Retry => metrics.retry_us,
        Whereabouts::Resting => metrics.resting_us,
        Whereabouts::Silence => metrics.silence_us,
    }
}

/// That the steps add up to the numbers of the report.
fn adds_up(played: &Played, most_steps: u32) -> Result<(), TestCaseError> {
    let yardstick = yardstick(played);
    for side in &played.sides {
        let metrics = measure(&side.trace, &yardstick);
        let over_time = OverTime::of(&side.trace, played.ended(), most_steps);
        prop_assert!(over_time.steps().count() <= most_steps as usize);
        let total: u64 = over_time.places.iter().map(|place| place.total_us()).sum();
        prop_assert_eq!(total, metrics.job_time_us);
        for place in &over_time.places {
            let same = over_time.places.iter().filter(|other| key(other.there) == key(place.there));
            prop_assert_eq!(same.map(|place| place.total_us()).sum::<u64>(), spent(&metrics, place.there));
            prop_assert_eq!(place.job_time_us.len(), over_time.steps().count());
        }
    }
    Ok(())
}

/// What has one number in the report.
fn key(there: Whereabouts) -> &'static str {
    match there {
        Whereabouts::Ready | Whereabouts::Hidden | Whereabouts::Delivered => "broker",
        there => there.key(),
    }
}

#[test]
fn the_steps_add_up_to_the_report_in_every_built_in_scenario() {
    for preset in PRESETS {
        adds_up(&preset.scenario().play(), 60).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
    }
}

#[test]
fn the_steps_add_up_to_the_report_in_random_scenarios() {
    check(23, &(generate::scenario(), 1..100u32), |(text, steps)| adds_up(&play(&text), steps));
}

#[test]
fn text_json_and_csv_have_the_same_numbers() {
    let played = PRESETS.iter().find(|preset| preset.name == "order-emails").unwrap().scenario().play();
    let waiting = Waiting::of(&played, 12);
    let (text, report) = (waiting.to_text(), waiting.to_json());
    let mut table = Vec::new();
    waiting.write_csv(&mut table).unwrap();
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(table.as_slice()).records().map(Result::unwrap).collect();
    let mut lines = 0;
    for side in report["sides"].as_array().unwrap() {
        assert!(text.contains(side["said"].as_str().unwrap()));
        for place in side["places"].as_array().unwrap() {
            let told: Vec<&str> = place["told"].as_array().unwrap().iter().map(|told| told.as_str().unwrap()).collect();
            let name = place["name"].as_str().unwrap();
            let is_line = |line: &&str| {
                line.split_whitespace().collect::<Vec<_>>().join(" ") == format!("{name} {}", told.join(" "))
            };
            assert!(text.lines().any(|line| is_line(&line)), "{name}");
            let lane = place["lane"].as_str().unwrap_or_default();
            let of_it = rows.iter().filter(|row| {
                row[0] == *side["id"].as_str().unwrap()
                    && row[1] == *place["place"].as_str().unwrap()
                    && row[2] == *lane
            });
            let times: Vec<Value> = of_it.map(|row| row[5].parse::<u64>().unwrap().into()).collect();
            assert_eq!(&times, place["job_time_us"].as_array().unwrap());
            lines += times.len();
        }
    }
    assert_eq!(lines, rows.len());
}

fn number(node: Node<'_, '_>, attribute: &str) -> i32 {
    node.attribute(attribute).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{node:?}: {attribute}"))
}

/// A strip is as high as its share of the scale, and lies where its step does. The window is 250 ms and the scale ends at one job:
/// a full strip is one order that waits from 60 to 120 ms without a break.
#[test]
fn a_strip_has_its_height_and_place() {
    let played = two_orders_played();
    let text = chart::waiting::markup(&Waiting::of(&played, 25), 390);
    let document = Document::parse(&text).unwrap();
    let plot = document.descendants().find(|node| node.attribute("class") == Some("ct-plot")).unwrap();
    let [left, top, width, height] = ["x", "y", "width", "height"].map(|name| number(plot, name));
    let waits = document
        .descendants()
        .find(|node| node.attribute("class").is_some_and(|class| class.starts_with("ct-waits")))
        .unwrap();
    let x = |ms: i32| left + width * ms / 250;
    let (full, floor) = (top, top + height);
    let outline: Vec<String> =
        waits.attribute("d").unwrap().trim_matches(['M', 'Z']).split('L').map(str::to_owned).collect();
    let waits_at = |ms: i32, y: i32| outline.contains(&format!("{} {y}", x(ms)));
    assert!(waits_at(50, full) && waits_at(120, full), "{outline:?}");
    assert!(waits_at(50, floor) && waits_at(120, floor), "{outline:?}");
}

#[test]
fn a_picture_is_sound_at_every_width() {
    for preset in PRESETS {
        let played = preset.scenario().play();
        let waiting = Waiting::of(&played, 60);
        for width in [200, 390, 1200, 4000] {
            for text in
                [chart::waiting::markup(&waiting, width), chart::waiting::document(&waiting, width, Theme::Auto)]
            {
                let document = Document::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
                let root = document.root_element();
                assert_eq!(number(root, "width"), i32::from(width));
                for node in document.descendants().filter(|node| node.is_element() && node.has_attribute("y")) {
                    assert!((0..=number(root, "height")).contains(&number(node, "y")), "{node:?}");
                    assert!((0..=i32::from(width)).contains(&number(node, "x")), "{node:?}");
                }
                for path in document.descendants().filter_map(|node| node.attribute("d").map(str::to_owned)) {
                    assert!(path.chars().all(|letter| letter.is_ascii_digit() || "MLZ ".contains(letter)), "{path}");
                }
            }
        }
    }
}
