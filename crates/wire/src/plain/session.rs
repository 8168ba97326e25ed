//! One connection in the plain dialect: the name prompt, then lines and their results.
//!
//! It knows what a screen needs and the chat does not: the current room, the settings of `/time`,
//! `/echo` and the like, line ends, and the last question, so that it can word the answer. It must
//! not know sockets, and it asks for nothing that another dialect could not ask for too.

mod answers;
mod flood;
mod login;
mod past;
mod place;
mod question;
mod reader;
mod requests;
mod room_requests;
#[cfg(test)]
mod tests;
mod wanted;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use chinwag_core::{
    AccountChange, Bucket, Client, Event, Fact, Ignored, LoggedIn, Manner, ModAction, Monotonic,
    Name, PersonId, RoomAct, RoomId,
};
use chinwag_feed::Gap;

use super::render::{Notice, Renderer, RoomFormat};
use crate::dialect::{Env, Saved, Step};
use crate::ignores::Ignores;
use crate::input::{Decoder, Input};
use crate::look::Look;
use crate::prefs::Prefs;
use crate::sniff::{Protocol, Spoke};
use flood::{FREE_COMMANDS, Flood};
use login::{Login, TAKEN_FOR_A_PERSON, begins_tls, protocol_of};
use past::PastState;
use place::Place;
use question::Question;
pub use reader::LineReader;

/// Rings a terminal's bell.
const BEL: &[u8] = b"\x07";

/// One connection in the plain dialect.
#[derive(Debug)]
pub struct Session {
    decoder: Decoder,
    look: Arc<Look>,
    stage: Stage,
    /// The person is an operator.
    is_operator: bool,
    /// How many lines it has said, for the farewell.
    lines_sent: u32,
    flood: Flood,
    /// How many more commands cost nothing; see [`flood`].
    free_commands: u8,
    /// The question in flight. Talk leaves none: that it was talk is all that its answer needs.
    question: Option<Question>,
    changes: Changes,
}

// A server keeps one for each of ten thousand idle people, in one of the sizes that allocators do
// not round up.
const _: () = assert!(size_of::<Session>() <= 128);

/// The stage of the conversation.
#[derive(Debug)]
enum Stage {
    Login(Login),
    Chat(Here),
}

/// A person, as far as their own screen is concerned.
#[derive(Debug)]
struct Here {
    me: PersonId,
    name: Name,
    account: Option<Name>,
    place: Place,
    ignores: Ignores,
    past: PastState,
}

/// Changes that the server has not polled yet.
#[derive(Debug, Default)]
struct Changes {
    format: bool,
    saved: bool,
}

impl Session {
    /// A connection at the name prompt; `spoke` says whether it waited for that.
    pub(crate) fn new(spoke: Spoke, bucket: Bucket, env: &Env<'_>) -> Box<Self> {
        Box::new(Self {
            decoder: Decoder::default(),
            look: Arc::clone(&env.settings.look),
            stage: Stage::Login(Login::new(spoke == Spoke::First, env)),
            is_operator: false,
            lines_sent: 0,
            flood: Flood::new(bucket),
            free_commands: FREE_COMMANDS,
            question: None,
            changes: Changes::default(),
        })
    }

    /// See [`Dialect::handle_bytes`](crate::dialect::Dialect::handle_bytes).
    pub(crate) fn handle_bytes(
        &mut self,
        bytes: &mut &[u8],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let before = bytes.len();
        let mut step = None;
        while step.is_none() {
            // Taken out, since the input may be borrowed from it while the session changes.
            let mut decoder = core::mem::take(&mut self.decoder);
            let input = decoder.decode(bytes, env.settings.line_bytes_max);
            self.decoder = decoder;
            self.set_line_end(env);
            let Some(input) = input else { break };
            self.handle_unread(bytes);
            step = self.handle_input(input, env, out);
        }
        let is_over = self.count_login_bytes(before - bytes.len(), env);
        if is_over && step.is_none() {
            return Some(self.give_up_login(env, out));
        }
        step
    }

    /// See [`Dialect::handle_ignored`](crate::dialect::Dialect::handle_ignored): telnet shows no
    /// goodbye before its interrupt is answered.
    pub(crate) fn handle_ignored(&mut self, bytes: &[u8], env: &Env<'_>) {
        let mut rest = bytes;
        while self
            .decoder
            .decode(&mut rest, env.settings.line_bytes_max)
            .is_some()
        {}
    }

    /// See [`Dialect::poll_urgent`](crate::dialect::Dialect::poll_urgent): from an interrupt to the
    /// answer to its TIMING-MARK, telnet throws away everything that it is sent.
    pub(crate) fn poll_urgent(&mut self) -> Option<Vec<u8>> {
        self.decoder.take_reply()
    }

    /// See [`Dialect::handle_end`](crate::dialect::Dialect::handle_end).
    pub(crate) fn handle_end(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let input = self.decoder.finish()?;
        self.handle_input(input, env, out)
    }

    fn handle_input(&mut self, input: Input<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let is_login = matches!(self.stage, Stage::Login(_));
        let notice = match input {
            input if self.lines_sent == 0 && begins_tls(&input) => {
                out.extend_from_slice(Protocol::Tls.refusal());
                return Some(if is_login {
                    Step::Close
                } else {
                    self.interrupt()
                });
            }
            // The empty line after an HTTP header would make a guest.
            Input::Line(line) if is_login && protocol_of(&line) == Protocol::Http => {
                out.extend_from_slice(Protocol::Http.refusal());
                return Some(Step::Close);
            }
            Input::Line(line) if is_login => return self.handle_login_line(&line, env, out),
            Input::Blank if is_login => {
                let step = self.handle_login_line("", env, out);
                self.question = (!self.is_script()).then_some(Question::Guest(env.now));
                return step;
            }
            Input::Line(line)
                if self.has_just_come(env.now) && protocol_of(&line) != Protocol::Plain =>
            {
                out.extend_from_slice(TAKEN_FOR_A_PERSON);
                return Some(self.interrupt());
            }
            Input::Line(line) => return self.handle_line(&line, env, out),
            Input::Blank | Input::Window { .. } => return None,
            Input::Interrupt => return Some(self.interrupt()),
            Input::TooLong { bytes } => Notice::TooLong {
                bytes,
                bytes_max: env.settings.line_bytes_max,
            },
            Input::NotUtf8 {
                is_windows_1252, ..
            } => Notice::NotUtf8 { is_windows_1252 },
            Input::Utf16 => Notice::Utf16,
            Input::Mangled => Notice::Mangled,
        };
        if is_login {
            return self.handle_bad_login_line(notice, env, out);
        }
        if self.take_token(env, out) {
            self.renderer(env).notice(out, notice);
        }
        None
    }

    fn set_line_end(&mut self, env: &Env<'_>) {
        if self.decoder.wants_crlf() != self.look.style.crlf {
            self.set_prefs(self.look.prefs.clone(), env);
        }
    }

    /// Resolves the look anew.
    fn set_prefs(&mut self, prefs: Prefs, env: &Env<'_>) {
        let crlf = self.decoder.wants_crlf();
        let default = &env.settings.look;
        self.look = match prefs == default.prefs && crlf == default.style.crlf {
            true => Arc::clone(default),
            false => Look::with_line_ends(prefs, &env.settings.zone, crlf),
        };
        self.changes.format = true;
    }

    /// A renderer for this session's own lines.
    fn renderer(&self, env: &Env<'_>) -> Renderer {
        Renderer::new(self.look.style.clone(), env.wall)
    }

    /// The account that the person is logged in to, else the name: what a password is for.
    fn account(&self) -> Option<&Name> {
        match &self.stage {
            Stage::Chat(chat) => chat.account.as_ref().or(Some(&chat.name)),
            Stage::Login(_) => None,
        }
    }

    fn current(&self) -> Option<RoomId> {
        match &self.stage {
            Stage::Chat(chat) => chat.place.room(),
            Stage::Login(_) => None,
        }
    }

    fn set_current(&mut self, room: Option<RoomId>) {
        if let Stage::Chat(chat) = &mut self.stage
            && chat.place.room() != room
        {
            chat.place.set_room(room);
            chat.past.forget_history();
            (self.changes.format, self.changes.saved) = (true, true);
        }
    }

    /// See [`Dialect::handle_joined`](crate::dialect::Dialect::handle_joined): who enters a room
    /// talks there.
    pub(crate) fn handle_joined(&mut self, room: RoomId) {
        self.set_current(Some(room));
    }

    /// See [`Dialect::handle_left`](crate::dialect::Dialect::handle_left).
    pub(crate) fn handle_left(&mut self, room: RoomId, last: Option<RoomId>) {
        if self.current() == Some(room) {
            self.set_current(last);
        }
    }

    /// See [`Dialect::handle_event`](crate::dialect::Dialect::handle_event).
    pub(crate) fn handle_event(
        &mut self,
        event: &Event,
        me: PersonId,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        self.note_event(&event.fact, me);
        let before = out.len();
        self.renderer(env).private_line(out, event, me);
        if let Fact::RoomChanged(change) = &event.fact
            && is_put_out(&change.act, change.target == Some(me))
            && let Some(room) = self.current().and_then(|room| env.rooms.get(&room))
        {
            self.renderer(env).place_now(out, room);
        }
        let rings = matches!(&event.fact, Fact::PrivateMessage(message) if message.to == me);
        if self.look.prefs.bell && rings && out.len() > before {
            out.extend_from_slice(BEL);
        }
    }

    /// Notes an event's changes to this person.
    fn note_event(&mut self, fact: &Fact, me: PersonId) {
        if let Fact::LoggedIn(person) = fact {
            self.stage = Stage::Chat(Here::new(person));
            self.is_operator = person.operator;
        }
        if let Fact::Returned(returned) = fact {
            let mut chat = Here::new(&returned.login);
            chat.ignores = Ignores::by_login(fact);
            self.stage = Stage::Chat(chat);
            self.is_operator = returned.login.operator;
        }
        let Stage::Chat(chat) = &mut self.stage else {
            return;
        };
        chat.ignores.note(fact);
        match fact {
            Fact::Renamed(renamed) => {
                chat.name = renamed.new.clone();
                chat.account = renamed.account.clone();
                self.is_operator = renamed.operator;
            }
            Fact::AccountSet(set) => {
                chat.account = set.account.clone();
                self.is_operator = set.operator;
            }
            Fact::AccountChanged(changed) if changed.person == Some(me) => {
                if let AccountChange::Claimed { .. } = changed.change {
                    chat.account = Some(changed.account.clone());
                }
            }
            Fact::Moderated(entry) if entry.target == Some(me) => match entry.act {
                ModAction::Op { .. } => self.is_operator = true,
                ModAction::Deop { .. } => self.is_operator = false,
                _ => {}
            },
            _ => {}
        }
    }

    /// See [`Dialect::handle_saved`](crate::dialect::Dialect::handle_saved).
    pub(crate) fn handle_saved(&mut self, saved: &Saved, env: &Env<'_>) {
        if saved.current.is_some() {
            self.set_current(saved.current);
        }
        self.set_prefs(saved.prefs.clone(), env);
        self.changes.saved = false;
    }

    /// See [`Dialect::deadline`](crate::dialect::Dialect::deadline).
    pub(crate) fn deadline(&self) -> Option<Monotonic> {
        match &self.stage {
            Stage::Login(login) => Some(login.until()),
            Stage::Chat(_) => self.flood.deadline(),
        }
    }

    /// See [`Dialect::handle_timeout`](crate::dialect::Dialect::handle_timeout).
    pub(crate) fn handle_timeout(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        if matches!(&self.stage, Stage::Login(login) if login.until() <= env.now) {
            return Some(self.give_up_login(env, out));
        }
        if self.flood.deadline().is_some_and(|at| at <= env.now) {
            self.tell_refused(env, out);
        }
        None
    }

    /// See [`Dialect::paused_until`](crate::dialect::Dialect::paused_until).
    pub(crate) fn paused_until(&self) -> Option<Monotonic> {
        self.flood.paused_until()
    }

    /// See [`Dialect::handle_bucket`](crate::dialect::Dialect::handle_bucket).
    pub(crate) fn handle_bucket(&mut self, bucket: Bucket) {
        self.flood.handle_bucket(bucket);
    }

    /// See [`Dialect::bucket`](crate::dialect::Dialect::bucket).
    pub(crate) fn bucket(&self) -> Bucket {
        self.flood.bucket()
    }

    /// See [`Dialect::client`](crate::dialect::Dialect::client).
    pub(crate) fn client(&self) -> Client {
        match self.decoder.is_telnet() {
            true => Client::Telnet,
            false => Client::Nc,
        }
    }

    /// See [`Dialect::format`](crate::dialect::Dialect::format).
    pub(crate) fn format(&self, room: RoomId) -> RoomFormat {
        RoomFormat {
            style: self.look.style.clone(),
            is_current: self.current() == Some(room),
            hides_presence: self.look.prefs.hide_presence,
        }
    }

    /// See [`Dialect::poll_format`](crate::dialect::Dialect::poll_format).
    pub(crate) fn poll_format(&mut self) -> bool {
        core::mem::take(&mut self.changes.format)
    }

    /// See [`Dialect::poll_saved`](crate::dialect::Dialect::poll_saved).
    pub(crate) fn poll_saved(&mut self) -> Option<Saved> {
        core::mem::take(&mut self.changes.saved).then(|| Saved {
            prefs: self.look.prefs.clone(),
            current: self.current(),
        })
    }

    /// See [`Dialect::handle_gaps`](crate::dialect::Dialect::handle_gaps).
    pub(crate) fn handle_gaps(&mut self, gaps: &[Gap]) {
        if let Stage::Chat(chat) = &mut self.stage {
            chat.past.note_gaps(gaps);
        }
    }

    /// See [`Dialect::ignores`](crate::dialect::Dialect::ignores).
    pub(crate) fn ignores(&self) -> &[Ignored] {
        match &self.stage {
            Stage::Chat(chat) => chat.ignores.entries(),
            Stage::Login(_) => &[],
        }
    }

    /// See [`Dialect::shows_typed`](crate::dialect::Dialect::shows_typed).
    pub(crate) fn shows_typed(&self) -> bool {
        !self.look.prefs.echo
    }

    /// See [`Dialect::is_own`](crate::dialect::Dialect::is_own): the terminal where a speech was
    /// typed shows it already. It does not show an action, which was typed as `/me`.
    pub(crate) fn is_own(&self, event: &Event) -> bool {
        match (&event.fact, &self.stage) {
            (
                Fact::Said {
                    person,
                    manner: Manner::Speech,
                    ..
                },
                Stage::Chat(chat),
            ) => *person == chat.me && !self.look.prefs.echo,
            _ => false,
        }
    }
}

/// Whether a person who is told of this is no longer in the room.
fn is_put_out(act: &RoomAct, is_target: bool) -> bool {
    match act {
        RoomAct::Eject { .. } => is_target,
        RoomAct::Removed { .. } => true,
        _ => false,
    }
}

/// See [`dialect::refuse_unencrypted`](crate::dialect::refuse_unencrypted).
pub(crate) fn refuse_unencrypted(env: &Env<'_>, out: &mut Vec<u8>) {
    let settings = env.settings;
    Renderer::new(settings.look.style.clone(), env.wall).not_encrypted(
        out,
        &settings.server_name,
        settings.port,
    );
}

impl Here {
    fn new(person: &LoggedIn) -> Self {
        Self {
            me: person.person,
            name: person.name.clone(),
            account: person.account.clone(),
            place: Place::nowhere(person.is_script),
            ignores: Ignores::default(),
            past: PastState::default(),
        }
    }
}
