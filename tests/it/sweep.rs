//! Sweeps: the plan, its rows, and what is read of them.

use std::collections::BTreeSet;

use counterpoint::experiment::{Axis, Bend, Curves, Estimate, Row, Shard, Sweep, merged, tellings};
use counterpoint::scenario::Scenario;
use counterpoint::studio::taken;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A sweep of a scenario over axes, as they are typed.
pub fn sweep(scenario: Value, over: &[&str], repeats: u32) -> Sweep {
    let scenario = Scenario::from_value(scenario).unwrap();
    let axes = over.iter().map(|text| Axis::parse(text, &scenario).unwrap()).collect();
    Sweep::new(scenario, axes, repeats).unwrap()
}

fn all_rows(sweep: &Sweep) -> Vec<Row> {
    (0..sweep.runs()).map(|run| sweep.run(run)).collect()
}

pub fn read(sweep: &Sweep) -> Curves<'_> {
    Curves::of(sweep, all_rows(sweep))
}

/// The telling numbers of a side at a point, by their keys.
fn told(curves: &Curves<'_>, point: usize, side: usize) -> Vec<(&'static str, f64)> {
    let mean = |estimate: Option<Estimate>| estimate.unwrap().mean;
    tellings().into_iter().map(|told| (told.key, mean(curves.estimate(point, side, told.quantity)))).collect()
}

/// The two orders on which `ARCHITECTURE.md` follows a run: 100 ms of work, 10 ms for a message.
pub fn two_orders() -> Value {
    json!({
        "version": 1, "name": "walk",
        "workload": { "jobs": 2, "arrivals": { "pattern": "regular", "every": "50ms" }, "work": "100ms" },
        "network": { "latency": "10ms" },
        "sides": [{ "protocol": "http" }, { "protocol": "rabbitmq", "consumers": { "prefetch": 1 } }],
    })
}

/// By hand: 200 ms apart, no order waits. Asked, each has its result after 10 + 100 + 10 ms, and is done 10 ms sooner; the
/// thread is blocked for 240 ms of the 330 until the last acknowledgement is there. Queued, each is handed over after 20 ms
/// and done after 10 + 10 + 100 ms. 50 ms apart, the second order waits 70 ms for the thread, or at the broker.
#[test]
fn every_number_of_two_orders_is_as_it_is_by_hand() {
    let sweep = sweep(two_orders(), &["workload.arrivals.every=50ms,200ms"], 1);
    let curves = read(&sweep);
    let ms = 1_000.0;
    let by_hand = |point: usize, side: usize, times: [f64; 4], goodput: f64, most: f64, shares: [f64; 2]| {
        let [handed_over, median, p95, finished] = times;
        let expected = [
            ("handed_over_p95_us", handed_over * ms),
            ("result_p50_us", median * ms),
            ("result_p95_us", p95 * ms),
            ("finished_mean_us", finished * ms),
            ("goodput_per_s", (goodput * 1e6).round()),
            ("not_useful_share", 0.0),
            ("most_waiting", most),
            ("blocked_share", (shares[0] * 1e6).round()),
            ("worker_use", (shares[1] * 1e6).round()),
        ];
        assert_eq!(told(&curves, point, side), expected, "point {point}, side {side}");
    };
    // Both sides end when the queued one does: at 250 ms, and at 330 ms.
    by_hand(0, 0, [190.0, 120.0, 190.0, 145.0], 2.0 / 0.240, 1.0, [240.0 / 250.0, 200.0 / 250.0]);
    by_hand(0, 1, [20.0, 120.0, 190.0, 155.0], 2.0 / 0.250, 2.0, [0.0, 200.0 / 250.0]);
    by_hand(1, 0, [120.0, 120.0, 120.0, 110.0], 2.0 / 0.320, 0.0, [240.0 / 330.0, 200.0 / 330.0]);
    by_hand(1, 1, [20.0, 120.0, 120.0, 120.0], 2.0 / 0.330, 1.0, [0.0, 200.0 / 330.0]);
}

/// Two workers that take 100 ms each do 20 jobs a second, so jobs that come every 50 ms are done and those that come every
/// 45 ms pile up: of the two that begin 100 × k ms after the first two, each has waited 10 × k ms. The caller has a thread for
/// each. (The 143rd of 150 results is that of the job with k = 71: it took 810 ms.)
pub fn two_workers() -> Value {
    json!({
        "version": 2, "name": "bends",
        "workload": { "jobs": 150, "arrivals": { "pattern": "regular", "every": "50ms" }, "work": "100ms" },
        "network": { "latency": "0ms" },
        "sides": [
            { "protocol": "http", "caller": { "threads": 300 }, "server": { "workers": 2, "accept_queue": 200 } },
            { "protocol": "rabbitmq", "consumers": { "count": 2, "prefetch": 1 } },
        ],
    })
}

#[test]
fn both_sides_bend_where_the_workers_are_asked_for_more_than_they_can_do() {
    let sweep = sweep(two_workers(), &["workload.arrivals.every=35ms..65ms:7"], 2);
    let bends = read(&sweep).bends();
    let found: Vec<(usize, [usize; 2], Option<&str>)> =
        bends.iter().map(|Bend { side, between, place, .. }| (*side, *between, *place)).collect();
    assert_eq!(found, [(0, [2, 3], Some("accept_queue_us")), (1, [2, 3], Some("broker_us"))]);
    assert_eq!(
        bends[0].sentence,
        "Request–response bends between 45 ms and 50 ms: at 45 ms, against 50 ms, 95 % of the results take up to 810 ms \
         instead of 100 ms; 95 % of the jobs are handed over within 810 ms instead of 100 ms; 100 % of the time that a job \
         takes longer is waiting at the receiver for a free worker, and the workers are busy 99 % of the time."
    );
}

#[test]
fn a_side_that_refuses_what_is_too_much_bends_by_what_is_of_no_use() {
    let mut scenario = two_workers();
    scenario["sides"][0]["server"]["accept_queue"] = 0.into();
    let sweep = sweep(scenario, &["workload.arrivals.every=45ms,50ms,55ms"], 1);
    let curves = read(&sweep);
    let bends = curves.bends();
    assert_eq!((bends[0].between, bends[0].what.as_slice()), ([0, 1], &["not_useful"][..]));
    assert!(
        bends[0].sentence.contains("of the jobs are not useful instead of 0 %, most of them refused"),
        "{}",
        bends[0].sentence
    );
    // There is a bend between two numbers or two times only.
    let words = Sweep::from_json(
        &sweep
            .to_json(None)
            .replace("\"45ms\",", "")
            .replace("workload.arrivals.every", "sides.left.method")
            .replace("\"50ms\",\"55ms\"", "\"GET\",\"POST\""),
    );
    assert_eq!(read(&words.unwrap()).bends_told(), [""; 0]);
    let calm = Sweep::from_json(&sweep.to_json(None).replace("\"45ms\",", "\"60ms\",")).unwrap();
    assert_eq!(read(&calm).bends_told()[0], "Request–response does not bend between 50 ms and 60 ms.");
}

/// A small sweep with everything in it: two axes, repeats, words, and runs of chance.
pub fn of_chance() -> Sweep {
    let scenario = json!({
        "version": 2, "name": "chance",
        "workload": { "jobs": 5, "arrivals": { "pattern": "poisson", "rate_per_s": 8 }, "work": { "exponential": { "mean": "90ms" } } },
        "network": { "loss": 0.1 },
        "sides": [{ "protocol": "http", "timeout": "400ms" }, { "protocol": "rabbitmq" }],
    });
    sweep(scenario, &["workload.arrivals.rate_per_s=4..16:4", "sides.right.protocol=rabbitmq,sqs"], 3)
}

/// A shard as the command line writes it.
fn shard(sweep: &Sweep, number: u32, of: u32) -> String {
    let shard = Shard::new(number, of).unwrap();
    let lines = shard.runs(sweep).map(|run| sweep.run(run).to_line(run) + "\n");
    [sweep.to_json(Some(shard)), "\n".to_owned(), lines.collect()].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn shards_put_together_are_the_whole(of in 1u32..40, turned in 0usize..40) {
        let whole = of_chance();
        let mut files: Vec<(String, String)> =
            (1..=of).map(|number| (format!("{number}.jsonl"), shard(&whole, number, of))).collect();
        files.rotate_left(turned % of as usize);
        let (sweep, rows) = merged(&files).unwrap();
        prop_assert_eq!(&sweep, &whole);
        prop_assert_eq!(Curves::of(&sweep, rows).to_json(), read(&whole).to_json());
    }
}

#[test]
fn shards_that_do_not_fit_are_refused_in_a_sentence() {
    let whole = of_chance();
    let other = Sweep::from_json(&whole.to_json(None).replace("\"repeats\":3", "\"repeats\":2")).unwrap();
    let [one, two] = [1, 2].map(|number| shard(&whole, number, 2));
    let longer = |text: &str, more: &str| format!("{text}{more}\n");
    let half = one[..one.trim_end().rfind('\n').unwrap() + 1].to_owned();
    let first_row = one.lines().nth(1).unwrap().to_owned();
    let cases: [(Vec<String>, &str); 9] = [
        (vec![], "there is nothing to merge; name the files of all parts"),
        (vec![one.clone()], "of 2 shards these are missing: 2/2"),
        (vec![one.clone(), one.clone()], "shard 1/2 is there twice: in f0 and in f1"),
        (vec![one.clone(), shard(&other, 2, 2)], "f1 is a shard of another sweep than f0; merge shards of one"),
        (vec![one.clone(), shard(&whole, 2, 3)], "f1 is one of 3 shards and f0 one of 2; merge shards of one size"),
        (vec![half, two.clone()], "f0: it ends before run 22; it was not finished, so make the shard again"),
        (vec![longer(&one, &first_row)], "f0: line 14 is run 0, which has no place there; make the shard again"),
        (vec![longer(&one, "{}")], "f0: line 14 is no row: {}"),
        (
            vec!["{\"sweep\":1}".to_owned()],
            "f0: it is no shard of a sweep; `counterpoint sweep … --shard K/N` makes them",
        ),
    ];
    for (texts, sentence) in cases {
        let files: Vec<_> = texts.into_iter().enumerate().map(|(place, text)| (format!("f{place}"), text)).collect();
        assert_eq!(merged(&files).unwrap_err(), sentence.replace("all parts", "all shards"));
    }
    let newer = one.replacen("\"model\":2", "\"model\":1", 1);
    assert!(
        merged(&[("old".to_owned(), newer)])
            .unwrap_err()
            .starts_with("old: model: it was made with the models of version 1")
    );
}

#[test]
fn text_json_and_csv_say_the_same() {
    let sweep = of_chance();
    let curves = read(&sweep);
    let report: Value = serde_json::from_str(&curves.to_json()).unwrap();
    let mut table = Vec::new();
    curves.write_csv(&mut table).unwrap();
    let mut lines = csv::Reader::from_reader(table.as_slice());
    let heads = lines.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 2 * sweep.runs() as usize);
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    for (point, read) in report["points"].as_array().unwrap().iter().enumerate() {
        for (side, read) in read["sides"].as_array().unwrap().iter().enumerate() {
            for (key, estimate) in read["numbers"].as_object().unwrap() {
                let own = records.iter().filter(|record| {
                    record[column("point")] == point.to_string() && &record[column("side")] == ["left", "right"][side]
                });
                let values: Option<Vec<f64>> = own.map(|record| record[column(key)].parse().ok()).collect();
                let expected = values.and_then(|values| Estimate::of(&values));
                let (mean, half) = (estimate[0].as_f64(), estimate[1].as_f64());
                let same = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
                    (Some(found), Some(expected)) => (found - expected).abs() < 1e-5 * expected.abs().max(1.0),
                    (found, expected) => found == expected,
                };
                assert!(same(mean, expected.map(|known| known.mean)), "{key}: {mean:?} is not {expected:?}");
                assert!(same(half, expected.and_then(|known| known.half_width)), "{key}: {half:?} is not {expected:?}");
            }
        }
    }
    let text = curves.to_text();
    for point in report["points"].as_array().unwrap() {
        for told in point["sides"].as_array().unwrap().iter().flat_map(|side| side["told"].as_array().unwrap()) {
            assert!(text.contains(told.as_str().unwrap()), "{told} is not in the text");
        }
    }
    for sentence in report["bends_told"].as_array().unwrap() {
        assert!(text.contains(sentence.as_str().unwrap()), "{sentence} is not in the text");
    }
}

#[test]
fn what_is_there_so_far_is_read_in_any_order() {
    let sweep = of_chance();
    let lines: Vec<String> = (0..sweep.runs()).map(|run| sweep.run(run).to_line(run)).collect();
    let backwards: Vec<String> = lines.iter().rev().cloned().collect();
    assert_eq!(Curves::read(&sweep, &backwards.join("\n")).unwrap().to_json(), read(&sweep).to_json());
    let some = Curves::read(&sweep, &lines[..4].join("\n")).unwrap();
    let runs: Vec<usize> = (0..sweep.points()).map(|point| some.rows(point).count()).collect();
    assert_eq!(runs, [3, 1, 0, 0, 0, 0, 0, 0]);
    assert!(some.to_text().contains('–'));
    assert_eq!(Curves::read(&sweep, "{}").unwrap_err(), "`{}` is no row of this sweep");
}

#[test]
fn neighbouring_points_meet_the_same_work_and_the_present_setting_is_the_run_that_is_shown() {
    let scenario = of_chance().scenario().clone();
    let axis = Axis::parse("sides.left.timeout=300ms,400ms", &scenario).unwrap();
    let sweep = Sweep::new(scenario.clone(), vec![axis], 2).unwrap();
    assert_eq!(sweep.run(2), Row::of(&scenario));
    let seeds: BTreeSet<u64> = (0..2).map(|point| sweep.scenario_at(point).head.seed).collect();
    assert_eq!(seeds.len(), 1);
    assert_ne!(sweep.run(2), sweep.run(3), "a repeat has another seed");
    // What the time-out of the left side does not concern is the same at both points.
    assert_eq!(sweep.run(0).numbers[1][5..], sweep.run(2).numbers[1][5..].to_vec()[..]);
}

#[test]
fn what_is_no_sweep_is_refused_with_what_would_be_one() {
    let scenario = two_workers();
    let cases: [(&[&str], u32, &str); 20] = [
        (&["x"], 1, "`x` is no axis; write PATH=FROM..TO:STEPS as in `workload.jobs=10..100:10`, or PATH=a,b,c"),
        (
            &["workload.jobs=1..3"],
            1,
            "`workload.jobs=1..3` is no axis; write PATH=FROM..TO:STEPS as in `workload.jobs=10..100:10`, or PATH=a,b,c",
        ),
        (&["workload.jobs=3..1:3"], 1, "workload.jobs: `3` is not less than `1`; a range goes upward"),
        (&["workload.jobs=1..2.5:3"], 1, "workload.jobs: `2.5` is not a whole number; write one as in `10`"),
        (&["workload.jobs=1..3:1"], 1, "workload.jobs: `1` is no number of steps; it is a whole number from 2 to 1000"),
        (
            &["workload.jobs=1..3:many"],
            1,
            "workload.jobs: `many` is no number of steps; it is a whole number from 2 to 1000",
        ),
        (&["network.loss=0..some:3"], 1, "network.loss: `some` is not a number; write one as in `0.5`"),
        (
            &["network.latency=1..3:3"],
            1,
            "network.latency: `1` is not a duration: write a number and a unit, as in `170ms`, `1.5s`, `2min`",
        ),
        (
            &["workload.failures=1..3:3"],
            1,
            "workload.failures: a range is of one number; name one of its parts in the path: `first`, `probability`",
        ),
        (
            &["sides.left.protocol=1..3:3"],
            1,
            "sides.left.protocol: \"http\" is no number, so there is no range of it; list the values with commas",
        ),
        (&["workload.jobs=1,,3"], 1, "there is nothing between two commas; write a value, or `null` for none"),
        (&["workload.jobs=1,1.0"], 1, "workload.jobs: 1.0 is there twice"),
        (&["workload.jobs=5"], 1, "workload.jobs: 1 values; an axis has from 2 to 1000"),
        (
            &["workload.job=1,2"],
            1,
            "workload.job: there is no `job` in `workload`; it has `arrivals`, `body_bytes`, `failures`, `jobs`, `noun`, `parts`, `poison`, `result_bytes`, `useful_within`, `work`",
        ),
        (&["seed=1,2"], 1, "`seed` is what repeats differ in; ask for repeats instead"),
        (&[], 1, "a sweep is over 1 to 4 parameters, and not over 0"),
        (
            &["workload.jobs=1,2", "workload.jobs=3,4"],
            1,
            "`workload.jobs` is swept twice; list all of its values in one axis",
        ),
        (
            &["workload.jobs=1..1000:1000"],
            101,
            "1000 points with 101 repeats are 101000 runs; a sweep has at most 10000 points and from 1 to 100000 runs",
        ),
        (
            &["workload.jobs=0,2"],
            1,
            "at workload.jobs=0: workload.jobs: 0 would not do; write a whole number from 1 to 200000",
        ),
        (&["sides.left.method=GET,FETCH"], 1, "at sides.left.method=FETCH: sides.left.method: "),
    ];
    for (axes, repeats, sentence) in cases {
        let spec = json!({ "scenario": scenario, "axes": axes, "repeats": repeats });
        let told = Sweep::from_json(&spec.to_string()).unwrap_err();
        assert!(told.trim_start_matches("axes: ").starts_with(sentence), "{told}");
    }
    let spec = |field: &str, value: Value| {
        let mut spec = json!({ "scenario": scenario, "axes": ["workload.jobs=1,2"], "repeats": 1 });
        spec[field] = value;
        Sweep::from_json(&spec.to_string()).unwrap_err()
    };
    assert_eq!(spec("repeats", json!(-1)), "repeats: -1 is not a whole number from 1 on");
    assert_eq!(spec("axes", json!(3)), "axes: a sweep has a list of them, as in [\"workload.jobs=1..3:3\"]");
    assert_eq!(
        spec("axes", json!([{ "path": "x" }])),
        "axes: `{\"path\":\"x\"}` is no axis; it has a `path` and `values`"
    );
    assert!(spec("scenario", json!({})).starts_with("scenario: "));
    assert!(Sweep::from_json("sweep").unwrap_err().starts_with("a sweep is a JSON object"));
}

/// Examples that are copied have to run.
#[test]
fn every_sweep_in_the_documentation_is_one() {
    let scenario = counterpoint::scenario::preset("order-emails").unwrap().scenario();
    let texts = [
        include_str!("../../README.md"),
        include_str!("../../docs/sweeps.md"),
        include_str!("../../docs/sweeps/job.yaml"),
        include_str!("../../docs/sweeps/Snakefile"),
    ];
    for text in texts {
        let told = text.split("--over ").skip(1).filter_map(|rest| rest.split_whitespace().next());
        let told: Vec<&str> = told.filter(|axis| !axis.starts_with("PATH=")).collect();
        assert!(!told.is_empty());
        for axis in told {
            let axis = Axis::parse(axis, &scenario).unwrap();
            Sweep::new(scenario.clone(), vec![axis], 5).unwrap();
        }
    }
}

/// A worker keeps the sweep that it was asked about last.
#[test]
fn a_run_is_of_the_sweep_that_it_is_asked_of() {
    let [one, other] = ["workload.jobs=1,2", "workload.jobs=3,4"].map(|axis| {
        let text = json!({ "scenario": two_orders(), "axes": [axis] }).to_string();
        let sweep = sweep(two_orders(), &[axis], 1);
        (text, [0, 1].map(|run| sweep.run(run).to_line(run)))
    });
    for (text, lines) in [&one, &one, &other, &one] {
        for (run, line) in (0..).zip(lines) {
            assert_eq!(taken::swept(text, run).as_ref(), Ok(line));
        }
    }
    assert!(taken::swept(&one.0, 2).is_err_and(|sentence| sentence.contains("there are 2")));
    assert!(taken::swept("{}", 0).is_err());
    assert_eq!(taken::swept(&one.0, 0).as_ref(), Ok(&one.1[0]));
}
