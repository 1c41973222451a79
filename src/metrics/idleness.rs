//! Why workers were idle although work waited for them: because of a bound on what one of them may have in hand, or
//! because a log has too few tracks.
//!
//! *Invariant:* the words for a bound come with the trace, so that no vendor's word stands here.

use super::Yardstick;
use super::comparison::rate;
use super::crew::{Crew, wanted_per_s};
use super::verdict::percent;
use crate::time::{Span, readable};
use crate::trace::{ActorRow, Duty, Term, Trace};

/// Why a crew was idle although work waited for it.
pub(super) struct Idleness {
    /// The reason in one word, for programs.
    pub rule: &'static str,
    /// The reason as a part of a sentence.
    pub text: String,
    /// The share of its slots' time in which they were idle while work waited.
    pub share: f64,
    /// Whether the crew could not do what was wanted because of it.
    pub is_bottleneck: bool,
}

/// The least share of idle time that is a reason for waiting.
const WORTH_SAYING: f64 = 0.03;

/// The least share of the time in which work waited that the slots must have been in service.
const MOSTLY_IN_SERVICE: f64 = 0.3;

/// For whom the slots of the crew waited while work waited for them, if they did so for most of that time.
pub(super) fn held(trace: &Trace, crew: &Crew, yardstick: &Yardstick) -> Option<Idleness> {
    let asked = crew.asked_most().filter(|_| 2 * crew.blocked_us > crew.slot_us || held_more_than_idle(crew))?;
    let lane = trace.actor(crew.lanes[0]);
    let (who, them) = match crew.slots {
        1 => (format!("the only {}", noun(lane)), "it"),
        several => (format!("the {}", counted(several, lane)), "them"),
    };
    let text = format!(
        "{who} of {} waited for {} for {} of the time in which {} waited for {them}",
        home(trace, crew),
        trace.actor(asked).name,
        percent(crew.blocked_us, crew.slot_us),
        yardstick.many,
    );
    Some(Idleness { rule: "blocked", text, share: super::ratio(crew.blocked_us, crew.slot_us), is_bottleneck: true })
}

/// Whether each execution holds its slot longer for others than for its work and the pause after it, as it may be where the
/// slots were idle for long before the first.
fn held_more_than_idle(crew: &Crew) -> bool {
    let held = crew.mean_hold() - crew.mean_work();
    crew.pauses > 0 && held > crew.mean_work() + crew.mean_pause() && 5 * crew.blocked_us > crew.slot_us
}

/// Why slots of the crew were idle although work waited for them; nothing if they hardly were.
pub(super) fn idleness(trace: &Trace, crew: &Crew, yardstick: &Yardstick) -> Option<Idleness> {
    // If the workers were out of service for most of that time, the outage is the reason why work waited.
    let in_service = super::ratio(crew.slot_us, crew.waited_us * crew.slots);
    if crew.stored_us == 0 || crew.idle_share() < WORTH_SAYING || in_service < MOSTLY_IN_SERVICE {
        return None;
    }
    let lane = trace.actor(crew.lanes[0]);
    let share = crew.idle_share();
    let idle = percent(crew.idle_us, crew.slot_us);
    let workers = counted(crew.slots, lane);
    let of = among(trace, crew, " of ");
    if let Some((log, track, most)) = crew.fullest_track() {
        let log = trace.actor(log);
        let tracks = u64::from(log.slots);
        if crew.worked < crew.slots && tracks < crew.slots {
            let text = format!(
                "{} has {}, each read by one {}, so that {} of the {workers} had nothing to do",
                log.name,
                counted(tracks, log),
                lane.slot_noun,
                crew.slots - crew.worked.max(tracks)
            );
            return Some(Idleness { rule: "tracks", text, share, is_bottleneck: true });
        }
        let track = log.slot_name(track).filter(|_| most * tracks as f64 > 1.5);
        if let Some(track) = track {
            let text = format!(
                "{} of the waiting was for {track} of {}, which one {} reads, while the {workers} were idle for {idle} of \
                 the time",
                percent((most * 1000.0) as u64, 1000),
                log.name,
                lane.slot_noun
            );
            return Some(Idleness { rule: "tracks", text, share, is_bottleneck: true });
        }
    }
    let bound = trace.term(crew.lanes[0], Term::Bound).map_or_else(String::new, |bound| format!(" ({bound})"));
    let pace = crew.mean_hold() + crew.mean_pause();
    let most = crew.slots as f64 * 1e6 / pace.max(1) as f64;
    let wanted = wanted_per_s(trace).filter(|_| yardstick.users.is_none());
    let is_bottleneck = wanted.is_none_or(|wanted| wanted > most);
    if crew.mean_pause() == 0 {
        let who = match crew.slots {
            1 => format!("the only {}{of} was", noun(lane)),
            _ => format!("the {workers}{of} were"),
        };
        let text = format!("{who} idle for {idle} of the time in which {} waited{bound}", yardstick.many);
        return Some(Idleness { rule: "idle", text, share, is_bottleneck: false });
    }
    let pause = readable(Span::micros(crew.mean_pause()));
    let who = if crew.slots == 1 { "the only" } else { "each" };
    let pace = match wanted.filter(|wanted| *wanted > most) {
        Some(wanted) => format!(": {workers} did at most {} a second, and {} were wanted", rate(most), rate(wanted)),
        None => String::new(),
    };
    let text = format!(
        "{who} {}{of} was idle for {pause} between two {} although more waited{bound}{pace}",
        noun(lane),
        yardstick.many
    );
    Some(Idleness { rule: "idle", text, share, is_bottleneck })
}

/// Whose the crew's slots are, after `word`, where another crew works as well.
pub(super) fn among(trace: &Trace, crew: &Crew, word: &str) -> String {
    let lanes = trace.actors.iter().filter(|actor| actor.duty == Duty::Worker).count();
    if lanes == crew.lanes.len() { String::new() } else { format!("{word}{}", home(trace, crew)) }
}

/// "Stock", "Stock and Reserve", "Server 1 and 2 others".
pub(super) fn home(trace: &Trace, crew: &Crew) -> String {
    let name = |lane: usize| &trace.actor(crew.lanes[lane]).name;
    match crew.lanes.len() {
        1 => name(0).clone(),
        2 => format!("{} and {}", name(0), name(1)),
        several => format!("{} and {} others", name(0), several - 1),
    }
}

/// A number of slots as the lane calls them: "12 consumers", "1 worker".
pub(super) fn counted(count: u64, lane: &ActorRow) -> String {
    let noun = noun(lane);
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

pub(super) fn noun(lane: &ActorRow) -> &str {
    if lane.slot_noun.is_empty() { "worker" } else { &lane.slot_noun }
}
