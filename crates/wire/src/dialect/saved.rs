//! Choices that outlive the connection they were made on, and a restart of the server.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use chinwag_core::RoomId;

use super::Settings;
use crate::prefs::{Prefs, TimeStyle};
use crate::zone::zone;

/// Choices that outlive the connection they were made on. The hub keeps them with the person and
/// returns them when the session is resumed, or at the next visit of a registered name; only the
/// dialects look inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    pub(crate) prefs: Prefs,
    pub(crate) current: Option<RoomId>,
}

impl Saved {
    /// The room that the client talks in.
    pub fn current(&self) -> Option<RoomId> {
        self.current
    }

    /// Whether these are the display settings of a new person.
    pub fn is_default(&self, settings: &Settings) -> bool {
        self.prefs == settings.look.prefs
    }

    /// The same with another room to talk in.
    pub fn with_current(mut self, current: Option<RoomId>) -> Self {
        self.current = current;
        self
    }

    /// The choices as one line of words, without the room, for the store.
    pub fn to_text(&self) -> String {
        let Prefs {
            time,
            zone,
            echo,
            hide_presence,
            color,
            bell,
        } = &self.prefs;
        let time = match time {
            TimeStyle::Off => "off",
            TimeStyle::Short => "short",
            TimeStyle::Full => "full",
        };
        let mut text = format!("time={time}");
        if let Some(zone) = zone {
            text.push_str(&format!(" tz={zone}"));
        }
        let switches = [
            ("echo", echo),
            ("quiet", hide_presence),
            ("color", color),
            ("bell", bell),
        ];
        for (name, is_on) in switches {
            text.push_str(&format!(" {name}={}", if *is_on { "on" } else { "off" }));
        }
        text
    }

    /// The choices in a text. Unknown words, such as those of another version, change nothing.
    pub fn from_text(text: &str) -> Self {
        let mut prefs = Prefs::default();
        for word in text.split(' ') {
            let is_on = word.ends_with("=on");
            match word.split_once('=') {
                Some(("time", "off")) => prefs.time = TimeStyle::Off,
                Some(("time", "full")) => prefs.time = TimeStyle::Full,
                Some(("tz", name)) => {
                    prefs.zone = Some(Arc::from(name)).filter(|_| zone(name).is_some());
                }
                Some(("echo", _)) => prefs.echo = is_on,
                Some(("quiet", _)) => prefs.hide_presence = is_on,
                Some(("color", _)) => prefs.color = is_on,
                Some(("bell", _)) => prefs.bell = is_on,
                _ => {}
            }
        }
        Self {
            prefs,
            current: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_back_from_their_text() {
        let mut saved = Saved {
            prefs: Prefs::default(),
            current: None,
        };
        assert_eq!(Saved::from_text(&saved.to_text()), saved);
        saved.prefs = Prefs {
            time: TimeStyle::Full,
            zone: Some("Europe/Paris".into()),
            echo: true,
            hide_presence: true,
            color: true,
            bell: true,
        };
        let text = saved.to_text();
        let expected = "time=full tz=Europe/Paris echo=on quiet=on color=on bell=on";
        assert_eq!(text, expected);
        assert_eq!(Saved::from_text(&text), saved);
        assert_eq!(Saved::from_text("new=on tz=nowhere time=x").to_text(), {
            "time=short echo=off quiet=off color=off bell=off"
        });
    }
}
