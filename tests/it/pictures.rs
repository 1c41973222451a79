//! What is counted of the pictures of all built-in scenarios, as a newcomer meets them: captions away from their moments,
//! labels that lines run through, long leaders.
//!
//! `cargo test --test it -- pictures:: --nocapture` prints the counts.

use std::sync::OnceLock;

use counterpoint::player::{current, is_in_sight, scrolled};
use counterpoint::recording::Style;
use counterpoint::scenario::{PRESETS, Played};
use counterpoint::scene::{
    Area, Form, Level, Light, Look, Point, SAMPLE, Scene, Shape, Subject, View, layout, layout_apart, legend,
    whole_heads,
};
use counterpoint::story;
use counterpoint::studio::Studio;
use counterpoint::trace::{Drawing, JobId, MarkKind, StayKind};

/// A built-in scenario as the page shows it in a window of one width.
struct Picture {
    name: &'static str,
    width: u16,
    scenes: Vec<Scene>,
}

/// The pictures in windows 1,280 and 390 pixels wide.
fn pictures() -> &'static [(Played, [Picture; 2])] {
    static PICTURES: OnceLock<Vec<(Played, [Picture; 2])>> = OnceLock::new();
    PICTURES.get_or_init(|| {
        let each = PRESETS.iter().map(|preset| {
            let played = preset.scenario().play();
            let selection = played.scenario.head.view.job.map(|number| JobId::from_index(number - 1));
            let picture = |window: u16| {
                // What the page leaves of a window's width for its content: see `static/style.css`.
                let (wide, width) = if window < 720 { (false, window - 26) } else { (true, window - 80) };
                let view = View { width, selection, ..View::default() };
                let scenes = if wide { vec![layout(&played.sides, &view)] } else { layout_apart(&played.sides, &view) };
                Picture { name: preset.name, width: window, scenes }
            };
            let pictures = [picture(1280), picture(390)];
            (played, pictures)
        });
        each.collect()
    })
}

fn each_scene() -> impl Iterator<Item = (&'static Picture, &'static Scene)> {
    pictures().iter().flat_map(|(_, pictures)| {
        pictures.iter().flat_map(|picture| picture.scenes.iter().map(move |scene| (picture, scene)))
    })
}

#[test]
fn no_caption_is_away_from_its_moment() {
    // By a leader at most: where lanes are narrow, there is not always room.
    for (window, most) in [(1280, 8), (390, 30)] {
        let (mut all, mut led, mut farthest) = (0, 0, 0);
        for (picture, scene) in each_scene().filter(|(picture, _)| picture.width == window) {
            for callout in &scene.callouts {
                all += 1;
                let told = format!("{} at {}: caption {}", picture.name, picture.width, callout.number);
                assert_eq!(callout.y, scene.scale.y_from_moment(callout.at), "{told}");
                let (top, bottom) = (callout.area.y, callout.area.bottom());
                let Some((from, to)) = callout.leader else {
                    assert!((top..=bottom).contains(&callout.y), "{told} does not reach over its moment");
                    continue;
                };
                led += 1;
                farthest = farthest.max((from.y - to.y).abs() / 10);
                assert_eq!(from.y, callout.y, "{told}: its leader begins elsewhere");
                assert!(to.y == top || to.y == bottom, "{told}: its leader does not end at its plate");
                assert!((callout.area.x..=callout.area.right()).contains(&to.x), "{told}: its leader misses its plate");
            }
        }
        println!("{window}: {all} captions, {led} of them by a leader, the longest of {farthest} px");
        assert!(all > 40, "captions are drawn");
        assert!(led * 100 <= all * most, "a leader is the exception: {led} of {all}");
    }
}

/// Nor is a word of one cut, however narrow the lanes are.
#[test]
fn every_caption_is_whole() {
    for (picture, scene) in each_scene() {
        for callout in &scene.callouts {
            for shape in &callout.shapes {
                if let Form::Text { text, .. } = &shape.form {
                    assert!(!text.contains('…'), "{} at {}: {text}", picture.name, picture.width);
                }
            }
        }
    }
}

/// What draws many messages in bulk comes to the page when the first picture is there.
#[test]
fn every_built_in_scenario_is_drawn_message_by_message() {
    for (picture, scene) in each_scene() {
        assert_eq!(scene.bundled, 0, "{} at {}", picture.name, picture.width);
    }
}

#[test]
fn every_caption_is_drawn() {
    for (played, pictures) in pictures() {
        let captions: usize = played.sides.iter().map(|side| side.captions.len()).sum();
        for picture in pictures {
            let drawn: usize = picture.scenes.iter().map(|scene| scene.callouts.len()).sum();
            assert_eq!(drawn, captions, "{} at {}", picture.name, picture.width);
        }
    }
}

/// Every line that could run through a label: arrows with what they belong to, and leaders with whose they are.
fn lines(scene: &Scene) -> Vec<(&Shape, Point, Point)> {
    let mut lines = Vec::new();
    for layer in &scene.layers {
        for shape in &layer.shapes {
            let is_arrow = layer.level == Level::Arrows;
            if let (true, Form::Line { from, to }) = (is_arrow || shape.look == Look::Leader, &shape.form)
                && layer.level != Level::Clock
            {
                lines.push((shape, *from, *to));
            }
        }
    }
    lines
}

/// Whether a line runs through the letters of a text: not merely along the edge of the room that is kept for it.
fn strikes(from: Point, to: Point, area: Area) -> bool {
    let area = Area::new(area.x + 10, area.y + 25, (area.width - 20).max(1), (area.height - 50).max(1));
    let steps = 200;
    (0..=steps).any(|step| {
        let at = |from: i32, to: i32| from + (i64::from(to - from) * step / steps) as i32;
        let (x, y) = (at(from.x, to.x), at(from.y, to.y));
        area.x < x && x < area.right() && area.y < y && y < area.bottom()
    })
}

#[test]
fn few_labels_are_struck_and_few_leaders_are_long() {
    // How many of a thousand labels at most a line runs through, and how many stand more than 24 px from what they name.
    for (window, most_struck, most_long) in [(1280, 12, 36), (390, 50, 98)] {
        let (mut labels, mut struck, mut leaders, mut long) = (0, 0, 0, 0);
        let mut worst: Vec<(usize, &str)> = Vec::new();
        for (picture, scene) in each_scene().filter(|(picture, _)| picture.width == window) {
            let lines = lines(scene);
            let layer = scene.layers.iter().find(|layer| layer.level == Level::Labels).unwrap();
            let before = struck;
            for shape in &layer.shapes {
                match &shape.form {
                    Form::Text { area, .. } => {
                        labels += 1;
                        let of = |shape: &Shape| (shape.key.side, shape.key.subject);
                        let is_other = |line: &Shape| of(line) != of(shape);
                        let mut others = lines.iter().filter(|(line, ..)| is_other(line));
                        struck += usize::from(others.any(|(_, from, to)| strikes(*from, *to, *area)));
                    }
                    Form::Line { from, to } if shape.look == Look::Leader => {
                        leaders += 1;
                        let (x, y) = (i64::from(to.x - from.x), i64::from(to.y - from.y));
                        long += usize::from(x * x + y * y > 240 * 240);
                    }
                    _ => {}
                }
            }
            worst.push((struck - before, picture.name));
        }
        worst.sort_unstable_by(|one, other| other.cmp(one));
        worst.truncate(5);
        println!(
            "{window}: {struck} of {labels} labels struck, {long} of {leaders} leaders over 24 px; worst {worst:?}"
        );
        assert!(struck * 1000 <= labels * most_struck, "{window}: {struck} of {labels} labels are struck");
        assert!(long * 1000 <= labels * most_long, "{window}: {long} of {labels} labels have a long leader");
    }
}

/// How many pixels of its picture a viewport shows at least, heads apart, in windows of 1280 x 720 and 390 x 844: see
/// `.viewport` in `static/style.css`, and the browser tests, which measure it.
fn room(window: u16, played: &Played, scene: &Scene) -> i32 {
    // On a phone there is less where both sides have a choice of the broker above them.
    let is_chosen_twice = played.sides.iter().all(|side| side.style == Style::Queued);
    let height = match (window, is_chosen_twice) {
        (1280, _) => 313,
        (_, false) => 258,
        (_, true) => 245,
    };
    // And a line less under the first one, which says what to look at next.
    let next = if window == 390 && played.scenario.head.name == PRESETS[0].name { 12 } else { 0 };
    height - next - scene.heads_height / 10
}

/// The moment itself and the captions that speak of what happened last, which is what its view names.
#[test]
fn no_caption_that_the_opening_needs_is_out_of_sight() {
    let mut out = Vec::new();
    for (played, pictures) in pictures() {
        let head = played.scenario.telling(&played.sides);
        for picture in pictures {
            let scenes: Vec<&Scene> = picture.scenes.iter().collect();
            let room = room(picture.width, played, scenes[0]);
            let place = scrolled(&scenes, head, room, None);
            let captions: usize = scenes.iter().map(|scene| current(scene, head).count()).sum();
            let told = format!("{} at {}, {head:?}", picture.name, picture.width);
            if !is_in_sight(&scenes, head, room, place) {
                out.push(format!("{told}: out of sight"));
            }
            if captions == 0 && !played.scenario.head.notes.is_empty() {
                out.push(format!("{told}: it opens before anything is said"));
            }
        }
    }
    println!("{}", out.join("\n"));
    assert!(out.is_empty(), "{} openings", out.len());
}

/// What a view names is found with more jobs as well, so that a link to a larger run opens there and not at the moment
/// of the smaller one.
#[test]
fn every_built_in_scenario_opens_at_an_event() {
    for (played, pictures) in pictures() {
        let view = &played.scenario.head.view;
        assert!(view.when.is_some() || view.at.is_none(), "{} opens at a fixed moment", pictures[0].name);
        // Where the event did not take place, it would open at the end.
        let telling = played.scenario.telling(&played.sides);
        let is_an_end = played.sides.iter().any(|side| side.trace.jobs.iter().any(|job| job.answered == telling));
        assert!(view.when.is_none() || telling < played.ended() || is_an_end, "{}", pictures[0].name);
    }
}

/// What a legend says of each look, and for which looks it has nothing to say: those with words of their own beside
/// them, and those that are no sign.
#[test]
fn a_legend_tells_every_sign_of_its_picture_and_no_other() {
    const SPEAKS_FOR_ITSELF: &[Look] = &[
        Look::Grid,
        Look::Tick,
        Look::Tear,
        Look::Crossing,
        Look::Lifeline,
        Look::RiverLine,
        Look::HeadFilled,
        Look::HeadOpen,
        Look::Bed,
        Look::PlaceLine,
        Look::Sign,
        Look::Label,
        Look::Leader,
        Look::Plate,
        Look::Tag,
        Look::WaitingArea,
    ];
    let mut told = std::collections::BTreeSet::new();
    for (picture, scene) in each_scene() {
        let entries = legend(scene);
        for shape in scene.layers.iter().flat_map(|layer| &layer.shapes) {
            let is_shade = shape.look.css().starts_with("cp-traffic-");
            let look = if is_shade { Look::Traffic3 } else { shape.look };
            let is_told = entries.iter().any(|entry| entry.look == look) || SPEAKS_FOR_ITSELF.contains(&look);
            assert!(is_told, "{} at {}: {look:?}", picture.name, picture.width);
        }
        for entry in &entries {
            told.insert(entry.words);
            let mut shapes = scene.layers.iter().flat_map(|layer| &layer.shapes);
            let is_used = shapes.any(|shape| shape.look == entry.look) || entry.look == Look::Traffic3;
            assert!(is_used, "{} at {}: `{}` is not in the picture", picture.name, picture.width, entry.words);
            for shape in &entry.shapes {
                let (room, area) = (SAMPLE.grown(10), shape.form.bounds());
                let fits = area.x >= room.x && area.right() <= room.right() && area.bottom() <= room.bottom();
                assert!(fits && area.y >= room.y, "`{}` leaves its sample: {area:?}", entry.words);
            }
        }
    }
    assert!(told.len() > 25, "the built-in scenarios use most signs: {told:?}");
}

/// A run of like failures says it once, with their number.
#[test]
fn like_failures_that_follow_each_other_are_said_once() {
    let words = |name: &str| -> Vec<String> {
        let (_, [wide, _]) = pictures().iter().find(|(_, [wide, _])| wide.name == name).unwrap();
        let shapes = wide.scenes.iter().flat_map(Scene::body);
        let texts = shapes.filter_map(|shape| match &shape.form {
            Form::Text { text, .. } => Some(text.clone()),
            _ => None,
        });
        texts.collect()
    };
    for (name, once, part) in [
        ("nightly-batch", "gave up × 4", "gave up"),
        ("order-emails", "POST /orders/9–11/email: refused × 7", "refused ×"),
    ] {
        let words = words(name);
        let saying = words.iter().filter(|text| text.contains(part)).collect::<Vec<_>>();
        assert_eq!(saying, [once], "{name}");
    }
    assert!(words("kafka-hot-partition").contains(&"lag 4 in p1".to_owned()), "the hot partition is named");
}

/// What the texts of a picture say, each with the side it belongs to.
fn texts(scenes: &[Scene]) -> Vec<(Option<u8>, &str)> {
    let shapes = scenes.iter().flat_map(Scene::body);
    let texts = shapes.filter_map(|shape| match &shape.form {
        Form::Text { text, .. } => Some((shape.key.side, text.as_str())),
        _ => None,
    });
    texts.collect()
}

/// Of like marks the first says it, and a crowded picture may say several marks of a lane as one; but no kind of mark
/// that a lane met goes unsaid. On a phone there is not always room for the reason, which the sign's name then has.
#[test]
fn what_failed_is_said_on_its_lane_and_so_is_every_other_mark() {
    let (mut said, mut unsaid) = (0, Vec::new());
    for preset in PRESETS {
        let sides = Studio::with(preset.scenario()).finish().sides;
        for width in [364, 390, 800, 941, 1200, 1600] {
            let view = View { width, ..View::default() };
            let scenes = if width < 720 { layout_apart(&sides, &view) } else { vec![layout(&sides, &view)] };
            let texts = texts(&scenes);
            let is_hole = |text: &str| text.is_empty() || text.contains("{count}") || text.contains("{job}");
            let hole = texts.iter().find(|(_, text)| is_hole(text));
            assert_eq!(hole, None, "{} at {width}", preset.name);
            for (number, side) in sides.iter().enumerate() {
                for mark in &side.trace.marks {
                    // What a reader of a log commits is drawn as its place beside the track.
                    if mark.kind == MarkKind::Committed && side.trace.actor(mark.actor).drawing == Drawing::Tracks {
                        continue;
                    }
                    let label = side.trace.mark_label(mark);
                    let (what, _) = label.split_once(": ").unwrap_or((&label, ""));
                    let least = if width < 720 { what } else { &label };
                    let is_said = |(of, text): &(Option<u8>, &str)| *of == Some(number as u8) && text.contains(least);
                    let mut shapes = scenes.iter().flat_map(Scene::body);
                    said += 1;
                    if !texts.iter().any(is_said) || !shapes.any(|shape| shape.name.contains(&label)) {
                        unsaid.push(format!("{} at {width}: `{label}` ({:?})", preset.name, mark.kind));
                    }
                }
            }
        }
    }
    unsaid.dedup();
    assert!(unsaid.is_empty(), "said nowhere: {unsaid:#?}");
    assert!(said > 200, "{said}");
}

/// Whoever points at a bar, a frame or a line beside a lane is told what it is. Only a bracket has no words of its own: it
/// belongs to the frame beside it.
#[test]
fn whatever_stands_in_a_lane_says_what_it_is() {
    let mut named = 0;
    for (picture, scene) in each_scene() {
        let shapes = || scene.layers.iter().filter(|layer| layer.level == Level::Stays).flat_map(|layer| &layer.shapes);
        for shape in shapes() {
            let is_named = |other: &Shape| other.key.subject == shape.key.subject && !other.name.is_empty();
            let is_told = !shape.name.is_empty() || shape.look == Look::Scheduled && shapes().any(is_named);
            assert!(is_told, "{} at {}: {:?} has no name", picture.name, picture.width, shape.look);
            named += 1;
        }
    }
    assert!(named > 1_000, "{named}");
}

/// No bar can have the focus, so what a bar says is told where keys lead: the bar of a job is a line of that job's story,
/// with its beginning and its end, and any other begins in a step at which the playhead can be put.
#[test]
fn what_a_bar_says_is_reached_without_pointing() {
    let (mut told, mut steps) = (0, 0);
    for (picture, scene) in each_scene().filter(|(picture, _)| picture.width == 1280) {
        let (played, _) = pictures().iter().find(|(_, [wide, _])| wide.name == picture.name).unwrap();
        let layers = scene.layers.iter().filter(|layer| layer.level == Level::Stays);
        for shape in layers.flat_map(|layer| &layer.shapes) {
            let (Some(side), Subject::Stay(id)) = (shape.key.side, shape.key.subject) else { continue };
            let trace = &played.sides[usize::from(side)].trace;
            let stay = &trace.stays[id.index() as usize];
            assert_eq!(trace.steps[stay.cause.index() as usize].at, stay.begin, "{}: {}", picture.name, shape.name);
            steps += 1;
            // What lasted no time held nobody up, and only work is told all the same.
            let lasted = stay.begin < stay.end || stay.kind == StayKind::Busy;
            if let (Some(job), true) = (shape.job, lasted) {
                let lines = story::job(trace, job);
                let is_it = |line: &story::Line| line.at == stay.begin && line.until == stay.end.known();
                assert!(lines.iter().any(is_it), "{}: {}", picture.name, shape.name);
                told += 1;
            }
        }
    }
    assert!(told > 300 && steps > told, "{told} of {steps}");
}

/// What a scenario opens at is said on a phone as well.
#[test]
fn the_redelivery_that_order_emails_is_about_is_labelled_in_every_width() {
    let (_, pictures) = pictures().iter().find(|(played, _)| played.scenario.head.name == "order-emails").unwrap();
    for picture in pictures {
        let layers = picture.scenes.iter().flat_map(|scene| &scene.layers);
        let mut shapes = layers.flat_map(|layer| &layer.shapes);
        let is_said = shapes.any(|shape| match &shape.form {
            Form::Text { text, .. } => text == "redeliver order 7, try 2" && shape.light == Light::Lit,
            _ => false,
        });
        assert!(is_said, "in a window of {}", picture.width);
    }
}

/// Three queues in one lane: each is named over its river, whole or in letters that tell it from the others; and whoever
/// points at such letters is told the whole name.
#[test]
fn the_queues_of_one_lane_are_named_in_every_width() {
    let played = PRESETS.iter().find(|preset| preset.name == "rabbitmq-publish-subscribe").unwrap().scenario().play();
    let names = |scenes: &[Scene]| -> Vec<(String, String)> {
        let layers = scenes.iter().flat_map(|scene| &scene.layers);
        let shapes = layers
            .flat_map(|layer| &layer.shapes)
            .filter(|shape| matches!((shape.look, shape.key.subject), (Look::Tick, Subject::Lane(_))));
        let told = shapes.filter_map(|shape| match &shape.form {
            Form::Text { text, .. } => Some((text.clone(), shape.name.clone())),
            _ => None,
        });
        told.collect()
    };
    let whole = ["stock", "mail", "audit"];
    for width in [364, 720, 800, 1000, 1200] {
        let view = View { width, ..View::default() };
        let apart = width < 720;
        let scenes = if apart { layout_apart(&played.sides, &view) } else { vec![layout(&played.sides, &view)] };
        let named = names(&scenes);
        assert_eq!(named.len(), 3, "{width}: {named:?}");
        for ((text, said), whole) in named.iter().zip(whole) {
            assert!(!text.is_empty() && whole.starts_with(text.split('…').next().unwrap()), "{width}: {named:?}");
            assert_eq!(if said.is_empty() { text } else { said }, whole, "{width}: {named:?}");
            assert_eq!(named.iter().filter(|(other, _)| other == text).count(), 1, "{width}: {named:?}");
        }
        // Whoever points at the head of the lane, or has the focus on it, reads all of them.
        let heads: Vec<_> = scenes.iter().flat_map(|scene| whole_heads(&played.sides, scene)).collect();
        let said = heads.iter().flat_map(|head| &head.shapes).any(|shape| match &shape.form {
            Form::Text { text, .. } => text == "fanout: stock, mail, audit",
            _ => false,
        });
        assert_eq!(said, named.iter().any(|(_, whole)| !whole.is_empty()), "{width}");
    }
}
