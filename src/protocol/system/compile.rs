//! From a party's steps to its program.
//!
//! *Invariant:* what passed the checks of `check.rs` compiles; a name that leads nowhere does not come here.

use super::answers::{manner_of, verdict};
use super::directory::{Directory, Outlet};
use super::ops::{About, Behind, Errand, Op, Place, Saying, Words};
use super::party::{Party, Vendor, for_each_step};
use super::steps::{Call, Confirm, Means, Publish, Repeat, Step};
use super::words::Lexicon;
use crate::engine::Setup;
use crate::protocol;
use crate::protocol::call::settings::Bulkhead;
use crate::protocol::call::{EdgePolicy, Verdict};
use crate::protocol::framing::http;
use crate::protocol::retry::Retry;
use crate::time::Span;
use crate::trace::LabelId;

/// A way to another party, and how calls over it are made.
pub(super) struct Calling {
    pub party: usize,
    pub policy: EdgePolicy,
    /// What its breaker says when it closes, opens, is half open.
    pub breaker: [LabelId; 3],
}

/// What a party is to hold to carry out its program.
pub(super) struct Compiled {
    pub ops: Vec<Op>,
    pub entries: Vec<Place>,
    pub counters: usize,
    pub callings: Vec<Calling>,
    /// Where messages are handed over, and how.
    pub outlets: Vec<(Outlet, Posting)>,
}

/// How something is handed over at an outlet.
#[derive(Clone)]
pub(super) struct Posting {
    pub confirm: Confirm,
    pub timeout: Option<Span>,
    pub retry: Retry,
    /// The routing key, if it is not the job's.
    pub key: Option<String>,
    /// What is asked, if a reply is waited for.
    pub asks: Option<String>,
}

/// All words that a side's steps write.
pub(super) fn lexicon(parties: &[Party]) -> Lexicon {
    let mut lexicon = Lexicon::new();
    for_each_step(parties, &mut |step| match step {
        Step::Answer { word, .. }
        | Step::Write { word, .. }
        | Step::Insert { word, .. }
        | Step::Take { word, .. }
        | Step::If { word, .. } => drop(lexicon.number(word)),
        Step::Await { word, .. } | Step::Bring { word } => drop(lexicon.number(word)),
        Step::Repeat { how, .. } => drop(lexicon.number(&how.until)),
        Step::Work { .. }
        | Step::Compute { .. }
        | Step::Pause { .. }
        | Step::Call(_)
        | Step::Publish(_)
        | Step::AtOnce { .. }
        | Step::Read { .. }
        | Step::Each { .. }
        | Step::Transaction { .. }
        | Step::IfDied { .. }
        | Step::Hold { .. }
        | Step::Dies { .. }
        | Step::Fail { .. } => {}
    });
    lexicon
}

/// Compiles the programs of one party.
pub(super) struct Compiler<'s, 'c> {
    pub directory: &'c Directory<'s>,
    pub party: usize,
    pub words: &'c mut Words,
    pub setup: &'c mut Setup<protocol::Party>,
    compiled: Compiled,
}

/// In place of a place that is not known yet.
const LATER: Place = Place::MAX;

impl<'s, 'c> Compiler<'s, 'c> {
    pub fn new(
        directory: &'c Directory<'s>,
        party: usize,
        words: &'c mut Words,
        setup: &'c mut Setup<protocol::Party>,
    ) -> Self {
        let compiled =
            Compiled { ops: Vec::new(), entries: Vec::new(), counters: 0, callings: Vec::new(), outlets: Vec::new() };
        Compiler { directory, party, words, setup, compiled }
    }

    pub fn compile(mut self) -> Compiled {
        let party = &self.directory.parties[self.party];
        let does = match (&party.caller, party.takes()) {
            (Some(_), _) => Some(Errand::Job),
            (None, Some(_)) => Some(Errand::Other),
            (None, None) => None,
        };
        if let Some(errand) = does {
            self.program(&party.does, errand);
        }
        party.on.iter().for_each(|on| self.program(&on.does, Errand::Request));
        party.every.iter().for_each(|clock| self.program(&clock.does, Errand::Other));
        self.compiled
    }

    fn program(&mut self, steps: &'s [Step], errand: Errand) {
        let begins = self.here();
        self.compiled.entries.push(begins);
        self.steps(steps, errand);
        self.push(Op::End(errand));
    }

    fn here(&self) -> Place {
        self.compiled.ops.len() as Place
    }

    fn push(&mut self, op: Op) -> Place {
        self.compiled.ops.push(op);
        self.here() - 1
    }

    /// Lets an instruction that was written lead to here.
    fn lead_here(&mut self, from: Place) {
        let here = self.here();
        if let Op::Jump(to)
        | Op::Unless(_, to)
        | Op::UnlessDied { place: to, .. }
        | Op::After { place: to, .. }
        | Op::Again { over: to, .. }
        | Op::NextRow { over: to, .. }
        | Op::NextPart { over: to }
        | Op::Check { otherwise: Some((to, _)), .. } = &mut self.compiled.ops[from as usize]
        {
            *to = here;
        }
    }

    fn counter(&mut self) -> u16 {
        self.compiled.counters += 1;
        (self.compiled.counters - 1) as u16
    }

    fn table(&self, id: &str) -> u8 {
        self.directory.parties[self.party].tables.iter().position(|table| table.id == id).unwrap_or(0) as u8
    }

    fn steps(&mut self, steps: &'s [Step], errand: Errand) {
        steps.iter().for_each(|step| self.step(step, errand));
    }

    fn step(&mut self, step: &'s Step, errand: Errand) {
        match step {
            Step::Work { part } => {
                self.push(Op::Work(self.directory.part(part).unwrap_or(0)));
                self.check(None, About::TheTask, errand);
            }
            Step::Compute { span } => drop(self.push(Op::Compute(span.clone()))),
            Step::Pause { span } => drop(self.push(Op::Pause(span.clone()))),
            Step::Call(call) => {
                let about = self.about(step);
                self.call(call, about);
                self.check(call.otherwise.as_deref(), about, errand);
            }
            Step::Publish(publish) => {
                let about = self.about(step);
                self.publish(publish, about);
                let waits = publish.confirm == Confirm::Wait;
                let check = Op::Check { otherwise: None, behind: Behind::HandingOver, errand };
                self.guarded(check, publish.otherwise.as_deref().filter(|_| waits), about, errand);
            }
            Step::Answer { text, means, word, confirm, .. } => {
                let saying = self.saying(step, text, verdict(*means, text), word);
                let Some(outlet) = self.replies_by(errand) else {
                    self.push(Op::Answer(saying));
                    return;
                };
                let confirm = confirm.unwrap_or(Confirm::Off);
                let posting = Posting { confirm, timeout: None, retry: Retry::default(), key: None, asks: None };
                self.compiled.outlets.push((outlet, posting));
                let port = (self.compiled.outlets.len() - 1) as u8;
                self.push(Op::Reply { port, saying, waits: confirm == Confirm::Wait });
                self.check(None, About::TheTask, errand);
            }
            Step::Repeat { how, does } => self.repeat(how, does, errand),
            Step::AtOnce { branches } => {
                let all = self.push(Op::AtOnce(Vec::new()));
                self.check(None, About::TheTask, errand);
                let skip = self.push(Op::Jump(LATER));
                let mut places = Vec::new();
                let errand = if errand == Errand::Job { Errand::OfJob } else { Errand::Other };
                for branch in branches {
                    places.push(self.here());
                    self.steps(&branch.does, errand);
                    self.push(Op::End(errand));
                }
                self.compiled.ops[all as usize] = Op::AtOnce(places);
                self.lead_here(skip);
            }
            Step::Read { table } => drop(self.push(Op::Read(self.table(table)))),
            Step::Write { .. } | Step::Insert { .. } => {
                let write = self.write(step);
                self.push(write);
            }
            Step::Take { table, word, most, does } => {
                let (table, word) = (self.table(table), self.words.lexicon.number(word));
                self.push(Op::Take { table, word, most: *most });
                let next = self.push(Op::NextRow { table, over: LATER });
                self.steps(does, errand);
                self.push(Op::LeaveRow { table, next });
                self.lead_here(next);
            }
            Step::Each { does, report_batch_item_failures } => {
                let each = self.push(Op::Each { catches: None });
                let next = self.push(Op::NextPart { over: LATER });
                self.steps(does, errand);
                let leave = self.push(Op::LeavePart { next });
                if *report_batch_item_failures {
                    self.compiled.ops[each as usize] = Op::Each { catches: Some(leave) };
                }
                self.lead_here(next);
            }
            Step::Transaction { writes, takes, rolls_back } => {
                self.push(Op::Compute(takes.clone()));
                let writes = writes.iter().map(|write| self.write(write)).collect();
                let counter = self.counter();
                self.push(Op::Commit { writes, rolls_back: *rolls_back, counter });
                self.check(None, About::TheTask, errand);
            }
            Step::If { word, does, otherwise } => {
                let word = self.words.lexicon.number(word);
                self.either(Op::Unless(word, LATER), does, otherwise, errand);
            }
            Step::IfDied { times, queue, does, otherwise } => {
                let queue = self.directory.outlet(queue).and_then(|outlet| outlet.queue).unwrap_or(0) as u16;
                self.either(Op::UnlessDied { times: *times as u8, queue, place: LATER }, does, otherwise, errand);
            }
            Step::Hold { pool, does } => {
                let pools = &self.directory.parties[self.party].pools;
                let pool = pools.iter().position(|known| known.id == *pool).unwrap_or(0);
                self.push(Op::Hold(pool as u8));
                self.check(None, About::TheTask, errand);
                self.steps(does, errand);
                self.push(Op::LetGo);
            }
            Step::Dies { time, lasts } => {
                let counter = self.counter();
                self.push(Op::Dies { time: *time, lasts: *lasts, counter });
            }
            Step::Await { word, timeout, otherwise } => {
                let word = self.words.lexicon.number(word);
                self.push(Op::Await { word, span: *timeout });
                let check = Op::Check { otherwise: None, behind: Behind::Awaiting, errand };
                self.guarded(check, otherwise.as_deref(), About::TheTask, errand);
            }
            Step::Bring { word } => {
                let word = self.words.lexicon.number(word);
                self.push(Op::Bring(word));
            }
            Step::Fail { text, first } => {
                let means = match verdict(Means::Status, text) {
                    Verdict::Rejected => Verdict::Rejected,
                    Verdict::Fine | Verdict::Failed => Verdict::Failed,
                };
                let said = (!text.is_empty()).then(|| (self.words.answer(text, self.setup), means));
                let after = first.map(|first| {
                    let counter = self.counter();
                    self.push(Op::After { times: first, counter, place: LATER })
                });
                self.push(Op::Fail(said, errand));
                after.into_iter().for_each(|after| self.lead_here(after));
            }
        }
    }

    /// One list of steps, or the other one if that instruction leads there.
    fn either(&mut self, unless: Op, does: &'s [Step], otherwise: &'s [Step], errand: Errand) {
        let unless = self.push(unless);
        self.steps(does, errand);
        let skip = self.push(Op::Jump(LATER));
        self.lead_here(unless);
        self.steps(otherwise, errand);
        self.lead_here(skip);
    }

    fn write(&mut self, step: &Step) -> Op {
        match step {
            Step::Write { table, word } => {
                Op::Write { table: self.table(table), word: self.words.lexicon.number(word) }
            }
            Step::Insert { table, word, unique } => {
                Op::Insert { table: self.table(table), word: self.words.lexicon.number(word), unique: *unique }
            }
            _ => Op::Jump(self.here() + 1),
        }
    }

    fn about(&self, step: &Step) -> About {
        self.directory.part_of(step).map_or(About::TheTask, About::Part)
    }

    /// The step before this may fail.
    fn check(&mut self, otherwise: Option<&'s [Step]>, about: About, errand: Errand) {
        self.guarded(Op::Check { otherwise: None, behind: Behind::Other, errand }, otherwise, about, errand);
    }

    fn guarded(&mut self, check: Op, otherwise: Option<&'s [Step]>, about: About, errand: Errand) {
        let place = self.push(check);
        let Some(steps) = otherwise else { return };
        if let Op::Check { otherwise, .. } = &mut self.compiled.ops[place as usize] {
            *otherwise = Some((LATER, about));
        }
        let skip = self.push(Op::Jump(LATER));
        self.lead_here(place);
        self.steps(steps, errand);
        self.lead_here(skip);
    }

    /// The broker by which a task of that kind answers, if it came from one.
    fn replies_by(&self, errand: Errand) -> Option<Outlet> {
        let (_, queue, _) = self.directory.parties[self.party].takes()?;
        let outlet = self.directory.outlet(queue)?;
        (errand == Errand::Other).then_some(Outlet { queue: None, ..outlet })
    }

    fn call(&mut self, call: &Call, about: About) {
        if let Some(outlet) = self.directory.asks_over(call) {
            let (timeout, retry) = (call.timeout, call.retry.clone());
            let asks = Some(call.request.clone());
            self.compiled.outlets.push((outlet, Posting { confirm: Confirm::Off, timeout, retry, key: None, asks }));
            let port = (self.compiled.outlets.len() - 1) as u8;
            self.push(Op::Publish { port, about, waits: true });
            return;
        }
        let party = self.directory.party(&call.party).unwrap_or(0);
        let entry = self.directory.entry(party, &call.request).unwrap_or(0) as u8;
        let policy = EdgePolicy {
            timeout: call.timeout,
            retry: call.retry.clone(),
            retry_on: call.retry_on,
            breaker: call.circuit_breaker.clone(),
            gate: call.bulkhead.as_ref().map(Bulkhead::gate),
            cancel: None,
        };
        let name = self.directory.parties[party].names().1;
        let breaker =
            ["closes", "opens", "half open"].map(|does| self.setup.label(&format!("breaker of {name} {does}")));
        self.compiled.callings.push(Calling { party, policy, breaker });
        let edge = (self.compiled.callings.len() - 1) as u8;
        let label = self.setup.label(&call.request);
        let host = self.directory.parties[party].names().0;
        self.setup.sized_as((self.words.request, label), http::request(&call.request, host, self.words.freight));
        self.push(Op::Call { edge, entry, label, about });
    }

    fn publish(&mut self, publish: &Publish, about: About) {
        let outlet = self.directory.outlet(&publish.to).unwrap_or(Outlet { broker: 0, queue: None });
        // A party has one producer for a topic, whoever of its steps sends.
        let is_topic = self.directory.parties[outlet.broker].vendor() == Some(Vendor::Kafka);
        let outlets = &mut self.compiled.outlets;
        let known = outlets.iter().position(|(known, _)| is_topic && *known == outlet);
        let port = known.unwrap_or_else(|| {
            let Publish { confirm, timeout, retry, key, .. } = publish.clone();
            outlets.push((outlet, Posting { confirm, timeout, retry, key, asks: None }));
            outlets.len() - 1
        }) as u8;
        self.push(Op::Publish { port, about, waits: publish.confirm == Confirm::Wait });
    }

    fn saying(&mut self, step: &Step, text: &str, verdict: Verdict, word: &str) -> Saying {
        let manner = manner_of(step);
        let code = self.words.manners.iter().position(|known| *known == manner).unwrap_or(0) as u8;
        let word = (!word.is_empty()).then(|| self.words.lexicon.number(word));
        let labels = match text.contains(FOUND) {
            true => {
                let words = &*self.words;
                let said = words.lexicon.iter().map(|found| words.answer(&text.replace(FOUND, found), self.setup));
                said.collect()
            }
            false => vec![self.words.answer(text, self.setup)],
        };
        Saying { labels, word, verdict, code }
    }

    fn repeat(&mut self, how: &'s Repeat, does: &'s [Step], errand: Errand) {
        let is_caller = self.directory.parties[self.party].caller.is_some();
        self.push(Op::Begin { times: how.times.unwrap_or(u32::MAX), lasts: how.lasts });
        let rests = is_caller && !how.holds_thread && errand == Errand::Job;
        let again = self.push(Op::Again { every: how.every, rests, over: LATER });
        self.steps(does, errand);
        let word = self.words.lexicon.number(&how.until);
        self.push(Op::Until { word, again });
        let skip = self.push(Op::Jump(LATER));
        self.lead_here(again);
        match &how.otherwise {
            Some(steps) => self.steps(steps, errand),
            None if how.until.is_empty() => {}
            None => drop(self.push(Op::Fail(None, errand))),
        }
        self.lead_here(skip);
    }
}

/// What stands in an answer's text for the word that was found.
const FOUND: &str = "{found}";
