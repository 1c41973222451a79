//! The claims: what people say of the two styles, and what the runs say.

use counterpoint::experiment::claim::{CLAIMS, Claim, Less, claims, told_as_json, told_as_text};
use counterpoint::experiment::place_of;
use counterpoint::trace::Fate;

fn all() -> Vec<Claim> {
    claims(CLAIMS).unwrap()
}

fn claim(id: &str) -> Claim {
    all().into_iter().find(|claim| claim.id == id).unwrap()
}

/// The table of the vision has eight lines.
#[test]
fn each_claim_holds_at_first_and_its_knob_makes_it_untrue() {
    let all = all();
    assert_eq!(all.len(), 8);
    for claim in &all {
        let holds: Vec<bool> = (0..claim.knob.values.len()).map(|stop| claim.tried_at(stop).unwrap().holds).collect();
        assert!(holds[0], "{}: it does not hold", claim.id);
        assert!(!holds[holds.len() - 1], "{}: the knob does not make it untrue", claim.id);
        assert!(holds.is_sorted_by(|one, next| one >= next), "{}: it comes and goes: {holds:?}", claim.id);
        assert!(claim.numbers.iter().any(|number| number.less.is_some()), "{}: nothing is compared", claim.id);
    }
}

#[test]
fn a_claim_that_compares_nothing_equal_is_no_tie() {
    let mut claim = claim("blocked");
    claim.numbers[0].less = Some(Less::Left);
    assert!(!claim.tried_at(0).unwrap().holds, "the other way round it is untrue");
    claim.numbers[0].key = "lanes".into();
    claim.scenario["sides"][1] = claim.scenario["sides"][0].clone();
    claim.scenario["sides"][1]["id"] = "right".into();
    assert!(!claim.tried_at(0).unwrap().holds, "as many is not fewer");
}

/// By hand: the shop asks at 0, 40 and 80 ms; each call takes 10 + 100 + 10 ms and holds one of three threads, and the last
/// one is over at 200 ms. So 3 × 120 of 3 × 210 ms are spent waiting, for the queue's side ends at 210 ms: the last message
/// comes at 80 + 10 + 10, is worked on for 100, and its acknowledgement takes 10.
#[test]
fn the_share_of_blocked_time_is_the_one_reckoned_by_hand() {
    let tried = claim("blocked").tried_at(0).unwrap();
    assert_eq!(tried.numbers[0], [Some((360_000_000_000f64 / 630_000.0).round() as u64), Some(0)]);
    assert_eq!(tried.told[0], ["57 %", "0 %"]);
    assert_eq!(tried.numbers[1], [Some(120_000), Some(20_000)]);
}

/// By hand: the service is away from 150 to 650 ms. The order at 0 is answered before; those of 150, 300 and 450 ms arrive
/// while it is away. The queue has them, and hands them out when it is back.
#[test]
fn an_outage_fails_the_calls_that_come_while_it_lasts() {
    let claim = claim("tightly-coupled");
    let tried = claim.tried_at(0).unwrap();
    assert_eq!(tried.numbers, [[Some(3), Some(0)], [Some(1), Some(4)]]);
    let refused = tried.played.sides[0].trace.messages.iter().filter(|message| message.fate == Fate::Refused);
    assert_eq!(refused.map(|message| message.arrived.micros()).collect::<Vec<_>>(), [160_000, 310_000, 460_000]);
}

#[test]
fn text_and_json_say_the_same() {
    for claim in all() {
        let (json, _) = told_as_json(&claim, 0).unwrap();
        let text = told_as_text(&claim, 0).unwrap();
        for number in json["numbers"].as_array().unwrap() {
            let [left, right] = [0, 1].map(|side| number["told"][side].as_str().unwrap());
            let said = number["said"].as_str().unwrap();
            let line = text.lines().find(|line| line.ends_with(said)).unwrap();
            let words: Vec<&str> = line.trim_end_matches(said).split("  ").map(str::trim).collect();
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            assert_eq!(words, [left, right], "{}: {text}", claim.id);
        }
        assert_eq!(text.contains("Here it holds."), json["holds"], "{text}");
    }
}

/// A reader opens the run of a claim: there is something to read, and a place of each number among the metrics.
#[test]
fn every_claim_has_a_scenario_that_can_be_opened() {
    for claim in all() {
        let scenario = claim.scenario_at(0).unwrap();
        assert!(!scenario.head.title.is_empty() && !scenario.head.look_for.is_empty(), "{}", claim.id);
        assert!(scenario.head.workload.jobs <= 24, "{}: the smallest scenario that shows it", claim.id);
        for number in &claim.numbers {
            assert!(place_of(&number.key).is_some(), "{}: {}", claim.id, number.key);
        }
    }
}

#[test]
fn a_claim_that_cannot_be_read_says_where() {
    let refused = |text: &str| claims(text).unwrap_err().to_string();
    assert_eq!(refused("{"), "this is not JSON");
    let without = CLAIMS.replacen("\"blocked_share\"", "7", 1);
    assert!(refused(&without).starts_with("blocked.numbers.0.key: "), "{}", refused(&without));
    let mut unknown = claim("blocked");
    unknown.numbers[0].key = "colour".into();
    assert_eq!(unknown.tried_at(0).err().unwrap().to_string(), "numbers: there is no metric `colour`");
}
