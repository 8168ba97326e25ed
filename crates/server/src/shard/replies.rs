//! Answers: what the hub and the desks have to say to one session.

use chinwag_core::{Answer, Command, Fact, QuitReason, Rejection, RoomName, Timestamp};
use chinwag_wire::plain::{Asked, Back, Notice, Renderer, day_start};

use super::Shard;
use super::ask::Pending;
use super::session::Stage;
use crate::desk::{DeskReply, Finding, Task};
use crate::hub::{Body, Excerpt, Reply, ReplyBody};

impl Shard {
    pub(super) fn on_reply(&mut self, reply: Reply) {
        let Some(slot) = self.slot_of(reply.conn) else {
            return;
        };
        // The hub answers in order: as long as lines of talk are under way, it speaks of them.
        if self.sessions[slot].under_way > 0 {
            if let ReplyBody::Rejected(rejection) = reply.body {
                self.tell_refusal(slot, &rejection, Asked::Speech);
                self.arrived(slot);
            }
            return;
        }
        let pending = self.sessions[slot].pending.take();
        self.sessions[slot].waits = false;
        let pending = pending.map_or(Pending::Told(Asked::Speech), |pending| *pending);
        self.on_answer(slot, reply.body, pending);
        self.answered(slot);
    }

    /// A line of talk has arrived at the hub.
    pub(super) fn arrived(&mut self, slot: usize) {
        let session = &mut self.sessions[slot];
        let was_full = session.must_wait();
        session.under_way = session.under_way.saturating_sub(1);
        if was_full || session.input_ended || !session.held.is_empty() {
            self.relieved.push(slot);
        }
    }

    /// The session may go on.
    pub(super) fn answered(&mut self, slot: usize) {
        let Some(session) = self.sessions.get_mut(slot).filter(|session| !session.waits) else {
            return;
        };
        if let Some(why) = session.ending.take() {
            self.end(slot, why);
        }
        self.relieved.push(slot);
    }

    fn on_answer(&mut self, slot: usize, body: ReplyBody, pending: Pending) {
        match body {
            ReplyBody::Done => self.on_done(slot, pending),
            ReplyBody::Rejected(rejection) => self.on_rejection(slot, &rejection, &pending),
            ReplyBody::Answer(answer) => self.on_found(slot, *answer, pending),
            ReplyBody::Welcome(arrival, excerpt) => {
                let (mut renderer, wall) = (self.renderer(slot), self.wall);
                self.tell(slot, |out| {
                    renderer.arrival(out, &arrival, wall);
                    write_recent(out, &mut renderer, &excerpt, &arrival.company.room, wall);
                });
            }
            ReplyBody::Entered(company, excerpt) => {
                let (mut renderer, wall) = (self.renderer(slot), self.wall);
                self.tell(slot, |out| {
                    renderer.company(out, &company, wall);
                    write_recent(out, &mut renderer, &excerpt, &company.room, wall);
                });
            }
            ReplyBody::Back(excerpt) => self.on_back(slot, &excerpt),
        }
    }

    fn on_done(&mut self, slot: usize, pending: Pending) {
        if let Pending::Pref(pref) = pending {
            self.tell_pref(slot, pref);
        }
    }

    fn on_rejection(&mut self, slot: usize, rejection: &Rejection, pending: &Pending) {
        if self.sessions[slot].person.is_none() {
            return self.entry_refused(slot, rejection);
        }
        let asked = match pending {
            Pending::Told(asked) => *asked,
            Pending::Rename { .. } => Asked::Command("nick"),
            Pending::Search(_) => Asked::Command("search"),
            Pending::Log(_) => Asked::Command("log"),
            _ => Asked::Command("history"),
        };
        self.tell_refusal(slot, rejection, asked);
    }

    fn on_found(&mut self, slot: usize, answer: Answer, pending: Pending) {
        match (answer, pending) {
            (Answer::Greeting { people, rooms }, _) => {
                let (renderer, name) = (self.renderer(slot), self.setting.name.clone());
                self.tell(slot, |out| renderer.greeting(out, &name, people, rooms));
            }
            (Answer::PasswordHash(None), Pending::Arrive { name, .. }) => {
                let command = Command::LogIn {
                    name: Some(name),
                    proof: None,
                };
                self.ask(slot, Body::Command(command), Pending::Told(Asked::Speech));
            }
            (Answer::PasswordHash(None), Pending::Rename { name, .. }) => {
                let command = Command::Rename { name, proof: None };
                let told = Pending::Told(Asked::Command("nick"));
                self.ask(slot, Body::Command(command), told);
            }
            (
                Answer::PasswordHash(Some(password_hash)),
                Pending::Arrive { name, password } | Pending::Rename { name, password },
            ) => {
                let task = Task::Verify {
                    password,
                    password_hash,
                };
                self.ask_desk(slot, task, Pending::Proven(name));
            }
            (Answer::Room { id, room }, Pending::History(back)) => {
                let task = self.look_up(slot, id, back);
                self.ask_desk(slot, task, Pending::Shown { back, room });
            }
            (Answer::Room { id, .. }, Pending::Search(search)) => {
                self.look_for(slot, *search, Some(id));
            }
            (Answer::Log, Pending::Log(entries)) => {
                self.ask_desk(slot, Task::Log(entries), Pending::Log(entries));
            }
            (answer, _) => {
                let (renderer, wall) = (self.renderer(slot), self.wall);
                self.tell(slot, |out| renderer.answer(out, &answer, wall));
            }
        }
    }

    fn look_up(&self, slot: usize, room: chinwag_core::RoomId, back: Back) -> Task {
        let since = match back {
            Back::Last(_) => None,
            Back::For(span) => Some(self.wall - span),
            Back::From(date) => Some(day_start(date, &self.zone_of(slot))),
        };
        let messages_max = match back {
            Back::Last(messages) => messages.min(self.setting.limits.history_lines_max),
            _ => self.setting.limits.history_lines_max,
        };
        Task::History {
            room,
            since,
            messages_max,
        }
    }

    fn on_back(&mut self, slot: usize, excerpt: &Excerpt) {
        let mut renderer = self.renderer(slot);
        let session = &self.sessions[slot];
        let Some(name) = session.name.clone() else {
            return;
        };
        let current = session.members.iter().find(|member| member.current);
        let current = current.map(|member| member.room);
        let names = std::mem::take(&mut self.room_names);
        let ignores = session.ignores.clone();
        let wanted = excerpt.messages.iter().filter(|event| {
            let voice = event.fact.voice();
            !voice.is_some_and(|voice| ignores.iter().any(|name| name.same_as(voice)))
        });
        let wanted: Vec<_> = wanted.collect();
        self.tell(slot, |out| {
            let missed = wanted.len() + excerpt.skipped as usize;
            renderer.welcome_back(out, &name, missed);
            if excerpt.skipped > 0 {
                let lines = excerpt.skipped;
                renderer.notice(out, Notice::Skipped { lines });
            }
            for event in wanted {
                if let Fact::Said { room, .. } = &event.fact
                    && let Some(name) = names.get(room)
                {
                    renderer.day_break(out, event.at);
                    renderer.room_line(out, event, name, Some(*room) == current);
                }
            }
        });
        self.room_names = names;
    }

    /// What a desk has found out.
    pub(crate) fn on_finding(&mut self, reply: DeskReply) {
        let Some(slot) = self.slot_of(reply.conn) else {
            return;
        };
        let pending = self.sessions[slot].pending.take().map(|pending| *pending);
        self.sessions[slot].waits = false;
        match (reply.finding, pending) {
            (Finding::Hash(Some(password_hash)), _) => {
                let told = Pending::Told(Asked::Command("claim"));
                self.ask(slot, Body::Command(Command::Claim { password_hash }), told);
            }
            (Finding::Proof(proof), Some(Pending::Proven(name))) => {
                let is_here = matches!(self.sessions[slot].stage, Stage::Here);
                let command = match is_here {
                    true => Command::Rename { name, proof },
                    false => Command::LogIn {
                        name: Some(name),
                        proof,
                    },
                };
                let told = Pending::Told(Asked::Command("nick"));
                self.ask(slot, Body::Command(command), told);
            }
            (Finding::History(history), Some(Pending::Shown { back, room })) => {
                let (mut renderer, wall) = (self.renderer(slot), self.wall);
                let events = history.events.iter();
                self.tell(slot, |out| {
                    renderer.history(out, back, events, history.total, &room, wall);
                });
            }
            (Finding::Search(found), Some(Pending::Search(search))) => {
                let renderer = self.renderer(slot);
                let names = std::mem::take(&mut self.room_names);
                let matches = found.events.iter().filter_map(|event| {
                    let room = event.fact.rooms().first()?;
                    Some((names.get(room)?, event))
                });
                let matches: Vec<_> = matches.collect();
                self.tell(slot, |out| {
                    renderer.search(out, &search, matches.into_iter(), found.more);
                });
                self.room_names = names;
            }
            (Finding::Log(audit_log), _) => {
                let renderer = self.renderer(slot);
                self.tell(slot, |out| renderer.log(out, audit_log.iter()));
            }
            (Finding::Hash(None), _) => self.notice(slot, Notice::Busy),
            (Finding::Failed, _) => self.notice(slot, Notice::NoHistory),
            _ => {}
        }
        self.answered(slot);
    }

    /// Lets those go on who waited for the hub.
    pub(crate) fn resume_relieved(&mut self) {
        for slot in std::mem::take(&mut self.relieved) {
            self.resume_input(slot);
        }
    }

    /// The connection's session goes on elsewhere.
    pub(super) fn taken_up(&mut self, slot: usize) {
        self.notice(slot, Notice::TakenUp);
        self.leave_all(slot);
        self.close_when_written(slot);
    }

    /// Its person has left the server.
    pub(super) fn departed(&mut self, slot: usize, why: &QuitReason) {
        let renderer = self.renderer(slot);
        let session = &mut self.sessions[slot];
        session.departing = false;
        let (name, lines_sent) = (session.name.clone(), session.lines_sent);
        if let Some(name) = name {
            self.tell(slot, |out| renderer.farewell(out, &name, why, lines_sent));
        }
        self.leave_all(slot);
        self.close_when_written(slot);
    }
}

/// The newest messages of a room that somebody has come into.
fn write_recent(
    out: &mut Vec<u8>,
    renderer: &mut Renderer,
    excerpt: &Excerpt,
    room: &RoomName,
    wall: Timestamp,
) {
    let events = excerpt.messages.iter().map(|event| &**event);
    renderer.recent(out, events, excerpt.total, room, wall);
}
