//! What is sent, and what must come of it: RFC 6455, sentence by sentence.

use super::dice::Dice;
use super::grammar::{Door, Saying};
use super::raw::{CLOSE, PING, PONG, TEXT};

const CONTINUATION: u8 = 0;
const BINARY: u8 = 2;
/// The last frame of a message.
const LAST: u8 = 0x80;
const MASKED: u8 = 0x80;
/// In the place of a length that follows, in two bytes or in eight.
const TWO: u8 = 0x7e;
const EIGHT: u8 = 0x7f;
/// Largest message, in bytes.
const MOST: usize = 64 << 10;
/// Largest file that the house takes, in megabytes.
pub const FILE_MB: usize = 1;
/// Largest graph, with a file of base64 in it, in bytes.
const GRAPH: usize = (1 << 20) + (FILE_MB << 20) / 3 * 4;

/// How a conversation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It goes on, until we say goodbye.
    Never,
    /// The other side says goodbye with one of these.
    With(&'static [u16]),
    /// We hang up in the middle.
    Cut,
}

/// What is said, from the first byte to the last.
pub struct Script {
    /// Of each part, for whoever reads of a failure.
    pub names: Vec<&'static str>,
    pub bytes: Vec<u8>,
    /// How often it is answered that something cannot be understood or done.
    pub refusals: usize,
    /// How many graphs run.
    pub runs: usize,
    pub end: End,
}

impl Script {
    /// Some messages, then perhaps something that no client may send.
    pub fn new(dice: &mut Dice, door: Door) -> Self {
        let mut script =
            Self { names: Vec::new(), bytes: Vec::new(), refusals: 0, runs: 0, end: End::Never };
        for _ in 0..dice.below(5) {
            script.go_on(dice, door);
        }
        match dice.below(4) {
            0 if door == Door::Serverless && dice.below(3) == 0 => {
                // While it runs nothing else is heard, so it comes last.
                let graph = Door::graph(dice);
                script.add("a graph", &masked(dice, LAST | TEXT, graph.as_bytes()));
                script.runs = 1;
            }
            0 => (),
            1 => script.cut(dice),
            _ => script.offend(dice, if door == Door::Serverless { GRAPH } else { MOST }),
        }
        script
    }

    fn add(&mut self, name: &'static str, bytes: &[u8]) {
        self.names.push(name);
        self.bytes.extend_from_slice(bytes);
    }

    /// Something that may be sent.
    fn go_on(&mut self, dice: &mut Dice, door: Door) {
        let binary = usize::from(door != Door::Native);
        match dice.below(8) {
            0 => {
                let payload = dice.bytes(125);
                self.add("ping", &masked(dice, LAST | PING, &payload));
            }
            1 => {
                let payload = dice.bytes(125);
                self.add("pong", &masked(dice, LAST | PONG, &payload));
            }
            2 => {
                let payload = dice.bytes(300);
                self.add("binary", &masked(dice, LAST | BINARY, &payload));
                self.refusals += binary;
            }
            3 => {
                // As large as can be, and no JSON.
                self.add("large", &masked(dice, LAST | BINARY, &vec![b'x'; MOST]));
                self.refusals += binary;
            }
            4 | 5 => {
                let Saying { text, refused } = door.saying(dice);
                self.add("text", &masked(dice, LAST | TEXT, text.as_bytes()));
                self.refusals += usize::from(refused);
            }
            _ => {
                let Saying { text, refused } = door.saying(dice);
                self.add("pieces", &pieces(dice, text.as_bytes()));
                self.refusals += usize::from(refused);
            }
        }
    }

    /// A frame that does not end.
    fn cut(&mut self, dice: &mut Dice) {
        let payload = [dice.bytes(200), vec![b'x'; 2]].concat();
        let whole = masked(dice, LAST | TEXT, &payload);
        let length = 1 + dice.below(whole.len() - 1);
        self.add("cut", &whole[..length]);
        self.end = End::Cut;
    }

    /// Something that may not be sent where messages of so many bytes may.
    fn offend(&mut self, dice: &mut Dice, most: usize) {
        let (name, bytes, codes): (_, _, &'static [u16]) = match dice.below(14) {
            0 => {
                let bits = 0x10 << dice.below(3);
                ("a reserved bit", masked(dice, LAST | bits | TEXT, b"{}"), &[1002])
            }
            1 => {
                let opcode = *dice.one(&[3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
                ("a reserved opcode", masked(dice, LAST | opcode, b"{}"), &[1002])
            }
            2 => ("no mask", [&[LAST | TEXT, 2], &b"{}"[..]].concat(), &[1002]),
            3 => {
                let opcode = *dice.one(&[PING, PONG, CLOSE]);
                let payload = vec![b'x'; 126 + dice.below(100)];
                ("a long one of control", masked(dice, LAST | opcode, &payload), &[1002])
            }
            4 => {
                let opcode = *dice.one(&[PING, PONG, CLOSE]);
                ("a piece of control", masked(dice, opcode, b""), &[1002])
            }
            5 => {
                let first = dice.one(&[LAST, 0]) | CONTINUATION;
                ("a piece of nothing", masked(dice, first, b"{}"), &[1002])
            }
            6 => {
                let opcode = *dice.one(&[TEXT, BINARY]);
                let begun = masked(dice, TEXT, b"{");
                let other = masked(dice, LAST | opcode, b"}");
                ("a message within another", [begun, other].concat(), &[1002])
            }
            7 => ("a length", announced(dice), &[1009]),
            8 => ("a negative length", announcing(u64::MAX - dice.below(99) as u64), &[1002, 1009]),
            9 => {
                let half = vec![b'x'; most / 2 + 1];
                let begun = masked(dice, TEXT, &half);
                let rest = masked(dice, LAST | CONTINUATION, &half);
                ("too large in pieces", [begun, rest].concat(), &[1009])
            }
            10 => {
                let wrong =
                    *dice.one(&[&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xe2\x82", b"a\x80"]);
                ("no UTF-8", masked(dice, LAST | TEXT, wrong), &[1007])
            }
            11 => {
                let codes = [0_u16, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, u16::MAX];
                let code = dice.one(&codes).to_be_bytes();
                ("a code that is none", masked(dice, LAST | CLOSE, &code), &[1002])
            }
            12 => ("half a code", masked(dice, LAST | CLOSE, &[3]), &[1002]),
            _ => (
                "a reason that is none",
                masked(dice, LAST | CLOSE, b"\x03\xe8\xff"),
                &[1002, 1007],
            ),
        };
        self.add(name, &bytes);
        self.end = End::With(codes);
    }
}

/// A frame as clients send it.
pub fn masked(dice: &mut Dice, first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ ..126 => frame.push(MASKED | short as u8),
        middle @ ..0x1_0000 => {
            frame.push(MASKED | TWO);
            frame.extend((middle as u16).to_be_bytes());
        }
        long => {
            frame.push(MASKED | EIGHT);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    let mask = (dice.roll() as u32).to_be_bytes();
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A message in several frames, perhaps cut within a letter, and with a ping between.
fn pieces(dice: &mut Dice, text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut rest, mut opcode) = (text, TEXT);
    for _ in 0..dice.below(4) {
        let (piece, left) = rest.split_at(dice.below(rest.len() + 1));
        bytes.extend(masked(dice, opcode, piece));
        (rest, opcode) = (left, CONTINUATION);
        if dice.below(2) == 0 {
            bytes.extend(masked(dice, LAST | PING, b"between"));
        }
    }
    bytes.extend(masked(dice, LAST | opcode, rest));
    bytes
}

/// The head of a message that is too large, and a little of it.
fn announced(dice: &mut Dice) -> Vec<u8> {
    let bits = 22 + dice.below(41);
    announcing((1 << bits) | dice.below(0xffff) as u64)
}

fn announcing(length: u64) -> Vec<u8> {
    [&[LAST | TEXT, MASKED | EIGHT][..], &length.to_be_bytes(), &[0; 4], b"little"].concat()
}
