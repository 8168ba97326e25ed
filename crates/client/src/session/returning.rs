//! What a session that comes back shows: what was said meanwhile, each line once, and what became of the line
//! that was under way. It must not know how it came back, only what the server has told of it.

use std::time::Instant;

use super::action::Action;
use super::phase::{Arrival, Phase};
use super::settling::{Settling, Step};
use super::words::name_in_goodbye;
use super::{Note, ServerLine, Session};

impl Session {
    /// The link is lost before all was settled. The server counts what it has said as heard, and does not
    /// say it again.
    pub(super) fn break_off(&mut self) {
        if let Phase::Settling(
            _,
            Arrival::Resumed {
                replay,
                asks_history,
            },
        ) = &mut self.phase
        {
            let (replay, is_sorted) = (std::mem::take(replay), *asks_history);
            let missed = match is_sorted {
                true => replay,
                false => self.talk.unseen(replay),
            };
            self.show_missed(missed);
        }
    }

    /// The lost session goes on: what was said meanwhile is shown, and the line that was under way
    /// found in it, or in the history.
    pub(super) fn take_up(&mut self, replay: Vec<ServerLine>, now: Instant) {
        let name = self.identity.new_name.take();
        self.ask_for(Action::Tell(Note::Back { name }));
        self.show_missed(self.talk.unseen(replay));
        if self.talk.outgoing.is_message_unknown() {
            let settling = Settling::new(vec![Step::History], now);
            self.phase = Phase::Settling(settling, Arrival::resumed(true));
        } else {
            self.find_unknown(&[]);
        }
    }

    /// A new session is in the lost one's place: its history shows what came meanwhile. The server has
    /// read it before it answered, so the newest messages may have come as such alone.
    pub(super) fn take_over(&mut self, history: &[String], live: Vec<ServerLine>) {
        let from = self.talk.position_in(history);
        self.ask_for(Action::Tell(Note::Anew {
            name: self.identity.name.clone(),
            has_gap: from.is_none(),
        }));
        self.find_unknown(history);
        let missed = history[from.unwrap_or(0)..].iter();
        self.show_missed(missed.map(|plain| ServerLine::of_text(plain)).collect());
        self.show_missed(self.talk.unseen(live));
    }

    pub(super) fn show_missed(&mut self, missed: Vec<ServerLine>) {
        for line in missed {
            let judgement = self.talk.handle_missed(&line.plain, &self.identity.name);
            self.judge(line, judgement);
        }
    }

    /// The server's goodbye, with the lines that were said over all links: a server that was killed has
    /// forgotten some of them.
    pub(super) fn goodbye(&self, line: ServerLine) -> ServerLine {
        let said = self.talk.outgoing.said_over_links();
        match said.zip(name_in_goodbye(&line.plain)) {
            None => line,
            Some((1, name)) => ServerLine::of_text(&format!("Bye, {name}. 1 line sent.")),
            Some((said, name)) => ServerLine::of_text(&format!("Bye, {name}. {said} lines sent.")),
        }
    }

    pub(super) fn find_unknown(&mut self, history: &[String]) {
        let verdict = self.talk.find_unknown(history, &self.identity.name);
        self.conclude(verdict);
    }
}
