//! Job stores: Redis as Sidekiq and as Celery keep their jobs in it, whoever pushes them, and the processes that take them.
//!
//! Redis itself knows lists and sorted sets and nothing of jobs: what is a rule here is a rule of the client libraries.
//! Both take a job off a list with BRPOP, and differ in what becomes of it then. Sidekiq's basic fetch keeps nothing, so a
//! process that is killed loses what it has in hand; a job that fails goes into the sorted set `retry`, out of which a
//! poller takes what is due. Celery (kombu's Redis transport) lays what it takes into `unacked` until it is acknowledged,
//! and sends a task that is to be retried anew, with a countdown that the worker waits out. Sources: Sidekiq 8.1
//! (lib/sidekiq/job_retry.rb, scheduled.rb, fetch.rb, processor.rb), Celery 5.6 (celery/app/task.py, autoretry.py,
//! utils/time.py, userguide/tasks.rst, backends-and-brokers/redis.rst) and kombu (transport/redis.py).
//!
//! *Invariants:* the store hands a job to whoever has waited longest. It knows no schedule: those who put a job off say
//! until when. What is modelled of it and what is not stands in `system.rs`, for it has no side of its own.

pub(crate) mod client;
mod framing;
pub(crate) mod messages;
pub(crate) mod pollers;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod words;
pub(crate) mod workers;

pub use settings::{CelerySettings, DeadSet, ProcessSettings, SidekiqSettings, WorkerSettings};
pub use store::Store;
pub use workers::Workers;
