//! How far the picture is scrolled, so that what the playhead's moment is about is in sight.
//!
//! *Invariant:* the same scenes, moment and room give the same place: no screen is asked.

use crate::scene::{Callout, PX, Scene};
use crate::sorting;
use crate::time::Moment;

/// How many pixels stay free above and below what is to be in sight.
const MARGIN: i32 = 8;

/// How many pixels of these scenes are scrolled away above their viewports, which scroll as one, when the playhead
/// stands at `head`. `room` is how many pixels of its picture a viewport shows, and `now` how many are scrolled away at
/// present, or nothing if the picture is newly drawn. Besides the playhead, the captions that speak of what happened
/// last are in sight.
pub fn scrolled(scenes: &[&Scene], head: Moment, room: i32, now: Option<i32>) -> i32 {
    let Some(first) = scenes.first() else { return 0 };
    let y = first.scale.y_from_moment(head) / PX;
    if let Some(now) = now
        && (now + room / 8..=now + room * 3 / 4).contains(&y)
    {
        return now;
    }
    let mut captions: Vec<&Callout> = scenes.iter().flat_map(|scene| current(scene, head)).collect();
    // The latest comes first, so that the earlier ones are given up where not all of them have room.
    sorting::sort_by_key(&mut captions, |caption| std::cmp::Reverse(caption.at));
    // There is much room around the playhead, or little where only that lets more captions be seen.
    let [spacious, tight] = [room / 8, MARGIN].map(|slack| around(&captions, y, slack, room));
    let (_, top, bottom) = if tight.0 > spacious.0 { tight } else { spacious };
    // The playhead stands somewhat below the middle, as far as what is to be in sight allows.
    (y - room * 5 / 8).min(top).max(bottom - room).max(0)
}

/// From where to where, in pixels, the picture must be seen for the playhead at `y` with `slack` around it and for those of
/// the captions that fit into `room` with it; before that, how many these are.
fn around(captions: &[&Callout], y: i32, slack: i32, room: i32) -> (usize, i32, i32) {
    let (mut fit, mut top, mut bottom) = (0, y - slack, y + slack);
    for caption in captions {
        let above = top.min(caption.area.y / PX - MARGIN);
        let below = bottom.max(caption.area.bottom() / PX + MARGIN);
        if below - above <= room {
            (fit, top, bottom) = (fit + 1, above, below);
        }
    }
    (fit, top, bottom)
}

/// On each side the caption that speaks of what happened last.
pub fn current(scene: &Scene, head: Moment) -> impl Iterator<Item = &Callout> {
    scene.panes.iter().filter_map(move |pane| {
        let happened = scene.callouts.iter().filter(move |callout| callout.side == pane.side && callout.at <= head);
        happened.max_by_key(|callout| (callout.at, callout.number))
    })
}

/// Whether the playhead and the captions of what happened last of all are in sight when `now` pixels are scrolled away.
pub fn is_in_sight(scenes: &[&Scene], head: Moment, room: i32, now: i32) -> bool {
    let is_shown = |top: i32, bottom: i32| now <= top / PX && bottom / PX <= now + room;
    let is_playhead_shown = scenes.first().is_none_or(|scene| {
        let y = scene.scale.y_from_moment(head);
        is_shown(y, y)
    });
    let captions = || scenes.iter().flat_map(|scene| current(scene, head));
    let last = captions().map(|caption| caption.at).max();
    is_playhead_shown
        && captions()
            .filter(|caption| Some(caption.at) == last)
            .all(|caption| is_shown(caption.area.y, caption.area.bottom()))
}
