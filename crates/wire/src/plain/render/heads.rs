//! What comes above a history and below it, and in place of an empty one.

use core::fmt::{self, Display, Formatter};

use chinwag_core::Duration;

use super::moderation::ForNobody;
use super::past::HistoryStyle;
use crate::dialect::{HistoryPage, PastOf};
use crate::plain::words::{Count, Last, Typed};
use crate::zone::Moment;

/// What the numbers of a history count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Messages, which are all that it shows.
    Messages,
    /// Every line, whatever it tells.
    Lines,
}

impl Counted {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Messages => ("message", "messages"),
            Self::Lines => ("line", "lines"),
        }
    }

    /// `1 line`, `3 messages`
    fn of(self, n: u64) -> Count<u64> {
        let (one, many) = self.words();
        Count(n, one, many)
    }

    fn word(self, n: u64) -> &'static str {
        let (one, many) = self.words();
        if n == 1 { one } else { many }
    }
}

/// A requested range of a room's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// The newest messages.
    Last,
    /// Those of this time until now.
    For(Duration),
    /// Those from this moment on.
    From(Moment),
    /// Those up to this moment.
    Until(Moment),
    /// Those from the first moment up to the second.
    Between(Moment, Moment),
    /// Those before the last history.
    Earlier,
    /// Those after the last history.
    Later,
    /// Those after the last history, up to this moment.
    Rest(Moment),
    /// Those around the match with this number.
    Around(usize),
}

impl Stretch {
    /// Whether it begins where another history ended.
    pub(in crate::plain) fn goes_on(self) -> bool {
        matches!(self, Self::Earlier | Self::Later | Self::Rest(_))
    }
}

/// How many messages of the range are not shown; `None` if that is unknown.
fn left_out(page: &HistoryPage<'_>) -> Option<u64> {
    page.total.map(|total| total.saturating_sub(page.shown))
}

/// `last 3 of 412 messages`, or `last 3 messages` if the total is unknown.
pub(super) struct Portion(
    pub(super) &'static str,
    pub(super) Counted,
    pub(super) (u64, Option<u64>),
);

impl Display for Portion {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(end, counted, (shown, total)) = *self;
        match total {
            Some(total) => write!(f, "{end} {shown} of {total} {}", counted.words().1),
            None => write!(f, "{end} {}", counted.of(shown)),
        }
    }
}

/// The line above a history.
pub(super) struct Head<'a>(
    pub(super) HistoryStyle,
    pub(super) Counted,
    pub(super) &'a HistoryPage<'a>,
);

impl Display for Head<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(style, counted, page) = *self;
        let stretch = style.stretch;
        let (shown, total) = (page.shown, page.total);
        let is_cut = left_out(page) != Some(0);
        let part = |end| Portion(end, counted, (shown, total));
        match stretch {
            Stretch::Around(number) => {
                return write!(f, "messages around match {number} {}", Of(page.of));
            }
            Stretch::Earlier => return write!(f, "{shown} earlier {}", counted.word(shown)),
            Stretch::Later | Stretch::Rest(_) => {
                return write!(f, "{shown} later {}", counted.word(shown));
            }
            Stretch::Last => part("last").fmt(f)?,
            Stretch::For(_) | Stretch::Until(_) if is_cut => part("last").fmt(f)?,
            _ if is_cut => part("first").fmt(f)?,
            _ => counted.of(shown).fmt(f)?,
        }
        match page.of {
            PastOf::Room(room) if style.names_room => write!(f, " in {room}")?,
            PastOf::Room(_) => {}
            PastOf::With(of) => write!(f, " with {}", of.with)?,
        }
        Within(stretch).fmt(f)?;
        match stretch {
            Stretch::Last | Stretch::For(_) | Stretch::Until(_) if is_cut => {
                f.write_str("; /history more")
            }
            _ => Ok(()),
        }
    }
}

/// The line below a history: its first words tell programs that what follows is live.
pub(super) struct End<'a>(
    pub(super) Stretch,
    pub(super) Counted,
    pub(super) &'a HistoryPage<'a>,
);

impl Display for End<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(stretch, counted, page) = *self;
        let left = left_out(page);
        let is_cut = left != Some(0);
        match stretch {
            Stretch::Last | Stretch::For(_) => f.write_str("now"),
            Stretch::Until(_) => f.write_str(if page.newer { "end" } else { "now" }),
            Stretch::Earlier if is_cut => {
                let earlier = Left(left, "earlier", counted);
                write!(f, "end; {earlier}: /history more")
            }
            Stretch::Earlier if counted == Counted::Lines => {
                f.write_str("end; nothing happened before")
            }
            Stretch::Earlier => f.write_str("end; nothing was said before"),
            Stretch::From(_) | Stretch::Later if is_cut => {
                let more = Left(left, "more", counted);
                write!(f, "{more} until now; /history more")
            }
            Stretch::Between(_, until) | Stretch::Rest(until) if is_cut => {
                let more = Left(left, "more", counted);
                write!(f, "{more} until {}; /history more", Typed(until))
            }
            _ if page.newer => f.write_str("end; /history more goes on"),
            _ => f.write_str("now"),
        }
    }
}

/// `6 earlier messages`, or `earlier messages` if the number is unknown.
struct Left(Option<u64>, &'static str, Counted);

impl Display for Left {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(left, which, counted) = *self;
        match left {
            Some(left) => write!(f, "{left} {which} {}", counted.word(left)),
            None => write!(f, "{which} {}", counted.words().1),
        }
    }
}

/// ` of the last 2 hours`, ` since Sat 21 Nov 2026`, ` from 14:00 to 15:30`
struct Within(Stretch);

impl Display for Within {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Stretch::For(span) => write!(f, " of the {}", Last(span)),
            Stretch::From(moment) => write!(f, " since {}", Typed(moment)),
            Stretch::Until(moment) => write!(f, " up to {}", Typed(moment)),
            Stretch::Between(from, until) => {
                write!(f, " from {} to {}", Typed(from), Typed(until))
            }
            _ => Ok(()),
        }
    }
}

/// That a history is empty.
pub(super) struct NothingSaid<'a>(pub(super) Stretch, pub(super) &'a HistoryPage<'a>);

impl Display for NothingSaid<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(stretch, page) = *self;
        let (room, hides) = (Of(page.of), page.hides);
        match (stretch, page.of) {
            (Stretch::Last, _) if hides => write!(f, "Nothing was said {room}")?,
            (Stretch::Last, _) => write!(f, "Nothing was said {room} yet")?,
            (Stretch::For(span), _) => write!(f, "Nothing was said {room} in the {}", Last(span))?,
            (Stretch::From(_) | Stretch::Until(_) | Stretch::Between(..), _) => {
                write!(f, "Nothing was said {room}{}", Within(stretch))?;
            }
            (Stretch::Earlier, PastOf::Room(room)) => {
                write!(f, "Nothing earlier is kept of {room}")?
            }
            (Stretch::Earlier, PastOf::With(of)) => {
                write!(f, "Nothing earlier is kept of you and {}", of.with)?;
            }
            (Stretch::Later | Stretch::Rest(_), _) => write!(f, "Nothing more was said {room}")?,
            (Stretch::Around(_), _) => f.write_str("That message is not kept any more")?,
        }
        if hides {
            f.write_str(" by anybody whom you do not ignore")?;
        }
        match page.total {
            Some(_) => {
                f.write_str(".")?;
                match page.of {
                    PastOf::With(of) => ForNobody(of.nobody.as_ref()).fmt(f),
                    PastOf::Room(_) => Ok(()),
                }
            }
            None => f.write_str(" as far back as this goes. /history more goes on."),
        }
    }
}

/// `in #dev`, `between you and gopher`
struct Of<'a>(PastOf<'a>);

impl Display for Of<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            PastOf::Room(room) => write!(f, "in {room}"),
            PastOf::With(of) => write!(f, "between you and {}", of.with),
        }
    }
}
