//! Undo and redo of what was changed of a scenario.

use counterpoint::desk::Order;
use counterpoint::player::{Action, Change};

use crate::desk::Desk;

fn go(desk: &mut Desk, change: Change) -> String {
    desk.update(Action::Go(change));
    desk.run();
    desk.panel().address.clone()
}

fn turn(desk: &mut Desk, path: &str, stop: u32) {
    desk.order(Order::Turn { path: path.into(), stop });
    desk.run();
}

const RATE: &str = "workload.arrivals.rate_per_s";

#[test]
fn every_change_is_undone_and_made_again_one_by_one() {
    let mut desk = Desk::open("order-emails&v=1");
    assert_eq!((desk.can(Change::Undo), desk.can(Change::Redo)), (false, false));
    desk.set("workload.jobs", "5");
    desk.order(Order::Type { path: "seed".into(), text: "7".into() });
    desk.run();
    desk.order(Order::Reset);
    desk.run();
    let links =
        ["order-emails&v=1", "order-emails&v=1&set=workload.jobs=5", "order-emails&v=1&set=workload.jobs=5&seed=7"];
    for link in links.iter().rev() {
        assert_eq!(go(&mut desk, Change::Undo), *link);
    }
    assert_eq!((desk.can(Change::Undo), desk.can(Change::Redo)), (false, true));
    assert_eq!(go(&mut desk, Change::Redo), links[1]);
    assert_eq!(go(&mut desk, Change::Redo), links[2]);
    // Another change takes the place of what was undone.
    desk.set("workload.jobs", "6");
    assert!(!desk.can(Change::Redo));
    assert_eq!(go(&mut desk, Change::Undo), links[2]);
    assert_eq!(desk.reel().unwrap().recording.jobs(), 5, "and it is what runs");
}

/// However many of its stops were run meanwhile.
#[test]
fn a_slider_in_the_hand_is_one_change() {
    let mut desk = Desk::open("order-emails&v=1");
    for stop in [3, 5, 9] {
        turn(&mut desk, RATE, stop);
    }
    let first = desk.panel().address.clone();
    desk.update(Action::LetGo);
    // Of these, only the last one is run.
    for stop in [10, 12] {
        desk.order(Order::Turn { path: RATE.into(), stop });
    }
    desk.update(Action::LetGo);
    desk.run();
    assert_ne!(desk.panel().address, first);
    assert_eq!(go(&mut desk, Change::Undo), first);
    assert_eq!(go(&mut desk, Change::Undo), "order-emails&v=1");
    assert!(!desk.can(Change::Undo));
}

#[test]
fn what_is_undone_is_seen_at_the_playhead() {
    let mut desk = Desk::open("order-emails&v=1&at=1234ms&job=3");
    desk.set("seed", "7");
    go(&mut desk, Change::Undo);
    assert_eq!(desk.link(), "order-emails&v=1&at=1234ms&job=3");
}

#[test]
fn what_was_refused_or_cancelled_is_no_change_and_another_scenario_begins_anew() {
    let mut desk = Desk::open("order-emails&v=1");
    desk.order(Order::Type { path: "seed".into(), text: "many".into() });
    desk.run();
    assert!(!desk.can(Change::Undo));
    desk.order(Order::Set { path: "workload.jobs".into(), value: "200".into() });
    desk.take();
    desk.order(Order::Cancel);
    desk.run();
    assert_eq!(desk.panel().address, "order-emails&v=1");
    assert!(!desk.can(Change::Undo), "there is nothing to go back to");
    desk.set("seed", "7");
    assert!(desk.can(Change::Undo));
    desk.order(Order::Follow("message-queue".into()));
    desk.run();
    assert!(!desk.can(Change::Undo));
    assert_eq!(go(&mut desk, Change::Undo), "message-queue&v=1");
}
