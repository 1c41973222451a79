//! A queue of SQS on a side: who polls it, and who sends to it.
//!
//! *Invariant:* the pollers of all parties are numbered in one row, for the queue knows them by that number alone.

use std::collections::BTreeMap;

use super::Site;
use crate::engine::{Link, LinkId, Setup};
use crate::protocol::framing::length;
use crate::protocol::lanes::Berth;
use crate::protocol::sqs::messages::{ToQueue, ToSender};
use crate::protocol::sqs::queue::{Aside, Links};
use crate::protocol::sqs::sender::Client;
use crate::protocol::sqs::settings::Calling;
use crate::protocol::sqs::words::Words;
use crate::protocol::sqs::{Consumers, Names, Queue, QueueSettings, RedrivePolicy, Settings};
use crate::protocol::system::compile::Posting;
use crate::protocol::system::directory::Outlet;
use crate::protocol::system::party::Filing;
use crate::protocol::system::within::Joined;
use crate::protocol::{self, leg};
use crate::rng::Distribution;
use crate::time::Span;
use crate::trace::{LabelId, Slot, Term};

/// It, and the ways to it.
pub(super) struct Rising {
    words: Words,
    pub queue: Queue,
    /// From each party that sends, there and back.
    ways: BTreeMap<usize, (LinkId<ToQueue>, LinkId<ToSender>)>,
}

impl Rising {
    /// Gives each party that polls it to `crew`.
    pub fn new(
        broker: usize,
        written: &Joined<QueueSettings, Filing>,
        site: &mut Site<'_>,
        setup: &mut Setup<protocol::Party>,
        crew: &mut dyn FnMut(usize, Consumers),
    ) -> Self {
        let (queue, filing) = (&written.within.0, &written.own);
        setup.term(site.lanes[broker], Term::Settled, "deleted");
        let mut words = Words::new(setup, &filing.label, &filing.body);
        let pollers = site.consumers(Outlet { broker, queue: Some(0) });
        if pollers.iter().any(|(_, party)| party.takes_batches()) {
            words.delete_batch.1 = setup.label("DeleteMessageBatch");
        }
        let groups = site.directory.message_groups(broker).unwrap_or(&filing.message_group_ids);
        let (id, _) = site.settings.parties[broker].names();
        let names = Names { queue: length(id), ..queue.names(groups, &filing.message_deduplication_ids) };
        let wanted = pollers.iter().filter_map(|(_, party)| party.poller.as_ref());
        let wanted = wanted.map(|poller| poller.within.0.wanted(queue));
        // Where several poll, each says its own; they differ by a digit.
        let wanted = wanted.map(|wanted| (wanted.most, wanted.wait)).max().unwrap_or((1, Span::ZERO));
        words.size(setup, names, wanted, site.ground.freight);
        let mut on = Vec::new();
        for (place, party) in pollers {
            let Some(poller) = &party.poller else { continue };
            let own = &poller.within.0;
            let there = setup.link(site.link((broker, place)));
            let home = setup.link(site.link((place, broker)));
            let first = on.len() as u16;
            on.extend((0..own.count).map(|place| (there, Slot(place))));
            setup.term(site.lanes[place], Term::Bound, &own.bound(queue));
            let who = (own, Berth { first: 0, count: own.count }, first);
            // A poller calls the API as the SDK does that nobody has set otherwise.
            let calling = Settings::default().calling();
            let consumers = Consumers::new(who, own.wanted(queue), calling, words, home);
            crew(place, consumers.lending(poller.own.listener_mode));
        }
        let aside = match site.directory.dead_letter_queue(broker) {
            // Both are within SQS, so what is moved does not travel.
            Some(place) => {
                let (from, to) = (site.lanes[broker], site.lanes[place]);
                let link = Link::new(from, to, leg::RETURN, Distribution::fixed(Span::ZERO));
                Aside::Queue(setup.link(link.keeping_order().inside()))
            }
            None => {
                let lane = queue.redrive_policy.as_ref().map(RedrivePolicy::lane);
                site.aside(broker, lane, setup).map_or(Aside::Nowhere, Aside::Lane)
            }
        };
        let nobody_polls = on.is_empty();
        let keys = (groups, &filing.message_deduplication_ids);
        let mut queue = Queue::new(queue, keys, words, Links { on, aside });
        if nobody_polls {
            queue = queue.where_messages_lie(setup.label("set aside"));
        }
        Rising { words, queue, ways: BTreeMap::new() }
    }

    /// The port by which a party sends so.
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
        let calling = Calling { timeout: posting.timeout, retry: posting.retry.clone() };
        // Whoever sends waits for how it ends, and says what that means.
        Client::new(calling, Words { gave_up: LabelId::EMPTY, ..self.words }, way).numbered(port)
    }
}
