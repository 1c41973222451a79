//! A player and a studio with nothing between them, as the page has them with a worker between.
//!
//! Every message is written as bytes and read back, as there.

use std::ops::{Deref, DerefMut};

use counterpoint::desk::{Order, Report};
use counterpoint::player::{Action, Player};
use counterpoint::scenario::{PRESETS, Scenario};
use counterpoint::studio::Studio;

pub struct Desk {
    pub player: Player,
    pub studio: Studio,
}

impl Deref for Desk {
    type Target = Player;

    fn deref(&self) -> &Player {
        &self.player
    }
}

impl DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut Player {
        &mut self.player
    }
}

impl Desk {
    /// With what a link says, run.
    pub fn open(link: &str) -> Desk {
        let player = Player::open(Some(carried(&Studio::cover(&PRESETS[0]))), link);
        let mut desk = Desk { player, studio: Studio::default() };
        desk.run();
        desk
    }

    /// With a scenario of a test's own, run.
    pub fn with(scenario: Scenario) -> Desk {
        let mut desk = Desk { player: Player::default(), studio: Studio::with(scenario) };
        let standing = desk.studio.standing();
        desk.report(standing);
        desk.run();
        desk
    }

    pub fn order(&mut self, order: Order) {
        self.update(Action::Order(order));
    }

    /// Lets the studio take what was ordered.
    pub fn take(&mut self) {
        for (number, order) in self.orders().to_vec() {
            let report = self.studio.take(number, carried(&order));
            self.report(report);
        }
    }

    /// Lets the studio take what was ordered, and run it.
    pub fn run(&mut self) {
        self.take();
        while let Some(report) = self.studio.advance(1_000) {
            self.report(report);
        }
        while self.is_arriving() {
            self.update(Action::GoOn);
        }
        assert!(!self.is_behind());
    }

    pub fn set(&mut self, path: &str, value: &str) {
        self.order(Order::Set { path: path.into(), value: value.into() });
        self.run();
    }

    pub fn report(&mut self, report: Report) {
        self.update(Action::Report(carried(&report)));
    }
}

fn carried<T: borsh::BorshSerialize + borsh::BorshDeserialize>(message: &T) -> T {
    borsh::from_slice(&borsh::to_vec(message).unwrap()).unwrap()
}
