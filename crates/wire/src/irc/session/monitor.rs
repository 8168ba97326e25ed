//! MONITOR (IRCv3): which of a list of names come and go, whether they share a room with the client
//! or not.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chinwag_core::limits::ONLINE_NAMES_MAX;
use chinwag_core::{Event, Fact, Name, Query, WhoLine};

use super::words::ListLine;
use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Step, Watched};
use crate::ignores::leave_out_aside;
use crate::irc::caps::Cap;
use crate::irc::line::From;
use crate::irc::message::{Message, shown};
use crate::irc::render::put_of_person;

/// The most names that one client monitors.
pub(super) const NAMES_MAX: usize = 100;

impl Session {
    /// MONITOR.
    pub(super) fn monitor(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.list(1).unwrap_or_default();
        match message.param(0)? {
            "+" | "-" if typed.is_empty() => return self.lacks_parameters("MONITOR", env, out),
            "+" => self.monitor_more(typed, env, out),
            "-" => {
                let gone: Vec<Name> = typed.split(',').filter_map(Name::known).collect();
                let is_gone = |name: &Name| gone.iter().any(|gone| gone.same_as(name));
                self.change_watched(|watched| watched.names.retain(|name| !is_gone(name)));
            }
            "C" | "c" => {
                self.change_watched(|watched| watched.names.clear());
            }
            "L" | "l" => {
                self.put_words(&listed("732"), self.monitored(), env, out);
                self.numeric("733", ":End of MONITOR list", env, out);
            }
            "S" | "s" => {
                let names: Vec<String> = self.monitored().iter().map(Name::to_string).collect();
                self.ask_monitored(&names);
            }
            _ => {}
        }
        None
    }

    fn monitor_more(&mut self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let (mut added, mut refused) = (Vec::new(), Vec::new());
        for word in typed.split(',').filter(|word| !word.is_empty()) {
            let Some(name) = Name::known(word) else {
                // Nobody can bear it.
                self.numeric("731", format_args!(":{word}"), env, out);
                continue;
            };
            let is_known = self.monitors(&name);
            if !is_known && self.monitored().len() == NAMES_MAX {
                refused.push(shown(word));
                continue;
            }
            if !is_known {
                self.change_watched(|watched| watched.names.push(name));
            }
            added.push(word.into());
        }
        let head = alloc::format!("{NAMES_MAX} ");
        let full = ListLine {
            head: &head,
            tail: " :Monitor list is full.",
            ..listed("734")
        };
        self.put_words(&full, refused, env, out);
        self.changed.watched = true;
        self.ask_monitored(&added);
    }

    /// Each part is told by itself: a name of an earlier one may come or go before the next answer.
    fn ask_monitored(&mut self, names: &[String]) {
        for names in names.chunks(ONLINE_NAMES_MAX) {
            let ask = Ask::Query(Query::Online(names.to_vec()));
            self.later(ask, Question::Monitor(names.to_vec()));
        }
    }

    /// Which of these names are here. From now on those are listed as their bearers write them.
    pub(super) fn put_monitored(
        &mut self,
        names: &[String],
        people: &[Option<WhoLine>],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let monitored = self
            .watched
            .iter_mut()
            .flat_map(|watched| &mut watched.names);
        for name in monitored {
            let mut here = people.iter().flatten().map(|line| &line.name);
            if let Some(known) = here.find(|known| known.same_as(name)) {
                *name = known.clone();
            }
        }
        let here = people.iter().flatten().filter_map(|line| {
            let source = line.source.as_ref()?;
            Some(alloc::format!(
                "{}!{}@{}",
                line.name,
                source.user,
                source.host
            ))
        });
        let pairs = names.iter().zip(people);
        let absent = pairs.filter(|(_, line)| line.is_none());
        let absent = absent.map(|(name, _)| name);
        self.put_words(&listed("730"), here, env, out);
        self.put_words(&listed("731"), absent, env, out);
        self.ask_metadata_of(people);
    }

    /// See [`Dialect::poll_watched`](crate::dialect::Dialect::poll_watched).
    pub(crate) fn poll_watched(&mut self) -> Option<Watched<'_>> {
        // Before it is in, a client is told nothing.
        if !matches!(self.stage, Stage::Here(_)) {
            return None;
        }
        let has_changed = core::mem::take(&mut self.changed.watched);
        has_changed.then_some(Watched {
            names: self.monitored(),
            keys: self.subscribed(),
        })
    }

    /// See [`Dialect::handle_watched`](crate::dialect::Dialect::handle_watched).
    pub(crate) fn handle_watched(&self, event: &Event, env: &Env<'_>, out: &mut Vec<u8>) {
        let source = event.source.as_deref();
        let come = |name: &Name, out: &mut Vec<u8>| {
            if self.monitors(name) {
                self.numeric("730", format_args!(":{}", From(name, source)), env, out);
            }
        };
        let gone = |name: &Name, out: &mut Vec<u8>| {
            if self.monitors(name) {
                self.numeric("731", format_args!(":{name}"), env, out);
            }
        };
        match &event.fact {
            Fact::LoggedIn(login) => come(&login.name, out),
            Fact::Returned(returned) if returned.was_lost => come(&returned.login.name, out),
            Fact::Quit(quit) => gone(&quit.name, out),
            Fact::Renamed(renamed) if !renamed.old.same_as(&renamed.new) => {
                gone(&renamed.old, out);
                come(&renamed.new, out);
            }
            Fact::MetadataShown(shown) => self.put_metadata_shown(shown, env, out),
            fact if fact.is_silent() && self.caps.has(Cap::ExtendedMonitor) => {
                // The client sees people in its rooms there.
                let is_shared = fact.rooms().iter().any(|room| self.rooms.contains(room));
                if !is_shared {
                    let fact = self.without_ignored_words(fact);
                    put_of_person(out, event, &fact, (self.caps, None));
                }
            }
            _ => {}
        }
    }

    /// What the client is told of somebody whom it ignores.
    fn without_ignored_words<'a>(&self, fact: &'a Fact) -> Cow<'a, Fact> {
        match leave_out_aside(self.ignores(), fact) {
            true => Cow::Owned(fact.without_aside()),
            false => Cow::Borrowed(fact),
        }
    }

    pub(super) fn monitors(&self, name: &Name) -> bool {
        let mut names = self.monitored().iter();
        names.any(|monitored| monitored.same_as(name))
    }
}

/// A line of names with commas between them.
fn listed(code: &str) -> ListLine<'_> {
    ListLine {
        gap: ',',
        ..ListLine::last(code, ":")
    }
}
