//! The one table of commands: names, arguments, explanations and parsers. A command that is not in
//! here does not exist, and one that is cannot lack help.

use super::parse::{find, look, moving, operate, rooms, talk, you};
use super::spec::HelpRow;
pub use super::spec::{CommandSpec, Group};

/// Every command, in the order of `/help`.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec::new("me", Group::Talk, "ACTION", talk::me)
        .brief("/me waves: * gopher waves")
        .about(
            "Tells the room what you do. It is shown to you too.",
            "/me waves",
        ),
    CommandSpec::new("msg", Group::Talk, "NAME TEXT", talk::msg)
        .aliases(&["dm", "tell"])
        .brief("a private message; /reply TEXT answers the last one")
        .about(
            "Tells one person something in private. Nobody else sees it. It stays in the history of each of \
             you who has an account, for /history with NAME; between guests it is not kept. If both of you \
             have one, it waits until they come. With a #ROOM in place of the name it goes to that room.",
            "/msg gopher lunch?",
        ),
    CommandSpec::new("reply", Group::Talk, "TEXT", talk::reply)
        .shown(HelpRow::Within)
        .about(
            "Answers the last private message you got, even one that was kept while you were away. The answer \
             is private too, and reaches that person under any new name.",
            "/reply at noon",
        ),
    CommandSpec::new("who", Group::Look, "[#ROOM]", look::who)
        .aliases(&["users", "names", "list"])
        .brief("who is here")
        .about(
            "Lists who is in this room, or in another. It shows how each person is connected, who is away, and how long \
             each has been silent. A telnet that does not negotiate is shown as nc.",
            "/who #dev",
        ),
    CommandSpec::new("whois", Group::Look, "NAME", look::whois)
        .brief("about a person")
        .about(
            "Shows a person's rooms and when they joined, and what their IRC client tells about them: a name \
             to show, a status, a web page. Operators see the person's addresses too.",
            "/whois gopher",
        ),
    CommandSpec::new("rooms", Group::Look, "", look::rooms)
        .brief("rooms, topics and how many are in them")
        .about("Lists the rooms: hidden ones that you are in, then the others, the fullest first.", "/rooms"),
    CommandSpec::new(
        "history",
        Group::Look,
        "[N | 2h | DATE [HH:MM] | A..B | more]",
        look::history,
    )
    .brief("earlier messages; more goes on where the last one ended")
    .about(
        "Shows earlier messages of this room. Say how many, or for how long back (90s, 10m, 2h, 7d, 1w), \
         or since when (2026-11-21, 2026-11-21 14:00, 14:00 for the last 14:00, yesterday). A..B is from \
         one time up to another: 14:00..15:30, 2026-11-20..2026-11-21, 2h..1h; ..B is everything up to then. A day after \
         the dots is shown whole; a time alone there is the next one after the first, on the following day if need be. \
         /history more goes on where the last one ended. /history all 2h also shows topics, announcements, and who came, \
         left or changed, and each line counts; /history ids 5 shows the references that /delete takes. /history with gopher \
         shows what you and gopher have told each other, if your name is registered; any name of gopher's account will do. \
         /history #dev, with any of these, shows another room that you may enter.",
        "/history 2h",
    ),
    CommandSpec::new(
        "search",
        Group::Look,
        "WORDS \"A PHRASE\" -NOT [from:NAME in:#ROOM before:DATE after:DATE]",
        find::search,
    )
    .brief("/search more, /around N")
    .about(
        "Finds messages that have all these words and phrases, in any case and with any accents, and \
         none of those with a - before them. It finds whole words; deploy* finds words that begin with deploy. \
         It ignores punctuation. It looks in all open rooms and in those you are in, unless in:#ROOM names one. Filters can stand \
         alone; since: is the same as after:. A DATE is 2026-11-21, 2026-11-21 14:00, 14:00 for the last 14:00, \
         yesterday, now, or 2h for two hours ago; before: a day leaves that day out. -from:NAME and -in:#ROOM leave out. \
         /search more goes on with older matches. Each match has a number: /around N shows what was said around it. \
         Put text with a colon that is not a filter in quotation marks.",
        "/search release -notes \"ship it\" from:lee before:2026-11-01",
    ),
    CommandSpec::new("around", Group::Look, "N", look::around)
        .shown(HelpRow::Within)
        .about(
            "Shows what was said before and after match N of the last /search. /history more goes on \
             from there.",
            "/around 3",
        ),
    CommandSpec::new("topic", Group::Look, "[TEXT]", look::topic)
        .brief("show or set the topic")
        .about(
            "Shows this room's topic, or sets it. A single - clears it, as does off.",
            "/topic Friday release at 15:00",
        ),
    CommandSpec::new("help", Group::Look, "[COMMAND]", look::help)
        .shown(HelpRow::Within)
        .about(
            "Lists the commands, or explains one. /help op explains what operators can do, /help rooms what moderators can.",
            "/help history",
        ),
    CommandSpec::new("join", Group::Move, "#ROOM", moving::join)
        .aliases(&["cd"])
        .brief("enter a room, or switch to it")
        .about(
            "Enters a room; your lines go there from now on. You stay in the rooms you were in. If the room \
             does not exist, you make it and moderate it. Some need a password: /join #ROOM WORD.",
            "/join #dev",
        ),
    CommandSpec::new("leave", Group::Move, "[#ROOM]", moving::leave)
        .aliases(&["part"])
        .brief("leave it")
        .about("Leaves this room, or another one.", "/leave #dev"),
    CommandSpec::new("room", Group::Rooms, "[SETTING]", rooms::room_settings)
        .brief("what this room is set to; /help room")
        .about(
            "Shows what this room is set to and who governs it, or sets it. /room closed lets in only \
             those who are invited, and those inside stay; /room open lets in everybody. /room password WORD lets in those \
             who know it (up to 64 bytes), /room limit 20 that many people (up to 4294967295). /room hidden keeps it out of /rooms and /whois, \
             /room moderated lets only voices and moderators speak, /room topic moderators lets only \
             them set the topic. /room outsiders lets people outside speak with /msg #ROOM. \
             /room registered lets only registered names enter, /room encrypted only encrypted \
             connections. Add off to end a setting; /room ctcp off keeps out what only \
             IRC clients understand. /room name #NEW gives the room another name, and the old one is free at once.",
            "/room closed",
        ),
    CommandSpec::new("invite", Group::Rooms, "NAME", rooms::invite).about(
        "Lets a person in though this room is closed or has a password. A registered name may come \
         and go from then on, also one that is inside; a guest may come once.",
        "/invite ann",
    ),
    CommandSpec::new("uninvite", Group::Rooms, "NAME", rooms::uninvite)
        .shown(HelpRow::Beside)
        .about("Takes an invitation back.", "/uninvite ann"),
    CommandSpec::new("knock", Group::Rooms, "#ROOM", moving::knock)
        .shown(HelpRow::Beside)
        .about(
            "Asks the moderators of a closed room to let you in. A hidden room takes no knocks.",
            "/knock #dev",
        ),
    CommandSpec::new("mod", Group::Rooms, "NAME", rooms::moderator).about(
        "Makes a person a moderator of this room. For a registered name that lasts; for a guest it ends \
         when they leave the room. If they were muted in it, the mute ends.",
        "/mod ann",
    ),
    CommandSpec::new("unmod", Group::Rooms, "NAME", rooms::no_moderator)
        .shown(HelpRow::Beside)
        .about(
            "Takes a moderator's rights away. A registered name stays invited to a closed room: /uninvite \
             takes that back.",
            "/unmod ann",
        ),
    CommandSpec::new("voice", Group::Rooms, "NAME", rooms::voice)
        .shown(HelpRow::Beside)
        .about(
            "Lets a person speak in this room while it is moderated.",
            "/voice bob",
        ),
    CommandSpec::new("unvoice", Group::Rooms, "NAME", rooms::no_voice)
        .shown(HelpRow::Beside)
        .about(
            "Takes a person's voice away. A registered name stays invited to a closed room: /uninvite takes \
             that back.",
            "/unvoice bob",
        ),
    CommandSpec::new("eject", Group::Rooms, "NAME [WHY]", rooms::eject).about(
        "Puts a person out of this room, and takes their invitation back. They stay on the server.",
        "/eject bob spam",
    ),
    CommandSpec::new("bar", Group::Rooms, "WHO [TIME] [WHY]", rooms::bar)
        .shown(HelpRow::Beside)
        .about(
            "Keeps a person out of this room. A name also covers its addresses from which nobody else \
             comes; use name:NAME for the name alone, or account:NAME. For server operators WHO may be \
             an address or a block.",
            "/bar bob 7d spam",
        ),
    CommandSpec::new("unbar", Group::Rooms, "WHO", rooms::unbar)
        .shown(HelpRow::Beside)
        .about(
            "Lets a person into this room again. A mask that /bars lists, such as bob!*@*, is taken \
             off all lists of the room.",
            "/unbar bob",
        ),
    CommandSpec::new("bars", Group::Rooms, "", rooms::bars)
        .shown(HelpRow::Beside)
        .about(
            "Lists whom this room keeps out and whom it has muted. It also shows the masks that IRC clients have \
             set.",
            "/bars",
        ),
    CommandSpec::new("delete", Group::Rooms, "REF", rooms::delete)
        .brief("remove a message; /history ids shows REF")
        .about(
            "Removes a message from history and search for good. It can be one of yours or, in a room that you \
             moderate, anybody's. A guest can delete those of this visit, under any name. /history ids shows \
             the REF of each.",
            "/delete krwj",
        ),
    CommandSpec::new("nick", Group::You, "NAME", you::nick)
        .brief("another name")
        .about(
            "Gives you another name. For a registered one type NAME#PASSWORD, which takes over a \
             connection that has the name.",
            "/nick annie",
        ),
    CommandSpec::new("claim", Group::You, "PASSWORD", you::claim)
        .brief("keep this name: later type NAME#PASSWORD at the prompt")
        .about(
            "Registers your name, so that nobody else can take it: it is an account from then on. \
             While you are logged in to one, /claim alone adds your present name to it. If your \
             connection has a certificate, /claim alone makes it log you in from then on.",
            "/claim correct horse battery",
        ),
    CommandSpec::new("login", Group::You, "NAME PASSWORD", you::login).about(
        "Logs you in to your account, at the name prompt too. It takes over a connection that has NAME, even one whose link is lost, \
         as NAME#PASSWORD at the prompt does. /login beside NAME PASSWORD leaves that connection alone, and you \
         keep your name. A connection with a certificate of the account needs no password.",
        "/login lee correct horse battery",
    ),
    CommandSpec::new("logout", Group::You, "", you::logout)
        .shown(HelpRow::Beside)
        .about(
            "Logs you out of your account. If your name belongs to it, you get a guest name.",
            "/logout",
        ),
    CommandSpec::new("account", Group::You, "", you::account)
        .shown(HelpRow::Beside)
        .brief("your account")
        .about(
            "Shows your account: its names, what proves that it is yours, and who has been logged in to it \
             since when. /account forget 3fa9c0 removes the certificate that begins with 3fa9c0.",
            "/account",
        ),
    CommandSpec::new("unclaim", Group::You, "PASSWORD", you::unclaim)
        .shown(HelpRow::Within)
        .about(
            "Frees your name. Under the account's own name it ends the account, with all its names \
             and rights. A certificate of the account needs no password.",
            "/unclaim correct horse battery",
        ),
    CommandSpec::new("passwd", Group::You, "OLD NEW", you::passwd)
        .shown(HelpRow::Within)
        .about(
            "Changes the password of your account. If the old one has blanks, put it in quotation marks, and \
             write each \" in it twice.",
            "/passwd s3cret correct horse battery",
        ),
    CommandSpec::new("away", Group::You, "[WHY]", you::away).about(
        "Tells people who write to you or ask about you that you are away. /back ends it, as does /away off.",
        "/away lunch",
    ),
    CommandSpec::new("back", Group::You, "", you::back)
        .shown(HelpRow::Beside)
        .brief("away, and back")
        .about("Says that you are back from /away.", "/back"),
    CommandSpec::new("ignore", Group::You, "[NAME]", you::ignore).about(
        "Hides what a person says, here and in private, under any new name too, with \
         the topics they set and the reasons they give for leaving and being away; for a registered name, all that comes \
         from its account. Your account has one list, on all its connections. /history and /search hide \
         it too; a guest's earlier names are followed back to the last start of the server, and other guests \
         who had such a name are not hidden. Nothing is lost: /unignore shows it all again. The person is not told. \
         Without a name, lists whom you ignore.",
        "/ignore troll",
    ),
    CommandSpec::new("unignore", Group::You, "NAME", you::unignore)
        .shown(HelpRow::Beside)
        .about("Shows again what a person says.", "/unignore troll"),
    CommandSpec::new("time", Group::You, "off|short|full", you::time).about(
        "Chooses the time before each message: none, 14:03, or 2026-11-21 14:03:05.",
        "/time full",
    ),
    CommandSpec::new("tz", Group::You, "ZONE", you::tz)
        .shown(HelpRow::Beside)
        .about(
            "Shows times in this time zone. A single - means the server's own.",
            "/tz Europe/Berlin",
        ),
    CommandSpec::new("echo", Group::You, "on|off", you::echo)
        .shown(HelpRow::Beside)
        .about(
            "Shows you your own lines as others see them, or not.",
            "/echo on",
        ),
    CommandSpec::new("quiet", Group::You, "on|off", you::quiet)
        .shown(HelpRow::Beside)
        .about("Hides joins and leaves, or shows them.", "/quiet on"),
    CommandSpec::new("color", Group::You, "on|off", you::color)
        .shown(HelpRow::Beside)
        .about("Colours names, or not.", "/color on"),
    CommandSpec::new("bell", Group::You, "on|off", you::bell)
        .shown(HelpRow::Beside)
        .about(
            "Rings the terminal's bell when somebody names you or writes to you in private, or \
             not.",
            "/bell on",
        ),
    CommandSpec::new("stats", Group::You, "", you::stats)
        .brief("your numbers and the server's")
        .about("Shows your numbers and the server's.", "/stats"),
    CommandSpec::new("resume", Group::You, "CODE", you::resume)
        .brief("take up a lost session (at the name prompt too)")
        .about(
            "Takes up a session whose connection was lost. The code was shown when it began.",
            "/resume K7Q2-9MXP",
        ),
    CommandSpec::new("quit", Group::You, "[WHY]", you::quit)
        .aliases(&["exit"])
        .about(
            "Leaves the server, with a reason if you like.",
            "/quit lunch",
        ),
    CommandSpec::new("kick", Group::Operators, "NAME [WHY]", operate::kick).about(
        "Closes a person's connection. They may come back at once. If their link is lost, their session ends, and the \
         name is free.",
        "/kick bob spam",
    ),
    CommandSpec::new("mute", Group::Operators, "NAME [TIME]", operate::mute)
        .shown(HelpRow::Beside)
        .about(
            "Silences a person in all rooms. They can write in private to operators alone, and cannot set a topic, take \
             another name, make a room, invite anybody or say why they are away; coming back does not \
             end it. TIME is 10m, 2h or 7d; without one it lasts until /unmute. A reason may follow: \
             /mute bob 10m spam. A registered name is muted wherever it comes from, and its address too if nobody else comes from \
             there. A guest is muted at the address alone, under any name; if others come from there too, only under \
             this one. name:NAME is the name alone, everywhere. /mute NAME here, with a time and a reason if you like, is for this room \
             alone, and its moderators can do that too; a moderator who is muted so loses moderator rights.",
            "/mute bob 10m spam",
        ),
    CommandSpec::new("unmute", Group::Operators, "NAME", operate::unmute)
        .shown(HelpRow::Beside)
        .about(
            "Lets a person speak again. /unmute NAME here is for this room alone.",
            "/unmute bob",
        ),
    CommandSpec::new("ban", Group::Operators, "WHO [TIME] [WHY]", operate::ban)
        .shown(HelpRow::Beside)
        .about(
            "Keeps a person out. WHO is a name, an address or a block such as 192.0.2.0/24 or, of \
             IPv6, the /64 of a network, in which a machine changes its address at will. A name also \
             covers its addresses from which nobody else comes; use name:NAME for the name alone. A registered operator at a banned address gets in with the password, if they were \
             an operator before the author of the ban.",
            "/ban name:bob 7d spam",
        ),
    CommandSpec::new("unban", Group::Operators, "WHO", operate::unban)
        .shown(HelpRow::Beside)
        .about(
            "Lets a person in again. If a ban covers a name and its address, give either: both are free then. With several addresses the name frees all.",
            "/unban 192.0.2.0/24",
        ),
    CommandSpec::new("bans", Group::Operators, "", operate::bans)
        .shown(HelpRow::Beside)
        .about(
            "Lists the bans and the mutes. The name of an account has account before it.",
            "/bans",
        ),
    CommandSpec::new("op", Group::Operators, "NAME", operate::op).about(
        "Makes a person an operator. For a registered name that lasts; for a guest it ends when they \
         leave. An operator for a visit can make others operators for a visit alone. No operator can act against \
         one who was registered as operator before. /op CODE, with the code that the server prints when it starts, \
         makes you the operator while there is none.",
        "/op ann",
    ),
    CommandSpec::new("deop", Group::Operators, "NAME", operate::deop)
        .shown(HelpRow::Beside)
        .about(
            "Takes an operator's rights away. The last operator can give up their own, and is told who becomes one next.",
            "/deop ann",
        ),
    CommandSpec::new("rename", Group::Operators, "NAME NEW", operate::rename)
        .shown(HelpRow::Beside)
        .about("Gives a person another name.", "/rename bob bob2"),
    CommandSpec::new("announce", Group::Operators, "TEXT", operate::announce)
        .shown(HelpRow::Beside)
        .about(
            "Shows a line to everybody in all rooms.",
            "/announce restart at noon",
        ),
    CommandSpec::new("motd", Group::Operators, "[TEXT]", operate::motd)
        .shown(HelpRow::Beside)
        .about(
            "Sets the message that everybody reads on arrival. A single - clears it, as does off; /motd \
             alone shows it.",
            "/motd Be kind.",
        ),
    CommandSpec::new("lock", Group::Operators, "[off]", operate::lock)
        .shown(HelpRow::Beside)
        .about(
            "Only names that are registered already may arrive and speak. People already here \
             stay; /lock off ends it. The other operators are told. Meanwhile nobody becomes an operator by arriving.",
            "/lock",
        ),
    CommandSpec::new("log", Group::Operators, "[N]", operate::log)
        .shown(HelpRow::Beside)
        .about(
            "Shows what operators did, to whom and when. /log more goes on with what they did before.",
            "/log 50",
        ),
    CommandSpec::new("remove", Group::Operators, "NAME|#ROOM", operate::remove)
        .brief("end an account, close a room for good")
        .about(
            "Ends an account, or closes a room for good. An account's names are free then. The people of a \
             room go to the lobby, nobody can read its messages any more, and its name is free.",
            "/remove #spam",
        ),
];
