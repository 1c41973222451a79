//! From the parties as written to lanes, links and actors.
//!
//! *Invariant:* between two parties there is one way each way, however many steps go over it.

use std::collections::BTreeMap;

use super::Written;
use super::answers::manners;
use super::brokers::{self, Brokers};
use super::compile::{Calling, Compiled, Compiler, lexicon};
use super::directory::Directory;
use super::member::Member;
use super::ops::Words;
use super::party::{Crowded, Party, Table};
use super::program::Program;
use super::steps::Step;
use super::tables::{self, Tables};
use crate::engine::{Link, LinkId, Setup};
use crate::protocol::call::settings::{Caller, Service, node_words};
use crate::protocol::call::{Door, Edge, Hands, Looks, Message, Node, NodeWords, Reply, Verdict, WhenFull};
use crate::protocol::dead_letters::DeadLetters;
use crate::protocol::framing::http;
use crate::protocol::{self, Freight, Ground, counted, lanes};
use crate::trace::{ActorId, ActorRow, Duty, LabelId, Slot};

kinds! {
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
}

const INTERNAL: &str = "500 Internal Server Error";

/// The links between two parties that call, there and back.
type Ways = BTreeMap<(usize, usize), [LinkId<Message>; 2]>;

impl Written {
    pub(super) fn set_up(&self, ground: &Ground) -> Setup<protocol::Party> {
        let mut setup = Setup::default();
        let directory = Directory { parties: &self.parties, parts: &ground.parts };
        let mut words = self.words(&mut setup, ground.freight);
        let node_words = node_words(&mut setup);
        let lanes: Vec<ActorId> = self.parties.iter().map(|party| setup.lane(self.lane(party))).collect();
        if let Some(caller) = self.parties.iter().position(|party| party.caller.is_some()) {
            setup.wanted_at(lanes[caller]);
        }
        let mut compiled = Vec::new();
        for place in 0..self.parties.len() {
            let compiler = Compiler::new(&directory, place, &mut words, &mut setup);
            compiled.push(compiler.compile());
        }
        let (mut ways, mut members) = (Ways::new(), Vec::new());
        let mut brokers = Brokers::new(self, &directory, ground, &lanes, &mut setup);
        for (place, (party, compiled)) in self.parties.iter().zip(compiled).enumerate() {
            if party.vendor().is_some() {
                // Who publishes there is known when all others are set up.
                continue;
            }
            let outlets = (0..).zip(&compiled.outlets);
            let outlets = outlets.map(|(port, (to, posting))| brokers.outlet((place, port), *to, posting, &mut setup));
            let outlets = outlets.collect();
            let lending = brokers.take_lending(place);
            let never = directory.never(&self.never).filter(|_| party.caller.is_some()).collect();
            let (mut node, callings) = self.member(party, (compiled, never), &words, node_words, &mut setup);
            for Calling { party: other, policy, breaker } in callings {
                let way = *ways.entry((place, other)).or_insert_with(|| {
                    let there = self.link(ground, &lanes, (place, other));
                    let back = self.link(ground, &lanes, (other, place));
                    [setup.link(there), setup.link(back)]
                });
                node = node.with_edge(Edge::new(way, policy).saying(breaker));
            }
            members.push((lanes[place], Member::new(node, outlets, lending).into()));
        }
        members.extend(brokers.finish());
        members.sort_by_key(|(lane, _): &(ActorId, protocol::Party)| lane.at());
        members.into_iter().for_each(|(_, member)| setup.actor(member));
        while setup.lacks_actors() {
            setup.actor(DeadLetters.into());
        }
        setup
    }

    fn words(&self, setup: &mut Setup<protocol::Party>, freight: Freight) -> Words {
        let response = setup.kind(&RESPONSE);
        setup.sized(response, http::answer("200 OK", freight));
        let internal = setup.label(INTERNAL);
        setup.sized_as((response, internal), http::answer(INTERNAL, freight));
        let mut reports = false;
        super::party::for_each_step(&self.parties, &mut |step| reports |= matches!(step, Step::Each { .. }));
        Words {
            request: setup.kind(&REQUEST),
            ok: Reply::new(response, setup.label("200 OK"), Verdict::Fine, 0),
            internal: Reply::new(response, internal, Verdict::Failed, 0),
            gave_up: setup.label("gave up"),
            partly: if reports { setup.label("200 OK, batchItemFailures") } else { LabelId::EMPTY },
            manners: manners(&self.parties),
            lexicon: lexicon(&self.parties),
            freight,
        }
    }

    /// The link from one party to another.
    pub(super) fn link(&self, ground: &Ground, lanes: &[ActorId], (from, to): (usize, usize)) -> Link {
        let ids = [from, to].map(|place| &self.parties[place].id);
        let is_caller = |place: usize| self.parties[place].caller.is_some();
        let own = self.ways.iter().find(|way| ids.iter().all(|id| way.between.contains(id)));
        let latency = own.and_then(|way| way.latency.as_ref()).unwrap_or(&ground.latency);
        let link = Link::between((lanes[from], ids[0]), (lanes[to], ids[1]), latency.clone());
        let (loss, duplication) = match is_caller(from) || is_caller(to) {
            true => (ground.loss, ground.duplication),
            false => (0.0, 0.0),
        };
        link.losing(own.map_or(loss, |way| way.loss)).duplicating(duplication)
    }

    fn lane(&self, party: &Party) -> ActorRow {
        let (id, name) = party.names();
        let row = match (&party.caller, &party.service) {
            (Some(caller), _) => Caller { id: id.into(), name: name.into(), ..caller.0.clone() }.lane(),
            (None, Some(service)) => Service { id: id.into(), name: name.into(), ..service.within.0.clone() }.lane(),
            (None, None) => match party.takes() {
                Some((vendor, _, count)) => match party.member.as_ref().filter(|member| member.own.max_concurrency > 1)
                {
                    Some(member) => {
                        let row = lanes::of_slots(Duty::Worker, (id, name), count, "thread");
                        match member.within.0.consumers {
                            1 => row,
                            several => {
                                let consumers = counted(several, "consumer");
                                ActorRow { subtitle: format!("{consumers}, {}", row.subtitle), ..row }
                            }
                        }
                    }
                    None => lanes::of_slots(Duty::Worker, (id, name), count, vendor.hand()),
                },
                None => return brokers::lane(party),
            },
        };
        let clocks = party.every.len() as u16;
        if clocks == 0 {
            return row;
        }
        let hands = (1..=row.slots).map(|hand| format!("{} {hand}", row.slot_noun));
        let slot_names = hands.chain((1..=clocks).map(|clock| match clocks {
            1 => "clock".to_owned(),
            _ => format!("clock {clock}"),
        }));
        ActorRow { slots: row.slots + clocks, slot_names: slot_names.collect(), ..row }
    }

    /// The node of a party, and whom it calls.
    fn member(
        &self,
        party: &Party,
        (compiled, never): (Compiled, Vec<u32>),
        words: &Words,
        node_words: NodeWords,
        setup: &mut Setup<protocol::Party>,
    ) -> (Node, Vec<Calling>) {
        let Compiled { ops, entries, counters, callings, .. } = compiled;
        let first_clock = entries.len() - party.every.len();
        let program = Program {
            ops,
            entries,
            tables: tables_of(party, words),
            counters: vec![0; counters],
            never,
            words: words.clone(),
        };
        let (mut node, hands) = match (&party.caller, &party.service) {
            (Some(caller), _) => {
                let caller = &caller.0;
                (Node::caller(caller.hands(), None, caller.callback.clone(), node_words, program), caller.threads)
            }
            (None, Some(service)) => {
                let Service { workers, accept_queue, .. } = service.within.0;
                let when_full = match &*service.own.when_full {
                    Crowded::REFUSE => WhenFull::Refuse,
                    text => WhenFull::Reply(Reply::new(words.ok.kind, words.answer(text, setup), Verdict::Failed, 0)),
                };
                let door = Door { when_full, ..Door::before(accept_queue) };
                (Node::service(Hands::threads(workers), door, node_words, program), workers)
            }
            // What it is lent brings its own place along.
            (None, None) => {
                let count = party.takes().map_or(0, |(.., count)| count);
                (Node::service(Hands::threads(0), Door::before(0), node_words, program), count)
            }
        };
        for pool in &party.pools {
            node = node.with_pool(pool.connections, pool.max_wait);
        }
        for (number, clock) in party.every.iter().enumerate() {
            let looks = match clock.does.iter().all(|step| matches!(step, Step::Take { .. })) {
                true => Looks::ForWork,
                false => Looks::Never,
            };
            let place = ((first_clock + number) as u8, Slot(hands + number as u16));
            node = node.with_clock(clock.every, place, looks);
        }
        (node, callings)
    }
}

fn tables_of(party: &Party, words: &Words) -> Tables {
    let table = |Table { id, durable }: &Table| {
        let mut taken_for = Vec::new();
        super::party::for_each_step(std::slice::from_ref(party), &mut |step| {
            if let Step::Take { table, word, .. } = step
                && table == id
            {
                taken_for.push(words.lexicon.known(word));
            }
        });
        tables::Table::new(*durable, taken_for)
    };
    Tables::new(party.tables.iter().map(table).collect())
}
