//! What is found by the index of a run is what looking at every row would find.

use counterpoint::recording::SidePlayed;
use counterpoint::scenario::{PRESETS, Preset};
use counterpoint::scene::Index;
use counterpoint::time::Moment;
use counterpoint::trace::{Class, JobId, MessageId};

/// Built-in scenarios with batches, with background messages, and with repeats.
fn presets() -> impl Iterator<Item = &'static Preset> {
    let names = ["order-emails", "kafka-two-groups", "sqs-visibility-too-short", "retry-storm"];
    PRESETS.iter().filter(move |preset| names.contains(&preset.name))
}

/// The messages of both sides in the order of sending, as the table has them.
fn sent(sides: &[SidePlayed]) -> Vec<(Moment, u8, MessageId)> {
    let mut all = Vec::new();
    for (side, played) in (0..).zip(sides) {
        for (place, row) in (0..).zip(&played.trace.messages) {
            if played.trace.kind(row).class != Class::Background {
                all.push((row.sent, side, MessageId::from_index(place)));
            }
        }
    }
    all.sort_unstable();
    all
}

#[test]
fn the_messages_of_both_sides_are_found_in_the_order_in_which_they_were_sent() {
    for preset in presets() {
        let sides = preset.scenario().play().sides;
        let (index, all) = (Index::of(&sides), sent(&sides));
        assert_eq!(index.messages(), all.len());
        for first in (0..=all.len() + 1).step_by(7) {
            let found = index.sent(&sides, first, 5);
            let wanted: Vec<(u8, MessageId)> = all.iter().skip(first).take(5).map(|row| (row.1, row.2)).collect();
            assert_eq!(found, wanted, "{} from {first} on", preset.name);
        }
        for &(at, ..) in &all {
            let until = all.iter().filter(|row| row.0 <= at).count();
            assert_eq!(index.sent_until(&sides, at), until, "{} until {at:?}", preset.name);
        }
    }
}

#[test]
fn the_rows_of_a_job_are_all_that_carry_it() {
    for preset in presets() {
        let sides = preset.scenario().play().sides;
        let index = Index::of(&sides);
        for (side, played) in (0..).zip(&sides) {
            let trace = &played.trace;
            for job in (0..trace.jobs.len() as u32).map(JobId::from_index) {
                let of_job =
                    |part: counterpoint::trace::PartId| part.known().map(|part| trace.job_of(part)) == Some(job);
                let messages = trace.messages.iter().filter(|row| trace.jobs_of(row).contains(&job)).count();
                let stays = trace.stays.iter().filter(|row| of_job(row.part)).count();
                let marks = trace.marks.iter().filter(|row| of_job(row.part)).count();
                let found = (index.messages_of(side, job), index.stays_of(side, job), index.marks_of(side, job));
                assert_eq!((found.0.len(), found.1.len(), found.2.len()), (messages, stays, marks), "{}", preset.name);
                assert!(found.0.is_sorted() && found.1.is_sorted() && found.2.is_sorted());
                assert!(found.0.iter().all(|id| trace.jobs_of(&trace.messages[id.at()]).contains(&job)));
                assert!(found.1.iter().all(|id| of_job(trace.stays[id.at()].part)));
                assert!(found.2.iter().all(|place| of_job(trace.marks[*place as usize].part)));
            }
        }
    }
}
