//! Between the login and the conversation: what is asked first, and which of the lines that come meanwhile
//! are shown. It must not know what a session that returns has missed.

use std::time::Instant;

use super::action::{Action, End};
use super::identity::Progress;
use super::phase::{Arrival, Phase};
use super::place::is_lobby;
use super::settling::{Settling, Sorted};
use super::words::is_of_first_operator;
use super::{Note, Session};
use crate::heard::{Heard, names_room};
use crate::lines::ServerLine;

impl Session {
    /// The server has let the session in.
    pub(super) fn settle(&mut self, welcome: ServerLine, is_resumed: bool, now: Instant) {
        let (meant, first) = (self.place.meant(), self.first_room());
        let (arrival, room) = match (self.identity.progress, is_resumed) {
            (Progress::Outside, _) => (Arrival::First, first),
            (Progress::Arrived, true) => (Arrival::resumed(false), first),
            (Progress::Settled, true) => (Arrival::resumed(false), None),
            (Progress::Behind, _) | (_, false) => {
                (Arrival::anew(), meant.or(self.identity.room.as_deref()))
            }
        };
        // One that is taken over is in the room that it was in, and so is an account at its next visit.
        let is_elsewhere =
            is_resumed || Heard::room_of(&welcome.plain).is_some_and(|it| !is_lobby(it));
        let steps = arrival.steps(&self.options, room, is_elsewhere);
        if matches!(arrival, Arrival::First) && self.options.history {
            self.show(welcome);
        }
        if matches!(arrival, Arrival::Anew { .. }) {
            self.identity.progress = Progress::Behind;
        }
        self.phase = Phase::Settling(Settling::new(steps, now), arrival);
    }

    /// The room that the session is to be in first.
    fn first_room(&self) -> Option<&str> {
        self.place.meant().or(self.options.room.as_deref())
    }

    pub(super) fn settling_line(&mut self, line: ServerLine, heard: &Heard<'_>, now: Instant) {
        let Phase::Settling(settling, arrival) = &mut self.phase else {
            return;
        };
        if !self.options.is_attended && is_of_first_operator(heard) {
            return settling.handle_made_operator(&self.identity.name);
        }
        match settling.handle(heard, &line.plain, now) {
            Sorted::Hide => {}
            // A person can try another room; a script must not speak in the wrong one.
            Sorted::Failed(_) if self.options.is_attended && settling.skip_room(now) => {
                self.show(line);
            }
            Sorted::Failed(reason) => {
                let was_in = !matches!(arrival, Arrival::First) || *heard == Heard::Removed;
                // It may be the operator by now, whose role would wait for a link that is lost.
                self.ask_for(Action::Send("/quit".to_owned()));
                self.ask_for(Action::HangUp);
                let end = if was_in { End::Removed } else { End::Refused };
                return self.end(end(reason));
            }
            Sorted::Pass => match arrival {
                Arrival::First => self.first_line(line, heard),
                Arrival::Resumed { replay, .. } if heard.is_in_room() || heard.is_private() => {
                    replay.push(line);
                }
                Arrival::Anew { live } if heard.is_in_room() => {
                    match settling.is_to_join() || self.talk.is_in_past() {
                        true => {}
                        // The history that is asked for is that of the room which lines do not name.
                        false if names_room(&line.plain) => self.show(line),
                        false => live.push(line),
                    }
                }
                returned if returned.shows(heard) => self.show(line),
                _ => {}
            },
        }
        self.settled(now);
    }

    fn first_line(&mut self, line: ServerLine, heard: &Heard<'_>) {
        let note = self.place.handle_arrival(heard, &line.plain);
        self.actions.extend(note.map(Action::Tell));
        let room = self.first_room().map(str::to_owned);
        if self.talk.repeats(heard, &line.plain, room.as_deref()) {
            return;
        }
        self.talk.handle_arrival(heard, &line.plain);
        if let Phase::Settling(settling, _) = &self.phase
            && *heard == Heard::Now
            && !settling.is_to_join()
        {
            self.identity.progress = Progress::Arrived;
        }
        if let Some(words) = self.login_remark(heard) {
            let words = words.to_owned();
            return self.ask_for(Action::Tell(Note::Login { words }));
        }
        let is_message = heard.is_in_room() || heard.is_private();
        let is_news = (is_message || *heard == Heard::Removed) && !self.talk.is_in_past();
        if self.options.history || is_news {
            self.show(line);
        }
    }

    /// Goes on when there is no step left.
    fn settled(&mut self, now: Instant) {
        let Some((mut settling, arrival)) = self.phase.take_settled() else {
            return;
        };
        self.retry.handle_linked(now);
        self.identity.progress = Progress::Settled;
        self.identity.asks_person = false;
        if self.place.astray().is_some() {
            self.phase = Phase::Settling(settling, arrival);
            self.break_off();
            return self.stop_if_astray();
        }
        match arrival {
            Arrival::First => {}
            Arrival::Resumed {
                replay,
                asks_history: false,
            } => self.take_up(replay, now),
            Arrival::Resumed { replay, .. } => {
                self.find_unknown(&settling.take_history().unwrap_or_default());
                self.show_missed(replay);
            }
            Arrival::Anew { live } => {
                self.take_over(&settling.take_history().unwrap_or_default(), live);
            }
        }
        self.stop_if_astray();
    }
}
