//! The spots at which a label may stand: on a line, apart from it, on all sides of it, or beside an area.
//!
//! *Invariant:* nothing here knows what is taken. Spots come in the order in which they are tried, and the farther a spot is
//! from where its label should stand, the greater is its distance.

use super::labels::Reach;
use super::{Area, PX, Point};

/// A place for a label, and whether a leader is needed to say whose it is.
#[derive(Clone, Copy)]
pub struct Spot {
    pub area: Area,
    /// How far from where it should stand, in steps.
    pub distance: usize,
    pub leader: Option<(Point, Point)>,
}

/// Spots right and left of an area, at each distance in `away`, which is in pixels, and in `rows` rows. A spot that
/// does not touch the area, or is in a far row, has a leader.
pub fn beside(area: Area, size: (i32, i32), away: [i32; 8], rows: i32) -> impl Iterator<Item = Spot> {
    let (middle, touching) = (area.y + area.height / 2, away[0]);
    away.into_iter().flat_map(move |away| {
        (0..rows).flat_map(move |row| {
            // The middle row comes first, then those above and below it by turns.
            let step = if row % 2 == 0 { row / 2 } else { -(row + 1) / 2 };
            let y = middle - size.1 / 2 + step * size.1 * 6 / 10;
            let right = (area.right() + away * PX, area.right(), area.right() + away * PX - PX);
            let left = (area.x - away * PX - size.0, area.x, area.x - away * PX + PX);
            [right, left].into_iter().map(move |(x, from, to)| {
                let leader = (Point::new(from, middle), Point::new(to, y + size.1 / 2));
                let distance = (away / 16 + row / 2) as usize;
                Spot {
                    area: Area::new(x, y, size.0, size.1),
                    distance,
                    leader: (away > touching || row >= 14).then_some(leader),
                }
            })
        })
    })
}

#[derive(Clone, Copy)]
pub enum Side {
    Above,
    Below,
}

/// A spot whose middle is above or below the point at `share` thousandths of a line, clear of the whole line.
pub fn spot_on_line(
    from: Point,
    to: Point,
    share: i32,
    size: (i32, i32),
    side: Side,
    (gap, overhang): (i32, i32),
) -> Spot {
    let middle = from.x + ((i64::from(to.x - from.x) * i64::from(share)) / 1_000) as i32;
    let (low, high) = (from.x.min(to.x) + 2 * PX - overhang, from.x.max(to.x) - 2 * PX - size.0 + overhang);
    let x = if low <= high { (middle - size.0 / 2).clamp(low, high) } else { middle - size.0 / 2 };
    let (one, other) = (y_on_line(from, to, x), y_on_line(from, to, x + size.0));
    let y = match side {
        Side::Above => one.min(other) - gap - size.1,
        Side::Below => one.max(other) + gap,
    };
    Spot { area: Area::new(x, y, size.0, size.1), distance: 0, leader: None }
}

/// Spots at growing distance from a line, each with a leader to it.
pub fn apart(from: Point, to: Point, size: (i32, i32), reach: Reach) -> impl Iterator<Item = Spot> {
    const ALONG: [i32; 5] = [500, 300, 700, 150, 850];
    let rows = match reach {
        Reach::Near => 4,
        Reach::Aside | Reach::Around => 14,
        Reach::Far => 45,
    };
    (1..=rows).flat_map(move |row| {
        ALONG.into_iter().flat_map(move |share| {
            [Side::Above, Side::Below].into_iter().map(move |side| {
                let mut spot = spot_on_line(from, to, share, size, side, (PX + row * 7 * PX, 0));
                let x = spot.area.x + size.0 / 2;
                let edge = match side {
                    Side::Above => spot.area.bottom(),
                    Side::Below => spot.area.y,
                };
                spot.distance = row as usize;
                spot.leader = Some((Point::new(x, edge), Point::new(x, y_on_line(from, to, x))));
                spot
            })
        })
    })
}

/// Spots on all sides of a line, each with a leader to its nearest part.
pub fn around(from: Point, to: Point, size: (i32, i32)) -> impl Iterator<Item = Spot> {
    const ASIDE: [i32; 9] = [0, 40, -40, 80, -80, 120, -120, 160, -160];
    let (left, right) = (from.x.min(to.x), from.x.max(to.x));
    let inset = ((right - left) / 2).min(8 * PX);
    (1..=14).flat_map(move |row| {
        ASIDE.into_iter().flat_map(move |aside| {
            [-1, 1].into_iter().map(move |way| {
                let centre = (left + right) / 2 + aside * PX;
                let goal = centre.clamp(left + inset, right - inset);
                let end = Point::new(goal, y_on_line(from, to, goal));
                let (middle, edge) = (end.y + way * (row * 7 * PX + size.1 / 2), end.y + way * row * 7 * PX);
                let area = Area::new(centre - size.0 / 2, middle - size.1 / 2, size.0, size.1);
                let begin = Point::new(goal.clamp(area.x + 2 * PX, area.right() - 2 * PX), edge);
                let distance = row as usize + aside.unsigned_abs() as usize / 20;
                Spot { area, distance, leader: Some((begin, end)) }
            })
        })
    })
}

/// The height of a line at `x`; beyond an end, the height of that end.
fn y_on_line(from: Point, to: Point, x: i32) -> i32 {
    if from.x == to.x {
        return from.y;
    }
    let x = x.clamp(from.x.min(to.x), from.x.max(to.x));
    from.y + (i64::from(to.y - from.y) * i64::from(x - from.x) / i64::from(to.x - from.x)) as i32
}

/// Whether a line runs through an area.
pub fn crosses(from: Point, to: Point, area: Area) -> bool {
    let (left, right) = (from.x.min(to.x).max(area.x), from.x.max(to.x).min(area.right()));
    if left > right {
        return false;
    }
    if from.x == to.x {
        return from.y.min(to.y) < area.bottom() && from.y.max(to.y) > area.y;
    }
    let (one, other) = (y_on_line(from, to, left), y_on_line(from, to, right));
    one.min(other) < area.bottom() && one.max(other) > area.y
}
