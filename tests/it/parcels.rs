//! What is sent between page and engine: long recordings in slices, each of which is read in no time.

use counterpoint::desk::{MOST_ROWS, Order, Packer, Parcel, Report, Unpacked, Unpacker};
use counterpoint::scenario::{Scenario, preset};
use counterpoint::studio::Studio;
use counterpoint::trace::Counts;

/// Long enough for dozens of parcels, and with batches.
fn long() -> Scenario {
    preset("sqs-work-queue")
        .expect("it is built in")
        .scenario()
        .with("workload.jobs", 20_000.into())
        .expect("it may have so many")
}

/// The report of the end of a run.
fn ended(scenario: Scenario) -> Report {
    let mut studio = Studio::with(scenario);
    std::iter::from_fn(|| studio.advance(100_000)).last().expect("it ends")
}

fn carried(parcel: &Parcel) -> Parcel {
    borsh::from_slice(&borsh::to_vec(parcel).unwrap()).unwrap()
}

fn rows(parcel: &Parcel) -> usize {
    match parcel {
        Parcel::Rows(_, slice) => slice.len(),
        Parcel::Report(Report::Ended { recording, .. }) | Parcel::Begun(Report::Ended { recording, .. }, _) => {
            recording.counts().iter().map(Counts::sum).sum()
        }
        _ => 0,
    }
}

#[test]
fn a_long_recording_comes_in_parcels_of_bounded_size_and_is_the_same_in_the_end() {
    let report = ended(long());
    let whole = borsh::to_vec(&report).unwrap();
    let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
    let mut parcel = packer.pack(report);
    let (mut parcels, mut largest) = (1, 0);
    let report = loop {
        assert!(rows(&parcel) <= MOST_ROWS, "{} rows in one parcel", rows(&parcel));
        largest = largest.max(borsh::to_vec(&parcel).unwrap().len());
        match unpacker.unpack(carried(&parcel)) {
            Unpacked::Whole(report) => break report,
            Unpacked::Partly => parcel = packer.more().expect("more was promised"),
            Unpacked::Unasked => panic!("it was asked for"),
        }
        parcels += 1;
    };
    assert!(parcels > 20 && largest < 2_000_000, "{parcels} parcels, of {largest} bytes at most");
    assert!(borsh::to_vec(&report).unwrap() == whole);
    assert!(packer.more().is_none() && unpacker.rows() > 20 * MOST_ROWS);
}

#[test]
fn a_short_recording_comes_at_once() {
    let mut packer = Packer::default();
    let parcel = packer.pack(ended(preset("order-emails").expect("it is built in").scenario()));
    assert!(matches!(Unpacker::default().unpack(carried(&parcel)), Unpacked::Whole(Report::Ended { .. })));
    assert!(packer.more().is_none());
}

/// An order that is refused, or that changes nothing, must not cost the run that is being handed over.
#[test]
fn an_order_that_runs_nothing_leaves_a_recording_on_its_way() {
    let mut studio = Studio::with(long());
    let report = std::iter::from_fn(|| studio.advance(100_000)).last().expect("it ends");
    let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
    unpacker.unpack(packer.pack(report));
    let parcel = packer.more().expect("there is more");
    unpacker.unpack(parcel);
    let taken = packer.pack(studio.take(9, Order::Type { path: "seed".into(), text: "none".into() }));
    let Unpacked::Whole(Report::Taken { number: 9, running: true, .. }) = unpacker.unpack(taken) else {
        panic!("what was wished for is not there yet")
    };
    while let Some(parcel) = packer.more() {
        if let Unpacked::Whole(Report::Ended { number, recording, .. }) = unpacker.unpack(parcel) {
            assert_eq!((number, recording.jobs()), (9, 20_000));
            return;
        }
    }
    panic!("it did not come");
}

#[test]
fn a_new_run_ends_the_handing_over_of_the_one_before() {
    let mut studio = Studio::with(long());
    let report = std::iter::from_fn(|| studio.advance(100_000)).last().expect("it ends");
    let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
    unpacker.unpack(packer.pack(report));
    let late = packer.more().expect("there is more");
    unpacker.unpack(packer.pack(studio.take(2, Order::Set { path: "workload.jobs".into(), value: "3".into() })));
    assert!(packer.more().is_none());
    assert!(matches!(unpacker.unpack(late), Unpacked::Unasked));
}
