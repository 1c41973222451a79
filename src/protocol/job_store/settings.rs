//! The settings of job stores and of those who take from them, under the names of Sidekiq, Celery and Redis and with their
//! defaults.
//!
//! *Invariant:* settings that pass their check can be set up and run.

use crate::protocol::lanes;
use crate::reading::rule::{ID, LASTING, LONGEST, MILLISECOND, NAME, SLOTS, TEXT};
use crate::reading::{Rule, fields};
use crate::time::{Span, readable};
use crate::trace::{ActorRow, Drawing};

fields! {
    /// The Redis of Sidekiq.
    #[derive(Clone, Debug, PartialEq)]
    pub struct SidekiqSettings {
        /// Whether Redis writes each change to its append-only file, and so finds it again after a crash. Redis has it off;
        /// the snapshots that it makes instead every few minutes are left out.
        pub appendonly: bool = false,
        /// Where jobs lie that are out of retries.
        pub dead: DeadSet = DeadSet::default(),
        /// What a job is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "job {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

fields! {
    /// The sorted set `dead`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DeadSet {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "dead-set".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Dead set".into(),
    }
}

fields! {
    /// A process of Sidekiq, and the options of the jobs that it does.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ProcessSettings {
        /// How many threads it has.
        pub concurrency: u16 [SLOTS] = 5,
        /// How often a job is tried again.
        pub retry: u32 [RETRIES] = 25,
        /// A job's own schedule: how long it waits after its first failure, its second, and so on; the last one holds from
        /// then on. Without any, it is Sidekiq's own.
        pub sidekiq_retry_in: Vec<Span> [Rule::List(0, 100, &Rule::Seconds(1))] = Vec::new(),
        /// Whether what is out of retries goes to the dead set, and is not thrown away.
        pub dead: bool = true,
        /// How often some process or other looks for what is due, on average.
        pub average_scheduled_poll_interval: Span [Rule::Time(100 * MILLISECOND, LONGEST)] = Span::seconds(5),
    }
}

fields! {
    /// The Redis of Celery.
    #[derive(Clone, Debug, PartialEq)]
    pub struct CelerySettings {
        /// As Sidekiq's.
        pub appendonly: bool = false,
        /// How long a task may be unacknowledged before it is handed out again.
        pub visibility_timeout: Span [LASTING] = Span::seconds(3600),
        /// What a task is called in the picture; `{job}` stands for the job's number.
        pub label: String [TEXT] = "task {job}".into(),
        /// Shown when a message is selected; `{job}` as above.
        pub body: String [TEXT] = String::new(),
    }
}

fields! {
    /// A worker of Celery, and the options of the tasks that it does.
    #[derive(Clone, Debug, PartialEq)]
    pub struct WorkerSettings {
        /// How many processes its pool has. Celery takes as many as the machine has cores; here it is four.
        pub concurrency: u16 [SLOTS] = 4,
        /// How many tasks it takes ahead for each process of its pool; 0 is without limit.
        pub worker_prefetch_multiplier: u16 [Rule::Whole(0, 1000)] = 4,
        /// Whether a task is acknowledged when it has ended, and not already before it begins.
        pub acks_late: bool = false,
        /// How often a task is tried again.
        pub max_retries: u32 [RETRIES] = 3,
        /// How long it waits before that.
        pub default_retry_delay: Span [Rule::Seconds(0)] = Span::seconds(180),
        /// With a number of seconds, it waits as long at first and then twice as long each time; 0 is off.
        pub retry_backoff: u32 [Rule::Whole(0, 86_400)] = 0,
        /// The longest of these waits.
        pub retry_backoff_max: Span [Rule::Seconds(1)] = Span::seconds(600),
        /// Whether each of these waits is drawn from 0 up to its full length.
        pub retry_jitter: bool = true,
    }
}

/// The most retries: even the hundredth of Sidekiq's own schedule would be three years later.
const RETRIES: Rule = Rule::Whole(0, 100);

impl SidekiqSettings {
    pub(crate) fn lane(&self, names: (&str, &str)) -> ActorRow {
        ActorRow { drawing: Drawing::Halves, ..lanes::river(names, "Sidekiq's Redis") }
    }

    /// The lane of the dead set.
    pub(crate) fn dead_lane(&self) -> ActorRow {
        lanes::river((&self.dead.id, &self.dead.name), "out of retries")
    }
}

impl CelerySettings {
    pub(crate) fn lane(&self, names: (&str, &str)) -> ActorRow {
        let subtitle = format!("Celery's Redis, visibility {}", readable(self.visibility_timeout));
        ActorRow { drawing: Drawing::Halves, ..lanes::river(names, &subtitle) }
    }
}

impl WorkerSettings {
    /// The most tasks that it takes and has not acknowledged; nothing if there is no limit.
    pub(super) fn prefetch(&self) -> Option<usize> {
        let count = usize::from(self.worker_prefetch_multiplier) * usize::from(self.concurrency);
        (count > 0).then_some(count)
    }

    /// That in words, as the lane says it.
    pub(crate) fn bound(&self) -> Option<String> {
        self.prefetch().map(|count| format!("prefetch {count}"))
    }
}
