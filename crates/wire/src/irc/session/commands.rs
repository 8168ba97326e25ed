//! The table of commands, and the way from a line to one of them.

use alloc::vec::Vec;

use super::{Session, Stage};
use crate::dialect::{Env, Step};
use crate::irc::message::Message;

type Run = fn(&mut Session, &Message<'_>, &Env<'_>, &mut Vec<u8>) -> Option<Step>;

/// One command.
struct Spec {
    name: &'static str,
    /// Tokens that it costs.
    tokens: u8,
    /// Parameters that it cannot do without.
    params_min: u8,
    /// Whether it may come before registration.
    is_early: bool,
    run: Run,
}

const fn early(name: &'static str, run: Run) -> Spec {
    Spec {
        name,
        tokens: 0,
        params_min: 0,
        is_early: true,
        run,
    }
}

const fn command(name: &'static str, tokens: u8, params_min: u8, run: Run) -> Spec {
    Spec {
        name,
        tokens,
        params_min,
        is_early: false,
        run,
    }
}

/// All commands.
const COMMANDS: &[Spec] = &[
    early("CAP", Session::cap),
    early("AUTHENTICATE", Session::authenticate),
    early("PASS", Session::pass),
    early("NICK", Session::nick_command),
    early("USER", Session::user),
    early("PING", Session::ping),
    early("PONG", Session::ignore),
    early("QUIT", Session::quit),
    early("REGISTER", Session::register_account),
    early("VERIFY", Session::verify),
    command("JOIN", 1, 1, Session::join),
    command("PART", 1, 1, Session::part),
    command("PRIVMSG", 1, 0, |session, message, env, out| {
        session.say(message, false, env, out)
    }),
    command("NOTICE", 1, 0, |session, message, env, out| {
        session.say(message, true, env, out)
    }),
    command("TAGMSG", 1, 1, Session::tagmsg),
    command("TOPIC", 1, 1, Session::topic),
    command("NAMES", 2, 0, Session::names),
    command("LIST", 2, 0, Session::list),
    command("MODE", 1, 1, Session::mode),
    command("WHO", 2, 0, Session::who),
    command("WHOIS", 1, 0, Session::whois),
    command("WHOWAS", 1, 0, Session::whowas),
    command("USERHOST", 1, 1, Session::userhost),
    command("ISON", 1, 1, Session::ison),
    command("AWAY", 1, 0, Session::away),
    command("KICK", 1, 2, Session::kick),
    command("INVITE", 1, 2, Session::invite),
    command("KNOCK", 1, 1, Session::knock),
    command("OPER", 1, 2, Session::oper),
    command("KILL", 1, 1, Session::kill),
    command("WALLOPS", 1, 1, Session::wallops),
    command("SETNAME", 1, 1, Session::setname),
    command("CHATHISTORY", 2, 0, Session::chathistory),
    command("REDACT", 1, 2, Session::redact),
    command("MOTD", 1, 0, Session::motd),
    command("LUSERS", 1, 0, Session::lusers),
    command("VERSION", 1, 0, Session::version),
    command("TIME", 1, 0, Session::time),
    command("INFO", 1, 0, Session::info),
    command("ADMIN", 1, 0, Session::admin),
    command("LINKS", 1, 0, Session::links),
    command("HELP", 1, 0, Session::help),
    command("HELPOP", 1, 0, Session::help),
];

impl Session {
    /// Runs a command.
    pub(super) fn dispatch(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let is_here = matches!(self.stage, Stage::Here(_));
        let mut specs = COMMANDS.iter();
        let spec = specs.find(|spec| spec.name.eq_ignore_ascii_case(message.command));
        let Some(spec) = spec else {
            self.pay(1, env);
            match is_here {
                true => {
                    let command = message.command;
                    self.numeric("421", format_args!("{command} :Unknown command"), env, out);
                }
                false => self.numeric("451", ":You have not registered", env, out),
            }
            return None;
        };
        self.pay(spec.tokens, env);
        if !is_here && !spec.is_early {
            self.numeric("451", ":You have not registered", env, out);
            return None;
        }
        let given = message.params.iter().filter(|param| !param.is_empty());
        if given.count() < usize::from(spec.params_min) {
            let name = spec.name;
            self.numeric(
                "461",
                format_args!("{name} :Not enough parameters"),
                env,
                out,
            );
            return None;
        }
        (spec.run)(self, message, env, out)
    }

    /// What has no answer.
    fn ignore(&mut self, _: &Message<'_>, _: &Env<'_>, _: &mut Vec<u8>) -> Option<Step> {
        None
    }
}
