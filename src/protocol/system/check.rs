//! What must hold of the parties of a side, so that they can be set up and run.
//!
//! *Invariant:* a name that a step has leads somewhere, a loop takes time, and what is refused is named by its place.

mod batches;
mod deaths;
mod parties;
mod sending;

use std::collections::BTreeSet;

use super::Written;
use super::directory::Directory;
use super::party::{Party, Rabbitmq};
use super::steps::{Repeat, Step, VERBS};
use super::words::FAILURES;
use crate::protocol::BadSetting;
use crate::reading::shown;

/// As of a name that is written.
const MOST_OF_A_NAME: usize = 24;
/// At one party, all programs together.
const MOST_STEPS: usize = 200;
const MOST_NESTING: usize = 8;

type Checked = Result<(), BadSetting>;

fn bad(field: impl Into<String>, sentence: impl Into<String>) -> Checked {
    Err(BadSetting { field: field.into(), sentence: sentence.into() })
}

/// `a`, `b` or `c`, or that there is none.
fn names<'n>(all: impl IntoIterator<Item = &'n str>) -> String {
    let all: Vec<String> = all.into_iter().map(|name| format!("`{}`", shown(name))).collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}

/// That there are two of a name.
fn taken(what: &str, id: &str) -> String {
    format!("there is another one called `{}`; give each {what} its own id", shown(id))
}

/// Where a list of steps stands, and so what can be in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    Job,
    Request,
    Delivery,
    /// What somebody tells whoever wants the jobs: that takes no time, and no hand.
    Hook,
    /// Nothing is at hand that a row could be about.
    Clock,
    Row,
    Branch,
    /// Several jobs are at hand: of a batch that was received, or of a request about one.
    Batch,
    BatchRequest,
    /// One of a batch after another.
    Item,
}

impl Written {
    /// What is wrong with each party; if nothing is, with each list of steps and each way, and with all together.
    pub(in crate::protocol) fn check(&self) -> Vec<BadSetting> {
        let directory = Directory { parties: &self.parties, parts: &[] };
        let mut found = Vec::new();
        let mut taken = BTreeSet::new();
        for (place, party) in self.parties.iter().enumerate() {
            let field = format!("parties.{}", party.id);
            let named = own_names(&directory, place, &field, &mut taken);
            found.extend(named.and_then(|()| self.party(&directory, place, &field)).err());
        }
        found.extend(self.dead_letters(&mut taken).err());
        let callers = self.parties.iter().filter(|party| party.caller.is_some()).count();
        found.extend(match callers {
            1 => None,
            0 => bad("parties", "nobody wants the jobs; make one party a `caller`").err(),
            several => bad("parties", format!("{several} parties want the jobs; one `caller` does")).err(),
        });
        if found.is_empty() {
            for (place, party) in self.parties.iter().enumerate() {
                self.programs(&directory, place, &format!("parties.{}", party.id), &mut found);
            }
            found.extend(self.left_out().err());
            found.extend((0..self.ways.len()).filter_map(|place| self.way(&directory, place).err()));
        }
        found
    }

    /// Dead letters lie in lanes of their own, of which the queues of one broker may share one.
    fn dead_letters<'s>(&'s self, taken: &mut BTreeSet<&'s str>) -> Checked {
        for party in &self.parties {
            let mut of_this_broker = BTreeSet::new();
            for (queue, dead) in party.rabbitmq.iter().flat_map(Rabbitmq::asides) {
                if of_this_broker.insert(&*dead.id) && !taken.insert(&dead.id) {
                    let field = format!("parties.{}.rabbitmq.queues.{}.dead_letter.id", party.id, queue.id);
                    let sentence = format!("`{}` is taken; give each party and each queue its own id", dead.id);
                    return bad(field, sentence);
                }
            }
        }
        Ok(())
    }

    /// What is never done is done nowhere.
    fn left_out(&self) -> Checked {
        let named = self.named_parts();
        let does = named.iter().filter(|(place, _)| !place.starts_with("never."));
        for (number, never) in self.never.iter().enumerate() {
            if let Some((place, _)) = does.clone().find(|(_, part)| part == never) {
                let sentence = format!("`{}` is worked on at `{place}`; take it out of one of the two", shown(never));
                return bad(format!("never.{number}"), sentence);
            }
        }
        Ok(())
    }

    fn way(&self, directory: &Directory<'_>, place: usize) -> Checked {
        let field = format!("ways.{place}.between");
        let before = &self.ways[..place];
        let [one, other] = &self.ways[place].between[..] else { return Ok(()) };
        if one == other {
            return bad(field, format!("`{}` is there twice; a way is between two parties", shown(one)));
        }
        if before.iter().any(|before| [one, other].iter().all(|id| before.between.contains(id))) {
            return bad(field, "there is another way between these two; write one for both directions");
        }
        match [one, other].into_iter().find(|id| directory.party(id).is_none()) {
            Some(id) => bad(field, format!("there is no party `{}`; there are {}", shown(id), self.ids())),
            None => Ok(()),
        }
    }

    fn ids(&self) -> String {
        names(self.parties.iter().map(|party| &*party.id))
    }

    /// Each list of steps of a party.
    fn programs(&self, directory: &Directory<'_>, place: usize, field: &str, found: &mut Vec<BadSetting>) {
        let party = &directory.parties[place];
        let mut count = 0;
        let about_batches = directory.about_batches();
        for (name, steps) in party.programs() {
            let mut words = name.split('.');
            let (first, number) = (words.next(), words.next().and_then(|number| number.parse().ok()).unwrap_or(0));
            let setting = match first {
                Some("on") if party.caller.is_some() => Setting::Hook,
                Some("on") if about_batches.contains(&(place, number)) => Setting::BatchRequest,
                Some("on") => Setting::Request,
                Some("every") => Setting::Clock,
                _ if party.caller.is_some() => Setting::Job,
                _ if party.takes_batches() => Setting::Batch,
                _ => Setting::Delivery,
            };
            let walk = Walk { settings: self, directory, party };
            found.extend(walk.steps(&format!("{field}.{name}"), steps, setting, 1, &mut count).err());
        }
        if count > MOST_STEPS {
            let sentence = format!("there are {count} steps; at most {MOST_STEPS} fit at a party");
            found.push(BadSetting { field: field.to_owned(), sentence });
        }
    }
}

/// Whatever has an id has its own; a party that has no name is shown by its id.
fn own_names<'s>(directory: &Directory<'s>, place: usize, field: &str, taken: &mut BTreeSet<&'s str>) -> Checked {
    let party = &directory.parties[place];
    let (id, name) = party.names();
    if name.len() > MOST_OF_A_NAME && party.name.is_empty() {
        let sentence = format!("`{id}` is too long to stand for a name; write one of at most {MOST_OF_A_NAME} letters");
        return bad(format!("{field}.name"), sentence);
    }
    let own_queues = directory.queues(place).into_iter().filter(|queue| *queue != id);
    // Those of RabbitMQ come with all dead letters.
    let asides = directory.asides(place).into_iter().filter(|_| party.rabbitmq.is_none());
    for id in std::iter::once(id).chain(own_queues).chain(asides) {
        if !taken.insert(id) {
            let sentence = format!("`{id}` is taken; give each party, queue and place of dead letters its own id");
            return bad(format!("{field}.id"), sentence);
        }
    }
    Ok(())
}

struct Walk<'c, 's> {
    settings: &'c Written,
    directory: &'c Directory<'s>,
    party: &'s Party,
}

impl Walk<'_, '_> {
    fn steps(&self, field: &str, steps: &[Step], setting: Setting, depth: usize, count: &mut usize) -> Checked {
        if depth > MOST_NESTING {
            return bad(field, format!("steps stand in steps {depth} deep; at most {MOST_NESTING} deep is read"));
        }
        *count += steps.len();
        for (number, step) in steps.iter().enumerate() {
            let at = format!("{field}.{number}");
            self.step(&at, step, setting)?;
            for (name, inner) in step.inner() {
                let setting = match step {
                    Step::AtOnce { .. } => Setting::Branch,
                    Step::Take { .. } if setting == Setting::Clock => Setting::Row,
                    Step::Each { .. } if matches!(setting, Setting::Batch | Setting::BatchRequest) => Setting::Item,
                    _ => setting,
                };
                self.steps(&format!("{at}.{name}"), inner, setting, depth + 1, count)?;
            }
        }
        Ok(())
    }

    fn step(&self, at: &str, step: &Step, setting: Setting) -> Checked {
        let verb = VERBS[step.verb()];
        let at = |name: &str| format!("{at}.{name}");
        if setting == Setting::Branch
            && !matches!(
                step,
                Step::Call(_)
                    | Step::Publish(_)
                    | Step::Read { .. }
                    | Step::Write { .. }
                    | Step::Insert { .. }
                    | Step::If { .. }
                    | Step::IfDied { .. }
                    | Step::Dies { .. }
                    | Step::Fail { .. }
            )
        {
            let sentence = format!(
                "`{verb}` cannot be one of several things at once, for they share one hand: only what it \
                 waits for overlaps; do it before or after them"
            );
            return bad(at(verb), sentence);
        }
        if setting == Setting::Hook
            && !matches!(
                step,
                Step::Answer { .. }
                    | Step::Bring { .. }
                    | Step::Read { .. }
                    | Step::Write { .. }
                    | Step::Insert { .. }
                    | Step::If { .. }
                    | Step::IfDied { .. }
                    | Step::Fail { .. }
            )
        {
            let sentence = format!(
                "`{verb}` is more than whoever wants the jobs can do when it is told something; `bring` a word to \
                 the task that waits for it, and do it there"
            );
            return bad(at(verb), sentence);
        }
        self.about_a_batch(&at, step, setting)?;
        // What has steps in it is looked at step by step.
        let holds = matches!(step, Step::If { .. } | Step::IfDied { .. } | Step::Repeat { .. } | Step::Hold { .. });
        if setting == Setting::Clock && !holds && self.directory.is_about_a_job(step) {
            let sentence = format!(
                "a clock strikes for no job, so there is nothing that `{verb}` could be about; put it into the \
                 `does` of a `take`"
            );
            return bad(at(verb), sentence);
        }
        match step {
            Step::Call(call) => {
                self.callee(&at, &call.party, &call.request)?;
                self.asks_over(&at, call)?;
                call.retry.check(&at("retry"))
            }
            Step::Publish(publish) => self.publish(&at, publish),
            Step::Answer { word, confirm, retry_after, .. } => {
                own_word(&at("word"), word)?;
                match setting {
                    Setting::Request | Setting::BatchRequest | Setting::Hook if confirm.is_some() => {
                        bad(at("confirm"), "an answer to a request is confirmed by nobody; leave it out")
                    }
                    Setting::Request | Setting::BatchRequest | Setting::Hook => Ok(()),
                    Setting::Item => {
                        bad(at("answer"), "there is one answer for a whole batch; put it behind the `each`")
                    }
                    Setting::Delivery if retry_after.is_some() => {
                        bad(at("retry_after"), "a reply that goes through a broker says no such thing; leave it out")
                    }
                    Setting::Delivery if self.is_asked() => Ok(()),
                    _ => {
                        let sentence = "nobody has asked for anything here; what stands under `on` answers, and what \
                                        consumes from a queue of RabbitMQ that somebody calls";
                        bad(at("answer"), sentence)
                    }
                }
            }
            Step::Repeat { how, .. } => repeat(&at, how),
            Step::Read { table } | Step::Take { table, .. } => self.table(&at(verb), table),
            Step::Write { table, word } | Step::Insert { table, word, .. } => {
                own_word(&at("word"), word)?;
                self.table(&at(verb), table)
            }
            Step::Transaction { writes, .. } => {
                let others = writes.iter().find(|write| !matches!(write, Step::Write { .. } | Step::Insert { .. }));
                match others {
                    Some(other) => {
                        let sentence = format!(
                            "`{}` is no part of a transaction; it has `write` and `insert` in it",
                            VERBS[other.verb()]
                        );
                        bad(at("transaction"), sentence)
                    }
                    None if writes.is_empty() => {
                        bad(at("transaction"), "it writes nothing; put `write` or `insert` into it")
                    }
                    None => Ok(()),
                }
            }
            Step::Hold { pool, .. } => match self.party.pools.iter().any(|known| known.id == *pool) {
                true => Ok(()),
                false => {
                    let known = names(self.party.pools.iter().map(|pool| &*pool.id));
                    bad(at("hold"), format!("`{}` has no pool `{}`; there are {known}", self.party.id, shown(pool)))
                }
            },
            Step::Dies { .. } if self.party.caller.is_some() => {
                bad(at("dies"), "whoever wants the jobs does not die; let one of the others do it")
            }
            Step::IfDied { queue, .. } => self.died(&at, queue, setting),
            Step::Dies { .. }
            | Step::Work { .. }
            | Step::If { .. }
            | Step::Fail { .. }
            | Step::Await { .. }
            | Step::Bring { .. }
            | Step::AtOnce { .. }
            | Step::Compute { .. }
            | Step::Pause { .. }
            | Step::Each { .. } => Ok(()),
        }
    }

    fn table(&self, at: &str, id: &str) -> Checked {
        if self.party.tables.iter().any(|table| table.id == id) {
            return Ok(());
        }
        let known = names(self.party.tables.iter().map(|table| &*table.id));
        bad(at, format!("`{}` keeps no table `{}`; it has {known}", self.party.id, shown(id)))
    }
}

/// Refuses a word by which a step says why it failed: whoever looked for it could not tell which of the two was meant.
fn own_word(at: &str, word: &str) -> Checked {
    match FAILURES.contains(&word) {
        true => bad(at, format!("`{word}` is found where a step has failed; write another word, as `gave up`")),
        false => Ok(()),
    }
}

fn repeat(at: &dyn Fn(&str) -> String, how: &Repeat) -> Checked {
    match (how.times, how.lasts) {
        (None, None) => bad(at("repeat"), "nothing ends it; write `times` or `for`, beside what it is done `until`"),
        (Some(_), _) | (None, Some(_)) => Ok(()),
    }
}
