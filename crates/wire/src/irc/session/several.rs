//! Commands with several targets in one parameter: beyond the server's limit (TARGMAX), each
//! further target is refused by name.

use alloc::vec::Vec;

use super::Session;
use crate::dialect::Env;
use crate::irc::message::shown;

/// Of a comma-separated list the first `targets_max`, and the rest.
pub(super) fn split(list: &str, targets_max: usize) -> (Vec<&str>, Vec<&str>) {
    let targets = list.split(',').filter(|target| !target.is_empty());
    let mut taken: Vec<&str> = targets.collect();
    let rest = taken.split_off(targets_max.min(taken.len()));
    (taken, rest)
}

impl Session {
    /// Refuses the targets that are too many, after the answers for the others.
    pub(super) fn refuse_targets(&mut self, rest: &[&str], env: &Env<'_>, out: &mut Vec<u8>) {
        self.refuse_each("407", rest, "Too many targets", env, out);
    }

    /// The same for rooms to enter, in the words that clients expect after a JOIN.
    pub(super) fn refuse_rooms(&mut self, rest: &[&str], env: &Env<'_>, out: &mut Vec<u8>) {
        self.refuse_each("405", rest, "Too many channels in one JOIN", env, out);
    }

    fn refuse_each(
        &mut self,
        code: &str,
        rest: &[&str],
        why: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if rest.is_empty() {
            return;
        }
        self.answer_behind(out, |session, out| {
            for target in rest {
                session.numeric(code, format_args!("{} :{why}", shown(target)), env, out);
            }
        });
    }
}
