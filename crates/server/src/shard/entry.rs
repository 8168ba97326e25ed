//! The name prompt.

use chinwag_core::{Command, Name, Query, Rejection};
use chinwag_wire::plain::{Entry, Notice, ParseError, Password, parse_entry};
use chinwag_wire::sniff::Protocol;

use super::Shard;
use super::ask::Pending;
use super::session::Stage;
use crate::hub::Body;

impl Shard {
    /// The wait for a first word is over.
    pub(super) fn greet(&mut self, slot: usize) {
        self.open_entry(slot);
        self.ask(slot, Body::Query(Query::Greeting), Pending::Greeting);
        // What came so far was too little to tell; it is what a person has typed.
        self.resume_input(slot);
    }

    /// Lets the oldest of the new connections wait no longer for its first word.
    pub(super) fn hurry_oldest(&mut self) {
        let oldest = self.newest_links.pop_front();
        let Some(slot) = oldest.and_then(|conn| self.slot_of(conn)) else {
            return;
        };
        if matches!(self.sessions[slot].stage, Stage::Sniffing { .. }) {
            self.greet(slot);
        }
    }

    /// From now on, lines are names.
    pub(super) fn open_entry(&mut self, slot: usize) {
        let until = self.now + self.setting.limits.arrival_time;
        self.restyle(slot);
        self.sessions[slot].stage = Stage::Entry {
            tries: 0,
            bytes: 0,
            until,
        };
        self.watch_deadline(slot);
    }

    /// Turns away a client of a protocol that is not served.
    pub(super) fn turn_away(&mut self, slot: usize, protocol: Protocol) {
        self.restyle(slot);
        let words = protocol.refusal();
        self.tell(slot, |out| out.extend_from_slice(words));
        self.close_when_written(slot);
    }

    pub(super) fn entry_line(&mut self, slot: usize, line: &str) {
        match parse_entry(line) {
            Ok(Entry::Guest) => self.arrive(slot, None),
            Ok(Entry::Name { name, password }) => match password {
                None => self.arrive(slot, Some(name)),
                Some(password) => self.arrive_with(slot, name, password),
            },
            Ok(Entry::Resume(code)) => {
                let told = Pending::Told(chinwag_wire::plain::Asked::Command("resume"));
                self.ask(slot, Body::Command(Command::Resume(code)), told);
            }
            Ok(Entry::Help) => {
                let renderer = self.renderer(slot);
                self.tell(slot, |out| {
                    renderer.entry_help(out);
                    renderer.prompt(out);
                });
            }
            Ok(Entry::Quit) => self.close_when_written(slot),
            Err(mistake) => self.entry_mistake(slot, &mistake),
        }
    }

    fn arrive(&mut self, slot: usize, name: Option<Name>) {
        let command = Command::LogIn { name, proof: None };
        let told = Pending::Told(chinwag_wire::plain::Asked::Speech);
        self.ask(slot, Body::Command(command), told);
    }

    fn arrive_with(&mut self, slot: usize, name: Name, password: Password) {
        let query = Query::PasswordHash(name.clone());
        self.ask(slot, Body::Query(query), Pending::Arrive { name, password });
    }

    fn entry_mistake(&mut self, slot: usize, mistake: &ParseError) {
        let renderer = self.renderer(slot);
        self.tell(slot, |out| renderer.entry_mistake(out, mistake));
        self.another_try(slot);
    }

    /// Tells why nobody came in, and whether another try is worth it.
    pub(super) fn entry_refused(&mut self, slot: usize, rejection: &Rejection) {
        let renderer = self.renderer(slot);
        self.tell(slot, |out| renderer.entry_refusal(out, rejection));
        match rejection {
            Rejection::ServerFull { .. } | Rejection::Banned { .. } => {
                self.close_when_written(slot)
            }
            _ => self.another_try(slot),
        }
    }

    /// Asks again, unless it was asked often enough.
    pub(super) fn another_try(&mut self, slot: usize) {
        let tries_max = self.setting.limits.name_tries_max;
        let Stage::Entry { tries, .. } = &mut self.sessions[slot].stage else {
            return;
        };
        *tries += 1;
        if *tries >= tries_max {
            self.notice(slot, Notice::NoName);
            self.close_when_written(slot);
        } else {
            let renderer = self.renderer(slot);
            self.tell(slot, |out| renderer.prompt(out));
        }
    }
}
