//! From bytes to commands, and what happens to lines that are none.
//!
//! A client has a limited number of lines and bytes, and a limited time, to log in.

use alloc::vec::Vec;

use chinwag_core::Rate;

use super::{Asked, LINE_FACTOR, Session, Stage, give_up, refuse};
use crate::dialect::{Env, Step};
use crate::input::Input;
use crate::json::fault::Fault;
use crate::json::render::put;
use crate::json::replies::Refused;
use crate::json::request::{self, LineError, Request};
use crate::json::value::Displayed;

/// How many objects that are no names a client may send in vain before it has logged in.
const TRIES_MAX: u8 = chinwag_core::limits::NAME_TRIES_MAX;

impl Session {
    /// See [`Dialect::handle_bytes`](crate::dialect::Dialect::handle_bytes).
    pub(crate) fn handle_bytes(
        &mut self,
        bytes: &mut &[u8],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if core::mem::take(&mut self.is_after_prompt) {
            out.push(b'\n');
        }
        let before = bytes.len();
        let mut step = None;
        while step.is_none() && self.may_read(env) {
            let mut decoder = core::mem::take(&mut self.decoder);
            let input = decoder.decode(bytes, env.settings.line_bytes_max * LINE_FACTOR);
            self.decoder = decoder;
            let Some(input) = input else { break };
            step = self.handle_input(input, env, out);
        }
        let Stage::Arriving(arriving) = &mut self.stage else {
            return step;
        };
        arriving.bytes += before - bytes.len();
        if arriving.bytes > env.settings.login_bytes_max && step.is_none() {
            return Some(give_up(out));
        }
        step
    }

    /// See [`Dialect::handle_end`](crate::dialect::Dialect::handle_end).
    pub(crate) fn handle_end(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let input = self.decoder.finish()?;
        self.handle_input(input, env, out)
    }

    fn handle_input(&mut self, input: Input<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let line = match input {
            Input::Blank | Input::Window { .. } | Input::Interrupt => return None,
            input => input,
        };
        let rate = self.rate(env);
        self.pace.pay(rate, env.now);
        match line {
            Input::Line(line) => self.handle_line(&line, env, out),
            Input::TooLong { bytes } => {
                let max = env.settings.line_bytes_max * LINE_FACTOR;
                let sentence = format_args!("The line has {bytes} bytes, the limit is {max}.");
                self.refuse_line("too_long", &sentence, out)
            }
            _ => self.refuse_line("not_utf8", &"The line is not UTF-8.", out),
        }
    }

    fn handle_line(&mut self, line: &str, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match request::read(line) {
            Ok(line) => {
                let asked = Asked {
                    word: line.request.word(),
                    id: line.id,
                    remaining: None,
                };
                self.handle_request(line.request, asked, env, out)
            }
            Err(LineError { gist, error }) => {
                let fault = Fault::of(line, &error);
                put(
                    out,
                    &Refused {
                        refused: gist.word,
                        id: gist.id.as_ref(),
                        code: fault.code,
                        text: Displayed(&fault.text),
                        column: Some(fault.column),
                    },
                );
                self.count_try(out)
            }
        }
    }

    fn handle_request(
        &mut self,
        request: Request,
        asked: Asked,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let is_first = matches!(request, Request::hello(_) | Request::resume(_));
        match (&self.stage, &request) {
            (Stage::Arriving(_), _) if !is_first => {
                let sentence = "Say hello first.";
                refuse(&asked, "not_here", &sentence, out);
                self.count_try(out)
            }
            (Stage::Here(_), Request::hello(_)) => {
                refuse(&asked, "here_already", &"You have said hello before.", out);
                None
            }
            _ => self.ask(request, asked, env, out),
        }
    }

    fn refuse_line(
        &mut self,
        code: &'static str,
        text: &dyn core::fmt::Display,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        put(
            out,
            &Refused {
                refused: None,
                id: None,
                code,
                text: Displayed(text),
                column: None,
            },
        );
        self.count_try(out)
    }

    /// Counts a vain try of a client that has not logged in.
    fn count_try(&mut self, out: &mut Vec<u8>) -> Option<Step> {
        let Stage::Arriving(arriving) = &mut self.stage else {
            return None;
        };
        arriving.tries += 1;
        (arriving.tries >= TRIES_MAX).then(|| give_up(out))
    }

    /// Its rate of lines, once it is in.
    pub(super) fn rate(&self, env: &Env<'_>) -> Option<Rate> {
        match &self.stage {
            Stage::Here(here) => Some(env.settings.line_rate_of(here.is_operator)),
            Stage::Arriving(_) => None,
        }
    }

    /// See [`Dialect::handle_bytes`](crate::dialect::Dialect::handle_bytes).
    pub(crate) fn charge(&mut self, bytes: usize, env: &Env<'_>) {
        let (rate, lines) = (
            self.rate(env),
            self.decoder.owe(bytes, env.settings.line_bytes_max),
        );
        self.pace.charge(lines, rate, env.now);
    }

    /// Whether one more line may be read now; if not, notes when.
    fn may_read(&mut self, env: &Env<'_>) -> bool {
        let rate = self.rate(env);
        self.pace.may_read(rate, env.now)
    }
}
