//! Somebody who is connected: over a bare socket, through a program with pipes, or through a program
//! at a terminal.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::ear::Ear;
use super::terminal;
use super::text::code_in;

/// See the [module](self).
pub(crate) struct Client {
    pub(crate) ear: Ear,
    mouth: Mouth,
    program: Option<Child>,
    /// What a person would see on the screen: all that was asked for, and what was typed.
    screen: String,
    /// Whether the terminal shows what is typed by itself.
    echoes: bool,
    questions: u32,
}

enum Mouth {
    Socket(TcpStream),
    Pipe(Box<dyn Write + Send>),
    Shut,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("the socket is there");
        let ear = Ear::new(stream.try_clone().expect("a descriptor is free"));
        Self::new(ear, Mouth::Socket(stream), None)
    }

    fn new(ear: Ear, mouth: Mouth, program: Option<Child>) -> Self {
        Self {
            ear,
            mouth,
            program,
            screen: String::new(),
            echoes: false,
            questions: 0,
        }
    }

    /// A program with pipes for its input and its output.
    pub(crate) fn through(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("`cargo xtask test` installs it");
        let ear = Ear::new(child.stdout.take().expect("it is piped"));
        let mouth = child.stdin.take().expect("it is piped");
        Self::new(ear, Mouth::Pipe(Box::new(mouth)), Some(child))
    }

    /// nc, as the README tells people to type it, with more options.
    pub(crate) fn nc(address: SocketAddr, options: &[&str]) -> Self {
        let mut nc = Command::new("nc");
        nc.args(options).arg(address.ip().to_string());
        Self::through(nc.arg(address.port().to_string()))
    }

    /// telnet at a terminal of its own.
    pub(crate) fn telnet(address: SocketAddr) -> Self {
        let arguments = [address.ip().to_string(), address.port().to_string()];
        let arguments = [&["-E".to_owned()][..], &arguments].concat();
        let (ours, child) = terminal::spawn("telnet", &arguments, "dumb", (0, 0));
        let mouth = ours.try_clone().expect("a descriptor is free");
        let pipe = Mouth::Pipe(Box::new(mouth));
        let mut client = Self::new(Ear::new(ours), pipe, Some(child));
        client.echoes = true;
        client.ear.is_cooked = true;
        // Behind this line the terminal is as telnet wants it.
        client.expect("Escape character is ");
        client.expect("\n");
        client.screen.clear();
        client
    }

    /// Types a line.
    pub(crate) fn send(&mut self, line: &str) {
        if !self.echoes {
            self.screen.push_str(line);
            self.screen.push('\n');
        }
        self.write(format!("{line}\n").as_bytes());
    }

    /// Sends bytes as they are. Who has closed by now is none the wiser.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let _ = match &mut self.mouth {
            Mouth::Socket(stream) => stream.write_all(bytes),
            Mouth::Pipe(pipe) => pipe.write_all(bytes).and_then(|()| pipe.flush()),
            Mouth::Shut => Ok(()),
        };
    }

    /// What writes while the rest of the client listens.
    pub(crate) fn writer(&self) -> TcpStream {
        match &self.mouth {
            Mouth::Socket(stream) => stream.try_clone().expect("a descriptor is free"),
            _ => panic!("only a socket can be shared"),
        }
    }

    /// Ends the input, and still listens.
    pub(crate) fn shut(&mut self) {
        if let Mouth::Socket(stream) = std::mem::replace(&mut self.mouth, Mouth::Shut) {
            let _ = stream.shutdown(Shutdown::Write);
        }
    }

    /// Waits for the text, and returns all that was not asked for before, up to its end.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> String {
        self.expect_any(&[text]).0
    }

    /// Waits for each of the texts, in this order.
    #[track_caller]
    pub(crate) fn expect_all(&mut self, texts: &[&str]) {
        for text in texts {
            self.expect(text);
        }
    }

    /// Waits for one of the texts. Returns which it was, too.
    #[track_caller]
    pub(crate) fn expect_any(&mut self, texts: &[&str]) -> (String, usize) {
        let (heard, which) = self.ear.until_any(texts);
        self.screen.push_str(&heard);
        (heard, which)
    }

    /// Types a line and waits for the answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, line: &str, answer: &str) -> String {
        self.send(line);
        self.expect(answer)
    }

    /// Asks until something is found: the index for `/search` follows behind the messages.
    #[track_caller]
    pub(crate) fn search(&mut self, words: &str, found: &str) -> String {
        loop {
            self.send(&format!("/search {words}"));
            let (answer, which) = self.expect_any(&[found, "! Nothing found"]);
            if which == 0 {
                return answer;
            }
        }
    }

    /// All that is still said, up to the end of the connection.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> String {
        let heard = self.ear.rest();
        self.screen.push_str(&heard);
        heard
    }

    /// Tells the server the name and waits to be let in. Returns the welcome, up to the code to
    /// resume it.
    #[track_caller]
    pub(crate) fn come_in(&mut self, name: &str) -> String {
        self.expect("Enter your username: ");
        self.send(name);
        self.expect(&format!(
            "Welcome, {}.",
            name.split('#').next().unwrap_or(name)
        ));
        self.expect(" minutes.\n")
    }

    /// The code to resume this session, from what [`come_in`](Self::come_in) has seen.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        code_in(&self.screen)
    }

    /// Waits until the server has dealt with all that this client has sent, and returns all that
    /// it was shown meanwhile. What others asked for, and saw the answer to, comes before.
    #[track_caller]
    pub(crate) fn sync(&mut self) -> String {
        self.questions += 1;
        let question = format!("/whois nobody-{}\n", self.questions);
        self.write(question.as_bytes());
        let answer = format!("! Nobody called \"nobody-{}\".", self.questions);
        let heard = self.ear.until(&answer);
        self.ear.until("\n");
        // Neither is a part of the conversation.
        let said = heard.replace(&question, "").replace(&answer, "");
        self.screen.push_str(&said);
        said
    }

    /// What a person would see by now.
    pub(crate) fn screen(&self) -> &str {
        &self.screen
    }

    /// Interrupts the program, as ^C does where a terminal is set up to.
    pub(crate) fn interrupt(&mut self) {
        self.signal(Signal::INT);
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let child = self.program.as_ref().expect("there is a program");
        kill_process(pid(child), signal).expect("it runs");
    }

    /// Waits for the program's end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let child = self.program.as_mut().expect("there is a program");
        child.wait().expect("it is our child")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(child) = &mut self.program {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub(crate) fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}
