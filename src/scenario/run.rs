//! Running a scenario: both sides, from the same workload, in slices.
//!
//! *Invariant:* the sides share the seed, the workload and the network, and nothing else.

use super::{Arrivals, FailuresText, Network, Scenario, WorkloadText};
use crate::engine::{Demand, Failures, Limits, Progress, Workload, World};
use crate::protocol::{Freight, Ground, Party};
use crate::recording::{self, SidePlayed};
use crate::rng::Distribution;
use crate::time::{Moment, Span};
use crate::trace::JobId;

/// A run under way.
pub struct Run {
    scenario: Scenario,
    worlds: Vec<World<Party>>,
}

/// A run that ended.
#[derive(Clone, Debug)]
pub struct Played {
    /// What was run.
    pub scenario: Scenario,
    /// What happened on each side, in the scenario's order.
    pub sides: Vec<SidePlayed>,
}

impl Run {
    /// A run that has not begun, with the limits that every run has.
    pub fn new(scenario: Scenario) -> Self {
        Run::with_limits(scenario, Limits::default())
    }

    /// As [`Run::new`], with other limits. When it is to stop is the scenario's to say.
    pub fn with_limits(scenario: Scenario, limits: Limits) -> Self {
        let limits = Limits { stop_at: scenario.head.stop_at.unwrap_or(Moment::NEVER), ..limits };
        let ground = scenario.head.network.ground(&scenario.head.workload);
        let worlds = scenario.sides.iter().map(|side| {
            let setup = side.settings.set_up(&ground);
            let faults = scenario.faults(&side.id, &setup);
            World::new(setup, scenario.head.workload.to_workload(), faults, scenario.head.seed, limits)
        });
        Run { worlds: worlds.collect(), scenario }
    }

    /// Handles at most `budget` events on each side.
    pub fn advance(&mut self, budget: u64) -> Progress {
        let mut progress = Progress::Ended(crate::trace::Outcome::Settled);
        for world in &mut self.worlds {
            if world.advance(budget) == Progress::Running {
                progress = Progress::Running;
            }
        }
        progress
    }

    /// How far the slower side is, from 0 to 1: a side that has ended is all the way.
    pub fn fraction(&self) -> f64 {
        self.worlds.iter().map(World::fraction).fold(1.0, f64::min)
    }

    /// What there is of it, whether it has ended or not.
    pub fn into_played(self) -> Played {
        let Run { scenario, worlds } = self;
        let sides = scenario.sides.iter().zip(scenario.headings()).zip(worlds).map(|((side, heading), world)| {
            let trace = world.into_trace();
            SidePlayed {
                id: side.id.clone(),
                style: side.style,
                heading,
                protocol: side.settings.protocol().into(),
                captions: scenario.captions(&side.id, &trace),
                trace,
            }
        });
        Played { sides: sides.collect(), scenario }
    }
}

impl Scenario {
    /// Runs both sides to their ends.
    ///
    /// ```
    /// use counterpoint::scenario::Scenario;
    /// let played = Scenario::from_json(r#"{"name": "smallest"}"#).unwrap().play();
    /// assert_eq!(played.sides[0].trace.jobs.len(), 1);
    /// ```
    pub fn play(&self) -> Played {
        let mut run = Run::new(self.clone());
        while run.advance(u64::MAX) == Progress::Running {}
        run.into_played()
    }
}

impl Played {
    /// The end of the later side: the one window over which both are measured and drawn.
    pub fn ended(&self) -> Moment {
        recording::ended(&self.sides)
    }
}

impl Network {
    fn ground(&self, workload: &WorkloadText) -> Ground {
        let WorkloadText { body_bytes: body, result_bytes: result, .. } = *workload;
        Ground {
            latency: self.latency.clone(),
            loss: self.loss,
            duplication: self.duplication,
            parts: workload.part_ids(),
            freight: Freight { body, result },
        }
    }
}

impl WorkloadText {
    /// The ids of the parts of a job; a job that has one has it under the name of its field.
    pub(super) fn part_ids(&self) -> Vec<String> {
        match self.parts.as_slice() {
            [] => vec!["work".to_owned()],
            parts => parts.iter().map(|part| part.id.clone()).collect(),
        }
    }

    fn to_workload(&self) -> Workload {
        let demand = match &self.arrivals {
            Arrivals::Regular { start, every } => Demand::Regular { start: *start, every: *every },
            Arrivals::Poisson { start, rate_per_s } => {
                let mean = Span::from_seconds_rounded(1.0 / rate_per_s);
                Demand::Random { start: *start, gap: Distribution::exponential(mean) }
            }
            Arrivals::Random { start, gap } => Demand::Random { start: *start, gap: gap.clone() },
            Arrivals::Listed { at } => Demand::Listed(at.clone()),
            Arrivals::Burst { at } => Demand::Regular { start: *at, every: Span::ZERO },
            Arrivals::Users { users, think } => Demand::Closed { users: *users, think: think.clone() },
        };
        let parts = match self.parts.as_slice() {
            [] => vec![self.work.clone()],
            parts => parts.iter().map(|part| part.work.clone()).collect(),
        };
        let poison = self.poison.iter().map(|number| JobId::from_index(number - 1)).collect();
        let FailuresText { probability, first } = self.failures;
        Workload { jobs: self.jobs, demand, parts, failures: Failures { poison, probability, first } }
    }
}
