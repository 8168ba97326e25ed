//! The capabilities that a client can negotiate (IRCv3, capability negotiation).

/// Makes the table of capabilities.
macro_rules! capabilities {
    ($($(#[doc = $doc:literal])+ $cap:ident = $name:literal,)+) => {
        /// A capability.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Cap {
            $($(#[doc = $doc])+ $cap,)+
        }

        impl Cap {
            /// All of them, in the order of listing.
            pub(super) const ALL: &[(Self, &'static str)] = &[$((Self::$cap, $name),)+];

            /// What each is, for the reference.
            pub(super) const ABOUT: &[&str] = &[$(concat!($($doc),+),)+];
        }
    };
}

capabilities! {
    /// Shows when others log in and out.
    AccountNotify = "account-notify",
    /// Each message has the sender's account.
    AccountTag = "account-tag",
    /// Shows when others are away and back.
    AwayNotify = "away-notify",
    /// Groups lines that belong together.
    Batch = "batch",
    /// Shows changes of this list; implied by version 302.
    Changes = "cap-notify",
    /// The client gets its own messages.
    EchoMessage = "echo-message",
    /// JOIN has the account and the real name.
    ExtendedJoin = "extended-join",
    /// MONITOR also shows away, account and real name.
    ExtendedMonitor = "extended-monitor",
    /// Moderators see the invitations of others.
    InviteNotify = "invite-notify",
    /// Answers have the label of their command.
    LabeledResponse = "labeled-response",
    /// Tags on messages, and TAGMSG.
    MessageTags = "message-tags",
    /// NAMES, WHO and WHOIS show all ranks.
    MultiPrefix = "multi-prefix",
    /// No NAMES after JOIN.
    NoImplicitNames = "no-implicit-names",
    /// AUTHENTICATE.
    Sasl = "sasl",
    /// Each event has its time, the client's own too. What only answers a command has none.
    ServerTime = "server-time",
    /// Shows when others change their real name.
    Setname = "setname",
    /// FAIL, WARN and NOTE.
    StandardReplies = "standard-replies",
    /// NAMES has user and host.
    UserhostInNames = "userhost-in-names",
    /// REGISTER.
    AccountRegistration = "draft/account-registration",
    /// RENAME.
    ChannelRename = "draft/channel-rename",
    /// CHATHISTORY.
    Chathistory = "draft/chathistory",
    /// Histories have topics, kept tags, and joins, leaves and changes.
    EventPlayback = "draft/event-playback",
    /// MARKREAD.
    ReadMarker = "draft/read-marker",
    /// ISUPPORT, also before the client is in.
    ExtendedIsupport = "draft/extended-isupport",
    /// REDACT.
    MessageRedaction = "draft/message-redaction",
    /// METADATA; changes come as 761 and 766.
    Metadata = "draft/metadata-3",
    /// METADATA; changes come as METADATA.
    MetadataTwo = "draft/metadata-2",
    /// AWAY before the client is in.
    PreAway = "draft/pre-away",
    /// Messages of several lines.
    Multiline = "draft/multiline",
    /// SEARCH.
    Search = "soju.im/search",
    /// PLAY, as ZNC has it.
    Playback = "znc.in/playback",
    /// Private messages sent on another connection appear as the client's own; without it they do
    /// too.
    SelfMessage = "znc.in/self-message",
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Caps(u32);

const _: () = assert!(Cap::ALL.len() <= 32);

impl Caps {
    /// Whether a capability is in the set.
    pub(super) fn has(self, cap: Cap) -> bool {
        self.0 & 1 << cap as u32 != 0
    }

    /// The set with a capability, or without it.
    pub(super) fn with(self, cap: Cap, on: bool) -> Self {
        match on {
            true => Self(self.0 | 1 << cap as u32),
            false => Self(self.0 & !(1 << cap as u32)),
        }
    }

    /// Those of both sets.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of either.
    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// A set.
    pub(super) fn of(caps: &[Cap]) -> Self {
        caps.iter()
            .fold(Self::default(), |all, cap| all.with(*cap, true))
    }

    /// Whether the client accepts a message of several lines as such.
    pub(super) fn takes_multiline(self) -> bool {
        self.has(Cap::Multiline) && self.has(Cap::Batch)
    }

    /// Whether the client accepts metadata.
    pub(super) fn takes_metadata(self) -> bool {
        self.has(Cap::Metadata) || self.has(Cap::MetadataTwo)
    }

    /// Whether the client accepts tags.
    pub(super) fn takes_tags(self) -> bool {
        self.has(Cap::MessageTags)
    }
}

impl Cap {
    /// The capability of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, other)| *other == name).map(|(cap, _)| *cap)
    }
}
