//! A topic of Kafka on a side: the groups that read it, and the producers of those who publish to it.
//!
//! *Invariant:* a party has one producer for a topic, with a connection to the leader of each partition. Each group
//! reads all records and does a part of its own.

use super::Site;
use crate::engine::{LinkId, Setup};
use crate::protocol::framing::length;
use crate::protocol::kafka::TopicSettings;
use crate::protocol::kafka::framing::{self, Names};
use crate::protocol::kafka::members::{self, Members};
use crate::protocol::kafka::messages::{ToMembers, ToTopic};
use crate::protocol::kafka::producer::{Buffer, Client};
use crate::protocol::kafka::topic::{MemberLinks, Reader, Topic};
use crate::protocol::kafka::words::{Assignments, Words};
use crate::protocol::lanes::{self, Berth};
use crate::protocol::system::directory::Outlet;
use crate::protocol::system::party::Records;
use crate::protocol::system::within::Joined;
use crate::protocol::{self};
use crate::trace::{ReaderRow, Term};

/// It, and what its producers need to know of it.
pub(super) struct Rising<'s> {
    words: Words,
    pub topic: Topic,
    written: &'s Joined<TopicSettings, Records>,
    /// The value of a record.
    size: u32,
}

impl<'s> Rising<'s> {
    /// Gives each group that reads it to `crew`.
    pub fn new(
        broker: usize,
        written: &'s Joined<TopicSettings, Records>,
        site: &mut Site<'s>,
        setup: &mut Setup<protocol::Party>,
        crew: &mut dyn FnMut(usize, Members),
    ) -> Self {
        let (topic, records) = (&written.within.0, &written.own);
        let lane = site.lanes[broker];
        setup.term(lane, Term::Position, "offset");
        setup.term(lane, Term::Settled, "committed");
        let assignments = Assignments::new(setup, topic.partitions);
        let words = Words::new(setup, &records.label, &records.body);
        let consumers = site.consumers(Outlet { broker, queue: Some(0) });
        let size = framing::value(records.record_size_bytes, site.ground.freight);
        let groups = consumers.iter().filter_map(|(_, party)| party.member.as_ref()).map(|member| &member.within.0);
        let (id, _) = site.settings.parties[broker].names();
        let group = consumers.iter().map(|(_, party)| length(party.names().0)).max().unwrap_or(0);
        let names = Names { topic: length(id), group, ..topic.names(&records.keys, groups) };
        words.size(setup, names, size);
        let (mut readers, mut on): (Vec<Reader<'_>>, Vec<MemberLinks>) = (Vec::new(), Vec::new());
        for (place, party) in consumers {
            let Some(member) = &party.member else { continue };
            let own = &member.within.0;
            let (number, first) = (readers.len() as u16, on.len() as u16);
            let mut links = Vec::new();
            for _ in 0..own.consumers {
                let mut pair = || -> (LinkId<ToMembers>, LinkId<ToTopic>) {
                    let there = setup.link(site.link((broker, place)).keeping_order());
                    (there, setup.link(site.link((place, broker)).keeping_order()))
                };
                let ((records_on, records), (group_on, coordinator)) = (pair(), pair());
                on.push(MemberLinks { group: number, records: records_on, coordinator: group_on });
                links.push(members::Links { records, coordinator });
            }
            let row = ReaderRow { name: party.names().1.into(), log: lane, lanes: vec![site.lanes[place]] };
            let carries = site.directory.part_of_steps(&party.does).map(|part| part as u16);
            readers.push(Reader { group: own, id: setup.reader(row), carries });
            let dead = own.dead_letter.as_ref();
            let dead = dead.map(|dead| lanes::river((&dead.id, &dead.name), "dead-letter topic"));
            let aside = site.aside(place, dead, setup);
            let who = (own, first, Berth { first: 0, count: own.consumers });
            let common = (written.own.request_timeout, &assignments);
            let members = Members::new(who, common, words, links, aside).lending(member.own.between_attempts);
            crew(
                place,
                match member.own.max_concurrency {
                    1 => members,
                    each => members.with_hands(each, member.own.ordering.unwrap_or_default(), &records.keys),
                },
            );
        }
        let topic = Topic::new((topic, size), &readers, words, on);
        Rising { words, topic, written, size }
    }

    /// The producer of a party.
    pub fn outlet(
        &self,
        (party, port): (usize, u8),
        to: Outlet,
        site: &Site<'_>,
        setup: &mut Setup<protocol::Party>,
    ) -> Client {
        let Records { producer, keys, request_timeout, .. } = &self.written.own;
        let leaders = (0..self.written.within.0.partitions).map(|_| {
            let out = setup.link(site.link((party, to.broker)).keeping_order());
            (out, setup.link(site.link((to.broker, party)).keeping_order()))
        });
        let leaders = leaders.collect();
        let exhausted = setup.label("BufferExhaustedException");
        let buffer = Buffer::new(producer.own.buffer_memory_bytes, producer.own.max_block, exhausted);
        let own = &producer.within.0;
        let client = Client::new(own, (keys, self.size), *request_timeout, self.words, leaders);
        client.numbered(port).within(buffer)
    }
}
