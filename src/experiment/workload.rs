//! A workload as engineers know it: how often it comes, how long it takes, who waits. And the scenario that it is tried with.
//!
//! *Invariant:* both sides of the scenario have the same jobs, the same work and the same number of workers; what the form
//! leaves open has the protocols' own defaults.

use serde_json::{Value, json};

use crate::metrics::numbers::{Unit, told};
use crate::protocol::kafka::MOST_PARTITIONS;
use crate::reading::rule::{MILLISECOND, SECOND, SLOTS};
use crate::reading::{self, Faults, Field, Misread, Rule, fields, words};
use crate::rng::Distribution;
use crate::scenario::{Problem, Scenario};
use crate::time::Span;

/// From a moment to a day.
const A_DAY: Rule = Rule::Time(MILLISECOND, 24 * 3600 * SECOND);

/// What a consumer of RabbitMQ has in hand if nothing is said: what it works on, and the next one.
const USUAL_PREFETCH: u32 = 2;

fields! {
    /// What is to be done, in what engineers know of it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Workload {
        /// What it is: at most 100 characters.
        pub name: String [Rule::Text(0, 100)] = "A workload".into(),
        /// Who waits for the result.
        pub waits: Waits = Waits::Nobody,
        /// How long whoever waits does so; left out, 10 s for a person and 30 s for a program.
        pub within: Option<Span> [A_DAY] = None,
        /// How long one worker takes for one of them: a time, a distribution, or the times that were measured.
        pub work: Distribution,
        /// How many are wanted a second, on average: from 0.00001 to 100,000.
        pub rate_per_s: f64 [Rule::Number(0.000_01, 100_000.0)],
        /// How many come at once: 1 if they come one by one.
        pub burst: u32 [Rule::Whole(1, 200_000)] = 1,
        /// How many are worked on at once.
        pub workers: u32 [SLOTS],
        /// The longest time for which the other party is away, if it ever is.
        pub outage: Option<Span> [A_DAY] = None,
        /// Whether one may be lost. Left out: where somebody waits, for he sees that it failed.
        pub may_be_lost: Option<bool> = None,
        /// Whether one may be done twice.
        pub may_run_twice: bool = false,
        /// Whether they have to be done in the order in which they are wanted.
        pub must_keep_order: bool = false,
        /// Which broker is at hand.
        pub broker: AtHand = AtHand::RabbitMq,
        /// How many messages a consumer of RabbitMQ has in hand: from 1 to 65,535; left out, 2.
        pub prefetch: Option<u32> [Rule::Whole(1, 65_535)] = None,
        /// How many threads the caller has, each of which waits for one call at a time; left out, 200, as many as a servlet
        /// container has by Tomcat's default (`maxThreads`).
        pub caller_threads: u32 [SLOTS] = 200,
        /// How long a message takes from one party to another.
        pub latency: Distribution = Distribution::fixed(Span::millis(10)),
    }
}

words! {
    /// Who waits for the result.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Waits = Nobody {
        /// A person, before a screen.
        Person = "person",
        /// A program, which cannot go on without it.
        Program = "program",
        /// Nobody: it has to be done, and that is all.
        Nobody = "nobody",
    }
}

words! {
    /// Which broker is at hand.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AtHand = RabbitMq {
        /// RabbitMQ, with a quorum queue.
        RabbitMq = "rabbitmq",
        /// Kafka, with a partition for each consumer.
        Kafka = "kafka",
        /// Amazon SQS, with a standard queue.
        Sqs = "sqs",
        /// None yet. What is tried is RabbitMQ.
        None = "none",
    }
}

/// The most jobs of one run: enough for a verdict, and little enough for many runs.
pub const MOST_JOBS: f64 = 2_000.0;
/// The fewest, of which 0.1 % can be told from none.
const FEWEST_JOBS: f64 = 1_000.0;
/// As long as a run may be, in seconds of its own clock: a side ends after 30 days.
const LONGEST_RUN_S: f64 = 20.0 * 86_400.0;
/// So many at once are one burst, and no flow.
const ONE_BURST: u32 = 200;

/// A pace for people, by the shortest of second, minute and hour in which it does not round to nothing: "38 a second".
pub(super) fn pace(per_second: f64) -> String {
    let (times, unit) = match per_second {
        0.1.. => (1.0, "a second"),
        0.001_666.. => (60.0, "a minute"),
        _ => (3600.0, "an hour"),
    };
    format!("{} {unit}", told(Unit::Rate, (per_second * times * 1e6).round() as u64))
}

/// What is tried besides the workload as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Twist {
    /// So many times as many a second, or at once.
    pub load: f64,
    /// Of all random values.
    pub seed: u64,
    /// How many messages a consumer of RabbitMQ has in hand.
    pub prefetch: Option<u32>,
    /// Whether the workers die once, for a second, with what they have in hand.
    pub dies: bool,
}

impl Twist {
    /// Nothing besides.
    pub fn none(seed: u64) -> Twist {
        Twist { load: 1.0, seed, prefetch: None, dies: false }
    }
}

impl Workload {
    /// Reads one.
    ///
    /// # Errors
    /// The first thing that is wrong: the field, its value, and what would do.
    pub fn from_json(text: &str) -> Result<Workload, Misread> {
        let mut faults = Faults::default();
        let value = reading::parse(text, &mut faults).map_err(|_| {
            Misread::new("this is not JSON; write it as in {\"work\": \"300ms\", \"rate_per_s\": 5, \"workers\": 4}")
        })?;
        let mut workload = Workload::default();
        workload.read(value, &Rule::Any, &mut faults);
        faults.first()?;
        if workload.broker == AtHand::Kafka && workload.workers > MOST_PARTITIONS.into() {
            let sentence = format!(
                "{} would not do with Kafka: a partition has one reader, and a topic here has at most {MOST_PARTITIONS} partitions",
                workload.workers
            );
            return Err(Misread::new(sentence).within("workers"));
        }
        Ok(workload)
    }

    /// How long whoever waits does so.
    pub fn patience(&self) -> Option<Span> {
        match self.waits {
            Waits::Nobody => None,
            // The limit for keeping somebody's attention (R. B. Miller, 1968; J. Nielsen, Usability Engineering, §5.5).
            Waits::Person => Some(self.within.unwrap_or(Span::seconds(10))),
            Waits::Program => Some(self.within.unwrap_or(Span::seconds(30))),
        }
    }

    /// Whether none may be lost.
    pub fn must_arrive(&self) -> bool {
        !self.may_be_lost.unwrap_or(self.waits != Waits::Nobody)
    }

    /// What its consumers have in hand, if that is theirs to say.
    pub fn in_hand(&self) -> Option<u32> {
        matches!(self.broker, AtHand::RabbitMq | AtHand::None).then_some(self.prefetch.unwrap_or(USUAL_PREFETCH))
    }

    /// What comes with so many times the load, in words.
    pub(super) fn comes(&self, load: f64) -> String {
        match self.burst {
            1 => pace(self.rate_per_s * load),
            burst => format!("{} at once", (f64::from(burst) * load).round()),
        }
    }

    /// Whether a run has all of them that come at once with so many times the load.
    pub(super) fn comes_whole(&self, load: f64) -> bool {
        self.burst < ONE_BURST || f64::from(self.burst) * load <= MOST_JOBS
    }

    /// The scenario of one of them alone, of which the work takes that long: with one thread and one worker, which are seen.
    ///
    /// # Errors
    /// What would not do, where a protocol cannot have what is wanted.
    pub(super) fn alone(&self, work: Span, seed: u64) -> Result<Scenario, Problem> {
        let work = Distribution::fixed(work);
        let one = Workload { burst: ONE_BURST, workers: 1, caller_threads: 1, outage: None, work, ..self.clone() };
        one.scenario(Twist::none(seed))?.with("workload.jobs", 1.into())
    }

    /// The scenario of those that come at once, without any before or after them.
    ///
    /// # Errors
    /// What would not do, where a protocol cannot have what is wanted.
    pub(super) fn at_once(&self, seed: u64) -> Result<Scenario, Problem> {
        let burst = self.burst.min(MOST_JOBS as u32);
        let one = Workload { burst: ONE_BURST, outage: None, ..self.clone() };
        one.scenario(Twist::none(seed))?.with("workload.jobs", burst.into())
    }

    /// How many jobs a run has, and how long the outage in it is.
    fn extent(&self, load: f64) -> (u32, Option<Span>) {
        let rate = self.rate_per_s * load;
        if self.burst >= ONE_BURST {
            let jobs = (f64::from(self.burst) * load).clamp(1.0, MOST_JOBS);
            return (jobs as u32, self.outage);
        }
        let outage = self.outage.filter(|_| self.must_arrive());
        let away = outage.map_or(0.0, |outage| outage.as_micros() as f64 / 1e6);
        let jobs = (rate * 3.0 * away).clamp(FEWEST_JOBS, MOST_JOBS).min((rate * LONGEST_RUN_S).max(20.0));
        // A third of the run at most, so that it has a before and an after.
        let lasts = outage.map(|outage| outage.min(Span::micros((jobs / rate / 3.0 * 1e6) as u64)));
        (jobs as u32, lasts)
    }

    fn arrivals(&self, load: f64, jobs: u32) -> Value {
        let rate = self.rate_per_s * load;
        match self.burst {
            1 => json!({ "pattern": "poisson", "rate_per_s": rate.min(1e6) }),
            burst if burst >= ONE_BURST => json!({ "pattern": "burst" }),
            burst => {
                let apart = f64::from(burst) / rate * 1e6;
                let at = (0..jobs).map(|job| Span::micros((f64::from(job / burst) * apart) as u64).to_string());
                json!({ "pattern": "listed", "at": at.collect::<Vec<_>>() })
            }
        }
    }

    /// The scenario that it is tried with.
    ///
    /// # Errors
    /// What would not do, where a protocol cannot have what is wanted.
    pub fn scenario(&self, twist: Twist) -> Result<Scenario, Problem> {
        let (jobs, outage) = self.extent(twist.load);
        let patience = self.patience().map(|span| span.to_string());
        let retry = if self.may_run_twice { 3 } else { 1 };
        let mut changes = Vec::new();
        let begins = Span::micros((f64::from(jobs) / (self.rate_per_s * twist.load) / 3.0 * 1e6) as u64).to_string();
        if let Some(outage) = outage.filter(|_| self.burst < ONE_BURST) {
            changes.push(json!({ "id": "outage", "at": begins, "for": outage.to_string(), "fault": "outage", "actor": "server" }));
        }
        if twist.dies {
            changes.push(json!({ "id": "death", "at": begins, "for": "1s", "fault": "crash", "actor": "server" }));
        }
        let whole = json!({
            "version": 2,
            "name": "workload",
            "title": self.name,
            "look_for": "The workload as it was described, once as calls and once through a queue.",
            "seed": twist.seed,
            "workload": {
                "jobs": jobs,
                "arrivals": self.arrivals(twist.load, jobs),
                "work": self.work.clone().write(),
                "useful_within": patience,
            },
            "network": { "latency": self.latency.clone().write() },
            "changes": changes,
            "sides": [
                {
                    "id": "left", "protocol": "http",
                    "caller": { "id": "client", "name": "Caller", "threads": self.caller_threads },
                    "server": { "id": "server", "name": "Service", "workers": self.workers },
                    "method": "POST", "path": "/jobs/{job}", "timeout": patience,
                    "retry": { "max_attempts": retry }, "retry_non_idempotent": self.may_run_twice,
                },
                {
                    "id": "right", "protocol": "rabbitmq",
                    "publisher": { "id": "client", "name": "Caller", "threads": self.caller_threads },
                    "queue": { "id": "queue", "name": "Queue", "type": "quorum" },
                    "consumers": {
                        "id": "server", "name": "Service", "count": self.workers, "prefetch": twist.prefetch.or(self.in_hand()).unwrap_or(USUAL_PREFETCH),
                        "recovery_interval": "1s",
                    },
                    "retry": { "max_attempts": 10 },
                },
            ],
        });
        let scenario = Scenario::from_value(whole)?;
        match self.broker {
            AtHand::RabbitMq | AtHand::None => Ok(scenario),
            AtHand::Kafka => scenario.with("sides.right.protocol", "kafka".into()),
            AtHand::Sqs => scenario.with("sides.right.protocol", "sqs".into()),
        }
    }
}
