//! Places labels by rank where nothing is in their way. A message's label stands along its arrow, or else beside it
//! with a *leader*, a thin line to the arrow; where there is no room for either it is left out, and found in the table
//! and by pointing.
//!
//! *Invariant:* a placed label overlaps no other label and nothing that the sheet calls an obstacle.

use super::sheet::Sheet;
use super::spots::{Side, Spot, apart, around, beside, crosses, spot_on_line};
use super::text::{ascent, line_height, width};
use super::{Anchor, Area, Face, Form, Key, Level, Light, Look, PX, Piece, Point, Shape, Tone};
use crate::sorting;
use crate::trace::JobId;

/// A label that is wished for and has no place yet.
pub struct Wish {
    pub key: Key,
    pub text: String,
    pub face: Face,
    pub tone: Tone,
    pub light: Light,
    pub job: Option<JobId>,
    pub rank: Rank,
    pub site: Site,
}

/// How much a label matters: those of the first rank choose their places first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It belongs to the selected job.
    Selected,
    /// It names an outage or a slow-down.
    Fault,
    /// It belongs to a message that failed or to a mark of a failure.
    Failure,
    /// It belongs to the first message of its kind.
    First,
    /// It belongs to any other message, where all are to be labelled.
    Message,
    /// It is the first that says what a mark of its kind means; those that follow are known by their sign.
    FirstMark,
    /// It belongs to any other mark.
    Mark,
    /// It is nice to have.
    Spare,
}

impl Rank {
    /// Whether a picture without such a label would mislead, so that it may stand far away rather than nowhere.
    pub fn is_grave(self) -> bool {
        matches!(self, Rank::Selected | Rank::Fault | Rank::Failure | Rank::FirstMark)
    }

    /// Whether the picture is laid out again, and may grow, until such a label has a place.
    pub fn is_required(self) -> bool {
        !matches!(self, Rank::FirstMark | Rank::Mark | Rank::Spare)
    }
}

/// Where a label should stand.
#[derive(Clone, Copy)]
pub enum Site {
    /// Along the arrow between these points.
    Along(Point, Point),
    /// Left or right of this area.
    Beside(Area),
    /// Within this area, or beside it.
    Band(Area),
    /// Touching this area, or nowhere.
    Close(Area),
}

/// How far a label may stand from its arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Near,
    /// As far as its leader can be followed on a small page.
    Aside,
    Far,
    /// In every direction, also beyond the ends of its arrow.
    Around,
}

/// What became of the wishes.
#[derive(Default)]
pub struct Placed {
    /// How many required labels found no place, or only one that is far away.
    pub missing: u32,
    /// How many messages have no label.
    pub unlabelled: u32,
}

/// Places the labels that a sheet wishes for and that are of rank `last` or above; the other wishes stay in the sheet.
pub fn place(sheet: &mut Sheet, ground: &mut Ground, last: Rank) -> Placed {
    let (mut now, later): (Vec<Wish>, Vec<Wish>) =
        std::mem::take(&mut sheet.wishes).into_iter().partition(|wish| wish.rank <= last);
    sheet.wishes = later;
    // The sort is stable: of one rank, what was wished for first is placed first.
    sorting::sort_by_key(&mut now, |wish| wish.rank);
    let mut placed = Placed { unlabelled: std::mem::take(&mut sheet.unlabelled), missing: 0 };
    for mut wish in now {
        let near = ground.find(&wish);
        if near.is_none() {
            placed.missing += u32::from(wish.rank.is_required());
            placed.unlabelled += u32::from(matches!(wish.site, Site::Along(..)));
        }
        let spot = near.or_else(|| ground.far_away(&wish));
        // Looked for by bytes: searching for a text in a text costs the page half a kilobyte.
        let reason = wish.text.as_bytes().windows(2).position(|pair| pair == b": ");
        if let (None, Rank::Failure, Some(reason)) = (spot, wish.rank, reason) {
            // On a phone, what happened without why is better than nothing: whoever points at the sign reads the rest.
            // It takes its place after the messages, which would else be driven from their arrows.
            wish.text.truncate(reason);
            sheet.wishes.push(Wish { rank: Rank::FirstMark, ..wish });
        } else if let Some(spot) = spot {
            ground.take(spot.area);
            if let Some((from, to)) = spot.leader {
                ground.lead(from, to);
            }
            draw(sheet, wish, spot);
        }
    }
    placed
}

/// A line that crosses a label, or a label that its leader crosses, is as bad as so many steps of distance.
const CROSSING: usize = 6;
/// A leader behind a caption's plate cannot be followed: it is as bad as one that crosses so many labels.
const HIDDEN: usize = 1_000;

fn draw(sheet: &mut Sheet, wish: Wish, spot: Spot) {
    let look = Look::Label;
    if let Some((from, to)) = spot.leader {
        let key = Key { piece: Piece(wish.key.piece.0 + 1), ..wish.key };
        sheet.push(
            Level::Labels,
            Shape {
                key,
                look: Look::Leader,
                tone: wish.tone,
                light: wish.light,
                form: Form::Line { from, to },
                name: String::new(),
                job: wish.job,
            },
        );
    }
    let at = Point::new(spot.area.x, spot.area.y + ascent(wish.face));
    let form = Form::Text { at, anchor: Anchor::Start, face: wish.face, text: wish.text, area: spot.area };
    let shape =
        Shape { key: wish.key, look, tone: wish.tone, light: wish.light, form, name: String::new(), job: wish.job };
    sheet.push(Level::Labels, shape);
}

/// How high a row of the ground is.
const ROW: i32 = 16 * PX;

/// What a picture already has, in rows of one height, so that a label is compared only with what is near it.
#[derive(Clone)]
pub struct Ground {
    bounds: Area,
    reach: Reach,
    /// By row, the areas on which no label may stand.
    taken: Vec<Vec<Area>>,
    /// By row, the lines across which a label should rather not stand.
    lines: Vec<Vec<(Point, Point)>>,
    lifelines: Vec<(Point, Point)>,
    /// The thin lines from labels and captions to what they are about.
    leaders: Vec<(Point, Point)>,
    /// The areas behind captions.
    plates: Vec<Area>,
    /// Lines that run through no label, whatever it lacks otherwise.
    barred: Vec<(Point, Point)>,
    /// How many lines may run through a label that finds no place without.
    tolerated: usize,
}

impl Ground {
    pub fn new(sheet: &Sheet, bounds: Area, reach: Reach) -> Ground {
        let rows = (bounds.height / ROW + 2) as usize;
        let lifelines = sheet.lifelines().to_vec();
        let mut ground = Ground {
            bounds,
            reach,
            taken: vec![Vec::new(); rows],
            lines: vec![Vec::new(); rows],
            lifelines,
            leaders: Vec::new(),
            plates: Vec::new(),
            barred: Vec::new(),
            tolerated: usize::MAX,
        };
        let (obstacles, lines) = sheet.obstacles();
        for area in obstacles {
            ground.take(*area);
        }
        for &(from, to) in lines {
            ground.avoid(from, to);
        }
        ground
    }

    /// No label may stand across this line.
    pub fn bar(&mut self, from: Point, to: Point) {
        self.barred.push((from, to));
    }

    /// From now on a label may be so far from its arrow, and so many lines at most may run through one that finds no place
    /// without.
    pub fn agree(&mut self, reach: Reach, tolerated: usize) {
        self.reach = reach;
        self.tolerated = tolerated;
    }

    /// A label should rather not stand across this line.
    fn avoid(&mut self, from: Point, to: Point) {
        for row in self.rows(from.y.min(to.y), from.y.max(to.y)) {
            self.lines[row].push((from, to));
        }
    }

    /// Draws a leader: nothing should be written over it, and no plate may hide it.
    pub fn lead(&mut self, from: Point, to: Point) {
        self.avoid(from, to);
        self.leaders.push((from, to));
    }

    /// Whether a plate there would hide a leader.
    pub fn hides_leader(&self, area: Area) -> bool {
        self.leaders.iter().any(|(from, to)| crosses(*from, *to, area))
    }

    /// Takes room for a plate, which no leader may cross.
    pub fn take_plate(&mut self, area: Area) {
        self.take(area);
        self.plates.push(area);
    }

    /// How many of the areas on which no label may stand lie under this one.
    pub fn covered(&self, area: Area) -> usize {
        let mut under: Vec<Area> = self.rows(area.y, area.bottom()).flat_map(|row| self.taken[row].clone()).collect();
        under.retain(|taken| taken.overlaps(area));
        sorting::sort_by_key(&mut under, |area| (area.x, area.y));
        under.dedup();
        under.len()
    }

    fn rows(&self, top: i32, bottom: i32) -> std::ops::RangeInclusive<usize> {
        let row = |y: i32| ((y - self.bounds.y).max(0) / ROW).min(self.taken.len() as i32 - 1) as usize;
        row(top)..=row(bottom)
    }

    pub fn take(&mut self, area: Area) {
        for row in self.rows(area.y, area.bottom()) {
            self.taken[row].push(area);
        }
    }

    pub fn is_free(&self, area: Area) -> bool {
        let bounds = self.bounds;
        let inside = area.x >= bounds.x
            && area.right() <= bounds.right()
            && area.y >= bounds.y
            && area.bottom() <= bounds.bottom();
        inside && self.rows(area.y, area.bottom()).all(|row| self.taken[row].iter().all(|taken| !taken.overlaps(area)))
    }

    /// How many lines a plate there would hide, lifelines included.
    pub fn hidden(&self, area: Area) -> usize {
        self.crossed(area) + self.lifelines_through(area)
    }

    fn lifelines_through(&self, area: Area) -> usize {
        self.lifelines.iter().filter(|(from, to)| crosses(*from, *to, area)).count()
    }

    /// How many lines run through the letters in an area, lifelines excepted.
    fn crossed(&self, area: Area) -> usize {
        let area = Area::new(area.x, area.y + PX, area.width, area.height - 2 * PX);
        let mut crossing: Vec<&(Point, Point)> = self
            .rows(area.y, area.bottom())
            .flat_map(|row| self.lines[row].iter())
            .filter(|(from, to)| crosses(*from, *to, area))
            .collect();
        sorting::sort(&mut crossing);
        crossing.dedup();
        crossing.len()
    }

    fn find(&self, wish: &Wish) -> Option<Spot> {
        let size = (width(&wish.text, wish.face), line_height(wish.face));
        match wish.site {
            Site::Along(from, to) => self.along(from, to, size, wish.rank),
            Site::Beside(area) => self.beside(area, size, wish.rank),
            Site::Close(area) => self.close(area, size, wish.rank),
            Site::Band(area) => self.within(area, size).or_else(|| self.beside(area, size, wish.rank)),
        }
    }

    /// The best of the spots that are free, and that are crossed no more than `tolerated` times: the nearer it is, the
    /// fewer lines cross it and the fewer labels its leader crosses, the better. Of equals it is the first.
    fn best(&self, spots: impl Iterator<Item = Spot>, tolerated: usize) -> Option<Spot> {
        let mut best: Option<(usize, Spot)> = None;
        for spot in spots {
            let least = best.as_ref().map_or(usize::MAX, |(least, _)| *least);
            if spot.distance >= least || !self.is_free(spot.area) || self.is_barred(spot.area) {
                continue;
            }
            let crossed = self.crossed(spot.area) + self.struck_by(&spot);
            let cost = spot.distance + crossed * CROSSING + self.lifelines_through(spot.area);
            if crossed <= tolerated && cost < least {
                best = Some((cost, spot));
            }
        }
        best.map(|(_, spot)| spot)
    }

    fn is_barred(&self, area: Area) -> bool {
        let letters = area.grown(-2 * PX);
        self.barred.iter().any(|(from, to)| crosses(*from, *to, letters))
    }

    /// How many labels and bars the leader of a spot crosses, or [`HIDDEN`] if a plate would hide it.
    fn struck_by(&self, spot: &Spot) -> usize {
        let Some((from, to)) = spot.leader else { return 0 };
        if self.plates.iter().any(|plate| crosses(from, to, *plate)) {
            return HIDDEN;
        }
        // At its ends a leader touches its own label and its own sign, which do not count.
        let (top, bottom) = (from.y.min(to.y), from.y.max(to.y));
        let mut struck: Vec<Area> = self.rows(top, bottom).flat_map(|row| self.taken[row].iter().copied()).collect();
        struck.retain(|taken| crosses(from, to, taken.grown(-PX)));
        sorting::sort_by_key(&mut struck, |area| (area.x, area.y, area.width));
        struck.dedup();
        struck.len()
    }

    fn along(&self, from: Point, to: Point, size: (i32, i32), rank: Rank) -> Option<Spot> {
        const OVERHANG: i32 = 24 * PX;
        const ALONG: [i32; 11] = [500, 400, 600, 300, 700, 450, 550, 220, 780, 150, 850];
        // A label stands rather along the line than beyond an end of it, and rather there than apart from it.
        let on_line = || {
            [0, OVERHANG].into_iter().flat_map(move |overhang| {
                [Side::Above, Side::Below].into_iter().flat_map(move |side| {
                    ALONG.iter().map(move |&share| Spot {
                        distance: usize::from(overhang > 0),
                        ..spot_on_line(from, to, share, size, side, (PX, overhang))
                    })
                })
            })
        };
        let close = self.best(on_line(), 0);
        if close.is_some() || !rank.is_required() {
            return close;
        }
        // A short leader is better than a label that a line strikes through, and that is better than a long leader.
        let near = self.best(apart(from, to, size, Reach::Near), 0);
        let rest = || self.best(on_line().chain(apart(from, to, size, self.reach)), self.tolerated);
        near.or_else(|| match self.reach {
            Reach::Around => {
                let around = |tolerated| self.best(around(from, to, size), tolerated);
                around(0).or_else(rest).or_else(|| around(self.tolerated))
            }
            Reach::Near | Reach::Aside | Reach::Far => rest(),
        })
    }

    /// A spot that touches an area, at best above and to the right of it, where a line that goes down from it is not in
    /// the way.
    fn close(&self, area: Area, size: (i32, i32), rank: Rank) -> Option<Spot> {
        let (right, left) = (area.right() + PX, area.x - PX - size.0);
        let middle = area.y + area.height / 2 - size.1 / 2;
        let (above, below) = (area.bottom() - size.1, area.y);
        let corners = [
            (right, above),
            (right, middle),
            (right, above - size.1 / 2),
            (left, above),
            (right, above - size.1),
            (right, below),
            (left, middle),
            (left, below),
        ];
        let spots = corners.into_iter().enumerate().map(|(distance, (x, y))| Spot {
            area: Area::new(x, y, size.0, size.1),
            distance,
            leader: None,
        });
        // A label that is not required is left out rather than struck through by a line.
        self.best(spots, if rank.is_required() { usize::MAX } else { 0 })
    }

    /// A spot left or right of an area; where need be beyond what stands next to the area, with a leader.
    fn beside(&self, area: Area, size: (i32, i32), rank: Rank) -> Option<Spot> {
        const AWAY: [i32; 8] = [3, 16, 32, 48, 64, 88, 120, 160];
        let spots = beside(area, size, AWAY, 14);
        // A spot that needs no leader comes first: nobody should have to search for what a sign says.
        let (near, far): (Vec<Spot>, Vec<Spot>) = spots.partition(|spot| spot.leader.is_none());
        if let Some(spot) = self.best(near.iter().copied(), 0) {
            return Some(spot);
        }
        // A label that is merely nice to have is not worth a leader.
        let far = if rank == Rank::Spare { Vec::new() } else { far };
        let short = far.iter().copied().filter(|spot| spot.distance <= 3);
        self.best(short, 0).or_else(|| self.best(near.iter().chain(&far).copied(), usize::MAX))
    }

    /// A spot so far from its area that the leader may cross half of the picture: better than not saying what went
    /// wrong.
    fn far_away(&self, wish: &Wish) -> Option<Spot> {
        const AWAY: [i32; 8] = [3, 40, 80, 120, 180, 240, 320, 400];
        let (Site::Beside(area) | Site::Band(area)) = wish.site else { return None };
        let size = (width(&wish.text, wish.face), line_height(wish.face));
        let best = |tolerated| self.best(beside(area, size, AWAY, 60), tolerated);
        if wish.rank.is_grave() { best(0).or_else(|| best(usize::MAX)) } else { None }
    }

    fn within(&self, area: Area, size: (i32, i32)) -> Option<Spot> {
        let rows = ((area.height - size.1) / (4 * PX)).clamp(0, 100);
        let spots = (0..=rows).flat_map(move |row| {
            // The rows are tried from the middle outwards.
            let step = if row % 2 == 0 { row / 2 } else { -(row + 1) / 2 };
            let y = area.y + (area.height - size.1) / 2 + step * 4 * PX;
            let places = [area.x + (area.width - size.0) / 2, area.x + 3 * PX, area.right() - size.0 - 3 * PX];
            places.into_iter().map(move |x| Spot { area: Area::new(x, y, size.0, size.1), distance: 0, leader: None })
        });
        self.best(spots.filter(|spot| spot.area.y >= area.y && spot.area.bottom() <= area.bottom()), 0)
    }
}
