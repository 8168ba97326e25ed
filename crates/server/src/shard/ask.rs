//! What a person asks for, on its way: to the hub, to a desk, or answered on the spot.

use chinwag_core::{Command, Name, Query, QuitReason, Rejection, RoomName};
use chinwag_wire::plain::{
    Asked, Back, Notice, Password, Pref, PrefChange, Request as Wish, Search, day_start,
};

use super::Shard;
use crate::desk::Task;
use crate::hub::{Body, Request};

/// What is to be done with the answer that a session waits for.
#[derive(Debug)]
pub(super) enum Pending {
    /// Greet with it.
    Greeting,
    /// Nothing but to tell it, or why not.
    Told(Asked),
    /// Hold the password against it, then come in under the name.
    Arrive { name: Name, password: Password },
    /// Hold the password against it, then take the name.
    Rename { name: Name, password: Password },
    /// Come in under the name, or take it, with what proves it one's own.
    Proven(Name),
    /// Look the room's messages up.
    History(Back),
    /// Show them.
    Shown { back: Back, room: RoomName },
    /// Search the room, or all.
    Search(Box<Search>),
    /// Look up what operators did.
    Log(usize),
    /// Say how it is now.
    Pref(Pref),
}

impl Shard {
    /// Asks the hub, and holds the session's next line until the answer is there.
    pub(super) fn ask(&mut self, slot: usize, body: Body, pending: Pending) {
        let session = &mut self.sessions[slot];
        session.waits = true;
        session.pending = Some(Box::new(pending));
        let caller = session.caller();
        self.outbox.push(Request { caller, body });
    }

    /// Asks a desk, and holds the session's next line until the answer is there.
    pub(super) fn ask_desk(&mut self, slot: usize, task: Task, pending: Pending) {
        let conn = self.sessions[slot].conn;
        if self.desk.ask(conn, task) {
            let session = &mut self.sessions[slot];
            session.waits = true;
            session.pending = Some(Box::new(pending));
        } else {
            self.notice(slot, Notice::Busy);
            self.answered(slot);
        }
    }

    /// Sends a line of talk on its way. More may follow before it has arrived.
    pub(super) fn talk(&mut self, slot: usize, command: Command) {
        let session = &mut self.sessions[slot];
        session.under_way += 1;
        let caller = session.caller();
        let body = Body::Command(command);
        self.outbox.push(Request { caller, body });
    }

    /// Does what somebody who is here has asked for.
    pub(super) fn wish(&mut self, slot: usize, wish: Wish) {
        let asked = wish.asked();
        let told = Pending::Told(asked);
        match wish {
            Wish::Command(command) if command.only_talks() => self.talk(slot, command),
            Wish::Command(command) => self.ask(slot, Body::Command(command), told),
            Wish::Query(query) => self.ask(slot, Body::Query(query), told),
            Wish::Help(topic) => {
                let renderer = self.renderer(slot);
                self.tell(slot, |out| renderer.help(out, topic));
            }
            Wish::History(back) => {
                self.ask(slot, Body::Query(Query::Room(None)), Pending::History(back));
            }
            Wish::Search(search) => self.wish_search(slot, search),
            Wish::Log(entries) => {
                self.ask(slot, Body::Query(Query::Log), Pending::Log(entries));
            }
            Wish::Claim(password) => self.ask_desk(slot, Task::Hash(password), told),
            Wish::Rename { name, password } => self.wish_name(slot, name, password, asked),
            Wish::Pref(change) => self.wish_pref(slot, change),
            Wish::Resume(code) => self.ask(slot, Body::Command(Command::Resume(code)), told),
            Wish::Quit(why) => self.end(slot, QuitReason::Quit(why)),
        }
    }

    fn wish_name(&mut self, slot: usize, name: Name, password: Option<Password>, asked: Asked) {
        match password {
            Some(password) => {
                let query = Query::PasswordHash(name.clone());
                self.ask(slot, Body::Query(query), Pending::Rename { name, password });
            }
            None => {
                let command = Command::Rename { name, proof: None };
                self.ask(slot, Body::Command(command), Pending::Told(asked));
            }
        }
    }

    fn wish_search(&mut self, slot: usize, search: Search) {
        let pending = Pending::Search(Box::new(search.clone()));
        match search.room {
            Some(room) => self.ask(slot, Body::Query(Query::Room(Some(room))), pending),
            None => self.look_for(slot, search, None),
        }
    }

    /// Has a search made.
    pub(super) fn look_for(
        &mut self,
        slot: usize,
        search: Search,
        room: Option<chinwag_core::RoomId>,
    ) {
        let zone = self.zone_of(slot);
        let task = Task::Search {
            before: search.before.map(|date| day_start(date, &zone)),
            search: Box::new(search.clone()),
            room,
        };
        self.ask_desk(slot, task, Pending::Search(Box::new(search)));
    }

    fn wish_pref(&mut self, slot: usize, change: PrefChange) {
        let pref = change.pref();
        match change.applied_to(&self.sessions[slot].prefs) {
            Some(prefs) => {
                let command = Command::SetPrefs(Box::new(prefs));
                self.ask(slot, Body::Command(command), Pending::Pref(pref));
            }
            None => self.tell_pref(slot, pref),
        }
    }

    pub(super) fn tell_pref(&mut self, slot: usize, pref: Pref) {
        let renderer = self.renderer(slot);
        let prefs = self.sessions[slot].prefs.clone();
        self.tell(slot, |out| renderer.pref(out, pref, &prefs));
    }

    /// The zone in which a session reads times and days.
    pub(super) fn zone_of(&self, slot: usize) -> chinwag_wire::plain::TimeZone {
        self.renderer(slot).style().zone.clone()
    }

    /// Writes lines for one session alone, behind everything it was shown so far.
    pub(super) fn tell(&mut self, slot: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let mut lines = std::mem::take(&mut self.scratch);
        lines.clear();
        write(&mut lines);
        let after = self.newest;
        if let Some(session) = self.sessions.get_mut(slot) {
            session.push(after, &lines);
            if !session.is_awake {
                session.is_awake = true;
                self.awake.push(slot);
            }
        }
        self.scratch = lines;
    }

    pub(super) fn notice(&mut self, slot: usize, notice: Notice) {
        let renderer = self.renderer(slot);
        self.tell(slot, |out| renderer.notice(out, notice));
    }

    pub(super) fn tell_refusal(&mut self, slot: usize, rejection: &Rejection, asked: Asked) {
        let renderer = self.renderer(slot);
        self.tell(slot, |out| renderer.refusal(out, rejection, asked));
    }
}
