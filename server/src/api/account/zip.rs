//! A ZIP archive as it is sent: entries one after the other, stored as they are, since pictures do
//! not get any smaller.
//!
//! Size and CRC of an entry are known before it is sent, so that programs which read while it
//! arrives know where it ends. (APPNOTE.TXT 6.3.10; sections are named below.)

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What does not fit into 32 bits stands elsewhere, and this in its place.
const ELSEWHERE: u32 = u32::MAX;
/// The same for 16 bits.
const ELSEWHERE_16: u16 = u16::MAX;
/// Whoever knows version 2.0 reads it; archives larger than 4 GiB need 4.5.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

/// What is known of an entry before its content is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// With `/` between folders.
    pub(super) name: String,
    /// Bytes, less than 4 GiB.
    pub(super) size: u32,
    pub(super) crc: u32,
}

/// An archive under way.
#[derive(Debug)]
pub(super) struct Zip {
    /// What was sent, and where it began.
    entries: Vec<(Entry, u64)>,
    /// Bytes sent so far.
    sent: u64,
    /// Date and time of all entries, as DOS had it.
    at: (u16, u16),
}

impl Zip {
    /// Empty; its entries are as old as `at`.
    pub(super) fn new(at: Timestamp) -> Self {
        Self { entries: Vec::new(), sent: 0, at: dos(at.to_zoned(TimeZone::UTC).datetime()) }
    }

    /// What is sent before the content of an entry, which is as long as it says.
    pub(super) fn begin(&mut self, entry: Entry) -> Vec<u8> {
        // 4.3.7
        let mut header = Bytes::default().u32(0x0403_4b50).u16(VERSION);
        header = self.common(header, &entry).u16(0).raw(entry.name.as_bytes());
        let began = self.sent;
        self.sent += header.0.len() as u64 + u64::from(entry.size);
        self.entries.push((entry, began));
        header.0
    }

    /// What is sent last: the list of all entries.
    pub(super) fn end(self) -> Vec<u8> {
        let began = self.sent;
        let mut list = Bytes::default();
        for (entry, at) in &self.entries {
            list = self.listed(list, (entry, *at));
        }
        let (size, count) = (list.0.len() as u64, self.entries.len() as u64);
        let near = u16::try_from(count).unwrap_or(ELSEWHERE_16);
        let (size_near, began_near) = (fitting(size), fitting(began));
        if near == ELSEWHERE_16 || size_near == ELSEWHERE || began_near == ELSEWHERE {
            // 4.3.14, 4.3.15
            list = list.u32(0x0606_4b50).u64(44).u16(VERSION_64).u16(VERSION_64).u32(0).u32(0);
            list = list.u64(count).u64(count).u64(size).u64(began);
            list = list.u32(0x0706_4b50).u32(0).u64(began + size).u32(1);
        }
        // 4.3.16
        list = list.u32(0x0605_4b50).u16(0).u16(0).u16(near).u16(near);
        list.u32(size_near).u32(began_near).u16(0).0
    }

    /// An entry in the list (4.3.12).
    fn listed(&self, list: Bytes, (entry, at): (&Entry, u64)) -> Bytes {
        let near = fitting(at);
        let is_far = near == ELSEWHERE;
        let (version, extra) = if is_far { (VERSION_64, 12) } else { (VERSION, 0) };
        let list = self.common(list.u32(0x0201_4b50).u16(version).u16(version), entry).u16(extra);
        let list = list.u16(0).u16(0).u16(0).u32(0).u32(near).raw(entry.name.as_bytes());
        // 4.5.3
        if is_far { list.u16(1).u16(8).u64(at) } else { list }
    }

    /// What stands before both of an entry's names.
    fn common(&self, bytes: Bytes, entry: &Entry) -> Bytes {
        let (date, time) = self.at;
        let name = entry.name.len() as u16;
        let bytes = bytes.u16(FLAGS).u16(0).u16(time).u16(date);
        bytes.u32(entry.crc).u32(entry.size).u32(entry.size).u16(name)
    }
}

/// Bytes, the lowest of a number first.
#[derive(Debug, Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(self, number: u16) -> Self {
        self.raw(&number.to_le_bytes())
    }

    fn u32(self, number: u32) -> Self {
        self.raw(&number.to_le_bytes())
    }

    fn u64(self, number: u64) -> Self {
        self.raw(&number.to_le_bytes())
    }
}

/// A number, or the mark that it stands elsewhere.
fn fitting(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(ELSEWHERE)
}

/// Date and time (4.4.6); DOS knows nothing before 1980.
fn dos(at: DateTime) -> (u16, u16) {
    let [year, month, day] = [at.year() - 1980, at.month().into(), at.day().into()];
    let [hour, minute, second] = [at.hour(), at.minute(), at.second()].map(i16::from);
    let date = (year.max(0) << 9) | (month << 5) | day;
    let time = (i32::from(hour) << 11) | (i32::from(minute) << 5) | i32::from(second / 2);
    (date as u16, time as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, content: &[u8]) -> Entry {
        Entry { name: name.to_owned(), size: content.len() as u32, crc: crc32fast::hash(content) }
    }

    #[test]
    fn the_time_is_told_as_dos_told_it() {
        let at: Timestamp = "2026-11-21T18:42:30Z".parse().unwrap();
        let (date, time) = Zip::new(at).at;
        assert_eq!((date >> 9, date >> 5 & 0xf, date & 0x1f), (46, 11, 21));
        assert_eq!((time >> 11, time >> 5 & 0x3f, time & 0x1f), (18, 42, 15));
    }

    #[test]
    fn an_archive_lists_where_each_entry_began() {
        let mut zip = Zip::new(Timestamp::UNIX_EPOCH);
        let mut sent = zip.begin(entry("a/ü.txt", b"one"));
        sent.extend(b"one");
        let second = sent.len() as u32;
        sent.extend(zip.begin(entry("b.txt", b"two")));
        sent.extend(b"two");
        let list = sent.len() as u32;
        sent.extend(zip.end());
        let u32_at = |at: usize| u32::from_le_bytes(sent[at..at + 4].try_into().unwrap());
        let last = sent.len() - 22;
        assert_eq!((u32_at(last), u32_at(last + 16)), (0x0605_4b50, list));
        let first_listed = list as usize;
        assert_eq!((u32_at(first_listed), u32_at(first_listed + 42)), (0x0201_4b50, 0));
        let second_listed = first_listed + 46 + "a/ü.txt".len();
        assert_eq!(u32_at(second_listed + 42), second);
        assert_eq!(u32_at(second as usize), 0x0403_4b50);
    }

    #[test]
    fn an_entry_beyond_4_gib_is_listed_with_64_bits() {
        let mut zip = Zip::new(Timestamp::UNIX_EPOCH);
        zip.sent = 5 << 30;
        zip.begin(entry("late", b""));
        let end = zip.end();
        assert_eq!(end[42..46], ELSEWHERE.to_le_bytes());
        assert_eq!(end[46 + 4 + 4..46 + 4 + 12], (5_u64 << 30).to_le_bytes());
    }
}
