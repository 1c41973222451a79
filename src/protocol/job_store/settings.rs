//! The settings of job stores and of those who take from them, under the names of Sidekiq, Celery and Redis and with their
//! defaults.
//!
//! *Invariant:* settings that pass their check can be set up and run.

use crate::protocol::lanes;
use crate::protocol::{BadSetting, MAX_SLOTS, check_actor, check_text, in_range, not_zero};
use crate::reading::fields;
use crate::time::{Span, readable};
use crate::trace::{ActorRow, Drawing};

/// The Redis of Sidekiq.
#[derive(Clone, Debug, PartialEq)]
pub struct SidekiqSettings {
    /// Whether Redis writes each change to its append-only file, and so finds it again after a crash. Redis has it off;
    /// the snapshots that it makes instead every few minutes are left out.
    pub appendonly: bool,
    /// Where jobs lie that are out of retries.
    pub dead: DeadSet,
    /// What a job is called in the picture; `{job}` stands for the job's number.
    pub label: String,
    /// Shown when a message is selected; `{job}` as above.
    pub body: String,
}

fields!(SidekiqSettings: appendonly, dead, label, body);

impl Default for SidekiqSettings {
    fn default() -> Self {
        SidekiqSettings { appendonly: false, dead: DeadSet::default(), label: "job {job}".into(), body: String::new() }
    }
}

/// The sorted set `dead`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadSet {
    pub id: String,
    pub name: String,
}

fields!(DeadSet: id, name);

impl Default for DeadSet {
    fn default() -> Self {
        DeadSet { id: "dead-set".into(), name: "Dead set".into() }
    }
}

/// A process of Sidekiq, and the options of the jobs that it does.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessSettings {
    /// How many threads it has.
    pub concurrency: u16,
    /// How often a job is tried again.
    pub retry: u32,
    /// A job's own schedule: how long it waits after its first failure, its second, and so on; the last one holds from
    /// then on. Without any, it is Sidekiq's own.
    pub sidekiq_retry_in: Vec<Span>,
    /// Whether what is out of retries goes to the dead set, and is not thrown away.
    pub dead: bool,
    /// How often some process or other looks for what is due, on average.
    pub average_scheduled_poll_interval: Span,
}

fields!(ProcessSettings: concurrency, retry, sidekiq_retry_in, dead, average_scheduled_poll_interval);

impl Default for ProcessSettings {
    fn default() -> Self {
        ProcessSettings {
            concurrency: 5,
            retry: 25,
            sidekiq_retry_in: Vec::new(),
            dead: true,
            average_scheduled_poll_interval: Span::seconds(5),
        }
    }
}

/// The Redis of Celery.
#[derive(Clone, Debug, PartialEq)]
pub struct CelerySettings {
    /// As Sidekiq's.
    pub appendonly: bool,
    /// How long a task may be unacknowledged before it is handed out again.
    pub visibility_timeout: Span,
    /// What a task is called in the picture; `{job}` stands for the job's number.
    pub label: String,
    /// Shown when a message is selected; `{job}` as above.
    pub body: String,
}

fields!(CelerySettings: appendonly, visibility_timeout, label, body);

impl Default for CelerySettings {
    fn default() -> Self {
        CelerySettings {
            appendonly: false,
            visibility_timeout: Span::seconds(3600),
            label: "task {job}".into(),
            body: String::new(),
        }
    }
}

/// A worker of Celery, and the options of the tasks that it does.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerSettings {
    /// How many processes its pool has. Celery takes as many as the machine has cores; here it is four.
    pub concurrency: u16,
    /// How many tasks it takes ahead for each process of its pool; 0 is without limit.
    pub worker_prefetch_multiplier: u16,
    /// Whether a task is acknowledged when it has ended, and not already before it begins.
    pub acks_late: bool,
    /// How often a task is tried again.
    pub max_retries: u32,
    /// How long it waits before that.
    pub default_retry_delay: Span,
    /// With a number of seconds, it waits as long at first and then twice as long each time; 0 is off.
    pub retry_backoff: u32,
    /// The longest of these waits.
    pub retry_backoff_max: Span,
    /// Whether each of these waits is drawn from 0 up to its full length.
    pub retry_jitter: bool,
}

fields!(WorkerSettings:
    concurrency, worker_prefetch_multiplier, acks_late, max_retries, default_retry_delay, retry_backoff,
    retry_backoff_max, retry_jitter
);

impl Default for WorkerSettings {
    fn default() -> Self {
        WorkerSettings {
            concurrency: 4,
            worker_prefetch_multiplier: 4,
            acks_late: false,
            max_retries: 3,
            default_retry_delay: Span::seconds(180),
            retry_backoff: 0,
            retry_backoff_max: Span::seconds(600),
            retry_jitter: true,
        }
    }
}

/// The most retries: even the hundredth of Sidekiq's own schedule would be three years later.
const MOST_RETRIES: u64 = 100;

/// The most entries of a schedule.
const MOST_WAITS: usize = 100;

impl SidekiqSettings {
    pub(crate) fn lane(&self, names: (&str, &str)) -> ActorRow {
        ActorRow { drawing: Drawing::Halves, ..lanes::river(names, "Sidekiq's Redis") }
    }

    /// The lane of the dead set.
    pub(crate) fn dead_lane(&self) -> ActorRow {
        lanes::river((&self.dead.id, &self.dead.name), "out of retries")
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), BadSetting> {
        check_actor(&format!("{field}.dead"), &self.dead.id, &self.dead.name)?;
        check_text(&format!("{field}.label"), &self.label)?;
        check_text(&format!("{field}.body"), &self.body)
    }
}

impl ProcessSettings {
    pub(crate) fn check(&self, field: &str) -> Result<(), BadSetting> {
        in_range(&format!("{field}.concurrency"), self.concurrency.into(), 1..=MAX_SLOTS)?;
        in_range(&format!("{field}.retry"), self.retry.into(), 0..=MOST_RETRIES)?;
        crate::protocol::at_most(&format!("{field}.sidekiq_retry_in"), self.sidekiq_retry_in.len(), MOST_WAITS)?;
        for (place, wait) in self.sidekiq_retry_in.iter().enumerate() {
            whole_seconds(&format!("{field}.sidekiq_retry_in.{place}"), *wait, 1)?;
        }
        at_least_100_ms(&format!("{field}.average_scheduled_poll_interval"), self.average_scheduled_poll_interval)
    }
}

impl CelerySettings {
    pub(crate) fn lane(&self, names: (&str, &str)) -> ActorRow {
        let subtitle = format!("Celery's Redis, visibility {}", readable(self.visibility_timeout));
        ActorRow { drawing: Drawing::Halves, ..lanes::river(names, &subtitle) }
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), BadSetting> {
        not_zero(&format!("{field}.visibility_timeout"), self.visibility_timeout)?;
        check_text(&format!("{field}.label"), &self.label)?;
        check_text(&format!("{field}.body"), &self.body)
    }
}

impl WorkerSettings {
    pub(crate) fn check(&self, field: &str) -> Result<(), BadSetting> {
        in_range(&format!("{field}.concurrency"), self.concurrency.into(), 1..=MAX_SLOTS)?;
        in_range(&format!("{field}.worker_prefetch_multiplier"), self.worker_prefetch_multiplier.into(), 0..=1000)?;
        in_range(&format!("{field}.max_retries"), self.max_retries.into(), 0..=MOST_RETRIES)?;
        whole_seconds(&format!("{field}.default_retry_delay"), self.default_retry_delay, 0)?;
        in_range(&format!("{field}.retry_backoff"), self.retry_backoff.into(), 0..=86_400)?;
        whole_seconds(&format!("{field}.retry_backoff_max"), self.retry_backoff_max, 1)
    }

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

/// Both libraries count such waits in whole seconds.
fn whole_seconds(field: &str, span: Span, least: u64) -> Result<(), BadSetting> {
    let seconds = span.as_micros() / 1_000_000;
    if span == Span::seconds(seconds) && seconds >= least {
        return Ok(());
    }
    let least = if least > 0 { "; at least 1s" } else { "" };
    let sentence = format!("{span} is no whole number of seconds, in which such waits are counted; write one{least}");
    Err(BadSetting { field: field.into(), sentence })
}

fn at_least_100_ms(field: &str, span: Span) -> Result<(), BadSetting> {
    if span >= Span::millis(100) {
        return Ok(());
    }
    Err(BadSetting { field: field.into(), sentence: format!("{span} is too often; write at least 100ms") })
}
