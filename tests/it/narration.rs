//! The line under the picture: a sentence for each side that is whole in the room that it has.

use counterpoint::player::{Lines, Narration, Reel, narrations};
use counterpoint::scenario::PRESETS;
use counterpoint::story;
use counterpoint::time::Moment;
use counterpoint::trace::StepId;

use crate::desk::Desk;

/// At each moment of each built-in scenario at which something happens, what is said in these lines.
fn each(lines: Lines, mut check: impl FnMut(&str, &Reel, &[Narration])) {
    for preset in PRESETS {
        let desk = Desk::open(preset.name);
        let reel = desk.reel().unwrap();
        let mut next = Some(Moment::START);
        while let Some(at) = next {
            check(preset.name, reel, &narrations(reel, at, lines));
            next = reel.next_after(at);
        }
    }
}

/// In windows 1280, 1000, 800 and 390 pixels wide, with as many letters in a line as the page counts on.
#[test]
fn what_is_said_of_a_step_fits_into_its_lines() {
    for lines in [Lines::Beside(2 * 78), Lines::Beside(2 * 58), Lines::Beside(3 * 44), Lines::Alone(3 * 52)] {
        let (mut said, mut longest) = (0, 0);
        each(lines, |name, reel, told| {
            for narration in told {
                let Some((at, text)) = &narration.step else { continue };
                let caption = narration.caption.as_ref().map_or(0, |(_, text)| text.chars().count() + 2);
                let letters = reel.clock(*at).chars().count() + 2 + text.chars().count();
                let room = match lines {
                    Lines::Beside(letters) => letters,
                    Lines::Alone(letters) => letters - caption,
                };
                assert!(letters <= room, "{name}, {lines:?}: `{text}` has {letters} letters of {room}");
                assert!(text.ends_with('.'), "{name}: `{text}`");
                longest = longest.max(letters);
                said += 1;
            }
        });
        assert!(said > 1_000 && longest > 60, "{said}, {longest}");
    }
}

/// With room enough nothing is left out, and what is left out is counted.
#[test]
fn what_has_no_room_is_counted() {
    let desk = Desk::open("chain-slow-last");
    let reel = desk.reel().unwrap();
    let trace = &reel.recording.sides[1].trace;
    let step = (0..trace.steps.len() as u32).map(StepId::from_index);
    let step = step.filter(|step| story::sentence(trace, *step).is_some_and(|line| line.text.contains("lies ready")));
    let step = step.into_iter().next().unwrap();
    let whole = story::sentence(trace, step).unwrap().text;
    let brief = |most| story::brief(trace, step, most).unwrap().text;
    assert_eq!(
        whole,
        "“publish a piece of order 1” arrives at Pieces of work; part 1 of job 1 lies ready in Pieces of work, which sends \
         “confirm” to Web shop (arrives at 16 ms), and sends “deliver a piece of order 1” to All three (arrives at 16 ms)."
    );
    assert_eq!(brief(whole.chars().count()), whole);
    assert_eq!(
        brief(whole.chars().count() - 1),
        "“publish a piece of order 1” arrives at Pieces of work; part 1 of job 1 \
         lies ready in Pieces of work, which sends “confirm” to Web shop (arrives at 16 ms); then 1 more thing."
    );
    assert_eq!(brief(0), "“publish a piece of order 1” arrives at Pieces of work; then 3 more things.");
    let at = trace.steps[step.index() as usize].at;
    let told = narrations(reel, at, Lines::Beside(156))[1].step.clone().unwrap();
    assert_eq!(told.1, format!("{} And 2 more.", brief(140)));
    let told = narrations(reel, at, Lines::Beside(10_000))[1].step.clone().unwrap();
    assert_eq!((told.0, told.1.matches("lies ready").count()), (at, 3));
}
