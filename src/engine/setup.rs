//! How a protocol sets a side up: lanes first, then links, words, and the actors themselves.

use super::link::{Link, LinkId};
use crate::trace::{ActorId, ActorRow, LabelId, Labels, MessageKind, ReaderId, ReaderRow, Term, TermRow};

/// A message kind's number on this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindId(pub(super) u8);

/// The parties of one side before the run begins.
pub struct Setup<A> {
    pub(super) lanes: Vec<ActorRow>,
    pub(super) readers: Vec<ReaderRow>,
    pub(super) actors: Vec<A>,
    pub(super) links: Vec<Link>,
    pub(super) labels: Labels,
    pub(super) kinds: Vec<&'static MessageKind>,
    pub(super) bodies: Vec<LabelId>,
    pub(super) terms: Vec<TermRow>,
    pub(super) caller: ActorId,
}

impl<A> Default for Setup<A> {
    fn default() -> Self {
        Setup {
            lanes: Vec::new(),
            readers: Vec::new(),
            actors: Vec::new(),
            links: Vec::new(),
            labels: Labels::default(),
            kinds: Vec::new(),
            bodies: Vec::new(),
            terms: Vec::new(),
            caller: ActorId(0),
        }
    }
}

impl<A> Setup<A> {
    /// Adds a lane, from left to right. Its actor is added by [`Setup::actor`], in the same order.
    pub fn lane(&mut self, row: ActorRow) -> ActorId {
        let place = self.lanes.len();
        self.lanes.push(row);
        ActorId(u16::try_from(place).expect("a protocol has at most as many lanes as its settings' caps allow"))
    }

    /// Adds the actor of the next lane that has none.
    pub fn actor(&mut self, actor: A) {
        self.actors.push(actor);
        debug_assert!(self.actors.len() <= self.lanes.len(), "an actor has a lane");
    }

    /// Whether there is a lane without an actor.
    pub fn lacks_actors(&self) -> bool {
        self.actors.len() < self.lanes.len()
    }

    /// Adds one who reads a log.
    pub fn reader(&mut self, row: ReaderRow) -> ReaderId {
        self.readers.push(row);
        ReaderId((self.readers.len() - 1) as u16)
    }

    /// At which actor the jobs are wanted; the first lane unless said otherwise.
    pub fn wanted_at(&mut self, caller: ActorId) {
        self.caller = caller;
    }

    /// Adds a way from one actor to another.
    pub fn link(&mut self, link: Link) -> LinkId {
        let place = self.links.len();
        self.links.push(link);
        LinkId(u16::try_from(place).expect("a protocol has a few links for each of its lanes"))
    }

    /// The number of a text that is written beside messages and marks.
    pub fn label(&mut self, text: &str) -> LabelId {
        self.labels.intern(text)
    }

    /// The number of a kind of message.
    pub fn kind(&mut self, kind: &'static MessageKind) -> KindId {
        let found = self.kinds.iter().position(|known| *known == kind);
        let place = found.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.bodies.push(LabelId::EMPTY);
            self.kinds.len() - 1
        });
        KindId(u8::try_from(place).expect("a protocol has at most 256 kinds of message"))
    }

    /// What a message of this kind carries, for the reader who selects one. `{job}` stands for the job's number.
    pub fn body(&mut self, kind: KindId, text: &str) {
        let label = self.labels.intern(text);
        self.bodies[usize::from(kind.0)] = label;
    }

    /// Says what the protocol calls that at this lane.
    pub fn term(&mut self, lane: ActorId, term: Term, word: &str) {
        let word = self.labels.intern(word);
        self.terms.push(TermRow { lane, term, word });
    }

    /// The lanes so far, from left to right.
    pub fn lanes(&self) -> &[ActorRow] {
        &self.lanes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Arrow, Class};

    /// So many kinds of message as no protocol has, which live as long as the test.
    fn kinds(count: usize) -> Vec<&'static MessageKind> {
        let kind = |number: usize| MessageKind {
            name: format!("kind {number}").leak(),
            class: Class::Payload,
            arrow: Arrow::Async,
        };
        let kinds: &'static [MessageKind] = (0..count).map(kind).collect::<Vec<_>>().leak();
        kinds.iter().collect()
    }

    #[test]
    fn each_kind_that_a_number_can_name_has_one_of_its_own() {
        let mut setup = Setup::<()>::default();
        for pass in 0..2 {
            for (number, kind) in kinds(256).into_iter().enumerate() {
                assert_eq!(setup.kind(kind), KindId(number as u8), "pass {pass}");
            }
        }
        assert_eq!(setup.kinds.len(), 256);
    }

    /// That would be one message told as another.
    #[test]
    #[should_panic(expected = "a protocol has at most 256 kinds of message")]
    fn no_kind_gets_the_number_of_another() {
        let mut setup = Setup::<()>::default();
        for kind in kinds(257) {
            setup.kind(kind);
        }
    }
}
