//! What a party's tasks do, one instruction after another: the steps of a reader, with jumps in the place of nesting.
//!
//! *Invariant:* a program takes no time itself and decides nothing by chance: each instruction is a step of the node, or
//! changes what the task or a table knows. Every loop takes time or comes to an end, for a repetition is counted.

use std::collections::VecDeque;

use super::ops::{About, Behind, Errand, Manner, Op, Place, Saying, Words};
use super::tables::{Row, Tables};
use super::words::{Lexicon, Word};
use crate::protocol::Stage;
use crate::protocol::answer::Letter;
use crate::protocol::call::{Answer, Ask, Conduct, Effect, Reply, Round, Step, StepEnd, Task, Verdict};
use crate::rng::Distribution;
use crate::time::{Moment, Span};
use crate::trace::{LabelId, MessageId, PartId};

/// What a job's task notes of it: that the last who answered has only taken it on; that somebody once did; that something
/// was done for it.
const NOW: u32 = 1;
const EVER: u32 = 2;
const SOMETHING: u32 = 4;
/// What the task of a request notes: whoever asked has their answer.
const ANSWERED: u32 = 8;

/// What any task notes: it took something that lay there.
const FOUND_ROWS: u32 = 16;

/// The program of a party.
pub(super) struct Program {
    pub ops: Vec<Op>,
    /// Where what is asked for by each number begins.
    pub entries: Vec<Place>,
    pub tables: Tables,
    /// How often each place that counts was reached.
    pub counters: Vec<u32>,
    /// Parts of each job that are asked of nobody. Whoever wants the jobs says so.
    pub never: Vec<u32>,
    pub words: Words,
}

impl Conduct for Program {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        self.step(task, stage)
    }

    fn die(&mut self, stage: &mut Stage<'_>) {
        self.tables.die(stage);
    }
}

impl Program {
    // Named in xtask/src/finish.rs.
    #[inline(never)]
    fn step(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        if task.place == 0 {
            task.memory = self.entries[usize::from(task.entry)];
            if task.entry == 0 {
                self.never.iter().for_each(|part| stage.leaves_out(about(About::Part(*part), task, stage)));
            }
        }
        loop {
            // Cloned, for an instruction changes tables and counters, which stand beside it.
            let op = self.ops[task.memory as usize].clone();
            task.memory += 1;
            if let Some(step) = self.take(op, task, stage) {
                return step;
            }
        }
    }

    /// Carries out one instruction. A step, if the node is to take one.
    fn take(&mut self, op: Op, task: &mut Task, stage: &mut Stage<'_>) -> Option<Step> {
        match op {
            Op::Work(part) => {
                let part = about(About::Part(part), task, stage);
                Some(Step::Work { parts: vec![part], span: stage.work(part), effect: Effect::Changes })
            }
            Op::Compute(span) => Some(Step::Compute(self.span(&span, task, stage))),
            Op::Pause(span) => Some(Step::Pause(self.span(&span, task, stage))),
            Op::Call { edge, entry, label, about: which } => {
                let part = about(which, task, stage);
                let load = load(which, part, task, stage);
                Some(Step::Call(Ask { edge, entry, note: 0, kind: self.words.request, label, part, load }))
            }
            Op::Publish { port, about: which, waits } => {
                Some(Step::Send { port, part: about(which, task, stage), waits })
            }
            Op::Check { otherwise, behind, errand } => self.check((otherwise, behind, errand), task, stage),
            Op::Answer(saying) => {
                match saying.verdict {
                    Verdict::Fine => excuse(task, stage),
                    Verdict::Rejected | Verdict::Failed => task.does_without.clear(),
                }
                Some(self.answer(&saying, task, stage))
            }
            Op::Reply { port, saying, waits } => {
                let Reply { label, answer, .. } = self.reply(&saying, task);
                Some(Step::Write { port, letter: Letter { to: MessageId::NONE, label, answer }, waits })
            }
            Op::AtOnce(places) => Some(Step::Branch(places)),
            Op::Jump(place) => {
                task.memory = place;
                None
            }
            Op::Unless(word, place) => {
                if task.found != word {
                    task.memory = place;
                }
                None
            }
            Op::UnlessDied { times, queue, place } => {
                if task.deaths.count(queue) < times {
                    task.memory = place;
                }
                None
            }
            Op::After { times, counter, place } => {
                if self.count(counter) > times {
                    task.memory = place;
                }
                None
            }
            Op::Await { word, span } => Some(Step::Await { word, span }),
            Op::Bring(word) => Some(Step::Bring { word }),
            Op::Begin { times, lasts } => {
                let until = lasts.map_or(Moment::NEVER, |lasts| stage.now() + lasts);
                begin_round(Round { left: times, until, ..blank() }, task);
                None
            }
            Op::Again { every, rests, over } => self.again(every, rests, over, task, stage),
            Op::Until { word, again } => {
                if word != Lexicon::NONE && task.found == word {
                    task.rounds.pop();
                } else {
                    task.memory = again;
                }
                None
            }
            Op::Read(table) => {
                task.found = self.tables.read(table, task, stage);
                None
            }
            Op::Write { .. } | Op::Insert { .. } => {
                task.found = self.write(&op, task, stage);
                None
            }
            Op::Take { table, word, most } => {
                let rows = self.tables.take(table, word, most);
                if !rows.is_empty() {
                    task.note |= FOUND_ROWS;
                }
                begin_round(Round { rows, ..blank() }, task);
                None
            }
            Op::NextRow { table, over } => {
                let round = task.rounds.last_mut()?;
                match round.rows.front() {
                    Some(row) => {
                        task.part = self.tables.part_of(table, *row);
                        task.load = task.part;
                    }
                    None => leave_round(over, task),
                }
                None
            }
            Op::Each { catches } => {
                let parts = stage.parts_in(&task.load).iter().copied().collect();
                begin_round(Round { parts, catches, ..blank() }, task);
                None
            }
            Op::NextPart { over } => {
                match task.rounds.last()?.parts.front().copied() {
                    Some(part) => (task.part, task.load) = (part, part),
                    None => leave_round(over, task),
                }
                None
            }
            Op::LeavePart { next } => {
                task.rounds.last_mut()?.parts.pop_front();
                task.memory = next;
                None
            }
            Op::LeaveRow { table, next } => {
                if let Some(row) = task.rounds.last_mut().and_then(|round| round.rows.pop_front()) {
                    self.tables.leave(table, row);
                }
                task.memory = next;
                None
            }
            Op::Commit { writes, rolls_back, counter } => {
                if self.count(counter) <= rolls_back {
                    task.last = StepEnd::WorkFailed;
                    return None;
                }
                for write in &writes {
                    task.found = self.write(write, task, stage);
                }
                task.last = StepEnd::Done;
                None
            }
            Op::Hold(pool) => Some(Step::Take(pool)),
            Op::LetGo => Some(Step::Give),
            Op::Dies { time, lasts, counter } => (self.count(counter) == time).then_some(Step::Die(lasts)),
            Op::Fail(said, errand) => self.fail(said, errand, task, stage),
            Op::End(errand) => {
                excuse(task, stage);
                Some(self.end(errand, task, stage))
            }
        }
    }

    fn count(&mut self, counter: u16) -> u32 {
        let count = &mut self.counters[usize::from(counter)];
        *count += 1;
        *count
    }

    /// How long something takes that is no part's work: the same on every attempt, unless the party is slow.
    fn span(&self, span: &Distribution, task: &Task, stage: &Stage<'_>) -> Span {
        stage.takes(stage.draw(span, 1, task.part))
    }

    fn write(&mut self, op: &Op, task: &Task, stage: &mut Stage<'_>) -> Word {
        match *op {
            Op::Write { table, word } => self.tables.write(table, word, task, stage),
            Op::Insert { table, word, unique } => self.tables.insert(table, Row::new(task.part, word), unique, stage),
            _ => Lexicon::NONE,
        }
    }

    fn check(
        &mut self,
        (otherwise, behind, errand): (Option<(Place, About)>, Behind, Errand),
        task: &mut Task,
        stage: &mut Stage<'_>,
    ) -> Option<Step> {
        if task.last.is_fine() {
            let accepts = match (task.last, behind) {
                (StepEnd::Answered(answer), _) => {
                    task.found = answer.note;
                    take_undone(answer, task, stage);
                    Some(self.manner(answer).accepts)
                }
                (_, Behind::HandingOver) => Some(true),
                (_, Behind::Awaiting) => Some(false),
                (_, Behind::Other) => None,
            };
            if let (Errand::Job | Errand::OfJob, Some(accepts)) = (errand, accepts) {
                task.note = task.note & !NOW | SOMETHING | if accepts { NOW | EVER } else { 0 };
                if accepts {
                    stage.accepts(stage.job_of(task.part));
                }
            }
            return None;
        }
        task.found = self.words.lexicon.of_failure(task.last);
        let Some((place, without)) = otherwise else {
            return self.fail(None, errand, task, stage);
        };
        if let About::Part(_) = without {
            task.does_without.push(about(without, task, stage));
        }
        task.memory = place;
        None
    }

    fn manner(&self, answer: Answer) -> Manner {
        self.words.manners.get(usize::from(answer.code)).copied().unwrap_or_default()
    }

    fn again(&mut self, every: Span, rests: bool, over: Place, task: &mut Task, stage: &mut Stage<'_>) -> Option<Step> {
        let asked = match task.last {
            StepEnd::Answered(answer) => self.manner(answer).retry_after.unwrap_or_default(),
            _ => Span::ZERO,
        };
        let wait = every.max(asked);
        let round = task.rounds.last_mut()?;
        if round.left == 0 || stage.now() + wait > round.until {
            task.rounds.pop();
            task.memory = over;
            return None;
        }
        round.left -= 1;
        match (wait, rests) {
            (Span::ZERO, _) => None,
            (wait, true) => Some(Step::Rest(wait)),
            (wait, false) => Some(Step::Pause(wait)),
        }
    }

    fn reply(&self, saying: &Saying, task: &Task) -> Reply {
        let found = task.found;
        let label = saying.labels.get(found as usize).or(saying.labels.first());
        let reply =
            Reply::new(self.words.ok.kind, label.copied().unwrap_or(LabelId::EMPTY), saying.verdict, saying.code);
        reply.noting(saying.word.unwrap_or(found))
    }

    fn answer(&self, saying: &Saying, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        let reply = without_undone(self.reply(saying, task), task, stage);
        match self.ops.get(task.memory as usize) {
            Some(Op::End(_)) | None => Step::Reply(reply),
            Some(_) => {
                task.note |= ANSWERED;
                Step::Acknowledge(reply)
            }
        }
    }

    fn fail(
        &mut self,
        said: Option<(LabelId, Verdict)>,
        errand: Errand,
        task: &mut Task,
        stage: &Stage<'_>,
    ) -> Option<Step> {
        let catches = task.rounds.iter().rposition(|round| round.catches.is_some());
        // Of a job there is nobody to whom a failure could be reported.
        if let Some(place) = catches.filter(|_| errand != Errand::Job) {
            self.tables.leave_from(place + 1, task);
            self.one_fails(task, stage);
            return None;
        }
        Some(self.all_fails(said, errand, task))
    }

    /// One part of a batch has failed, and nothing else with it.
    fn one_fails(&mut self, task: &mut Task, stage: &Stage<'_>) {
        let Some(round) = task.rounds.last() else { return };
        let (Some(part), Some(place)) = (round.parts.front().copied(), round.catches) else { return };
        task.undone.push(part);
        task.does_without.retain(|without| stage.job_of(*without) != stage.job_of(part));
        task.memory = place;
    }

    fn all_fails(&mut self, said: Option<(LabelId, Verdict)>, errand: Errand, task: &mut Task) -> Step {
        let is_of_others = matches!(task.last, StepEnd::Failed(_) | StepEnd::Answered(_)) && !task.last.is_fine();
        if task.last.is_fine() {
            task.last = StepEnd::WorkFailed;
        }
        self.tables.leave_from(0, task);
        let label = said.map_or(self.words.gave_up, |(label, _)| label);
        match errand {
            // What a reader's own `fail` says is known; of what was taken on and came to nothing else it is not.
            Errand::Job if task.note & EVER != 0 && said.is_none() => Step::LoseTrack(label),
            // Of what it asked for it knows how far that came; all else was looked at, and did not do.
            Errand::Job if task.note & SOMETHING == 0 && is_of_others => Step::GiveUp(label),
            Errand::Job => Step::BreakOff(label),
            // Nobody hears of it any more.
            Errand::Request if task.note & ANSWERED != 0 => Step::GiveUp(label),
            Errand::Request => Step::Reply(said.map_or(self.words.internal, |(label, verdict)| {
                Reply::new(self.words.internal.kind, label, verdict, 0)
            })),
            Errand::OfJob | Errand::Other => Step::Fail,
        }
    }

    fn end(&mut self, errand: Errand, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        task.last = StepEnd::Done;
        match errand {
            Errand::Job if task.note & NOW != 0 => Step::Accepted,
            Errand::Job => Step::Answered,
            Errand::Request if task.undone.is_empty() => Step::Reply(self.words.ok),
            Errand::Request => {
                Step::Reply(without_undone(Reply { label: self.words.partly, ..self.words.ok }, task, stage))
            }
            Errand::OfJob | Errand::Other => Step::End,
        }
    }
}

/// The task came to a good end without these parts, so they are asked of nobody.
fn excuse(task: &mut Task, stage: &mut Stage<'_>) {
    task.does_without.drain(..).for_each(|part| stage.excuses(part));
}

/// The part that a step is about.
fn about(which: About, task: &Task, stage: &Stage<'_>) -> PartId {
    of_its_job(which, task.part, stage)
}

fn of_its_job(which: About, part: PartId, stage: &Stage<'_>) -> PartId {
    match which {
        About::Part(number) if part != PartId::NONE => {
            PartId::from_index(stage.first_part(stage.job_of(part)).index() + number)
        }
        About::Part(_) | About::TheTask => part,
    }
}

/// All that a step is about, as one number: as many parts as the task is about.
fn load(which: About, part: PartId, task: &Task, stage: &mut Stage<'_>) -> PartId {
    if task.load == task.part {
        return part;
    }
    let parts = stage.parts_in(&task.load).iter().map(|own| of_its_job(which, *own, stage)).collect();
    stage.batch(parts)
}

/// What of a batch an answer says was not done is not done for this task.
fn take_undone(answer: Answer, task: &mut Task, stage: &Stage<'_>) {
    for undone in stage.parts_in(&answer.undone) {
        let own = stage.parts_in(&task.load).iter().find(|own| stage.job_of(**own) == stage.job_of(*undone));
        task.undone.extend(own);
    }
}

/// What of a batch was not done goes along with an answer that is fine.
fn without_undone(mut reply: Reply, task: &Task, stage: &mut Stage<'_>) -> Reply {
    if reply.answer.verdict == Verdict::Fine {
        reply.answer.undone = stage.batch(task.undone.clone());
    }
    reply
}

fn blank() -> Round {
    Round {
        left: 0,
        until: Moment::NEVER,
        rows: VecDeque::new(),
        parts: VecDeque::new(),
        outer: (PartId::NONE, PartId::NONE),
        catches: None,
    }
}

fn begin_round(round: Round, task: &mut Task) {
    task.rounds.push(Round { outer: (task.part, task.load), ..round });
}

/// The loop that the task is in is over, and it goes on there.
fn leave_round(place: Place, task: &mut Task) {
    if let Some(round) = task.rounds.pop() {
        (task.part, task.load) = round.outer;
    }
    task.memory = place;
}
