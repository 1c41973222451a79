//! Which should I use? A workload is tried both ways, with several seeds and loads, and what comes of it is weighed by the
//! eight rules of thumb.
//!
//! One number decides: the *strain* of the calls, which is the worst of what speaks against them, each measured by its limit.
//! Above one it is a queue, or, where somebody waits for the result, a call that is accepted at once (202) and work by queue.
//! All limits stand here, and are told with the advice. It is a *close call* where runs of other seeds, or a fifth less or a
//! quarter more of load, would have said something else.
//!
//! *Invariant:* every number comes from a run of the scenario that the advice names; nothing but the workload decides.

mod costs;
mod exhibit;
mod reasons;
mod told;

pub use exhibit::{AtLoad, Exhibit, Seen};
pub use reasons::{RULES, Reason, Speaks};
pub use told::{told_as_json, told_as_text};

use super::row::{Row, place_of};
use super::workload::{Twist, Waits, Workload};
use crate::scenario::{Problem, Scenario};
use crate::time::Span;

/// Of the jobs of someone who waits, so many may come to nothing in time: 1 %.
const MISSED: f64 = 0.01;
/// Of those that may not be lost, so many may fail, which somebody has to see to: 0.1 %.
const FAILED: f64 = 0.001;
/// Of those that may be lost, so many: 5 %.
const LOST: f64 = 0.05;

impl Workload {
    /// The share of the jobs that may come to nothing.
    fn most_missed(&self) -> f64 {
        match self.waits {
            _ if self.must_arrive() => FAILED,
            Waits::Nobody => LOST,
            Waits::Person | Waits::Program => MISSED,
        }
    }
}

/// A caller to whom the result is nothing is held for so long at most (p95).
const HELD: Span = Span::millis(500);
/// Workers that are offered more than this share of what they can do have no room for what comes unevenly.
const BUSY: f64 = 0.7;

/// By how many seeds it is tried.
const SEEDS: u64 = 5;
/// With which loads, besides the one that was described: where these say something else, it is a close call.
const NEARBY: [f64; 2] = [0.8, 1.25];
/// With which loads it is tried to see what would change.
const LADDER: [f64; 9] = [0.1, 0.25, 0.5, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0];

/// With so many messages in hand a consumer hardly ever waits for the next one.
const MORE_IN_HAND: u32 = 10;

/// What is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A call that waits.
    Call,
    /// Accepted at once, worked on by queue, and told or asked for later.
    Accept,
    /// A queue.
    Queue,
}

impl Verdict {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Call => "call",
            Verdict::Accept => "accept",
            Verdict::Queue => "queue",
        }
    }
}

/// A recommendation, with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// What is recommended.
    pub verdict: Verdict,
    /// Whether a little less or more, or other seeds, would have said something else.
    pub close: bool,
    /// One for each rule of thumb, what applies and weighs most first.
    pub reasons: Vec<Reason>,
    /// What would change the verdict.
    pub changes: Vec<String>,
    /// What is wrong with how it is set up, whichever style is taken.
    pub causes: Vec<String>,
    /// What the recommended style costs.
    pub costs: Vec<String>,
    /// What both sides came to, in the middle of the seeds.
    pub numbers: Vec<(&'static str, [Option<u64>; 2])>,
    /// The scenario of the first run.
    pub scenario: Scenario,
}

/// What both sides of a run came to.
#[derive(Clone, Debug)]
struct Tried {
    row: Row,
    /// How many times as much as was described.
    load: f64,
}

impl Tried {
    fn of(workload: &Workload, twist: Twist) -> Result<Tried, Problem> {
        Ok(Tried { row: Row::of(&workload.scenario(twist)?), load: twist.load })
    }

    /// The number with that key on a side.
    fn number(&self, side: usize, key: &str) -> Option<u64> {
        place_of(key).and_then(|place| self.row.numbers[side][place])
    }

    fn count(&self, side: usize, key: &str) -> f64 {
        self.number(side, key).unwrap_or(0) as f64
    }

    /// What one of them takes a worker on average, in microseconds, on the side that does all of them in the end.
    fn work(&self) -> f64 {
        self.count(1, "busy_us") / self.count(1, "executions").max(1.0)
    }

    /// The offered load: the work that comes in a time, as a share of what the workers can do in it. It is the same on both
    /// sides, and no share of a run's time, which ends only when all is done.
    fn offered(&self, workload: &Workload) -> f64 {
        workload.rate_per_s * self.load * self.work() / 1e6 / f64::from(workload.workers)
    }

    /// The share of the jobs that came to nothing: that were of no use in time, or were not done.
    fn missed(&self, side: usize, workload: &Workload) -> f64 {
        let came = if workload.waits == Waits::Nobody { "done" } else { "useful" };
        1.0 - self.count(side, came) / self.count(side, "jobs").max(1.0)
    }

    /// What speaks against calls, each in parts of its limit: who misses his result; how long the caller is held; and how
    /// busy the workers are.
    fn against_calls(&self, workload: &Workload) -> [f64; 3] {
        let missed = self.missed(0, workload) / workload.most_missed();
        if workload.waits != Waits::Nobody {
            return [missed, 0.0, 0.0];
        }
        let held = self.number(0, "time_to_hand_over.p95_us").map_or(f64::MAX, |held| held as f64);
        let busy = self.offered(workload);
        [missed, held / HELD.as_micros() as f64, busy / BUSY]
    }

    fn strain(&self, workload: &Workload) -> f64 {
        self.against_calls(workload).into_iter().fold(0.0, f64::max)
    }

    fn verdict(&self, workload: &Workload) -> Verdict {
        match self.strain(workload) {
            strain if strain <= 1.0 => Verdict::Call,
            _ if workload.waits == Waits::Nobody => Verdict::Queue,
            _ => Verdict::Accept,
        }
    }
}

/// All runs of a workload.
struct Evidence<'a> {
    workload: &'a Workload,
    /// With the load that was described, by the seeds.
    here: Vec<Tried>,
    /// With a little less and a little more.
    nearby: Vec<Tried>,
    /// With each load of the ladder, in order, and the described one among them.
    ladder: Vec<Tried>,
    /// One of them alone, of which the work is as long as it is on average.
    alone: (Scenario, Tried),
    /// All that come at once, and nothing before and after.
    at_once: Scenario,
    /// Where the workers die once.
    death: Tried,
    /// With [`MORE_IN_HAND`] messages in hand, where that is the consumers' to say and is more.
    more_in_hand: Option<Tried>,
}

impl Evidence<'_> {
    fn gathered(workload: &Workload, first_seed: u64) -> Result<Evidence<'_>, Problem> {
        let plain = Twist::none(first_seed);
        let tried = |twist: Twist| Tried::of(workload, twist);
        let seeds = || first_seed..first_seed + SEEDS;
        let here: Result<Vec<_>, _> = seeds().map(|seed| tried(Twist { seed, ..plain })).collect();
        let nearby: Result<Vec<_>, _> = NEARBY
            .iter()
            .flat_map(|load| seeds().map(move |seed| Twist { load: *load, seed, ..plain }))
            .map(tried)
            .collect();
        let here = here?;
        let mut ladder = vec![here[0].clone()];
        for load in LADDER {
            ladder.push(tried(Twist { load, ..plain })?);
        }
        ladder.sort_by(|one, other| one.load.total_cmp(&other.load));
        // On average it may be less than the shortest time there is.
        let alone = workload.alone(Span::micros((here[0].work() as u64).max(1)), first_seed)?;
        let alone = (alone.clone(), Tried { row: Row::of(&alone), load: 1.0 });
        let at_once = workload.at_once(first_seed)?;
        let death = tried(Twist { dies: true, ..plain })?;
        let more_in_hand = match workload.in_hand() {
            Some(in_hand) if in_hand < MORE_IN_HAND => Some(tried(Twist { prefetch: Some(MORE_IN_HAND), ..plain })?),
            _ => None,
        };
        Ok(Evidence { workload, here, nearby: nearby?, ladder, alone, at_once, death, more_in_hand })
    }

    /// All runs of the workload as it was described, with any load and seed, each once.
    fn runs(&self) -> impl Iterator<Item = &Tried> {
        let others = self.ladder.iter().filter(|tried| tried.load.total_cmp(&1.0).is_ne());
        self.here.iter().chain(&self.nearby).chain(others)
    }

    /// The number in the middle of the seeds; a side that has none in a run has it endless there.
    fn middle(&self, side: usize, key: &str) -> Option<u64> {
        let mut numbers: Vec<u64> = self.here.iter().map(|tried| tried.number(side, key).unwrap_or(u64::MAX)).collect();
        numbers.sort_unstable();
        Some(numbers[numbers.len() / 2]).filter(|number| *number < u64::MAX)
    }

    /// The offered load, in the first run.
    fn offered(&self) -> f64 {
        self.here[0].offered(self.workload)
    }

    /// The share of the jobs that come to nothing on a side, in the middle of the seeds.
    fn missed(&self, side: usize) -> f64 {
        let mut shares: Vec<f64> = self.here.iter().map(|tried| tried.missed(side, self.workload)).collect();
        shares.sort_by(f64::total_cmp);
        shares[shares.len() / 2]
    }

    /// What most of the seeds say.
    fn verdict(&self) -> Verdict {
        let mut verdicts: Vec<Verdict> = self.here.iter().map(|tried| tried.verdict(self.workload)).collect();
        verdicts.sort_unstable();
        verdicts[verdicts.len() / 2]
    }
}

/// Advises on a workload. Its runs have the seeds from `first_seed` on.
///
/// # Errors
/// What would not do, where a protocol cannot have what is wanted.
pub fn advise(workload: &Workload, first_seed: u64) -> Result<Advice, Problem> {
    let evidence = Evidence::gathered(workload, first_seed)?;
    let verdict = evidence.verdict();
    let close = evidence.here.iter().chain(&evidence.nearby).any(|tried| tried.verdict(workload) != verdict);
    let numbers = told::NUMBERS.map(|(key, _)| (key, [0, 1].map(|side| evidence.middle(side, key))));
    Ok(Advice {
        verdict,
        close,
        reasons: reasons::reasons(&evidence, verdict),
        changes: costs::changes(&evidence, verdict),
        causes: costs::causes(&evidence),
        costs: costs::costs(&evidence, verdict),
        numbers: numbers.to_vec(),
        scenario: workload.scenario(Twist::none(first_seed))?,
    })
}
