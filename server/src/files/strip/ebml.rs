//! Matroska and WebM: elements within elements. What is taken out becomes void,
//! for others know where in the file the pictures and sounds are.

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const INFO: u32 = 0x1549_a966;
const TAGS: u32 = 0x1254_c367;
const ATTACHMENTS: u32 = 0x1941_a469;
const TITLE: u32 = 0x7ba9;

const VOID: u8 = 0xec;

/// Where an element is.
struct Element {
    id: u32,
    start: usize,
    content: usize,
    /// `None` when it does not say how long it is, as in recordings of
    /// something live.
    end: Option<usize>,
}

/// Blanks what is not film or sound; `None` when the elements do not fit.
pub(super) fn blank(content: &mut [u8]) -> Option<()> {
    let mut at = 0;
    while at < content.len() {
        let element = element(content, at)?;
        let end = element.end.filter(|end| *end <= content.len());
        at = match (element.id, end) {
            // What is in them is looked at as if it stood beside them.
            (SEGMENT | INFO, _) | (CLUSTER, None) => element.content,
            (TAGS | ATTACHMENTS | TITLE, Some(end)) => {
                void(&mut content[element.start..end]);
                end
            }
            (_, Some(end)) => end,
            (_, None) => return None,
        };
    }
    Some(())
}

fn element(content: &[u8], start: usize) -> Option<Element> {
    let id_length = content.get(start)?.leading_zeros() as usize + 1;
    let id = content.get(start..start + id_length).filter(|id| id.len() <= 4)?;
    let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    let first = *content.get(start + id_length)?;
    let length = first.leading_zeros() as usize + 1;
    let bytes = content.get(start + id_length..start + id_length + length)?;
    if length > 8 {
        return None;
    }
    let mark = 1_u64 << (7 * length);
    let size = bytes.iter().fold(0, |size, byte| size << 8 | u64::from(*byte)) & (mark - 1);
    let inner = start + id_length + length;
    let end = if size == mark - 1 { None } else { Some(inner.checked_add(size as usize)?) };
    Some(Element { id, start, content: inner, end })
}

/// Makes an element of the same length that says nothing.
fn void(element: &mut [u8]) {
    let length = element.len();
    element.fill(0);
    element[0] = VOID;
    if length < 9 {
        element[1] = 0x80 | (length - 2) as u8;
    } else {
        let size = (1_u64 << 56) | (length - 9) as u64;
        element[1..9].copy_from_slice(&size.to_be_bytes());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn element(id: u32, content: &[u8]) -> Vec<u8> {
        let id = id.to_be_bytes();
        let id = &id[id.iter().position(|byte| *byte != 0).unwrap()..];
        [id, &[0x40, content.len() as u8][..], content].concat()
    }

    fn head() -> Vec<u8> {
        element(0x1a45_dfa3, &element(0x4282, b"webm"))
    }

    pub(in super::super) fn film() -> Vec<u8> {
        let info = element(INFO, &[element(TITLE, b"secret"), element(0x4d80, b"Lavf")].concat());
        let tags = element(TAGS, b"secret comment");
        let inside = [info, tags, element(CLUSTER, b"CONTENT"), element(ATTACHMENTS, b"secret")];
        [head(), element(SEGMENT, &inside.concat())].concat()
    }

    #[test]
    fn everything_else_stays_where_it_is() {
        let whole = film();
        let mut blanked = whole.clone();
        blank(&mut blanked).unwrap();
        assert_eq!(blanked.len(), whole.len());
        for word in [&b"Lavf"[..], b"CONTENT"] {
            let place = |file: &[u8]| file.windows(word.len()).position(|at| at == word).unwrap();
            assert_eq!(place(&blanked), place(&whole));
        }
    }

    #[test]
    fn a_void_is_an_element_of_the_same_length() {
        for length in [2, 3, 8, 9, 10, 300] {
            let mut bytes = vec![7; length];
            void(&mut bytes);
            let void = super::element(&bytes, 0).unwrap();
            assert_eq!((void.id, void.end), (u32::from(VOID), Some(length)));
        }
    }

    #[test]
    fn a_recording_without_lengths_is_understood() {
        const ENDLESS: [u8; 8] = [1, 255, 255, 255, 255, 255, 255, 255];
        let cluster = [&CLUSTER.to_be_bytes()[..], &ENDLESS, &element(0xa3, b"CONTENT")].concat();
        let tags = element(TAGS, b"secret");
        let mut film = [&head(), &SEGMENT.to_be_bytes()[..], &ENDLESS, &cluster, &tags].concat();
        blank(&mut film).unwrap();
        assert!(!film.windows(6).any(|at| at == b"secret"));
    }

    #[test]
    fn a_film_cut_off_is_not_whole() {
        let film = film();
        assert_eq!(blank(&mut film[..film.len() - 3].to_vec()), None);
        assert_eq!(blank(&mut film[..5].to_vec()), None);
    }
}
