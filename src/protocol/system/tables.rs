//! Tables: rows that a party keeps, each with the job that it is about and one word.
//!
//! A row that somebody may take shows as a *Ready* stay of its part at the party's lane, so that a run does not settle
//! before it was taken, and no longer than its word is one that is taken for. *Invariant:* a row is taken by at most one
//! task, and by none that has died.

use std::collections::VecDeque;

use super::words::{Lexicon, Word};
use crate::engine::OpenStay;
use crate::protocol::Stage;
use crate::protocol::by_number::ByNumber;
use crate::protocol::call::Task;
use crate::trace::{Ending, JobId, PartId, Slot, StayKind};

/// A row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    part: PartId,
    word: Word,
    taken: bool,
    /// Shows that it waits to be taken.
    waits: Option<OpenStay>,
}

impl Row {
    pub fn new(part: PartId, word: Word) -> Self {
        Row { part, word, taken: false, waits: None }
    }
}

/// The rows of one table.
#[derive(Default)]
pub(super) struct Table {
    durable: bool,
    /// The words for which rows are taken.
    taken_for: Vec<Word>,
    rows: ByNumber<u32, Row>,
    /// Those that may be taken, or are.
    open: ByNumber<u32, ()>,
    /// The latest row of each job.
    latest: ByNumber<JobId, u32>,
}

impl Table {
    pub fn new(durable: bool, taken_for: Vec<Word>) -> Self {
        Table { durable, taken_for, ..Table::default() }
    }
}

/// The tables of a party.
#[derive(Default)]
pub(super) struct Tables {
    tables: Vec<Table>,
    /// The number of the next row, of whichever table.
    next: u32,
}

impl Tables {
    pub fn new(tables: Vec<Table>) -> Self {
        Tables { tables, next: 0 }
    }

    fn at(&mut self, table: u8) -> &mut Table {
        &mut self.tables[usize::from(table)]
    }

    fn add(&mut self, table: u8, row: Row, stage: &mut Stage<'_>) {
        let number = self.next;
        self.next += 1;
        let table = self.at(table);
        let opens = table.taken_for.contains(&row.word) && row.part != PartId::NONE;
        let waits = opens.then(|| stage.begin(Slot::WHOLE, StayKind::Ready, row.part));
        if opens {
            table.open.insert(number, ());
        }
        table.latest.insert(stage.job_of(row.part), number);
        table.rows.insert(number, Row { waits, ..row });
    }

    /// The row that a task means: the one of this table that it has taken last, or else its job's latest.
    fn meant(&self, table: u8, task: &Task, stage: &Stage<'_>) -> Option<u32> {
        let table = &self.tables[usize::from(table)];
        let taken = task.rounds.iter().rev().filter_map(|round| round.rows.front());
        let mut taken = taken.filter(|row| table.rows.get(row).is_some());
        taken.next().or_else(|| table.latest.get(&stage.job_of(task.part))).copied()
    }

    /// The word in the row that is meant.
    pub fn read(&mut self, table: u8, task: &Task, stage: &Stage<'_>) -> Word {
        let row = self.meant(table, task, stage).and_then(|number| self.at(table).rows.get(&number));
        row.map_or(Lexicon::NOTHING, |row| row.word)
    }

    /// Writes into the row that is meant, which is new if there was none. What is found is the word written.
    pub fn write(&mut self, table: u8, word: Word, task: &Task, stage: &mut Stage<'_>) -> Word {
        let number = self.meant(table, task, stage);
        let known = self.at(table);
        let Some((number, row)) = number.and_then(|number| Some((number, known.rows.get_mut(&number)?))) else {
            self.add(table, Row::new(task.part, word), stage);
            return word;
        };
        row.word = word;
        match (known.taken_for.contains(&word) && row.part != PartId::NONE, row.waits.take()) {
            (true, None) => {
                row.waits = Some(stage.begin(Slot::WHOLE, StayKind::Ready, row.part));
                known.open.insert(number, ());
            }
            (true, waits) => row.waits = waits,
            (false, Some(stay)) => {
                stage.end(stay, Ending::Done);
                known.open.remove(&number);
            }
            (false, None) => {}
        }
        word
    }

    /// Adds a row.
    pub fn insert(&mut self, table: u8, row: Row, unique: bool, stage: &mut Stage<'_>) -> Word {
        if unique && self.at(table).latest.get(&stage.job_of(row.part)).is_some() {
            return Lexicon::EXISTS;
        }
        self.add(table, row, stage);
        Lexicon::NEW
    }

    /// Takes up to so many rows with that word, the oldest first.
    pub fn take(&mut self, table: u8, word: Word, most: u32) -> VecDeque<u32> {
        let table = self.at(table);
        let mut taken = VecDeque::new();
        for (number, ()) in table.open.iter() {
            if taken.len() == most as usize {
                break;
            }
            if let Some(row) = table.rows.get_mut(&number).filter(|row| row.word == word && !row.taken) {
                row.taken = true;
                taken.push_back(number);
            }
        }
        taken
    }

    pub fn part_of(&mut self, table: u8, row: u32) -> PartId {
        self.at(table).rows.get(&row).map_or(PartId::NONE, |row| row.part)
    }

    /// Whoever had taken it is done with it.
    pub fn leave(&mut self, table: u8, row: u32) {
        if let Some(row) = self.at(table).rows.get_mut(&row) {
            row.taken = false;
        }
    }

    /// The task has failed, or what it did in its loops from that one on: what it had taken there is anybody's again.
    pub fn leave_from(&mut self, loops: usize, task: &mut Task) {
        for row in task.rounds.drain(loops..).flat_map(|round| round.rows) {
            for table in &mut self.tables {
                if let Some(row) = table.rows.get_mut(&row) {
                    row.taken = false;
                }
            }
        }
    }

    /// The process dies: nobody has taken anything any more, and what was kept in its memory is gone.
    pub fn die(&mut self, stage: &mut Stage<'_>) {
        for table in &mut self.tables {
            if table.durable {
                for (number, ()) in table.open.iter() {
                    table.rows.get_mut(&number).into_iter().for_each(|row| row.taken = false);
                }
                continue;
            }
            table.open.clear();
            for (_, row) in table.rows.take() {
                row.waits.into_iter().for_each(|stay| stage.end(stay, Ending::Interrupted));
            }
            table.latest = ByNumber::default();
        }
    }
}
