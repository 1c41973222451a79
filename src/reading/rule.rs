//! What the value of a field keeps to, beyond its type: the range of a number or a time, the length of a text or a list.
//!
//! *Invariant:* a rule says of a field alone what it says, whatever the others are.

/// A rule. Bounds belong to what is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Whatever the type can hold.
    Any,
    /// A whole number.
    Whole(i64, i64),
    /// A number.
    Number(f64, f64),
    /// A time, in microseconds.
    Time(u64, u64),
    /// A time in whole seconds, at least so many.
    Seconds(u64),
    /// A plain text of so many characters.
    Text(usize, usize),
    /// An id of at most so many letters.
    Id(usize),
    /// A list of so many items, each of which keeps to that rule.
    List(usize, usize, &'static Rule),
}

/// A microsecond, a millisecond, a second.
pub const MICROSECOND: u64 = 1;
/// In microseconds.
pub const MILLISECOND: u64 = 1000;
/// In microseconds.
pub const SECOND: u64 = 1_000_000;
/// The longest time that there is: 366 days.
pub const LONGEST: u64 = 366 * 24 * 3600 * SECOND;

/// The most slots (threads, workers, consumers) one actor may have.
pub const MAX_SLOTS: u64 = 1000;

/// How many slots an actor has.
pub const SLOTS: Rule = Rule::Whole(1, MAX_SLOTS as i64);
/// How many may wait in a line.
pub const LINE: Rule = Rule::Whole(0, 1_000_000);
/// A chance.
pub const CHANCE: Rule = Rule::Number(0.0, 1.0);
/// How many times as long something takes.
pub const FACTOR: Rule = Rule::Number(0.001, 1000.0);
/// A time that is longer than nothing.
pub const LASTING: Rule = Rule::Time(MICROSECOND, LONGEST);
/// A time of at least a millisecond.
pub const CLOCK: Rule = Rule::Time(MILLISECOND, LONGEST);
/// The id of an actor.
pub const ID: Rule = Rule::Id(32);
/// The name of an actor, as its lane shows it.
pub const NAME: Rule = Rule::Text(1, 24);
/// What is shown of a message, or names one.
pub const TEXT: Rule = Rule::Text(0, 400);
/// What is told in sentences.
pub const PROSE: Rule = Rule::Text(0, 500);
/// Of each of a crew, how many times as long it takes.
pub const FACTORS: Rule = Rule::List(0, MAX_SLOTS as usize, &FACTOR);
/// Numbers of jobs, counted from one.
pub const JOBS: Rule = Rule::List(0, 1000, &Rule::Whole(1, 200_000));
/// A list of keys.
pub const KEYS: Rule = Rule::List(0, 1000, &Rule::Text(1, 400));
