//! When somebody looks for what is due: Sidekiq's pollers look into the set `retry`, and Celery's workers for tasks that
//! nobody acknowledged in time.
//!
//! Each process looks by itself. A look that finds nothing changes nothing, and in the twenty days of Sidekiq's schedule there
//! are some hundred thousand of them, so such looks are counted out and not simulated, and none is drawn as a message.
//! *Invariant:* the moments at which a process looks depend on when it came and on its own count of looks alone.

use crate::protocol::Stage;
use crate::rng::Purpose;
use crate::time::{Moment, Span};
use crate::trace::PartId;

/// How often the processes of a kind look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// So often on average, however many processes of Sidekiq there are: each waits as many times as long as there are
    /// processes, give or take half of it (scheduled.rb, `random_poll_interval`).
    Sidekiq(Span),
    /// Every ten seconds (kombu's `maybe_restore_messages`).
    Celery,
}

/// How long a process of Sidekiq waits before its first look, at least; up to five seconds are added (`initial_wait`).
const INITIAL_WAIT: Span = Span::seconds(10);

/// With so many processes and more, a wait may be as short as nothing.
const MANY: u64 = 10;

struct Poller {
    pace: Pace,
    /// By what its waits are drawn: its party, whatever others there are.
    key: u32,
    looks: u32,
    /// Its next look; nothing if its process is not there.
    next: Option<Moment>,
}

/// Those of all crews, by their numbers.
pub(crate) struct Pollers(Vec<Poller>);

impl Pollers {
    /// One for each crew: its pace, and a number that is its party's own.
    pub fn new(crews: impl IntoIterator<Item = (Pace, u32)>) -> Self {
        let poller = |(pace, key)| Poller { pace, key, looks: 0, next: None };
        Pollers(crews.into_iter().map(poller).collect())
    }

    /// The process is there, if it was not before.
    pub fn come(&mut self, crew: u16, stage: &Stage<'_>) {
        if self.0[usize::from(crew)].next.is_some() {
            return;
        }
        self.first_look(stage.now(), stage);
        let poller = &mut self.0[usize::from(crew)];
        let first = match poller.pace {
            Pace::Sidekiq(_) => INITIAL_WAIT + Span::seconds(5).scaled(poller.chance(stage)),
            Pace::Celery => INITIAL_WAIT,
        };
        poller.next = Some(stage.now() + first);
    }

    /// It is there no more.
    pub fn go(&mut self, crew: u16, stage: &Stage<'_>) {
        self.first_look(stage.now(), stage);
        self.0[usize::from(crew)].next = None;
    }

    /// The first look of any at that moment or later. What lies before it is passed over.
    pub fn first_look(&mut self, at: Moment, stage: &Stage<'_>) -> Option<Moment> {
        let processes = self.0.iter().filter(|poller| poller.next.is_some()).count() as u64;
        self.0.iter_mut().filter_map(|poller| poller.look(at, processes, stage)).min()
    }
}

impl Poller {
    fn look(&mut self, at: Moment, processes: u64, stage: &Stage<'_>) -> Option<Moment> {
        let mut next = self.next?;
        while next < at {
            next = next + self.wait(processes, stage);
        }
        self.next = Some(next);
        self.next
    }

    fn wait(&mut self, processes: u64, stage: &Stage<'_>) -> Span {
        let Pace::Sidekiq(average) = self.pace else { return Span::seconds(10) };
        let average = average.times(processes);
        let least = if processes < MANY { Span::micros(average.as_micros() / 2) } else { Span::ZERO };
        let wait = least + average.scaled(self.chance(stage));
        // However short it is drawn, it takes a moment.
        if wait > Span::ZERO { wait } else { Span::micros(1) }
    }

    fn chance(&mut self, stage: &Stage<'_>) -> f64 {
        self.looks += 1;
        stage.chance(Purpose::Look, PartId::from_index(self.key), self.looks)
    }
}
