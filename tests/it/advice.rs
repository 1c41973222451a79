//! Advice: a call or a queue, for a workload of one's own.

use std::iter::successors;

use counterpoint::chart;
use counterpoint::experiment::advice::{
    Advice, Exhibit, RULES, Reason, Seen, Speaks, Verdict, advise, told_as_json, told_as_text,
};
use counterpoint::experiment::workload::Workload;
use counterpoint::experiment::{Row, place_of};
use counterpoint::render::svg::{Theme, small};
use roxmltree::{Document, Node};
use serde_json::{Value, json};

use crate::properties::is_long;

fn workload(of: &Value) -> Workload {
    Workload::from_json(&of.to_string()).unwrap()
}

fn advice(of: &Value) -> Advice {
    advise(&workload(of), 1).unwrap()
}

/// The workloads with the labels that they were given before there was any advice.
fn labelled() -> Vec<Value> {
    serde_json::from_str(include_str!("../workloads.json")).unwrap()
}

#[test]
fn each_labelled_workload_comes_out_as_labelled_and_its_reason_is_seen_in_a_picture() {
    let all = labelled();
    for (rule, ..) in RULES {
        let of_it = all.iter().filter(|labelled| labelled["label"]["rule"] == rule);
        assert_eq!(of_it.count(), 3, "{rule}");
    }
    for Labelled { name, verdict, rule, workload } in all.iter().map(Labelled::of) {
        let advice = advice(workload);
        assert_eq!(advice.verdict.word(), verdict, "{name}: {}", told_as_text(&advice));
        let reason = advice.reasons.iter().find(|reason| reason.rule == rule).unwrap();
        assert!(reason.applies, "{name}: {rule} does not apply: {}", reason.said);
        is_marked(reason, reason.exhibit.as_ref().unwrap(), workload);
    }
}

struct Labelled<'a> {
    name: &'a str,
    verdict: &'a str,
    rule: &'a str,
    workload: &'a Value,
}

impl Labelled<'_> {
    fn of(labelled: &Value) -> Labelled<'_> {
        let text = |value: &'static str| labelled["label"][value].as_str().unwrap();
        let workload = &labelled["workload"];
        Labelled { name: workload["name"].as_str().unwrap(), verdict: text("verdict"), rule: text("rule"), workload }
    }
}

#[test]
fn with_fresh_seeds_a_verdict_flips_only_where_it_is_a_close_call() {
    let border = |rate: f64, work: &str| json!({ "work": work, "rate_per_s": rate, "workers": 4 });
    let mut all: Vec<Value> = labelled().into_iter().map(|labelled| labelled["workload"].clone()).collect();
    if !is_long() {
        all = all.into_iter().step_by(12).collect();
    }
    // Around the limits: 4 workers of 100 ms do 40 a second.
    all.extend([22.0, 27.5, 34.0].map(|rate| border(rate, "100ms")));
    let waited = |rate: f64| json!({ "work": { "exponential": { "mean": "100ms" } }, "rate_per_s": rate, "workers": 4, "waits": "program", "within": "700ms" });
    all.extend([25.0, 31.0, 38.0].map(waited));
    let seeds: &[u64] = if is_long() { &[1, 1000, 2000, 3000] } else { &[1, 1000] };
    let mut close = 0;
    for of in &all {
        let verdicts: Vec<Advice> = seeds.iter().map(|seed| advise(&workload(of), *seed).unwrap()).collect();
        let flips = verdicts.iter().any(|advice| advice.verdict != verdicts[0].verdict);
        close += usize::from(verdicts[0].close);
        assert!(!flips || verdicts.iter().all(|advice| advice.close), "{of}");
    }
    assert!((1..all.len()).contains(&close), "{close} of {} are close", all.len());
}

#[test]
fn longer_work_never_moves_a_verdict_towards_a_call() {
    let cases = [
        json!({ "rate_per_s": 10, "workers": 4 }),
        json!({ "rate_per_s": 10, "workers": 4, "waits": "person", "within": "2s" }),
        json!({ "rate_per_s": 1, "workers": 2, "outage": "30s" }),
        json!({ "rate_per_s": 0.5, "burst": 300, "workers": 20, "waits": "program" }),
        json!({ "rate_per_s": 2, "burst": 10, "workers": 4, "broker": "sqs", "may_run_twice": true }),
    ];
    for mut of in cases {
        // Each step by a quarter with --long.
        let mut last: Option<Advice> = None;
        let steps: Vec<u64> = match is_long() {
            true => successors(Some(5.0), |millis| Some(millis * 1.25)).take(45).map(|millis| millis as u64).collect(),
            false => vec![5, 150, 900, 60_000],
        };
        for millis in steps {
            of["work"] = format!("{millis}ms").into();
            let now = advice(&of);
            if let Some(last) = &last {
                let is_towards = now.verdict < last.verdict;
                assert!(!is_towards || now.close || last.close, "{of}: from {:?} to {:?}", last.verdict, now.verdict);
            }
            last = Some(now);
        }
        assert_ne!(last.unwrap().verdict, Verdict::Call, "{of}: nobody is held for a minute");
    }
}

/// 40 a second with 300 ms each take 12 workers all the time, and with a prefetch of one each waits another 20 ms for the next.
#[test]
fn a_prefetch_of_one_is_named_as_the_cause() {
    let mut of = json!({ "work": "300ms", "rate_per_s": 40, "workers": 12, "prefetch": 1 });
    let found = advice(&of);
    assert!(found.causes[0].starts_with("Prefetch 1 is why the queue takes so long"), "{:?}", found.causes);
    assert!(
        found.causes[1].starts_with("12 workers are too few on either side: 40 a second with 300 ms"),
        "{:?}",
        found.causes
    );
    of["rate_per_s"] = 4.into();
    assert_eq!(advice(&of).causes, Vec::<String>::new(), "with little to do it is no cause");
}

/// By hand: 200 at once for 200 workers of 100 ms, 10 ms from one to another. Called, each is done at 10 + 100 and answered at
/// 120 ms; queued, it is handed over at 10 + 10 and done at 10 + 10 + 100 ms.
#[test]
fn the_numbers_are_those_reckoned_by_hand() {
    let of = json!({ "work": "100ms", "rate_per_s": 0.01, "burst": 200, "workers": 200 });
    let numbers = advice(&of).numbers;
    let number = |key: &str| numbers.iter().find(|(known, _)| *known == key).unwrap().1;
    assert_eq!(number("time_to_hand_over.p95_us"), [Some(120_000), Some(20_000)]);
    assert_eq!(number("time_to_finish.p95_us"), [Some(110_000), Some(120_000)]);
    assert_eq!(number("useful"), [Some(200), Some(200)]);
    assert_eq!(number("messages_per_job"), [Some(2_000_000), Some(4_000_000)]);
}

/// Erlang: the service alone is an M/D/1, of which theory knows the mean wait; here through the workload's form.
#[test]
fn a_workload_of_one_worker_waits_as_long_as_theory_says() {
    use counterpoint::experiment::workload::Twist;
    let of = workload(&json!({ "work": "100ms", "rate_per_s": 5, "workers": 1, "latency": "1us", "outage": "400s" }));
    let of = Workload { outage: None, ..of };
    let means = (1..=40).map(|seed| {
        let scenario = of.scenario(Twist::none(seed)).unwrap();
        Row::of(&scenario).numbers[0][place_of("time_to_finish.mean_us").unwrap()].unwrap() as f64 / 1e6
    });
    let means: Vec<f64> = means.collect();
    let count = means.len() as f64;
    let mean = means.iter().sum::<f64>() / count;
    let deviation = (means.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / (count - 1.0)).sqrt();
    let theory = counterpoint::theory::m_d_1(5.0, 0.1).time;
    assert!((mean - theory).abs() < 4.0 * deviation / count.sqrt(), "{mean} instead of {theory}");
}

#[test]
fn text_and_json_say_the_same() {
    for of in [
        json!({ "work": "50ms", "rate_per_s": 5, "workers": 2, "waits": "person" }),
        json!({ "work": "2s", "rate_per_s": 5, "workers": 8, "must_keep_order": true, "broker": "none" }),
    ] {
        let advice = advice(&of);
        let (json, text) = (told_as_json(&advice), told_as_text(&advice));
        assert!(text.contains(json["said"].as_str().unwrap()), "{text}");
        for list in ["changes", "causes", "costs"] {
            for line in json[list].as_array().unwrap() {
                assert!(text.contains(&format!("* {}\n", line.as_str().unwrap())), "{list}: {text}");
            }
        }
        let reasons = json["reasons"].as_array().unwrap();
        assert_eq!(reasons.len(), 8, "each rule of thumb is seen, whether it applies or not");
        assert!(reasons.iter().all(|reason| text.contains(reason["said"].as_str().unwrap())), "{text}");
        for reason in reasons.iter().filter(|reason| reason["applies"] == true) {
            let told = reason["number"]["told"].as_array().unwrap();
            let is_said = |told: &Value| reason["said"].as_str().unwrap().contains(told.as_str().unwrap());
            assert!(told.iter().all(is_said), "{reason}");
        }
        for number in json["numbers"].as_array().unwrap() {
            let told = [0, 1].map(|side| format!("{:>12}", number["told"][side].as_str().unwrap()));
            assert!(
                text.contains(&format!("{}  {}  {}\n", told[0], told[1], number["said"].as_str().unwrap())),
                "{text}"
            );
        }
        assert_eq!(json, told_as_json(&advise(&workload(&of), 1).unwrap()), "the same again");
    }
}

/// That the picture says the values, as the sentence does, and has them where they belong.
fn is_marked(reason: &Reason, exhibit: &Exhibit, workload: &Value) {
    let picture = chart::picture(reason, Theme::Light).unwrap();
    let file = Document::parse(&picture).unwrap();
    let words: Vec<&str> =
        file.descendants().filter(|node| node.has_tag_name("text")).filter_map(|node| node.text()).collect();
    for told in exhibit.values.map(|value| exhibit.told(value)) {
        assert!(reason.said.contains(&told), "{}: {} has no {told}", reason.rule, reason.said);
        assert!(words.iter().any(|word| word.contains(&told)), "{}: {words:?} have no {told}", reason.rule);
    }
    match &exhibit.seen {
        Seen::Loads { .. } => {
            let plot = file.descendants().find(|node| node.has_attribute("data-most")).unwrap();
            let number = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
            let [top, height, most] = ["data-top", "data-height", "data-most"].map(|name| number(plot, name));
            let first = plot.children().find(|node| node.has_tag_name("circle")).map(|mark| number(mark, "cy"));
            let second =
                plot.children().find(|node| node.attribute("height") == Some("8")).map(|mark| number(mark, "y") + 4.0);
            let marked = [first, second.or(first)].map(|y| (top + height - y.unwrap()) / height * most);
            for (value, marked) in exhibit.values.into_iter().zip(marked) {
                assert!(
                    (value.unwrap() as f64 - marked).abs() <= most / height,
                    "{}: {value:?} at {marked}",
                    reason.rule
                );
            }
        }
        Seen::Run { scenario, .. } => {
            assert!(picture.contains(&small(&scenario.play(), Theme::Light)), "{}: its run is drawn", reason.rule);
            let row = Row::of(scenario);
            let number = |side: usize, key: &str| row.numbers[side][place_of(key).unwrap()].unwrap();
            match exhibit.key {
                "messages_per_job" => {
                    assert_eq!(exhibit.values, [0, 1].map(|side| Some(number(side, "messages_per_job"))))
                }
                "work_us" => assert_eq!(exhibit.values[1], Some(number(1, "busy_us"))),
                "burst_us" => {
                    let each = number(1, "busy_us") / number(1, "executions");
                    let lasts = each * workload["burst"].as_u64().unwrap() / workload["workers"].as_u64().unwrap();
                    assert_eq!(exhibit.values[1], Some(lasts));
                }
                other => panic!("{}: {other} is seen in no run", reason.rule),
            }
        }
    }
}

/// 200 threads are held by 200 calls; the 201st waits for one of them, though there are workers enough.
#[test]
fn how_many_threads_the_caller_has_is_part_of_a_workload() {
    let of = |threads: u32| json!({ "work": "100ms", "rate_per_s": 0.01, "burst": 400, "workers": 400, "caller_threads": threads });
    let held = |threads: u32| {
        let numbers = advice(&of(threads)).numbers;
        numbers.iter().find(|(key, _)| *key == "time_to_hand_over.p95_us").unwrap().1[0]
    };
    assert_eq!([held(400), held(200)], [Some(120_000), Some(240_000)]);
    let usual = advice(&json!({ "work": "100ms", "rate_per_s": 0.01, "burst": 400, "workers": 400 }));
    assert_eq!(usual.scenario, advice(&of(200)).scenario, "left out it is 200");
}

#[test]
fn what_applies_comes_first_and_of_this_what_speaks_for_the_verdict() {
    let advice =
        advice(&json!({ "work": "400ms", "rate_per_s": 3, "workers": 2, "waits": "person", "within": "500ms" }));
    assert_eq!(advice.verdict, Verdict::Accept);
    let applies: Vec<bool> = advice.reasons.iter().map(|reason| reason.applies).collect();
    assert!(applies.is_sorted_by(|one, next| one >= next), "{applies:?}");
    assert_eq!(advice.reasons[0].speaks, Speaks::ForQueues);
    assert!(advice.costs.iter().any(|cost| cost.contains("202")), "{:?}", advice.costs);
}

#[test]
fn a_workload_that_will_not_do_is_refused_in_words() {
    let refused = |of: Value| Workload::from_json(&of.to_string()).unwrap_err().to_string();
    assert_eq!(refused(json!({ "work": "1s", "workers": 1 })), "`rate_per_s` is missing");
    for (field, value) in [
        ("rate_per_s", json!(0)),
        ("workers", json!(0)),
        ("waits", json!("everybody")),
        ("broker", json!("mqtt")),
        ("burst", json!(0)),
        ("work", json!("soon")),
        ("prefetch", json!(0)),
        ("within", json!("0ms")),
        ("caller_threads", json!(0)),
    ] {
        let mut of = json!({ "work": "1s", "rate_per_s": 1, "workers": 1 });
        of[field] = value;
        assert!(refused(of.clone()).starts_with(&format!("{field}: ")), "{}", refused(of));
    }
    assert!(Workload::from_json("{").unwrap_err().to_string().contains("{\"work\": \"300ms\""));
    let readers = json!({ "work": "1s", "rate_per_s": 1, "workers": 51, "broker": "kafka" });
    assert!(refused(readers.clone()).starts_with("workers: 51 would not do with Kafka: "), "{}", refused(readers));
    // As much as it can be asked, it answers.
    for of in [
        json!({ "work": "8784h", "rate_per_s": 0.00001, "workers": 1 }),
        json!({ "work": { "exponential": { "mean": "1us" } }, "rate_per_s": 100, "workers": 1 }),
        json!({ "work": "1us", "rate_per_s": 100000, "workers": 50, "burst": 200000, "broker": "kafka" }),
        json!({ "work": "1us", "rate_per_s": 100000, "workers": 1, "burst": 199, "outage": "24h", "broker": "sqs" }),
    ] {
        assert!(!advice(&of).reasons.is_empty(), "{of}");
    }
}
