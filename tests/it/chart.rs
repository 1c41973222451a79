//! The curves of a sweep as a picture.

use counterpoint::chart;
use counterpoint::experiment::{Curves, Sweep};
use counterpoint::render::svg::{RULES, Theme};
use roxmltree::{Document, Node};
use serde_json::json;

use crate::sweep::{of_chance, read, sweep, two_orders, two_workers};

const WIDTHS: [u16; 5] = [200, 390, 800, 1200, 4000];

fn number(node: Node<'_, '_>, attribute: &str) -> i32 {
    let text = node.attribute(attribute).unwrap_or_else(|| panic!("{node:?} has no {attribute}"));
    text.parse().unwrap_or_else(|_| panic!("{attribute} of {node:?} is not whole"))
}

fn panels<'a>(document: &'a Document<'a>) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_attribute("data-key")).collect()
}

/// What must hold of every picture, whatever is in it.
#[track_caller]
fn is_sound(text: &str, width: u16) {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let root = document.root_element();
    assert_eq!(number(root, "width"), i32::from(width));
    let height = number(root, "height");
    for node in document.descendants().filter(Node::is_element) {
        for attribute in ["x", "y", "width", "height", "cx", "cy"].into_iter().filter(|name| node.has_attribute(*name))
        {
            let most = if ["y", "cy", "height"].contains(&attribute) { height } else { i32::from(width) };
            assert!((0..=most).contains(&number(node, attribute)), "{node:?}");
        }
        if let Some(path) = node.attribute("d") {
            assert!(path.chars().all(|letter| letter.is_ascii_digit() || "MLZ ".contains(letter)), "{path}");
        }
    }
    for panel in panels(&document) {
        let [left, top, wide, high] =
            ["data-left", "data-top", "data-width", "data-height"].map(|name| number(panel, name));
        let xs: Vec<i32> = panel.attribute("data-x").unwrap().split(' ').map(|x| x.parse().unwrap()).collect();
        assert!(xs.is_sorted() && xs.iter().all(|x| (left..=left + wide).contains(x)), "{xs:?}");
        for dot in panel.children().filter(|node| node.has_tag_name("circle")) {
            assert!(xs.contains(&number(dot, "cx")), "a dot is where its point is said to be");
            assert!((top..=top + high).contains(&number(dot, "cy")), "a dot is in its plot");
        }
    }
}

#[test]
fn a_picture_is_sound_at_every_width_whatever_is_there() {
    let sweeps = [
        of_chance(),
        sweep(two_workers(), &["workload.arrivals.every=35ms..65ms:7"], 2),
        sweep(two_orders(), &["sides.right.protocol=rabbitmq,kafka,sqs", "workload.jobs=1,2"], 1),
        sweep(two_orders(), &["sides.left.timeout=null,150ms,1s"], 1),
    ];
    for sweep in &sweeps {
        let whole = read(sweep);
        let lines: Vec<String> = (0..sweep.runs()).step_by(3).map(|run| sweep.run(run).to_line(run)).collect();
        let some = Curves::read(sweep, &lines.join("\n")).unwrap();
        for curves in [&Curves::new(sweep), &some, &whole] {
            for width in WIDTHS {
                is_sound(&chart::markup(curves, width), width);
                is_sound(&chart::document(curves, width, Theme::Auto), width);
            }
        }
        assert_eq!(chart::document(&whole, 1200, Theme::Dark), chart::document(&read(sweep), 1200, Theme::Dark));
    }
}

/// The second order waits for the first, 50 ms apart: 95 % are handed over after 190 ms when they are asked, and after 20 ms when
/// they are queued. The plot reaches from nought to 200 ms, so both are where their share of its height is.
#[test]
fn a_mean_stands_at_its_share_of_the_plot() {
    let sweep = sweep(two_orders(), &["workload.arrivals.every=50ms,200ms"], 1);
    let text = chart::markup(&read(&sweep), 390);
    let document = Document::parse(&text).unwrap();
    let panel = panels(&document)[0];
    assert_eq!(panel.attribute("data-key"), Some("handed_over"));
    let words: Vec<&str> =
        panel.children().filter_map(|node| node.text()).map(str::trim).filter(|text| !text.is_empty()).collect();
    assert_eq!(words[..6], ["Handed over, 95 %", "0 ms", "50 ms", "100 ms", "150 ms", "200 ms"]);
    let [top, high] = ["data-top", "data-height"].map(|name| number(panel, name));
    let at = |micros: f64| top + high - (micros / 200_000.0 * f64::from(high)).round() as i32;
    let dots: Vec<i32> =
        panel.children().filter(|node| node.has_tag_name("circle")).map(|dot| number(dot, "cy")).collect();
    assert_eq!(dots, [at(190_000.0), at(120_000.0)]);
    let classes = |node: &Node<'_, '_>| node.attribute("class").unwrap_or_default().to_owned();
    let squares = panel.children().filter(|node| classes(node).starts_with("ct-dot") && node.has_tag_name("rect"));
    assert_eq!(squares.map(|dot| number(dot, "y") + 4).collect::<Vec<_>>(), [at(20_000.0), at(20_000.0)]);
}

#[test]
fn each_bend_is_marked_in_each_panel_between_its_points() {
    let sweep = sweep(two_workers(), &["workload.arrivals.every=35ms..65ms:7"], 2);
    let curves = read(&sweep);
    let text = chart::markup(&curves, 1200);
    let document = Document::parse(&text).unwrap();
    for panel in panels(&document) {
        let xs: Vec<i32> = panel.attribute("data-x").unwrap().split(' ').map(|x| x.parse().unwrap()).collect();
        let marked =
            panel.children().filter(|node| node.attribute("class").is_some_and(|class| class.starts_with("ct-bend")));
        let marked: Vec<[i32; 2]> = marked.map(|bend| ["x", "width"].map(|name| number(bend, name))).collect();
        assert_eq!(marked, [[xs[2], xs[3] - xs[2]]; 2]);
    }
    let file = chart::document(&curves, 1200, Theme::Auto);
    let file = Document::parse(&file).unwrap();
    let described = file.descendants().find(|node| node.has_tag_name("desc")).and_then(|node| node.text()).unwrap();
    assert!(curves.bends().iter().all(|bend| described.contains(&bend.sentence)));
}

/// The page has its own sheets, and its policy allows no others.
#[test]
fn the_markup_for_the_page_wears_classes_of_the_sheets_and_no_style() {
    let text = chart::markup(&read(&of_chance()), 800);
    let document = Document::parse(&text).unwrap();
    for node in document.descendants().filter(Node::is_element) {
        assert!(!node.has_tag_name("style") && !node.has_attribute("style"));
        for class in node.attribute("class").unwrap_or_default().split_whitespace().filter(|class| *class != "ct-chart")
        {
            let rule = format!(".{class}");
            assert!([chart::SHEET, RULES].iter().any(|sheet| sheet.contains(&rule)), "no sheet has {class}");
        }
    }
}

#[test]
fn a_picture_of_too_many_settings_is_refused_in_a_sentence() {
    let many = json!({ "scenario": two_orders(), "axes": ["workload.jobs=1,2", "network.latency=1ms..13ms:13"] });
    let many = Sweep::from_json(&many.to_string()).unwrap();
    let sentence = "a picture has room for 12 settings of the axes but the first, and there are 13";
    assert_eq!(chart::check(&many), Err(sentence.to_owned()));
    assert_eq!(chart::check(&of_chance()), Ok(()));
}
