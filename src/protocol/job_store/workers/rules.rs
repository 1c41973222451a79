//! What a library does about a job: when it is acknowledged, how many are taken ahead, and what follows a failure.
//!
//! *Invariant:* the wait before a retry depends on the part and on how often it was put off, and on nothing else.

use crate::protocol::Stage;
use crate::protocol::job_store::messages::{Payload, Put};
use crate::protocol::job_store::settings::{ProcessSettings, WorkerSettings};
use crate::rng::Purpose;
use crate::time::Span;

pub(crate) enum Rules {
    Sidekiq(ProcessSettings),
    Celery(WorkerSettings),
}

impl Rules {
    /// Whether one fetches for all, and more than they have hands.
    pub fn fetch_ahead(&self) -> bool {
        matches!(self, Rules::Celery(_))
    }

    /// How long it waits before it connects again (Sidekiq's processor.rb; kombu begins with two seconds, and that the
    /// next ones are longer is left out).
    pub fn reconnects(&self) -> Span {
        match self {
            Rules::Sidekiq(_) => Span::seconds(1),
            Rules::Celery(_) => Span::seconds(2),
        }
    }

    /// Whether one who fetches for all asks for one more, if so many wait and so many hands have something.
    pub fn takes_more(&self, waiting: usize, busy: usize) -> bool {
        let Rules::Celery(worker) = self else { return false };
        let unacknowledged = if worker.acks_late { waiting + busy } else { waiting };
        worker.prefetch().is_none_or(|most| unacknowledged < most)
    }

    /// Whether a job is acknowledged when it has ended, and not before it begins.
    pub fn acknowledge_late(&self) -> bool {
        match self {
            // It is off the list when it is fetched, and there is nothing to acknowledge.
            Rules::Sidekiq(_) => false,
            Rules::Celery(worker) => worker.acks_late,
        }
    }

    /// Where a job goes that has failed, and what its payload says then; nothing if it goes nowhere.
    pub fn after_failure(&self, payload: Payload, stage: &Stage<'_>) -> Option<(Put, Payload)> {
        let count = payload.retries;
        // A whole number of seconds below `bound`.
        let drawn = |bound: u64| {
            let chance = stage.chance(Purpose::WorkJitter, payload.part, count + 1);
            ((chance * bound as f64) as u64).min(bound.saturating_sub(1))
        };
        let put_off =
            |seconds: u64| Payload { retries: count + 1, eta: stage.now() + Span::seconds(seconds), ..payload };
        match self {
            Rules::Sidekiq(process) if count < process.retry => {
                let own = process.sidekiq_retry_in.get(count as usize).or(process.sidekiq_retry_in.last());
                let count = u64::from(count);
                let wait = own.map_or(count.pow(4) + 15, |own| own.as_micros() / 1_000_000);
                Some((Put::Retry, put_off(wait + drawn(10 * (count + 1)))))
            }
            Rules::Sidekiq(process) => process.dead.then_some((Put::Dead, payload)),
            Rules::Celery(worker) if count < worker.max_retries => {
                let most = worker.retry_backoff_max.as_micros() / 1_000_000;
                let wait = match (worker.retry_backoff, worker.retry_jitter) {
                    (0, _) => worker.default_retry_delay.as_micros() / 1_000_000,
                    (factor, jitter) => {
                        let wait = u64::from(factor).saturating_mul(1 << count.min(40)).min(most);
                        if jitter { drawn(wait + 1) } else { wait }
                    }
                };
                Some((Put::Queue, put_off(wait)))
            }
            Rules::Celery(_) => None,
        }
    }
}
