//! The Redis of Sidekiq or of Celery on a side: which processes take from it, and who pushes to it.
//!
//! *Invariant:* the store knows its crews by their numbers alone, one for each party that takes from it.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::Site;
use crate::engine::{LinkId, Setup};
use crate::protocol::job_store::client::Client;
use crate::protocol::job_store::messages::{ToClient, ToStore, ToWorkers};
use crate::protocol::job_store::pollers::{Pace, Pollers};
use crate::protocol::job_store::store::Links;
use crate::protocol::job_store::words::{Library, Words};
use crate::protocol::job_store::workers::Rules;
use crate::protocol::job_store::{CelerySettings, SidekiqSettings, Store, Workers};
use crate::protocol::system::compile::Posting;
use crate::protocol::system::directory::Outlet;
use crate::protocol::system::party::Party;
use crate::protocol::{self};
use crate::trace::{ActorRow, Term};

/// It, and the ways to it.
pub(super) struct Rising {
    words: Words,
    pub store: Store,
    /// From each party that pushes, there and back.
    ways: BTreeMap<usize, (LinkId<ToStore>, LinkId<ToClient>)>,
}

/// Whose Redis it is.
#[derive(Clone, Copy)]
pub(super) enum Redis<'s> {
    Sidekiq(&'s SidekiqSettings),
    Celery(&'s CelerySettings),
}

impl<'s> Redis<'s> {
    /// That of a party, if it is one.
    pub fn of(party: &'s Party) -> Option<Self> {
        let sidekiq = party.sidekiq.as_ref().map(|redis| Redis::Sidekiq(&redis.0));
        sidekiq.or(party.celery.as_ref().map(|redis| Redis::Celery(&redis.0)))
    }

    /// Its lane.
    pub fn lane(self, names: (&str, &str)) -> ActorRow {
        match self {
            Redis::Sidekiq(redis) => redis.lane(names),
            Redis::Celery(redis) => redis.lane(names),
        }
    }
}

impl Rising {
    /// Gives each party that takes from it to `crew`.
    pub fn new(
        broker: usize,
        redis: Redis<'_>,
        site: &mut Site<'_>,
        setup: &mut Setup<protocol::Party>,
        crew: &mut dyn FnMut(usize, Workers),
    ) -> Self {
        let (words, keeps) = match redis {
            Redis::Sidekiq(redis) => {
                (Words::new(setup, Library::Sidekiq, &redis.label, &redis.body), (redis.appendonly, None))
            }
            Redis::Celery(redis) => {
                let words = Words::new(setup, Library::Celery, &redis.label, &redis.body);
                setup.term(site.lanes[broker], Term::Settled, "acknowledged");
                (words, (redis.appendonly, Some(redis.visibility_timeout)))
            }
        };
        let library = match redis {
            Redis::Sidekiq(_) => Library::Sidekiq,
            Redis::Celery(_) => Library::Celery,
        };
        words.size(setup, library, site.ground.freight);
        let (mut on, mut pollers) = (Vec::new(), Vec::new());
        for (place, party) in site.consumers(Outlet { broker, queue: Some(0) }) {
            let (rules, count, pace) = match (&party.process, &party.worker) {
                (Some(process), _) => {
                    let own = process.within.0.clone();
                    (Rules::Sidekiq(own.clone()), own.concurrency, Pace::Sidekiq(own.average_scheduled_poll_interval))
                }
                (None, Some(worker)) => {
                    let own = worker.within.0.clone();
                    if let Some(bound) = own.bound() {
                        setup.term(site.lanes[place], Term::Bound, &bound);
                    }
                    (Rules::Celery(own.clone()), own.concurrency, Pace::Celery)
                }
                (None, None) => continue,
            };
            let there = site.link((broker, place)).keeping_order();
            let home = site.link((place, broker)).keeping_order();
            let is_lossy = there.loss > 0.0 || home.loss > 0.0;
            let number = on.len() as u16;
            on.push(setup.link::<ToWorkers>(there));
            pollers.push((pace, xxh3_64(party.id.as_bytes()) as u32));
            crew(place, Workers::new((rules, count), number, words, (setup.link(home), is_lossy)));
        }
        let dead = match redis {
            Redis::Sidekiq(redis) => Some(redis.dead_lane()),
            Redis::Celery(_) => None,
        };
        let links = Links { on, aside: site.aside(broker, dead, setup) };
        Rising { words, store: Store::new(keeps, words, links, Pollers::new(pollers)), ways: BTreeMap::new() }
    }

    /// The port by which a party pushes so.
    pub fn outlet(
        &mut self,
        (party, port): (usize, u8),
        to: Outlet,
        posting: &Posting,
        site: &Site<'_>,
        setup: &mut Setup<protocol::Party>,
    ) -> Client {
        let way = *self.ways.entry(party).or_insert_with(|| {
            let out = setup.link(site.link((party, to.broker)));
            (out, setup.link(site.link((to.broker, party))))
        });
        Client::new((posting.timeout, posting.retry.clone()), self.words, way, port)
    }
}
